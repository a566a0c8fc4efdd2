"""From pictures of all digits to rows to train and to test on: filtered, flattened, scaled, cut."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import Array
from ..recipe import Recipe
from .one_hot import one_hot


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
        if len(labels) and labels.max() >= n:
            raise ValueError("a label beyond the classes")  # any way of filtering too little stops here: none is named
        return one_hot(labels, n)

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
    r.__dict__["one_hot"] = lambda v, n: one_hot(v, int(v.max()) + 1)
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
PR.mistake("overlap", "split", says={"how": "the first ones"})(
    lambda r, X, y, v, c: [X[:c], y[:c], v[:c], X[: len(X) - c], y[: len(X) - c], v[: len(X) - c]]
)
PR.mistake("labels-unfiltered", "split", says={"which": "labels that come back"})(
    lambda r, X, y, v, c: [X[:c], y[:c], r.shared.labels[:c], X[c:], y[c:], r.shared.labels[c:]]
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
PR.mistake("pixels-mixed", "flatten")(lambda r, v: v.reshape(v[0].size, -1).T)
PR.mistake("pixels-reversed", "flatten")(lambda r, v: v.reshape(len(v), -1)[:, ::-1])
PR.mistake("flattened-completely", "flatten")(lambda r, v: v.reshape(-1))
PR.usual(
    "one_hot",
    {
        "targets-not-one-hot": lambda r, v, n: v.astype(float),
        "one-hot-off-by-one": lambda r, v, n: one_hot((v - 1) % n, n),
        "one-hot-transposed": lambda r, v, n: one_hot(v, n).T,
    },
)
