"""The few formulas that all models share, without any mistake in them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

import numpy as np

Array = np.ndarray
Arrays = list[np.ndarray]


def sigmoid(z: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-np.minimum(np.maximum(z, -500.0), 500.0)))


def slope(a: Array) -> Array:
    """The sigmoid's derivative from its output."""
    return a * (1.0 - a)


def mse(p: Array, t: Array) -> float:
    d = p - t
    return float((d * d).sum() / d.size)


def forward(weights: Sequence[Array], biases: Sequence[Array], x: Array) -> Arrays:
    """All activations, the input first."""
    a = np.asarray(x, dtype=float)
    out = [a]
    for W, b in zip(weights, biases, strict=True):
        a = sigmoid(W @ a + b)
        out.append(a)
    return out


def gradients(weights: Sequence[Array], biases: Sequence[Array], x: Array, t: Array) -> tuple[float, Arrays, Arrays]:
    """(loss, weight gradients, bias gradients) of the mean squared error for one example."""
    A = forward(weights, biases, x)
    d = A[-1] - t
    return float((d * d).sum() / d.size), *backward(weights, A, t)


def backward(weights: Sequence[Array], A: Sequence[Array], t: Array) -> tuple[Arrays, Arrays]:
    """(weight gradients, bias gradients) from all activations `A`, which may stem from other weights."""
    d = A[-1] - t
    delta = 2.0 * d / d.size * slope(A[-1])
    wg: Arrays = [delta] * len(weights)
    bg: Arrays = [delta] * len(weights)
    for layer in range(len(weights) - 1, -1, -1):
        wg[layer] = delta[:, None] * A[layer]
        bg[layer] = delta
        if layer:
            delta = (weights[layer].T @ delta) * slope(A[layer])
    return wg, bg


def copies(arrays: Sequence[Array]) -> Arrays:
    return [np.array(a, dtype=float) for a in arrays]


def initial(sizes: Sequence[int], seed: int) -> tuple[Arrays, Arrays]:
    """The parameters that the provided `__init__` draws."""
    return [w.copy() for w in _drawn(tuple(sizes), seed)], [np.zeros(n) for n in sizes[1:]]


@functools.lru_cache(maxsize=16)
def _drawn(sizes: tuple[int, ...], seed: int) -> Arrays:
    """Its weights; to seed a generator takes longer than a step of training."""
    random = np.random.RandomState(seed)
    return [random.randn(n_out, n_in) * np.sqrt(2.0 / n_in) for n_in, n_out in itertools.pairwise(sizes)]
