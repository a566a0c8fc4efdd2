"""What a check has established by itself: its ids, put in the words of data/mistakes.toml, and made more precise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .evidence import Evidence
from .figures import instead, others

#: What checks call it → what the table of mistakes calls it.
SAME = {
    "arguments-changed": "argument-changed",
    "x-shuffled-without-y": "shuffled-without-targets",
    "sum-for-mean": "sum-not-mean",
    "nominal-divisor": "nominal-batch-size",
    "update-sign": "ascends",
    "sigmoid-overflow": "overflow",
    "gradients-accumulate": "accumulates-over-calls",
    "nothing-updated": "update-lost",
    "no-figure": "figure-not-returned",
    "line-missing": "curves-missing",
    "state-kept-between-steps": "stale-gradients",
    "losses-wrong-length": "losses-length",
    "wrong-return": "results-not-a-pair",
}


def unwrapped(evidence: Evidence) -> Evidence:
    """What a check has put into a dict of its own to say that it is of the wrong type, taken out again."""
    if evidence.subject != "digits.misclassified":
        return evidence
    cases = []
    floats = False
    for case in evidence.cases:
        got = case.got
        if isinstance(got, dict) and list(got) == ["not integers"]:
            got = got["not integers"]
            same = np.shape(got) == np.shape(case.expected) and np.array_equal(got, case.expected)
            floats = floats or (same and np.asarray(got).dtype.kind == "f")
        cases.append(replace(case, got=got))
    facts = (*evidence.facts, "not-integers") if floats else evidence.facts
    return replace(evidence, cases=tuple(cases), facts=facts)


def refined(fact: str, numbers: Mapping[str, Any], summary: str = "") -> tuple[str, dict[str, Any]]:
    """(id, numbers) of a fact, as exact as its numbers allow."""
    says = {k: _short(v) for k, v in numbers.items() if k not in ("figure", "values", "curves", "z")}
    says["summary"] = summary
    id = SAME.get(fact, fact)
    if id == "curves-missing" and "curves" in numbers:
        drawn = others(numbers.get("figure"), numbers["curves"], numbers.get("values"))
        if drawn is not None:
            return drawn[0], {**says, **drawn[1]}
    if id == "curves-missing" and "values" in numbers:
        drawn = instead(numbers.get("figure"), numbers["values"])
        if drawn is not None:
            return drawn[0], {**says, **drawn[1]}
    if id == "no-clipping" and numbers.get("prediction") == 1.0:
        # The other end, at a prediction of 0, was looked at before and is right.
        eps = numbers.get("eps", 1.0)
        if 1 - eps == 1:
            return "eps-rounded-away", {**says, "eps": f"{eps:.1g}"}
        return "clipped-on-one-side", {**says, "end": "lower"}
    if id == "no-clipping" and numbers.get("right_at_one"):
        return "clipped-on-one-side", {**says, "end": "upper"}
    if id == "clip-too-coarse" and isinstance(numbers.get("got"), float):
        got = numbers["got"]
        if abs(got) < 1e-9:
            return "infinity-replaced-by-zero", says
        if got > 0:
            return id, {**says, "eps": f"about {2.718281828459045**-got:.1g}"}
    if id == "sigmoid-wrong-at-extremes":
        if "nan" in summary.rsplit("got", 1)[-1]:
            return "overflow", says
        low = _stands_still(numbers.get("z"), numbers.get("got"))
        if low and abs(np.log10(low) - round(np.log10(low))) < 1e-9:
            return "sigmoid-output-clipped", {**says, "eps": f"{low:.3g}"}
        if low:
            return "clip-too-tight", {**says, "bound": f"about {np.log(1 / low - 1):.3g}"}
    return id, says


def _stands_still(z: Any, got: Any) -> float:
    """The value of a sigmoid that is one for all small z, and 1 minus that for all large ones; else 0."""
    if not isinstance(z, np.ndarray) or not isinstance(got, np.ndarray) or got.shape != z.shape:
        return 0.0
    low, high = got[z < -40], got[z > 40]
    still = np.ptp(low) == 0 and np.ptp(high) == 0 and abs(low[0] + high[0] - 1) < 1e-12
    return float(low[0]) if still and 1e-16 < low[0] < 0.5 else 0.0


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"
