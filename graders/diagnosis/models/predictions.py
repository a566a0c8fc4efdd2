"""What the models of the losses share: how predictions and targets are read, and clipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..recipe import Recipe

Array = np.ndarray
EPS = 1e-15
#: So much at most may be added to a probability before its logarithm is taken, rather than clipping it.
MARGIN = 1e-7
MOST = 0.01


def clip(p: Array, eps: float = EPS) -> Array:
    return np.minimum(np.maximum(p, eps), 1.0 - eps)


def room_of_loss(p: Array, t: Array | float) -> float:
    """How much a cross-entropy changes where MARGIN is added, relatively; no more than 1 %."""
    q = clip(np.where(t == 1, p, 1 - p), MARGIN)
    return min(float((MARGIN / (q * -np.log(q))).max(initial=0.0)), MOST)


def room_of_gradient(p: Array) -> float:
    """How much its gradient changes there, relatively; no more than 1 %."""
    q = clip(p, MARGIN)
    return min(float((MARGIN / (q * (1 - q))).max(initial=0.0)), MOST)


class OfPredictions(Recipe):
    """Reads predictions and targets once."""

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return (
            np.asarray(inputs["predictions"], dtype=float),
            np.asarray(inputs["targets"], dtype=float),
        )


def like_targets(recipe: Recipe, values: Array) -> Array:
    """Values in the targets' own type: cut to whole numbers where the targets are ints."""
    whole = np.asarray(recipe.inputs["targets"]).dtype.kind in "iu"
    return np.trunc(values) if whole else values


def softmax(v: Array, axis: int | None = None) -> Array:
    e = np.exp(v - v.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))
