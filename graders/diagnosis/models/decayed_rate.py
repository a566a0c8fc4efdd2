"""The learning rate that decays."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..recipe import Recipe


class DecayedRate(Recipe):
    """rate / (1 + decay · epoch)"""

    subject = "digits.decayed_rate"

    def run(self) -> Any:
        i = self.inputs
        return self.rule(float(i["learning_rate"]), self.epoch(float(i["epoch"])), float(i["decay"]))

    def epoch(self, e: float) -> float:
        return e

    def rule(self, rate: float, e: float, d: float) -> Any:
        return rate / (1 + d * e)


DR = DecayedRate
DR.usual("epoch", {"off-by-one": lambda r, e: e + 1})
DR.mistake("off-by-one", "epoch")(lambda r, e: e - 1)
DR.mistake("epoch-squared", "epoch")(lambda r, e: e * e)
DR.usual(
    "rule",
    {
        "multiplied": lambda r, a, e, d: a * (1 + d * e),
        "exponential": lambda r, a, e, d: a * (1 - d) ** e,
        "precedence": lambda r, a, e, d: a / (1 + d) * e,
        "epoch-ignored": lambda r, a, e, d: a / (1 + d),
        "linear": lambda r, a, e, d: a * (1 - d * e),
    },
)
DR.rare(
    "rule",
    {
        "exponential": lambda r, a, e, d: a / (1 + d) ** e,
        "precedence": lambda r, a, e, d: a / 1 + d * e,
        "linear": lambda r, a, e, d: a - d * e,
        "one-missing": lambda r, a, e, d: a / (d * e),
        "decay-divided": lambda r, a, e, d: a / (1 + e / d),
        "decay-ignored": lambda r, a, e, d: a / (1 + e),
        "decay-added": lambda r, a, e, d: a / (1 + d + e),
        "square-root": lambda r, a, e, d: a / np.sqrt(1 + d * e),
        "rate-unchanged": lambda r, a, e, d: a,
        "squared": lambda r, a, e, d: a / (1 + d * e) ** 2,
        "factor-only": lambda r, a, e, d: 1 / (1 + d * e),
        "sign-in-denominator": lambda r, a, e, d: a / (1 - d * e),
        "rate-inside": lambda r, a, e, d: a / (1 + a * d * e),
        "whole-numbers": lambda r, a, e, d: a // (1 + d * e),
    },
)
DR.mistake("exponential", "rule")(lambda r, a, e, d: a * (1 / (1 + d)) ** e)  # which ends at 0 and not with an error
DR.mistake("exponential", "rule")(lambda r, a, e, d: a * d**e)
DR.mistake("exponential", "rule")(lambda r, a, e, d: a * np.exp(-d * e))
DR.mistake("precedence", "rule")(lambda r, a, e, d: a / (1 + d**e))
DR.mistake("linear", "rule")(lambda r, a, e, d: max(0.0, a * (1 - d * e)))
DR.mistake("linear", "rule")(lambda r, a, e, d: max(0.0, a - d * e))
DR.mistake("decay-divided", "rule")(lambda r, a, e, d: a * d / (d + e) if d else a)
DR.mistake("decay-in-numerator", "rule")(lambda r, a, e, d: a * d / (1 + d * e))
DR.mistake("one-missing", "rule")(lambda r, a, e, d: a / (d * e) if d * e else a)
DR.mistake("one-missing", "rule")(lambda r, a, e, d: a / max(1, d * e))
DR.mistake("divided-again-and-again", "rule")(lambda r, a, e, d: a / np.prod(1 + d * np.arange(e + 1)))
DR.mistake("whole-numbers", "rule", says={"what": "decay times epoch"})(lambda r, a, e, d: a / (1 + d * e // 1))
DR.mistake("square-root", "rule")(lambda r, a, e, d: a / (1 + d * np.sqrt(e)))
for _every in (2, 5, 10):
    DR.mistake("decay-in-steps", "epoch", says={"every": str(_every)})(lambda r, e, every=_every: e // every)
DR.mistake("multiplied", "rule")(lambda r, a, e, d: a * d * e)
DR.mistake("decay-added", "rule", rank=1, says={"how": "and the 1 is missing"})(lambda r, a, e, d: a / (d + e))
DR.mistake("exponential", "rule")(lambda r, a, e, d: a / 2 ** (d * e))
DR.mistake("logarithm-of-epochs", "rule")(lambda r, a, e, d: a / (1 + np.log(1 + d * e)))
DR.mistake("logarithm-of-epochs", "rule")(lambda r, a, e, d: a / (1 + d * np.log(1 + e)))
DR.mistake("decay-in-per-cent", "rule")(lambda r, a, e, d: a / (1 + d / 100 * e))
DR.mistake("rate-lost", "rule")(lambda r, a, e, d: a - a / (1 + d * e))
for _floor in (0.1, 0.05, 0.01, 1e-3, 1e-4, 1e-5, 1e-6):
    DR.mistake("rate-floored", "rule", edge=True, says={"floor": f"{_floor:g}"})(
        lambda r, a, e, d, floor=_floor: max(a / (1 + d * e), floor)
    )
