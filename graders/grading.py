"""From outcomes to a Report: which checks, in which order, with which points."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from graders import __version__
from graders.course import Check, Course, Item
from graders.judge import Judge, Outcome
from graders.report.model import (
    CheckpointResult,
    CheckResult,
    Report,
    Score,
    SectionResult,
    Submission,
    clean,
    overall,
)

MAX_OUTPUT = 4_000
MAX_MESSAGE = 6_000


def grade(judge: Judge, checks: list[Check], commit: str | None = None) -> Report:
    """Judge these checks and report on them."""
    start = time.monotonic()
    outcomes = {check.id: judge.outcome(check) for check in checks}
    return assemble(
        judge.course,
        checks,
        outcomes,
        seed=judge.seed,
        sandbox=judge.host.cage.name,
        seconds=time.monotonic() - start,
        submission=Submission(clean(str(judge.snapshot.origin)), commit, judge.snapshot.digest),
    )


def assemble(
    course: Course,
    checks: list[Check],
    outcomes: Mapping[str, Outcome],
    *,
    seed: int,
    sandbox: str,
    seconds: float,
    submission: Submission,
) -> Report:
    """The Report of these outcomes; sections and items without any of the checks are left out."""
    chosen = {check.id for check in checks}
    sections = []
    for section in course.sections:
        points = [_checkpoint(item, chosen, outcomes) for item in section.items]
        shown = tuple(point for point in points if point is not None)
        if shown:
            sections.append(SectionResult(section.id, section.title, shown))
    results = [(check, outcomes[check.id]) for check in checks]
    return Report(
        kit_version=__version__,
        seed=seed,
        seconds=round(seconds, 3),
        sandbox=sandbox,
        submission=submission,
        score=Score(
            earned=_sum(_earned(c, o) for c, o in results if not c.bonus),
            possible=_sum(c.points for c, _ in results if not c.bonus),
            bonus=_sum(_earned(c, o) for c, o in results if c.bonus),
        ),
        sections=tuple(sections),
    )


def _earned(check: Check, outcome: Outcome) -> float:
    """All or nothing; what the grader could not judge, by its own fault, costs nothing."""
    return check.points if outcome.status in ("passed", "error") else 0.0


def _sum(points: Iterable[float]) -> float:
    return round(sum(points), 6)


def _checkpoint(item: Item, chosen: set[str], outcomes: Mapping[str, Outcome]) -> CheckpointResult | None:
    checks = [check for check in item.checks if check.id in chosen]
    if not checks:
        return None
    results = tuple(_result(check, outcomes[check.id]) for check in checks)
    return CheckpointResult(item.id, item.text, overall([r.status for r in results]), results)


def _result(check: Check, outcome: Outcome) -> CheckResult:
    message = outcome.message
    if outcome.traceback and outcome.traceback not in message:
        message += "\n" + outcome.traceback
    passed = outcome.status == "passed"
    return CheckResult(
        id=check.id,
        title=check.title,
        subject=check.subject,
        status=outcome.status,
        carried=outcome.carried,
        points=round(check.points, 6),
        earned=round(_earned(check, outcome), 6),
        message=clean(message, MAX_MESSAGE),
        misconceptions=outcome.misconceptions,
        hint="" if passed else f"gradecheck hint {check.item}",
        guide_line=outcome.guide_line or check.guide_line,
        file=clean(outcome.file or check.file, 300),
        line=outcome.line,
        output=clean(outcome.output, MAX_OUTPUT),
        seconds=round(outcome.seconds, 4),
        bonus=check.bonus,
    )
