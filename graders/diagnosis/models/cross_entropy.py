"""losses.cross_entropy_loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..maths import sigmoid
from ..recipe import OneOf
from .predictions import EPS, OfPredictions, clip, like_targets, room_of_loss, softmax

Array = np.ndarray


class CrossEntropyLoss(OfPredictions):
    """−mean (t log p + (1 − t) log(1 − p))"""

    subject = "losses.cross_entropy_loss"

    @classmethod
    def slack(cls, shared: Any) -> float:
        return room_of_loss(*shared)

    def run(self) -> Any:
        p, t = self.shared
        p, t = self.arguments(p, t)
        q = self.clip(p)
        a, b = self.ones(q, t), self.zeros(q, t)
        return self.reduce(self.sign(a, b))

    def arguments(self, p: Array, t: Array) -> tuple[Array, Array]:
        return p, t

    def clip(self, p: Array) -> Array:
        return clip(p)

    def log(self, v: Array) -> Array:
        return np.log(v)

    def ones(self, q: Array, t: Array) -> Array:
        return t * self.log(q)

    def zeros(self, q: Array, t: Array) -> Array:
        return (1 - t) * self.log(1 - q)

    def sign(self, a: Array, b: Array) -> Array:
        return -(a + b)

    def reduce(self, s: Array) -> Any:
        return self.factor() * s.mean()

    def factor(self) -> float:
        return 1.0


CE = CrossEntropyLoss
CE.usual(
    "sign",
    {
        "negated": lambda r, a, b: a + b,
        "minus-on-first-term-only": lambda r, a, b: b - a,
        "second-term-missing": lambda r, a, b: -a,
        "first-term-missing": lambda r, a, b: -b,
    },
)
CE.rare(
    "sign",
    {
        "minus-on-second-term-only": lambda r, a, b: a - b,
        "terms-multiplied": lambda r, a, b: -(a * b),
    },
)
CE.usual(
    "log",
    {
        "log-base-ten": lambda r, v: np.log10(v),
        "log-base-two": lambda r, v: np.log2(v),
    },
)
CE.rare("log", {"log-one-plus": lambda r, v: np.log1p(v), "log-missing": lambda r, v: v})
CE.usual(
    "reduce",
    {
        "sum-not-mean": lambda r, s: s.sum() * r.factor(),
        "no-reduction": lambda r, s: s * r.factor(),
        "divided-by-len": lambda r, s: s.sum() / len(s) * r.factor(),
        "divided-by-last-axis": lambda r, s: s.sum() / s.shape[-1] * r.factor(),
        "reduced-over-one-axis": lambda r, s: s.mean(axis=0) * r.factor(),
    },
)
CE.rare(
    "reduce",
    {
        "reduced-over-one-axis": lambda r, s: s.mean(axis=-1) * r.factor(),
        "first-only": lambda r, s: s.reshape(-1)[0] * r.factor(),
        "last-only": lambda r, s: s.reshape(-1)[-1] * r.factor(),
        "n-minus-one": lambda r, s: s.sum() / max(s.size - 1, 1) * r.factor(),
        "maximum-not-mean": lambda r, s: s.max(),
        "square-root": lambda r, s: np.sqrt(s.mean()),
        "divided-twice": lambda r, s: s.mean() / s.size,
        "mean-over-ones-only": lambda r, s: s.sum() / max(float(r.shared[1].sum()), 1.0),
    },
)
CE.rare(
    "reduce",
    {
        "n-minus-one": lambda r, s: np.divide(s.sum(), s.size - 1) * r.factor(),
        "first-left-out": lambda r, s: s.reshape(-1)[1:].sum() / s.size * r.factor(),
        "last-left-out": lambda r, s: s.reshape(-1)[:-1].sum() / s.size * r.factor(),
        "first-only": lambda r, s: s.reshape(-1)[0] / s.size * r.factor(),
        "last-only": lambda r, s: s.reshape(-1)[-1] / s.size * r.factor(),
    },
)
CE.usual("factor", {"factor-half": lambda r: 0.5})
CE.rare("factor", {"factor-two": lambda r: 2.0})
CE.usual(
    "zeros",
    {
        "log-of-one-plus-p": lambda r, q, t: (1 - t) * r.log(1 + q),
        "one-minus-outside-log": lambda r, q, t: (1 - t) * (1 - r.log(q)),
    },
)
CE.rare(
    "zeros",
    {
        "second-term-uses-p": lambda r, q, t: (1 - t) * r.log(q),
        "second-term-without-target": lambda r, q, t: r.log(1 - q),
        "log-missing-in-second-term": lambda r, q, t: (1 - t) * (1 - q),
        "second-term-uses-t": lambda r, q, t: t * r.log(1 - q),
        "one-plus-target": lambda r, q, t: (1 + t) * r.log(1 - q),
        "log-of-targets": lambda r, q, t: (1 - t) * r.log(1 - t),
    },
)
CE.rare(
    "ones",
    {
        "first-term-without-target": lambda r, q, t: r.log(q),
        "log-missing-in-first-term": lambda r, q, t: t * q,
    },
)


@CE.mistake("targets-mirrored", "arguments", rank=1)
def _(r: CE, p: Array, t: Array) -> Any:
    return p, 1 - t


@CE.mistake("arguments-swapped", "arguments", rank=1)
def _(r: CE, p: Array, t: Array) -> Any:
    return t, p


@CE.mistake("entropy-of-predictions", "arguments", rank=1)
def _(r: CE, p: Array, t: Array) -> Any:
    return p, p


@CE.mistake("predictions-ignored", "arguments", rank=2)
def _(r: CE, p: Array, t: Array) -> Any:
    return t, t


@CE.mistake("rounded-predictions", "arguments", rank=3)
def _(r: CE, p: Array, t: Array) -> Any:
    return np.round(p), t


@CE.mistake("broadcast", "arguments", rank=2)
def _(r: CE, p: Array, t: Array) -> Any:
    return p.reshape(-1, 1), t.reshape(1, -1)


@CE.mistake("sigmoid-again", "arguments", rank=1)
def _(r: CE, p: Array, t: Array) -> Any:
    return sigmoid(p), t


@CE.mistake("softmax-again", "arguments")
def _(r: CE, p: Array, t: Array) -> Any:
    return softmax(p), t


@CE.mistake("softmax-again", "arguments", rank=3, says={"how": " in each row"})
def _(r: CE, p: Array, t: Array) -> Any:
    return softmax(p, axis=-1), t


@CE.mistake("softmax-again", "run", rank=3)
def _(r: CE) -> Any:
    """Without clipping: a single prediction becomes 1, and the loss nan or inf."""
    p, t = r.shared
    q = softmax(p)
    return -(t * np.log(q) + (1 - t) * np.log(1 - q)).mean()


@CE.mistake("targets-type-taken-over", "arguments", rank=3, edge=True)
def _(r: CE, p: Array, t: Array) -> Any:
    return like_targets(r, p), t


def _swapped(eps: float) -> None:
    """How far from 0 and 1 the swapped targets are kept makes the number; without that there is none."""

    def run(r: CE) -> Any:
        p, t = r.shared
        q = clip(t, eps) if eps else t
        return -(p * np.log(q) + (1 - p) * np.log(1 - q)).mean()

    CE.mistake("arguments-swapped", "run", rank=3)(run)


for _eps in (0.0, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7):
    _swapped(_eps)


@CE.mistake("mean-of-one-term", "run", rank=2, says={"which": "first"})
def _(r: CE) -> Any:
    p, t = r.shared
    q = r.clip(p)
    return -r.ones(q, t).mean() - r.zeros(q, t)


@CE.mistake("mean-of-one-term", "run", rank=2, says={"which": "first"})
def _(r: CE) -> Any:
    p, t = r.shared
    q = r.clip(p)
    return -r.ones(q, t).mean() + r.zeros(q, t)


@CE.mistake("mean-of-one-term", "run", rank=2, says={"which": "second"})
def _(r: CE) -> Any:
    p, t = r.shared
    q = r.clip(p)
    return -(r.ones(q, t) + r.zeros(q, t).mean())


@CE.mistake("averaged-by-class", "run")
def _(r: CE) -> Any:
    p, t = r.shared
    q = clip(p)
    ones, zeros = -np.log(q[t == 1]), -np.log(1 - q[t == 0])
    return float(ones.mean() if ones.size else np.nan) + float(zeros.mean() if zeros.size else np.nan)


for _id in ("no-clipping", "clip-thrown-away"):
    CE.mistake(_id, "clip", rank=1, edge=True)(lambda r, p: p)
CE.mistake("clipped-on-one-side", "clip", rank=1, edge=True, says={"end": "lower"})(lambda r, p: np.maximum(p, EPS))
CE.mistake("clipped-on-one-side", "clip", rank=1, edge=True, says={"end": "upper"})(lambda r, p: np.minimum(p, 1 - EPS))
CE.mistake("clip-bounds-swapped", "clip", rank=2)(lambda r, p: np.full_like(p, EPS))


def _coarse(eps: float) -> None:
    says = {"eps": f"{eps:g}"}
    CE.mistake("clip-too-coarse", "clip", rank=2, edge=True, says=says)(lambda r, p: clip(p, eps))

    def added(r: CE) -> Any:
        p, t = r.shared
        return -(t * np.log(p + eps) + (1 - t) * np.log(1 - p + eps)).mean()

    CE.mistake("clip-too-coarse", "run", rank=3, edge=True, says=says)(added)


for _eps in (0.1, 0.05, 0.02, 0.01, 5e-3, 2e-3, 1e-3, 1e-4, 1e-5, 1e-6):
    _coarse(_eps)


@CE.mistake("infinity-replaced-by-zero", "run", rank=3, edge=True)
def _(r: CE) -> Any:
    p, t = r.shared
    s = t * np.log(p) + (1 - t) * np.log(1 - p)
    return -np.nan_to_num(s, nan=0.0, neginf=0.0).mean()


@CE.mistake("infinity-replaced-by-zero", "run", rank=3, edge=True)
def _(r: CE) -> Any:
    p, t = r.shared
    a, b = np.nan_to_num(np.log(p), neginf=0.0), np.nan_to_num(np.log(1 - p), neginf=0.0)
    return -(t * a + (1 - t) * b).mean()


@CE.mistake("infinity-replaced-by-zero", "run", rank=3, edge=True)
def _(r: CE) -> Any:
    p, t = r.shared
    s = -(t * np.log(p) + (1 - t) * np.log(1 - p))
    return float(s[np.isfinite(s)].sum() / s.size)


@CE.mistake("infinities-left-out", "run", rank=3, edge=True)
def _(r: CE) -> Any:
    p, t = r.shared
    s = -(t * np.log(p) + (1 - t) * np.log(1 - p))
    return float(s[np.isfinite(s)].mean()) if np.isfinite(s).any() else OneOf((np.nan, 0.0))


@CE.mistake("another-loss", "run", rank=3, says={"other": "the mean squared error"})
def _(r: CE) -> Any:
    p, t = r.shared
    return ((p - t) ** 2).mean()


@CE.mistake("another-loss", "run", rank=3, says={"other": "the mean absolute error"})
def _(r: CE) -> Any:
    p, t = r.shared
    return np.abs(p - t).mean()
