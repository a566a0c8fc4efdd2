"""The practice project: one-hot rows, preparation, accuracy, the rate that decays."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import Array, Arrays, forward, initial, sigmoid, slope
from ..recipe import UNKNOWN, OneOf, Recipe


def _one_hot(labels: Array, n: int) -> Array:
    rows = np.zeros((len(labels), n))
    rows[np.arange(len(labels)), labels.astype(int)] = 1.0
    return rows


class OneHot(Recipe):
    """A row for each label, with a 1 in its column."""

    subject = "digits.one_hot"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return np.asarray(inputs["labels"]).astype(int), int(inputs["n_classes"])

    def run(self) -> Any:
        labels, n = self.shared
        return self.result(self.rows(labels, self.classes(labels, n)))

    def classes(self, labels: Array, n: int) -> int:
        return n

    def rows(self, labels: Array, n: int) -> Array:
        return _one_hot(labels, n)

    def result(self, rows: Array) -> Any:
        return rows


OH = OneHot
OH.usual("classes", {"classes-inferred": lambda r, v, n: int(v.max()) + 1})
OH.rare(
    "classes",
    {
        "classes-distinct": lambda r, v, n: len(set(v.tolist())),
        "classes-ignored": lambda r, v, n: 10,
        "classes-plus-one": lambda r, v, n: n + 1,
    },
)
OH.mistake("classes-ignored", "classes")(lambda r, v, n: 5)
OH.mistake("classes-distinct", "run")(lambda r: (r.shared[0][:, None] == np.unique(r.shared[0])).astype(float))
OH.usual(
    "rows",
    {
        "off-by-one": lambda r, v, n: _one_hot((v - 1) % n, n),
        "mirrored": lambda r, v, n: _one_hot(n - 1 - v, n),
        "every-row": lambda r, v, n: np.tile(_one_hot(v, n).max(axis=0), (len(v), 1)),
        "label-for-one": lambda r, v, n: _one_hot(v, n) * v[:, None],
        "ordinal": lambda r, v, n: (np.arange(n) <= v[:, None]).astype(float),
    },
)
OH.mistake("off-by-one", "rows")(lambda r, v, n: _one_hot((v + 1) % n, n))
OH.mistake("off-by-one", "rows", rank=1)(lambda r, v, n: _one_hot(v, n + 1)[:, 1:])
OH.mistake("off-by-one", "rows")(lambda r, v, n: _one_hot(v + 1, n + 1)[:, :n])
OH.mistake("counted-from-the-end", "rows", rank=1)(lambda r, v, n: _one_hot(-v % n, n))
OH.rare(
    "rows",
    {
        "ordinal": lambda r, v, n: (np.arange(n) < v[:, None]).astype(float),
        "first-only": lambda r, v, n: _one_hot(v[:1], n)[0],
        "first-row-only": lambda r, v, n: _one_hot(v, n) * (np.arange(len(v)) == 0)[:, None],
        "one-row-for-all": lambda r, v, n: _one_hot(v, n).max(axis=0),
        "last-row-only": lambda r, v, n: _one_hot(v, n) * (np.arange(len(v)) == len(v) - 1)[:, None],
        "all-zero": lambda r, v, n: np.zeros((len(v), n)),
        "all-one": lambda r, v, n: np.ones((len(v), n)),
        "rows-reversed": lambda r, v, n: _one_hot(v, n)[::-1],
        "by-position": lambda r, v, n: _one_hot(np.arange(len(v)) % n, n),
        "labels-unchanged": lambda r, v, n: v.astype(float),
        "rows-sorted": lambda r, v, n: _one_hot(np.sort(v), n),
        "label-repeated": lambda r, v, n: np.repeat(v[:, None], n, axis=1).astype(float),
    },
)
OH.usual(
    "result",
    {
        "transposed": lambda r, m: m.T,
        "inverted": lambda r, m: 1 - m,
        "values": lambda r, m: 2 * m - 1,
    },
)
OH.rare(
    "result",
    {
        "flattened": lambda r, m: m.reshape(-1),
        "negated": lambda r, m: -m,
        "smoothed": lambda r, m: 0.9 * m + 0.1 / m.shape[1],
        "values": lambda r, m: np.where(m == 1, 0.99, 0.01),
        "normalised": lambda r, m: m / m.shape[1],
    },
)


class Prepare(Recipe):
    """Filter, flatten, scale, split."""

    subject = "digits.prepare"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return SimpleNamespace(
            images=np.asarray(inputs["images"]),
            labels=np.asarray(inputs["labels"]),
            n=int(inputs.get("n_classes", 5)),
            fraction=float(inputs.get("train_fraction", 0.8)),
        )

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 80.0 + np.asarray(inputs["images"]).size / 2000

    def run(self) -> Any:
        s = self.shared
        n = self.classes(s.n)
        keep = self.keep(s.labels, n)
        images, labels = self.images(s.images, keep), self.labels(s.labels, keep)
        X = self.scale(self.flatten(images))
        y = self.one_hot(labels, self.width(n))
        cut = self.cut(len(X))
        return self.result(*self.split(X, y, labels, cut))

    def classes(self, n: int) -> int:
        return n

    def keep(self, labels: Array, n: int) -> Array:
        return np.flatnonzero(labels < n)

    def images(self, images: Array, keep: Array) -> Array:
        return images[keep]

    def labels(self, labels: Array, keep: Array) -> Array:
        return labels[keep]

    def flatten(self, images: Array) -> Array:
        return images.reshape(len(images), -1)

    def scale(self, X: Array) -> Array:
        return X.astype(float) / 255

    def width(self, n: int) -> int:
        return n

    def one_hot(self, labels: Array, n: int) -> Array:
        return _one_hot(labels, n)

    def fraction(self) -> float:
        return self.shared.fraction

    def cut(self, kept: int) -> int:
        return int(self.fraction() * kept)

    def split(self, X: Array, y: Array, labels: Array, cut: int) -> list[Array]:
        return [X[:cut], y[:cut], labels[:cut], X[cut:], y[cut:], labels[cut:]]

    def result(self, *six: Any) -> Any:
        return six


PR = Prepare
PR.usual(
    "scale",
    {
        "not-scaled": lambda r, X: X.astype(float),
        "wrong-scale": lambda r, X: X.astype(float) / 256,
        "scaled-by-max": lambda r, X: X.astype(float) / X.max(),
        "integer-division": lambda r, X: (X // 255).astype(float),
        "scaled-twice": lambda r, X: X.astype(float) / 255 / 255,
        "shifted": lambda r, X: X.astype(float) / 127.5 - 1,
        "inverted": lambda r, X: 1 - X.astype(float) / 255,
    },
)
PR.rare(
    "scale",
    {
        "standardised": lambda r, X: (X.astype(float) - X.mean()) / X.std(),
        "scaled-per-row": lambda r, X: X.astype(float) / X.max(axis=1, keepdims=True),
        "shifted": lambda r, X: X.astype(float) / 255 - 0.5,
        "thresholded": lambda r, X: (X > 127).astype(float),
        "wrong-scale": lambda r, X: X.astype(float) / 100,
        "scaled-min-max": lambda r, X: (X.astype(float) - X.min()) / (float(X.max()) - float(X.min())),
        "multiplied-not-divided": lambda r, X: X.astype(float) * 255,
        "scaled-per-column": lambda r, X: X.astype(float) / np.maximum(X.max(axis=0), 1),
    },
)
PR.mistake("wrong-scale", "scale")(lambda r, X: X.astype(float) / 10)
PR.mistake("mean-subtracted", "scale")(lambda r, X: X / 255 - X.mean(axis=0) / 255)
PR.mistake("mean-subtracted", "scale")(lambda r, X: X / 255 - X.mean() / 255)
PR.mistake("mean-subtracted", "scale", says={"how": "and not divided by 255"})(lambda r, X: X - X.mean(axis=0))
PR.mistake("wrong-scale", "scale")(lambda r, X: X.astype(float) / 25.5)
PR.mistake("wrong-scale", "scale")(lambda r, X: X.astype(float) / 254)
PR.mistake("thresholded", "scale")(lambda r, X: (X > 0).astype(float))
PR.mistake("labels-unfiltered", "images", rank=1, says={"which": "images"})(lambda r, images, keep: images[: len(keep)])
PR.mistake("labels-unfiltered", "images", says={"which": "images"})(lambda r, images, keep: images)
PR.mistake("labels-unfiltered", "labels", rank=1, says={"which": "labels"})(lambda r, labels, keep: labels[: len(keep)])
PR.mistake("labels-unfiltered", "labels", rank=1, says={"which": "labels"})(
    lambda r, labels, keep: labels[: len(keep)] % r.shared.n
)
PR.mistake("labels-unfiltered", "labels", says={"which": "labels"})(lambda r, labels, keep: labels)
PR.usual(
    "keep",
    {
        "shuffled": lambda r, v, n: np.random.default_rng(0).permutation(np.flatnonzero(v < n)),
        "sorted": lambda r, v, n: np.argsort(v, kind="stable")[: int((v < n).sum())],
    },
)
PR.rare(
    "keep",
    {
        "zero-left-out": lambda r, v, n: np.flatnonzero((v > 0) & (v < n)),
    },
)


@PR.mistake("not-filtered", "run", rank=1)
def _(r: PR) -> Any:
    r.__dict__["keep"] = lambda v, n: np.arange(len(v))
    r.__dict__["width"] = lambda n: 10
    return Prepare.run(r)


@PR.mistake("not-filtered", "run", rank=1)
def _(r: PR) -> Any:
    r.__dict__["keep"] = lambda v, n: np.arange(len(v))
    r.__dict__["one_hot"] = lambda v, n: _one_hot(v, int(v.max()) + 1)
    return Prepare.run(r)


def _classes(shift: int, wide: int) -> Any:
    def run(r: PR) -> Any:
        r.__dict__["keep"] = lambda v, n: np.flatnonzero(v < n + shift)
        r.__dict__["width"] = lambda n: n + wide
        return Prepare.run(r)

    return run


PR.mistake("off-by-one", "run", rank=1)(_classes(1, 1))
PR.mistake("off-by-one", "run", rank=1)(_classes(-1, 0))
PR.mistake("off-by-one", "run", rank=1)(_classes(-1, -1))
PR.mistake("classes-plus-one", "width")(lambda r, n: n + 1)
PR.mistake("classes-ignored", "width")(lambda r, n: 10)
PR.mistake("classes-ignored", "classes", rank=1)(lambda r, n: 5)
for _fraction in (0.8, 0.5, 0.7, 0.75, 0.9):
    PR.mistake("fraction-ignored", "fraction", rank=1, says={"instead": f"{_fraction:g}"})(
        lambda r, fraction=_fraction: fraction
    )
PR.mistake("fraction-inverted", "fraction")(lambda r: 1 - r.shared.fraction)
PR.usual(
    "cut",
    {
        "fraction-of-all": lambda r, k: min(int(r.fraction() * len(r.shared.labels)), k - 1),
        "rounded-up": lambda r, k: int(np.ceil(r.fraction() * k)),
        "off-by-one": lambda r, k: int(r.fraction() * k) + 1,
    },
)
PR.mistake("fraction-of-all", "cut")(lambda r, k: int(r.fraction() * len(r.shared.labels)))
PR.mistake("off-by-one", "cut")(lambda r, k: int(r.fraction() * k) - 1)
PR.mistake("rounded-up", "cut")(lambda r, k: round(r.fraction() * k))
PR.mistake("cut-before-filter", "run", rank=1)(lambda r: _cut_first(r))


def _cut_first(r: PR) -> Any:
    """The split of all images, then the filter on each part."""
    s = r.shared
    first = int(r.fraction() * len(s.labels))
    r.__dict__["cut"] = lambda kept: int((s.labels[:first] < s.n).sum())
    return Prepare.run(r)


PR.usual(
    "split",
    {
        "overlap": lambda r, X, y, v, c: [X[:c], y[:c], v[:c], X, y, v],
        "wrong-labels": lambda r, X, y, v, c: [X[:c], y[:c], v[:c], X[c:], y[c:], v[: len(X) - c]],
        "last-rows-train": lambda r, X, y, v, c: [X[-c:], y[-c:], v[-c:], X[:-c], y[:-c], v[:-c]],
    },
)
PR.rare(
    "split",
    {
        "overlap": lambda r, X, y, v, c: [X, y, v, X[c:], y[c:], v[c:]],
        "row-lost": lambda r, X, y, v, c: [X[:c], y[:c], v[:c], X[c + 1 :], y[c + 1 :], v[c + 1 :]],
    },
)
PR.mistake("overlap", "split")(lambda r, X, y, v, c: [X[:c], y[:c], v[:c], X[c - 1 :], y[c - 1 :], v[c - 1 :]])
PR.usual(
    "result",
    {
        "sets-swapped": lambda r, a, b, c, d, e, f: (d, e, f, a, b, c),
        "results-swapped": lambda r, a, b, c, d, e, f: (a, d, b, e, c, f),
    },
)
PR.mistake("results-swapped", "result")(lambda r, a, b, c, d, e, f: (a, b, d, e, c, f))
PR.mistake("results-swapped", "result")(lambda r, a, b, c, d, e, f: (a, c, b, d, f, e))
PR.mistake("labels-missing", "result")(lambda r, a, b, c, d, e, f: (a, b, d, e))
PR.mistake("labels-missing", "result")(lambda r, a, b, c, d, e, f: (a, b, d, e, f))
PR.mistake("labels-are-one-hot", "result", rank=1)(lambda r, a, b, c, d, e, f: (a, b, b, d, e, e))
PR.mistake("labels-are-one-hot", "result", says={"which": "training"})(lambda r, a, b, c, d, e, f: (a, b, b, d, e, f))
PR.mistake("labels-are-one-hot", "result", says={"which": "test"})(lambda r, a, b, c, d, e, f: (a, b, c, d, e, e))
PR.mistake("not-scaled", "result", says={"which": "test set"})(lambda r, a, b, c, d, e, f: (a, b, c, 255 * d, e, f))
PR.usual(
    "flatten",
    {"not-flattened": lambda r, v: v, "flattened-by-columns": lambda r, v: v.transpose(0, 2, 1).reshape(len(v), -1)},
)
PR.mistake("pixels-reversed", "flatten")(lambda r, v: v.reshape(len(v), -1)[:, ::-1])
PR.mistake("flattened-completely", "flatten")(lambda r, v: v.reshape(-1))
PR.usual(
    "one_hot",
    {
        "targets-not-one-hot": lambda r, v, n: v.astype(float),
        "one-hot-off-by-one": lambda r, v, n: _one_hot((v - 1) % n, n),
        "one-hot-transposed": lambda r, v, n: _one_hot(v, n).T,
    },
)


class Accuracy(Recipe):
    """The share of examples whose largest output is at their label."""

    subject = "digits.accuracy"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        X = np.asarray(inputs["X"], dtype=float)
        out = np.array([forward(inputs["weights"], inputs["biases"], x)[-1] for x in X])
        return SimpleNamespace(out=out, labels=np.asarray(inputs["labels"]).astype(int).reshape(-1))

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 30.0

    def run(self) -> Any:
        s = self.shared
        out, labels = self.rows(s.out, s.labels)
        return self.share(np.asarray(self.hits(self.guess(out), out, labels)), labels)

    def rows(self, out: Array, labels: Array) -> tuple[Array, Array]:
        return out, labels

    def guess(self, out: Array) -> Array:
        return out.argmax(axis=1)

    def hits(self, guess: Array, out: Array, labels: Array) -> Array:
        return guess == labels

    def share(self, hits: Array, labels: Array) -> Any:
        return hits.sum() / len(labels)


AC = Accuracy
AC.usual(
    "share",
    {
        "count-not-share": lambda r, h, v: float(h.sum()),
        "percent": lambda r, h, v: 100.0 * h.sum() / len(v),
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
    },
)
for _digits in (1, 2, 3):
    AC.mistake("rounded", "share", says={"digits": str(_digits)})(
        lambda r, h, v, digits=_digits: round(float(h.sum() / len(v)), digits)
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
AC.usual(
    "guess",
    {
        "argmin": lambda r, o: o.argmin(axis=1),
        "off-by-one": lambda r, o: o.argmax(axis=1) + 1,
        "argmax-wrong-axis": lambda r, o: np.resize(o.argmax(axis=0), len(o)),
        "first-output": lambda r, o: np.round(o[:, 0]),
    },
)
AC.mistake("off-by-one", "guess")(lambda r, o: o.argmax(axis=1) - 1)
AC.mistake("outputs-rounded", "guess", rank=1)(lambda r, o: np.round(o).argmax(axis=1))
AC.mistake("argmax-wrong-axis", "guess", rank=1)(lambda r, o: np.full(len(o), o.argmax()))
AC.mistake("guess-second-best", "guess")(lambda r, o: np.argsort(o, axis=1)[:, -2])
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


for _k in (10, 20, 50, 100):
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
        return (
            *Accuracy.prepare(inputs).__dict__.values(),
            np.asarray(inputs["X"], dtype=float),
        )

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
MC.rare(
    "guess",
    {
        "argmin": lambda r, o: o.argmin(axis=1),
        "off-by-one": lambda r, o: o.argmax(axis=1) + 1,
        "argmax-wrong-axis": lambda r, o: np.resize(o.argmax(axis=0), len(o)),
        "first-output": lambda r, o: np.round(o[:, 0]),
    },
)


class DecayedRate(Recipe):
    """rate / (1 + decay · epoch)"""

    subject = "digits.decayed_rate"

    def run(self) -> Any:
        i = self.inputs
        return self.rule(float(i["learning_rate"]), self.epoch(float(i["epoch"])), float(i["decay"]))

    def epoch(self, e: float) -> float:
        return e

    def rule(self, rate: float, e: float, d: float) -> Any:
        return rate / (1 + d * e)


DR = DecayedRate
DR.usual("epoch", {"off-by-one": lambda r, e: e + 1})
DR.mistake("off-by-one", "epoch")(lambda r, e: e - 1)
DR.mistake("epoch-squared", "epoch")(lambda r, e: e * e)
DR.usual(
    "rule",
    {
        "multiplied": lambda r, a, e, d: a * (1 + d * e),
        "exponential": lambda r, a, e, d: a * (1 - d) ** e,
        "precedence": lambda r, a, e, d: a / (1 + d) * e,
        "epoch-ignored": lambda r, a, e, d: a / (1 + d),
        "linear": lambda r, a, e, d: a * (1 - d * e),
    },
)
DR.rare(
    "rule",
    {
        "exponential": lambda r, a, e, d: a / (1 + d) ** e,
        "precedence": lambda r, a, e, d: a / 1 + d * e,
        "linear": lambda r, a, e, d: a - d * e,
        "one-missing": lambda r, a, e, d: a / (d * e),
        "decay-divided": lambda r, a, e, d: a / (1 + e / d),
        "decay-ignored": lambda r, a, e, d: a / (1 + e),
        "decay-added": lambda r, a, e, d: a / (1 + d + e),
        "square-root": lambda r, a, e, d: a / np.sqrt(1 + d * e),
        "rate-unchanged": lambda r, a, e, d: a,
        "squared": lambda r, a, e, d: a / (1 + d * e) ** 2,
        "factor-only": lambda r, a, e, d: 1 / (1 + d * e),
        "sign-in-denominator": lambda r, a, e, d: a / (1 - d * e),
        "rate-inside": lambda r, a, e, d: a / (1 + a * d * e),
        "whole-numbers": lambda r, a, e, d: a // (1 + d * e),
    },
)
DR.mistake("exponential", "rule")(lambda r, a, e, d: a * d**e)
DR.mistake("exponential", "rule")(lambda r, a, e, d: a * np.exp(-d * e))
DR.mistake("precedence", "rule")(lambda r, a, e, d: a / (1 + d**e))
DR.mistake("linear", "rule")(lambda r, a, e, d: max(0.0, a * (1 - d * e)))
DR.mistake("linear", "rule")(lambda r, a, e, d: max(0.0, a - d * e))
DR.mistake("decay-divided", "rule")(lambda r, a, e, d: a * d / (d + e) if d else a)
DR.mistake("decay-in-numerator", "rule")(lambda r, a, e, d: a * d / (1 + d * e))
DR.mistake("one-missing", "rule")(lambda r, a, e, d: a / (d * e) if d * e else a)
DR.mistake("one-missing", "rule")(lambda r, a, e, d: a / max(1, d * e))
DR.mistake("divided-again-and-again", "rule")(lambda r, a, e, d: a / np.prod(1 + d * np.arange(e + 1)))
DR.mistake("whole-numbers", "rule", says={"what": "decay times epoch"})(lambda r, a, e, d: a / (1 + d * e // 1))
DR.mistake("square-root", "rule")(lambda r, a, e, d: a / (1 + d * np.sqrt(e)))
for _every in (2, 5, 10):
    DR.mistake("decay-in-steps", "epoch", says={"every": str(_every)})(lambda r, e, every=_every: e // every)
DR.mistake("multiplied", "rule")(lambda r, a, e, d: a * d * e)


@cache
def _first(sizes: tuple[int, ...], seed: int) -> tuple[Arrays, Arrays]:
    """The first parameters; drawing so many takes longer than training on a few examples."""
    return initial(list(sizes), seed)


def _whole_batch(W: Arrays, b: Arrays, X: Array, y: Array) -> tuple[Arrays, Arrays, float]:
    """Mean gradients of a batch, and the sum of its losses."""
    A = [X]
    for w, v in zip(W, b, strict=True):
        A.append(sigmoid(A[-1] @ w.T + v))
    d = A[-1] - y
    delta = 2.0 * d / d.size * slope(A[-1])
    wg: Arrays = []
    bg: Arrays = []
    for layer in reversed(range(len(W))):
        wg.insert(0, delta.T @ A[layer])
        bg.insert(0, delta.sum(axis=0))
        delta = delta @ W[layer] * slope(A[layer])
    return wg, bg, float((d * d).sum() / y.shape[1])


class TrainDigits(Recipe):
    """Epochs where the order makes no difference: one batch, or examples that are all the same."""

    subject = "digits.train_digits"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        X = np.asarray(inputs["X_train"], dtype=float)
        y = np.asarray(inputs["y_train"], dtype=float)
        size = int(inputs.get("batch_size", 32))
        return SimpleNamespace(
            X=X,
            y=y,
            size=size,
            known=size >= len(X) or bool((X[0] == X).all() and (y == y[0]).all()),
        )

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 500.0 + 150.0 * int(inputs.get("epochs", 15))

    def run(self) -> Any:
        s = self.shared
        if not s.known or self.epochs() * len(s.X) > 400:
            return UNKNOWN
        W, b = self.net()
        losses: list[float] = []
        for k in range(self.epochs()):
            self.k = k
            if self.k and self.fresh():
                W, b = self.net()
            W, b, loss = self.epoch(W, b, *self.examples())
            losses.append(self.measured(W, b, loss))
        return self.result(W, b, losses)

    def net(self) -> tuple[Arrays, Arrays]:
        return _first(tuple(self.sizes()), self.seed())

    def sizes(self) -> list[int]:
        return [self.shared.X.shape[1], 64, self.shared.y.shape[1]]

    def seed(self) -> int:
        return int(self.inputs.get("seed", 42))

    def epochs(self) -> int:
        return int(self.inputs.get("epochs", 15))

    def rate(self) -> float:
        return float(self.inputs.get("learning_rate", 0.5))

    def batch_size(self) -> int:
        return self.shared.size

    def fresh(self) -> bool:
        return False

    def examples(self) -> tuple[Array, Array]:
        return self.shared.X, self.shared.y

    def epoch(self, W: Arrays, b: Arrays, X: Array, y: Array) -> tuple[Arrays, Arrays, float]:
        total = 0.0
        size = self.batch_size()
        for start in range(0, len(X), size):
            wg, bg, losses = _whole_batch(W, b, X[start : start + size], y[start : start + size])
            rate = self.rate()
            W = [w - rate * g for w, g in zip(W, wg, strict=True)]
            b = [v - rate * g for v, g in zip(b, bg, strict=True)]
            total += losses
        return W, b, total / len(X)

    def measured(self, W: Arrays, b: Arrays, loss: float) -> float:
        return loss

    def result(self, W: Arrays, b: Arrays, losses: list[float]) -> Any:
        return {"weights": W, "biases": b, "losses": losses}


TD = TrainDigits


@TD.mistake("loss-after-update", "measured", rank=1, says={"which": "the whole set, after the epoch"})
def _(r: TD, W: Arrays, b: Arrays, loss: float) -> float:
    return float(
        np.mean([np.square(forward(W, b, x)[-1] - t).mean() for x, t in zip(r.shared.X, r.shared.y, strict=True)])
    )


TD.mistake("sum-not-mean", "measured")(lambda r, W, b, loss: loss * len(r.shared.X))
TD.mistake("rate-scaled", "rate", says={"by": "multiplied by batch_size"})(
    lambda r: TrainDigits.rate(r) * r.shared.size
)
TD.mistake("rate-scaled", "rate", says={"by": "divided by batch_size"})(lambda r: TrainDigits.rate(r) / r.shared.size)
TD.mistake("rate-scaled", "rate", says={"by": "divided by the number of epochs"})(
    lambda r: TrainDigits.rate(r) / r.epochs()
)
TD.mistake("losses-added-up", "result")(lambda r, W, b, v: TrainDigits.result(r, W, b, np.cumsum(v).tolist()))
TD.mistake("scaled-twice", "examples", rank=1)(lambda r: (r.shared.X / 255, r.shared.y))
TD.mistake("rate-decays", "rate", rank=1, says={"how": "by 1 / (1 + epoch)"})(lambda r: TrainDigits.rate(r) / (1 + r.k))
for _factor in (0.5, 0.9, 0.95, 0.99):
    TD.mistake("rate-decays", "rate", says={"how": f"by the factor {_factor:g} each time"})(
        lambda r, factor=_factor: TrainDigits.rate(r) * factor**r.k
    )


@TD.mistake("each-not-batch", "run", rank=2)
def _(r: TD) -> Any:
    """train_step on one example after the other, in the order of the rows."""
    r.shared = SimpleNamespace(**{**r.shared.__dict__, "size": 1, "known": True})
    return TrainDigits.run(r)


@TD.mistake("part-of-the-set", "examples", rank=1, says={"which": "the first batch"})
def _(r: TD) -> tuple[Array, Array]:
    return r.shared.X[: r.shared.size], r.shared.y[: r.shared.size]


TD.usual("seed", {"seed-ignored": lambda r: 42})
TD.mistake("seed-ignored", "seed")(lambda r: 0)
TD.usual("rate", {"rate-ignored": lambda r: 0.5})
for _rate in (0.01, 0.1, 1.0):
    TD.mistake("rate-ignored", "rate", says={"instead": f"{_rate:g}"})(lambda r, rate=_rate: rate)
TD.mistake("epochs-off-by-one", "epochs", rank=1, says={"how": "one epoch too few"})(
    lambda r: int(r.inputs.get("epochs", 15)) - 1
)
TD.mistake("epochs-off-by-one", "epochs", rank=1, says={"how": "one epoch too many"})(
    lambda r: int(r.inputs.get("epochs", 15)) + 1
)
TD.mistake("epochs-ignored", "epochs", rank=1, says={"instead": "15 epochs"})(lambda r: 15)
TD.mistake("epochs-ignored", "epochs", says={"instead": "one epoch"})(lambda r: 1)
TD.usual("fresh", {"net-recreated": lambda r: True})
TD.mistake("batch-size-ignored", "batch_size", rank=1, says={"instead": "batches of 32"})(lambda r: 32)


@TD.mistake("batch-size-ignored", "run", rank=2, says={"instead": "an update after every example"})
def _(r: TD) -> Any:
    if len({x.tobytes() for x in r.shared.X}) > 1:
        return UNKNOWN
    r.__dict__["batch_size"] = lambda: 1
    return TrainDigits.run(r)


for _hidden in ([32], [16], [128], [10], [], [64, 64], [100], [63], [65]):
    TD.mistake("wrong-architecture", "sizes", says={"sizes": "784→" + "→".join(map(str, [*_hidden, 5]))})(
        lambda r, hidden=_hidden: [r.shared.X.shape[1], *hidden, r.shared.y.shape[1]]
    )
TD.mistake("part-of-the-set", "examples", rank=1, says={"which": "the first half"})(
    lambda r: (r.shared.X[: len(r.shared.X) // 2], r.shared.y[: len(r.shared.X) // 2])
)
TD.mistake("part-of-the-set", "examples", says={"which": "all but the last example"})(
    lambda r: (r.shared.X[:-1], r.shared.y[:-1])
)
TD.usual(
    "result",
    {
        "final-only": lambda r, W, b, v: {"weights": W, "biases": b, "losses": v[-1:]},
        "losses-length": lambda r, W, b, v: {
            "weights": W,
            "biases": b,
            "losses": [x for x in v for _ in range(2)],
        },
    },
)
TD.mistake("final-only", "result")(lambda r, W, b, v: {"weights": W, "biases": b, "losses": v[-1]})


@TD.mistake("not-trained", "result", rank=1)
def _(r: TD, W: Arrays, b: Arrays, v: list[float]) -> Any:
    W, b = r.net()
    return {"weights": W, "biases": b, "losses": v}


@TD.mistake("outputs-fixed", "run", rank=2)
def _(r: TD) -> Any:
    s = r.shared
    r.shared = SimpleNamespace(
        X=s.X, y=np.hstack([s.y, np.zeros((len(s.y), 10 - s.y.shape[1]))]), size=s.size, known=s.known
    )
    return TrainDigits.run(r)
