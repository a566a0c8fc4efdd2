"""Network.train_step and train_epoch, replayed: what must the parameters have gone through?"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import Array, Arrays, copies, forward, gradients, mse, slope
from ..recipe import UNKNOWN, OneOf, Recipe
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


def _given(r: Any) -> float:
    return float(r.inputs["learning_rate"])


ONLY: dict[str, Any] = {
    "gradient-sign-only": lambda r, i, v, g: v + r.sign() * r.rate() * np.sign(g),
    "update-scaled-by-layer": lambda r, i, v, g: v + r.sign() * r.rate() / (i + 1) * g,
    "updates-twice": lambda r, i, v, g: v + 2 * r.sign() * r.rate() * g,
    "rate-ignored": lambda r, i, v, g: v + r.sign() * g,
}


def _common(recipe: type[Recipe]) -> None:
    """What goes wrong in an update, of one example or of a batch."""
    recipe.usual("sign", {"ascends": lambda r: 1.0})
    recipe.usual("rate", {"rate-ignored": lambda r: 1.0, "rate-applied-twice": lambda r: _given(r) ** 2})
    recipe.rare(
        "rate",
        {
            "divides-by-rate": lambda r: 1 / _given(r),
            "rate-halved": lambda r: _given(r) / 2,
            "rate-tenth": lambda r: _given(r) / 10,
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
            "rate-subtracted": lambda r, i, v, g: v - r.rate(),
            "multiplied-not-subtracted": lambda r, i, v, g: v * (1 - r.rate() * g),
            "gradient-transposed": lambda r, i, v, g: v + r.sign() * r.rate() * g.T,
            "gradient-normalised": lambda r, i, v, g: v + r.sign() * r.rate() * g / np.linalg.norm(g),
            "gradient-clipped": lambda r, i, v, g: v + r.sign() * r.rate() * np.clip(g, -0.01, 0.01),
            "gradient-averaged-to-number": lambda r, i, v, g: v + r.sign() * r.rate() * g.mean(),
        },
    )
    for part, which in (("weight", "the weights"), ("bias", "the biases")):
        for id in ("gradient-sign-only", "update-scaled-by-layer", "updates-twice", "rate-ignored"):
            recipe.mistake(id, part, rank=3, says={"where": which})(ONLY[id])
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
    recipe.mistake("layer-not-updated", "updates", says={"which": "every layer but the first"})(lambda r, i: i == 0)
    recipe.usual("updates", {"update-lost": lambda r, i: False})


_common(TS)


def _after(r: TS, W: Arrays, b: Arrays) -> float:
    return mse(forward(W, b, r.shared.x)[-1], r.shared.t)


TS.usual(
    "loss",
    {
        "loss-after-update": lambda r, W, b: _after(r, W, b),
        "sum-not-mean": lambda r, W, b: r.shared.loss * r.shared.t.size,
        "returns-prediction": lambda r, W, b: r.shared.a,
        "rate-times-loss": lambda r, W, b: r.shared.loss * _given(r),
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
    TS.mistake("rate-capped", "rate", says={"bound": f"{_most:g}"})(lambda r, most=_most: min(_given(r), most))
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
TS.mistake("rate-scaled", "rate", says={"by": "divided by the number of layers"})(lambda r: _given(r) / len(r.shared.W))
TS.mistake("rate-scaled", "rate", says={"by": "divided by the number of outputs"})(
    lambda r: _given(r) / r.shared.t.size
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


def _in_two(first: str) -> Any:
    """Weights and biases are updated one after the other, each with gradients of its own moment."""

    def run(r: TS) -> Any:
        s = r.shared
        W, b = copies(s.W), copies(s.b)
        if first == "weights":
            W = [w - _given(r) * g for w, g in zip(W, s.wg, strict=True)]
            b = [v - _given(r) * g for v, g in zip(b, gradients(W, b, s.x, s.t)[2], strict=True)]
        else:
            b = [v - _given(r) * g for v, g in zip(b, s.bg, strict=True)]
            W = [w - _given(r) * g for w, g in zip(W, gradients(W, b, s.x, s.t)[1], strict=True)]
        return {"loss": r.loss(W, b), "weights": W, "biases": b}

    return run


TS.mistake("biases-updated-later", "run", says={"which": "biases", "other": "weights"})(_in_two("weights"))
TS.mistake("biases-updated-later", "run", says={"which": "weights", "other": "biases"})(_in_two("biases"))


@TS.mistake("weights-updated-too-early", "run", rank=1)
def _(r: TS) -> Any:
    s = r.shared
    W, b = too_early(copies(s.W), copies(s.b), s.x[None], s.t[None], _given(r))
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


@TS.mistake("loss-of-loss", "gradients")
def _(r: TS) -> Any:
    return [r.shared.loss * np.ones_like(w) for w in r.shared.W], [r.shared.loss * np.ones_like(v) for v in r.shared.b]


@TS.mistake("gradient-times-loss", "gradients")
def _(r: TS) -> Any:
    return [r.shared.loss * g for g in r.shared.wg], [r.shared.loss * g for g in r.shared.bg]


@TS.mistake("updates-twice", "run", rank=2)
def _(r: TS) -> Any:
    s = r.shared
    rate = _given(r)
    W = [w - rate * g for w, g in zip(s.W, s.wg, strict=True)]
    b = [v - rate * g for v, g in zip(s.b, s.bg, strict=True)]
    _loss, wg, bg = gradients(W, b, s.x, s.t)
    W = [w - rate * g for w, g in zip(W, wg, strict=True)]
    b = [v - rate * g for v, g in zip(b, bg, strict=True)]
    return {"loss": r.loss(W, b), "weights": W, "biases": b}


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
        W[i] = W[i] - _given(r) * wg[i]
        b[i] = b[i] - _given(r) * bg[i]
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


class TrainEpoch(Recipe):
    """One pass over the data where the order makes no difference: one batch, or all examples alike.

    The rows are taken in their own order; a value that depends on which came last is a `OneOf`, one that depends
    on more is UNKNOWN.
    """

    subject = "network.Network.train_epoch"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        X = np.asarray(inputs["X"], dtype=float)
        y = np.asarray(inputs["y"], dtype=float)
        alike = bool((X[0] == X).all() and (y == y[0]).all())
        size = int(inputs.get("batch_size", 32))
        return SimpleNamespace(
            W=copies(inputs["weights"]),
            b=copies(inputs["biases"]),
            X=X,
            y=y,
            n=len(X),
            size=size,
            alike=alike,
            full=size >= len(X),
        )

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 60.0 + 32.0 * len(inputs["weights"]) * len(inputs["X"])

    def run(self) -> Any:
        s = self.shared
        if not (s.alike or s.full):
            return UNKNOWN
        return self.epoch(range(s.n))

    def epoch(self, order: Any) -> Any:
        s = self.shared
        self.W, self.b = copies(s.W), copies(s.b)
        self.losses: list[float] = []
        self.means: list[float] = []
        self.before: list[float] = []
        sums: Any = None
        for batch in self.batches(list(order)):
            sums = self.start(sums)
            first = len(self.losses)
            for i in batch:
                loss, wg, bg = self.gradients(s.X[i], s.y[i])
                self.losses.append(loss)
                sums = self.gather(sums, (wg, bg))
            if not batch:
                self.empty()
                continue
            self.means.append(float(np.mean(self.losses[first:])))
            self.update(sums, len(batch))
            self.batch_done(batch)
        value = {"loss": self.loss(), "weights": self.W, "biases": self.b}
        if len(self.losses) == s.n or "loss" in self.__dict__:
            return value
        # Some divide by the examples that were used, some by all that there are.
        return OneOf((value, {**value, "loss": sum(self.losses) / s.n}))

    def empty(self) -> None:
        """A batch without examples: nothing happens (a division by its length would make nan)."""

    def batches(self, order: list[int]) -> list[list[int]]:
        size = self.batch_size()
        return [order[k : k + size] for k in range(0, len(order), size)]

    def batch_size(self) -> int:
        return self.shared.size

    def start(self, sums: Any) -> Any:
        return None

    def gather(self, sums: Any, grads: Any) -> Any:
        if sums is None:
            return grads
        return tuple([a + g for a, g in zip(total, new, strict=True)] for total, new in zip(sums, grads, strict=True))

    def gradients(self, x: Array, t: Array) -> Any:
        return gradients(self.W, self.b, x, t)

    def divisor(self, m: int) -> float:
        return m

    def weight_divisor(self, m: int) -> float:
        return self.divisor(m)

    def bias_divisor(self, m: int) -> float:
        return self.divisor(m)

    def update(self, sums: Any, m: int) -> None:
        for layer in range(len(self.W)):
            if self.updates(layer):
                self.W[layer] = self.weight(layer, self.W[layer], sums[0][layer] / self.weight_divisor(m))
                self.b[layer] = self.bias(layer, self.b[layer], sums[1][layer] / self.bias_divisor(m))

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

    def batch_done(self, batch: list[int]) -> None:
        """After each update."""

    def loss(self) -> Any:
        return sum(self.losses) / max(len(self.losses), 1)


TE = TrainEpoch
_common(TE)
TE.usual(
    "divisor",
    {
        "sum-not-mean": lambda r, m: 1.0,
        "nominal-batch-size": lambda r, m: r.shared.size,
        "divided-by-n": lambda r, m: r.shared.n,
        "averaged-twice": lambda r, m: m * m,
    },
)
TE.mistake("nominal-batch-size", "divisor", says={"instead": "32"})(lambda r, m: 32.0)
for _part, _whose in (("weight_divisor", "the weights"), ("bias_divisor", "the biases")):
    _what = f"The gradients of a batch are added up for {_whose}, where their mean is wanted."
    _where = f"{_whose}' part"
    TE.mistake("sum-not-mean", _part, says={"what": _what})(lambda r, m: 1.0)
    TE.mistake("nominal-batch-size", _part, says={"where": _where})(lambda r, m: r.shared.size)
    TE.mistake("divided-by-n", _part, says={"where": _where})(lambda r, m: r.shared.n)
    TE.mistake("averaged-twice", _part, rank=1, says={"where": _where})(lambda r, m: m * m)
TE.rare(
    "divisor",
    {
        "divided-by-outputs": lambda r, m: m * r.shared.y.shape[-1],
        "n-minus-one": lambda r, m: max(m - 1, 1),
        "n-plus-one": lambda r, m: m + 1,
    },
)
TE.usual(
    "batches",
    {
        "last-batch-dropped": lambda r, o: [
            o[k : k + r.batch_size()] for k in range(0, len(o) - r.batch_size() + 1, r.batch_size())
        ],
        "last-full-batch-dropped": lambda r, o: [
            o[k : k + r.batch_size()] for k in range(0, len(o) - r.batch_size(), r.batch_size())
        ],
        "first-batch-only": lambda r, o: [o[: r.batch_size()]],
        "batches-overlap": lambda r, o: [o[k : k + r.batch_size() + 1] for k in range(0, len(o), r.batch_size())],
    },
)
TE.rare(
    "batches",
    {
        "two-epochs": lambda r, o: TrainEpoch.batches(r, o + o),
        "first-batch-skipped": lambda r, o: TrainEpoch.batches(r, o)[1:],
        "batch-stride-one": lambda r, o: [o[k : k + r.batch_size()] for k in range(len(o))],
    },
)
TE.mistake("example-dropped", "batches", rank=1, says={"which": "one example of the set"})(
    lambda r, o: TrainEpoch.batches(r, o[:-1])
)
TE.mistake("example-dropped", "batches", rank=1, says={"which": "the last example of each batch"})(
    lambda r, o: [b[:-1] if r.batch_size() > 1 and len(b) > 1 else b for b in TrainEpoch.batches(r, o)]
)
TE.mistake("example-dropped", "batches", says={"which": "the last example of each full batch"})(
    lambda r, o: [
        o[k : k + r.batch_size() - 1] if r.batch_size() > 1 else o[k : k + 1] for k in range(0, len(o), r.batch_size())
    ]
)


TE.mistake("example-dropped", "batches", says={"which": "the last example, where it is left over alone,"})(
    lambda r, o: [o[k : k + r.batch_size()] for k in range(0, len(o) - 1, r.batch_size())]
)


def _padded(o: list[int], size: int) -> list[list[int]]:
    short = -len(o) % size
    o = o + o[:short]
    return [o[k : k + size] for k in range(0, len(o), size)]


TE.mistake("batch-size-ignored", "batch_size", rank=1, says={"instead": "an update after every example"})(lambda r: 1)
TE.mistake("batch-size-ignored", "batch_size", rank=1, says={"instead": "one update for the whole set"})(
    lambda r: r.shared.n
)
TE.mistake("batch-size-ignored", "batch_size", rank=1, says={"instead": "batches of 32"})(lambda r: 32)
TE.mistake("batch-size-ignored", "batch_size", rank=3, says={"instead": "batches of 16"})(lambda r: 16)
for _size in (1, 8, 10, 16, 20, 64, 100, 128):
    TE.mistake("default-batch-size", "batch_size", edge=True, says={"instead": str(_size)})(
        lambda r, size=_size: r.shared.size if "batch_size" in r.inputs else size
    )
TE.usual("start", {"gradients-never-reset": lambda r, sums: sums})
TE.usual("gather", {"overwritten-not-summed": lambda r, sums, grads: grads})
TE.mistake("overwritten-not-summed", "gather", rank=1, says={"which": "bias gradients"})(
    lambda r, sums, g: g if sums is None else (TrainEpoch.gather(r, sums, g)[0], g[1])
)
TE.mistake("overwritten-not-summed", "gather", says={"which": "weight gradients"})(
    lambda r, sums, g: g if sums is None else (g[0], TrainEpoch.gather(r, sums, g)[1])
)
TE.rare(
    "gather",
    {
        "gradients-subtracted": lambda r, sums, g: (
            g
            if sums is None
            else tuple([a - n for a, n in zip(t, w, strict=True)] for t, w in zip(sums, g, strict=True))
        ),
    },
)


@TE.mistake("last-batch-dropped", "update", rank=1)
def _(r: TE, sums: Any, m: int) -> None:
    """Its losses are counted, but it gets no update."""
    if m == r.shared.size:
        TrainEpoch.update(r, sums, m)


def _total(r: TE) -> float:
    return sum(r.losses)


TE.mistake(
    "sum-not-mean",
    "loss",
    rank=1,
    says={"what": "The summed loss is returned: n times the mean over the n examples that is wanted."},
)(_total)
TE.usual(
    "loss",
    {
        "loss-of-last-example": lambda r: r.losses[-1],
        "mean-of-batch-means": lambda r: float(np.mean(r.means)),
        "divided-by-batches": lambda r: _total(r) / len(r.means),
        "loss-of-last-batch": lambda r: r.means[-1],
        "no-return": lambda r: None,
        "loss-after-update": lambda r: _loss_now(r),
    },
)
TE.rare(
    "loss",
    {
        "loss-before-epoch": lambda r: _loss_of(r, r.shared.W, r.shared.b),
        "divided-by-batch-size": lambda r: _total(r) / r.shared.size,
        "divided-by-nominal-total": lambda r: _total(r) / (len(r.means) * r.shared.size),
        "loss-per-example": lambda r: list(r.losses),
        "loss-per-batch": lambda r: list(r.means),
        "sum-of-batch-means": lambda r: sum(r.means),
        "factor-half": lambda r: _total(r) / r.shared.n / 2,
        "loss-of-first-example": lambda r: r.losses[0],
        "loss-summed-over-outputs": lambda r: _total(r) / r.shared.n * r.shared.y.shape[-1],
        "loss-of-outputs": lambda r: _total(r) / r.shared.n / r.shared.y.shape[-1],
        "loss-zero": lambda r: 0.0,
        "batch-means-over-n": lambda r: sum(r.means) / r.shared.n,
        "divided-by-last-batch": lambda r: _total(r) / (r.shared.n % r.shared.size or r.shared.size),
    },
)


def _loss_of(r: TE, W: Arrays, b: Arrays) -> float:
    s = r.shared
    return float(np.mean([mse(forward(W, b, x)[-1], t) for x, t in zip(s.X, s.y, strict=True)]))


def _loss_now(r: TE) -> float:
    return _loss_of(r, r.W, r.b)


TE.mistake("divided-by-batches", "loss", says={"how": "counted one too many"})(
    lambda r: _total(r) / (r.shared.n // r.shared.size + 1)
)
TE.mistake("divided-by-batches", "loss", says={"how": "the full ones only"})(
    lambda r: _total(r) / max(r.shared.n // r.shared.size, 1)
)


@TE.mistake("loss-after-update", "run", rank=1, says={"which": "each batch after its update"})
def _(r: TE) -> Any:
    s = r.shared
    if not (s.alike or s.full):
        return UNKNOWN
    seen: list[float] = []

    def done(batch: list[int]) -> None:
        seen.extend(mse(forward(r.W, r.b, s.X[i])[-1], s.y[i]) for i in batch)

    r.__dict__["batch_done"] = done
    value = r.epoch(range(s.n))
    if isinstance(value, OneOf):
        value = value.values[0]
    return {**value, "loss": sum(seen) / s.n}


def _decays(factor: float, how: str) -> None:
    @TE.mistake("rate-decays", "batch_done", says={"how": how})
    def _(r: TE, batch: list[int]) -> None:
        now = r.rate() * factor
        r.__dict__["rate"] = lambda: now


_decays(0.5, "halved after each batch")
for _factor in (0.9, 0.95, 0.99):
    _decays(_factor, f"by the factor {_factor:g} after each batch")


TE.mistake("rate-scaled", "rate", says={"by": "divided by the number of batches"})(
    lambda r: _given(r) / -(-r.shared.n // r.shared.size)
)
TE.mistake("rate-scaled", "rate", says={"by": "divided by n, the number of examples"})(lambda r: _given(r) / r.shared.n)
TE.mistake("first-batch-skipped", "batches", says={"which": "every second batch"})(
    lambda r, o: TrainEpoch.batches(r, o)[::2]
)
TE.mistake("batches-too-large", "batches")(
    lambda r, o: [b.tolist() for b in np.array_split(np.array(o), max(1, len(o) // r.batch_size()))]
)


@TE.mistake("momentum", "run")
def _(r: TE) -> Any:
    last: Any = None

    def update(sums: Any, m: int) -> None:
        nonlocal last
        mean = [[g / m for g in part] for part in sums]
        last = (
            mean
            if last is None
            else [[0.9 * a + g for a, g in zip(p, q, strict=True)] for p, q in zip(last, mean, strict=True)]
        )
        TrainEpoch.update(r, last, 1)

    r.__dict__["update"] = update
    return TrainEpoch.run(r)


@TE.mistake("one-over-n-missing", "gradients", says={"what": "loss and gradients"})
def _(r: TE, x: Array, t: Array) -> Any:
    loss, wg, bg = gradients(r.W, r.b, x, t)
    return loss * t.size, [g * t.size for g in wg], [g * t.size for g in bg]


@TE.mistake("weights-updated-too-early", "run", rank=1)
def _(r: TE) -> Any:
    s = r.shared
    if not (s.alike or s.full):
        return UNKNOWN
    W, b, total = copies(s.W), copies(s.b), 0.0
    for batch in TrainEpoch.batches(r, list(range(s.n))):
        total += sum(mse(forward(W, b, s.X[i])[-1], s.y[i]) for i in batch)
        W, b = too_early(W, b, s.X[batch], s.y[batch], _given(r))
    return {"loss": total / s.n, "weights": W, "biases": b}


def _whichever(name: str, part: str, replacement: Any, says: Mapping[str, str] | None = None) -> None:
    """A mistake whose value depends on which example comes last: any of them may be the one."""

    def run(r: TE) -> Any:
        s = r.shared
        r.__dict__[part] = lambda *a: replacement(r, *a)
        if s.alike:
            return r.epoch(range(s.n))
        if not s.full or s.n > 12:
            return UNKNOWN
        options: list[Any] = []
        for last in range(s.n):
            value = r.epoch([*(i for i in range(s.n) if i != last), last])
            options.extend(value.values if isinstance(value, OneOf) else (value,))
        return OneOf(tuple(options))

    TE.mistake(name, "run", rank=2, says=says)(run)


def _nan(r: TE) -> None:
    r.W = [w * np.nan for w in r.W]
    r.b = [v * np.nan for v in r.b]


def _dropped(says: str, batches: Any) -> None:
    """Examples left out of batches that are counted as if they were there: an empty batch divides 0 by 0."""

    def run(r: TE) -> Any:
        s = r.shared
        r.__dict__["batches"] = lambda o: batches(r, o)
        r.__dict__["empty"] = lambda: _nan(r)
        if s.alike:
            return r.epoch(range(s.n))
        if not s.full or s.n > 12:
            return UNKNOWN
        options: list[Any] = []
        for last in range(s.n):
            value = r.epoch([*(i for i in range(s.n) if i != last), last])
            options.extend(value.values if isinstance(value, OneOf) else (value,))
        return OneOf(tuple(options))

    TE.mistake("example-dropped", "run", rank=1, says={"which": says})(run)


def _by_n(r: TE, o: list[int]) -> list[list[int]]:
    size = r.batch_size()
    return [o[k : k + size] for k in range(0, r.shared.n, size)]


_dropped("one example of the set", lambda r, o: _by_n(r, o[:-1]))
_dropped(
    "the last example of each batch",
    lambda r, o: [
        o[k : k + r.batch_size() - 1] if r.batch_size() > 1 else o[k : k + 1]
        for k in range(0, r.shared.n, r.batch_size())
    ],
)


_dropped(
    "the last example of each batch",
    lambda r, o: [o[k : k + r.batch_size() - 1] for k in range(0, r.shared.n, r.batch_size())],
)


def _overlapping(name: str, batches: Any) -> None:
    """Batches in which some examples come twice: known only where all examples are the same."""

    def run(r: TE) -> Any:
        if not r.shared.alike:
            return UNKNOWN
        r.__dict__["batches"] = lambda o: batches(r, o)
        return r.epoch(range(r.shared.n))

    TE.mistake(name, "run", rank=1)(run)


_overlapping(
    "batches-overlap",
    lambda r, o: [o[k : k + r.batch_size()] for k in range(0, len(o), max(1, r.batch_size() - 1))],
)
_overlapping("last-batch-padded", lambda r, o: _padded(o, r.batch_size()))
_whichever("overwritten-not-summed", "gather", lambda r, sums, grads: grads)
_whichever(
    "overwritten-not-summed",
    "gather",
    lambda r, sums, g: g if sums is None else (TrainEpoch.gather(r, sums, g)[0], g[1]),
    {"which": "bias gradients"},
)
_whichever("loss-of-last-example", "loss", lambda r: r.losses[-1])
_whichever(
    "example-dropped",
    "batches",
    lambda r, o: TrainEpoch.batches(r, o[:-1]),
    {"which": "one example of the set"},
)
_whichever(
    "example-dropped",
    "batches",
    lambda r, o: [b[:-1] if r.batch_size() > 1 and len(b) > 1 else b for b in TrainEpoch.batches(r, o)],
    {"which": "the last example of each batch"},
)


#: So many examples may be tried in all their orders.
FEW = 3


def _any_order(r: TE) -> Any:
    """The epoch where its value depends on the whole order: each of them, where there are few examples."""
    s = r.shared
    if s.alike:
        return r.epoch(range(s.n))
    if s.n > FEW or not s.full:
        return UNKNOWN
    options: list[Any] = []
    for order in itertools.permutations(range(s.n)):
        value = r.epoch(order)
        options.extend(value.values if isinstance(value, OneOf) else (value,))
    return OneOf(tuple(options))


def _ordered(name: str, part: str, replacement: Any, says: Mapping[str, str] | None = None, rank: int = 1) -> None:
    """A mistake whose value depends on the whole order."""

    def run(r: TE) -> Any:
        r.__dict__[part] = lambda *a: replacement(r, *a)
        return _any_order(r)

    TE.mistake(name, "run", rank=rank, says=says)(run)


def _halves(r: TE, sums: Any, grads: Any) -> Any:
    if sums is None:
        sums = tuple([0.0 * g for g in part] for part in grads)
    return tuple([(a + g) / 2 for a, g in zip(total, new, strict=True)] for total, new in zip(sums, grads, strict=True))


@TE.mistake("averages-averaged", "run", rank=2)
def _(r: TE) -> Any:
    r.__dict__["gather"] = lambda sums, grads: _halves(r, sums, grads)
    r.__dict__["divisor"] = lambda m: 1.0
    return _any_order(r)


@TE.mistake("averages-averaged", "run", rank=2, says={"how": "from the second on"})
def _(r: TE) -> Any:
    r.__dict__["gather"] = lambda sums, grads: grads if sums is None else _halves(r, sums, grads)
    r.__dict__["divisor"] = lambda m: 1.0
    return _any_order(r)


@TE.mistake("one-gradient-for-batch", "run", rank=2)
def _(r: TE) -> Any:
    r.__dict__["gather"] = lambda sums, grads: grads
    r.__dict__["divisor"] = lambda m: 1.0
    return _any_order(r) if not r.shared.alike else UNKNOWN


@TE.mistake("counted-twice", "run", rank=2)
def _(r: TE) -> Any:
    def gather(sums: Any, grads: Any) -> Any:
        return TrainEpoch.gather(r, grads if sums is None else sums, grads)

    r.__dict__["gather"] = gather
    return _any_order(r)


def _summed(r: TE, pairings: Iterable[Sequence[tuple[int, int]]]) -> Any:
    """One batch for all, each option with the inputs and targets of these numbers: n of them."""
    s = r.shared
    known = {(i, j): gradients(s.W, s.b, s.X[i], s.y[j]) for i in range(s.n) for j in range(s.n)}
    options = []
    for pairs in pairings:
        found = [known[pair] for pair in pairs]
        W = [w - r.rate() / s.n * sum(f[1][k] for f in found) for k, w in enumerate(s.W)]
        b = [v - r.rate() / s.n * sum(f[2][k] for f in found) for k, v in enumerate(s.b)]
        options.append({"loss": sum(f[0] for f in found) / s.n, "weights": W, "biases": b})
    return OneOf(tuple(options))


@TE.mistake("drawn-with-replacement", "run", rank=3)
def _(r: TE) -> Any:
    n = r.shared.n
    if r.shared.alike or not r.shared.full or n > 6:
        return UNKNOWN
    draws = sorted(itertools.combinations_with_replacement(range(n), n), key=lambda drawn: len(set(drawn)))
    return _summed(r, ([(i, i) for i in drawn] for drawn in draws))


@TE.mistake("shuffled-without-targets", "run", rank=3)
def _(r: TE) -> Any:
    n = r.shared.n
    if r.shared.alike or not r.shared.full or n > 5:
        return UNKNOWN
    return _summed(r, (list(enumerate(order)) for order in itertools.permutations(range(n))))


@TE.mistake("columns-shuffled", "run", rank=3)
def _(r: TE) -> Any:
    s = r.shared
    width = s.X.shape[1]
    if not (s.alike or s.full) or width > 3 or s.n > 12:
        return UNKNOWN
    options = []
    for columns in itertools.permutations(range(width)):
        r.__dict__["gradients"] = lambda x, t, c=list(columns): gradients(r.W, r.b, x[c], t)
        options.append(r.epoch(range(s.n)))
    return OneOf(tuple(options))


def _one_for_all(name: str, pairs: Any, says: Mapping[str, str] | None = None) -> None:
    """One of the batch's examples gives all of them their inputs, or their targets; the losses may still be right."""

    def run(r: TE) -> Any:
        n = r.shared.n
        if r.shared.alike or not r.shared.full or n > 6:
            return UNKNOWN
        found = _summed(r, [[pairs(i, k) for i in range(n)] for k in range(n)])
        own = _loss_of(r, r.shared.W, r.shared.b)
        return OneOf(tuple(option for value in found.values for option in (value, {**value, "loss": own})))

    TE.mistake(name, "run", rank=3, says=says)(run)


