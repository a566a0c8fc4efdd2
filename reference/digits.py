"""The practice project: handwritten digits, from pixels to predictions, and beyond."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .network import Gradients, Network, backward_pass, train_on_batches


def one_hot(labels: ArrayLike, n_classes: int) -> np.ndarray:
    """Each label as a row of zeros with a single 1: 3 of 5 is [0, 0, 0, 1, 0]. (N, n_classes)."""
    return np.eye(n_classes)[np.asarray(labels, dtype=int)]


def prepare(
    images: np.ndarray, labels: np.ndarray, n_classes: int = 5, train_fraction: float = 0.8
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images (N, 28, 28) of bytes to rows of numbers in [0, 1], in two parts (guide line 2324).

    Returns (X_train, y_train, labels_train, X_test, y_test, labels_test): X (n, 784) floats,
    y one-hot (n, n_classes), labels as they came. Only digits below n_classes stay, in their order.
    """
    wanted = labels < n_classes
    images, labels = images[wanted], labels[wanted]
    X = images.reshape(len(images), -1) / 255.0
    y = one_hot(labels, n_classes)
    n_train = int(train_fraction * len(X))
    return (
        X[:n_train],
        y[:n_train],
        labels[:n_train],
        X[n_train:],
        y[n_train:],
        labels[n_train:],
    )


def accuracy(net: Network, X: np.ndarray, labels: np.ndarray) -> float:
    """The fraction, 0 to 1, of rows of X whose strongest output is that of their label."""
    return float(np.mean(_predicted(net, X) == np.asarray(labels)))


def train_digits(
    X_train: np.ndarray,
    y_train: np.ndarray,
    epochs: int = 15,
    learning_rate: float = 0.5,
    batch_size: int = 32,
    seed: int = 42,
) -> tuple[Network, list[float]]:
    """Train one hidden layer of 64 neurons; returns the network and the loss of each epoch."""
    net = Network([X_train.shape[1], 64, y_train.shape[1]], seed=seed)
    losses = [net.train_epoch(X_train, y_train, learning_rate, batch_size) for _ in range(epochs)]
    return net, losses


def misclassified(net: Network, X: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Bonus: the row numbers, increasing, where the prediction is not the label."""
    return np.flatnonzero(_predicted(net, X) != np.asarray(labels))


def decayed_rate(learning_rate: float, epoch: int, decay: float) -> float:
    """Bonus: learning_rate / (1 + decay · epoch), with epochs counted from 0."""
    return learning_rate / (1 + decay * epoch)


class CrossEntropyNetwork(Network):
    """Bonus: the same network, trained on the cross-entropy."""

    def backward(self, target: ArrayLike) -> Gradients:
        """Gradients of cross_entropy_loss at the example of the last forward()."""
        delta = cross_entropy_delta(self.activations[-1], target)
        return backward_pass(self.weights, self.activations, delta)

    def train_epoch(self, X: np.ndarray, y: np.ndarray, learning_rate: float, batch_size: int = 32) -> float:
        """As Network.train_epoch; the loss that it returns is still the mse, for comparison."""
        return train_on_batches(self, X, y, learning_rate, batch_size, cross_entropy_delta)


def cross_entropy_delta(a: np.ndarray, target: ArrayLike) -> np.ndarray:
    """dL/dz at the output: (a − t) / (a (1 − a)) / n_out, times a (1 − a), which cancels."""
    return (a - np.asarray(target, dtype=float)) / a.size


def _predicted(net: Network, X: np.ndarray) -> np.ndarray:
    return np.array([int(np.argmax(net.forward(x))) for x in X], dtype=int)
