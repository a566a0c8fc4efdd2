"""One grading as a value: what every renderer reads, and nothing else.

The fields are the fixed ones of `report.json` (schema "gradecheck/report/1"). Whatever a learner's
code could have written (`message`, `output`, paths) is plain text here: capped and stripped of
control characters by `clean`; each renderer escapes it again for its own format.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

SCHEMA = "gradecheck/report/1"

Status = Literal["passed", "failed", "not_started", "timeout", "crashed", "error"]
STATUSES: tuple[Status, ...] = (
    "passed",
    "failed",
    "not_started",
    "timeout",
    "crashed",
    "error",
)

MAX_TEXT = 20_000


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """`text` without control, format and surrogate characters; newline and tab stay."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")[: 4 * limit]
    if not kept.replace("\n", "").isprintable():
        kept = "".join(
            c for c in kept if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
        )
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


@dataclass(frozen=True)
class Misconception:
    """A mistake that has a name: `id` for machines, `title` in a learner's words."""

    id: str
    title: str


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check. `message`'s first line is the diagnosis; it may be "".

    `bonus` marks a check whose points count on top of what is possible; report.json names it only
    where it is true.
    """

    id: str
    title: str
    subject: str
    status: Status
    carried: bool
    points: float
    earned: float
    message: str
    misconceptions: tuple[Misconception, ...]
    hint: str
    guide_line: int | None
    file: str | None
    line: int | None
    output: str
    seconds: float
    bonus: bool = False

    @property
    def on_paper(self) -> bool:
        """Whether this is a question that is answered in answers.toml."""
        return self.subject.startswith("answers.")

    @property
    def headline(self) -> str:
        """The first line of the message."""
        return self.message.split("\n", 1)[0]


@dataclass(frozen=True)
class CheckpointResult:
    """One item of the guide: a checkpoint line, an exercise, a requirement, an extension."""

    id: str
    text: str
    status: Status
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True)
class SectionResult:
    """One section of the guide."""

    id: str
    title: str
    checkpoints: tuple[CheckpointResult, ...]


@dataclass(frozen=True)
class Submission:
    """What was graded: where it lay, its commit if it says one, the digest of the files run."""

    path: str
    commit: str | None
    digest: str


@dataclass(frozen=True)
class Score:
    """Points: `earned` of `possible`, and `bonus` on top."""

    earned: float
    possible: float
    bonus: float


@dataclass(frozen=True)
class Report:
    """A whole grading."""

    kit_version: str
    seed: int
    seconds: float
    sandbox: str
    submission: Submission
    score: Score
    sections: tuple[SectionResult, ...]
    schema: str = SCHEMA

    def checks(self) -> Iterator[tuple[SectionResult, CheckpointResult, CheckResult]]:
        """Every check with its place, in course order."""
        for section in self.sections:
            for checkpoint in section.checkpoints:
                for check in checkpoint.checks:
                    yield section, checkpoint, check

    def to_dict(self) -> dict[str, Any]:
        """The fields of report.json, `schema` first."""
        fields = asdict(self)
        for section in fields["sections"]:
            for checkpoint in section["checkpoints"]:
                for check in checkpoint["checks"]:
                    if not check["bonus"]:
                        del check["bonus"]
        return {"schema": fields.pop("schema"), **fields}

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Report:
        """The inverse of `to_dict`. ValueError: other schema; KeyError, TypeError: lost fields."""
        if data.get("schema") != SCHEMA:
            raise ValueError(f"expected a report of schema {SCHEMA!r}, got {data.get('schema')!r}")
        sections = tuple(
            SectionResult(
                s["id"],
                s["title"],
                tuple(
                    CheckpointResult(
                        c["id"],
                        c["text"],
                        c["status"],
                        tuple(
                            CheckResult(
                                **{
                                    **k,
                                    "misconceptions": tuple(Misconception(**m) for m in k["misconceptions"]),
                                }
                            )
                            for k in c["checks"]
                        ),
                    )
                    for c in s["checkpoints"]
                ),
            )
            for s in data["sections"]
        )
        return Report(
            kit_version=data["kit_version"],
            seed=data["seed"],
            seconds=data["seconds"],
            sandbox=data["sandbox"],
            submission=Submission(**data["submission"]),
            score=Score(**data["score"]),
            sections=sections,
        )


def overall(statuses: list[Status]) -> Status:
    """The status of a whole: the worst of its parts; "not started" only where no part is."""
    if not statuses or all(s == "not_started" for s in statuses):
        return "not_started"
    for worst in ("error", "crashed", "timeout", "failed", "not_started"):
        if worst in statuses:
            return "failed" if worst == "not_started" else worst
    return "passed"
