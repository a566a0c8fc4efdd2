"""What the network reads: the share of right rows, and which rows are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import Array, sigmoid
from ..recipe import OneOf, Recipe


class Accuracy(Recipe):
    """The share of examples whose largest output is at their label."""

    subject = "digits.accuracy"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        X = np.asarray(inputs["X"], dtype=float)
        out = X  # all rows at once: there may be hundreds
        for W, b in zip(inputs["weights"], inputs["biases"], strict=True):
            out = sigmoid(out @ W.T + b)
        return SimpleNamespace(out=out, labels=np.asarray(inputs["labels"]).astype(int).reshape(-1), X=X)

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 30.0

    def run(self) -> Any:
        s = self.shared
        out, labels = self.rows(s.out, s.labels)
        return self.shown(self.unit(self.share(np.asarray(self.hits(self.guess(out), out, labels)), labels)))

    def rows(self, out: Array, labels: Array) -> tuple[Array, Array]:
        return out, labels

    def guess(self, out: Array) -> Array:
        return out.argmax(axis=1)

    def hits(self, guess: Array, out: Array, labels: Array) -> Array:
        return guess == labels

    def share(self, hits: Array, labels: Array) -> Any:
        return hits.sum() / len(labels)

    def unit(self, share: Any) -> Any:
        return share

    def shown(self, share: Any) -> Any:
        return share


AC = Accuracy
AC.usual("unit", {"percent": lambda r, share: 100.0 * share})
AC.usual(
    "share",
    {
        "count-not-share": lambda r, h, v: float(h.sum()),
        "error-rate": lambda r, h, v: 1.0 - h.sum() / len(v),
        "wrong-divisor": lambda r, h, v: h.sum() / r.shared.out.shape[1],
        "integer-division": lambda r, h, v: float(h.sum() // len(v)),
    },
)
AC.rare(
    "share",
    {
        "error-count": lambda r, h, v: float((~h).sum()),
        "ratio-of-right-to-wrong": lambda r, h, v: h.sum() / max((~h).sum(), 1),
        "wrong-divisor": lambda r, h, v: h.sum() / (len(v) - 1),
        "last-only": lambda r, h, v: float(h[-1]),
        "list-not-share": lambda r, h, v: h,
        "counted-once": lambda r, h, v: float(h.any()) / len(v),
    },
)
AC.mistake("last-only", "share")(lambda r, h, v: float(h[-1]) / len(v))
for _digits in (1, 2, 3):
    AC.mistake("rounded", "shown", says={"digits": str(_digits)})(
        lambda r, share, digits=_digits: round(float(share), digits)
    )
AC.mistake("label-as-row", "hits")(lambda r, g, out, v: g == 0)
AC.mistake("wrong-divisor", "share")(lambda r, h, v: h.sum() / (len(v) + 1))
AC.mistake("wrong-divisor", "share")(lambda r, h, v: h.sum() / max(len(v) - 1, 1))
AC.usual("share", {"return-in-loop": lambda r, h, v: float(h[0]) / len(v)})
AC.mistake("return-in-loop", "share", says={"how": "the first row decides"})(lambda r, h, v: float(h[0]))
AC.mistake("all-or-nothing", "share", rank=1)(lambda r, h, v: float(h.all()))
AC.mistake("averaged-per-class", "share")(lambda r, h, v: float(np.mean([np.mean(h[v == c]) for c in np.unique(v)])))
AC.mistake("averaged-per-class", "share", says={"how": "of all classes, those without an example as 0"})(
    lambda r, h, v: sum(float(np.mean(h[v == c])) for c in np.unique(v)) / r.shared.out.shape[1]
)
AC.mistake("wrong-divisor", "share")(lambda r, h, v: h.sum() / r.shared.out.size)
AC.mistake("wrong-divisor", "share")(lambda r, h, v: h.sum() / 100)
AC.mistake("wrong-divisor", "share", says={"by": "the number of columns of X"})(
    lambda r, h, v: h.sum() / r.shared.X.shape[1]
)
AC.mistake("wrong-divisor", "share", says={"by": "the number of all entries of X"})(
    lambda r, h, v: h.sum() / r.shared.X.size
)
AC.mistake("nothing-counts", "hits", rank=3)(lambda r, g, o, v: np.zeros(len(v)))
#: How a class may be read off the outputs wrongly: id → the guesses from outputs (N, classes).
GUESSES = {
    "argmin": lambda r, o: o.argmin(axis=1),
    "off-by-one": lambda r, o: o.argmax(axis=1) + 1,
    "argmax-wrong-axis": lambda r, o: np.resize(o.argmax(axis=0), len(o)),
    "first-output": lambda r, o: np.round(o[:, 0]),
}
AC.usual("guess", GUESSES)
AC.mistake("off-by-one", "guess")(lambda r, o: o.argmax(axis=1) - 1)
AC.mistake("outputs-rounded", "guess", rank=1)(lambda r, o: np.round(o).argmax(axis=1))
AC.mistake("argmax-wrong-axis", "guess", rank=1)(lambda r, o: np.full(len(o), o.argmax()))
AC.mistake("guess-second-best", "guess")(lambda r, o: np.argsort(o, axis=1)[:, -2])
AC.mistake("input-not-output", "guess")(lambda r, o: r.shared.X.argmax(axis=1))
AC.mistake("guess-always-zero", "guess")(lambda r, o: np.zeros(len(o)))
AC.usual(
    "hits",
    {
        "threshold-not-argmax": lambda r, g, o, v: o[np.arange(len(o)), v] > 0.5,
        "labels-shifted": lambda r, g, o, v: g == np.roll(v, 1),
    },
)
AC.mistake("labels-shifted", "hits")(lambda r, g, o, v: g == np.roll(v, -1))
AC.mistake("threshold-not-argmax", "hits")(lambda r, g, o, v: o.max(axis=1) > 0.5)
AC.mistake("among-the-best", "hits", says={"how": "two"})(lambda r, g, o, v: _among(o, v, 2))
AC.mistake("among-the-best", "hits", says={"how": "three"})(lambda r, g, o, v: _among(o, v, 3))


def _among(o: Array, v: Array, k: int) -> Array:
    return (np.argsort(o, axis=1)[:, -k:] == v[:, None]).any(axis=1)


AC.mistake("sure-and-right", "hits")(lambda r, g, o, v: (g == v) & (o.max(axis=1) > 0.5))
AC.mistake("outputs-averaged", "hits")(lambda r, g, o, v: o[np.arange(len(o)), v])
AC.mistake("compared-with-itself", "hits")(lambda r, g, o, v: np.ones(len(v), dtype=bool))
AC.mistake("threshold-not-argmax", "hits")(
    lambda r, g, o, v: ((o > 0.5) == (np.arange(o.shape[1]) == v[:, None])).all(axis=1)
)
AC.mistake("output-wise", "hits")(lambda r, g, o, v: ((o > 0.5) == (np.arange(o.shape[1]) == v[:, None])).mean(axis=1))


def _part(k: int, says: str) -> None:
    AC.mistake("part-of-the-set", "rows", says={"which": says})(lambda r, o, v: (o[:k], v[:k]))


for _k in (10, 20, 50, 100, 500):
    _part(_k, f"the first {_k}")
AC.mistake("part-of-the-set", "rows", says={"which": "all but the last"})(lambda r, o, v: (o[:-1], v[:-1]))
AC.mistake("part-of-the-set", "rows", says={"which": "all but the first"})(lambda r, o, v: (o[1:], v[1:]))
AC.mistake("part-of-the-set", "share", says={"which": "all but the last"})(lambda r, h, v: h[:-1].sum() / len(v))
AC.mistake("part-of-the-set", "share", says={"which": "all but the first"})(lambda r, h, v: h[1:].sum() / len(v))


class Misclassified(Recipe):
    """Where the largest output isn't at the label: increasing indices."""

    subject = "digits.misclassified"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        shared = Accuracy.prepare(inputs)
        return shared.out, shared.labels, shared.X

    def run(self) -> Any:
        out, labels, _X = self.shared
        guess = self.guess(out)
        return self.result(np.flatnonzero(self.wrong(guess, labels)), guess)

    def guess(self, out: Array) -> Array:
        return out.argmax(axis=1)

    def wrong(self, guess: Array, labels: Array) -> Array:
        return guess != labels

    def result(self, index: Array, guess: Array) -> Any:
        return index