_one_for_all("one-target-for-batch", lambda i, k: (i, k))
_one_for_all("one-input-for-batch", lambda i, k: (k, i))
_ordered("batch-size-ignored", "batch_size", lambda r: 1, {"instead": "an update after every example"})


def _within(name: str, scale: Any, summed: bool = True, says: Mapping[str, str] | None = None) -> None:
    """An update after every example: with the sums so far, or with its own gradient; `scale` of its place, the size."""

    def run(r: TE) -> Any:
        def epoch(order: Iterable[int]) -> Any:
            s = r.shared
            W, b = copies(s.W), copies(s.b)
            losses = []
            for batch in TrainEpoch.batches(r, list(order)):
                sums = None
                for k, i in enumerate(batch):
                    loss, wg, bg = gradients(W, b, s.X[i], s.y[i])
                    losses.append(loss)
                    sums = TrainEpoch.gather(r, sums if summed else None, (wg, bg))
                    rate = _given(r) / scale(k + 1, len(batch))
                    W = [w - rate * g for w, g in zip(W, sums[0], strict=True)]
                    b = [v - rate * g for v, g in zip(b, sums[1], strict=True)]
            return {"loss": sum(losses) / s.n, "weights": W, "biases": b}

        r.__dict__["epoch"] = epoch
        return _any_order(r)

    TE.mistake(name, "run", rank=2, says=says)(run)


