"""The verdict on a final loss."""

from __future__ import annotations

import itertools
from typing import Any

from ..recipe import Recipe


class Verdict(Recipe):
    """The loss in words."""

    subject = "training.verdict"

    def run(self) -> Any:
        return self.word(float(self.inputs["final_loss"]), list(self.limits()), list(self.words()))

    def limits(self) -> tuple[float, float, float]:
        return (0.2, 0.01, 0.001)

    def words(self) -> tuple[Any, ...]:
        return ("Too slow/stuck", "Learning slowly", "Good", "Great")

    def word(self, loss: float, limits: list[float], words: list[Any]) -> Any:
        for limit, word in zip(limits, words[:-1], strict=True):
            if self.above(loss, limit):
                return word
        return words[-1]

    def above(self, loss: float, limit: float) -> bool:
        return loss > limit


VD = Verdict
VD.alone("above", {"boundary": lambda r, loss, limit: loss >= limit})
for _digits in (1, 2, 3):
    VD.mistake("rounded", "above", rank=3, says={"digits": str(_digits)})(
        lambda r, loss, limit, digits=_digits: round(loss, digits) > limit
    )
VD.mistake("rounded", "above", rank=3, says={"digits": "1, 2 or 3"})(
    lambda r, loss, limit: round(loss, {0.2: 1, 0.01: 2}.get(limit, 3)) > limit
)
VD.mistake("rounded", "above", rank=3, says={"digits": "2 or 3"})(
    lambda r, loss, limit: round(loss, 2 if loss > 0.01 else 3) > limit
)
for _a, _b in itertools.combinations(("Too slow/stuck", "Learning slowly", "Good", "Great"), 2):
    VD.mistake("words-exchanged", "words", says={"which": f"'{_a}' and '{_b}'"})(
        lambda r, a=_a, b=_b: tuple(b if w == a else a if w == b else w for w in Verdict.words(r))
    )
VD.mistake("thresholds-inverted", "above", rank=1)(lambda r, loss, limit: loss < limit)
VD.mistake("thresholds-in-wrong-order", "word", rank=1)(
    lambda r, loss, limits, words: next(
        (w for limit, w in zip(limits[::-1], words[2::-1], strict=True) if loss > limit), words[-1]
    )
)
VD.mistake("thresholds-inverted", "words", rank=1)(lambda r: ("Great", "Good", "Learning slowly", "Too slow/stuck"))
VD.mistake("case-missing", "word")(
    lambda r, loss, limits, words: next(
        (w for limit, w in zip(limits[:2], words[:2], strict=True) if loss > limit), words[-1]
    )
)
VD.mistake("case-missing", "word", says={"which": "Learning slowly"})(
    lambda r, loss, limits, words: words[0] if loss > limits[0] else words[2] if loss > limits[2] else words[3]
)
VD.mistake("case-missing", "word", says={"which": "Too slow/stuck"})(
    lambda r, loss, limits, words: words[1] if loss > limits[1] else words[2] if loss > limits[2] else words[3]
)
for _words in (("Too slow/stuck", "Good", "Great", "Great"), ("Learning slowly", "Good", "Great", "Great")):
    _which = next(word for word in ("Learning slowly", "Too slow/stuck") if word not in _words)
    VD.mistake("case-missing", "words", says={"which": f"{_which}, and those below it come one limit too early"})(
        lambda r, words=_words: words
    )
for _at, _options in (
    (0, (0.1, 0.15, 0.25, 0.3, 0.5, 0.02, 2.0)),
    (1, (0.1, 0.05, 0.02, 0.001, 0.005)),
    (2, (0.0001, 0.005, 0.002, 0.0005)),
):
    for _limit in _options:

        def _limits(r: VD, at: int = _at, limit: float = _limit) -> tuple[float, ...]:
            limits = [0.2, 0.01, 0.001]
            limits[at] = limit
            return tuple(limits)

        VD.mistake(
            "wrong-threshold",
            "limits",
            says={"right": f"{(0.2, 0.01, 0.001)[_at]:g}", "instead": f"{_limit:g}"},
        )(_limits)
VD.mistake("wrong-text", "words", says={"how": "small letters"})(
    lambda r: ("too slow/stuck", "learning slowly", "good", "great")
)
VD.mistake("no-return", "word", rank=3)(lambda r, *a: None)
VD.mistake("wrong-threshold", "limits", says={"right": "0.2, 0.01 and 0.001", "instead": "ten times those"})(
    lambda r: (2.0, 0.1, 0.01)
)
VD.mistake("wrong-threshold", "limits", says={"right": "0.2, 0.01 and 0.001", "instead": "a hundred times those"})(
    lambda r: (20.0, 1.0, 0.1)
)
