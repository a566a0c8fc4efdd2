"""A question, and the verdict on an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graders.questions.values import NOTHING, Numbers

#: (id, title): the id is stable and in kebab-case, the title is for people.
Misconception = tuple[str, str]


@dataclass(frozen=True)
class Option:
    """One option of a choice: right, or the misconception that makes it look so."""

    key: str
    text: str
    why: str
    right: bool
    misconception: Misconception | None


@dataclass(frozen=True)
class WrongNumber:
    """A wrong result that a known mistake leads to."""

    value: Numbers
    why: str
    misconception: Misconception


@dataclass(frozen=True)
class Question:
    """One question; `options` belong to a choice, `answer` and what follows to numbers."""

    id: str
    item: str
    kind: Literal["number", "choice", "choices"]
    text: str
    guide: int
    options: tuple[Option, ...] = ()
    answer: Numbers = NOTHING
    decimals: int = 0
    tolerance: float = 0.0
    printed: Numbers | None = None
    printed_line: int | None = None
    wrong: tuple[WrongNumber, ...] = ()

    @property
    def right_keys(self) -> tuple[str, ...]:
        """The keys of the right options, in order."""
        return tuple(option.key for option in self.options if option.right)


@dataclass(frozen=True)
class Answer:
    """The verdict: the first line of `message` says it, further lines explain."""

    status: Literal["passed", "failed", "not_started"]
    message: str
    misconception: Misconception | None = None
