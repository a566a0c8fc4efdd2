"""The hand trace forward: every number is a key, and any can be wrong by itself or for those after it."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import sigmoid
from ..recipe import Recipe

Array = np.ndarray
NAMES = ("W1", "b1", "W2", "b2", "x", "target")


def given(inputs: Mapping[str, Any]) -> SimpleNamespace:
    """W1, b1, W2, b2, x and target, as arrays of floats."""
    return SimpleNamespace(**{k: np.asarray(inputs[k], dtype=float) for k in NAMES})


class ForwardTrace(Recipe):
    """z1, a1, z2, a2 and the loss."""

    subject = "trace.forward_trace"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return given(inputs)

    def run(self) -> Any:
        s = self.shared
        z1 = self.bias1(self.linear1(s.W1, s.x), s.b1)
        a1 = self.a1(z1)
        z2 = self.bias2(self.linear2(s.W2, self.fed(z1, a1)), s.b2)
        a2 = self.a2(z2)
        self.z = z2
        loss = self.factor() * self.loss(a2, s.target)
        return self.result({"z1": z1, "a1": a1, "z2": z2, "a2": a2, "loss": loss})

    def linear1(self, W: Array, x: Array) -> Array:
        return W @ x

    def bias1(self, z: Array, b: Array) -> Array:
        return z + b

    def a1(self, z: Array) -> Array:
        return sigmoid(z)

    def fed(self, z: Array, a: Array) -> Array:
        return a

    def linear2(self, W: Array, a: Array) -> Array:
        return W @ a

    def bias2(self, z: Array, b: Array) -> Array:
        return z + b

    def a2(self, z: Array) -> Array:
        return sigmoid(z)

    def factor(self) -> float:
        return 1.0

    def loss(self, a: Array, t: Array) -> Any:
        return ((a - t) ** 2).mean()

    def result(self, found: dict[str, Any]) -> Any:
        return found


FT = ForwardTrace
for _n, _layer in ((1, "hidden"), (2, "output")):
    _says = {"where": f"{_layer} layer"}
    FT.mistake("bias-missing", f"bias{_n}", rank=1, says=_says)(lambda r, z, b: z)
    FT.mistake("bias-subtracted", f"bias{_n}", says=_says)(lambda r, z, b: z - b)
    FT.mistake("transposed", f"linear{_n}", rank=1, says=_says)(lambda r, W, a: W.T @ a)
    FT.mistake("elementwise-not-matrix", f"linear{_n}", says=_says)(lambda r, W, a: (W * a).mean(axis=1))
    FT.mistake("elementwise-not-matrix", f"linear{_n}", says=_says)(lambda r, W, a: W * a)
    FT.mistake("bias-multiplied", f"bias{_n}", says=_says)(lambda r, z, b: z * b)
    FT.mistake("bias-for-each-input", f"bias{_n}", says=_says)(lambda r, z, b: z + 2 * b)
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
    FT.mistake("wrong-layer-bias", "bias2")(lambda r, z, b, of=_bias: z + of(r.shared.b1))
FT.mistake("wrong-layer-bias", "bias1")(lambda r, z, b: z + r.shared.b2)
FT.mistake("sum-not-reset", "linear1")(lambda r, W, a: np.cumsum(W @ a))
FT.mistake("sum-not-reset", "bias1", says={"what": ", bias and all"})(lambda r, z, b: np.cumsum(z + b))
FT.mistake("bias-summed", "bias1", says={"where": "hidden layer"})(lambda r, z, b: z + b.sum())


def _after(hidden: bool, output: bool, told: bool) -> Any:
    """The bias is added behind the sigmoid; z, as it is told, may still have it."""

    def run(r: FT) -> Any:
        s = r.shared
        z1 = s.W1 @ s.x + (0 if hidden else s.b1)
        a1 = sigmoid(z1) + (s.b1 if hidden else 0)
        z2 = s.W2 @ a1 + (0 if output else s.b2)
        a2 = sigmoid(z2) + (s.b2 if output else 0)
        r.z = z2
        loss = r.factor() * r.loss(a2, s.target)
        if told:
            z1, z2 = s.W1 @ s.x + s.b1, s.W2 @ a1 + s.b2
        return r.result({"z1": z1, "a1": a1, "z2": z2, "a2": a2, "loss": loss})

    return run


for _hidden, _output, _where in (
    (True, False, "hidden layer"),
    (False, True, "output layer"),
    (True, True, "both layers"),
):
    FT.mistake("bias-after-activation", "run", rank=1, says={"where": _where})(_after(_hidden, _output, False))
    FT.mistake("bias-after-activation", "run", says={"where": _where})(_after(_hidden, _output, True))


def _both(name: str, bias: Any = None, a: Any = None) -> None:
    def run(r: FT) -> Any:
        if bias is not None:
            r.__dict__["bias1"] = r.__dict__["bias2"] = bias
        if a is not None:
            r.__dict__["a1"] = r.__dict__["a2"] = a
        return FT.run(r)

    FT.mistake(name, "run", rank=1, says={"where": "layers"})(run)


_both("bias-missing", bias=lambda z, b: z)
_both("bias-subtracted", bias=lambda z, b: z - b)
_both("bias-for-each-input", bias=lambda z, b: z + 2 * b)
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


def changed_later(recipe: type[Recipe], **overwritten: str) -> None:
    """A key that holds what its array was changed into after it had been put into the dict."""
    keys = ", and ".join(f"{key} comes out as {later}" for key, later in overwritten.items())
    recipe.mistake("changed-after-stored", "result", says={"keys": keys})(
        lambda r, f: {**f, **{key: f[later] for key, later in overwritten.items()}}
    )


changed_later(FT, z1="a1")
changed_later(FT, z2="a2")
changed_later(FT, z1="a1", z2="a2")
