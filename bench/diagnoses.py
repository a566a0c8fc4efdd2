"""How long the diagnosis of a wrong check takes: real evidence, from wrong submissions of the corpus."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from graders import course, diagnosis, judge
from graders.diagnosis.evidence import Diagnosis, Evidence
from graders.learner import sandbox
from graders.learner.snapshot import take

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

#: Wrong submissions that ask most of the diagnosis: many cases, deep networks, two mistakes at once.
MOST = 40


def slowest(top: int = 3) -> dict[str, float]:
    """The `top` slowest diagnoses in milliseconds: "submission: check" -> time."""
    import submissions_lib  # type: ignore[import-not-found]

    wrong = submissions_lib.wrong()
    chosen = [*submissions_lib.pairs(), *wrong[:: max(1, len(wrong) // MOST)]]
    taken: dict[str, float] = {}
    real = diagnosis.diagnose

    def timed(evidence: Evidence, *args: float) -> Diagnosis:
        start = time.perf_counter()
        try:
            return real(evidence, *args)
        finally:
            taken[f"{submission.id}: {evidence.check}"] = 1000 * (time.perf_counter() - start)

    judge.diagnosis.diagnose = timed
    try:
        for submission in chosen:
            with tempfile.TemporaryDirectory() as folder:
                root = submissions_lib.write(submission, Path(folder) / "s")
                one = judge.Judge(course.load(), take(root), 1, sandbox.choose("off"))
                try:
                    for check in course.load().checks():
                        if check.subject in submission.subjects and check.deadline <= 30:
                            one.outcome(check)
                finally:
                    one.close()
    finally:
        judge.diagnosis.diagnose = real
    ranked = sorted(taken.items(), key=lambda pair: -pair[1])
    return {
        f"{name} ({number + 1} of {len(ranked)} slowest)": value for number, (name, value) in enumerate(ranked[:top])
    }
