"""What the models of the losses share: how predictions and targets are read, and clipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..recipe import Recipe

Array = np.ndarray
EPS = 1e-15


def clip(p: Array, eps: float = EPS) -> Array:
    return np.minimum(np.maximum(p, eps), 1.0 - eps)


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
