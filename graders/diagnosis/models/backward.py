"""Network.backward, and the bonus network's backward: the longest list, since most goes wrong here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import forward, mse, sigmoid
from ..recipe import Mistake, Recipe

Array = np.ndarray


def _ones(r: Any, a: Array, *rest: Any) -> Array:
    return np.ones_like(a)


class Backward(Recipe):
    """The chain rule, layer by layer, in parts.

    `shared`: weights W, biases b, target t, activations A (the input first), pre-activations Z (None for the input).
    """

    subject = "network.Network.backward"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        W = [np.asarray(w, dtype=float) for w in inputs["weights"]]
        b = [np.asarray(v, dtype=float) for v in inputs["biases"]]
        A = forward(W, b, np.asarray(inputs["x"], dtype=float))
        Z = [None, *(w @ a + v for w, a, v in zip(W, A[:-1], b, strict=True))]
        return SimpleNamespace(W=W, b=b, t=np.asarray(inputs["target"], dtype=float), A=A, Z=Z)

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 30.0 + 8.0 * len(inputs["weights"])

    def run(self) -> Any:
        s = self.shared
        n = len(s.W)
        self.wg: list[Any] = [None] * n
        self.bg: list[Any] = [None] * n
        error = self.scale(s.A[-1]) * self.error(self.difference(s.A[-1], s.t))
        self.first = delta = error * self.output_slope(s.A[-1])
        for layer in range(n - 1, -1, -1):
            self.upstream = error
            self.wg[layer] = self.weight_gradient(delta, s.A[layer], layer)
            self.bg[layer] = self.bias_gradient(delta, layer)
            if layer:
                error = self.back(self.through(layer), self.passed(error, delta), layer)
                delta = error * self.hidden_slope(s.A[layer], layer)
        return self.result(self.weight_order(self.wg), self.bias_order(self.bg))

    def difference(self, a: Array, t: Array) -> Array:
        return a - t

    def error(self, d: Array) -> Array:
        return d

    def scale(self, a: Array) -> float:
        return self.factor() / self.divisor(a)

    def factor(self) -> float:
        return 2.0

    def divisor(self, a: Array) -> float:
        return a.size

    def output_slope(self, a: Array) -> Array:
        return a * (1 - a)

    def hidden_slope(self, a: Array, layer: int) -> Array:
        return a * (1 - a)

    def through(self, layer: int) -> Array:
        """The weights that the error passes through on its way to the layer below."""
        return self.shared.W[layer]

    def passed(self, error: Array, delta: Array) -> Array:
        return delta

    def back(self, W: Array, passed: Array, layer: int) -> Array:
        return W.T @ passed

    def weight_gradient(self, delta: Array, a: Array, layer: int) -> Array:
        return delta[:, None] * a

    def bias_gradient(self, delta: Array, layer: int) -> Array:
        return delta

    def weight_order(self, grads: list[Any]) -> Any:
        return grads

    def bias_order(self, grads: list[Any]) -> Any:
        return grads

    def result(self, wg: Any, bg: Any) -> Any:
        return wg, bg


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
Backward.usual(
    "through",
    {
        "wrong-layer-weights": lambda r, i: r.shared.W[i - 1],
        "weights-missing-on-the-way-back": lambda r, i: np.ones_like(r.shared.W[i]),
    },
)
Backward.rare(
    "through",
    {
        "weights-absolute": lambda r, i: np.abs(r.shared.W[i]),
        "weights-squared": lambda r, i: r.shared.W[i] ** 2,
    },
)
Backward.mistake("wrong-layer-weights", "through")(lambda r, i: r.shared.W[0])
Backward.usual("passed", {"raw-error-passed-on": lambda r, e, d: e})
Backward.mistake("raw-error-passed-on", "passed")(
    lambda r, e, d: r.scale(r.shared.A[-1]) * r.error(r.difference(r.shared.A[-1], r.shared.t))
)
Backward.rare(
    "passed",
    {
        "output-delta-everywhere": lambda r, e, d: r.first,
        "error-summed-on-the-way": lambda r, e, d: np.full_like(d, d.sum()),
        "error-averaged-on-the-way": lambda r, e, d: np.full_like(d, d.mean()),
        "first-error-only": lambda r, e, d: np.concatenate([d[:1], 0 * d[1:]]),
        "slope-twice-on-the-way": lambda r, e, d: d * d / np.where(e == 0, 1, e),
        "ones-passed": lambda r, e, d: np.ones_like(d),
    },
)
Backward.usual("back", {"weights-not-transposed": lambda r, W, p, i: W @ p})
Backward.rare(
    "back",
    {
        "averaged-on-the-way": lambda r, W, p, i: W.T @ p / W.shape[0],
        "weights-left-out": lambda r, W, p, i: p,
        "sign-of-hidden-layers": lambda r, W, p, i: -(W.T @ p),
        "back-first-added": lambda r, W, p, i: W.T @ p + r.shared.b[i - 1],
        "back-sigmoid": lambda r, W, p, i: sigmoid(W.T @ p),
        "back-doubled": lambda r, W, p, i: 2 * (W.T @ p),
    },
)
Backward.mistake("averaged-on-the-way", "back")(lambda r, W, p, i: W[:, 0] * p)
Backward.usual(
    "weight_gradient",
    {
        "gradient-transposed": lambda r, d, a, i: a[:, None] * d,
        "own-activation": lambda r, d, a, i: d[:, None] * r.shared.A[i + 1],
        "gradient-reshaped": lambda r, d, a, i: (a[:, None] * d).reshape(r.shared.W[i].shape),
        "z-for-activation": lambda r, d, a, i: d[:, None] * (r.shared.Z[i] if i else a),
        "activation-missing-in-gradient": lambda r, d, a, i: d[:, None] * np.ones_like(a),
        "gradient-times-weights": lambda r, d, a, i: d[:, None] * a * r.shared.W[i],
        "raw-error-in-gradient": lambda r, d, a, i: r.upstream[:, None] * a,
        "input-for-activation": lambda r, d, a, i: d[:, None] * r.shared.A[0],
        "weights-for-activation": lambda r, d, a, i: d[:, None] * r.shared.W[i],
    },
)
Backward.rare(
    "weight_gradient",
    {
        "own-activation-square": lambda r, d, a, i: r.shared.A[i + 1][:, None] * a,
        "gradient-without-delta": lambda r, d, a, i: np.ones_like(d)[:, None] * a,
        "gradient-averaged": lambda r, d, a, i: d.mean() * np.ones_like(d)[:, None] * a,
        "gradient-summed": lambda r, d, a, i: d.sum() * np.ones_like(d)[:, None] * a,
        "slope-for-activation": lambda r, d, a, i: d[:, None] * (a * (1 - a)),
        "own-slope-again": lambda r, d, a, i: d[:, None] * (r.shared.A[i + 1] * (1 - r.shared.A[i + 1]))[:, None] * a,
        "weight-gradient-normalised": lambda r, d, a, i: d[:, None] * a / np.linalg.norm(d[:, None] * a),
        "gradient-divided-by-inputs": lambda r, d, a, i: d[:, None] * a / a.size,
        "gradient-divided-by-outputs": lambda r, d, a, i: d[:, None] * a / d.size,
        "activation-squared": lambda r, d, a, i: d[:, None] * a * a,
        "weight-gradient-zero": lambda r, d, a, i: 0.0 * d[:, None] * a,
        "weight-gradient-negated": lambda r, d, a, i: -d[:, None] * a,
        "weight-gradient-doubled": lambda r, d, a, i: 2 * d[:, None] * a,
        "bias-added-to-gradient": lambda r, d, a, i: d[:, None] * a + d[:, None],
        "delta-squared": lambda r, d, a, i: (d * d)[:, None] * a,
        "gradient-is-dot": lambda r, d, a, i: np.dot(d, a),
        "gradient-elementwise": lambda r, d, a, i: d * a,
        "one-minus-activation": lambda r, d, a, i: d[:, None] * (1 - a),
        "input-squashed": lambda r, d, a, i: d[:, None] * (a if i else sigmoid(a)),
        "sigmoid-of-activation": lambda r, d, a, i: d[:, None] * sigmoid(a),
        "hidden-gradient-zero": lambda r, d, a, i: d[:, None] * a * (1.0 if i == len(r.shared.W) - 1 else 0.0),
        "column-not-matrix": lambda r, d, a, i: d[:, None],
    },
)
for _decay in (1.0, 2.0, 0.5, 0.1, 0.01, 0.02, 1e-3, 2e-3, 1e-4):
    Backward.mistake("gradient-plus-weights", "weight_gradient", says={"factor": f"{_decay:g}"})(
        lambda r, d, a, i, decay=_decay: d[:, None] * a + decay * r.shared.W[i]
    )
Backward.mistake("input-for-activation", "weight_gradient")(lambda r, d, a, i: d[:, None] * r.shared.A[max(i - 1, 0)])
Backward.mistake("own-activation", "weight_gradient")(
    lambda r, d, a, i: d[:, None] * np.resize(r.shared.A[i + 1], a.shape)
)
Backward.mistake("input-for-activation", "weight_gradient")(
    lambda r, d, a, i: d[:, None] * np.resize(r.shared.A[0], a.shape)
)
Backward.mistake("bias-times-input", "bias_gradient")(lambda r, d, i: d * np.resize(r.shared.A[i], d.shape))
Backward.mistake("gradient-shape", "weight_gradient", says={"how": "flattened"})(
    lambda r, d, a, i: (d[:, None] * a).reshape(-1)
)
Backward.mistake("weights-not-transposed", "back")(lambda r, W, p, i: (W if W.shape[0] == W.shape[1] else W.T) @ p)
Backward.mistake("bias-added-on-the-way", "passed")(
    lambda r, e, d: d + r.shared.b[next(i for i, v in enumerate(r.bg) if v is not None)]
)
Backward.mistake("wrong-layer-derivative", "hidden_slope")(
    lambda r, a, layer: np.mean(r.shared.A[-1] * (1 - r.shared.A[-1]))
)
Backward.mistake("wrong-layer-weights", "through")(lambda r, i: np.resize(r.shared.W[i - 1], r.shared.W[i].shape))
Backward.mistake("divided-in-every-layer", "hidden_slope")(lambda r, a, layer: a * (1 - a) / a.size)
Backward.mistake("earlier-layers-zero", "hidden_slope")(lambda r, a, layer: np.zeros_like(a))
Backward.mistake("fixed-depth", "hidden_slope")(lambda r, a, layer: a * (1 - a) * (layer == len(r.shared.W) - 1))
Backward.mistake("hidden-derivative-missing", "hidden_slope", says={"where": "first hidden layer"})(
    lambda r, a, layer: a * (1 - a) if layer > 1 else np.ones_like(a)
)
Backward.mistake("hidden-derivative-missing", "hidden_slope", says={"where": "last hidden layer"})(
    lambda r, a, layer: a * (1 - a) if layer < len(r.shared.W) - 1 else np.ones_like(a)
)
Backward.usual(
    "bias_gradient",
    {
        "bias-gradient-zero": lambda r, d, i: np.zeros_like(d),
        "bias-gradient-raw-error": lambda r, d, i: r.upstream,
        "bias-summed": lambda r, d, i: d.sum(),
        "bias-times-input": lambda r, d, i: d * r.shared.A[i],
        "bias-averaged": lambda r, d, i: d.mean(),
    },
)
Backward.rare(
    "bias_gradient",
    {
        "bias-times-own-activation": lambda r, d, i: d * r.shared.A[i + 1],
        "bias-times-input": lambda r, d, i: d * r.shared.A[i].sum(),
        "bias-times-bias": lambda r, d, i: d * r.shared.b[i],
        "bias-gradient-ones": lambda r, d, i: np.ones_like(d),
        "bias-gradient-negated": lambda r, d, i: -d,
        "bias-gradient-halved": lambda r, d, i: d / 2,
        "bias-gradient-doubled": lambda r, d, i: 2 * d,
        "bias-gradient-is-bias": lambda r, d, i: r.shared.b[i],
        "bias-summed": lambda r, d, i: np.full_like(d, d.sum()),
        "bias-averaged": lambda r, d, i: np.full_like(d, d.mean()),
        "bias-gradient-divided": lambda r, d, i: d / d.size,
        "bias-own-slope-again": lambda r, d, i: d * r.shared.A[i + 1] * (1 - r.shared.A[i + 1]),
        "bias-gradient-squared": lambda r, d, i: d * d,
        "bias-gradient-of-output": lambda r, d, i: np.full_like(r.shared.b[i], r.first.reshape(-1)[0]),
    },
)
Backward.mistake("bias-times-input", "bias_gradient")(lambda r, d, i: d[:, None] * r.shared.A[i])
Backward.mistake("bias-times-input", "bias_gradient")(lambda r, d, i: d * r.shared.A[i].mean())
Backward.mistake("bias-times-input", "bias_gradient")(lambda r, d, i: d * r.shared.A[i][0])
Backward.mistake("gradient-shape", "bias_gradient", says={"how": "bias gradient as a column"})(
    lambda r, d, i: d[:, None]
)
Backward.usual("weight_order", {"layers-reversed": lambda r, g: g[::-1]})
Backward.rare(
    "weight_order",
    {
        "same-gradient-every-layer": lambda r, g: [g[0]] * len(g),
        "first-layer-without-gradient": lambda r, g: [None, *g[1:]],
        "last-layer-without-gradient": lambda r, g: [*g[:-1], None],
        "first-layer-zero": lambda r, g: [0 * np.asarray(g[0]), *g[1:]],
        "last-layer-zero": lambda r, g: [*g[:-1], 0 * np.asarray(g[-1])],
    },
)
Backward.usual("bias_order", {"bias-layers-reversed": lambda r, g: g[::-1]})
Backward.rare(
    "bias_order",
    {
        "every-bias-layer-the-same": lambda r, g: [g[0]] * len(g),
        "bias-of-the-layer-below": lambda r, g: [g[max(i - 1, 0)] for i in range(len(g))],
        "bias-first-layer-zero": lambda r, g: [0 * np.asarray(g[0]), *g[1:]],
        "bias-last-layer-zero": lambda r, g: [*g[:-1], 0 * np.asarray(g[-1])],
    },
)
Backward.usual(
    "result",
    {
        "layers-reversed": lambda r, w, b: (w[::-1], b[::-1]),
        "same-gradient-every-layer": lambda r, w, b: ([w[0]] * len(w), [b[0]] * len(b)),
        "results-swapped": lambda r, w, b: (b, w),
    },
)
Backward.mistake("same-gradient-every-layer", "result")(lambda r, w, b: ([w[-1]] * len(w), [b[-1]] * len(b)))
Backward.mistake("same-gradient-every-layer", "result")(lambda r, w, b: ([w[0]] * len(w), [b[-1]] * len(b)))
Backward.rare(
    "result",
    {
        "only-last-layer": lambda r, w, b: (w[-1:], b[-1:]),
        "no-return": lambda r, w, b: None,
        "no-bias-gradients": lambda r, w, b: w,
        "gradients-added-up": lambda r, w, b: (sum(w), sum(b)),
        "results-interleaved": lambda r, w, b: [(x, y) for x, y in zip(w, b, strict=True)],
        "only-first-layer": lambda r, w, b: (w[:1], b[:1]),
        "gradient-normalised": lambda r, w, b: (
            [x / np.linalg.norm(x) for x in w],
            [x / np.linalg.norm(x) for x in b],
        ),
        "first-layer-without-gradient": lambda r, w, b: ([None, *w[1:]], [None, *b[1:]]),
        "last-layer-without-gradient": lambda r, w, b: ([*w[:-1], None], [*b[:-1], None]),
        "first-layer-zero": lambda r, w, b: (
            [0 * np.asarray(w[0]), *w[1:]],
            [0 * np.asarray(b[0]), *b[1:]],
        ),
        "last-layer-zero": lambda r, w, b: (
            [*w[:-1], 0 * np.asarray(w[-1])],
            [*b[:-1], 0 * np.asarray(b[-1])],
        ),
        "parameters-returned": lambda r, w, b: (r.shared.W, r.shared.b),
    },
)


Backward.mistake("only-last-layer", "result", rank=2)(
    lambda r, w, b: ([*[None] * (len(w) - 1), w[-1]], [*[None] * (len(b) - 1), b[-1]])
)
for _bound in (0.001, 0.01, 0.1, 0.05):
    Backward.mistake("gradient-clipped", "result", says={"bound": f"{_bound:g}"})(
        lambda r, w, b, bound=_bound: (
            [np.clip(x, -bound, bound) for x in w],
            [np.clip(x, -bound, bound) for x in b],
        )
    )


for _factor in (0.1, 0.01, 0.001, 0.9):
    Backward.mistake("gradient-scaled", "result", rank=3, says={"factor": f"{_factor:g}"})(
        lambda r, w, b, c=_factor: ([c * x for x in w], [c * x for x in b])
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


@Backward.mistake("derivative-of-target", "output_slope")
def _(r: Backward, a: Array) -> Array:
    return r.shared.t * (1 - r.shared.t)


def _updated(rate: float) -> None:
    def back(r: Backward, W: Array, passed: Array, layer: int) -> Array:
        return (W - rate * r.wg[layer]).T @ passed

    Backward.mistake("weights-updated-too-early", "back", says={"rate": f"{rate:g}"})(back)


for _rate in (0.01, 0.1, 0.5, 1.0, 2.0):
    _updated(_rate)


def _loss_at(r: Backward, half: bool = False) -> float:
    return mse(forward(r.shared.W, r.shared.b, r.shared.A[0])[-1], r.shared.t)


def _numeric(h: float, central: bool) -> Any:
    def run(r: Backward) -> Any:
        out: tuple[list[Array], list[Array]] = ([], [])
        base = _loss_at(r)
        for arrays, grads in ((r.shared.W, out[0]), (r.shared.b, out[1])):
            for array in arrays:
                g = np.zeros_like(array)
                for index in np.ndindex(array.shape):
                    old = array[index]
                    array[index] = old + h
                    plus = _loss_at(r)
                    array[index] = old - h
                    minus = _loss_at(r) if central else base
                    array[index] = old
                    g[index] = (plus - minus) / (2 * h if central else h)
                grads.append(g)
        return out

    return run


for _h in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7):
    Backward.mistake("finite-differences", "run", rank=3, says={"h": f"{_h:g}"})(_numeric(_h, False))
for _h in (1e-1, 1e-2, 1e-3):
    Backward.mistake("finite-differences", "run", rank=3, says={"h": f"{_h:g}"})(_numeric(_h, True))


class CrossEntropyBackward(Backward):
    """The same, for binary cross-entropy: delta at the output is (a − t) / n."""

    subject = "digits.CrossEntropyNetwork.backward"

    def factor(self) -> float:
        return 1.0

    def output_slope(self, a: Array) -> Array:
        return np.ones_like(a)


def _inherit(mistakes: Sequence[Mistake]) -> None:
    for m in mistakes:
        if m.part in ("output_slope", "factor", "scale", "run") or m.id == "output-delta-everywhere":
            continue
        CrossEntropyBackward.mistakes.append(m)


_inherit(Backward.mistakes)
CB = CrossEntropyBackward
CB.usual("factor", {"factor-two": lambda r: 2.0})
CB.usual(
    "output_slope",
    {
        "derivative-not-cancelled": lambda r, a: a * (1 - a),
        "loss-gradient-not-delta": lambda r, a: 1 / (a * (1 - a)),
        "derivative-one-minus-a": lambda r, a: 1 - a,
        "derivative-is-a": lambda r, a: a,
    },
)


@CB.mistake("another-loss", "run", rank=1, says={"other": "the mean squared error"})
def _(r: CB) -> Any:
    r.__dict__["factor"] = lambda: 2.0
    r.__dict__["output_slope"] = lambda a: a * (1 - a)
    return Backward.run(r)


@CB.mistake("hidden-derivative-missing", "hidden_slope", rank=1)
def _(r: CB, a: Array, layer: int) -> Array:
    return np.ones_like(a)


@CB.mistake("second-term-missing", "difference", rank=1)
def _(r: CB, a: Array, t: Array) -> Array:
    return -t * (1 - a)


@CB.mistake("first-term-missing", "difference", rank=2)
def _(r: CB, a: Array, t: Array) -> Array:
    return (1 - t) * a


@CB.mistake("inner-derivative-missing", "difference", rank=2)
def _(r: CB, a: Array, t: Array) -> Array:
    return -t * (1 - a) - (1 - t) * a


def _ce_delta(name: str, part: Any, says: Mapping[str, str] | None = None) -> None:
    """Another delta at the output in place of (a − t) / n."""

    def output_slope(r: CB, a: Array) -> Array:
        own = r.scale(a) * r.error(r.difference(a, r.shared.t))
        return part(a, r.shared.t) / own

    CB.mistake(name, "output_slope", says=says)(output_slope)


def _softmax(a: Array) -> Array:
    e = np.exp(a - a.max())
    return e / e.sum()


def _entropy(a: Array, t: Array) -> Array:
    return -(t * np.log(a) + (1 - t) * np.log(1 - a))


_ce_delta("softmax-not-sigmoid", lambda a, t: _softmax(a) - t, {"and": ""})
_ce_delta("softmax-not-sigmoid", lambda a, t: (_softmax(a) - t) / a.size)
_ce_delta("loss-not-slope", lambda a, t: _entropy(a, t) / a.size)
_ce_delta("loss-not-slope", lambda a, t: np.full_like(a, _entropy(a, t).mean()))
_ce_delta("class-not-target", lambda a, t: (a - t.argmax()) / a.size)
_ce_delta("class-not-target", lambda a, t: (a - a.argmax()) / a.size, {"whose": "of the strongest output"})
