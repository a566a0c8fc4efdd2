"""Section 3, Exercises 3.1 and 3.2: XOR, and what the learning rate does to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .losses import mse_loss
from .network import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: The four examples of exclusive or: 1 where exactly one input is 1.
XOR_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
XOR_Y = np.array([[0], [1], [1], [0]], dtype=float)


def train_xor(learning_rate: float = 2.0, steps: int = 2000, seed: int = 42) -> tuple[Network, list[float]]:
    """Train [2, 4, 1] on XOR, the four examples in order in each step (guide line 1488).

    Returns the network and, for each step, the mean of the four losses from before their updates.
    """
    net = Network([2, 4, 1], seed=seed)
    losses = []
    for _ in range(steps):
        four = [net.train_step(x, t, learning_rate) for x, t in zip(XOR_X, XOR_Y, strict=True)]
        losses.append(sum(four) / len(four))
    return net, losses


def learning_rate_sweep(learning_rates: Iterable[float], steps: int = 2000, seed: int = 42) -> dict[float, float]:
    """Learning rate → XOR loss after the last step; every rate starts from the same weights."""
    final_losses = {}
    for learning_rate in learning_rates:
        net, _ = train_xor(learning_rate, steps, seed)
        final_losses[learning_rate] = mse_loss([net.forward(x) for x in XOR_X], XOR_Y)
    return final_losses


def verdict(final_loss: float) -> str:
    """The loss in words (guide line 1686)."""
    if final_loss > 0.2:
        return "Too slow/stuck"
    if final_loss > 0.01:
        return "Learning slowly"
    if final_loss > 0.001:
        return "Good"
    return "Great"


def plot_learning_rates(histories: Mapping[float, Sequence[float]]) -> Figure:
    """One line for each learning rate → losses, in one axes, so that the rates can be compared."""
    from matplotlib.figure import Figure  # here, since it takes longer to import than to train

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    for learning_rate, losses in histories.items():
        axes.plot(losses, label=f"learning rate {learning_rate:g}")
    axes.set_xlabel("step")
    axes.set_ylabel("mean loss")
    axes.legend()
    return figure


if __name__ == "__main__":
    for rate, final in learning_rate_sweep([0.1, 0.5, 2.0, 10.0]).items():
        print(f"rate {rate:>5}: loss {final:.6f}, {verdict(final)}")
