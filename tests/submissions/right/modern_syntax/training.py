"""Annotations, match, walrus, generics."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Generic, Protocol, TypeVar

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from losses import mse_loss
from network import Network

T = TypeVar("T")
Vector = npt.NDArray[np.float64]
DATA: Final[list[tuple[Vector, Vector]]] = [
    (np.array([0.0, 0.0]), np.array([0.0])),
    (np.array([0.0, 1.0]), np.array([1.0])),
    (np.array([1.0, 0.0]), np.array([1.0])),
    (np.array([1.0, 1.0]), np.array([0.0])),
]


class Learner(Protocol):
    def train_step(self, x: Vector, target: Vector, learning_rate: float) -> float: ...


class Box(Generic[T]):
    def __init__(self, content: T) -> None:
        self.content: T = content


def one_step(net: Learner, rate: float) -> float:
    return sum(net.train_step(x, t, rate) for x, t in DATA) / len(DATA)


def train_xor(
    learning_rate: float = 2.0, steps: int = 2000, seed: int = 42
) -> tuple[Network, Sequence[float]]:
    net: Box[Network] = Box(Network([2, 4, 1], seed=seed))
    losses: list[float] = []
    while (done := len(losses)) < steps:
        losses.append(one_step(net.content, learning_rate))
        assert done + 1 == len(losses)
    return net.content, losses


def learning_rate_sweep(
    learning_rates: Iterable[float], steps: int = 2000, seed: int = 42
) -> dict[float, float]:
    return {
        rate: float(np.mean([mse_loss(net.forward(x), t) for x, t in DATA]))
        for rate in learning_rates
        if (net := train_xor(rate, steps, seed)[0])
    }


def verdict(final_loss: float) -> str:
    match final_loss:
        case loss if loss > 0.2:
            return "Too slow/stuck"
        case loss if loss > 0.01:
            return "Learning slowly"
        case loss if loss > 0.001:
            return "Good"
        case _:
            return "Great"


def plot_learning_rates(histories: dict[float, list[float]]) -> Figure:
    fig, ax = plt.subplots(layout="constrained")
    lines = [ax.plot(h)[0] for h in histories.values()]
    ax.legend(lines, [f"{rate}" for rate in histories], title="rate")
    ax.set_xlabel("step"); ax.set_ylabel("loss")
    return fig
