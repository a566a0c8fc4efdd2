"""Network.train_epoch with other pairs of inputs and targets than those of the data."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...maths import forward, gradients, mse
from ...recipe import UNKNOWN, OneOf
from ..train_step import rate_given
from .losses import loss_of
from .orders import FEW
from .recipe import TrainEpoch

TE = TrainEpoch


def _summed(r: TE, pairings: Iterable[Sequence[tuple[int, int]]]) -> Any:
    """One batch for all, each option with the inputs and targets of these numbers: n of them."""
    s = r.shared
    known = {(i, j): gradients(s.W, s.b, s.X[i], s.y[j]) for i in range(s.n) for j in range(s.n)}
    options = []
    for pairs in pairings:
        found = [known[pair] for pair in pairs]
        W = [w - r.rate() / s.n * sum(f[1][k] for f in found) for k, w in enumerate(s.W)]
        b = [v - r.rate() / s.n * sum(f[2][k] for f in found) for k, v in enumerate(s.b)]
        options.append({"loss": sum(f[0] for f in found) / s.n, "weights": W, "biases": b})
    return OneOf(tuple(options))


@TE.mistake("drawn-with-replacement", "run", rank=3)
def _(r: TE) -> Any:
    n = r.shared.n
    if r.shared.alike or not r.shared.full or n > 6:
        return UNKNOWN
    draws = sorted(itertools.combinations_with_replacement(range(n), n), key=lambda drawn: len(set(drawn)))
    if n > FEW:
        draws = draws[n:]  # one and the same example each time isn't drawn at random
    return _summed(r, ([(i, i) for i in drawn] for drawn in draws))


@TE.mistake("shuffled-without-targets", "run", rank=3)
def _(r: TE) -> Any:
    n = r.shared.n
    if r.shared.alike or not r.shared.full or n > 5:
        return UNKNOWN
    return _summed(r, (list(enumerate(order)) for order in itertools.permutations(range(n))))


@TE.mistake("columns-shuffled", "run", rank=3)
def _(r: TE) -> Any:
    s = r.shared
    width = s.X.shape[1]
    if not (s.alike or s.full) or width > 3 or s.n > 12:
        return UNKNOWN
    options = []
    for columns in itertools.permutations(range(width)):
        r.__dict__["gradients"] = lambda x, t, c=list(columns): gradients(r.W, r.b, x[c], t)
        options.append(r.epoch(range(s.n)))
    return OneOf(tuple(options))


def _one_for_all(name: str, pairs: Any, says: Mapping[str, str] | None = None) -> None:
    """One of the batch's examples gives all of them their inputs, or their targets; the losses may still be right."""

    def run(r: TE) -> Any:
        n = r.shared.n
        if r.shared.alike or not r.shared.full or n > 6:
            return UNKNOWN
        found = _summed(r, [[pairs(i, k) for i in range(n)] for k in range(n)])
        own = loss_of(r, r.shared.W, r.shared.b)
        return OneOf(tuple(option for value in found.values for option in (value, {**value, "loss": own})))

    TE.mistake(name, "run", rank=3, says=says)(run)


_one_for_all("one-target-for-batch", lambda i, k: (i, k))
_one_for_all("one-input-for-batch", lambda i, k: (k, i))


@TE.mistake("mean-example", "run", rank=2)
def _(r: TE) -> Any:
    s = r.shared
    if not s.full:
        return UNKNOWN
    _, wg, bg = gradients(s.W, s.b, s.X.mean(axis=0), s.y.mean(axis=0))
    W = [w - rate_given(r) * g for w, g in zip(s.W, wg, strict=True)]
    b = [v - rate_given(r) * g for v, g in zip(s.b, bg, strict=True)]
    right = float(np.mean([mse(forward(s.W, s.b, x)[-1], t) for x, t in zip(s.X, s.y, strict=True)]))
    own = mse(forward(s.W, s.b, s.X.mean(axis=0))[-1], s.y.mean(axis=0))
    return OneOf(
        (
            {"loss": right, "weights": W, "biases": b},
            {"loss": own, "weights": W, "biases": b},
        )
    )
