"""Ratios that differ from unit to unit, compared with what a layer's activations are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..maths import forward
from .leaves import Leaf

FACTORS = (
    ("1/(a(1−a)) times", lambda a: 1 / (a * (1 - a))),
    ("a(1−a) times", lambda a: a * (1 - a)),
    ("1/a times", lambda a: 1 / a),
    ("a times", lambda a: a),
    ("1/(1−a) times", lambda a: 1 / (1 - a)),
    ("(1−a) times", lambda a: 1 - a),
    ("−1/(a(1−a)) times", lambda a: -1 / (a * (1 - a))),
)


def factor_by_unit(leaves: Sequence[Leaf], inputs: Sequence[Mapping[str, Any]]) -> str:
    """ "has each row 1/(a(1−a)) times …" where that is so in all these gradients, else ""."""
    facts = []
    for leaf, case in zip(leaves, inputs, strict=True):
        activations = forward(
            [np.asarray(w, dtype=float) for w in case["weights"]],
            [np.asarray(b, dtype=float) for b in case["biases"]],
            np.asarray(case["x"], dtype=float),
        )
        layer = leaf.path[-1]
        with np.errstate(all="ignore"):
            facts.append((leaf.got / leaf.expected, activations[layer + 1], activations[layer]))
    for words, factor in FACTORS:
        if all(_rows(r, factor(a)) for r, a, _ in facts):
            return f"is off by unit: each row is {words} the right one, where a is that layer's own output"
        if all(r.ndim == 2 and _columns(r, factor(p)) for r, _, p in facts):
            return f"is off by input: each column is {words} the right one, where a is what comes into that layer"
    return ""


def _rows(ratio: np.ndarray, factor: np.ndarray) -> bool:
    column = factor[:, None] if ratio.ndim == 2 else factor
    if ratio.shape[0] != factor.shape[0]:
        return False
    return bool(np.allclose(ratio, column, rtol=1e-6))


def _columns(ratio: np.ndarray, factor: np.ndarray) -> bool:
    return ratio.shape[1] == factor.shape[0] and bool(np.allclose(ratio, factor, rtol=1e-6))
