"""The sine network of Section 4 (guide line 1815): trained once, drawn as a loss curve and as a function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graders.show.hands import Hands
from graders.show.progress import Progress

N_POINTS, EPOCHS, LEARNING_RATE = 50, 1000, 2.0
#: Epochs after which the learned function is looked at.
STAGES = (20, 100, EPOCHS)
AXIS = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class Sine:
    """The examples (N,), a loss for each epoch, and stage → outputs over AXIS."""

    x: np.ndarray
    y: np.ndarray
    losses: np.ndarray
    stages: dict[int, np.ndarray]


def numbers(hands: Hands, progress: Progress, memory: Any = None) -> Sine:
    """Train [1, 8, 1] on 50 points of the sine, with x in units of π."""
    x = np.random.RandomState(42).uniform(0, np.pi, N_POINTS) / np.pi
    y = np.sin(np.pi * x)
    hands("start", [1, 8, 1], 42)
    losses: list[float] = []
    stages = {}
    while len(losses) < EPOCHS:
        losses += hands("train", x[:, None], y[:, None], 10, LEARNING_RATE)
        progress("training on the sine, epoch", len(losses), EPOCHS)
        if len(losses) in STAGES:
            stages[len(losses)] = hands("outputs", AXIS[:, None])[:, 0]
    return Sine(x, y, np.array(losses), stages)
