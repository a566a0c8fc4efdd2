"""Whether two losses show overfitting."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..recipe import Recipe


class Overfitting(Recipe):
    """Whether the test loss is more than three times the training loss."""

    subject = "practice.overfitting"

    def run(self) -> Any:
        a, b = float(self.inputs["train_loss"]), float(self.inputs["test_loss"])
        return self.answer(self.compare(self.gap(a, b), self.limit()))

    def gap(self, train: float, test: float) -> float:
        return test / train

    def limit(self) -> float:
        return 3.0

    def compare(self, gap: float, limit: float) -> Any:
        return gap > limit

    def answer(self, found: Any) -> Any:
        return bool(found)


OF = Overfitting
OF.alone("gap", {"ratio-inverted": lambda r, a, b: a / b, "difference-not-ratio": lambda r, a, b: b - a})
OF.mistake("integer-division", "gap", rank=3)(lambda r, a, b: b // a)
OF.mistake("ratio-rounded", "gap", rank=3)(lambda r, a, b: round(b / a))
OF.mistake("relative-difference", "gap", rank=3)(lambda r, a, b: (b - a) / a)
OF.mistake("logarithm-of-ratio", "gap", rank=3)(lambda r, a, b: np.log(b / a))
OF.mistake("either-way", "gap", rank=3)(lambda r, a, b: max(a / b, b / a))
OF.mistake("train-loss-only", "gap", rank=3)(lambda r, a, b: a)
OF.mistake("test-loss-only", "gap", rank=3)(lambda r, a, b: b)
# 1 / 0.3: the ratio turned over and compared with the rounded third.
for _limit in (1.0, 1.1, 1.5, 2.0, 2.5, 1 / 0.3, 3.5, 4.0, 5.0, 10.0, 0.3, 1 / 3):
    OF.mistake("wrong-threshold", "limit", rank=3, says={"right": "3", "instead": f"{_limit:.3g}"})(
        lambda r, limit=_limit: limit
    )
OF.alone(
    "compare",
    {
        "comparison-inverted": lambda r, g, limit: g < limit,
        "boundary": lambda r, g, limit: g >= limit,
    },
)
OF.alone(
    "answer",
    {
        "always-true": lambda r, f: True,
        "always-false": lambda r, f: False,
        "no-return": lambda r, f: None,
        "text-not-bool": lambda r, f: "Yes" if f else "No",
    },
)


@OF.mistake("ratio-not-bool", "run", rank=3)
def _(r: OF) -> Any:
    return float(r.inputs["test_loss"]) / float(r.inputs["train_loss"])


@OF.mistake("text-not-bool", "run", rank=3)
def _(r: OF) -> Any:
    return "yes" if float(r.inputs["test_loss"]) / float(r.inputs["train_loss"]) > 3 else "no"
