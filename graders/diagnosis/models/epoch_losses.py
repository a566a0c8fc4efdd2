"""Network.train_epoch: what is returned in place of the mean of all examples' losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..maths import Array, forward, gradients
from .epochs import TrainEpoch, whichever

TE = TrainEpoch


def _last_of_each(r: TE) -> float:
    ends = np.cumsum([len(batch) for batch in r.batches(list(range(r.shared.n)))])
    return float(sum(r.losses[end - 1] for end in ends))


whichever("one-loss-a-batch", "loss", lambda r: _last_of_each(r) / r.shared.n, {"divisor": "the number of examples"})


@TE.mistake("loss-against-all-targets", "gradients")
def _(r: TE, x: Array, t: Array) -> Any:
    _, wg, bg = gradients(r.W, r.b, x, t)
    return float(np.mean((forward(r.W, r.b, x)[-1] - r.shared.y) ** 2)), wg, bg


for _digits in (2, 3, 4, 5, 6):
    TE.mistake("rounded", "loss", says={"digits": str(_digits)})(
        lambda r, digits=_digits: round(sum(r.losses) / r.shared.n, digits)
    )
