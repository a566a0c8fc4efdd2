"""network.sigmoid_derivative."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..maths import sigmoid
from ..recipe import Recipe

Array = np.ndarray


class SigmoidDerivative(Recipe):
    """a (1 − a), from the output a"""

    subject = "network.sigmoid_derivative"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return np.asarray(inputs["a"], dtype=float)

    def run(self) -> Any:
        return self.shape(self.curve(self.shared))

    def curve(self, a: Array) -> Array:
        return a * (1 - a)

    def shape(self, d: Array) -> Any:
        return d


def _logit(a: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.log(a / (1 - a))


SLOPES = {
    "derivative-one-minus-a": lambda r, a: 1 - a,
    "derivative-of-a-as-z": lambda r, a: sigmoid(a) * (1 - sigmoid(a)),
    "derivative-of-tanh": lambda r, a: 1 - a * a,
}
SigmoidDerivative.usual("curve", SLOPES)
SigmoidDerivative.mistake("derivative-missing", "curve", rank=1)(lambda r, a: a)
SigmoidDerivative.usual(
    "curve",
    {
        "negated": lambda r, a: a * (a - 1),
        "sign-in-derivative": lambda r, a: a * (1 + a),
        "derivative-precedence": lambda r, a: a * 1 - a,
        "derivative-sigmoid-left-out": lambda r, a: np.ones_like(a),
        "sigmoid-not-derivative": lambda r, a: sigmoid(a),
        "derivative-fed-with-z": lambda r, a: _logit(a) * (1 - _logit(a)),
    },
)
SigmoidDerivative.rare(
    "curve",
    {
        "derivative-squared-a": lambda r, a: a * a,
        "derivative-half-as-z": lambda r, a: a * (1 - sigmoid(a)),
        "derivative-half-as-z-second": lambda r, a: sigmoid(a) * (1 - a),
        "derivative-one-minus-squared": lambda r, a: a * (1 - a) ** 2,
        "derivative-one-minus-a-squared": lambda r, a: (1 - a) ** 2,
        "derivative-squared": lambda r, a: (a * (1 - a)) ** 2,
        "factor-two": lambda r, a: 2 * a * (1 - a),
        "factor-half": lambda r, a: a * (1 - a) / 2,
        "derivative-reciprocal": lambda r, a: 1 / (a * (1 - a)),
        "derivative-difference": lambda r, a: 1 - 2 * a,
        "derivative-a-minus-cube": lambda r, a: a - a**3,
        "derivative-quotient": lambda r, a: a / (1 - a),
        "derivative-exponential": lambda r, a: np.exp(-a) / (1 + np.exp(-a)),
        "derivative-quarter": lambda r, a: np.full_like(a, 0.25),
        "derivative-half-minus-a": lambda r, a: a * (0.5 - a),
        "derivative-two-minus-a": lambda r, a: a * (2 - a),
        "derivative-a-minus-one": lambda r, a: a - 1,
        "derivative-squared-first": lambda r, a: a * a * (1 - a),
    },
)
SigmoidDerivative.rare(
    "shape",
    {
        "scalar-not-array": lambda r, d: d.mean(),
        "derivative-matrix": lambda r, d: np.diag(d),
        "flattened": lambda r, d: d.reshape(-1),
    },
)
SigmoidDerivative.mistake("scalar-not-array", "shape")(lambda r, d: d.sum())
SigmoidDerivative.mistake("derivative-matrix", "shape")(lambda r, d: np.diag(d.reshape(-1)))
SigmoidDerivative.mistake("softmax-jacobian", "curve", rank=2)(lambda r, a: np.diag(a.reshape(-1)) - np.outer(a, a))
SigmoidDerivative.mistake("dot-not-elementwise", "curve", rank=3)(lambda r, a: np.dot(a, 1 - a))
SigmoidDerivative.mistake("dot-not-elementwise", "curve", rank=3)(lambda r, a: np.outer(a, 1 - a))


@SigmoidDerivative.mistake("z-or-a-guessed", "run", rank=3, edge=True)
def _(r: Any) -> Any:
    a = np.asarray(r.inputs["a"], dtype=float)
    if ((a <= 0) | (a >= 1)).any():
        a = 1 / (1 + np.exp(-a))
    return a * (1 - a)
