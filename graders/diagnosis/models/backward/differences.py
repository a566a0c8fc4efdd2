"""Network.backward without a chain rule: differences of the loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...maths import Array, forward, mse
from .recipe import Backward


def _loss_at(r: Backward, half: bool = False) -> float:
    return mse(forward(r.shared.W, r.shared.b, r.shared.A[0])[-1], r.shared.t)


def _numeric(h: float, central: bool) -> Any:
    def run(r: Backward) -> Any:
        out: tuple[list[Array], list[Array]] = ([], [])
        base = _loss_at(r)
        for arrays, grads in ((r.shared.W, out[0]), (r.shared.b, out[1])):
            for array in arrays:
                g = np.zeros_like(array)
                for index in np.ndindex(array.shape):
                    old = array[index]
                    array[index] = old + h
                    plus = _loss_at(r)
                    array[index] = old - h
                    minus = _loss_at(r) if central else base
                    array[index] = old
                    g[index] = (plus - minus) / (2 * h if central else h)
                grads.append(g)
        return out

    return run


for _h in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7):
    Backward.mistake("finite-differences", "run", rank=3, says={"h": f"{_h:g}"})(_numeric(_h, False))
for _h in (1e-1, 1e-2, 1e-3):
    Backward.mistake("finite-differences", "run", rank=3, says={"h": f"{_h:g}"})(_numeric(_h, True))
