"""Sections 2 and 3: a feed-forward network of sigmoid layers that learns.

Layer l has weights[l] (n_out, n_in) and biases[l] (n_out,); an example is a vector x (n_in,).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .losses import mse_gradient, mse_loss

Gradients = tuple[list[np.ndarray], list[np.ndarray]]


def sigmoid(z: ArrayLike) -> np.ndarray:
    """σ(z) = 1 / (1 + e^−z), of any shape.

    Only e^−|z| ≤ 1 is computed, so nothing overflows: for z < 0 the same fraction, times e^z / e^z.
    """
    z = np.asarray(z, dtype=float)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1 + e)


def sigmoid_derivative(a: ArrayLike) -> np.ndarray:
    """dσ/dz = a (1 − a), written with the output a = σ(z), which forward() has kept."""
    a = np.asarray(a, dtype=float)
    return a * (1 - a)


class Network:
    """Fully connected sigmoid layers, trained on the mean squared error."""

    def __init__(self, layer_sizes: Sequence[int], seed: int = 42) -> None:
        """He-scaled normal weights, zero biases: [2, 4, 1] is 2 inputs, 4 hidden, 1 output."""
        np.random.seed(seed)
        self.weights: list[np.ndarray] = []
        self.biases: list[np.ndarray] = []
        self.activations: list[np.ndarray] = []
        n_in = layer_sizes[0]
        for n_out in layer_sizes[1:]:
            self.weights.append(np.random.randn(n_out, n_in) * np.sqrt(2.0 / n_in))
            self.biases.append(np.zeros(n_out))
            n_in = n_out

    def copy_weights(self) -> Gradients:
        """The parameters as they are now, as (weights, biases), for set_weights()."""
        return [W.copy() for W in self.weights], [b.copy() for b in self.biases]

    def set_weights(self, saved: Gradients) -> None:
        """Put back parameters that copy_weights() saved; `saved` itself stays untouched."""
        weights, biases = saved
        self.weights = [np.array(W, dtype=float) for W in weights]
        self.biases = [np.array(b, dtype=float) for b in biases]

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Predict (n_out,) from x (n_in,). Keeps x and each layer's output for backward()."""
        self.activations = forward_pass(self.weights, self.biases, np.asarray(x, dtype=float))
        return self.activations[-1]

    def backward(self, target: ArrayLike) -> Gradients:
        """Gradients of mse_loss at the last forward()'s example, shaped as weights and biases."""
        delta = mse_delta(self.activations[-1], target)
        return backward_pass(self.weights, self.activations, delta)

    def train_step(self, x: ArrayLike, target: ArrayLike, learning_rate: float) -> float:
        """Forward, loss, backward, update. Returns the loss from before the update."""
        loss = mse_loss(self.forward(x), target)
        descend(self, self.backward(target), learning_rate)
        return loss

    def train_epoch(self, X: np.ndarray, y: np.ndarray, learning_rate: float, batch_size: int = 32) -> float:
        """One pass over X (N, n_in) and y (N, n_out) in freshly shuffled mini-batches.

        Returns the mean over examples of the loss that each had just before its batch's update.
        """
        return train_on_batches(self, X, y, learning_rate, batch_size, mse_delta)


def mse_delta(a: np.ndarray, target: ArrayLike) -> np.ndarray:
    """dL/dz at the output: dL/da = 2 (a − t) / n_out, times da/dz = a (1 − a)."""
    return mse_gradient(a, target) * sigmoid_derivative(a)


def forward_pass(weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    """x and each layer's output. x is one example (n_in,), or a batch with one example a row."""
    activations = [x]
    for W, b in zip(weights, biases, strict=True):
        z = activations[-1] @ W.T + b  # for one example: W @ a + b
        activations.append(sigmoid(z))
    return activations


def backward_pass(weights: list[np.ndarray], activations: list[np.ndarray], delta: np.ndarray) -> Gradients:
    """Carry delta = dL/dz of the output layer back to every parameter (guide line 715).

    The gradients of a batch's rows are added up; that the loss is a mean stands in delta already.
    """
    weight_grads: list[np.ndarray] = []
    bias_grads: list[np.ndarray] = []
    for layer in reversed(range(len(weights))):
        a_in = activations[layer]
        # z = W a_in + b, so dz/dW is a_in and dz/db is 1. For one example, delta.T @ a_in is the
        # outer product; for a batch, the sum of the rows' outer products.
        weight_grads.insert(0, np.atleast_2d(delta).T @ np.atleast_2d(a_in))
        bias_grads.insert(0, np.atleast_2d(delta).sum(axis=0))
        if layer > 0:
            dL_da = delta @ weights[layer]  # dz/da_in is W; for one example: W.T @ delta
            delta = dL_da * sigmoid_derivative(a_in)
    return weight_grads, bias_grads


def descend(net: Network, gradients: Gradients, learning_rate: float) -> None:
    """parameter ← parameter − learning_rate · gradient."""
    for parameters, grads in zip((net.weights, net.biases), gradients, strict=True):
        for layer, grad in enumerate(grads):
            parameters[layer] = parameters[layer] - learning_rate * grad


def train_on_batches(
    net: Network,
    X: np.ndarray,
    y: np.ndarray,
    learning_rate: float,
    batch_size: int,
    output_delta: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> float:
    """One epoch of mini-batch descent along `output_delta`; returns the mean loss."""
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    order = np.random.permutation(len(X))
    total_loss = 0.0
    for start in range(0, len(X), batch_size):
        batch = order[start : start + batch_size]  # the last one may be short
        activations = forward_pass(net.weights, net.biases, X[batch])
        # The mean over all entries of a batch is the mean of its examples' losses, so its gradient
        # is the mean of theirs.
        total_loss += mse_loss(activations[-1], y[batch]) * len(batch)
        delta = output_delta(activations[-1], y[batch])
        descend(net, backward_pass(net.weights, activations, delta), learning_rate)
    return total_loss / len(X)
