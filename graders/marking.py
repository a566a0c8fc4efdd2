"""Grading somebody else's submission: unpack, judge, write every report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from graders import course, grading
from graders.course import Check
from graders.illustrations import illustrate
from graders.judge import Judge
from graders.learner import sandbox
from graders.learner.archive import open_submission
from graders.learner.commit import read_commit
from graders.learner.host import Usage
from graders.learner.snapshot import Snapshot, take
from graders.report import writer
from graders.report.model import Report


@dataclass(frozen=True)
class Marked:
    """The report, its files, and lines about what was not read."""

    report: Report
    files: list[Path]
    notes: list[str] = field(default_factory=list)


def mark(
    submission: Path,
    out: Path,
    checks: list[Check],
    seed: int,
    mode: str = "auto",
    formats: Sequence[str] = writer.ALL,
) -> Marked:
    """Grade `submission` and write reports into `out`. Raises SubmissionError, SandboxError, ReportError."""
    cage = sandbox.choose(mode)
    folder = submission if submission.is_dir() else None
    writer.prepare(out, folder)
    refused: dict[str, str] = {}
    with open_submission(submission, refused) as root:
        snapshot, commit = replace(take(root), origin=submission), read_commit(root)
    judge = Judge(course.load(), snapshot, seed, cage)
    try:
        report = grading.grade(judge, checks, commit)
        extras = illustrate(judge) if "html" in formats else None
    finally:
        judge.close()
    files = writer.write(report, out, formats, extras, submission=folder, environ=os.environ)
    notes = [f"{name} was not unpacked: {why}" for name, why in refused.items()]
    notes += [f"exercises/{name} was not read: {why}" for name, why in snapshot.refused.items()]
    return Marked(report, files, notes)


def judge_snapshot(snapshot: Snapshot, checks: list[Check], seed: int, cage: sandbox.Sandbox) -> tuple[Report, Usage]:
    """The report on what has been read already, and what the learner's code used; nothing is written."""
    judge = Judge(course.load(), snapshot, seed, cage)
    try:
        return grading.grade(judge, checks), judge.host.usage
    finally:
        judge.close()
