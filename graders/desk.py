"""Grading one's own exercises: with a memory of what has passed and has not changed since."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from graders import course, grading, state, unchanged
from graders.course import Check
from graders.judge import Judge, Outcome
from graders.learner import sandbox
from graders.learner.host import Host
from graders.learner.snapshot import take
from graders.report.model import Report, Submission


@dataclass(frozen=True)
class Run:
    """A report, which of its checks were not run again, and lines to tell on standard error."""

    report: Report
    unchanged: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)


def check(
    root: Path,
    checks: list[Check],
    known: state.State,
    seed: int,
    *,
    fresh: bool = False,
    in_process: bool = False,
    mode: str = "auto",
    on_outcome: Callable[[Check, Outcome], None] | None = None,
    host: Host | None = None,
) -> Run:
    """Grade these checks of the exercises in `root`. Raises SubmissionError, SandboxError.

    `host`: workers for them that have been started already. They are closed in the end.
    """
    start = time.monotonic()
    host = host or Host(take(root), sandbox.presumed(mode), seed)
    snapshot = host.snapshot
    digests = {check.id: unchanged.digest(check, snapshot) for check in checks}
    kept = frozenset(check.id for check in checks if not fresh and known.passed.get(check.id) == digests[check.id])
    outcomes = {name: Outcome("passed") for name in kept}
    todo = [check for check in checks if check.id not in kept]
    try:
        if todo:
            outcomes |= _judge(todo, host, in_process, on_outcome)
        host.dismiss()
        report = grading.assemble(
            course.load(),
            checks,
            outcomes,
            seed=seed,
            sandbox="in-process" if in_process else host.cage.name,
            seconds=time.monotonic() - start,
            submission=Submission(str(root), None, snapshot.digest),
        )
        notes = [f"exercises/{name} was not read: {why}" for name, why in snapshot.refused.items()]
        notes += _remember(root, known, digests, outcomes)
    finally:
        host.close()
    return Run(report, kept, notes)


def _judge(
    checks: list[Check],
    host: Host,
    in_process: bool,
    on_outcome: Callable[[Check, Outcome], None] | None,
) -> dict[str, Outcome]:
    judge = Judge(course.load(), host.snapshot, host.seed, host.cage, in_process, on_outcome, started=host)
    if not in_process:
        host.warm()
    judge.prepare(checks)
    return {check.id: judge.outcome(check) for check in checks}


def _remember(root: Path, known: state.State, digests: dict[str, str], outcomes: dict[str, Outcome]) -> list[str]:
    """Write down what has passed, and forget what no longer does. Notes for standard error."""
    passed = {
        name: digests[name] for name, outcome in outcomes.items() if outcome.status == "passed" and not outcome.carried
    }
    # What the grader itself could not judge keeps what was known of it.
    faults = {name for name, outcome in outcomes.items() if outcome.status == "error"}
    gone = digests.keys() - passed.keys() - faults
    if all(known.passed.get(name) == value for name, value in passed.items()) and not gone & known.passed.keys():
        return []

    def change(now: state.State) -> None:
        for name in gone:
            now.passed.pop(name, None)
        now.passed |= passed

    try:
        state.update(root, change)
    except state.StateError as error:
        return [str(error)]
    return []
