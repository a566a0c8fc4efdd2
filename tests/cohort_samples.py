"""Cohorts made up for tests: reports of the real course with statuses drawn, without grading anything."""

from __future__ import annotations

import random
from pathlib import Path

from graders import course, grading
from graders.cohort.find import Entry
from graders.cohort.store import Settings, Store
from graders.course import Check
from graders.judge import Outcome
from graders.report.model import Misconception, Report, Submission

SETTINGS = Settings(seed=7, kit="0.1.0+test", mode="off", selection="all")

MUDDLES = [Misconception(f"mistake-{n}", f"mistake number {n} <of the & class>") for n in range(25)]


def report(
    name: str, draw: random.Random, checks: list[Check] | None = None, statuses: dict[str, str] | None = None
) -> Report:
    """A report with statuses drawn by the student's own strength; `statuses` fixes some of them."""
    known = course.load()
    chosen = checks if checks is not None else known.checks()
    strength = draw.random() ** 0.5
    outcomes = {}
    for place, check in enumerate(chosen):
        status = (statuses or {}).get(check.id) or _status(draw, strength, place / len(chosen))
        muddles = (draw.choice(MUDDLES[: 1 + place % 25]),) if status == "failed" else ()
        message = "" if status == "passed" else f"{check.subject}: a <b>diagnosis</b> of {name}"
        outcomes[check.id] = Outcome(status, message, muddles, seconds=0.01)  # type: ignore[arg-type]
    return grading.assemble(
        known,
        chosen,
        outcomes,
        seed=SETTINGS.seed,
        sandbox="limits",
        seconds=1.0,
        submission=Submission(f"submissions/{name}", None, f"{draw.getrandbits(256):064x}"),
    )


def _status(draw: random.Random, strength: float, place: float) -> str:
    if place > strength + 0.25:
        return "not_started"
    if draw.random() < 0.002:
        return "timeout"
    return "passed" if draw.random() < 0.35 + 0.6 * strength else "failed"


def fill(folder: Path, count: int, names: list[str] | None = None, seed: int = 1) -> Store:
    """A database with `count` submissions: most graded, a few unreadable, at fault or waiting."""
    draw = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    store = Store(folder, create=True)
    store.put(seed=str(SETTINGS.seed))
    names = names or [f"student-{n:06d}" for n in range(count)]
    store.enlist(Entry(name, Path("submissions") / name, f"folder-{n}") for n, name in enumerate(names))
    for n, name in enumerate(names):
        if n % 97 == 50:
            store.record_problem(name, "unreadable", "expected a folder exercises/, found none")
        elif n % 389 == 60:
            store.record_problem(name, "fault", "the worker process died 2 times while grading it")
        elif n % 401 == 61:
            continue
        else:
            made = report(name, draw, statuses={"mse-loss": "error"} if n % 293 == 62 else None)
            store.record(name, made.submission.digest, made, SETTINGS)
    return store
