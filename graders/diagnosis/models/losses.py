"""Section 1: losses, their gradients, the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..maths import sigmoid
from ..recipe import OneOf, Recipe

Array = np.ndarray
EPS = 1e-15


def _clip(p: Array, eps: float = EPS) -> Array:
    return np.minimum(np.maximum(p, eps), 1.0 - eps)


class _OfPredictions(Recipe):
    """Reads predictions and targets once."""

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return (
            np.asarray(inputs["predictions"], dtype=float),
            np.asarray(inputs["targets"], dtype=float),
        )


class MseLoss(_OfPredictions):
    """mean (p − t)²"""

    subject = "losses.mse_loss"

    def run(self) -> Any:
        p, t = self.shared
        return self.reduce(self.square(self.difference(p, t)))

    def difference(self, p: Array, t: Array) -> Array:
        return p - t

    def square(self, d: Array) -> Array:
        return d * d

    def reduce(self, s: Array) -> Any:
        return self.factor(s) * s.mean()

    def factor(self, s: Array) -> float:
        return 1.0


MseLoss.usual(
    "reduce",
    {
        "no-reduction": lambda r, s: s * r.factor(s),
        "sum-not-mean": lambda r, s: s.sum() * r.factor(s),
        "half-sum": lambda r, s: s.sum() / 2,
        "square-root": lambda r, s: np.sqrt(s.mean() * r.factor(s)),
        "reduced-over-one-axis": lambda r, s: s.mean(axis=0) * r.factor(s),
        "divided-by-len": lambda r, s: s.sum() / len(s) * r.factor(s),
        "n-minus-one": lambda r, s: s.sum() / max(s.size - 1, 1) * r.factor(s),
    },
)
MseLoss.rare(
    "reduce",
    {
        "reduced-over-one-axis": lambda r, s: s.mean(axis=-1) * r.factor(s),
        "first-only": lambda r, s: s.reshape(-1)[0] * r.factor(s),
        "last-only": lambda r, s: s.reshape(-1)[-1] * r.factor(s),
        "maximum-not-mean": lambda r, s: s.max() * r.factor(s),
        "median-not-mean": lambda r, s: np.median(s) * r.factor(s),
        "norm-not-mean": lambda r, s: np.sqrt(s.sum()) * r.factor(s),
        "divided-twice": lambda r, s: s.mean() / s.size * r.factor(s),
        "mean-divided-by-len": lambda r, s: s.mean() / len(s) * r.factor(s),
        "multiplied-by-n": lambda r, s: s.sum() * s.size * r.factor(s),
        "n-plus-one": lambda r, s: s.sum() / (s.size + 1) * r.factor(s),
    },
)
MseLoss.rare(
    "reduce",
    {
        "n-minus-one": lambda r, s: np.divide(s.sum(), s.size - 1) * r.factor(s),
        "first-left-out": lambda r, s: s.reshape(-1)[1:].sum() / s.size * r.factor(s),
        "last-left-out": lambda r, s: s.reshape(-1)[:-1].sum() / s.size * r.factor(s),
        "first-only": lambda r, s: s.reshape(-1)[0] / s.size * r.factor(s),
        "last-only": lambda r, s: s.reshape(-1)[-1] / s.size * r.factor(s),
    },
)
MseLoss.usual(
    "factor",
    {
        "factor-half": lambda r, s: 0.5,
        "factor-two": lambda r, s: 2.0,
        "negated": lambda r, s: -1.0,
    },
)
MseLoss.usual(
    "square",
    {
        "absolute-not-squared": lambda r, d: np.abs(d),
        "not-squared": lambda r, d: d,
    },
)
MseLoss.rare(
    "square",
    {
        "wrong-power": lambda r, d: d**3,
        "square-root": lambda r, d: np.sqrt(np.abs(d)),
        "doubled-not-squared": lambda r, d: 2 * d,
    },
)
MseLoss.mistake("wrong-power", "square")(lambda r, d: d**4)
MseLoss.usual(
    "difference",
    {
        "broadcast": lambda r, p, t: p.reshape(-1, 1) - t.reshape(1, -1),
        "targets-ignored": lambda r, p, t: p,
    },
)
MseLoss.rare(
    "difference",
    {
        "predictions-ignored": lambda r, p, t: t,
        "added-not-subtracted": lambda r, p, t: p + t,
        "product-not-difference": lambda r, p, t: p * t,
        "relative-error": lambda r, p, t: (p - t) / t,
    },
)


@MseLoss.mistake("square-of-mean", "run", rank=1)
def _(r: MseLoss) -> Any:
    p, t = r.shared
    return (p - t).mean() ** 2


@MseLoss.mistake("absolute-of-mean", "run", rank=1)
def _(r: MseLoss) -> Any:
    p, t = r.shared
    return abs((p - t).mean())


for _eps in (0.0, 1e-3, 0.01, 0.1):
    MseLoss.mistake("predictions-clipped", "difference", rank=3, says={"eps": f"{_eps:g}", "top": f"{1 - _eps:g}"})(
        lambda r, p, t, eps=_eps: np.clip(p, eps, 1 - eps) - t
    )


@MseLoss.mistake("variance-not-mean", "run")
def _(r: MseLoss) -> Any:
    p, t = r.shared
    return (p - t).var()


@MseLoss.mistake("square-of-sum", "run")
def _(r: MseLoss) -> Any:
    p, t = r.shared
    return (p - t).sum() ** 2


@MseLoss.mistake("squares-subtracted", "run", rank=1)
def _(r: MseLoss) -> Any:
    p, t = r.shared
    return (p * p - t * t).mean()


@MseLoss.mistake("another-loss", "run", rank=3, says={"other": "the cross-entropy"})
def _(r: MseLoss) -> Any:
    p, t = r.shared
    q = _clip(p)
    return -(t * np.log(q) + (1 - t) * np.log(1 - q)).mean()


@MseLoss.mistake("broadcast", "run", rank=3)
def _(r: MseLoss) -> Any:
    p, t = r.shared
    d = p.reshape(-1, 1) - t.reshape(1, -1)
    return (d * d).sum() / p.size


@MseLoss.mistake("loss-of-means", "run", rank=3)
def _(r: MseLoss) -> Any:
    p, t = r.shared
    return p.mean() ** 2 - t.mean() ** 2


class MseGradient(_OfPredictions):
    """2 (p − t) / n"""

    subject = "losses.mse_gradient"

    def run(self) -> Any:
        p, t = self.shared
        return self.shape(self.scale(p) * self.error(self.difference(p, t)))

    def difference(self, p: Array, t: Array) -> Array:
        return p - t

    def error(self, d: Array) -> Array:
        return d

    def scale(self, p: Array) -> float:
        return self.factor() / self.divisor(p)

    def factor(self) -> float:
        return 2.0

    def divisor(self, p: Array) -> float:
        return p.size

    def shape(self, g: Array) -> Any:
        return g


MseGradient.usual(
    "factor",
    {
        "factor-two-missing": lambda r: 1.0,
        "factor-half": lambda r: 0.5,
    },
)
MseGradient.rare("factor", {"factor-two": lambda r: 4.0, "factor-three": lambda r: 3.0})
MseGradient.usual("scale", {"two-over-n-missing": lambda r, p: 1.0})
MseGradient.usual(
    "divisor",
    {
        "one-over-n-missing": lambda r, p: 1.0,
        "divided-by-len": lambda r, p: len(p),
        "divided-twice": lambda r, p: p.size**2,
        "multiplied-by-n": lambda r, p: 1.0 / p.size,
    },
)
MseGradient.rare(
    "divisor",
    {
        "n-minus-one": lambda r, p: max(p.size - 1, 1),
        "divided-by-last-axis": lambda r, p: p.shape[-1],
        "n-plus-one": lambda r, p: p.size + 1,
    },
)
MseGradient.usual(
    "difference",
    {
        "negated": lambda r, p, t: t - p,
        "targets-ignored": lambda r, p, t: p,
        "broadcast": lambda r, p, t: p.reshape(-1, 1) - t.reshape(1, -1),
    },
)
MseGradient.rare(
    "difference",
    {
        "added-not-subtracted": lambda r, p, t: p + t,
        "predictions-ignored": lambda r, p, t: t,
    },
)
MseGradient.usual(
    "error",
    {
        "sign-only": lambda r, d: np.sign(d) / r.factor(),
        "absolute-not-signed": lambda r, d: np.abs(d),
    },
)
MseGradient.rare(
    "error",
    {
        "squared-gradient": lambda r, d: d * d,
        "sign-only": lambda r, d: np.sign(d),
        "extra-factor": lambda r, d: d * r.shared[0],
    },
)
MseGradient.mistake("extra-factor", "error", says={"factor": "the targets"})(lambda r, d: d * r.shared[1])
MseGradient.mistake("extra-factor", "error", says={"factor": "p(1−p), the sigmoid's derivative"})(
    lambda r, d: d * r.shared[0] * (1 - r.shared[0])
)
MseGradient.usual(
    "shape",
    {
        "scalar-not-array": lambda r, g: g.mean(),
        "flattened": lambda r, g: g.reshape(-1),
        "transposed": lambda r, g: g.T,
    },
)
MseGradient.rare(
    "shape",
    {
        "scalar-not-array": lambda r, g: g.sum(),
        "reduced-over-one-axis": lambda r, g: g.mean(axis=0),
        "first-only": lambda r, g: g.reshape(-1)[0],
    },
)
MseGradient.mistake("reduced-over-one-axis", "shape")(lambda r, g: g.sum(axis=0))


@MseGradient.mistake("loss-not-gradient", "run", rank=1)
def _(r: MseGradient) -> Any:
    p, t = r.shared
    return (p - t) ** 2 / p.size


@MseGradient.mistake("loss-not-gradient", "run", rank=1)
def _(r: MseGradient) -> Any:
    p, t = r.shared
    return float(((p - t) ** 2).mean())


@MseGradient.mistake("another-loss", "run", rank=1, says={"other": "the cross-entropy"})
def _(r: MseGradient) -> Any:
    p, t = r.shared
    q = _clip(p)
    return (q - t) / (q * (1 - q)) / p.size


class CrossEntropyLoss(_OfPredictions):
    """−mean (t log p + (1 − t) log(1 − p))"""

    subject = "losses.cross_entropy_loss"

    def run(self) -> Any:
        p, t = self.shared
        p, t = self.arguments(p, t)
        q = self.clip(p)
        a, b = self.ones(q, t), self.zeros(q, t)
        return self.reduce(self.sign(a, b))

    def arguments(self, p: Array, t: Array) -> tuple[Array, Array]:
        return p, t

    def clip(self, p: Array) -> Array:
        return _clip(p)

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


@CE.mistake("averaged-by-class", "run")
def _(r: CE) -> Any:
    p, t = r.shared
    q = _clip(p)
    ones, zeros = -np.log(q[t == 1]), -np.log(1 - q[t == 0])
    return float(ones.mean() if ones.size else np.nan) + float(zeros.mean() if zeros.size else np.nan)


for _id in ("no-clipping", "clip-thrown-away"):
    CE.mistake(_id, "clip", rank=1, edge=True)(lambda r, p: p)
CE.mistake("clipped-on-one-side", "clip", rank=1, edge=True, says={"end": "lower"})(lambda r, p: np.maximum(p, EPS))
CE.mistake("clipped-on-one-side", "clip", rank=1, edge=True, says={"end": "upper"})(lambda r, p: np.minimum(p, 1 - EPS))
CE.mistake("clip-bounds-swapped", "clip", rank=2)(lambda r, p: np.full_like(p, EPS))


def _coarse(eps: float) -> None:
    says = {"eps": f"{eps:g}"}
    CE.mistake("clip-too-coarse", "clip", rank=2, edge=True, says=says)(lambda r, p: _clip(p, eps))

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


class CrossEntropyGradient(_OfPredictions):
    """(p − t) / (p (1 − p)) / n, in the two terms that learners write"""

    subject = "losses.cross_entropy_gradient"

    def run(self) -> Any:
        p, t = self.shared
        p, t = self.arguments(p, t)
        q = self.clip(p)
        return self.shape(self.factor() * self.terms(q, t) / self.divisor(q))

    def arguments(self, p: Array, t: Array) -> tuple[Array, Array]:
        return p, t

    def clip(self, p: Array) -> Array:
        return _clip(p)

    def factor(self) -> float:
        return 1.0

    def divisor(self, q: Array) -> float:
        return q.size

    def terms(self, q: Array, t: Array) -> Array:
        return (q - t) / (q * (1 - q))

    def shape(self, g: Array) -> Any:
        return g


CG = CrossEntropyGradient
CG.usual(
    "terms",
    {
        "derivative-cancelled": lambda r, q, t: q - t,
        "second-term-missing": lambda r, q, t: -t / q,
        "first-term-missing": lambda r, q, t: (1 - t) / (1 - q),
        "inner-derivative-missing": lambda r, q, t: -t / q - (1 - t) / (1 - q),
        "denominators-swapped": lambda r, q, t: -t / (1 - q) + (1 - t) / q,
        "minus-missing-in-first-term": lambda r, q, t: t / q + (1 - t) / (1 - q),
    },
)
CG.rare(
    "terms",
    {
        "denominator-incomplete": lambda r, q, t: (q - t) / q,
        "multiplied-not-divided": lambda r, q, t: (q - t) * (q * (1 - q)),
        "denominator-one-plus-p": lambda r, q, t: (q - t) / (q * (1 + q)),
        "loss-not-gradient": lambda r, q, t: -(t * np.log(q) + (1 - t) * np.log(1 - q)),
        "denominator-squared": lambda r, q, t: (q - t) / (q * (1 - q)) ** 2,
        "added-not-subtracted": lambda r, q, t: (q + t) / (q * (1 - q)),
        "denominator-of-targets": lambda r, q, t: (q - t) / (t * (1 - t)),
    },
)
CG.mistake("denominator-incomplete", "terms")(lambda r, q, t: (q - t) / (1 - q))
CG.usual("divisor", {"one-over-n-missing": lambda r, q: 1.0, "divided-by-len": lambda r, q: len(q)})
CG.rare(
    "divisor",
    {
        "divided-twice": lambda r, q: q.size**2,
        "multiplied-by-n": lambda r, q: 1.0 / q.size,
        "n-minus-one": lambda r, q: max(q.size - 1, 1),
    },
)
CG.usual("factor", {"negated": lambda r: -1.0, "factor-two": lambda r: 2.0})
CG.rare("factor", {"factor-half": lambda r: 0.5})
CG.usual(
    "arguments",
    {
        "arguments-swapped": lambda r, p, t: (t, p),
        "targets-mirrored": lambda r, p, t: (p, 1 - t),
    },
)
CG.usual(
    "shape",
    {"scalar-not-array": lambda r, g: g.mean(), "flattened": lambda r, g: g.reshape(-1)},
)
CG.rare("shape", {"scalar-not-array": lambda r, g: g.sum()})
CG.mistake("no-clipping", "clip", rank=1, edge=True)(lambda r, p: p)
CG.mistake("clipped-on-one-side", "clip", rank=2, edge=True, says={"end": "lower"})(lambda r, p: np.maximum(p, EPS))
CG.mistake("clipped-on-one-side", "clip", rank=2, edge=True, says={"end": "upper"})(lambda r, p: np.minimum(p, 1 - EPS))
for _eps in (0.1, 0.05, 0.01, 1e-3, 1e-4, 1e-5, 1e-6):
    CG.mistake("clip-too-coarse", "clip", edge=True, says={"eps": f"{_eps:g}"})(lambda r, p, eps=_eps: _clip(p, eps))


@CG.mistake("another-loss", "run", rank=1, says={"other": "the mean squared error"})
def _(r: CG) -> Any:
    p, t = r.shared
    return 2 * (p - t) / p.size


class LossTable(Recipe):
    """Rows of prediction, mse, cross-entropy, their ratio."""

    subject = "losses.loss_table"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return np.asarray(inputs["predictions"], dtype=float).reshape(-1), float(
            np.asarray(inputs["target"]).reshape(-1)[0]
        )

    def run(self) -> Any:
        p, t = self.shared
        t = self.target(t)
        mse, ce = self.mse(p, t), self.ce(p, t)
        return self.result(self.columns(p, mse, ce, self.ratio(mse, ce)))

    def target(self, t: float) -> float:
        return t

    def mse(self, p: Array, t: float) -> Array:
        return (p - t) ** 2

    def ce(self, p: Array, t: float) -> Array:
        q = _clip(p)
        return -(t * self.log(q) + (1 - t) * self.log(1 - q))

    def log(self, v: Array) -> Array:
        return np.log(v)

    def ratio(self, mse: Array, ce: Array) -> Array:
        return ce / mse

    def columns(self, p: Array, mse: Array, ce: Array, ratio: Array) -> Array:
        return np.stack([p, mse, ce, ratio], axis=1)

    def result(self, table: Array) -> Any:
        return table


LossTable.usual(
    "columns",
    {
        "columns-swapped": lambda r, p, m, c, q: np.stack([p, c, m, q], axis=1),
        "column-missing": lambda r, p, m, c, q: np.stack([m, c, q], axis=1),
    },
)
LossTable.mistake("column-missing", "columns", says={"which": "the ratio"})(
    lambda r, p, m, c, q: np.stack([p, m, c], axis=1)
)
LossTable.rare(
    "columns",
    {
        "column-of-targets": lambda r, p, m, c, q: np.stack([np.full_like(p, r.target(r.shared[1])), m, c, q], axis=1),
    },
)
for _order, _name in (((0, 3, 1, 2), ""), ((1, 2, 3, 0), ""), ((0, 1, 3, 2), ""), ((1, 2, 0, 3), "")):
    LossTable.mistake("columns-swapped", "columns")(
        lambda r, p, m, c, q, order=_order: np.stack([p, m, c, q], axis=1)[:, list(order)]
    )
LossTable.usual(
    "ratio",
    {
        "ratio-inverted": lambda r, m, c: m / c,
        "difference-not-ratio": lambda r, m, c: c - m,
    },
)
LossTable.rare(
    "ratio",
    {
        "ratio-of-totals": lambda r, m, c: np.full_like(m, c.sum() / m.sum()),
        "product-not-ratio": lambda r, m, c: c * m,
        "ratio-in-percent": lambda r, m, c: 100 * c / m,
        "ratio-whole-numbers": lambda r, m, c: c // m,
        "share-not-ratio": lambda r, m, c: c / (c + m),
    },
)
LossTable.mistake("difference-not-ratio", "ratio")(lambda r, m, c: m - c)
LossTable.usual(
    "target",
    {"target-ignored": lambda r, t: 1.0, "target-flipped": lambda r, t: 1 - t},
)
LossTable.rare("target", {"target-ignored": lambda r, t: 0.0})
LossTable.usual("log", {"log-base-ten": lambda r, v: np.log10(v), "log-base-two": lambda r, v: np.log2(v)})
LossTable.usual(
    "mse",
    {
        "absolute-not-squared": lambda r, p, t: np.abs(p - t),
        "factor-half": lambda r, p, t: 0.5 * (p - t) ** 2,
        "mean-over-all": lambda r, p, t: np.full_like(p, ((p - t) ** 2).mean()),
        "not-squared": lambda r, p, t: p - t,
    },
)
LossTable.usual(
    "ce",
    {
        "negated": lambda r, p, t: t * np.log(_clip(p)) + (1 - t) * np.log(1 - _clip(p)),
        "second-term-missing": lambda r, p, t: -t * np.log(_clip(p)),
        "mean-over-all": lambda r, p, t: np.full_like(
            p, -(t * np.log(_clip(p)) + (1 - t) * np.log(1 - _clip(p))).mean()
        ),
    },
)
LossTable.usual(
    "result",
    {
        "transposed": lambda r, v: v.T,
        "last-missing": lambda r, v: v[:-1] if len(v) > 1 else np.empty(0),
        "rows-reversed": lambda r, v: v[::-1],
    },
)
LossTable.rare(
    "result",
    {
        "first-missing": lambda r, v: v[1:],
        "last-only": lambda r, v: v[-1:],
        "first-only": lambda r, v: v[:1],
        "flattened": lambda r, v: v.reshape(-1),
        "rows-sorted": lambda r, v: v[np.argsort(v[:, 0])],
        "rows-unique": lambda r, v: v[np.unique(v[:, 0], return_index=True)[1]],
        "sum-not-rows": lambda r, v: v.mean(axis=0),
    },
)
LossTable.mistake("last-only", "result")(lambda r, v: v[-1])


LossTable.mistake("table-log-of-p", "ce", rank=1)(lambda r, p, t: -r.log(_clip(p)))
LossTable.mistake("table-log-of-p", "ce", says={"which": "1 − p"})(lambda r, p, t: -r.log(1 - _clip(p)))


@LossTable.mistake("mean-so-far", "run", rank=2)
def _(r: LossTable) -> Any:
    p, t = r.shared
    rows = np.arange(1, p.size + 1)
    m, c = np.cumsum(r.mse(p, t)) / rows, np.cumsum(r.ce(p, t)) / rows
    return np.stack([p, m, c, c / m], axis=1)


@LossTable.mistake("mean-so-far", "run", says={"which": "sum"})
def _(r: LossTable) -> Any:
    p, t = r.shared
    m, c = np.cumsum(r.mse(p, t)), np.cumsum(r.ce(p, t))
    return np.stack([p, m, c, c / m], axis=1)


@LossTable.mistake("mean-over-all", "run", rank=1)
def _(r: LossTable) -> Any:
    p, t = r.shared
    m = np.full_like(p, ((p - t) ** 2).mean())
    q = _clip(p)
    c = np.full_like(p, -(t * np.log(q) + (1 - t) * np.log(1 - q)).mean())
    return np.stack([p, m, c, c / m], axis=1)
