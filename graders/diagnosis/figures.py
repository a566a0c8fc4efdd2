"""What a picture shows instead of the values that were asked for, read from the figure's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any, Literal

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
    ("their logarithms (log2)", np.log2),
    ("their inverses (1 over each)", lambda v: 1 / v),
    ("the differences from one value to the next", np.diff),
    ("the differences from one value to the next, turned round", lambda v: -np.diff(v)),
    ("the smallest value up to each point", np.minimum.accumulate),
    ("every second one of them only", lambda v: v[::2]),
    ("every third one of them only", lambda v: v[::3]),
    ("every fifth one of them only", lambda v: v[::5]),
    ("every tenth one of them only", lambda v: v[::10]),
    *((f"means of {k} neighbouring values (smoothed)", lambda v, k=k: _smoothed(v, k, "valid")) for k in (2, 3, 5)),
    *((f"means of {k} neighbouring values (smoothed)", lambda v, k=k: _smoothed(v, k, "same")) for k in (2, 3, 5)),
)


def _smoothed(v: Array, k: int, mode: Literal["valid", "same"]) -> Array:
    return np.convolve(v, np.ones(k) / k, mode=mode) if len(v) > k else np.empty(0)


def others(figure: Any, curves: Sequence[Any], values: Any) -> tuple[str, dict[str, str]] | None:
    """What became of several curves, of which that of `values` is not drawn: joined, or only one of them there."""
    if not isinstance(figure, Mapping) or len(curves) < 2:
        return None
    wanted = [np.asarray(curve, dtype=float).reshape(-1) for curve in curves]
    drawn = [_array(line.get("y")) for line in _lines(figure)]
    for line in _lines(figure):
        x, y = _array(line.get("x")), _array(line.get("y"))
        if any(_same(x, a) and _same(y, b) for a, b in permutations(wanted, 2)):
            return "curve-against-curve", {}
    if any(_same(y, np.concatenate(wanted)) for y in drawn):
        return "curves-joined", {}
    if len(wanted) == 2 and wanted[0].shape == wanted[1].shape:
        a, b = wanted
        with np.errstate(all="ignore"):
            for words, value in (("difference", b - a), ("difference", a - b), ("ratio", b / a), ("ratio", a / b)):
                if any(_same(y, value) for y in drawn):
                    return "values-transformed", {"how": f"the {words} of the two curves"}
    there = [k for k, curve in enumerate(wanted) if any(_same(y, curve) for y in drawn)]
    if len(drawn) == 1 and there in ([0], [len(wanted) - 1]):
        return "only-one-curve", {"which": "first" if there == [0] else "last"}
    return None


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
            if len(wanted) > 2 and (_same(y, wanted[1:]) or (len(y) > 1 and _same(y, wanted[:-1][: len(y)]))):
                return "values-missing", {}
            if _same(y, wanted) and not bool((np.diff(x) > 0).all()):
                return "points-in-one-place", {}
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