_within("updates-within-batch", lambda k, m: k)
_within("updates-within-batch", lambda k, m: m)
_within("updates-within-batch", lambda k, m: 1)
_within("batch-size-ignored", lambda k, m: m, False, {"instead": "an update after every example, at rate / batch size"})


@TE.mistake("mean-example", "run", rank=2)
def _(r: TE) -> Any:
    s = r.shared
    if not s.full:
        return UNKNOWN
    _, wg, bg = gradients(s.W, s.b, s.X.mean(axis=0), s.y.mean(axis=0))
    W = [w - _given(r) * g for w, g in zip(s.W, wg, strict=True)]
    b = [v - _given(r) * g for v, g in zip(s.b, bg, strict=True)]
    right = float(np.mean([mse(forward(s.W, s.b, x)[-1], t) for x, t in zip(s.X, s.y, strict=True)]))
    own = mse(forward(s.W, s.b, s.X.mean(axis=0))[-1], s.y.mean(axis=0))
    return OneOf(
        (
            {"loss": right, "weights": W, "biases": b},
            {"loss": own, "weights": W, "biases": b},
        )
    )


def _epoch_as_in_backward() -> None:
    for m in Backward.mistakes:
        if m.rank == 1 and m.id not in ELSEWHERE:

            def grads(r: TE, x: Array, t: Array, m: Any = m) -> Any:
                inputs = {"weights": r.W, "biases": r.b, "x": x, "target": t}
                wg, bg = Backward.value(inputs, [m])
                return mse(forward(r.W, r.b, x)[-1], t), wg, bg

            TE.mistake(m.id, "gradients", rank=3, says=m.says)(grads)


_epoch_as_in_backward()
