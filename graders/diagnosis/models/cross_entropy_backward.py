"""The bonus network's backward: the parts of Network.backward, with another start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..maths import Array
from ..recipe import Mistake
from .backward import Backward


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


@CB.mistake("hidden-layers-of-squared-error", "run", rank=1)
def _(r: CB) -> Any:
    """Network.backward's gradients, with those of the last layer made anew."""
    wg, bg = CB.run(r)
    of_squared, bg_of_squared = Backward.value(r.inputs, (), r.shared)
    return [*of_squared[:-1], wg[-1]], [*bg_of_squared[:-1], bg[-1]]


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
