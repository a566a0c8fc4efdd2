"""Section 4, Exercise 4.1: hold some data back, and watch both losses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .losses import mse_loss
from .network import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def split(X: np.ndarray, y: np.ndarray, n_train: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(X_train, y_train, X_test, y_test): the first n_train rows train, the others test."""
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


def fit(
    net: Network,
    X_train: np.ndarray,
    y_train: np.ndarray,
    X_test: np.ndarray,
    y_test: np.ndarray,
    epochs: int,
    learning_rate: float,
) -> tuple[list[float], list[float]]:
    """Train `net` on each training example in turn, `epochs` times over (guide line 2055).

    Returns (train_losses, test_losses): the mean loss over each set after every epoch. The test
    set is only looked at: forward passes, no updates.
    """
    train_losses, test_losses = [], []
    for _ in range(epochs):
        for x, target in zip(X_train, y_train, strict=True):
            net.train_step(x, target, learning_rate)
        train_losses.append(_mean_loss(net, X_train, y_train))
        test_losses.append(_mean_loss(net, X_test, y_test))
    return train_losses, test_losses


def overfitting(train_loss: float, test_loss: float) -> bool:
    """Whether the test loss is more than three times the training loss (guide line 2066)."""
    return bool(test_loss > 3 * train_loss)


def plot_loss_curve(train_losses: Sequence[float], test_losses: Sequence[float] | None = None) -> Figure:
    """Loss against epoch: one line, or two with a legend."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(train_losses, label="training loss")
    if test_losses is not None:
        axes.plot(test_losses, label="test loss")
        axes.legend()
    axes.set_xlabel("epoch")
    axes.set_ylabel("mean loss")
    return figure


def _mean_loss(net: Network, X: np.ndarray, y: np.ndarray) -> float:
    return float(np.mean([mse_loss(net.forward(x), t) for x, t in zip(X, y, strict=True)]))


if __name__ == "__main__":
    np.random.seed(42)
    X_all = np.random.uniform(0, 1, (30, 1))
    y_all = np.sin(np.pi * X_all) + np.random.normal(0, 0.1, X_all.shape)
    training, test = fit(Network([1, 16, 1]), *split(X_all, y_all, 20), 2000, 1.0)
    for epoch in (0, 500, 1000, 1500, 1999):
        print(f"epoch {epoch:>4}: training {training[epoch]:.6f}, test {test[epoch]:.6f}")
