"""functools.partial, lambdas and operator for the functions."""
import functools
import operator

import numpy as np

import network
from network import Network


def _hot(n_classes, label):
    return [float(k == label) for k in range(n_classes)]


def _one_hot(labels, n_classes, dtype):
    return np.array([_hot(n_classes, label) for label in labels], dtype=dtype).reshape(-1, n_classes)


def one_hot(labels, n_classes):
    return _one_hot(labels, n_classes, dtype=float)


def prepare(images, labels, n_classes=5, train_fraction=0.8):
    kept = [(image, label) for image, label in zip(images, labels) if label < n_classes]
    X = np.array([np.ravel(image).astype(float) for image, _ in kept]) / 255
    L = np.array([label for _, label in kept])
    parts = X, one_hot(L, n_classes), L
    cut = int(train_fraction * len(kept))
    return (*(p[:cut] for p in parts), *(p[cut:] for p in parts))


def _said(net, X):
    return [max(enumerate(net.forward(x)), key=operator.itemgetter(1))[0] for x in X]


accuracy = lambda net, X, labels: sum(map(operator.eq, _said(net, X), labels)) / len(X)
misclassified = lambda net, X, labels: np.array(
    [i for i, (a, b) in enumerate(zip(_said(net, X), labels)) if a != b], dtype=np.int64
)
decayed_rate = lambda learning_rate, epoch, decay: learning_rate / (decay * epoch + 1)


def _train(hidden, X_train, y_train, epochs=15, learning_rate=0.5, batch_size=32, seed=42):
    net = Network([X_train.shape[1], hidden, y_train.shape[1]], seed=seed)
    epoch = functools.partial(net.train_epoch, X_train, y_train, learning_rate, batch_size=batch_size)
    return net, tuple(epoch() for _ in range(epochs))


train_digits = functools.partial(_train, 64)


class CrossEntropyNetwork(Network):
    """Turns the gradient of the squared error's starting point into that of the cross-entropy."""

    def backward(self, target):
        out = self.activations[-1]
        slope = out * (1 - out)
        # 2 (out - t') slope / n is (out - target) / n for this t'
        return super().backward(out - (out - target) / (2 * slope))
