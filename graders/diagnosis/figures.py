"""What a picture shows instead of the values that were asked for, read from the figure's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Array = np.ndarray
#: As many lines as are looked at: the figure's data need not come from a figure.
MOST_LINES = 256
CHANGES: tuple[tuple[str, Callable[[Array], Array]], ...] = (
    ("their values in sorted order", np.sort),
    ("their values in falling order (sorted)", lambda v: np.sort(v)[::-1]),
    ("their values in reverse order", lambda v: v[::-1]),
    ("their logarithms (log10)", np.log10),
    ("their natural logarithms (log)", np.log),
    ("a running mean of these values", lambda v: np.cumsum(v) / (np.arange(len(v)) + 1)),
    ("running sums of these values", np.cumsum),
    ("their values divided by the first", lambda v: v / v[0]),
    ("their values divided by the largest", lambda v: v / v.max()),
    ("their values in per cent", lambda v: 100 * v),
    ("their square roots", np.sqrt),
    ("1 minus these values", lambda v: 1 - v),
)


def instead(figure: Any, values: Any) -> tuple[str, dict[str, str]] | None:
    """(id, words) of what is drawn in place of `values`, or None where nothing is recognised."""
    if not isinstance(figure, Mapping):
        return None
    wanted = np.asarray(values, dtype=float).reshape(-1)
    lines = [(_array(line.get("x")), _array(line.get("y"))) for line in _lines(figure)]
    if all(y.size == 0 for _, y in lines):
        return "empty-figure", {}
    with np.errstate(all="ignore"):
        for x, y in lines:
            if _same(x, wanted) and len(wanted) > 1:
                return "axes-swapped", {}
            if len(wanted) > 2 and (_same(y, wanted[1:]) or _same(y, wanted[:-1])):
                return "values-missing", {}
        for words, change in CHANGES:
            if any(_same(y, change(wanted)) for _, y in lines):
                return "values-transformed", {"how": words}
    if all(y.size <= 1 for _, y in lines) and len(wanted) > 1:
        return "losses-not-plotted", {}
    drawn = [y for _, y in lines if y.size]
    if len(drawn) > 1 and all(_same(y, drawn[0]) for y in drawn):
        return "same-curve", {}
    return None


def _lines(figure: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = [
        line
        for axes in figure.get("axes", ())
        if isinstance(axes, Mapping)
        for line in axes.get("lines", ())
        if isinstance(line, Mapping)
    ]
    return found[:MOST_LINES]


def _array(value: Any) -> Array:
    try:
        return np.asarray(value, dtype=float).reshape(-1)
    except (TypeError, ValueError):
        return np.empty(0)


def _same(a: Array, b: Array) -> bool:
    return a.shape == b.shape and a.size > 0 and bool(np.allclose(a, b, rtol=1e-6, atol=1e-12))
