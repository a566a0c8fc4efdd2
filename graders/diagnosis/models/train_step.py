"""Network.train_step, replayed: what must the parameters have gone through?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import Array, Arrays, copies, forward, gradients, mse, slope
from ..recipe import Recipe
from .backward import Backward


class TrainStep(Recipe):
    """Forward, loss, backward, update."""

    subject = "network.Network.train_step"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        W, b = copies(inputs["weights"]), copies(inputs["biases"])
        x = np.asarray(inputs["x"], dtype=float)
        t = np.asarray(inputs["target"], dtype=float)
        loss, wg, bg = gradients(W, b, x, t)
        A = forward(W, b, x)
        return SimpleNamespace(W=W, b=b, x=x, t=t, loss=loss, wg=wg, bg=bg, A=A, a=A[-1])

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 30.0 + 8.0 * len(inputs["weights"])

    def run(self) -> Any:
        s = self.shared
        wg, bg = self.gradients()
        W = [self.weight(i, w, g) if self.updates(i) else w for i, (w, g) in enumerate(zip(s.W, wg, strict=True))]
        b = [self.bias(i, v, g) if self.updates(i) else v for i, (v, g) in enumerate(zip(s.b, bg, strict=True))]
        return {"loss": self.loss(W, b), "weights": W, "biases": b}

    def gradients(self) -> tuple[Arrays, Arrays]:
        return self.shared.wg, self.shared.bg

    def updates(self, layer: int) -> bool:
        return True

    def rate(self) -> float:
        return float(self.inputs["learning_rate"])

    def sign(self) -> float:
        return -1.0

    def step(self, layer: int, value: Array, gradient: Array) -> Array:
        return value + self.sign() * self.rate() * gradient

    def weight(self, layer: int, value: Array, gradient: Array) -> Array:
        return self.step(layer, value, gradient)

    def bias(self, layer: int, value: Array, gradient: Array) -> Array:
        return self.step(layer, value, gradient)

    def loss(self, W: Arrays, b: Arrays) -> Any:
        return self.shared.loss


TS = TrainStep


def rate_given(r: Any) -> float:
    return float(r.inputs["learning_rate"])


ONLY: dict[str, Any] = {
    "gradient-sign-only": lambda r, i, v, g: v + r.sign() * r.rate() * np.sign(g),
    "update-scaled-by-layer": lambda r, i, v, g: v + r.sign() * r.rate() / (i + 1) * g,
    "updates-twice": lambda r, i, v, g: v + 2 * r.sign() * r.rate() * g,
    "rate-ignored": lambda r, i, v, g: v + r.sign() * g,
}


def mistakes_of_both(recipe: type[Recipe]) -> None:
    """What goes wrong in an update, of one example or of a batch."""
    recipe.usual("sign", {"ascends": lambda r: 1.0})
    recipe.usual("rate", {"rate-ignored": lambda r: 1.0, "rate-applied-twice": lambda r: rate_given(r) ** 2})
    recipe.rare(
        "rate",
        {
            "divides-by-rate": lambda r: 1 / rate_given(r),
            "rate-halved": lambda r: rate_given(r) / 2,
            "rate-tenth": lambda r: rate_given(r) / 10,
        },
    )
    for rate in (0.001, 0.01, 0.1, 0.5, 2.0):
        recipe.mistake("rate-ignored", "rate", says={"instead": f"{rate:g}"})(lambda r, rate=rate: rate)
    recipe.usual(
        "weight",
        {"weights-never-updated": lambda r, i, v, g: v},
    )
    recipe.usual(
        "bias",
        {
            "biases-never-updated": lambda r, i, v, g: v,
            "biases-ascend": lambda r, i, v, g: v - r.sign() * r.rate() * g,
        },
    )
    recipe.rare(
        "weight",
        {
            "weights-ascend": lambda r, i, v, g: v - r.sign() * r.rate() * g,
            "subtracts-weight": lambda r, i, v, g: v - r.rate() * v,
            "weight-decay": lambda r, i, v, g: v - r.rate() * (g + 0.01 * v),
        },
    )
    for decay in (0.1, 0.001, 0.0001):
        recipe.mistake("weight-decay", "weight", rank=3)(lambda r, i, v, g, decay=decay: v - r.rate() * (g + decay * v))
    recipe.mistake("subtracts-weight", "weight", says={"which": "the biases"})(
        lambda r, i, v, g: v - r.rate() * r.shared.b[i][:, None] * np.ones_like(v)
    )
    recipe.rare(
        "bias",
        {
            "bias-step-averaged": lambda r, i, v, g: v + r.sign() * r.rate() * g.mean(),
            "bias-step-summed": lambda r, i, v, g: v + r.sign() * r.rate() * g.sum(),
            "subtracts-bias": lambda r, i, v, g: v - r.rate() * v,
        },
    )
    recipe.rare(
        "step",
        {
            "subtracts-weight": lambda r, i, v, g: v - r.rate() * v,
            "step-not-parameter": lambda r, i, v, g: r.sign() * r.rate() * g,
            "gradient-sign-only": lambda r, i, v, g: v + r.sign() * r.rate() * np.sign(g),
            "gradient-absolute": lambda r, i, v, g: v + r.sign() * r.rate() * np.abs(g),
            "update-scaled-by-layer": lambda r, i, v, g: v + r.sign() * r.rate() / (i + 1) * g,
            "rate-outside": lambda r, i, v, g: r.rate() * (v - g),
            "brackets-around-the-rate": lambda r, i, v, g: (v - r.rate()) * g,
            "rate-subtracted": lambda r, i, v, g: v - r.rate(),
            "multiplied-not-subtracted": lambda r, i, v, g: v * (1 - r.rate() * g),
            "gradient-transposed": lambda r, i, v, g: v + r.sign() * r.rate() * g.T,
            "gradient-normalised": lambda r, i, v, g: v + r.sign() * r.rate() * g / np.linalg.norm(g),
            "gradient-clipped": lambda r, i, v, g: v + r.sign() * r.rate() * np.clip(g, -0.01, 0.01),
            "gradient-averaged-to-number": lambda r, i, v, g: v + r.sign() * r.rate() * g.mean(),
        },
    )
    for part in ("step", "weight", "bias"):
        recipe.mistake("step-sides-exchanged", part)(lambda r, i, v, g: r.rate() * g - v)
    for part, which in (("weight", "the weights"), ("bias", "the biases")):
        for id in ("gradient-sign-only", "update-scaled-by-layer", "updates-twice", "rate-ignored"):
            recipe.mistake(id, part, rank=2 if id == "rate-ignored" else 3, says={"where": which})(ONLY[id])
    recipe.mistake("step-not-parameter", "step")(lambda r, i, v, g: r.rate() * g)
    recipe.mistake("gradient-clipped", "step")(lambda r, i, v, g: v + r.sign() * r.rate() * np.clip(g, -0.1, 0.1))
    recipe.usual("step", {"updates-twice": lambda r, i, v, g: v + 2 * r.sign() * r.rate() * g})
    recipe.mistake("layer-not-updated", "updates", rank=1, says={"which": "the last layer"})(
        lambda r, i: i < len(r.shared.W) - 1
    )
    recipe.mistake("layer-not-updated", "updates", rank=1, says={"which": "the first layer"})(lambda r, i: i > 0)
    recipe.mistake("layer-not-updated", "updates", says={"which": "every layer but the last"})(
        lambda r, i: i == len(r.shared.W) - 1
    )
    in_loop = {"which": "every layer but the first", "as": ", as with a return inside the loop"}
    recipe.mistake("layer-not-updated", "updates", says=in_loop)(lambda r, i: i == 0)
    recipe.mistake("other-biases-not-updated", "bias")(
        lambda r, i, v, g: r.step(i, v, g) if i == len(r.shared.W) - 1 else v
    )
    recipe.usual("updates", {"update-lost": lambda r, i: False})


mistakes_of_both(TS)


def _after(r: TS, W: Arrays, b: Arrays) -> float:
    return mse(forward(W, b, r.shared.x)[-1], r.shared.t)


TS.mistake("update-skipped", "updates", edge=True)(lambda r, i: r.shared.loss >= 1e-4)
TS.usual(
    "loss",
    {
        "loss-after-update": lambda r, W, b: _after(r, W, b),
        "sum-not-mean": lambda r, W, b: r.shared.loss * r.shared.t.size,
        "returns-prediction": lambda r, W, b: r.shared.a,
        "rate-times-loss": lambda r, W, b: r.shared.loss * rate_given(r),
        "no-return": lambda r, W, b: None,
        "factor-half": lambda r, W, b: r.shared.loss / 2,
        "absolute-not-squared": lambda r, W, b: np.abs(r.shared.a - r.shared.t).mean(),
        "no-reduction": lambda r, W, b: (r.shared.a - r.shared.t) ** 2,
        "not-squared": lambda r, W, b: (r.shared.a - r.shared.t).mean(),
    },
)
TS.rare(
    "loss",
    {
        "square-root": lambda r, W, b: np.sqrt(r.shared.loss),
        "negated": lambda r, W, b: -r.shared.loss,
        "loss-zero": lambda r, W, b: 0.0,
        "loss-difference": lambda r, W, b: r.shared.loss - _after(r, W, b),
        "targets-ignored": lambda r, W, b: (r.shared.a**2).mean(),
        "prediction-after-update": lambda r, W, b: forward(W, b, r.shared.x)[-1],
        "returns-gradients": lambda r, W, b: (r.shared.wg, r.shared.bg),
        "factor-two": lambda r, W, b: 2 * r.shared.loss,
        "loss-and-prediction": lambda r, W, b: (r.shared.loss, r.shared.a),
    },
)
TS.mistake("maximum-not-mean", "loss")(lambda r, W, b: ((r.shared.a - r.shared.t) ** 2).max())
for _most in (0.5, 1.0):
    TS.mistake("rate-capped", "rate", says={"bound": f"{_most:g}"})(lambda r, most=_most: min(rate_given(r), most))
TS.mistake("gradient-normalised", "step", says={"how": "to a root mean square of 1"})(
    lambda r, i, v, g: v + r.sign() * r.rate() * g / np.sqrt((g * g).mean())
)
TS.mistake("gradients-crossed", "bias", says={"which": "the biases by the mean weight gradient"})(
    lambda r, i, v, g: v + r.sign() * r.rate() * r.gradients()[0][i].mean(axis=1)
)
TS.mistake("gradients-crossed", "bias", says={"which": "the biases by the sums of the weight gradient's rows"})(
    lambda r, i, v, g: v + r.sign() * r.rate() * r.gradients()[0][i].sum(axis=1)
)
TS.mistake("gradients-crossed", "bias", says={"which": "all biases of a layer by the gradient of its first one"})(
    lambda r, i, v, g: v + r.sign() * r.rate() * g[0]
)
TS.mistake("rate-scaled", "rate", says={"by": "divided by the number of layers"})(
    lambda r: rate_given(r) / len(r.shared.W)
)
TS.mistake("rate-scaled", "rate", says={"by": "divided by the number of outputs"})(
    lambda r: rate_given(r) / r.shared.t.size
)
TS.mistake("rate-scaled", "rate", says={"by": "divided by the number of inputs"})(
    lambda r: rate_given(r) / r.shared.x.size
)
TS.mistake("compared-with-itself-later", "loss")(lambda r, W, b: mse(r.shared.a, forward(W, b, r.shared.x)[-1]))
TS.mistake("loss-before-and-after", "loss")(lambda r, W, b: (r.shared.loss + _after(r, W, b)) / 2)
TS.mistake("bias-own-slope-again", "bias")(lambda r, i, v, g: v + r.sign() * r.rate() * g * slope(r.shared.A[i + 1]))
TS.mistake("own-slope-again", "weight")(
    lambda r, i, v, g: v + r.sign() * r.rate() * g * slope(r.shared.A[i + 1])[:, None]
)


@TS.mistake("gradients-unpacked-crosswise", "run")
def _(r: TS) -> Any:
    """What can't be broadcast in place doesn't fit at all; the rest takes another shape."""
    s = r.shared
    for values, grads in ((s.W, s.bg), (s.b, s.wg)):
        for value, grad in zip(copies(values), grads, strict=True):
            value -= r.rate() * grad
    raise ValueError("the gradients fit each other's parameters")


@TS.mistake("biases-updated-later", "run", says={"which": "biases", "other": "weights"})
def _(r: TS) -> Any:
    """backward() a second time, without forward(): the new weights meet the old activations."""
    s = r.shared
    W = [w - rate_given(r) * g for w, g in zip(s.W, s.wg, strict=True)]
    delta = s.bg[-1]
    b = [s.b[-1] - rate_given(r) * delta]
    for layer in range(len(W) - 1, 0, -1):
        delta = W[layer].T @ delta * slope(s.A[layer])
        b.insert(0, s.b[layer - 1] - rate_given(r) * delta)
    return {"loss": r.loss(W, b), "weights": W, "biases": b}


def _in_two(first: str) -> Any:
    """Weights and biases are updated one after the other, each with gradients of its own moment."""

    def run(r: TS) -> Any:
        s = r.shared
        W, b = copies(s.W), copies(s.b)
        if first == "weights":
            W = [w - rate_given(r) * g for w, g in zip(W, s.wg, strict=True)]
            b = [v - rate_given(r) * g for v, g in zip(b, gradients(W, b, s.x, s.t)[2], strict=True)]
        else:
            b = [v - rate_given(r) * g for v, g in zip(b, s.bg, strict=True)]
            W = [w - rate_given(r) * g for w, g in zip(W, gradients(W, b, s.x, s.t)[1], strict=True)]
        return {"loss": r.loss(W, b), "weights": W, "biases": b}

    return run


TS.mistake("biases-updated-later", "run", says={"which": "biases", "other": "weights"})(_in_two("weights"))
TS.mistake("biases-updated-later", "run", says={"which": "weights", "other": "biases"})(_in_two("biases"))


@TS.mistake("weights-updated-too-early", "run", rank=1)
def _(r: TS) -> Any:
    s = r.shared
    W, b = too_early(copies(s.W), copies(s.b), s.x[None], s.t[None], rate_given(r))
    return {"loss": r.loss(W, b), "weights": W, "biases": b}


def too_early(W: Arrays, b: Arrays, X: Array, y: Array, rate: float) -> tuple[Arrays, Arrays]:
    """One step with the mean gradient of these rows, where each layer is updated before the error passes it."""
    A = [np.asarray(v) for v in zip(*(forward(W, b, x) for x in X), strict=True)]
    delta = 2.0 * (A[-1] - y) / y.shape[1] / len(X) * slope(A[-1])
    for layer in reversed(range(len(W))):
        W[layer] = W[layer] - rate * delta.T @ A[layer]
        b[layer] = b[layer] - rate * delta.sum(axis=0)
        delta = delta @ W[layer] * slope(A[layer])
    return W, b


TS.mistake("another-loss", "loss", says={"other": "the cross-entropy"})(
    lambda r, W, b: -(r.shared.t * np.log(r.shared.a) + (1 - r.shared.t) * np.log(1 - r.shared.a)).mean()
)


TS.mistake("another-loss", "loss", says={"other": "the length (norm) of the error"})(
    lambda r, W, b: np.linalg.norm(r.shared.a - r.shared.t)
)
TS.mistake("another-loss", "loss", says={"other": "the mean squared error of the rounded prediction"})(
    lambda r, W, b: mse(np.round(r.shared.a), r.shared.t)
)


def _with_target(change: Any) -> Any:
    def grads(r: TS) -> tuple[Arrays, Arrays]:
        s = r.shared
        return gradients(s.W, s.b, s.x, change(s))[1:]

    return grads


TS.mistake("target-changed-on-the-way", "gradients")(_with_target(lambda s: np.round(s.t)))
TS.mistake("target-changed-on-the-way", "gradients")(_with_target(lambda s: 1 - s.t))
TS.mistake("target-changed-on-the-way", "gradients")(_with_target(lambda s: 0 * s.t))
TS.mistake("target-changed-on-the-way", "gradients")(_with_target(lambda s: -s.t))
TS.mistake("target-ignored", "gradients", rank=1)(_with_target(lambda s: s.a))


TS.mistake("loss-as-target", "gradients")(_with_target(lambda s: np.full_like(s.t, s.loss)))


@TS.mistake("loss-of-loss", "gradients")
def _(r: TS) -> Any:
    return [r.shared.loss * np.ones_like(w) for w in r.shared.W], [r.shared.loss * np.ones_like(v) for v in r.shared.b]


@TS.mistake("gradient-times-loss", "gradients")
def _(r: TS) -> Any:
    return [r.shared.loss * g for g in r.shared.wg], [r.shared.loss * g for g in r.shared.bg]


def _steps(count: int) -> Any:
    def run(r: TS) -> Any:
        s = r.shared
        rate, W, b = rate_given(r), s.W, s.b
        for _ in range(count):
            _loss, wg, bg = gradients(W, b, s.x, s.t)
            W = [w - rate * g for w, g in zip(W, wg, strict=True)]
            b = [v - rate * g for v, g in zip(b, bg, strict=True)]
        return {"loss": r.loss(W, b), "weights": W, "biases": b}

    return run


TS.mistake("updates-twice", "run")(_steps(2))
for _count in (3, 5, 10):
    TS.mistake("updates-many-times", "run", rank=3, says={"count": str(_count)})(_steps(_count))


@TS.mistake("updates-one-layer-at-a-time", "run", rank=2)
def _(r: TS) -> Any:
    return _layer_by_layer(r, range(len(r.shared.W)))


@TS.mistake("updates-one-layer-at-a-time", "run", rank=2)
def _(r: TS) -> Any:
    return _layer_by_layer(r, reversed(range(len(r.shared.W))))


def _layer_by_layer(r: TS, layers: Iterable[int]) -> Any:
    s = r.shared
    W, b = copies(s.W), copies(s.b)
    for i in layers:
        _, wg, bg = gradients(W, b, s.x, s.t)
        W[i] = W[i] - rate_given(r) * wg[i]
        b[i] = b[i] - rate_given(r) * bg[i]
    return {"loss": r.loss(W, b), "weights": W, "biases": b}


#: Of backward's mistakes those that look like one of the update itself, or that only stop the code.
ELSEWHERE = {
    "negated",
    "factor-two",
    "factor-two-missing",
    "bias-gradient-zero",
    "bias-summed",
    "bias-averaged",
    "targets-ignored",
    "wrong-layer-weights",
    "weights-not-transposed",
}


def _as_in_backward(recipe: type[Recipe]) -> None:
    """Mistakes of backward may also be made by those who write its lines again inside the training step."""
    for m in Backward.mistakes:
        if m.rank == 1 and m.id not in ELSEWHERE:

            def grads(r: Any, m: Any = m) -> Any:
                return Backward.value(r.inputs, [m])

            recipe.mistake(m.id, "gradients", rank=3, says=m.says)(grads)


_as_in_backward(TS)
