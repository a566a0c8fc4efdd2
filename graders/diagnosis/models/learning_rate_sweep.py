"""The sweep over learning rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..maths import Array, copies, forward, gradients, initial, mse
from ..recipe import UNKNOWN, OneOf, Recipe
from .train_xor import MAX_STEPS, X, Y


def _verdict(loss: float) -> str:
    return "Too slow/stuck" if loss > 0.2 else "Learning slowly" if loss > 0.01 else "Good" if loss > 0.001 else "Great"


class LearningRateSweep(Recipe):
    """One training for each rate, each from the same weights; the loss after the last step."""

    subject = "training.learning_rate_sweep"

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 50.0 + 170.0 * min(int(inputs["steps"]), MAX_STEPS) * len(inputs["learning_rates"])

    def run(self) -> Any:
        if int(self.inputs["steps"]) > MAX_STEPS:
            return UNKNOWN
        rates = [float(r) for r in self.inputs["learning_rates"]]
        found: dict[str, dict[float, Any]] = {"now": {}, "then": {}}
        self.W, self.b = initial([2, 4, 1], self.seed(0))
        self.kept = self.W, self.b
        for k, rate in enumerate(self.order(rates)):
            self.renew(k)
            first = self.seen = [mse(forward(self.W, self.b, x)[-1], t) for x, t in zip(X, Y, strict=True)]
            self.history: list[float] = []
            for _ in range(self.steps()):
                self.seen = [self.train(x, t, self.rate(rate, rates)) for x, t in zip(X, self.targets(), strict=True)]
                self.history.append(sum(self.seen) / 4)
            self.now = [mse(forward(self.W, self.b, x)[-1], t) for x, t in zip(X, Y, strict=True)]
            self.first = first
            found["now"][rate] = self.final(self.now)
            found["then"][rate] = self.final(self.seen)
        return OneOf((self.result(found["now"]), self.result(found["then"])))

    def order(self, rates: list[float]) -> list[float]:
        return rates

    def seed(self, k: int) -> int:
        return int(self.inputs["seed"])

    def steps(self) -> int:
        return int(self.inputs["steps"])

    def renew(self, k: int) -> None:
        self.W, self.b = initial([2, 4, 1], self.seed(k))

    def rate(self, rate: float, rates: list[float]) -> float:
        return rate

    def targets(self) -> Array:
        return Y

    def train(self, x: Array, t: Array, rate: float) -> float:
        loss, wg, bg = gradients(self.W, self.b, x, t)
        self.W = [w - rate * g for w, g in zip(self.W, wg, strict=True)]
        self.b = [v - rate * g for v, g in zip(self.b, bg, strict=True)]
        return loss

    def final(self, four: list[float]) -> Any:
        return sum(four) / 4

    def result(self, found: dict[float, Any]) -> Any:
        return found


LS = LearningRateSweep
LS.usual("renew", {"goes-on-with-trained-net": lambda r, k: None})


@LS.mistake(
    "goes-on-with-trained-net", "renew", says={"how": "that the first one has trained, as what is put back is no copy"}
)
def _(r: LS, k: int) -> None:
    """What is put back is no copy, so that the first rate's training has changed it; every other rate starts there."""
    if k == 1:
        r.kept = copies(r.W), copies(r.b)
    if k:
        r.W, r.b = copies(r.kept[0]), copies(r.kept[1])


@LS.mistake("biases-not-put-back", "renew", rank=1)
def _(r: LS, k: int) -> None:
    r.W, b = initial([2, 4, 1], r.seed(k))
    r.b = b if k == 0 else r.b


@LS.mistake("biases-not-put-back", "renew", says={"kept": "biases", "not": "weights"})
def _(r: LS, k: int) -> None:
    W, r.b = initial([2, 4, 1], r.seed(k))
    r.W = W if k == 0 else r.W


LS.usual("seed", {"seed-ignored": lambda r, k: 42})
LS.mistake("seed-ignored", "seed", rank=1, says={"how": "another seed for each rate"})(
    lambda r, k: int(r.inputs["seed"]) + k
)
LS.mistake("seed-ignored", "seed")(lambda r, k: 0)


