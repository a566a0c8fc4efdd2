"""Network.backward with the sigmoid's derivative gone wrong, at the output or in the hidden layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...maths import Array, sigmoid
from .recipe import Backward


def _ones(r: Any, a: Array, *rest: Any) -> Array:
    return np.ones_like(a)


def _slopes(part: str, missing: str, layer_of: Any) -> None:
    """The sigmoid derivative gone wrong, at the output or in the hidden layers."""
    where = {"where": "output layer" if part == "output_slope" else "hidden layers"}

    def z(r: Backward, *rest: Any) -> Array:
        return r.shared.Z[rest[-1] if layer_of is None else len(r.shared.W)]

    tables = (
        (1, missing, _ones),
        (1, "derivative-one-minus-a", lambda r, a, *k: 1 - a),
        (1, "derivative-of-a-as-z", lambda r, a, *k: sigmoid(a) * (1 - sigmoid(a))),
        (1, "derivative-fed-with-z", lambda r, a, *k: z(r, *k) * (1 - z(r, *k))),
        (1, "derivative-is-a", lambda r, a, *k: a),
        (1, "derivative-of-tanh", lambda r, a, *k: 1 - a * a),
        (2, "derivative-negated", lambda r, a, *k: a * (a - 1)),
        (2, "derivative-twice", lambda r, a, *k: (a * (1 - a)) ** 2),
        (2, "sign-in-derivative", lambda r, a, *k: a * (1 + a)),
        (2, "derivative-squared-a", lambda r, a, *k: a * a),
        (2, "derivative-divided", lambda r, a, *k: 1 / (a * (1 - a))),
        (2, "derivative-is-z", lambda r, a, *k: z(r, *k)),
        (2, "derivative-of-relu", lambda r, a, *k: (z(r, *k) > 0).astype(float)),
        (2, "derivative-averaged", lambda r, a, *k: (a * (1 - a)).mean()),
        (2, "derivative-of-derivative", lambda r, a, *k: a * (1 - a) * (1 - a * (1 - a))),
        (2, "derivative-one-minus-a-squared", lambda r, a, *k: a * (1 - a) ** 2),
    )
    for rank, name, replacement in tables:
        if name == "derivative-negated":
            continue  # the same as another sign: target minus output, or one lost on the way back
        Backward.mistake(name, part, rank=rank, says=where)(replacement)


_slopes("output_slope", "output-derivative-missing", -1)
_slopes("hidden_slope", "hidden-derivative-missing", None)
Backward.mistake("wrong-layer-derivative", "hidden_slope")(
    lambda r, a, layer: np.mean(r.shared.A[-1] * (1 - r.shared.A[-1]))
)
Backward.mistake("divided-in-every-layer", "hidden_slope")(lambda r, a, layer: a * (1 - a) / a.size)
Backward.mistake("earlier-layers-zero", "hidden_slope")(lambda r, a, layer: np.zeros_like(a))
Backward.mistake("fixed-depth", "hidden_slope")(lambda r, a, layer: a * (1 - a) * (layer == len(r.shared.W) - 1))
Backward.mistake("hidden-derivative-missing", "hidden_slope", says={"where": "first hidden layer"})(
    lambda r, a, layer: a * (1 - a) if layer > 1 else np.ones_like(a)
)
Backward.mistake("hidden-derivative-missing", "hidden_slope", says={"where": "last hidden layer"})(
    lambda r, a, layer: a * (1 - a) if layer < len(r.shared.W) - 1 else np.ones_like(a)
)


def _both(name: str, part: Any, rank: int = 1) -> None:
    """The same slip at the output and in the hidden layers: one mistake, not two."""

    def run(r: Backward) -> Any:
        r.__dict__["output_slope"] = lambda a: part(r, a, r.shared.Z[-1])
        r.__dict__["hidden_slope"] = lambda a, layer: part(r, a, r.shared.Z[layer])
        return Backward.run(r)

    Backward.mistake(name, "run", rank=rank, says={"where": "every layer"})(run)


_both("derivative-missing", lambda r, a, z: np.ones_like(a))
_both("derivative-one-minus-a", lambda r, a, z: 1 - a)
_both("derivative-of-a-as-z", lambda r, a, z: sigmoid(a) * (1 - sigmoid(a)))
_both("derivative-fed-with-z", lambda r, a, z: z * (1 - z))
_both("derivative-is-a", lambda r, a, z: a)
_both("derivative-of-tanh", lambda r, a, z: 1 - a * a)
_both("derivative-negated", lambda r, a, z: a * (a - 1))
_both("sign-in-derivative", lambda r, a, z: a * (1 + a))
_both("derivative-of-relu", lambda r, a, z: (z > 0).astype(float))


@Backward.mistake("wrong-layer-derivative", "hidden_slope")
def _(r: Backward, a: Array, layer: int) -> Array:
    lower = r.shared.A[layer - 1]
    return lower * (1 - lower)


@Backward.mistake("wrong-layer-derivative", "hidden_slope", rank=1)
def _(r: Backward, a: Array, layer: int) -> Array:
    upper = r.shared.A[layer + 1]
    return upper * (1 - upper)


@Backward.mistake("output-overwritten", "output_slope")
def _(r: Backward, a: Array) -> Array:
    """output -= target changes the stored output: its slope is then that of the difference."""
    difference = a - r.shared.t
    return difference * (1 - difference)


@Backward.mistake("derivative-of-error", "hidden_slope")
def _(r: Backward, a: Array, layer: int) -> Array:
    return r.upstream * (1 - r.upstream)


@Backward.mistake("derivative-of-error", "run")
def _(r: Backward) -> Any:
    """At the output as well."""
    r.__dict__["output_slope"] = lambda a: r.upstream * (1 - r.upstream)
    r.__dict__["hidden_slope"] = lambda a, layer: r.upstream * (1 - r.upstream)
    return Backward.run(r)


@Backward.mistake("derivative-of-target", "output_slope")
def _(r: Backward, a: Array) -> Array:
    return r.shared.t * (1 - r.shared.t)
