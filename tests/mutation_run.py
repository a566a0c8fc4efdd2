"""`make mutants`: every mutant of the reference is graded; prints how many were rejected, and how they were named.

    python tests/mutation_run.py [--seed N] [--count N] [--jobs N]

A mutant that passes everything either behaves as the reference does or is a hole in the checks: each is listed.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from graders import course  # noqa: E402
from graders.judge import Judge, Outcome  # noqa: E402
from graders.learner import sandbox  # noqa: E402
from graders.learner.snapshot import take  # noqa: E402
from grading_lib import reference_submission  # noqa: E402
from mutants import Mutant, mutants  # noqa: E402

#: Whole trainings: what they judge follows from exact steps that other checks judge.
LONG = {"xor-solved", "digits-accuracy"}


def graded(mutant: Mutant) -> tuple[Mutant, str, list[str], str]:
    """The mutant, "rejected" or "passed", the ids of what was named, and the first line of the first failure."""
    with tempfile.TemporaryDirectory() as folder:
        root = reference_submission(Path(folder) / "s")
        (root / "exercises" / f"{mutant.module}.py").write_text(mutant.source, "utf-8")
        judge = Judge(course.load(), take(root), 1, sandbox.choose("off"))
        try:
            first: Outcome | None = None
            for check in _order(mutant.module):
                outcome = judge.outcome(check)
                if outcome.status != "passed":
                    first = outcome
                    break
        finally:
            judge.close()
    if first is None:
        return mutant, "passed", [], ""
    return mutant, "rejected", [m.id for m in first.misconceptions], first.message.split("\n", 1)[0]


def _order(module: str) -> list[course.Check]:
    """The module's own checks first, then those of others that use it, the whole trainings last."""
    checks = [
        check
        for check in course.load().checks()
        if not check.question and (check.module == module or any(n.startswith(f"{module}.") for n in check.needs))
    ]
    return sorted(checks, key=lambda check: (check.id in LONG, check.module != module))


def main() -> None:
    """Grade them all and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=0, help="only so many")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    chosen = list(itertools.islice(mutants(options.seed), options.count or None))
    counts: Counter[str] = Counter()
    unnamed, survivors = [], []
    with multiprocessing.Pool(options.jobs) as pool:
        for number, (mutant, verdict, named, line) in enumerate(pool.imap_unordered(graded, chosen), 1):
            counts[verdict] += 1
            if verdict == "passed":
                survivors.append(mutant)
            elif named:
                counts["named"] += 1
            elif line:
                counts["described"] += 1
            else:
                unnamed.append(mutant)
            if number % 100 == 0:
                print(f"{number} of {len(chosen)} graded, {counts['rejected']} rejected", file=sys.stderr)
    rejected = counts["rejected"]
    print(f"seed {options.seed}: {len(chosen)} mutants, {rejected} rejected, {len(survivors)} passed everything")
    if rejected:
        print(f"of the rejected, {100 * counts['named'] / rejected:.1f} % carry the id of a mistake")
        print(f"and {100 * counts['described'] / rejected:.1f} % a first line that says what the numbers show")
    for mutant in unnamed:
        print(f"neither: {mutant.id}  {mutant.description}")
    for mutant in survivors:
        print(f"passed:  {mutant.id}  {mutant.description}")


if __name__ == "__main__":
    main()
