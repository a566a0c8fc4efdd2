"""What a check hands over when something is wrong: plain inputs, what was wanted, what came.

A check runs a function on several cases, from the smallest shapes to larger ones, and hands over all of them, the
right ones too: "right for one output, first wrong for two" is read off them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from graders.report.model import Misconception

#: Cases with more numbers than this are left out where smaller ones tell as much.
MOST_NUMBERS = 20_000
#: Of cases with more than this nothing is kept, nor where more came than this and ten times what was wanted.
TOO_MANY_NUMBERS = 40_000


@dataclass(frozen=True)
class Trouble:
    """No value came: the learner's code raised, or gave something that is not plain data."""

    kind: Literal["exception", "refused", "not_started", "timeout", "crashed"]
    text: str  # "ValueError: operands could not be broadcast together…", or what was refused and why
    traceback: str = ""  # the learner's own lines only
    file: str | None = None
    line: int | None = None
    missing: str = ""  # the module that an ImportError did not find

    @property
    def place(self) -> str:
        """Where it stopped, in brackets, to be put behind what is said of it; empty where that isn't known."""
        return f" (line {self.line} of {self.file})" if self.line and self.file else ""


@dataclass(frozen=True)
class Case:
    """One call. `inputs` are named as in the contract, plus `weights` and `biases` for a network's state."""

    label: str
    inputs: Mapping[str, Any]
    expected: Any
    got: Any  # plain data, or a Trouble
    ok: bool


@dataclass(frozen=True)
class Evidence:
    """All that is known of one failed check."""

    subject: str
    check: str
    cases: tuple[Case, ...] = ()
    #: Ids of mistakes that the check itself has established (see data/mistakes.toml), with numbers for their texts.
    facts: tuple[str, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)
    #: One line for when nothing more can be said: what was expected and what came.
    summary: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """What to tell the learner. `message`: one line that names it, then how it shows, then where to look."""

    message: str
    misconceptions: tuple[Misconception, ...] = ()
    guide_line: int | None = None


def manageable(evidence: Evidence) -> Evidence:
    """The evidence without its largest cases: small ones tell as much, and a diagnosis must be quick.

    Where all that go wrong are large, the smallest of them is kept, unless that is very large too. Where far more came
    than was wanted, nothing is kept.
    """
    sizes = [_size(case.inputs) for case in evidence.cases]
    wrong = min((size for case, size in zip(evidence.cases, sizes, strict=True) if not case.ok), default=0)
    if wrong > TOO_MANY_NUMBERS:
        return replace(evidence, cases=())
    most = max(MOST_NUMBERS, wrong)
    came = (case for case in evidence.cases if not isinstance(case.got, Trouble))
    if any(_size(case.got) > max(TOO_MANY_NUMBERS, 10 * _size(case.expected)) for case in came):
        return replace(evidence, cases=())
    return replace(evidence, cases=tuple(c for c, size in zip(evidence.cases, sizes, strict=True) if size <= most))


def _size(value: Any) -> int:
    """How many numbers there are in a case's inputs."""
    if isinstance(value, Mapping):
        return sum(_size(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return sum(_size(item) for item in value)
    return int(value.size) if isinstance(value, np.ndarray) else 1
