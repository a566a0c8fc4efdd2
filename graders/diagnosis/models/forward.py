"""Network.forward, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..maths import sigmoid
from ..recipe import Recipe

Array = np.ndarray


class Forward(Recipe):
    """Layer by layer; gives the output and what is kept in `activations`."""

    subject = "network.Network.forward"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return (
            [np.asarray(W, dtype=float) for W in inputs["weights"]],
            [np.asarray(b, dtype=float) for b in inputs["biases"]],
            np.asarray(inputs["x"], dtype=float),
        )

    def run(self) -> Any:
        weights, biases, x = self.shared
        a = x
        self.kept: list[Array] = [a]
        self.z: list[Array] = []
        layers = self.layers(len(weights))
        for layer in layers:
            W, b = weights[layer], biases[layer]
            z = self.bias(self.linear(W, self.input(a)), b, layer)
            self.z.append(z)
            a = self.activation(z, layer)
            a = self.after(a, b)
            self.kept.append(a)
        out = self.output(a)
        return {"output": out, "activations": self.saved(self.kept)}

    def layers(self, n: int) -> list[int]:
        return list(range(n))

    def input(self, a: Array) -> Array:
        return a

    def linear(self, W: Array, a: Array) -> Array:
        return W @ a

    def bias(self, z: Array, b: Array, layer: int) -> Array:
        return z + b

    def activation(self, z: Array, layer: int) -> Array:
        last = layer == len(self.shared[0]) - 1
        return self.at_output(z) if last else self.at_hidden(z)

    def at_output(self, z: Array) -> Array:
        return self.curve(z)

    def at_hidden(self, z: Array) -> Array:
        return self.curve(z)

    def curve(self, z: Array) -> Array:
        return sigmoid(z)

    def after(self, a: Array, b: Array) -> Array:
        return a

    def output(self, a: Array) -> Any:
        return a

    def saved(self, kept: list[Array]) -> Any:
        return kept


def _last(r: Forward) -> int:
    return len(r.shared[0]) - 1


def _beside(r: Forward, own: Array, layer: int) -> Array:
    """Another layer's biases, where they have the shape of this one's."""
    other: Array = r.shared[1][layer]
    return other if other.shape == own.shape else own


Forward.usual("bias", {"bias-missing": lambda r, z, b, i: z})
Forward.rare(
    "bias",
    {
        "bias-subtracted": lambda r, z, b, i: z - b,
        "bias-multiplied": lambda r, z, b, i: z * b,
        "bias-summed": lambda r, z, b, i: z + b.sum(),
        "wrong-layer-bias": lambda r, z, b, i: z + r.shared[1][0],
        "bias-doubled": lambda r, z, b, i: z + 2 * b,
        "bias-for-each-input": lambda r, z, b, i: z + r.shared[0][i].shape[1] * b,
        "bias-first-only": lambda r, z, b, i: z + b[0],
        "bias-averaged": lambda r, z, b, i: z + b.mean(),
    },
)
Forward.mistake("wrong-layer-bias", "bias")(lambda r, z, b, i: z + r.shared[1][-1])
Forward.mistake("wrong-layer-bias", "bias")(lambda r, z, b, i: z + r.shared[1][0].sum())
Forward.mistake("wrong-layer-bias", "bias")(lambda r, z, b, i: z + _beside(r, b, i - 1))
Forward.mistake("wrong-layer-bias", "bias")(lambda r, z, b, i: z + _beside(r, b, (i + 1) % len(r.shared[1])))
Forward.mistake("bias-missing", "bias", says={"where": "hidden layers"})(
    lambda r, z, b, i: z if i < _last(r) else z + b
)
Forward.mistake("bias-missing", "bias", says={"where": "output layer"})(lambda r, z, b, i: z + b if i < _last(r) else z)
Forward.mistake("bias-missing", "bias", says={"where": "first layer"})(lambda r, z, b, i: z if i == 0 else z + b)


@Forward.mistake("bias-after-activation", "activation", rank=1)
def _(r: Forward, z: Array, layer: int) -> Array:
    b = r.shared[1][layer]
    return r.curve(z - b) + b


@Forward.mistake("bias-after-activation", "activation", says={"where": "hidden layers"})
def _(r: Forward, z: Array, layer: int) -> Array:
    b = r.shared[1][layer]
    return r.curve(z) if layer == _last(r) else r.curve(z - b) + b


Forward.usual(
    "curve",
    {
        "sigmoid-mirrored": lambda r, z: sigmoid(-z),
        "tanh-not-sigmoid": lambda r, z: np.tanh(z),
        "relu-not-sigmoid": lambda r, z: np.maximum(z, 0),
        "activation-missing": lambda r, z: z,
    },
)
Forward.rare(
    "curve",
    {
        "activation-twice": lambda r, z: sigmoid(sigmoid(z)),
        "softmax-not-sigmoid": lambda r, z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
        "step-not-sigmoid": lambda r, z: (z > 0).astype(float),
        "derivative-not-sigmoid": lambda r, z: sigmoid(z) * (1 - sigmoid(z)),
    },
)
for _bound in (1, 2):
    Forward.mistake("clip-too-tight", "curve", edge=True, says={"bound": str(_bound)})(
        lambda r, z, bound=_bound: sigmoid(np.clip(z, -bound, bound))
    )
Forward.usual(
    "at_output",
    {
        "softmax-not-sigmoid": lambda r, z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
        "activation-twice": lambda r, z: sigmoid(sigmoid(z)),
    },
)
Forward.mistake("activation-missing", "at_output", rank=1, says={"where": "output layer"})(lambda r, z: z)
Forward.mistake("activation-missing", "at_hidden", rank=1, says={"where": "hidden layers"})(lambda r, z: z)
Forward.rare(
    "at_output",
    {
        "thresholded": lambda r, z: (z > 0).astype(float),
        "sigmoid-mirrored": lambda r, z: sigmoid(-z),
        "tanh-not-sigmoid": lambda r, z: np.tanh(z),
        "relu-not-sigmoid": lambda r, z: np.maximum(z, 0),
    },
)
Forward.usual(
    "at_hidden",
    {
        "relu-not-sigmoid": lambda r, z: np.maximum(z, 0),
        "tanh-not-sigmoid": lambda r, z: np.tanh(z),
    },
)
Forward.rare("at_hidden", {"sigmoid-mirrored": lambda r, z: sigmoid(-z)})
Forward.usual(
    "linear",
    {
        "transposed": lambda r, W, a: W.T @ a,
        "elementwise-not-matrix": lambda r, W, a: (W * a).mean(axis=1),
        "weights-missing": lambda r, W, a: a,
    },
)
Forward.rare(
    "linear",
    {
        "weights-row-sums": lambda r, W, a: W.sum(axis=1) * a.sum(),
        "weights-absolute": lambda r, W, a: np.abs(W) @ a,
        "weights-negated": lambda r, W, a: -(W @ a),
    },
)
Forward.usual(
    "layers",
    {
        "layer-skipped": lambda r, n: list(range(n - 1)),
        "layers-reversed": lambda r, n: list(range(n - 1, -1, -1)),
        "layer-first-repeated": lambda r, n: [0] * n,
    },
)
Forward.rare(
    "layers",
    {
        "layer-last-twice": lambda r, n: [*range(n), n - 1],
    },
)
Forward.mistake("flat-saved", "saved", says={"how": "number by number"})(
    lambda r, kept: [kept[0], *(float(v) for a in kept[1:] for v in a)]
)
Forward.mistake("flat-saved", "saved", says={"how": "number by number"})(
    lambda r, kept: [float(v) for a in kept for v in a]
)
Forward.mistake("saves-z", "saved", says={"also": ", and the input isn't in it"})(lambda r, kept: r.z)


@Forward.mistake("column-inside", "run")
def _(r: Forward) -> Any:
    """Biases that stay vectors turn the column into a square."""
    weights, biases, x = r.shared
    kept = [x.reshape(-1, 1)]
    for W, b in zip(weights, biases, strict=True):
        kept.append(sigmoid(W @ kept[-1] + b))
    return {"output": kept[-1], "activations": kept}


@Forward.mistake("column-inside", "run")
def _(r: Forward) -> Any:
    value = Forward.run(r)
    kept = [a.reshape(-1, 1) for a in value["activations"]]
    return {"output": kept[-1], "activations": kept}


Forward.mistake("returns-activations", "output")(lambda r, a: np.concatenate(r.kept))
Forward.mistake("row-not-vector", "output")(lambda r, a: a.reshape(1, -1))
Forward.mistake("layer-skipped", "layers", rank=1, says={"which": "the first"})(lambda r, n: list(range(1, n)))
Forward.mistake("layer-skipped", "layers", says={"which": "all but the first"})(lambda r, n: [0])
Forward.mistake("layer-skipped", "layers", says={"which": "all but the last"})(lambda r, n: [n - 1])
Forward.mistake("sum-not-reset", "linear")(lambda r, W, a: np.cumsum(W @ a))
Forward.mistake("sum-not-reset", "bias", says={"what": ", bias and all"})(lambda r, z, b, layer: np.cumsum(z + b))
Forward.mistake("transposed", "linear")(lambda r, W, a: (W.T if W.shape[0] == W.shape[1] else W) @ a)


def _scaled(name: str, change: Any) -> None:
    """The input is changed before the first layer, and the changed one is what is saved."""

    def run(r: Forward) -> Any:
        W, b, x = r.shared
        r.shared = (W, b, change(x))
        return Forward.run(r)

    Forward.mistake(name, "run", rank=2)(run)

    def unsaved(r: Forward) -> Any:
        value = Forward.run(Forward(r.inputs, (r.shared[0], r.shared[1], change(r.shared[2]))))
        return {**value, "activations": [r.shared[2], *value["activations"][1:]]}

    Forward.mistake(name, "run", rank=2)(unsaved)


_scaled("input-scaled", lambda x: x / np.linalg.norm(x))
_scaled("input-scaled", lambda x: x / np.abs(x).max())
_scaled("input-scaled", lambda x: x / 255)
_scaled("input-centred", lambda x: x - x.mean())
_scaled("input-activated", sigmoid)


def _whole(r: Forward, values: Array) -> Array:
    """As an array takes them that was made like x: cut where x holds whole numbers."""
    return np.trunc(values) if np.asarray(r.inputs["x"]).dtype.kind in "iu" else values


Forward.mistake("input-type-taken-over", "curve", rank=3, edge=True, says={"what": "z"})(
    lambda r, z: sigmoid(_whole(r, z))
)
Forward.mistake("input-type-taken-over", "curve", rank=3, edge=True, says={"what": "a"})(
    lambda r, z: _whole(r, sigmoid(z))
)


@Forward.mistake("activation-before-weights", "run", rank=1)
def _(r: Forward) -> Any:
    weights, biases, a = r.shared
    kept = [a]
    for W, b in zip(weights, biases, strict=True):
        a = W @ sigmoid(a) + b
        kept.append(a)
    return {"output": a, "activations": kept}


@Forward.mistake("layer-fed-with-x", "input", rank=1)
def _(r: Forward, a: Array) -> Array:
    return r.shared[2]


@Forward.mistake("activation-missing", "input", rank=1, says={"where": "way from one layer to the next"})
def _(r: Forward, a: Array) -> Array:
    return r.z[-1] if r.z else a


Forward.usual(
    "saved",
    {
        "input-not-saved": lambda r, kept: kept[1:],
        "output-not-saved": lambda r, kept: kept[:-1],
        "activations-not-saved": lambda r, kept: [],
        "saves-z": lambda r, kept: [kept[0], *r.z],
        "last-saved-only": lambda r, kept: [kept[-1]],
        "input-only-saved": lambda r, kept: [kept[0]],
    },
)
Forward.rare(
    "saved",
    {
        "activations-not-saved": lambda r, kept: None,
        "activations-reversed": lambda r, kept: kept[::-1],
        "output-saved-twice": lambda r, kept: [*kept, kept[-1]],
        "input-saved-twice": lambda r, kept: [kept[0], *kept],
        "saved-first-and-last": lambda r, kept: [kept[0], kept[-1]],
        "saved-hidden-only": lambda r, kept: kept[1:-1],
        "z-and-a-saved": lambda r, kept: [
            kept[0],
            *(v for pair in zip(r.z, kept[1:], strict=True) for v in pair),
        ],
        "same-array-saved": lambda r, kept: [kept[-1]] * len(kept),
        "saved-before-layer": lambda r, kept: [kept[0], *kept[:-1]],
        "flat-saved": lambda r, kept: np.concatenate(kept),
        "z-saved-at-output": lambda r, kept: [*kept[:-1], r.z[-1]],
        "z-saved-in-hidden": lambda r, kept: [kept[0], *r.z[:-1], kept[-1]],
    },
)
Forward.mistake("same-array-saved", "saved")(lambda r, kept: [kept[0], *[kept[-1]] * (len(kept) - 1)])
Forward.mistake("same-array-saved", "saved", says={"which": "the input: what the layers give is never put in"})(
    lambda r, kept: [kept[0]] * len(kept)
)
Forward.mistake("z-and-a-saved", "saved", says={"how": "as pairs in"})(
    lambda r, kept: [kept[0], *zip(r.z, kept[1:], strict=True)]
)
Forward.mistake("z-and-a-saved", "saved", says={"how": "as pairs in"})(
    lambda r, kept: list(zip(r.z, kept[1:], strict=True))
)
Forward.rare(
    "output",
    {
        "scalar-not-array": lambda r, a: float(a.reshape(-1)[0]),
        "output-is-class": lambda r, a: int(np.argmax(a)),
        "returns-z": lambda r, a: r.z[-1],
        "row-not-vector": lambda r, a: a.reshape(-1, 1),
        "output-summed": lambda r, a: float(a.sum()),
        "no-return": lambda r, a: None,
        "output-normalised": lambda r, a: a / a.sum(),
        "thresholded": lambda r, a: (a > 0.5).astype(float),
        "returns-activations": lambda r, a: list(r.kept),
        "output-of-hidden": lambda r, a: r.kept[-2],
    },
)
Forward.mistake("scalar-not-array", "output", says={"when": " where there is one output"})(
    lambda r, a: float(a.reshape(-1)[0]) if a.size == 1 else a
)
