"""Network.backward with the gradient of another loss at its output."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ...maths import Array
from .recipe import Backward

Delta = Callable[[Array, Array], Array]


def _delta(name: str, part: Delta, rank: int = 2, says: Mapping[str, str] | None = None) -> None:
    """`part` gives another delta of the output layer, from its output and the target."""

    def output_slope(r: Backward, a: Array) -> Array:
        own = r.scale(a) * r.error(r.difference(a, r.shared.t))
        with np.errstate(all="ignore"):
            return part(a, r.shared.t) / own

    Backward.mistake(name, "output_slope", rank=rank, says=says)(output_slope)


def _root(a: Array, t: Array) -> float:
    return float(np.sqrt(((a - t) ** 2).mean()))


_CE = {"other": "the cross-entropy"}
_ROOT = {"other": "the root of the mean squared error"}
_delta("another-loss", lambda a, t: (a - t) / a.size, 1, _CE)
_delta("another-loss", lambda a, t: a - t, 1, _CE)
_delta(
    "absolute-not-squared",
    lambda a, t: np.sign(a - t) / a.size * a * (1 - a),
    says={"other": "the mean absolute error"},
)
_delta("another-loss", lambda a, t: (a - t) / a.size / _root(a, t) * a * (1 - a), says=_ROOT)
_delta(
    "another-loss",
    lambda a, t: (a - t) / np.linalg.norm(a - t) * a * (1 - a),
    says={"other": "the length (norm) of the error, without its square"},
)
_delta(
    "another-loss",
    lambda a, t: 4 * (a - t) ** 3 / a.size * a * (1 - a),
    says={"other": "the mean fourth power of the error"},
)
_delta(
    "another-loss",
    lambda a, t: 2 * (a - t) * ((a - t) ** 2).mean() / a.size * a * (1 - a) * 2,
    says={"other": "the square of the loss"},
)
_delta(
    "another-loss",
    lambda a, t: 2 * (a - t) / a.size / ((a - t) ** 2).mean() * a * (1 - a),
    says={"other": "the logarithm of the loss"},
)
