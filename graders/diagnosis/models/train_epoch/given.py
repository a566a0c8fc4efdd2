"""Network.train_epoch where forward() is given something else than one example, and stops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...recipe import UNKNOWN
from .recipe import TrainEpoch

TE = TrainEpoch


def _matrix(rows: Callable[[TE], int]) -> None:
    """So many rows of X as one input. Where they are as many as the columns, it depends on the code what comes."""

    def run(r: TE) -> Any:
        if rows(r) == r.shared.X.shape[1]:
            return UNKNOWN
        return r.shared.W[0] @ np.zeros((rows(r), r.shared.X.shape[1]))

    TE.mistake("batch-as-one-example", "run", rank=3)(run)


_matrix(lambda r: min(r.shared.n, r.shared.size))
_matrix(lambda r: r.shared.n)
