"""How long the diagnosis of a wrong check takes: real evidence, from wrong submissions of the corpus."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from graders import course, diagnosis
from graders.diagnosis.evidence import Diagnosis, Evidence
from graders.judge import Judge
from graders.learner import sandbox
from graders.learner.snapshot import take

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

#: Wrong submissions that ask most of the diagnosis: many cases, deep networks, two mistakes at once.
MOST = 40


#: So many of those that took longest are taken twice more: what else the machine did is not the diagnosis's cost.
AGAIN = 12


def slowest(top: int = 3) -> dict[str, float]:
    """The `top` slowest diagnoses, "submission: check" -> milliseconds, each the fastest of three."""
    import submissions_lib  # type: ignore[import-not-found]

    wrong = submissions_lib.wrong()
    chosen = [*submissions_lib.pairs(), *wrong[:: max(1, len(wrong) // MOST)]]
    taken: dict[str, float] = {}
    again: dict[str, Callable[[], Diagnosis]] = {}
    real = diagnosis.diagnose

    def timed(evidence: Evidence, *args: float) -> Diagnosis:
        name = f"{submission.id}: {evidence.check}"
        again[name] = partial(real, evidence, *args)
        found, taken[name] = _timed(again[name])
        return found

    diagnosis.diagnose = timed
    try:
        for submission in chosen:
            with tempfile.TemporaryDirectory() as folder:
                root = submissions_lib.write(submission, Path(folder) / "s")
                one = Judge(course.load(), take(root), 1, sandbox.choose("off"))
                try:
                    for check in course.load().checks():
                        if check.subject in submission.subjects and check.deadline <= 30:
                            one.outcome(check)
                finally:
                    one.close()
    finally:
        diagnosis.diagnose = real
    for name in sorted(taken, key=lambda n: -taken[n])[:AGAIN]:
        taken[name] = min(taken[name], *(_timed(again[name])[1] for _ in range(2)))
    ranked = sorted(taken.items(), key=lambda pair: -pair[1])
    return {
        f"{name} ({number + 1} of {len(ranked)} slowest)": value for number, (name, value) in enumerate(ranked[:top])
    }


def _timed(call: Callable[[], Diagnosis]) -> tuple[Diagnosis, float]:
    start = time.perf_counter()
    found = call()
    return found, 1000 * (time.perf_counter() - start)