MC = Misclassified
MC.usual("wrong", {"inverted": lambda r, g, v: g == v})
MC.mistake("threshold-not-argmax", "wrong", rank=1)(lambda r, g, v: r.shared[0][np.arange(len(v)), v] < 0.5)
MC.mistake("labels-shifted", "wrong")(lambda r, g, v: g != np.roll(v, 1))
MC.mistake("always-true", "wrong")(lambda r, g, v: np.ones(len(v), dtype=bool))
MC.usual(
    "result",
    {
        "labels-not-indices": lambda r, i, g: r.shared[1][i],
        "count-not-indices": lambda r, i, g: len(i),
        "off-by-one": lambda r, i, g: i + 1,
        "order": lambda r, i, g: i[::-1],
        "images-not-indices": lambda r, i, g: OneOf((r.shared[2][i], r.shared[2][i] if len(i) else i)),
        "pairs-not-indices": lambda r, i, g: OneOf((np.column_stack([i, g[i]]), _pairs(i, g[i], r.shared[1][i]))),
        "guesses-not-indices": lambda r, i, g: g[i],
        "share-not-indices": lambda r, i, g: len(i) / len(g),
        "first-only": lambda r, i, g: i[:1],
        "indices-column": lambda r, i, g: i[:, None],
    },
)
MC.mistake("pairs-not-indices", "result")(
    lambda r, i, g: OneOf((np.column_stack([i, r.shared[1][i]]), np.column_stack([i, r.shared[1][i], g[i]])))
)


