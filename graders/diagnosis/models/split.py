"""The rows to train on, and the rows to test on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..maths import Array
from ..recipe import Recipe


class Split(Recipe):
    """The first rows train, the others test."""

    subject = "practice.split"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return np.asarray(inputs["X"]), np.asarray(inputs["y"])

    def run(self) -> Any:
        X, y = self.rows(*self.shared)
        n = self.count(int(self.inputs["n_train"]), len(X))
        (a, c), (b, d) = self.cut(X, n), self.cut_targets(y, n)
        return self.result(a, b, c, d)

    def rows(self, X: Array, y: Array) -> tuple[Array, Array]:
        return X, y

    def count(self, n: int, total: int) -> int:
        return n

    def cut(self, v: Array, n: int) -> tuple[Array, Array]:
        return v[:n], v[n:]

    def cut_targets(self, v: Array, n: int) -> tuple[Array, Array]:
        return self.cut(v, n)

    def result(self, a: Any, b: Any, c: Any, d: Any) -> Any:
        return a, b, c, d


SP = Split
SP.usual(
    "count",
    {"off-by-one": lambda r, n, total: n - 1, "fraction-not-count": lambda r, n, total: 2 * total // 3},
)
SP.mistake("off-by-one", "count", rank=1)(lambda r, n, total: n + 1)
SP.mistake("fraction-not-count", "count")(lambda r, n, total: int(0.8 * total))
SP.mistake("fraction-not-count", "count")(lambda r, n, total: total // 2)
SP.mistake("fraction-not-count", "count", says={"what": "20 rows train, however many are asked for"})(
    lambda r, n, total: 20
)
SP.mistake("nothing-to-test", "count", rank=1)(lambda r, n, total: total)
SP.usual(
    "cut",
    {
        "overlap": lambda r, v, n: (v[:n], v),
        "row-lost": lambda r, v, n: (v[:n], v[n + 1 :]),
        "test-rows-first": lambda r, v, n: (v[n:], v[:n]),
        "last-rows-train": lambda r, v, n: (v[-n:], v[:-n]),
        "last-row-lost": lambda r, v, n: (v[:n], v[n:-1]),
    },
)
SP.mistake("overlap", "cut", rank=1, says={"how": "row n_train, which should only test"})(
    lambda r, v, n: (v[: n + 1], v[n:])
)
SP.mistake("overlap", "cut", rank=1, says={"how": "the last training row"})(lambda r, v, n: (v[:n], v[n - 1 :]))
SP.rare(
    "cut",
    {
        "overlap": lambda r, v, n: (v, v[n:]),
        "test-rows-as-many": lambda r, v, n: (v[:n], v[-n:]),
        "n-train-tests": lambda r, v, n: (v[: len(v) - n], v[len(v) - n :]),
        "every-other-row": lambda r, v, n: (v[::2], v[1::2]),
        "rows-reversed": lambda r, v, n: (v[::-1][:n], v[::-1][n:]),
        "same-rows-twice": lambda r, v, n: (v[:n], v[:n]),
    },
)
SP.usual(
    "cut_targets",
    {
        "targets-shifted": lambda r, v, n: (v[: n + 1], v[n + 1 :]),
        "targets-not-split": lambda r, v, n: (v, v),
        "targets-swapped": lambda r, v, n: (v[n:], v[:n]),
    },
)
SP.mistake("targets-shifted", "cut_targets")(lambda r, v, n: (v[: n - 1], v[n - 1 :]))
SP.mistake("targets-shifted", "cut_targets", says={"how": "counted from the end"})(lambda r, v, n: (v[:-n], v[-n:]))
SP.mistake("test-rows-as-many", "cut", says={"how": "the rows right after them"})(lambda r, v, n: (v[:n], v[n : 2 * n]))
SP.mistake("columns-not-rows", "cut")(lambda r, v, n: (v[:, :n], v[:, n:]))


@SP.mistake("columns-not-rows", "run", says={"how": "of X"})
def _(r: SP) -> Any:
    X, y = r.shared
    n = int(r.inputs["n_train"])
    return r.result(X[:, :n], y[:n], X[:, n:], y[n:])


SP.usual(
    "result",
    {"results-swapped": lambda r, a, b, c, d: (a, c, b, d)},
)
SP.mistake("results-swapped", "result")(lambda r, a, b, c, d: (b, a, d, c))
SP.mistake("results-paired", "result")(lambda r, a, b, c, d: ((a, b), (c, d)))


@SP.mistake("standardised", "rows", rank=1)
def _(r: SP, X: Array, y: Array) -> tuple[Array, Array]:
    return (X - X.mean(axis=0)) / X.std(axis=0), y
