"""Network.backward with the start gone wrong: 2 (a − t) / n at the output."""

from __future__ import annotations

import numpy as np

from ...maths import Array
from .recipe import Backward

Backward.usual(
    "difference",
    {"negated": lambda r, a, t: t - a, "targets-ignored": lambda r, a, t: a},
)
Backward.rare(
    "difference",
    {
        "added-not-subtracted": lambda r, a, t: a + t,
        "predictions-ignored": lambda r, a, t: -t,
        "error-of-z": lambda r, a, t: r.shared.Z[-1] - t,
    },
)
Backward.mistake("predictions-ignored", "difference")(lambda r, a, t: t)
Backward.usual("error", {"loss-not-gradient": lambda r, d: d * d})
Backward.rare(
    "error",
    {
        "absolute-not-signed": lambda r, d: np.abs(d),
        "absolute-not-squared": lambda r, d: np.sign(d),
        "error-averaged": lambda r, d: np.full_like(d, d.mean()),
        "error-summed": lambda r, d: np.full_like(d, d.sum()),
        "loss-not-gradient": lambda r, d: d * d / r.factor(),
        "error-is-loss": lambda r, d: np.full_like(d, (d * d).mean()),
    },
)
Backward.usual("factor", {"factor-two-missing": lambda r: 1.0, "factor-two": lambda r: 4.0})


@Backward.mistake("error-is-loss", "error", rank=2)
def _(r: Backward, d: Array) -> Array:
    """In place of 2 (a − t) / n with its factor, not of a − t alone."""
    return np.full_like(d, (d * d).mean()) / r.scale(d)


for _bound in (0.05, 0.1):
    Backward.mistake("error-clipped", "error", rank=3, says={"bound": f"{_bound:g}"})(
        lambda r, d, bound=_bound: np.clip(r.scale(d) * d, -bound, bound) / r.scale(d)
    )
    Backward.mistake("error-clipped", "error", rank=3, says={"bound": f"{_bound:g}"})(
        lambda r, d, bound=_bound: np.clip(d, -bound, bound)
    )
Backward.rare("factor", {"factor-half": lambda r: 0.5})
Backward.usual("scale", {"two-over-n-missing": lambda r, a: 1.0})
Backward.usual("divisor", {"one-over-n-missing": lambda r, a: 1.0})
Backward.rare(
    "divisor",
    {
        "divided-by-n-in": lambda r, a: r.shared.A[0].size,
        "divided-by-layers": lambda r, a: len(r.shared.W),
        "divided-twice": lambda r, a: a.size**2,
        "multiplied-by-n": lambda r, a: 1 / a.size,
        "divided-by-hidden": lambda r, a: r.shared.A[-2].size,
        "n-plus-one": lambda r, a: a.size + 1,
        "divided-by-activations": lambda r, a: len(r.shared.A),
    },
)
