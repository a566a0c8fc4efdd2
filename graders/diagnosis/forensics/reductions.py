"""A loss is one number out of many terms: which terms, and reduced how, give the number that came?

Tried are the terms that a loss could be made of, each with every way to make one number of them. What fits all cases,
the right ones too, is said: "the variance of the differences".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..evidence import Case, Trouble
from ..maths import sigmoid
from .leaves import as_array

Array = np.ndarray
Terms = Iterator[tuple[str, Array]]
#: How far a learner may keep predictions from 0 and 1.
CLIPS = (1e-15, 1e-16, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7)
#: A fit of fewer wrong cases could be chance.
ENOUGH = 3


def reduced(subject: str, cases: Sequence[Case]) -> str:
    """ "is the variance of the differences", where that holds in every case that gave a number; else ""."""
    make = TERMS.get(subject)
    ran = [c for c in cases if not isinstance(c.got, Trouble)]
    if make is None or sum(not c.ok for c in ran) < ENOUGH:
        return ""
    given: list[tuple[Array, Array]] = []
    came: list[float] = []
    right: list[float] = []
    for case in ran:
        value = as_array(case.got)
        if value is None or value.size != 1:
            return ""
        came.append(float(value.reshape(-1)[0]))
        right.append(float(case.expected))
        p, t = case.inputs["predictions"], case.inputs["targets"]
        given.append((np.asarray(p, dtype=float), np.asarray(t, dtype=float)))
    with np.errstate(all="ignore"):
        return _search(make, given, np.array(came), np.array(right))


def _part(gap: Array, values: Array) -> float:
    """c where the gap is c times these values in every case; else 0."""
    if values.size < 4 or not np.isfinite(values).all() or not values.any():
        return 0.0
    c = float(gap @ values / (values @ values))
    return c if abs(c) > 1e-9 and np.allclose(gap, c * values, rtol=1e-6, atol=1e-9 * np.abs(gap).max()) else 0.0


def _search(make: Callable[[Array, Array], Terms], given: list[tuple[Array, Array]], came: Array, right: Array) -> str:
    for row in zip(*(make(p, t) for p, t in given), strict=True):
        name, of = row[0][0], [terms for _, terms in row]
        for way, reduce in WAYS.items():
            values = np.array([float(reduce(s, t)) for s, (_, t) in zip(of, given, strict=True)])
            for said, c in (("", 1.0), ("half of ", 0.5), ("minus ", -1.0), ("2 times ", 2.0)):
                if _same(came, c * values):
                    return f"is {said}{way.format(name)}"
            if _same(came, np.sqrt(values)):
                return f"is the square root of {way.format(name)}"
            if _same(came, values**2):
                return f"is the square of {way.format(name)}"
            part = _part(came - right, values)
            if part:
                return f"is the right one plus {part:.4g} times {way.format(name)}"
    return ""


def _same(a: Array, b: Array) -> bool:
    return bool(np.allclose(a, b, rtol=1e-7, atol=1e-11, equal_nan=True))


def _mean_by_target(s: Array, t: Array) -> float:
    return sum(float(np.mean(s[t == kind])) if (t == kind).any() else float("nan") for kind in (0, 1))


#: How one number may be made of many.
WAYS: dict[str, Callable[[Array, Array], Any]] = {
    "the mean of {}": lambda s, t: s.mean(),
    "the sum of {}": lambda s, t: s.sum(),
    "the mean of {}, without the first one (over n)": lambda s, t: s.reshape(-1)[1:].sum() / s.size,
    "the mean of {}, without the last one (over n)": lambda s, t: s.reshape(-1)[:-1].sum() / s.size,
    "the first of {} over n: the others never count": lambda s, t: s.reshape(-1)[0] / s.size,
    "the last of {} over n: the others never count": lambda s, t: s.reshape(-1)[-1] / s.size,
    "the first of {}": lambda s, t: s.reshape(-1)[0],
    "the last of {}": lambda s, t: s.reshape(-1)[-1],
    "the variance of {}": lambda s, t: s.var(),
    "the standard deviation of {}": lambda s, t: s.std(),
    "the sum of {} over n − 1": lambda s, t: np.divide(s.sum(), s.size - 1),
    "the sum of {} over n squared": lambda s, t: s.mean() / s.size,
    "the sum of {} over the square root of n": lambda s, t: s.sum() / np.sqrt(s.size),
    "the length (norm) of {}, over n": lambda s, t: np.sqrt((s * s).sum()) / s.size,
    "the root of the sum of {}, over n": lambda s, t: np.sqrt(s.sum()) / s.size,
    "the largest of {}": lambda s, t: s.max(),
    "the smallest of {}": lambda s, t: s.min(),
    "the median of {}": lambda s, t: np.median(s),
    "every second one of {}, summed, over n": lambda s, t: s.reshape(-1)[::2].sum() / s.size,
    "the mean of {} over the rows, summed over the columns": lambda s, t: s.sum() / (len(s) if s.ndim > 1 else 1),
    "the product of {}": lambda s, t: s.prod(),
    "the mean of {} for target 1 plus that for target 0": _mean_by_target,
    "1 minus the mean of {}": lambda s, t: 1 - s.mean(),
    "exp of the mean of {}": lambda s, t: np.exp(s.mean()),
    "the logarithm of the mean of {}": lambda s, t: np.log(s.mean()),
}


def _squared_error(p: Array, t: Array) -> Terms:
    d = p - t
    first = t.reshape(-1)[0]
    yield "the squared differences", d * d
    yield "the differences", d
    yield "the absolute differences", np.abs(d)
    changed = {
        "predictions clipped to 0 … 1": (np.clip(p, 0, 1), t),
        "predictions cut to whole numbers": (np.trunc(p), t),
        "predictions and targets cut to whole numbers": (np.trunc(p), np.trunc(t)),
        "predictions rounded to whole numbers": (np.round(p), t),
        "predictions that went through a sigmoid": (sigmoid(p), t),
        "predictions that went through a softmax": (_softmax(p), t),
        "predictions thresholded to 0 and 1": ((p > 0.5).astype(float), t),
        "absolute predictions": (np.abs(p), t),
        "absolute predictions and targets": (np.abs(p), np.abs(t)),
        "sorted predictions and targets": (np.sort(p.reshape(-1)), np.sort(t.reshape(-1))),
        "reversed predictions": (p.reshape(-1)[::-1], t.reshape(-1)),
        "the mean prediction and the targets": (np.full_like(p, p.mean()), t),
        "the predictions and the mean target": (p, np.full_like(t, t.mean())),
        "the predictions and the first target": (p, np.full_like(t, first)),
        "the predictions and the last target": (p, np.full_like(t, t.reshape(-1)[-1])),
        "normalised predictions and targets": (p / np.linalg.norm(p), t / np.linalg.norm(t)),
    }
    for name, (q, u) in changed.items():
        yield f"the squared differences of {name}", (q - u) ** 2
    yield "the logarithms of the squared differences", np.log(d * d)
    yield "the squared predictions", p * p
    yield "the absolute predictions", np.abs(p)
    yield "the predictions", p
    yield "the squared relative differences", (d / p) ** 2
    yield "the logarithms of the squared differences plus 1", np.log1p(d * d)
    yield "the logarithms of cosh of the differences", np.log(np.cosh(d))
    yield "Huber's errors (squares below 1, straight beyond)", np.where(np.abs(d) <= 1, d * d / 2, np.abs(d) - 0.5)
    yield "the roots of the absolute differences", np.sqrt(np.abs(d))
    yield "the differences times their absolute values (which keeps the sign)", d * np.abs(d)
    yield "the squared predictions minus the targets", p * p - t
    yield "the predictions minus the squared targets", p - t * t
    yield "the products of prediction and target", p * t
    yield "the cubes of the absolute differences", np.abs(d) ** 3


def _cross_entropy(p: Array, t: Array) -> Terms:
    def entropy(q: Array, u: Array) -> Array:
        return -(u * np.log(q) + (1 - u) * np.log(1 - q))

    q = np.clip(p, 1e-15, 1 - 1e-15)
    right = entropy(q, t)
    yield "the cross-entropies", right
    yield "the squared logarithms", right * right
    yield "the probabilities of the wrong answer", np.abs(t - p)
    yield "the probabilities of the right answer", 1 - np.abs(t - p)
    for name, changed in {
        "predictions that went through a sigmoid once more": sigmoid(p),
        "squared predictions": q * q,
        "square roots of the predictions": np.sqrt(q),
        "the mean prediction": np.full_like(p, p.mean()),
    }.items():
        yield f"the cross-entropies of {name}", entropy(np.clip(changed, 1e-15, 1 - 1e-15), t)
    for clip in CLIPS:
        for name, changed in {
            "rounded to 0 and 1": np.round(p),
            "thresholded to 0 and 1": (p > 0.5).astype(float),
            "that went through a softmax": _softmax(p),
        }.items():
            yield f"the cross-entropies of predictions {name}", entropy(np.clip(changed, clip, 1 - clip), t)
    for part in (0.5, 1.0, 2.0, 3.0, 5.0):
        weighed = np.abs(t - q) ** part * right
        yield (
            f"the cross-entropies, each times (1 − q)^{part:g} as in the focal loss (q: what the truth was given)",
            weighed,
        )
    for weight in (2.0, 0.5, 3.0, 5.0, 10.0):
        weighed = np.where(t == 1, weight, 1.0) * right
        yield f"the cross-entropies, each of target 1 times {weight:g}", weighed
    for part in (0.2, 0.1, 0.05, 0.02, 0.01):
        yield f"the cross-entropies with targets smoothed by {part:g}", entropy(q, t * (1 - part) + part / 2)
        yield f"the cross-entropies with targets smoothed by {part:g} at the top", entropy(q, t * (1 - part))
    sides = (2 * t - 1) * (2 * p - 1)
    yield "the hinge losses of 2p − 1 against −1 and 1", np.maximum(0, 1 - sides)
    yield "the squared differences", (p - t) ** 2
    for eps in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8):
        yield f"the cross-entropies of p + {eps:g} (so that 1 − p gets smaller by it)", entropy(p + eps, t)
    first, second = t * np.log(q), (1 - t) * np.log(1 - q)
    firsts = {
        "t·log p": first,
        "log p": np.log(q),
        "t·p": t * q,
        "p·log t": np.where(t > 0, 0.0, q * np.log(1e-15)),
        "t·log(1 + p)": t * np.log1p(q),
        "p·log p": q * np.log(q),
        "t·log(p)²": t * np.log(q) ** 2,
        "t/p": t / q,
        "log(t·p)": np.log(np.maximum(t * q, 1e-15)),
    }
    seconds = {
        "(1 − t)·log(1 − p)": second,
        "log(1 − p)": np.log(1 - q),
        "(1 − t)·log(1) − p": -q,
        "(1 − t)·(1 − p)": (1 - t) * (1 - q),
        "(1 − t)·log(1 + p)": (1 - t) * np.log1p(q),
        "(1 − t)·log(1 − p²)": (1 - t) * np.log(1 - q * q),
        "(1 − t)·(−p)": -(1 - t) * q,
        "2(1 − t)·log(1 − p)": 2 * (1 - t) * np.log(1 - q),
        "(1 − t)·log p": (1 - t) * np.log(q),
        "(1 − t)·(1 − log p)": (1 - t) * (1 - np.log(q)),
        "(1 − t) + log(1 − p)": (1 - t) + np.log(1 - q),
        "(1 − t)·(log 1 − log p)": -(1 - t) * np.log(q),
        "1 − t·log(1 − p)": 1 - t * np.log(1 - q),
        "t·log(1 − p)": t * np.log(1 - q),
        "(1 − p)·log(1 − p)": (1 - q) * np.log(1 - q),
        "(1 − t)·log(p − 1)": (1 - t) * np.log(q - 1),
        "(1 − t)/(1 − p)": (1 - t) / (1 - q),
        "(1 + t)·log(1 − p)": (1 + t) * np.log(1 - q),
        "(t − 1)·log(1 − p)": (t - 1) * np.log(1 - q),
    }
    for one, a in firsts.items():
        for two, b in seconds.items():
            yield f"−({one} + {two})", -(a + b)
    for name, other in (("2", np.log(2)), ("10", np.log(10))):
        yield f"the cross-entropies with a logarithm to base {name} in the first term only", -(first / other + second)
        yield f"the cross-entropies with a logarithm to base {name} in the second term only", -(first + second / other)


def _softmax(v: Array) -> Array:
    e = np.exp(v - v.max())
    return np.asarray(e / e.sum())


TERMS: Mapping[str, Callable[[Array, Array], Terms]] = {
    "losses.mse_loss": _squared_error,
    "losses.cross_entropy_loss": _cross_entropy,
}
