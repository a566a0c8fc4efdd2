"""A loss is one number out of many terms: which terms, and reduced how, give the number that came?

Tried are the terms that a loss could be made of, each with every way to make one number of them, then the two halves of
a cross-entropy, each reduced in a way of its own. What fits all cases, the right ones too, is said: "the variance of
the differences".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..evidence import Case, Trouble
from .leaves import as_array
from .terms import HALVES, TERMS

Array = np.ndarray
#: A fit of fewer wrong cases could be chance.
ENOUGH = 3


@dataclass(frozen=True)
class _Given:
    """The predictions and targets of one case."""

    p: Array
    t: Array

    @property
    def n(self) -> int:
        return self.p.size

    @property
    def rows(self) -> int:
        return len(self.p) if self.p.ndim > 1 else 1

    def by_first(self, s: Array) -> Array:
        """By the first axis: rows, or the elements of a vector."""
        return s.reshape(len(s), len(self.p), -1)

    def by_row(self, s: Array) -> Array:
        return s.reshape(len(s), self.rows, -1)


def reduced(subject: str, cases: Sequence[Case]) -> str:
    """ "is the variance of the differences", where that holds in every case that gave a number; else ""."""
    ran = [c for c in cases if not isinstance(c.got, Trouble)]
    if subject not in TERMS or sum(not c.ok for c in ran) < ENOUGH:
        return ""
    given: list[_Given] = []
    came: list[float] = []
    for case in ran:
        value = as_array(case.got)
        if value is None or value.size != 1:
            return ""
        came.append(float(value.reshape(-1)[0]))
        given.append(_Given(*(np.asarray(case.inputs[k], dtype=float) for k in ("predictions", "targets"))))
    if sum(np.isfinite(came)) < ENOUGH:
        return ""  # nan is like nan whatever it was made of
    right = np.array([float(c.expected) for c in ran])
    with np.errstate(all="ignore"):
        return (
            _of_terms(subject, given, np.array(came), right)
            or _of_halves(subject, given, np.array(came))
            or _of_numbers(given, np.array(came), right)
        )


def _of_terms(subject: str, given: Sequence[_Given], came: Array, right: Array) -> str:
    names: list[str] = []
    stacked = []
    for g in given:
        rows = list(TERMS[subject](g.p, g.t))
        names = [name for name, _ in rows]
        stacked.append(np.stack([np.reshape(s, -1) for _, s in rows]))
    best: tuple[tuple[bool, int, int, int], str] | None = None
    for order, (way, reduce) in enumerate(WAYS.items()):
        values = np.stack([reduce(s, g) for s, g in zip(stacked, given, strict=True)], axis=1)
        for place, (said, made) in enumerate(_made(values, came, right).items()):
            for row in np.flatnonzero(made.fits)[:1]:
                name = way.format(names[row])
                text = f"is {said.format(name, f'{made.part[row]:.4g}')}"
                rank = (said.startswith("the right"), int(row), order, place)
                best = min(best or (rank, text), (rank, text))
    return best[1] if best else ""


@dataclass(frozen=True)
class _Made:
    """Which rows fit the numbers that came, and as how many times these values where that differs."""

    fits: Array
    part: Array


def _made(values: Array, came: Array, right: Array) -> dict[str, _Made]:
    """What may have been made of each row of values."""
    whole = np.ones(len(values))
    plain = {
        "{0}": values,
        "half of {0}": 0.5 * values,
        "minus {0}": -values,
        "2 times {0}": 2 * values,
        "the square root of {0}": np.sqrt(values),
        "the square of {0}": values**2,
    }
    found = {said: _Made(_same(came, v), whole) for said, v in plain.items()}
    gap = came - right
    part = (values @ gap) / (values * values).sum(axis=1)
    fits = np.isclose(gap, part[:, None] * values, rtol=1e-6, atol=1e-9 * np.abs(gap).max()).all(axis=1)
    usable = np.isfinite(values).all(axis=1) & (np.abs(part) > 1e-9) & (values.shape[1] >= 4)
    found["the right one plus {1} times {0}"] = _Made(fits & usable, part)
    return found


def _same(came: Array, values: Array) -> Array:
    return np.isclose(came, values, rtol=1e-7, atol=1e-11, equal_nan=True).all(axis=1)


def _of_halves(subject: str, given: Sequence[_Given], came: Array) -> str:
    """The two halves of the loss, each reduced in a way of its own."""
    if subject not in HALVES:
        return ""
    names: list[str] = []
    halves: list[list[Array]] = [[], []]
    for g in given:
        pair = HALVES[subject](g.p, g.t)
        names = [name for name, _ in pair]
        for of, (_, terms) in zip(halves, pair, strict=True):
            of.append(terms.reshape(1, -1))
    for one, first in APART.items():
        for two, second in APART.items():
            values = np.array([float((first(a, g) + second(b, g))[0]) for a, b, g in zip(*halves, given, strict=True)])
            for sign, c in (("minus ", -1.0), ("", 1.0)):
                if one != two and _same(came, c * values[None])[0]:
                    return f"is {sign}({one.format(names[0])}, plus {two.format(names[1])})"
    return ""


def _of_numbers(given: Sequence[_Given], came: Array, right: Array) -> str:
    """The right loss, times or divided by a number that each case has."""
    used = np.abs(right) > 1e-9
    for name, of in NUMBERS.items():
        number = np.array([float(of(g)) for g in given])
        if np.ptp(number[used]) <= 1e-9:
            continue
        for said, value in (("times", right * number), ("divided by", right / number)):
            for part, c in (("", 1.0), ("half of ", 0.5), ("2 times ", 2.0)):
                if bool(np.isclose(came, c * value, rtol=1e-7, atol=1e-11).all()):
                    return f"is {part}the right one {said} {name}"
    return ""


#: Numbers of a case by which a loss may be divided, or multiplied, by mistake.
NUMBERS: dict[str, Callable[[_Given], Any]] = {
    "n": lambda g: g.n,
    "the number of rows": lambda g: len(g.p),
    "the number of columns": lambda g: g.p.shape[-1],
    "the square root of n": lambda g: np.sqrt(g.n),
    "the variance of the targets": lambda g: g.t.var(),
    "1 plus the variance of the targets": lambda g: 1 + g.t.var(),
    "the mean of the squared targets": lambda g: (g.t**2).mean(),
    "the sum of the squared targets": lambda g: (g.t**2).sum(),
    "the sum of the targets": lambda g: g.t.sum(),
    "the mean target": lambda g: g.t.mean(),
    "the sum of the predictions": lambda g: g.p.sum(),
    "the mean prediction": lambda g: g.p.mean(),
    "the sum of the squared predictions": lambda g: (g.p**2).sum(),
    "the variance of the predictions": lambda g: g.p.var(),
    "the largest target": lambda g: g.t.max(),
    "the span of the targets": lambda g: np.ptp(g.t),
}


def _mean_by_target(s: Array, g: _Given) -> Array:
    t = g.t.reshape(-1)
    means = [s[:, t == kind].mean(axis=1) if (t == kind).any() else np.full(len(s), np.nan) for kind in (0, 1)]
    return np.asarray(means[0] + means[1])


Way = Callable[[Array, _Given], Array]
#: How one number may be made of many: of each row of `s`, whose elements are those of the case `g`, flat.
WAYS: dict[str, Way] = {
    "the mean of {}": lambda s, g: s.mean(axis=1),
    "the sum of {}": lambda s, g: s.sum(axis=1),
    "the mean of {}, without the first one (over n)": lambda s, g: s[:, 1:].sum(axis=1) / g.n,
    "the mean of {}, without the last one (over n)": lambda s, g: s[:, :-1].sum(axis=1) / g.n,
    "the first of {} over n: the others never count": lambda s, g: s[:, 0] / g.n,
    "the last of {} over n: the others never count": lambda s, g: s[:, -1] / g.n,
    "the first of {}": lambda s, g: s[:, 0],
    "the last of {}": lambda s, g: s[:, -1],
    "the variance of {}": lambda s, g: s.var(axis=1),
    "the standard deviation of {}": lambda s, g: s.std(axis=1),
    "the sum of {} over n − 1": lambda s, g: np.divide(s.sum(axis=1), g.n - 1),
    "the sum of {} over n squared": lambda s, g: s.mean(axis=1) / g.n,
    "the sum of {} over the square root of n": lambda s, g: s.sum(axis=1) / np.sqrt(g.n),
    "the length (norm) of {}, over n": lambda s, g: np.sqrt((s * s).sum(axis=1)) / g.n,
    "the root of the sum of {}, over n": lambda s, g: np.sqrt(s.sum(axis=1)) / g.n,
    "the mean of {}, without those of the last row (over n)": lambda s, g: g.by_first(s)[:, :-1].sum(axis=(1, 2)) / g.n,
    "the mean of {}, without those of the first row (over n)": lambda s, g: g.by_first(s)[:, 1:].sum(axis=(1, 2)) / g.n,
    "the average of {} taken as (average so far + next) / 2": lambda s, g: s @ 0.5 ** np.arange(g.n, 0, -1),
    "the largest of {}": lambda s, g: s.max(axis=1),
    "the smallest of {}": lambda s, g: s.min(axis=1),
    "the median of {}": lambda s, g: np.median(s, axis=1),
    "every second one of {}, summed, over n": lambda s, g: s[:, ::2].sum(axis=1) / g.n,
    "the mean of {} over the rows, summed over the columns": lambda s, g: s.sum(axis=1) / g.rows,
    "the sum of {} over the rows, averaged over the columns": lambda s, g: s.sum(axis=1) / (g.n / g.rows),
    "the root of the mean of {} in each row, averaged": lambda s, g: np.sqrt(g.by_row(s).mean(axis=2)).mean(axis=1),
    "the square of the mean of {} in each row, averaged": lambda s, g: (g.by_row(s).mean(axis=2) ** 2).mean(axis=1),
    "the square of the sum of {} in each row, averaged": lambda s, g: (g.by_row(s).sum(axis=2) ** 2).mean(axis=1),
    "the root of the sum of {} in each row, averaged": lambda s, g: np.sqrt(g.by_row(s).sum(axis=2)).mean(axis=1),
    "the largest of {} in each row, averaged": lambda s, g: g.by_row(s).max(axis=2).mean(axis=1),
    "the product of {}": lambda s, g: s.prod(axis=1),
    "the mean of {} for target 1 plus that for target 0": _mean_by_target,
    "1 minus the mean of {}": lambda s, g: 1 - s.mean(axis=1),
    "exp of the mean of {}": lambda s, g: np.exp(s.mean(axis=1)),
    "the logarithm of the mean of {}": lambda s, g: np.log(s.mean(axis=1)),
}
#: Ways in which each half may be reduced by itself.
APART: dict[str, Way] = {
    "the mean of {}": WAYS["the mean of {}"],
    "the sum of {}": WAYS["the sum of {}"],
    "the sum of {} over n squared": WAYS["the sum of {} over n squared"],
    "half of the mean of {}": lambda s, g: s.mean(axis=1) / 2,
    "2 times the mean of {}": lambda s, g: s.mean(axis=1) * 2,
    "the first of {}": WAYS["the first of {}"],
    "the last of {}": WAYS["the last of {}"],
    "the sum of {} over how many targets are 1": lambda s, g: s.sum(axis=1) / max(float(g.t.sum()), 1.0),
    "the sum of {} over how many targets are 0": lambda s, g: s.sum(axis=1) / max(float((1 - g.t).sum()), 1.0),
}
