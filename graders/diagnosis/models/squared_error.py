"""losses.mse_loss and losses.mse_gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from .predictions import OfPredictions, clip, like_targets

Array = np.ndarray


class MseLoss(OfPredictions):
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
        "divided-by-last-axis": lambda r, s: s.sum() / s.shape[-1] * r.factor(s),
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


@MseLoss.mistake("targets-type-taken-over", "difference", rank=3, edge=True)
def _(r: MseLoss, p: Array, t: Array) -> Array:
    return like_targets(r, p) - t


@MseLoss.mistake("variance-not-mean", "run")
def _(r: MseLoss) -> Any:
    p, t = r.shared
    return (p - t).var()


def _dot(how: Any, says: str) -> None:
    def run(r: MseLoss) -> Any:
        p, t = r.shared
        return how(p - t)

    MseLoss.mistake("dot-of-errors", "run", says={"also": says})(run)


_dot(lambda d: np.dot(d, d), ", and it is a sum, not a mean")
_dot(lambda d: np.dot(d, d.T), ", and it is a sum, not a mean")
_dot(lambda d: np.dot(d, d) / d.size, "")
_dot(lambda d: np.dot(d, d.T) / d.size, "")
_dot(lambda d: np.dot(d, d.T) / len(d), "")
_dot(lambda d: np.dot(d.T, d) / len(d), "")
_dot(lambda d: np.dot(d.T, d), ", and it is a sum, not a mean")
_dot(lambda d: np.dot(d.T, d) / d.size, "")


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
    q = clip(p)
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


class MseGradient(OfPredictions):
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
MseGradient.mistake("n-minus-one", "divisor")(lambda r, p: np.float64(p.size - 1))
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


for _apart in (
    lambda p, t: 2 * p - t / p.size,
    lambda p, t: (2 * p - t) / p.size,
    lambda p, t: 2 * (p - t / p.size),
    lambda p, t: p - 2 * t / p.size,
    lambda p, t: 2 * p / p.size - t,
):
    MseGradient.mistake("brackets-of-difference", "run")(lambda r, apart=_apart: apart(*r.shared))
for _axis in (0, -1):
    MseGradient.mistake("reduced-over-one-axis", "run")(
        lambda r, axis=_axis: 2 * (r.shared[0] - r.shared[1]).mean(axis=axis)
    )


@MseGradient.mistake("targets-type-taken-over", "difference", rank=3, edge=True)
def _(r: MseGradient, p: Array, t: Array) -> Array:
    return like_targets(r, p) - t


@MseGradient.mistake("stored-as-targets", "shape", rank=3, edge=True)
def _(r: MseGradient, g: Array) -> Array:
    return like_targets(r, g)


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
    q = clip(p)
    return (q - t) / (q * (1 - q)) / p.size
