"""The measurements: whole processes by the clock and by the operating system's accounting."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graders import course, desk, state
from graders.judge import Judge
from graders.learner import local, sandbox
from graders.learner.snapshot import take
from graders.learner.worker.session import Session

CHECKOUT = Path(__file__).resolve().parent.parent
PLAIN = CHECKOUT / "tests" / "submissions" / "right" / "plain"
FLOOR = [sys.executable, "-c", "import numpy, pytest"]


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a process and all its children, and the largest one's peak memory."""

    cpu: float
    peak_mb: float


def filled(folder: Path) -> Path:
    """The plain solution as a submission."""
    shutil.copytree(PLAIN, folder / "exercises")
    shutil.copy(CHECKOUT / "data" / "stubs" / "answers.toml", folder / "exercises")
    return folder


def sandbox_name(mode: str) -> str:
    """What `mode` comes to on this machine."""
    return sandbox.choose(mode).name


def sections(root: Path, runs: int, mode: str) -> tuple[float, dict[str, float]]:
    """Median seconds of the floor, and of `check` on each of Sections 1 and 2, in turn."""
    commands = {
        name: [
            sys.executable,
            "-m",
            "graders",
            "check",
            "--fresh",
            "--section",
            name,
            "--sandbox",
            mode,
            "--path",
            str(root),
        ]
        for name in ("1", "2")
    }
    taken: dict[str, list[float]] = {"floor": [], **{name: [] for name in commands}}
    for turn in range(runs + 1):
        for name, command in {"floor": FLOOR, **commands}.items():
            seconds = _wall(command)
            if turn:  # the first round only warms the caches
                taken[name].append(seconds)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    return medians.pop("floor"), medians


def _wall(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def full_grading(root: Path, mode: str, runs: int) -> tuple[Cost, float, float]:
    """A full grading with all reports; the CPU time of the learner's own calls, and of the imports that they need."""
    costs, own = [], []
    for _ in range(max(3, runs // 2)):  # in turn: the machine's speed drifts
        costs.append(_cost(root, mode))
        own.append(own_calls(root))
    whole = Cost(statistics.median(c.cpu for c in costs), max(c.peak_mb for c in costs))
    return whole, statistics.median(own), statistics.median(_imports() for _ in range(3))


def _imports() -> float:
    """CPU seconds of a Python that imports numpy and matplotlib, as the learner's own scripts would."""
    script = (
        "import resource, numpy, matplotlib.pyplot; u = resource.getrusage(resource.RUSAGE_SELF); "
        "print(u.ru_utime + u.ru_stime)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(run.stdout.split()[-1])


#: Grades in a process of its own, and prints its CPU seconds, those of the workers, and its peak memory. The workers
#: tell theirs (imports, forks and checks): what ends inside a sandbox is in nobody else's account.
_GRADING = """
import os, resource, sys, tempfile
from pathlib import Path
from graders.threads import ONE_THREAD
os.environ.update(ONE_THREAD)
from graders import course, grading
from graders.illustrations import illustrate
from graders.judge import Judge
from graders.learner import sandbox
from graders.learner.snapshot import take
from graders.report import writer
judge = Judge(course.load(), take(Path(sys.argv[1])), 1, sandbox.presumed(sys.argv[2]))
report = grading.grade(judge, course.load().checks())
extras = illustrate(judge)
workers = judge.host.usage.whole
judge.close()
with tempfile.TemporaryDirectory() as out:
    writer.write(report, Path(out), writer.ALL, extras)
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, workers, used.ru_maxrss)
"""


def _cost(root: Path, mode: str) -> Cost:
    run = subprocess.run(
        [sys.executable, "-c", _GRADING, str(root), mode], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    judge, workers, peak = (float(word) for word in run.stdout.split()[-3:])
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(judge + workers, peak / unit)


class _Timed(Session):
    """A session that adds up the CPU time spent in the learner's functions."""

    spent = 0.0

    def op_call(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        start = time.process_time()
        try:
            return super().op_call(*args, **kwargs)
        finally:
            _Timed.spent += time.process_time() - start

    def op_import(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        start = time.process_time()
        try:
            return super().op_import(*args, **kwargs)
        finally:
            _Timed.spent += time.process_time() - start


def own_calls(root: Path) -> float:
    """CPU seconds of the learner's imports and calls when every check makes them in this process."""
    _Timed.spent = 0.0
    before, local.Session = local.Session, _Timed  # type: ignore[misc]
    judge = Judge(course.load(), take(root), 1, sandbox.choose("off"), in_process=True)
    try:
        for check in course.load().checks():
            if not check.question:
                judge.outcome(check)
    finally:
        judge.close()
        local.Session = before  # type: ignore[misc]
    return _Timed.spent


def diagnosis() -> dict[str, float]:
    """Milliseconds of the slowest diagnoses, over wrong submissions of each function."""
    from bench.diagnoses import slowest

    return slowest()


def save_to_verdict(root: Path, mode: str) -> dict[str, float]:
    """Seconds from a saved file to the verdict on what it can affect, in a process that is running already."""
    found = {}
    for name, sections_ in (("losses.py (Section 1)", ("1",)), ("network.py (Section 2)", ("2",))):
        checks = course.select(course.load(), sections_)
        desk.check(root, checks, state.State(), 1, mode=mode)
        start = time.perf_counter()
        desk.check(root, checks, state.State(), 1, mode=mode)
        found[name] = time.perf_counter() - start
    return found
