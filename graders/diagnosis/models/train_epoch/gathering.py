"""Network.train_epoch with a batch's gradients gathered wrongly, or wrong themselves."""

from __future__ import annotations

from typing import Any

from ...maths import Array, forward, gradients, mse
from ...recipe import UNKNOWN
from ..backward import Backward
from ..train_step import ELSEWHERE
from .orders import any_order, whichever
from .recipe import TrainEpoch

TE = TrainEpoch
TE.usual("start", {"gradients-never-reset": lambda r, sums: sums})
TE.usual("gather", {"overwritten-not-summed": lambda r, sums, grads: grads})
TE.mistake("overwritten-not-summed", "gather", rank=1, says={"which": "bias gradients"})(
    lambda r, sums, g: g if sums is None else (TrainEpoch.gather(r, sums, g)[0], g[1])
)
TE.mistake("overwritten-not-summed", "gather", says={"which": "weight gradients"})(
    lambda r, sums, g: g if sums is None else (g[0], TrainEpoch.gather(r, sums, g)[1])
)
TE.rare(
    "gather",
    {
        "gradients-subtracted": lambda r, sums, g: (
            g
            if sums is None
            else tuple([a - n for a, n in zip(t, w, strict=True)] for t, w in zip(sums, g, strict=True))
        ),
    },
)


@TE.mistake("one-over-n-missing", "gradients", says={"what": "loss and gradients"})
def _(r: TE, x: Array, t: Array) -> Any:
    loss, wg, bg = gradients(r.W, r.b, x, t)
    return loss * t.size, [g * t.size for g in wg], [g * t.size for g in bg]


whichever("overwritten-not-summed", "gather", lambda r, sums, grads: grads)
whichever(
    "overwritten-not-summed",
    "gather",
    lambda r, sums, g: g if sums is None else (TrainEpoch.gather(r, sums, g)[0], g[1]),
    {"which": "bias gradients"},
)


def _halves(r: TE, sums: Any, grads: Any) -> Any:
    if sums is None:
        sums = tuple([0.0 * g for g in part] for part in grads)
    return tuple([(a + g) / 2 for a, g in zip(total, new, strict=True)] for total, new in zip(sums, grads, strict=True))


@TE.mistake("averages-averaged", "run", rank=2)
def _(r: TE) -> Any:
    r.__dict__["gather"] = lambda sums, grads: _halves(r, sums, grads)
    r.__dict__["divisor"] = lambda m: 1.0
    return any_order(r)


@TE.mistake("averages-averaged", "run", rank=2, says={"how": "from the second on"})
def _(r: TE) -> Any:
    r.__dict__["gather"] = lambda sums, grads: grads if sums is None else _halves(r, sums, grads)
    r.__dict__["divisor"] = lambda m: 1.0
    return any_order(r)


@TE.mistake("one-gradient-for-batch", "run", rank=2)
def _(r: TE) -> Any:
    r.__dict__["gather"] = lambda sums, grads: grads
    r.__dict__["divisor"] = lambda m: 1.0
    return any_order(r) if not r.shared.alike else UNKNOWN


@TE.mistake("counted-twice", "run", rank=2)
def _(r: TE) -> Any:
    def gather(sums: Any, grads: Any) -> Any:
        return TrainEpoch.gather(r, grads if sums is None else sums, grads)

    r.__dict__["gather"] = gather
    return any_order(r)


def _epoch_as_in_backward() -> None:
    for m in Backward.mistakes:
        if m.rank == 1 and m.id not in ELSEWHERE:

            def grads(r: TE, x: Array, t: Array, m: Any = m) -> Any:
                inputs = {"weights": r.W, "biases": r.b, "x": x, "target": t}
                wg, bg = Backward.value(inputs, [m])
                return mse(forward(r.W, r.b, x)[-1], t), wg, bg

            TE.mistake(m.id, "gradients", rank=3, says=m.says)(grads)


_epoch_as_in_backward()
