"""Inputs drawn from the run's seed: generic numbers, distinct sizes, nothing that hides a mistake.

Weights and inputs keep |z| ≤ 10 and gradients away from 0; targets stay away from the predictions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np

from reference.network import Network

Parameters = tuple[list[np.ndarray], list[np.ndarray]]

#: From one weight to three layers: the first that goes wrong says most.
ONE_OUTPUT = ((1, 1), (2, 1), (1, 1, 1), (2, 2, 1), (3, 5, 4, 1))
SEVERAL_OUTPUTS = ((1, 2), (2, 2, 2), (3, 4, 2), (3, 5, 4, 2), (4, 3, 5))


@dataclass(frozen=True)
class Draw:
    """Random inputs for one check: the same for the same seed."""

    seed: int
    check: str

    @property
    def rng(self) -> np.random.Generator:
        """A generator that starts anew: a check that asks twice gets the same numbers twice."""
        return np.random.default_rng([self.seed, crc32(self.check.encode())])


def name(sizes: Sequence[int]) -> str:
    """(3, 4, 2) as "3→4→2"."""
    return "→".join(map(str, sizes))


def parameters(rng: np.random.Generator, sizes: Sequence[int]) -> Parameters:
    """Weights and non-zero biases of a network whose units are not saturated."""
    weights, biases = [], []
    for n_in, n_out in pairwise(sizes):
        scale = 1.2 / np.sqrt(n_in)
        weights.append(signed(rng, (n_out, n_in), 0.3 * scale, 1.3 * scale))
        biases.append(signed(rng, n_out, 0.1, 0.6))
    return weights, biases


def signed(rng: np.random.Generator, shape: int | tuple[int, ...], low: float, high: float) -> np.ndarray:
    """Numbers of either sign and a size in [low, high]."""
    return rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def example(rng: np.random.Generator, size: int) -> np.ndarray:
    """One input (size,), every entry between 0.3 and 1.5 in size."""
    return signed(rng, size, 0.3, 1.5)


def network(weights: list[np.ndarray], biases: list[np.ndarray]) -> Network:
    """The reference's network with these parameters."""
    net = Network([weights[0].shape[1], *(len(b) for b in biases)])
    net.set_weights((weights, biases))
    return net


def target(rng: np.random.Generator, weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    """Targets in (0, 1), each at least 0.15 away from the network's output for x."""
    prediction = network(weights, biases).forward(x)
    distance = rng.uniform(0.15, 0.45, prediction.shape)
    return np.where(prediction > 0.5, prediction - distance, prediction + distance)


def supervised(rng: np.random.Generator, sizes: Sequence[int]) -> dict[str, Any]:
    """weights, biases, x and target for a network of these sizes."""
    weights, biases = parameters(rng, sizes)
    x = example(rng, sizes[0])
    return {
        "weights": weights,
        "biases": biases,
        "x": x,
        "target": target(rng, weights, biases, x),
    }
