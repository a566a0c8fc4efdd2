"""Labels as one-hot rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..maths import Array
from ..recipe import Recipe


def one_hot(labels: Array, n: int) -> Array:
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
        return self.form(self.result(self.rows(labels, self.classes(labels, n))))

    def classes(self, labels: Array, n: int) -> int:
        return n

    def rows(self, labels: Array, n: int) -> Array:
        return one_hot(labels, n)

    def result(self, rows: Array) -> Any:
        return rows

    def form(self, rows: Array) -> Any:
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
        "off-by-one": lambda r, v, n: one_hot((v - 1) % n, n),
        "mirrored": lambda r, v, n: one_hot(n - 1 - v, n),
        "every-row": lambda r, v, n: np.tile(one_hot(v, n).max(axis=0), (len(v), 1)),
        "label-for-one": lambda r, v, n: one_hot(v, n) * v[:, None],
        "ordinal": lambda r, v, n: (np.arange(n) <= v[:, None]).astype(float),
    },
)
OH.mistake("off-by-one", "rows")(lambda r, v, n: one_hot((v + 1) % n, n))
OH.mistake("off-by-one", "rows", rank=1)(lambda r, v, n: one_hot(v, n + 1)[:, 1:])
OH.mistake("off-by-one", "rows")(lambda r, v, n: one_hot(v + 1, n + 1)[:, :n])
OH.mistake("counted-from-the-end", "rows", rank=1)(lambda r, v, n: one_hot(-v % n, n))
OH.rare(
    "rows",
    {
        "ordinal": lambda r, v, n: (np.arange(n) < v[:, None]).astype(float),
        "first-only": lambda r, v, n: one_hot(v[:1], n)[0],
        "first-row-only": lambda r, v, n: one_hot(v, n) * (np.arange(len(v)) == 0)[:, None],
        "one-row-for-all": lambda r, v, n: one_hot(v, n).max(axis=0),
        "last-row-only": lambda r, v, n: one_hot(v, n) * (np.arange(len(v)) == len(v) - 1)[:, None],
        "all-zero": lambda r, v, n: np.zeros((len(v), n)),
        "all-one": lambda r, v, n: np.ones((len(v), n)),
        "rows-reversed": lambda r, v, n: one_hot(v, n)[::-1],
        "by-position": lambda r, v, n: one_hot(np.arange(len(v)) % n, n),
        "labels-unchanged": lambda r, v, n: v.astype(float),
        "rows-sorted": lambda r, v, n: one_hot(np.sort(v), n),
        "label-repeated": lambda r, v, n: np.repeat(v[:, None], n, axis=1).astype(float),
    },
)
OH.usual(
    "result",
    {
        "inverted": lambda r, m: 1 - m,
        "values": lambda r, m: 2 * m - 1,
    },
)
OH.rare(
    "result",
    {
        "negated": lambda r, m: -m,
        "smoothed": lambda r, m: 0.9 * m + 0.1 / m.shape[1],
        "values": lambda r, m: np.where(m == 1, 0.99, 0.01),
        "normalised": lambda r, m: m / m.shape[1],
    },
)
OH.mistake("values", "result", says={"which": "0.9 and 0.1"})(lambda r, m: np.where(m == 1, 0.9, 0.1))
OH.usual("form", {"transposed": lambda r, m: m.T})
OH.rare("form", {"flattened": lambda r, m: m.reshape(-1)})
OH.mistake("rows-not-reset", "rows")(lambda r, v, n: np.maximum.accumulate(one_hot(v, n), axis=0))
OH.mistake("by-position", "rows")(lambda r, v, n: np.eye(len(v), n))


@OH.mistake("flat-index", "rows")
def _(r: OH, v: Array, n: int) -> Array:
    rows = np.zeros(len(v) * n)
    rows[v] = 1.0
    return rows.reshape(len(v), n)
