"""The hand trace's update: one step downhill, in new arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..recipe import Recipe

Array = np.ndarray


class UpdatedParameters(Recipe):
    """One step downhill: parameter − rate · gradient."""

    subject = "trace.updated_parameters"
    PARAMETERS = ("W1", "b1", "W2", "b2")

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        values = {k: np.asarray(inputs[k], dtype=float) for k in cls.PARAMETERS}
        grads = {k: np.asarray(inputs["gradients"][f"dL_d{k}"], dtype=float) for k in cls.PARAMETERS}
        return values, grads

    def run(self) -> Any:
        values, grads = self.shared
        return self.result([self.new(k, values[k], self.gradient(k, grads)) for k in self.PARAMETERS])

    def gradient(self, key: str, grads: dict[str, Array]) -> Array:
        return grads[key]

    def new(self, key: str, value: Array, gradient: Array) -> Array:
        weight = key[0] == "W"
        step = self.weights_step if weight else self.biases_step
        return step(value, gradient, key) if self.updated(key) else value

    def updated(self, key: str) -> bool:
        return True

    def weights_step(self, value: Array, gradient: Array, key: str) -> Array:
        return value + self.sign() * self.rate(key) * gradient

    def biases_step(self, value: Array, gradient: Array, key: str) -> Array:
        return value + self.sign() * self.rate(key) * gradient

    def sign(self) -> float:
        return -1.0

    def rate(self, key: str) -> float:
        return float(self.inputs["learning_rate"])

    def result(self, new: list[Array]) -> Any:
        return tuple(new)


UP = UpdatedParameters
UP.usual("sign", {"ascends": lambda r: 1.0})
UP.usual("rate", {"rate-ignored": lambda r, k: 1.0})
UP.rare(
    "rate",
    {
        "rate-applied-twice": lambda r, k: float(r.inputs["learning_rate"]) ** 2,
        "divides-by-rate": lambda r, k: 1 / float(r.inputs["learning_rate"]),
        "rate-doubled": lambda r, k: 2 * float(r.inputs["learning_rate"]),
        "rate-halved": lambda r, k: float(r.inputs["learning_rate"]) / 2,
    },
)
for _rate in (0.01, 0.1, 0.5, 2.0):
    UP.mistake("rate-ignored", "rate", rank=1, says={"instead": f"{_rate:g}"})(lambda r, k, rate=_rate: rate)
for _first, _where in (("b", "the biases"), ("W", "the weights")):
    UP.mistake("rate-ignored", "rate", says={"where": _where})(
        lambda r, k, first=_first: 1.0 if k[0] == first else float(r.inputs["learning_rate"])
    )
for _key in UP.PARAMETERS:
    UP.mistake("rate-ignored", "rate", says={"where": _key})(
        lambda r, k, key=_key: 1.0 if k == key else float(r.inputs["learning_rate"])
    )
    UP.mistake("parameter-not-updated", "updated", says={"which": _key})(lambda r, k, key=_key: k != key)
UP.usual(
    "updated",
    {
        "biases-never-updated": lambda r, k: k[0] == "W",
        "weights-never-updated": lambda r, k: k[0] == "b",
    },
)
UP.mistake("layer-not-updated", "updated", rank=1, says={"which": "W1 and b1"})(lambda r, k: k[1] == "2")
UP.mistake("layer-not-updated", "updated", rank=1, says={"which": "W2 and b2"})(lambda r, k: k[1] == "1")
UP.mistake("nothing-updated", "updated", rank=3)(lambda r, k: False)
for _part, _kind in (("weights_step", "weights"), ("biases_step", "biases")):
    UP.mistake("rate-halved", _part, says={"where": _kind})(lambda r, v, g, k: v + r.sign() * r.rate(k) * g / 2)
    UP.mistake("step-sides-exchanged", _part)(lambda r, v, g, k: r.rate(k) * g - v)
    UP.mistake("ascends", _part, says={"where": _kind})(lambda r, v, g, k: v - r.sign() * r.rate(k) * g)
    UP.mistake("subtracts-weight", _part)(lambda r, v, g, k: v - r.rate(k) * v)
    UP.mistake("step-not-parameter", _part)(lambda r, v, g, k: r.rate(k) * g)
    UP.mistake("step-not-parameter", _part)(lambda r, v, g, k: -r.rate(k) * g)
    UP.mistake("multiplied-not-subtracted", _part)(lambda r, v, g, k: v * (1 - r.rate(k) * g))
    UP.mistake("rate-outside", _part)(lambda r, v, g, k: r.rate(k) * (v - g))
    UP.mistake("rate-subtracted", _part)(lambda r, v, g, k: v - r.rate(k))
    UP.mistake("gradient-absolute", _part)(lambda r, v, g, k: v - r.rate(k) * np.abs(g))
    UP.mistake("gradient-sign-only", _part)(lambda r, v, g, k: v - r.rate(k) * np.sign(g))
    UP.mistake("updates-twice", _part)(lambda r, v, g, k: v + 2 * r.sign() * r.rate(k) * g)
for _key in UP.PARAMETERS:
    UP.mistake("subtracts-weight", "new", says={"which": _key})(
        lambda r, k, v, g, key=_key: v - r.rate(k) * v if k == key else UP.new(r, k, v, g)
    )
    UP.mistake("ascends", "new", says={"where": _key})(
        lambda r, k, v, g, key=_key: v + r.rate(k) * g if k == key else UP.new(r, k, v, g)
    )
UP.mistake("subtracts-weight", "new", says={"which": "the parameter"})(lambda r, k, v, g: v - r.rate(k) * v)
UP.mistake("parameter-shrunk", "new")(lambda r, k, v, g: (1 - r.rate(k)) * v - g)
UP.mistake("parameter-shrunk", "new")(lambda r, k, v, g: (1 - r.rate(k)) * v - r.rate(k) * g)
UP.mistake("parameter-shrunk", "new")(lambda r, k, v, g: (1 - r.rate(k)) * v + r.rate(k) * g)
UP.mistake("step-sides-exchanged", "new")(lambda r, k, v, g: r.rate(k) * g - v)
UP.mistake("brackets-around-the-rate", "new")(lambda r, k, v, g: (v - r.rate(k)) * g)
UP.mistake("step-not-parameter", "new")(lambda r, k, v, g: r.rate(k) * g)
UP.mistake("step-not-parameter", "new")(lambda r, k, v, g: -r.rate(k) * g)
UP.mistake("rate-outside", "new")(lambda r, k, v, g: r.rate(k) * (v - g))
UP.mistake("multiplied-not-subtracted", "new")(lambda r, k, v, g: v * (1 - r.rate(k) * g))
UP.mistake("gradient-transposed", "gradient")(lambda r, k, g: g[k].T)
for _to, _from in (("b1", "b2"), ("b2", "b1"), ("W1", "W2"), ("W2", "W1")):
    UP.mistake("gradients-crossed", "gradient", says={"which": f"{_to} with that of {_from}"})(
        lambda r, k, g, to=_to, of=_from: g[of] if k == to else g[k]
    )
for _how, _of in (("mean", np.mean), ("sum", np.sum)):
    for _some, _which in ((("b1",), "b1"), (("b1", "b2"), "the biases")):
        _said = f"{_which} with the {_how} of each row of the weight gradient"
        UP.mistake("gradients-crossed", "gradient", says={"which": _said})(
            lambda r, k, g, of=_of, some=_some: of(g["W" + k[1]], axis=1) if k in some else g[k]
        )


@UP.mistake("gradients-crossed", "gradient", says={"which": "b1 with that of b2, and b2 with that of b1"})
def _(r: UP, key: str, grads: dict[str, Array]) -> Array:
    return {"b1": grads["b2"], "b2": grads["b1"][:1]}.get(key, grads[key])


def _in_order(of: Sequence[str], which: str) -> None:
    """The four parameters are paired with gradients that come in another order, whatever is broadcast then."""
    pairs = dict(zip(UP.PARAMETERS, of, strict=True))
    UP.mistake("gradients-crossed", "run", says={"which": which})(
        lambda r: UP.result(
            r, [UP.new(r, k, r.shared[0][k], np.asarray(r.inputs["gradients"][v])) for k, v in pairs.items()]
        )
    )


_in_order(
    ("dL_dW1", "dL_dW2", "dL_db1", "dL_db2"),
    "W1, b1, W2, b2 are paired with the gradients of W1, W2, b1, b2, in that order",
)
_in_order(("dL_dW2", "dL_db2", "dL_dW1", "dL_db1"), "those of layer 1 with those of layer 2, and the other way round")
_in_order(
    ("dL_da2", "da2_dz2", "delta2", "dL_dW2"), "W1, b1, W2, b2 are paired with the first four entries of the dict"
)
UP.usual("result", {"order-of-results": lambda r, n: (n[0], n[2], n[1], n[3])})
UP.rare("result", {"order-of-results": lambda r, n: (n[2], n[3], n[0], n[1])})
UP.mistake("order-of-results", "result")(lambda r, n: (n[1], n[0], n[3], n[2]))
UP.mistake("order-of-results", "result")(lambda r, n: tuple(n[::-1]))
UP.mistake("dict-not-tuple", "result")(lambda r, n: dict(zip(("W1", "b1", "W2", "b2"), n, strict=True)))
