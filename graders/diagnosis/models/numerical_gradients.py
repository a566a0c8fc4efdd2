"""Finite differences of the loss, for every parameter."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import Array, copies, forward, gradients, mse
from ..recipe import Recipe


class NumericalGradients(Recipe):
    """Central differences of the loss, one parameter after another."""

    subject = "gradient_check.numerical_gradients"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        return SimpleNamespace(x=np.asarray(inputs["x"], dtype=float), t=np.asarray(inputs["target"], dtype=float))

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        count = sum(np.size(w) for w in (*inputs["weights"], *inputs["biases"]))
        return 30.0 + 12.0 * len(inputs["weights"]) * count

    def run(self) -> Any:
        self.W, self.b = copies(self.inputs["weights"]), copies(self.inputs["biases"])
        wg = [np.zeros_like(w) for w in self.W]
        bg = [np.zeros_like(v) for v in self.b]
        self.base = self.loss()
        for kind, layer, array, out in self.walk(self.W, self.b, wg, bg):
            for index in self.indices(array):
                out[index] = self.entry(kind, layer, array, index)
        return self.result(wg, bg)

    def walk(self, W: Any, b: Any, wg: Any, bg: Any) -> list[tuple[str, int, Array, Array]]:
        return [
            *(("weights", i, w, g) for i, (w, g) in enumerate(zip(W, wg, strict=True))),
            *(("biases", i, w, g) for i, (w, g) in enumerate(zip(b, bg, strict=True))),
        ]

    def indices(self, array: Array) -> Any:
        return np.ndindex(array.shape)

    def epsilon(self) -> float:
        return float(self.inputs.get("epsilon", 1e-5))

    def entry(self, kind: str, layer: int, array: Array, index: Any) -> float:
        h = self.epsilon()
        old = array[index]
        array[index] = old + h
        plus = self.loss()
        array[index] = old - h
        minus = self.loss()
        array[index] = self.restored(kind, old, h)
        return self.quotient(*self.ends(plus, minus), h)

    def restored(self, kind: str, old: float, h: float) -> float:
        return old

    def ends(self, plus: float, minus: float) -> tuple[float, float]:
        """The two losses, in the order in which they are subtracted."""
        return plus, minus

    def quotient(self, plus: float, minus: float, h: float) -> float:
        return (plus - minus) / (2 * h)

    def loss(self) -> float:
        return self.measure(forward(self.W, self.b, self.shared.x)[-1], self.shared.t)

    def measure(self, a: Array, t: Array) -> float:
        return mse(a, t)

    def result(self, wg: Any, bg: Any) -> Any:
        return wg, bg


NG = NumericalGradients
NG.usual(
    "quotient",
    {
        "divided-by-h": lambda r, p, m, h: (p - m) / h,
        "precedence": lambda r, p, m, h: (p - m) / 2 * h,
        "one-sided": lambda r, p, m, h: (p - r.base) / h,
    },
)
NG.usual("ends", {"negated": lambda r, p, m: (m, p)})
NG.rare(
    "quotient",
    {
        "not-divided": lambda r, p, m, h: p - m,
        "absolute": lambda r, p, m, h: abs(p - m) / (2 * h),
        "added-not-subtracted": lambda r, p, m, h: (p + m) / (2 * h),
        "half-of-one-side": lambda r, p, m, h: (p - r.base) / (2 * h),
        "divided-by-two": lambda r, p, m, h: (p - m) / 2,
        "multiplied-by-h": lambda r, p, m, h: (p - m) * 2 * h,
        "divided-by-h-squared": lambda r, p, m, h: (p - m) / (2 * h * h),
        "second-difference": lambda r, p, m, h: (p - 2 * r.base + m) / (h * h),
        "loss-not-difference": lambda r, p, m, h: p,
        "brackets-missing-in-difference": lambda r, p, m, h: p - m / (2 * h),
    },
)
for _less in (1.0, 2.0):
    NG.mistake("difference-over-losses", "quotient", rank=3)(lambda r, p, m, h, n=_less: (p - m) / (p + m) / (n * h))
NG.mistake("difference-over-losses", "quotient", rank=3)(lambda r, p, m, h: (p - m) / (p + m))
for _axis in (0, 1):
    NG.mistake("bias-from-weights", "result", rank=3)(lambda r, w, b, axis=_axis: (w, [g.mean(axis=axis) for g in w]))
    NG.mistake("bias-from-weights", "result", rank=3)(lambda r, w, b, axis=_axis: (w, [g.sum(axis=axis) for g in w]))
NG.mistake("bias-from-weights", "result", rank=3)(lambda r, w, b: (w, [g[:, 0] for g in w]))
NG.mistake("divided-by-h-squared", "quotient", rank=2)(lambda r, p, m, h: (p - m) / (h * h))
NG.mistake("one-sided", "quotient", rank=1)(lambda r, p, m, h: (r.base - m) / h)
NG.mistake("brackets-missing-in-difference", "quotient")(lambda r, p, m, h: p - m / 2 * h)
NG.mistake("brackets-missing-in-difference", "quotient")(lambda r, p, m, h: p - m / h)
for _h in (0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6):
    NG.mistake("step-not-divisor", "quotient", says={"h": f"{_h:g}", "which": "divides by"})(
        lambda r, p, m, h, other=_h: (p - m) / (2 * other)
    )
NG.usual("restored", {"parameter-not-restored": lambda r, k, old, h: old - h})
NG.mistake("parameter-not-restored", "restored", says={"which": "biases"})(
    lambda r, k, old, h: old if k == "weights" else old - h
)
NG.mistake("parameter-not-restored", "restored", says={"which": "weights"})(
    lambda r, k, old, h: old if k == "biases" else old - h
)
NG.mistake("parameter-not-restored", "restored")(lambda r, k, old, h: old + h)
NG.rare(
    "measure",
    {
        "sum-not-mean": lambda r, a, t: float(((a - t) ** 2).sum()),
        "gradient-of-output": lambda r, a, t: float(a.mean()),
        "factor-half": lambda r, a, t: float(((a - t) ** 2).mean() / 2),
        "absolute-not-squared": lambda r, a, t: float(np.abs(a - t).mean()),
        "square-root": lambda r, a, t: float(np.sqrt(((a - t) ** 2).mean())),
        "half-sum": lambda r, a, t: float(((a - t) ** 2).sum() / 2),
        "targets-ignored": lambda r, a, t: float((a**2).mean()),
        "first-only": lambda r, a, t: float((a[0] - t[0]) ** 2),
    },
)
NG.mistake("gradient-of-output", "measure")(lambda r, a, t: float(a.sum()))
NG.mistake("gradient-of-output", "measure")(lambda r, a, t: float(a[0]))
NG.mistake("another-loss", "measure", says={"other": "the logarithm of the loss"})(
    lambda r, a, t: float(np.log(((a - t) ** 2).mean()))
)
NG.mistake("another-loss", "measure", says={"other": "the mean fourth power of the error"})(
    lambda r, a, t: float(((a - t) ** 4).mean())
)
NG.mistake("another-loss", "measure", says={"other": "the square of the loss"})(
    lambda r, a, t: float(((a - t) ** 2).mean() ** 2)
)
NG.mistake("another-loss", "measure", says={"other": "the cross-entropy"})(
    lambda r, a, t: float(-(t * np.log(a) + (1 - t) * np.log(1 - a)).mean())
)
for _h in (0.5, 0.1, 0.05, 0.01, 1e-3, 1e-4):
    NG.mistake("step-too-large", "epsilon", says={"h": f"{_h:g}"})(lambda r, h=_h: h)
for _h in (1e-5, 1e-6, 1e-7):
    NG.mistake("epsilon-ignored", "epsilon", says={"h": f"{_h:g}"})(lambda r, h=_h: h)


@NG.mistake("moves-old-arrays", "entry", rank=3)
def _(r: NG, kind: str, layer: int, array: Array, index: Any) -> float:
    if r.__dict__.setdefault("first", (kind, layer, index)) != (kind, layer, index):
        return 0.0
    return NumericalGradients.entry(r, kind, layer, array, index)


NG.usual(
    "walk",
    {
        "biases-missing": lambda r, W, b, wg, bg: NG.walk(r, W, b, wg, bg)[: len(W)],
        "weights-missing": lambda r, W, b, wg, bg: NG.walk(r, W, b, wg, bg)[len(W) :],
    },
)
NG.mistake("layers-missing", "walk", rank=1, says={"which": "the first layer"})(
    lambda r, W, b, wg, bg: [v for v in NG.walk(r, W, b, wg, bg) if v[1] == 0]
)
NG.mistake("layers-missing", "walk", rank=1, says={"which": "the last layer"})(
    lambda r, W, b, wg, bg: [v for v in NG.walk(r, W, b, wg, bg) if v[1] == len(W) - 1]
)
NG.mistake("layers-missing", "walk", says={"which": "all but the last layer"})(
    lambda r, W, b, wg, bg: [v for v in NG.walk(r, W, b, wg, bg) if v[1] < len(W) - 1]
)
NG.mistake("return-in-loop", "walk", rank=1)(lambda r, W, b, wg, bg: NG.walk(r, W, b, wg, bg)[:1])
NG.mistake("return-in-loop", "result", rank=3)(lambda r, w, b: (w[:1], []))
NG.mistake("rows-missing", "indices")(lambda r, a: np.ndindex((1, *a.shape[1:])))
NG.mistake("rows-missing", "indices")(lambda r, a: [(i, *[0] * (a.ndim - 1)) for i in range(len(a))])
NG.mistake("rows-missing", "indices")(lambda r, a: [(i, i) if a.ndim == 2 else (i,) for i in range(min(a.shape))])
NG.mistake("rows-missing", "indices")(lambda r, a: [i for i in np.ndindex(a.shape) if i[0] < len(a) - 1])
NG.mistake("forward-not-repeated", "entry", rank=1)(lambda r, k, i, a, index: 0.0)


@NG.mistake("whole-array-moved", "entry", rank=1)
def _whole(r: NG, kind: str, layer: int, array: Array, index: Any) -> float:
    h = r.epsilon()
    old = array.copy()
    array += h
    plus = r.loss()
    array -= 2 * h
    minus = r.loss()
    array[...] = old
    return r.quotient(*r.ends(plus, minus), h)


for _kind, _which in (("biases", "whole array of biases"), ("weights", "whole matrix of weights")):
    NG.mistake("whole-array-moved", "entry", says={"which": _which})(
        lambda r, kind, layer, array, index, only=_kind: (_whole if kind == only else NumericalGradients.entry)(
            r, kind, layer, array, index
        )
    )


@NG.mistake("whole-array-moved", "entry", says={"which": "whole row"})
def _(r: NG, kind: str, layer: int, array: Array, index: Any) -> float:
    h = r.epsilon()
    old = array.copy()
    array[index[0]] += h
    plus = r.loss()
    array[index[0]] -= 2 * h
    minus = r.loss()
    array[...] = old
    return r.quotient(*r.ends(plus, minus), h)


NG.mistake("rows-missing", "indices")(lambda r, a: list(np.ndindex(a.shape))[:-1])
for _ndim, _which in ((1, "biases"), (2, "weights")):
    NG.mistake("rows-missing", "indices", says={"which": f"of the {_which}"})(
        lambda r, a, ndim=_ndim: np.ndindex((1, *a.shape[1:]) if a.ndim == ndim else a.shape)
    )


def _uneven(up: float, down: float) -> Any:
    def entry(r: NG, kind: str, layer: int, array: Array, index: Any) -> float:
        h, old = r.epsilon(), array[index]
        array[index] = old + up * h
        plus = r.loss()
        array[index] = old - down * h
        minus = r.loss()
        array[index] = old
        return r.quotient(*r.ends(plus, minus), h)

    return entry


for _up, _down in ((1, 2), (2, 1), (2, 2), (0.5, 0.5), (1, 0.5), (0.5, 1), (2, 0), (0, 2)):
    NG.mistake("steps-uneven", "entry", says={"up": f"{_up:g}", "down": f"{_down:g}"})(_uneven(_up, _down))


def _half(kind_: str) -> Any:
    """One point of the two is where the parameter started, in the arrays of one kind."""
    uneven = _uneven(1, 0)

    def entry(r: NG, kind: str, layer: int, array: Array, index: Any) -> float:
        return float((uneven if kind == kind_ else NG.entry)(r, kind, layer, array, index))

    return entry


for _kind in ("weights", "biases"):
    NG.mistake("half-of-one-side", "entry", says={"where": _kind})(_half(_kind))


def _moved_by(step: float) -> Any:
    def entry(r: NG, kind: str, layer: int, array: Array, index: Any) -> float:
        old = array[index]
        array[index] = old + step
        plus = r.loss()
        array[index] = old - step
        minus = r.loss()
        array[index] = old
        return r.quotient(*r.ends(plus, minus), r.epsilon())

    return entry


for _h in (0.1, 0.01, 1e-3, 1e-4):
    NG.mistake("step-not-divisor", "entry", says={"h": f"{_h:g}", "which": "moves by"})(_moved_by(_h))


def _relative(size: Any) -> None:
    @NG.mistake("relative-step", "entry")
    def _(r: NG, kind: str, layer: int, array: Array, index: Any) -> float:
        h, old = r.epsilon(), array[index]
        array[index] = old + h * size(old)
        plus = r.loss()
        array[index] = old - h * size(old)
        minus = r.loss()
        array[index] = old
        return r.quotient(*r.ends(plus, minus), h)


for _size in (lambda old: old, abs, lambda old: 1 + abs(old), lambda old: max(1.0, abs(old))):
    _relative(_size)


@NG.mistake("backward-for-numerical", "run", rank=3)
def _(r: NG) -> Any:
    return gradients(copies(r.inputs["weights"]), copies(r.inputs["biases"]), r.shared.x, r.shared.t)[1:]


NG.usual(
    "result",
    {
        "results-swapped": lambda r, w, b: (b, w),
        "layers-reversed": lambda r, w, b: (w[::-1], b[::-1]),
        "gradient-transposed": lambda r, w, b: ([g.T for g in w], b),
        "integers": lambda r, w, b: ([np.trunc(g) for g in w], [np.trunc(g) for g in b]),
        "no-bias-gradients": lambda r, w, b: w,
        "gradient-shape": lambda r, w, b: (
            np.concatenate([g.ravel() for g in w]),
            np.concatenate(b),
        ),
    },
)
NG.rare(
    "result",
    {
        "gradient-shape": lambda r, w, b: ([g.ravel() for g in w], b),
        "results-interleaved": lambda r, w, b: [(x, y) for x, y in zip(w, b, strict=True)],
        "bias-gradients-negated": lambda r, w, b: (w, [-g for g in b]),
        "no-return": lambda r, w, b: None,
        "bias-gradients-empty": lambda r, w, b: (w, []),
    },
)


@NG.mistake("gradients-in-parameters", "entry")
def _(r: NG, kind: str, layer: int, array: Array, index: Any) -> float:
    """Each gradient is written over its parameter: the list of gradients is a copy of the list, not of the arrays."""
    array[index] = NG.entry(r, kind, layer, array, index)
    return float(array[index])


@NG.mistake("gradients-in-parameters", "run")
def _(r: NG) -> Any:
    """The same, layer by layer."""
    r.__dict__["walk"] = lambda *a: _by_layers(r, *a)

    def entry(kind: str, layer: int, array: Array, index: Any) -> float:
        array[index] = NG.entry(r, kind, layer, array, index)
        return float(array[index])

    r.__dict__["entry"] = entry
    return NG.run(r)


def _by_layers(r: NG, *arrays: Any) -> list[tuple[str, int, Array, Array]]:
    return sorted(NG.walk(r, *arrays), key=lambda step: step[1])


@NG.mistake("restored-elsewhere", "run", rank=3)
def _(r: NG) -> Any:
    """Layer by layer; a bias is put back into the last column of the weights, a line copied from their loop."""
    r.__dict__["walk"] = lambda *a: _by_layers(r, *a)

    def entry(kind: str, layer: int, array: Array, index: Any) -> float:
        old = float(array[index])
        value = NG.entry(r, kind, layer, array, index)
        if kind == "biases":
            array[index] = old - r.epsilon()
            r.W[layer][-1 if len(index) > 1 else index[0], -1] = old
        return value

    r.__dict__["entry"] = entry
    return NG.run(r)
