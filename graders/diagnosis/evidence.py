"""What a check hands over when something is wrong: plain inputs, what was wanted, what came.

A check runs a function on several cases, from the smallest shapes to larger ones, and hands over all of them, the
right ones too: "right for one output, first wrong for two" is read off them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graders.report.model import Misconception


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
