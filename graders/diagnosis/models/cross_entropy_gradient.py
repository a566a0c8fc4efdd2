"""losses.cross_entropy_gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from .predictions import EPS, OfPredictions, clip, like_targets, room_of_gradient

Array = np.ndarray


class CrossEntropyGradient(OfPredictions):
    """(p − t) / (p (1 − p)) / n, in the two terms that learners write"""

    subject = "losses.cross_entropy_gradient"

    @classmethod
    def slack(cls, shared: Any) -> float:
        return room_of_gradient(shared[0])

    def run(self) -> Any:
        p, t = self.shared
        p, t = self.arguments(p, t)
        q = self.clip(p)
        return self.shape(self.factor() * self.terms(q, t) / self.divisor(q))

    def arguments(self, p: Array, t: Array) -> tuple[Array, Array]:
        return p, t

    def clip(self, p: Array) -> Array:
        return clip(p)

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
        "brackets-of-one-minus-t": lambda r, q, t: -t / q + 1 - t / (1 - q),
        "brackets-of-one-minus-p": lambda r, q, t: -t / q + (1 - t) / 1 - q,
        "brackets-of-denominator": lambda r, q, t: (q - t) / q * (1 - q),
        "logarithm-left-in": lambda r, q, t: -(t * np.log(q) / q + (1 - t) * np.log(1 - q) / (1 - q)),
        "denominator-is-logarithm": lambda r, q, t: -t / np.log(q) + (1 - t) / np.log(1 - q),
        "logarithm-not-reciprocal": lambda r, q, t: -t * np.log(q) + (1 - t) * np.log(1 - q),
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
    CG.mistake("clip-too-coarse", "clip", edge=True, says={"eps": f"{_eps:g}"})(lambda r, p, eps=_eps: clip(p, eps))


@CG.mistake("another-loss", "run", rank=1, says={"other": "the mean squared error"})
def _(r: CG) -> Any:
    p, t = r.shared
    return 2 * (p - t) / p.size


def _added(eps: float) -> None:
    """Added to the denominators in place of clipping: so much that ordinary predictions feel it."""
    says = {"eps": f"{eps:g}"}
    for wrong in (
        lambda r, q, t: -t / (r.shared[0] + eps) + (1 - t) / (1 - r.shared[0] + eps),
        lambda r, q, t: (r.shared[0] - t) / (r.shared[0] * (1 - r.shared[0]) + eps),
    ):
        CG.mistake("epsilon-in-denominator", "terms", rank=3, says=says)(wrong)


for _eps in (0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6):
    _added(_eps)


@CG.mistake("mean-of-one-term", "run", rank=1, says={"which": "second"})
def _(r: CG) -> Any:
    p, t = r.shared
    q = r.clip(p)
    return r.factor() * (-t / q + (1 - t) / (1 - q) / q.size)


@CG.mistake("mean-of-one-term", "run", rank=1, says={"which": "first"})
def _(r: CG) -> Any:
    p, t = r.shared
    q = r.clip(p)
    return r.factor() * (-t / q / q.size + (1 - t) / (1 - q))


@CG.mistake("stored-as-targets", "shape", rank=3, edge=True)
def _(r: CG, g: Array) -> Array:
    return like_targets(r, g)


@CG.mistake("result-clipped", "terms", rank=2)
def _(r: CG, q: Array, t: Array) -> Array:
    """The gradient itself is cut off to between 0 and 1, before it is divided by n."""
    return clip(-t / q + (1 - t) / (1 - q))


CG.mistake("result-clipped", "shape", rank=2)(lambda r, g: clip(g))
