"""losses.loss_table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..recipe import OneOf, Recipe
from .predictions import EPS, clip, room_of_loss

Array = np.ndarray


class LossTable(Recipe):
    """Rows of prediction, mse, cross-entropy, their ratio."""

    subject = "losses.loss_table"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return np.asarray(inputs["predictions"], dtype=float).reshape(-1), float(
            np.asarray(inputs["target"]).reshape(-1)[0]
        )

    @classmethod
    def slack(cls, shared: Any) -> float:
        return room_of_loss(*shared)

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
        q = clip(p)
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
for _first in (0, 1):
    LossTable.mistake("column-of-numbers", "columns")(
        lambda r, p, m, c, q, first=_first: np.stack([np.arange(p.size) + first, m, c, q], axis=1)
    )
LossTable.mistake("column-of-errors", "columns")(lambda r, p, m, c, q: np.stack([p - r.shared[1], m, c, q], axis=1))
LossTable.mistake("column-of-errors", "columns", says={"which": "size of the error"})(
    lambda r, p, m, c, q: np.stack([np.abs(p - r.shared[1]), m, c, q], axis=1)
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
        "negated": lambda r, p, t: t * np.log(clip(p)) + (1 - t) * np.log(1 - clip(p)),
        "second-term-missing": lambda r, p, t: -t * np.log(clip(p)),
        "mean-over-all": lambda r, p, t: np.full_like(p, -(t * np.log(clip(p)) + (1 - t) * np.log(1 - clip(p))).mean()),
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
        "first-missing": lambda r, v: v[1:] if len(v) > 1 else OneOf((v[1:], np.empty(0))),
        "last-only": lambda r, v: v[-1:],
        "first-only": lambda r, v: v[:1],
        "flattened": lambda r, v: v.reshape(-1),
        "rows-sorted": lambda r, v: v[np.argsort(v[:, 0])],
        "same-row-repeated": lambda r, v: np.tile(v[-1], (len(v), 1)),
        "rows-unique": lambda r, v: v[np.unique(v[:, 0], return_index=True)[1]],
        "sum-not-rows": lambda r, v: v.mean(axis=0),
    },
)
LossTable.mistake("last-only", "result")(lambda r, v: v[-1])


LossTable.mistake("table-log-of-p", "ce", rank=1)(lambda r, p, t: -r.log(clip(p)))
LossTable.mistake("table-log-of-p", "ce", says={"which": "1 − p"})(lambda r, p, t: -r.log(1 - clip(p)))


def _guarded(r: LossTable, m: Array) -> Array:
    """With inf for the ratio where a squared error, so called, is not above 0."""
    p, t = r.shared
    c = r.ce(p, t)
    return np.stack([p, m, c, np.where(m > 0, c / m, np.inf)], axis=1)


LossTable.mistake("not-squared", "run")(lambda r: _guarded(r, r.shared[0] - r.shared[1]))
LossTable.mistake("gradient-not-loss", "run")(lambda r: _guarded(r, 2 * (r.shared[0] - r.shared[1])))
LossTable.usual("mse", {"gradient-not-loss": lambda r, p, t: 2 * (p - t)})


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
    q = clip(p)
    c = np.full_like(p, -(t * np.log(q) + (1 - t) * np.log(1 - q)).mean())
    return np.stack([p, m, c, c / m], axis=1)


def _swapped(eps: float) -> None:
    def ce(r: LossTable, p: Array, t: float) -> Array:
        q = clip(np.full_like(p, t), eps)
        return -(p * r.log(q) + (1 - p) * r.log(1 - q))

    LossTable.mistake("arguments-swapped", "ce", rank=1 if eps == EPS else 3)(ce)


for _eps in (EPS, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7):
    _swapped(_eps)
