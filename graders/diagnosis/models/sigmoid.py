"""network.sigmoid."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..maths import sigmoid
from ..recipe import Recipe

Array = np.ndarray


class Sigmoid(Recipe):
    """1 / (1 + exp(−z))"""

    subject = "network.sigmoid"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return np.asarray(inputs["z"], dtype=float)

    def run(self) -> Any:
        return self.outer(self.curve(self.inner(self.shared)))

    def inner(self, z: Array) -> Array:
        return z

    def curve(self, z: Array) -> Array:
        return sigmoid(z)

    def outer(self, a: Array) -> Any:
        return a


def _quiet(z: Array, base: float = np.e) -> Array:
    with np.errstate(all="ignore"):
        return 1.0 / (1.0 + base**-z)


Sigmoid.usual(
    "curve",
    {
        "sigmoid-mirrored": lambda r, z: sigmoid(-z),
        "tanh-not-sigmoid": lambda r, z: np.tanh(z),
        "relu-not-sigmoid": lambda r, z: np.maximum(z, 0),
        "derivative-not-sigmoid": lambda r, z: sigmoid(z) * (1 - sigmoid(z)),
        "sign-in-denominator": lambda r, z: 1.0 / (1.0 - np.exp(-z)),
        "one-missing": lambda r, z: 1.0 / np.exp(-z),
        "sigmoid-only-exponential": lambda r, z: np.exp(-z),
        "sigmoid-precedence": lambda r, z: 1.0 / 1.0 + np.exp(-z),
        "activation-missing": lambda r, z: z,
    },
)
Sigmoid.rare(
    "curve",
    {
        "sigmoid-numerator": lambda r, z: np.exp(-z) / (1.0 - np.exp(-z)),
        "softmax-not-sigmoid": lambda r, z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
        "step-not-sigmoid": lambda r, z: (z > 0).astype(float),
        "sigmoid-log": lambda r, z: np.log(sigmoid(z)),
        "sigmoid-of-absolute": lambda r, z: sigmoid(np.abs(z)),
        "sigmoid-base-two": lambda r, z: _quiet(z, 2.0),
        "sigmoid-base-ten": lambda r, z: _quiet(z, 10.0),
        "activation-twice": lambda r, z: sigmoid(sigmoid(z)),
        "sigmoid-flatter": lambda r, z: sigmoid(z / 2),
        "sigmoid-hard": lambda r, z: np.clip(0.2 * z + 0.5, 0, 1),
        "sigmoid-plus-two": lambda r, z: 1.0 / (2.0 + np.exp(-z)),
        "sigmoid-two-above": lambda r, z: 2.0 / (1.0 + np.exp(-z)),
        "sigmoid-of-square": lambda r, z: sigmoid(z * z),
        "sigmoid-numerator-exp": lambda r, z: np.exp(z) / (1.0 + np.exp(-z)),
        "tanh-scale": lambda r, z: (np.tanh(z) + 1) / 2,
        "e-rounded": lambda r, z: _quiet(z, 2.718),
        "softsign-not-sigmoid": lambda r, z: z / (1 + np.abs(z)),
        "sigmoid-negated": lambda r, z: -sigmoid(z),
        "softplus-not-sigmoid": lambda r, z: np.log1p(np.exp(z)),
    },
)
for _e in (2.7, 2.71, 2.72, 2.7182, 2.7183, 2.71828):
    Sigmoid.mistake("e-rounded", "curve")(lambda r, z, e=_e: _quiet(z, e))
for _curve, _shape in {
    "z / (1 + |z|), scaled to 0 … 1": lambda r, z: 0.5 * (1 + z / (1 + np.abs(z))),
    "the sigmoid, stretched to −1 … 1": lambda r, z: 2 * sigmoid(z) - 1,
    "the arctangent": lambda r, z: np.arctan(z),
    "the arctangent, scaled to 0 … 1": lambda r, z: 0.5 + np.arctan(z) / np.pi,
    "ELU": lambda r, z: np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1),
    "leaky ReLU": lambda r, z: np.where(z > 0, z, 0.01 * z),
    "z times the sigmoid (SiLU)": lambda r, z: z * sigmoid(z),
    "a straight line from 0 to 1, cut off": lambda r, z: np.clip(z / 4 + 0.5, 0, 1),
    "z / sqrt(1 + z²), scaled to 0 … 1": lambda r, z: 0.5 * (1 + z / np.sqrt(1 + z * z)),
    "the normal distribution's": lambda r, z: 0.5 * (1 + np.vectorize(math.erf)(z / np.sqrt(2))),
    "exp(−z²)": lambda r, z: np.exp(-z * z),
}.items():
    Sigmoid.mistake("another-curve", "curve", rank=3, says={"curve": _curve})(_shape)
for _at_zero in (0.0, 1.0):
    Sigmoid.mistake("sigmoid-of-zero", "curve", edge=True, says={"value": f"{_at_zero:g}"})(
        lambda r, z, value=_at_zero: np.where(z == 0, value, sigmoid(z))
    )
Sigmoid.mistake("overflow", "curve", edge=True)(lambda r, z: np.exp(z) / (1 + np.exp(z)))
Sigmoid.mistake("sigmoid-one-side", "inner", edge=True)(lambda r, z: np.maximum(z, 0))
Sigmoid.mistake("sigmoid-one-side", "inner", edge=True)(lambda r, z: np.minimum(z, 0))
for _bound in (1, 2, 5, 6, 8, 10, 12, 15, 20, 25, 30):
    Sigmoid.mistake("clip-too-tight", "inner", edge=True, says={"bound": str(_bound)})(
        lambda r, z, bound=_bound: np.clip(z, -bound, bound)
    )
Sigmoid.mistake("clip-too-tight", "inner", edge=True, says={"bound": "from 0 to 1"})(lambda r, z: np.clip(z, 0, 1))
for _eps in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10):
    Sigmoid.mistake("sigmoid-output-clipped", "outer", edge=True, says={"eps": f"{_eps:g}"})(
        lambda r, a, eps=_eps: np.clip(a, eps, 1 - eps)
    )
Sigmoid.rare(
    "outer",
    {
        "scalar-not-array": lambda r, a: a.mean(),
        "flattened": lambda r, a: a.reshape(-1),
    },
)
Sigmoid.mistake("scalar-not-array", "outer")(lambda r, a: a.sum())
Sigmoid.mistake("scalar-not-array", "outer", says={"how": "that of the first element"})(lambda r, a: a.reshape(-1)[0])