def _pairs(i: Array, guess: Array, label: Array) -> Array:
    return np.column_stack([i, label, guess]) if len(i) else i


MC.mistake("mask-not-indices", "result", rank=1)(
    lambda r, i, g: OneOf((np.isin(np.arange(len(g)), i), np.isin(np.arange(len(g)), i).astype(int)))
)
MC.rare("guess", GUESSES)
MC.mistake("input-not-output", "guess")(lambda r, o: r.shared[2].argmax(axis=1))
MC.mistake("outputs-rounded", "guess")(lambda r, o: np.round(o).argmax(axis=1))
MC.mistake("indices-in-tuple", "result", rank=1)(lambda r, i, g: OneOf(((i,), i[None, :])))
MC.mistake("right-ones-marked", "result", says={"by": "-1"})(
    lambda r, i, g: np.where(np.isin(np.arange(len(g)), i), np.arange(len(g)), -1)
)
MC.mistake("right-ones-marked", "result", says={"by": "0"})(
    lambda r, i, g: np.where(np.isin(np.arange(len(g)), i), np.arange(len(g)), 0)
)
MC.mistake("last-missing", "result")(lambda r, i, g: i[i < len(g) - 1])
MC.mistake("first-missing", "result")(lambda r, i, g: i[i > 0])
AC.mistake("wrong-ones-subtracted", "share")(lambda r, h, v: (2.0 * h - 1).sum() / len(v))
AC.mistake("stops-at-first-wrong", "share")(lambda r, h, v: float(np.cumprod(h).sum()) / len(v))
AC.mistake("same-guess-for-all", "guess")(lambda r, o: np.full(len(o), o[0].argmax()))
AC.mistake("class-distance", "hits")(lambda r, g, o, v: np.abs(g - v))
AC.mistake("loss-not-accuracy", "hits")(lambda r, g, o, v: ((o - np.eye(o.shape[1])[v]) ** 2).mean(axis=1))
MC.mistake("indices-twice", "result")(lambda r, i, g: np.repeat(i, 2))
MC.mistake("classes-not-indices", "result")(lambda r, i, g: np.unique(r.shared[1][i]))
MC.mistake("first-of-the-label", "result")(
    lambda r, i, g: np.array([int(np.flatnonzero(r.shared[1] == r.shared[1][k])[0]) for k in i], dtype=int)
)
MC.mistake("unsure-not-wrong", "wrong")(lambda r, g, v: r.shared[0].max(axis=1) < 0.5)
MC.mistake("counter-inside-if", "result")(lambda r, i, g: np.arange(len(i)))
