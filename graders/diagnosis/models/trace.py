"""The hand trace: every number of it is a key, and any of them can be wrong by itself or for those after it."""
# ruff: noqa: N802  (the parts bear the names of the trace)

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import sigmoid
from ..recipe import Recipe

Array = np.ndarray
NAMES = ("W1", "b1", "W2", "b2", "x", "target")


def _inputs(inputs: Mapping[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(**{k: np.asarray(inputs[k], dtype=float) for k in NAMES})


class ForwardTrace(Recipe):
    """z1, a1, z2, a2 and the loss."""

    subject = "trace.forward_trace"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return _inputs(inputs)

    def run(self) -> Any:
        s = self.shared
        z1 = self.z1(s.W1, s.x, s.b1)
        a1 = self.a1(z1)
        z2 = self.z2(s.W2, self.fed(z1, a1), s.b2)
        a2 = self.a2(z2)
        self.z = z2
        loss = self.factor() * self.loss(a2, s.target)
        return self.result({"z1": z1, "a1": a1, "z2": z2, "a2": a2, "loss": loss})

    def z1(self, W: Array, x: Array, b: Array) -> Array:
        return W @ x + b

    def a1(self, z: Array) -> Array:
        return sigmoid(z)

    def fed(self, z: Array, a: Array) -> Array:
        return a

    def z2(self, W: Array, a: Array, b: Array) -> Array:
        return W @ a + b

    def a2(self, z: Array) -> Array:
        return sigmoid(z)

    def factor(self) -> float:
        return 1.0

    def loss(self, a: Array, t: Array) -> Any:
        return ((a - t) ** 2).mean()

    def result(self, found: dict[str, Any]) -> Any:
        return found


FT = ForwardTrace
for _part, _layer in (("z1", "hidden"), ("z2", "output")):
    _says = {"where": f"{_layer} layer"}
    FT.mistake("bias-missing", _part, rank=1, says=_says)(lambda r, W, a, b: W @ a)
    FT.mistake("bias-subtracted", _part, says=_says)(lambda r, W, a, b: W @ a - b)
    FT.mistake("transposed", _part, rank=1, says=_says)(lambda r, W, a, b: W.T @ a + b)
    FT.mistake("elementwise-not-matrix", _part, says=_says)(lambda r, W, a, b: (W * a).mean(axis=1) + b)
    FT.mistake("elementwise-not-matrix", _part, says=_says)(lambda r, W, a, b: W * a + b)
    FT.mistake("bias-multiplied", _part, says=_says)(lambda r, W, a, b: (W @ a) * b)
for _part, _layer in (("a1", "hidden"), ("a2", "output")):
    _says = {"where": f"{_layer} layer"}
    FT.mistake("activation-missing", _part, rank=1, says=_says)(lambda r, z: z)
    FT.mistake("sigmoid-mirrored", _part, rank=1, says=_says)(lambda r, z: sigmoid(-z))
    FT.mistake("tanh-not-sigmoid", _part, says=_says)(lambda r, z: np.tanh(z))
    FT.mistake("relu-not-sigmoid", _part, says=_says)(lambda r, z: np.maximum(z, 0))
    FT.mistake("activation-twice", _part, says=_says)(lambda r, z: sigmoid(sigmoid(z)))
    FT.mistake("derivative-not-sigmoid", _part, says=_says)(lambda r, z: sigmoid(z) * (1 - sigmoid(z)))
    FT.mistake("one-missing", _part, says=_says)(lambda r, z: 1 / np.exp(-z))
    FT.mistake("sign-in-denominator", _part, says=_says)(lambda r, z: 1 / (1 - np.exp(-z)))
for _bias in (lambda b: b[0], lambda b: b[1], lambda b: b.sum(), lambda b: b.mean()):
    FT.mistake("wrong-layer-bias", "z2")(lambda r, W, a, b, of=_bias: W @ a + of(r.shared.b1))
FT.mistake("wrong-layer-bias", "z1")(lambda r, W, a, b: W @ a + r.shared.b2)
FT.mistake("bias-after-activation", "run", rank=1, says={"where": "hidden layer"})(lambda r: _after(r, True, False))
FT.mistake("bias-after-activation", "run", rank=1, says={"where": "output layer"})(lambda r: _after(r, False, True))
FT.mistake("bias-after-activation", "run", rank=1, says={"where": "both layers"})(lambda r: _after(r, True, True))


def _after(r: FT, hidden: bool, output: bool) -> Any:
    s = r.shared
    z1 = s.W1 @ s.x + (0 if hidden else s.b1)
    a1 = sigmoid(z1) + (s.b1 if hidden else 0)
    z2 = s.W2 @ a1 + (0 if output else s.b2)
    a2 = sigmoid(z2) + (s.b2 if output else 0)
    return {"z1": z1, "a1": a1, "z2": z2, "a2": a2, "loss": ((a2 - s.target) ** 2).mean()}


def _both(name: str, z: Any = None, a: Any = None) -> None:
    def run(r: FT) -> Any:
        if z is not None:
            r.__dict__["z1"] = r.__dict__["z2"] = z
        if a is not None:
            r.__dict__["a1"] = r.__dict__["a2"] = a
        return FT.run(r)

    FT.mistake(name, "run", rank=1, says={"where": "layers"})(run)


_both("bias-missing", z=lambda W, a, b: W @ a)
_both("bias-subtracted", z=lambda W, a, b: W @ a - b)
_both("activation-missing", a=lambda z: z)
_both("sigmoid-mirrored", a=lambda z: sigmoid(-z))
_both("tanh-not-sigmoid", a=lambda z: np.tanh(z))
_both("relu-not-sigmoid", a=lambda z: np.maximum(z, 0))
FT.mistake("activation-missing", "fed", rank=1, says={"where": "way from z1 to the output layer"})(lambda r, z, a: z)
FT.mistake("layer-fed-with-x", "fed")(lambda r, z, a: r.shared.x)
FT.usual("factor", {"factor-half": lambda r: 0.5, "negated": lambda r: -1.0, "factor-two": lambda r: 2.0})
FT.usual(
    "loss",
    {
        "absolute-not-squared": lambda r, a, t: np.abs(a - t).mean(),
        "not-squared": lambda r, a, t: (a - t).mean(),
        "loss-of-z": lambda r, a, t: ((r.z - t) ** 2).mean(),
        "squares-subtracted": lambda r, a, t: (a**2 - t**2).mean(),
    },
)
FT.mistake("another-loss", "loss", rank=1, says={"other": "the cross-entropy"})(
    lambda r, a, t: -(t * np.log(a) + (1 - t) * np.log(1 - a)).mean()
)
FT.rare(
    "loss",
    {
        "not-squared": lambda r, a, t: (t - a).mean(),
        "wrong-power": lambda r, a, t: ((a - t) ** 3).mean(),
        "targets-ignored": lambda r, a, t: (a**2).mean(),
        "doubled-not-squared": lambda r, a, t: 2 * (a - t).mean(),
        "derivative-not-loss": lambda r, a, t: (2 * (a - t) * a * (1 - a)).mean(),
    },
)


def _swap(one: str, two: str) -> Any:
    def result(r: Recipe, found: dict[str, Any]) -> Any:
        return {**found, one: found[two], two: found[one]}

    return result


for _one, _two in (("z1", "a1"), ("z2", "a2"), ("z1", "z2"), ("a1", "a2")):
    FT.mistake("keys-swapped", "result", says={"keys": f"{_one} and {_two}"})(_swap(_one, _two))
FT.mistake("keys-swapped", "result", says={"keys": "z and a, in both layers,"})(
    lambda r, f: {"z1": f["a1"], "a1": f["z1"], "z2": f["a2"], "a2": f["z2"], "loss": f["loss"]}
)


class BackwardTrace(Recipe):
    """The ten numbers of the way back."""

    subject = "trace.backward_trace"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        s = _inputs(inputs)
        s.z1 = s.W1 @ s.x + s.b1
        s.a1 = sigmoid(s.z1)
        s.z2 = s.W2 @ s.a1 + s.b2
        s.a2 = sigmoid(s.z2)
        return s

    def run(self) -> Any:
        s = self.shared
        f: dict[str, Any] = {}
        self.f = f
        f["dL_da2"] = self.factor() * self.dL_da2(self.output(), s.target)
        f["da2_dz2"] = self.da2_dz2(self.output(), s.z2)
        f["delta2"] = self.delta2(f["dL_da2"], f["da2_dz2"])
        f["dL_dW2"] = self.dL_dW2(f["delta2"], s.a1)
        f["dL_db2"] = self.dL_db2(f["delta2"])
        f["dL_da1"] = self.dL_da1(s.W2, f["delta2"])
        f["da1_dz1"] = self.da1_dz1(s.a1, s.z1)
        f["delta1"] = self.delta1(f["dL_da1"], f["da1_dz1"])
        f["dL_dW1"] = self.dL_dW1(f["delta1"], s.x)
        f["dL_db1"] = self.dL_db1(f["delta1"])
        return self.result(f)

    def output(self) -> Array:
        return self.shared.a2

    def factor(self) -> float:
        return 2.0

    def dL_da2(self, a: Array, t: Array) -> Array:
        return a - t

    def da2_dz2(self, a: Array, z: Array) -> Array:
        return a * (1 - a)

    def delta2(self, error: Array, slope: Array) -> Array:
        return error * slope

    def dL_dW2(self, delta: Array, a: Array) -> Array:
        return delta[:, None] * a

    def dL_db2(self, delta: Array) -> Array:
        return delta

    def dL_da1(self, W: Array, delta: Array) -> Array:
        return W.T @ delta

    def da1_dz1(self, a: Array, z: Array) -> Array:
        return a * (1 - a)

    def delta1(self, error: Array, slope: Array) -> Array:
        return error * slope

    def dL_dW1(self, delta: Array, x: Array) -> Array:
        return delta[:, None] * x

    def dL_db1(self, delta: Array) -> Array:
        return delta

    def result(self, found: dict[str, Any]) -> Any:
        return found


BT = BackwardTrace
BT.usual("factor", {"factor-two-missing": lambda r: 1.0})
BT.rare("factor", {"factor-two": lambda r: 4.0, "factor-half": lambda r: 0.5})
BT.usual(
    "dL_da2",
    {
        "negated": lambda r, a, t: t - a,
        "loss-not-gradient": lambda r, a, t: (a - t) ** 2,
        "targets-ignored": lambda r, a, t: a,
        "absolute-not-signed": lambda r, a, t: np.abs(a - t),
        "error-of-z": lambda r, a, t: r.shared.z2 - t,
        "added-not-subtracted": lambda r, a, t: a + t,
    },
)
BT.mistake("loss-not-gradient", "dL_da2")(lambda r, a, t: (a - t) ** 2 / r.factor())
BT.mistake("another-loss", "dL_da2", says={"other": "the cross-entropy"})(
    lambda r, a, t: (a - t) / (a * (1 - a)) / r.factor()
)
for _part, _key in (("da2_dz2", "da2_dz2"), ("da1_dz1", "da1_dz1")):
    _z = _key[-2:]
    _says = {"key": _key, "where": "output layer" if _part == "da2_dz2" else "hidden layer"}
    for _rank, _name, _curve in (
        (1, "derivative-one-minus-a", lambda r, a, z: 1 - a),
        (1, "derivative-fed-with-z", lambda r, a, z: z * (1 - z)),
        (1, "derivative-of-a-as-z", lambda r, a, z: sigmoid(a) * (1 - sigmoid(a))),
        (2, "derivative-is-a", lambda r, a, z: a),
        (2, "derivative-of-tanh", lambda r, a, z: 1 - a * a),
        (2, "derivative-negated", lambda r, a, z: a * (a - 1)),
        (2, "sign-in-derivative", lambda r, a, z: a * (1 + a)),
        (2, "derivative-squared", lambda r, a, z: (a * (1 - a)) ** 2),
        (2, "derivative-left-at-one", lambda r, a, z: np.ones_like(a)),
        (2, "derivative-of-relu", lambda r, a, z: (z > 0).astype(float)),
    ):
        BT.mistake(_name, _part, rank=_rank, says=_says)(_curve)
BT.mistake("wrong-layer-derivative", "delta1")(lambda r, e, s: e * r.f["da2_dz2"])
BT.mistake("wrong-layer-derivative", "da1_dz1")(lambda r, a, z: np.repeat(r.shared.a2 * (1 - r.shared.a2), a.size))
BT.usual(
    "delta2",
    {
        "output-derivative-missing": lambda r, e, s: e,
        "delta-adds": lambda r, e, s: e + s,
        "delta-is-slope": lambda r, e, s: s,
        "delta-divides": lambda r, e, s: e / s,
        "derivative-twice": lambda r, e, s: e * s * s,
    },
)
BT.usual(
    "delta1",
    {
        "hidden-derivative-missing": lambda r, e, s: e,
        "delta-adds": lambda r, e, s: e + s,
        "delta-is-slope": lambda r, e, s: s,
        "delta-divides": lambda r, e, s: e / s,
        "derivative-twice": lambda r, e, s: e * s * s,
        "delta-summed": lambda r, e, s: np.full_like(e, (e * s).sum()),
    },
)
BT.usual(
    "dL_dW2",
    {
        "z-for-activation": lambda r, d, a: d[:, None] * r.shared.z1,
        "own-activation": lambda r, d, a: d[:, None] * np.repeat(r.shared.a2, a.size),
        "input-for-activation": lambda r, d, a: d[:, None] * r.shared.x,
        "gradient-times-weights": lambda r, d, a: d[:, None] * a * r.shared.W2,
        "weights-for-activation": lambda r, d, a: d[:, None] * r.shared.W2,
        "raw-error-in-gradient": lambda r, d, a: r.f["dL_da2"][:, None] * a,
        "gradient-transposed": lambda r, d, a: a[:, None] * d,
        "gradient-shape": lambda r, d, a: d * a,
        "activation-missing-in-gradient": lambda r, d, a: d[:, None] * np.ones_like(a),
    },
)
BT.usual(
    "dL_dW1",
    {
        "gradient-transposed": lambda r, d, x: x[:, None] * d,
        "own-activation": lambda r, d, x: d[:, None] * r.shared.a1,
        "z-for-activation": lambda r, d, x: d[:, None] * r.shared.z1,
        "gradient-times-weights": lambda r, d, x: d[:, None] * x * r.shared.W1,
        "weights-for-activation": lambda r, d, x: d[:, None] * r.shared.W1,
        "raw-error-in-gradient": lambda r, d, x: r.f["dL_da1"][:, None] * x,
        "gradient-shape": lambda r, d, x: d * x,
        "activation-missing-in-gradient": lambda r, d, x: d[:, None] * np.ones_like(x),
        "wrong-layer-delta": lambda r, d, x: np.repeat(r.f["delta2"], d.size)[:, None] * x,
    },
)
BT.usual(
    "dL_db2",
    {
        "bias-gradient-zero": lambda r, d: np.zeros_like(d),
        "bias-gradient-raw-error": lambda r, d: r.f["dL_da2"],
        "bias-times-bias": lambda r, d: d * r.shared.b2,
        "bias-gradient-ones": lambda r, d: np.ones_like(d),
        "bias-times-input": lambda r, d: d * r.shared.a1.sum(),
        "bias-is-slope": lambda r, d: r.f["da2_dz2"],
        "bias-gradient-negated": lambda r, d: -d,
    },
)
BT.mistake("bias-times-input", "dL_db2")(lambda r, d: d * r.shared.a1)
BT.mistake("bias-times-own-activation", "dL_db2")(lambda r, d: d * r.shared.a2)
BT.usual(
    "dL_db1",
    {
        "bias-gradient-zero": lambda r, d: np.zeros_like(d),
        "bias-gradient-raw-error": lambda r, d: r.f["dL_da1"],
        "bias-times-input": lambda r, d: d * r.shared.x,
        "bias-times-bias": lambda r, d: d * r.shared.b1,
        "wrong-layer-delta": lambda r, d: np.repeat(r.f["delta2"], d.size),
        "bias-gradient-ones": lambda r, d: np.ones_like(d),
        "bias-summed": lambda r, d: d.sum(),
        "bias-is-slope": lambda r, d: r.f["da1_dz1"],
        "bias-gradient-negated": lambda r, d: -d,
    },
)
BT.mistake("wrong-layer-delta", "dL_db1")(lambda r, d: r.f["delta2"])
BT.mistake("bias-times-own-activation", "dL_db1")(lambda r, d: d * r.shared.a1)
BT.usual(
    "dL_da1",
    {
        "raw-error-passed-on": lambda r, W, d: W.T @ r.f["dL_da2"],
        "slope-passed-on": lambda r, W, d: W.T @ r.f["da2_dz2"],
        "weights-left-out": lambda r, W, d: np.repeat(d, W.shape[1]),
        "wrong-layer-weights": lambda r, W, d: r.shared.W1.T @ np.repeat(d, 2),
        "weights-not-transposed": lambda r, W, d: W @ d,
        "sign-of-hidden-layers": lambda r, W, d: -(W.T @ d),
        "gradient-for-weights": lambda r, W, d: r.f["dL_dW2"].reshape(-1),
    },
)
BT.mistake("wrong-layer-weights", "dL_da1")(lambda r, W, d: r.shared.W1 @ np.repeat(d, 2))
BT.mistake("wrong-layer-weights", "dL_da1")(lambda r, W, d: r.shared.W1[0] * d)
BT.mistake("back-shape", "dL_da1")(lambda r, W, d: W * d)


def _updated(rate: float) -> None:
    def back(r: BT, W: Array, d: Array) -> Array:
        return (W - rate * r.f["dL_dW2"]).T @ d

    BT.mistake("weights-updated-too-early", "dL_da1", says={"rate": f"{rate:g}"})(back)


for _rate in (0.1, 0.5, 1.0):
    _updated(_rate)
for _value in (0.6914, 0.6784, 0.691):
    BT.mistake("hard-coded", "output", says={"number": f"a2 = {_value}"})(lambda r, value=_value: np.array([value]))
BT.mistake("results-swapped", "result", says={"which": "layers"})(
    lambda r, f: {
        **f,
        "delta1": f["delta2"],
        "delta2": f["delta1"],
        "dL_dW1": f["dL_dW2"],
        "dL_dW2": f["dL_dW1"],
        "dL_db1": f["dL_db2"],
        "dL_db2": f["dL_db1"],
    }
)


def _own_forward(name: str, says: dict[str, str], z1: Any, a1: Any, z2: Any, a2: Any) -> None:
    """A slip in the forward pass that the way back starts from."""

    def run(r: BT) -> Any:
        s = SimpleNamespace(**vars(r.shared))
        s.z1 = z1(s)
        s.a1 = a1(s.z1)
        s.z2 = z2(s)
        s.a2 = a2(s.z2)
        r.shared = s
        return BT.run(r)

    BT.mistake(name, "run", rank=2, says=says)(run)


def _z1(s: SimpleNamespace) -> Array:
    return s.W1 @ s.x + s.b1


def _z2(s: SimpleNamespace) -> Array:
    return s.W2 @ s.a1 + s.b2


_own_forward("bias-missing", {"where": "hidden layer (forward)"}, lambda s: s.W1 @ s.x, sigmoid, _z2, sigmoid)
_own_forward("bias-missing", {"where": "output layer (forward)"}, _z1, sigmoid, lambda s: s.W2 @ s.a1, sigmoid)
_own_forward("bias-missing", {"where": "forward pass"}, lambda s: s.W1 @ s.x, sigmoid, lambda s: s.W2 @ s.a1, sigmoid)
_own_forward("activation-missing", {"where": "output layer (forward)"}, _z1, sigmoid, _z2, lambda z: z)
_own_forward("activation-missing", {"where": "hidden layer (forward)"}, _z1, lambda z: z, _z2, sigmoid)
_own_forward("transposed", {"where": "hidden layer (forward)"}, lambda s: s.x @ s.W1 + s.b1, sigmoid, _z2, sigmoid)
_own_forward("sigmoid-mirrored", {"where": "forward pass"}, _z1, lambda z: sigmoid(-z), _z2, lambda z: sigmoid(-z))


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


UP.usual("result", {"order-of-results": lambda r, n: (n[0], n[2], n[1], n[3])})
UP.rare("result", {"order-of-results": lambda r, n: (n[2], n[3], n[0], n[1])})
UP.mistake("order-of-results", "result")(lambda r, n: (n[1], n[0], n[3], n[2]))
UP.mistake("order-of-results", "result")(lambda r, n: tuple(n[::-1]))
UP.mistake("dict-not-tuple", "result")(lambda r, n: dict(zip(("W1", "b1", "W2", "b2"), n, strict=True)))
