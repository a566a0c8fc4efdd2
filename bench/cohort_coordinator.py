"""What the process that writes the results can do, without grading: the limit of a large cluster.

    python -m bench.cohort_coordinator [--count 3000] [--format json --format html]

Every submission is read, sent to a worker that answers at once with a ready-made report, and written.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from graders import course, grading
from graders.cohort import outputs, run
from graders.cohort.engine import Local
from graders.cohort.find import find
from graders.cohort.progress import Progress
from graders.cohort.task import Job
from graders.judge import Outcome
from graders.report.model import Misconception, Submission

MB = 2**20


def answer(job: Job) -> dict[str, Any]:
    """A report of the usual size: half passed, half failed with a diagnosis and some output."""
    known = course.load()
    wrong = Outcome(
        "failed", "a diagnosis of one line\n" + "x" * 300, (Misconception("m", "mistake"),), output="y" * 200
    )
    checks = known.checks()
    report = grading.assemble(
        known,
        checks,
        {check.id: wrong if n % 2 else Outcome("passed") for n, check in enumerate(checks)},
        seed=job.seed,
        sandbox="none",
        seconds=0.0,
        submission=Submission("", None, ""),
    )
    report = replace(report, submission=Submission(str(job.snapshot.origin), None, job.snapshot.digest))
    return {"report": report.to_dict(), "cpu": [0.0, 0.0], "memory": 0}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--format", action="append", default=[], dest="formats")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gradecheck-bench-") as temporary:
        folder = Path(temporary)
        for n in range(options.count):
            exercises = folder / "in" / f"student-{n:07d}" / "exercises"
            exercises.mkdir(parents=True)
            (exercises / "losses.py").write_text(f"# {n}\n" + "pass\n" * 4000)
        start = time.monotonic()
        found = find(folder / "in")
        print(f"found {len(found.entries)} in {time.monotonic() - start:.1f} s, {memory():.0f} MB")
        order = run.Order(
            found, folder / "out", course.load().checks(), 1, "off", tuple(options.formats) or ("json", "html")
        )
        progress = Meter("quiet", every=max(1, options.count // 10))
        with run.opened(order, progress) as current, ThreadPoolExecutor(2) as pool:
            start, cpu = time.monotonic(), time.process_time()
            current.grade(Local(pool, 2), answer)
            wall, cpu = (time.monotonic() - start) / options.count, (time.process_time() - cpu) / options.count
            print(f"read, answered, written: {1000 * wall:.1f} ms each, {1000 * cpu:.1f} ms of CPU: {1 / wall:.0f}/s")
            start = time.monotonic()
            outputs.write(current.store, order.out)
            print(f"grades.csv and index.html in {time.monotonic() - start:.1f} s, {memory():.0f} MB")
        print(f"database {(order.out / 'cohort.db').stat().st_size / options.count / 1024:.1f} KB each")


class Meter(Progress):
    """Prints the memory after each tenth."""

    def __init__(self, mode: Any, every: int) -> None:
        super().__init__(mode)
        self.every = every

    def finished(self, name: str, what: str, error: str = "", **facts: Any) -> None:
        super().finished(name, what, error, **facts)
        if self.done % self.every == 0:
            print(f"  {self.done}: {memory():.0f} MB")


def memory() -> float:
    """The most that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB


if __name__ == "__main__":
    main()
