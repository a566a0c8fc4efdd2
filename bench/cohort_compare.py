"""Seconds per submission in gradecheck, plain pytest, otter-grader and check50, side by side in one run.

    python -m bench.cohort_compare [--count 6] [--runs 1] [--tools FOLDER]

The same submissions; the same assertions on Sections 1 and 2 (bench/compare_claims.py) for all but gradecheck, which
runs its own checks of these sections (more of them, each in a process of its own, with a diagnosis). A tool that isn't
installed is skipped; `--tools` is a virtual environment that has them: pip install numpy ipykernel
otter-grader check50.
One submission at a time, as each tool does it when it is called for one; gradecheck also as `cohort`, with one job.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench import cohort_corpus
from bench.compare_claims import CLAIMS

CHECKOUT = Path(__file__).resolve().parent.parent
LIMIT = 300.0


@dataclass
class Tool:
    """How to grade one submission, and what it cost."""

    name: str
    grade: Callable[[Path], int]
    passed: list[int] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def main() -> None:
    """Measure in turns, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=6)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--tools", type=Path, help="a virtual environment with otter-grader and check50")
    parser.add_argument("--sandbox", default="required", choices=["required", "auto", "off"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gradecheck-compare-") as temporary:
        folder = Path(temporary)
        pool = [cohort_corpus.lib.right()[0], *(w for w in cohort_corpus.lib.wrong() if w.modules == ("network",))]
        submissions = []
        for n in range(options.count):
            root = cohort_corpus.lib.write(pool[n % len(pool)], folder / "in" / f"s{n:03d}")
            (root / "exercises" / "who.txt").write_text(str(n))
            submissions.append(root)
        tools = available(folder, options.tools, options.sandbox)
        for turn in range(options.runs + 1):
            for submission in submissions[:1] if turn == 0 else submissions:  # the first round warms the caches
                for tool in tools:
                    measure(tool, submission, counts=turn > 0)
        whole = cohort_seconds(folder, options.sandbox) / options.count
        print(f"{options.count} submissions, medians over {options.runs} runs, {len(CLAIMS)} assertions")
        print(f"{'':<38}{'seconds':>9}{'CPU s':>9}   passed")
        for tool in tools:
            wall, cpu = statistics.median(tool.wall), statistics.median(tool.cpu)
            print(f"{tool.name:<38}{wall:9.2f}{cpu:9.2f}   {' '.join(map(str, tool.passed[: options.count]))}")
        print(f"{'gradecheck cohort, one job, all of them':<38}{whole:9.2f}")


def measure(tool: Tool, submission: Path, counts: bool) -> None:
    """Grade it once; `counts` keeps the figures."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    passed = tool.grade(submission)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if counts:
        tool.passed.append(passed)
        tool.wall.append(wall)
        tool.cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def available(folder: Path, tools: Path | None, sandbox: str) -> list[Tool]:
    """gradecheck and pytest, and what else there is."""

    def program(name: str) -> str | None:
        found = tools / "bin" / name if tools else None
        return str(found.absolute()) if found and found.exists() else shutil.which(name)

    found = [Tool(f"gradecheck grade ({sandbox} sandbox)", gradecheck(folder, sandbox)), Tool("pytest", plain(folder))]
    for name, make in (("otter", otter), ("check50", check50)):
        path = program(name)
        if path is None:
            print(f"{name} is not installed: skipped")
        else:
            found.append(
                Tool({"otter": "otter-grader (otter run)", "check50": "check50 --dev"}[name], make(folder, path))
            )
    return found


def gradecheck(folder: Path, sandbox: str) -> Callable[[Path], int]:
    def grade(submission: Path) -> int:
        out = folder / "gradecheck"
        command = [sys.executable, "-m", "graders", "grade", str(submission), "--out", str(out), "--format", "json"]
        call([*command, "--section", "1", "--section", "2", "--seed", "1", "--sandbox", sandbox, "--quiet"], CHECKOUT)
        report = json.loads((out / "report.json").read_text())
        checks = [c for s in report["sections"] for p in s["checkpoints"] for c in p["checks"]]
        return sum(check["status"] == "passed" for check in checks)

    return grade


def plain(folder: Path) -> Callable[[Path], int]:
    tests = folder / "pytest"
    tests.mkdir()
    body = "from bench.compare_claims import CLAIMS\n"
    body += "".join(f"\ndef test_{name}():\n    CLAIMS[{name!r}]()\n" for name in CLAIMS)
    (tests / "test_claims.py").write_text(body)

    def grade(submission: Path) -> int:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", str(tests)]
        said = call(command, tests, submission)
        return next((int(word) for word, kind in pairs(said) if kind.startswith("passed")), 0)

    return grade


def otter(folder: Path, program: str) -> Callable[[Path], int]:
    home = folder / "otter"
    (home / "tests").mkdir(parents=True)
    for name in CLAIMS:
        (home / "tests" / f"{name}.py").write_text(
            f"from otter.test_files import test_case\n\nOK_FORMAT = False\nname = {name!r}\npoints = 1\n\n"
            f"@test_case()\ndef test_it():\n    from bench.compare_claims import CLAIMS\n    CLAIMS[{name!r}]()\n"
        )
    call([program, "generate", "-t", "tests", "-o", "autograder.zip", "--no-requirements", "--no-environment"], home)

    def grade(submission: Path) -> int:
        script = home / "submission.py"
        script.write_text("import losses, trace, network, gradient_check\n")
        out = home / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        said = call(
            [program, "run", script.name, "-a", "autograder.zip", "-o", str(out), "--no-logo"], home, submission
        )
        try:
            results = json.loads((out / "results.json").read_text())["tests"]
        except FileNotFoundError:
            sys.exit(f"otter gave no result:\n{said[-2000:]}")
        return sum(test.get("score") == 1 for test in results if test["name"] != "Public Tests")

    return grade


def check50(folder: Path, program: str) -> Callable[[Path], int]:
    home = folder / "check50"
    home.mkdir()
    body = "import check50\n"
    for name in CLAIMS:
        body += (
            f"\n@check50.check()\ndef {name}():\n    {name!r}\n    from bench.compare_claims import CLAIMS\n"
            f"    try:\n        CLAIMS[{name!r}]()\n    except Exception as error:\n"
            "        raise check50.Failure(str(error)[:200])\n"
        )
    (home / "__init__.py").write_text(body)
    files = "".join(f"    - !include {name}.py\n" for name in ("losses", "trace", "network", "gradient_check"))
    (home / ".cs50.yml").write_text(f'check50:\n  files:\n    - !exclude "*"\n{files}')

    def grade(submission: Path) -> int:
        said = call([program, "--dev", str(home), "-o", "json"], submission / "exercises", submission)
        start = said.find('{\n    "slug"')
        if start < 0:
            sys.exit(f"check50 gave no result:\n{said[-2000:]}")
        results, _ = json.JSONDecoder().raw_decode(said[start:])
        return sum(check["passed"] is True for check in results["results"])

    return grade


def cohort_seconds(folder: Path, sandbox: str) -> float:
    """All submissions by `gradecheck cohort`, one job."""
    command = [
        sys.executable,
        "-m",
        "graders",
        "cohort",
        str(folder / "in"),
        "--out",
        str(folder / "cohort"),
        "--jobs",
        "1",
    ]
    start = time.monotonic()
    call([*command, "--section", "1", "--section", "2", "--sandbox", sandbox, "--format", "json", "--quiet"], CHECKOUT)
    return time.monotonic() - start


def call(command: list[str], cwd: Path, submission: Path | None = None) -> str:
    """What a command prints; the learner's modules and the assertions are on its path."""
    path = [str(CHECKOUT)] + ([str(submission / "exercises")] if submission else [])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(reversed(path)), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT)
    return done.stdout + done.stderr


def pairs(text: str) -> list[tuple[str, str]]:
    words = text.split()
    return [(a, b) for a, b in itertools.pairwise(words) if a.isdigit()]


if __name__ == "__main__":
    main()
