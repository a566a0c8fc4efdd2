"""`make mutants`: every mutant of the reference is graded; prints how many were rejected, and how they were named.

    python tests/mutation_run.py [--seed N] [--count N] [--ids ID …] [--jobs N]

A mutant that passes everything stands in tests/equivalent_mutants.toml with the reason, or is a hole in the checks:
then the exit status is 1, as it is where the list is out of date.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import equivalents  # noqa: E402
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


def chosen_mutants(options: argparse.Namespace) -> list[Mutant]:
    """The mutants to grade: those named, or so many of all."""
    everything = list(mutants(options.seed))
    if not options.ids:
        return everything[: options.count or None]
    unknown = set(options.ids) - {mutant.id for mutant in everything}
    if unknown:
        raise SystemExit(f"no such mutants: {', '.join(sorted(unknown))}")
    return [mutant for mutant in everything if mutant.id in options.ids]


def graded_all(chosen: list[Mutant], jobs: int) -> Iterator[tuple[Mutant, str, list[str], str]]:
    """Each of them graded, in any order."""
    if jobs == 1:
        yield from map(graded, chosen)
        return
    with multiprocessing.Pool(jobs) as pool:
        yield from pool.imap_unordered(graded, chosen)


def main() -> int:
    """Grade them and print the counts; 1 if a mutant passes that is not in the list of those that may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=0, help="only so many")
    parser.add_argument("--ids", nargs="+", default=[], metavar="ID", help="only these, such as losses-0007")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    chosen = chosen_mutants(options)
    may_pass = equivalents.listed()
    counts: Counter[str] = Counter()
    neither, holes, rejected_though_listed = [], [], []
    for number, (mutant, verdict, named, line) in enumerate(graded_all(chosen, options.jobs), 1):
        entry = may_pass.get(equivalents.key(mutant))
        counts[verdict] += 1
        if verdict == "passed" and entry:
            counts[entry["kind"]] += 1
        elif verdict == "passed":
            holes.append(mutant)
            print(f"passes, and is not in the list: {mutant.id}  {mutant.description}", flush=True)
        else:
            counts["named" if named else "described" if line else "neither"] += 1
            if entry:
                rejected_though_listed.append(mutant)
            if not named and not line:
                neither.append(mutant)
        if number % 100 == 0:
            print(f"{number} of {len(chosen)} graded, {counts['rejected']} rejected", file=sys.stderr)
    rejected = counts["rejected"]
    print(f"seed {options.seed}: {len(chosen)} mutants")
    print(f"{counts['equivalent']} passed, and behave as the reference does")
    print(f"{counts['unpromised']} passed, and differ only in what the contract leaves open")
    print(f"{rejected + len(holes)} change what the contract promises: {rejected} rejected, {len(holes)} passed")
    if rejected:
        print(f"of the rejected, {counts['named']} ({100 * counts['named'] / rejected:.1f} %) carry a mistake's id")
        print(
            f"and {counts['described']} ({100 * counts['described'] / rejected:.1f} %) a line of what the numbers show"
        )
    for mutant in neither:
        print(f"neither: {mutant.id}  {mutant.description}")
    for mutant in rejected_though_listed:
        print(f"in the list, but rejected: {mutant.id}  {mutant.description}")
    gone = may_pass.keys() - {equivalents.key(mutant) for mutant in mutants(options.seed)}
    for key in sorted(gone):
        print(f"in the list, but no mutant any more: {key}")
    return 1 if holes or gone or rejected_though_listed else 0


if __name__ == "__main__":
    sys.exit(main())
