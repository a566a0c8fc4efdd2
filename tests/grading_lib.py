"""What several tests share: submissions on disk, judged; the command as a process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import submissions_lib
from graders import course, paths
from graders.course import Check
from graders.judge import Judge, Outcome
from graders.learner import sandbox
from graders.learner.snapshot import take

CHECKOUT = Path(__file__).resolve().parent.parent
SEED = 4711


def reference_submission(folder: Path) -> Path:
    """The reference as somebody's exercises/, with an empty answer sheet."""
    (folder / "exercises").mkdir(parents=True)
    for name in submissions_lib.MODULES:
        shutil.copy(CHECKOUT / "reference" / f"{name}.py", folder / "exercises")
    shutil.copy(paths.STUBS / "answers.toml", folder / "exercises")
    return folder


def stubs_submission(folder: Path) -> Path:
    """The unfilled exercises."""
    shutil.copytree(paths.STUBS, folder / "exercises")
    return folder


def plain_submission(folder: Path) -> Path:
    """The plain right solution, with an empty answer sheet."""
    sheet = (paths.STUBS / "answers.toml").read_text("utf-8")
    return submissions_lib.write(submissions_lib.right()[0], folder, sheet)


def judged(
    root: Path, checks: Iterable[Check] | None = None, seed: int = SEED, mode: str = "off"
) -> dict[str, Outcome]:
    """Outcomes of these checks (all but the questions if none are named) for the submission at `root`."""
    everything = course.load()
    if checks is None:
        checks = [check for check in everything.checks() if not check.question]
    judge = Judge(everything, take(root), seed, sandbox.choose(mode))
    try:
        return {check.id: judge.outcome(check) for check in checks}
    finally:
        judge.close()


def gradecheck(
    *arguments: str | Path, cwd: Path, timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`gradecheck …` as a process, in `cwd`."""
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT), "COLUMNS": "100", **environment}
    for name in ("PYTEST_CURRENT_TEST", "MAKELEVEL", "CI"):
        env.pop(name, None)
    return subprocess.run(
        [sys.executable, "-P", "-m", "graders", *map(str, arguments)],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