@LS.mistake("steps-and-seed-swapped", "run", rank=3)
def _(r: LS) -> Any:
    steps, seed = int(r.inputs["steps"]), int(r.inputs["seed"])
    if seed > MAX_STEPS:
        return UNKNOWN
    r.__dict__["seed"] = lambda k: steps
    r.__dict__["steps"] = lambda: seed
    return LearningRateSweep.run(r)


LS.usual("rate", {"rate-ignored": lambda r, rate, rates: rates[0]})
LS.mistake("rate-ignored", "rate", rank=1)(lambda r, rate, rates: 2.0)
LS.mistake("rate-ignored", "rate")(lambda r, rate, rates: rates[-1])
LS.usual(
    "final",
    {
        "first-loss": lambda r, four: r.history[0],
        "mean-over-steps": lambda r, four: sum(r.history) / len(r.history),
        "smallest-loss": lambda r, four: min(four),
        "best-loss": lambda r, four: min(r.history),
        "sum-not-mean": lambda r, four: sum(four),
        "loss-of-last-example": lambda r, four: four[-1],
        "history-not-final": lambda r, four: list(r.history),
        "loss-before-training": lambda r, four: sum(r.first) / 4,
        "absolute-not-squared": lambda r, four: sum(np.sqrt(four)) / 4,
        "loss-difference": lambda r, four: sum(r.first) / 4 - sum(four) / 4,
    },
)
LS.rare(
    "final",
    {
        "loss-of-first-example": lambda r, four: four[0],
        "maximum-not-mean": lambda r, four: max(four),
        "square-root": lambda r, four: float(np.sqrt(sum(four) / 4)),
        "first-loss": lambda r, four: sum(r.first),
        "verdict-not-loss": lambda r, four: _verdict(sum(four) / 4),
        "sum-over-steps": lambda r, four: sum(r.history),
    },
)
LS.mistake("loss-difference", "final")(lambda r, four: r.history[0] - r.history[-1])
for _last in (2, 3, 5, 10):
    LS.mistake("mean-of-last-steps", "final", says={"last": str(_last)})(
        lambda r, four, last=_last: float(np.mean(r.history[-last:]))
    )
LS.mistake("loss-relative", "final")(lambda r, four: sum(four) / 4 / r.history[0])
LS.mistake("loss-relative", "final")(lambda r, four: r.history[-1] / r.history[0])
LS.mistake("steps-halved", "steps")(lambda r: int(r.inputs["steps"]) // 2)
for _digits in (2, 3, 4):
    LS.mistake("rounded", "final", rank=1, says={"digits": str(_digits)})(
        lambda r, four, digits=_digits: round(sum(four) / 4, digits)
    )
LS.usual(
    "targets",
    {
        "or-not-xor": lambda r: np.array([[0.0], [1.0], [1.0], [1.0]]),
        "and-not-xor": lambda r: np.array([[0.0], [0.0], [0.0], [1.0]]),
        "xnor-not-xor": lambda r: 1 - Y,
    },
)
LS.mistake("steps-off-by-one", "steps", says={"how": "one step too few"})(lambda r: int(r.inputs["steps"]) - 1)
LS.mistake("steps-off-by-one", "steps", says={"how": "one step too many"})(lambda r: int(r.inputs["steps"]) + 1)
LS.usual(
    "result",
    {
        "list-not-dict": lambda r, f: list(f.values()),
        "keys-are-strings": lambda r, f: {str(k): v for k, v in f.items()},
        "best-only": lambda r, f: {k: v for k, v in f.items() if v == min(f.values())},
        "overwritten": lambda r, f: dict(list(f.items())[-1:]),
        "first-only": lambda r, f: dict(list(f.items())[:1]),
        "keys-are-losses": lambda r, f: {v: k for k, v in f.items()},
        "pairs-not-dict": lambda r, f: list(f.items()),
        "keys-are-numbers": lambda r, f: {float(i): v for i, v in enumerate(f.values())},
    },
)
