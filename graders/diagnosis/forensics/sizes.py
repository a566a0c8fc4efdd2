"""Right for these cases and wrong for those: what do the wrong ones have in common?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..evidence import Case

Test = Callable[[Mapping[str, Any]], bool | None]


def _outputs(i: Mapping[str, Any]) -> bool | None:
    w = i.get("weights")
    return None if not w else int(np.shape(w[-1])[0]) > 1


def _hidden(i: Mapping[str, Any]) -> bool | None:
    w = i.get("weights")
    return None if not w else len(w) > 1


def _deep(i: Mapping[str, Any]) -> bool | None:
    w = i.get("weights")
    return None if not w else len(w) > 2


def _oblong(i: Mapping[str, Any]) -> bool | None:
    w = i.get("weights")
    return None if not w else any(np.shape(v)[0] != np.shape(v)[1] for v in w[1:])


def _many(i: Mapping[str, Any]) -> bool | None:
    p = i.get("predictions")
    return None if p is None else int(np.size(p)) > 1


def _matrix(i: Mapping[str, Any]) -> bool | None:
    for key in ("predictions", "z", "a"):
        if i.get(key) is not None:
            return np.ndim(i[key]) > 1
    return None


def _edge(i: Mapping[str, Any]) -> bool | None:
    p = i.get("predictions")
    return None if p is None else bool(np.any((np.asarray(p) == 0) | (np.asarray(p) == 1)))


#: train_epoch's batch_size where it is left out.
BATCH_SIZE = 32


def _examples_and_size(i: Mapping[str, Any]) -> tuple[int, int] | None:
    """How many examples there are and how many make a batch, for a function that takes batches."""
    if i.get("X") is None or "learning_rate" not in i:
        return None
    return len(i["X"]), int(i.get("batch_size") or BATCH_SIZE)


def _uneven(i: Mapping[str, Any]) -> bool | None:
    found = _examples_and_size(i)
    return None if found is None else bool(found[0] % found[1])


def _batches(i: Mapping[str, Any]) -> bool | None:
    found = _examples_and_size(i)
    return None if found is None else found[0] > found[1]


def _zero_target(i: Mapping[str, Any]) -> bool | None:
    t = i.get("target")
    return None if t is None or np.ndim(t) else float(t) == 0


TESTS: tuple[tuple[Test, str], ...] = (
    (_outputs, "right for one output, wrong for more than one"),
    (_hidden, "right without a hidden layer, wrong with one"),
    (_deep, "right with one hidden layer, wrong with more"),
    (_oblong, "right where the layers after the first are square, wrong where they aren't"),
    (_edge, "right inside (0, 1), wrong where a prediction is exactly 0 or 1"),
    (_many, "right for one element, wrong for more"),
    (_matrix, "right for a vector, wrong for a matrix"),
    (_uneven, "right where all batches are full, wrong where the last one is short"),
    (_batches, "right for one batch, wrong for several"),
    (_zero_target, "right for target 1, wrong for target 0"),
)


def pattern(cases: Sequence[Case]) -> str:
    """A phrase that separates the right cases from the wrong ones, or "" where all are wrong."""
    right = [c for c in cases if c.ok]
    wrong = [c for c in cases if not c.ok]
    if not right or not wrong:
        return ""
    for test, words in TESTS:
        try:
            r = [test(c.inputs) for c in right]
            w = [test(c.inputs) for c in wrong]
        except (TypeError, ValueError, IndexError):
            continue
        if all(v is False for v in r) and all(v is True for v in w):
            return words
    first = cases.index(wrong[0])
    if all(not c.ok for c in cases[first:]):
        return f"right for {_names(right)}, first wrong for {wrong[0].label}"
    return f"right for {_names(right)}, wrong for {_names(wrong)}"


def _names(cases: Sequence[Case]) -> str:
    labels = list(dict.fromkeys(c.label for c in cases))
    return ", ".join(labels[:3]) + (f" and {len(labels) - 3} more" if len(labels) > 3 else "")
