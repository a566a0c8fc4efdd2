"""Grading one submission, as a function from plain data to plain data that any executor can run anywhere."""

from __future__ import annotations

import contextlib
import faulthandler
import resource
import shutil
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graders import course, marking
from graders.cohort import kit
from graders.learner import sandbox
from graders.learner.snapshot import Snapshot

#: Less free space than this for the workers' folders, and a verdict might be about the disk.
MIN_FREE = 64 * 2**20

# The judge keeps to one thread: warnings, numpy's error state and the watchdog belong to a whole process.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Job:
    """All that a verdict depends on. The files travel with it: what was digested is what is graded."""

    snapshot: Snapshot
    checks: tuple[str, ...]
    seed: int
    mode: str
    kit: str


def grade(job: Job) -> dict[str, Any]:
    """A verdict as plain data, or {"fault": one line}.

    A verdict is {"report": the fields of report.json, "cpu": [ours, theirs] in seconds, "memory": the most bytes that
    this process had meanwhile}, a fault the grader's or the machine's own, never the submission's. Where grading does
    not end, the process does.
    """
    if kit.version() != job.kit:
        return {"fault": f"this worker has gradecheck {kit.version()}, and the cohort is graded by {job.kit}"}
    known = course.load().by_id
    checks = [known[id] for id in job.checks]
    with _ONE_AT_A_TIME:
        if (low := _low_on_disk()) is not None:
            return {"fault": low}
        before = _cpu()
        _forget_peak()
        # Every check has deadlines of its own; this one is for a fault of the judge's. It ends the process, from any
        # thread and on any executor, which then does what it does for a worker that dies.
        longest = 2 * (2 * sum(check.deadline for check in checks) + 300)
        faulthandler.dump_traceback_later(longest, exit=True, file=sys.__stderr__ or sys.stderr)
        try:
            cage = sandbox.choose(job.mode)
            report, usage = marking.judge_snapshot(job.snapshot, checks, job.seed, cage)
            if any(check.status == "error" for _, _, check in report.checks()):
                # A worker that could not be started, a moment without memory: such things pass.
                report, usage = marking.judge_snapshot(job.snapshot, checks, job.seed, cage)
        finally:
            faulthandler.cancel_dump_traceback_later()
        ours = _cpu() - before + usage.whole - usage.theirs
        if (low := _low_on_disk()) is not None:
            return {"fault": low}
    return {
        "report": report.to_dict(),
        "cpu": [round(ours, 3), round(usage.theirs, 3)],
        "memory": _peak(),
    }


def _low_on_disk() -> str | None:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free >= MIN_FREE:
        return None
    return f"{free // 2**20} MB are free in {folder}, and grading needs {MIN_FREE // 2**20} MB: make room there"


def _forget_peak() -> None:
    """From here on, the peak is that of what comes; where the kernel doesn't let us, it stays that of all so far."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    """The most bytes of memory that this process has had."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _cpu() -> float:
    """CPU seconds of this process."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime
