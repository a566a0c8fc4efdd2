"""`make bench-cohort`: what a cohort costs on this machine.

    python -m bench.cohort [--count 300] [--jobs N] [--section N] [--exercise ID] [--sandbox required] [--keep FOLDER]

Generates submissions (bench/cohort_corpus.py), grades them with `gradecheck cohort`, checks that none is lost or twice,
and prints throughput, the share of the cores that learners' code and numpy's import have, memory, and bytes on disk.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import cohort_corpus
from graders.cohort.store import Store
from graders.report.model import Report

CHECKOUT = Path(__file__).resolve().parent.parent
MB = 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--section", action="append", default=[], help="only this section (default: the whole course)")
    parser.add_argument("--exercise", action="append", default=[], help="only this item")
    parser.add_argument("--sandbox", default="required", choices=["required", "auto", "off"])
    parser.add_argument("--seed", type=int, default=1, help="of the corpus")
    parser.add_argument("--keep", type=Path, help="keep submissions and results there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gradecheck-bench-") as temporary:
        folder = options.keep or Path(temporary)
        made = cohort_corpus.generate(folder / "in", options.count, options.seed)
        print("corpus: " + ", ".join(f"{n} {kind}" for kind, n in made.items()))
        command = [sys.executable, "-m", "graders", "cohort", str(folder / "in"), "--out", str(folder / "out")]
        command += ["--jobs", str(options.jobs), "--sandbox", options.sandbox, "--seed", "1", "--json-lines"]
        for section in options.section:
            command += ["--section", section]
        for exercise in options.exercise:
            command += ["--exercise", exercise]
        start = time.monotonic()
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        elapsed = time.monotonic() - start
        if '"complete": true' not in done.stdout:
            sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        for line in figures(folder / "out", done.stdout, options.count, options.jobs, elapsed):
            print(line)


def figures(out: Path, log: str, count: int, jobs: int, elapsed: float) -> Iterator[str]:
    """The figures, each with what it is measured against."""
    events = [json.loads(line) for line in log.splitlines()]
    names = [event["name"] for event in events if "name" in event]
    with Store(out) as store:
        rows = list(
            store.rows(
                "SELECT name, folder, status, cpu_judge, cpu_learner, memory FROM submission ORDER BY graded_at, name"
            )
        )
        errors = store.counts()["errors"]
    assert len(rows) == len(names) == len(set(names)) == count, "a submission is lost, or came twice"
    graded = [row for row in rows if row[2] == "graded"]
    for _, folder, *_ in graded:
        Report.from_dict(json.loads((out / "reports" / folder / "report.json").read_text("utf-8")))
    each, hourly = elapsed / count, 3600 * count / elapsed
    yield f"{count} submissions in {elapsed:.0f} s on {jobs} cores: {each:.2f} s each, {hourly:.0f}/h"
    others = {status: sum(row[2] == status for row in rows) for status in ("unreadable", "fault", "waiting")}
    said = ", ".join(f"{n} {status}" for status, n in others.items())
    yield f"none lost, none twice: {len(graded)} valid reports ({errors} with grader errors), {said}"
    ours, theirs = sum(row[3] for row in graded), sum(row[4] for row in graded)
    ran = sum(row[4] > 0 for row in graded) or 1
    what = "learner's code and numpy's import"
    yield f"CPU of one that is graded: {theirs / ran:.2f} s {what}, {ours / ran:.2f} s grading"
    cores = jobs * elapsed
    yield f"share of the cores: {theirs / cores:.0%} {what}, {ours / cores:.0%} grading"
    yield f"of the CPU spent, {theirs / (theirs + ours):.0%} is {what}"
    memory = [row[5] / MB for row in graded if row[5]]
    tenth = max(1, len(memory) // 10)
    for which, some in (("first", memory[:tenth]), ("last", memory[-tenth:])):
        half, most = statistics.median(some), max(some)
        yield f"memory of a worker process in the {which} tenth: {half:.0f} MB in the median, {most:.0f} MB at most"
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / MB
    yield f"largest process of all: {peak:.0f} MB"
    reports = sum(file.stat().st_size for file in (out / "reports").rglob("*") if file.is_file())
    database = (out / "cohort.db").stat().st_size
    yield f"disk for each: {reports / count / 1024:.0f} KB of reports, {database / count / 1024:.1f} KB of database"


if __name__ == "__main__":
    main()
