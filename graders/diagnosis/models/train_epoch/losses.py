"""Network.train_epoch with another loss returned than the examples' mean from before their batch's update."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...maths import Array, Arrays, forward, gradients, mse
from ...recipe import UNKNOWN, OneOf
from .orders import any_last, whichever
from .recipe import TrainEpoch

TE = TrainEpoch


def _total(r: TE) -> float:
    return sum(r.losses)


TE.mistake(
    "sum-not-mean",
    "loss",
    rank=1,
    says={"what": "The summed loss is returned: n times the mean over the n examples that is wanted."},
)(_total)
TE.usual(
    "loss",
    {
        "loss-of-last-example": lambda r: r.losses[-1],
        "mean-of-batch-means": lambda r: float(np.mean(r.means)),
        "divided-by-batches": lambda r: _total(r) / len(r.means),
        "loss-of-last-batch": lambda r: r.means[-1],
        "no-return": lambda r: None,
        "loss-after-update": lambda r: _loss_now(r),
    },
)
TE.rare(
    "loss",
    {
        "loss-before-epoch": lambda r: loss_of(r, r.shared.W, r.shared.b),
        "divided-by-batch-size": lambda r: _total(r) / r.shared.size,
        "divided-by-nominal-total": lambda r: _total(r) / (len(r.means) * r.shared.size),
        "loss-per-example": lambda r: list(r.losses),
        "loss-per-batch": lambda r: list(r.means),
        "sum-of-batch-means": lambda r: sum(r.means),
        "factor-half": lambda r: _total(r) / r.shared.n / 2,
        "loss-of-first-example": lambda r: r.losses[0],
        "loss-summed-over-outputs": lambda r: _total(r) / r.shared.n * r.shared.y.shape[-1],
        "loss-of-outputs": lambda r: _total(r) / r.shared.n / r.shared.y.shape[-1],
        "loss-zero": lambda r: 0.0,
        "batch-means-over-n": lambda r: sum(r.means) / r.shared.n,
        "divided-by-last-batch": lambda r: _total(r) / _left_over(r),
    },
)
TE.mistake("loss-of-last-batch", "loss")(lambda r: r.means[-1] * _left_over(r) / r.shared.n)


def _left_over(r: TE) -> int:
    """The size of the last batch."""
    return int(r.shared.n % r.shared.size or r.shared.size)


def loss_of(r: TE, W: Arrays, b: Arrays) -> float:
    s = r.shared
    return float(np.mean([mse(forward(W, b, x)[-1], t) for x, t in zip(s.X, s.y, strict=True)]))


def _loss_now(r: TE) -> float:
    return loss_of(r, r.W, r.b)


TE.mistake("divided-by-batches", "loss", says={"how": "counted one too many"})(
    lambda r: _total(r) / (r.shared.n // r.shared.size + 1)
)
TE.mistake("divided-by-batches", "loss", says={"how": "the full ones only"})(
    lambda r: _total(r) / max(r.shared.n // r.shared.size, 1)
)


@TE.mistake("loss-after-update", "run", rank=1, says={"which": "each batch after its update"})
def _(r: TE) -> Any:
    s = r.shared
    if not (s.alike or s.full):
        return UNKNOWN
    seen: list[float] = []

    def done(batch: list[int]) -> None:
        seen.extend(mse(forward(r.W, r.b, s.X[i])[-1], s.y[i]) for i in batch)

    r.__dict__["batch_done"] = done
    value = r.epoch(range(s.n))
    if isinstance(value, OneOf):
        value = value.values[0]
    return {**value, "loss": sum(seen) / s.n}


whichever("loss-of-last-example", "loss", lambda r: r.losses[-1])
whichever("loss-of-last-example", "loss", lambda r: r.losses[-1] / r.shared.n)


def _last_of_each(r: TE) -> float:
    ends = np.cumsum([len(batch) for batch in r.batches(list(range(r.shared.n)))])
    return float(sum(r.losses[end - 1] for end in ends))


whichever("one-loss-a-batch", "loss", lambda r: _last_of_each(r) / r.shared.n, {"divisor": "the number of examples"})


@TE.mistake("one-loss-a-batch", "run", rank=1, says={"divisor": "the number of batches"})
def _(r: TE) -> Any:
    if not r.shared.alike:
        return UNKNOWN  # of one batch it is the last example's loss
    r.__dict__["loss"] = lambda: _last_of_each(r) / len(r.means)
    return r.epoch(range(r.shared.n))


def _one_example(divisor: Callable[[TE], int], told: str) -> None:
    """The gradient and the loss of one example stand for its batch."""

    def run(r: TE) -> Any:
        if r.shared.alike and r.shared.n > 1:
            return UNKNOWN
        r.__dict__["gather"] = lambda sums, grads: grads
        r.__dict__["divisor"] = lambda m: 1.0
        r.__dict__["loss"] = lambda: _last_of_each(r) / divisor(r)
        return any_last(r)

    TE.mistake("one-example-a-batch", "run", rank=2, says={"divisor": told})(run)


_one_example(lambda r: len(r.means), "the number of batches")
_one_example(lambda r: r.shared.n, "the number of examples")


@TE.mistake("loss-against-all-targets", "gradients")
def _(r: TE, x: Array, t: Array) -> Any:
    _, wg, bg = gradients(r.W, r.b, x, t)
    return float(np.mean((forward(r.W, r.b, x)[-1] - r.shared.y) ** 2)), wg, bg


for _digits in (2, 3, 4, 5, 6):
    TE.mistake("rounded", "loss", says={"digits": str(_digits)})(
        lambda r, digits=_digits: round(sum(r.losses) / r.shared.n, digits)
    )
