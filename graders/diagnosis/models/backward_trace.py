"""The hand trace backward: each of the ten numbers can be wrong by itself or for those after it."""
# ruff: noqa: N802  (the parts bear the names of the trace)

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import sigmoid
from ..recipe import Recipe
from .forward_trace import changed_later, given

Array = np.ndarray


class BackwardTrace(Recipe):
    """The ten numbers of the way back."""

    subject = "trace.backward_trace"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        s = given(inputs)
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
SLOPES: tuple[tuple[int, str, Any], ...] = (
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
)


def _in_both(slope: Any) -> Any:
    """The same slip in both layers: one mistake, not two."""

    def run(r: BT) -> Any:
        r.__dict__["da2_dz2"] = r.__dict__["da1_dz1"] = lambda a, z: slope(r, a, z)
        return BT.run(r)

    return run


for _rank, _name, _slope in SLOPES:
    BT.mistake(_name, "da2_dz2", rank=_rank, says={"key": "da2_dz2", "where": "output layer"})(_slope)
    BT.mistake(_name, "da1_dz1", rank=_rank, says={"key": "da1_dz1", "where": "hidden layer"})(_slope)
    BT.mistake(_name, "run", rank=_rank, says={"key": "Each of the slopes", "where": "every layer"})(_in_both(_slope))
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

changed_later(BT, dL_da2="delta2", dL_da1="delta1")
changed_later(BT, dL_da2="delta2")
changed_later(BT, dL_da1="delta1")
changed_later(BT, da2_dz2="delta2", da1_dz1="delta1")
changed_later(BT, da2_dz2="delta2")
changed_later(BT, da1_dz1="delta1")
BT.mistake("bias-summed", "dL_db1")(lambda r, d: np.full_like(d, d.sum()))
