"""Nested values taken apart into arrays with names that a learner knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

GRADIENTS = {
    "network.Network.backward",
    "gradient_check.numerical_gradients",
    "digits.CrossEntropyNetwork.backward",
}
NAMES: dict[str, tuple[str, ...]] = {
    "trace.updated_parameters": ("W1", "b1", "W2", "b2"),
    "practice.split": ("X_train", "y_train", "X_test", "y_test"),
    "digits.prepare": (
        "X_train",
        "y_train",
        "labels_train",
        "X_test",
        "y_test",
        "labels_test",
    ),
}

#: Tables are looked at column by column.
COLUMNS = {"losses.loss_table": tuple(f"{c} column" for c in ("prediction", "mse", "cross-entropy", "ratio"))}


@dataclass(frozen=True)
class Leaf:
    """One array of a result: what was wanted of it, and what came."""

    path: tuple[Any, ...]
    name: str
    expected: np.ndarray
    got: np.ndarray

    @property
    def layer(self) -> int | None:
        """The layer that it belongs to, counted from 1, if it belongs to one."""
        last = self.path[-1] if self.path else None
        if len(self.path) == 2 and isinstance(last, int) and self.path[0] != "activations":
            return last + 1
        return None


def name_of(subject: str, path: tuple[Any, ...]) -> str:
    """How a learner would call this part of the result."""
    if not path:
        return {"losses.loss_table": "table"}.get(subject, "result")
    if subject in GRADIENTS:
        kind = "weight" if path[0] == 0 else "bias"
        if len(path) == 1:
            return f"list of {kind} gradients"
        return f"{kind} gradient of layer {path[1] + 1}" if isinstance(path[1], int) else "result"
    if subject.endswith(("__init__", "copy_weights", "set_weights")) and path[0] in (0, 1):
        kind = "biases" if path[0] else "weights"
        return f"{kind} of layer {path[1] + 1}" if len(path) == 2 else f"list of {kind}"
    if subject in NAMES and isinstance(path[0], int) and path[0] < len(NAMES[subject]):
        return NAMES[subject][path[0]]
    if path[0] in ("weights", "biases") and len(path) == 2:
        return f"{path[0]} of layer {path[1] + 1}"
    if path[0] == "activations" and len(path) == 2:
        return f"activations[{path[1]}]"
    if isinstance(path[0], str):
        return path[0] + "".join(f"[{p}]" for p in path[1:])
    if isinstance(path[0], float):
        return f"value for rate {path[0]:g}"
    return "result" + "".join(f"[{p!r}]" for p in path)


def as_array(value: Any) -> np.ndarray | None:
    """A number, or an array or flat list of numbers, as floats; None for anything else."""
    if isinstance(value, bool) or value is None or isinstance(value, str | Mapping):
        return None
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "fiub" or array.size > 500_000:
            return None
        return array.astype(float)
    except (ValueError, TypeError, OverflowError):
        return None


def leaves(subject: str, expected: Any, got: Any, path: tuple[Any, ...] = ()) -> list[Leaf]:
    """All pairs of arrays of one shape that stand at the same place in both values."""
    if len(path) > 4:
        return []
    if isinstance(expected, Mapping):
        if not isinstance(got, Mapping):
            return []
        return [
            leaf for key in expected if key in got for leaf in leaves(subject, expected[key], got[key], (*path, key))
        ]
    wanted = as_array(expected)
    if wanted is not None and not _of_arrays(expected):
        came = as_array(got)
        if came is None or came.shape != wanted.shape:
            return []
        if subject in COLUMNS:
            return [Leaf((*path, k), name, wanted[:, k], came[:, k]) for k, name in enumerate(COLUMNS[subject])]
        return [Leaf(path, name_of(subject, path), wanted, came)]
    if isinstance(expected, list | tuple):
        if isinstance(got, np.ndarray):
            got = list(got) if got.ndim else []
        if not isinstance(got, list | tuple):
            return []
        return [
            leaf
            for i, (e, g) in enumerate(zip(expected, got, strict=False))
            for leaf in leaves(subject, e, g, (*path, i))
        ]
    return []


def _of_arrays(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(v, np.ndarray | list | tuple) for v in value)
