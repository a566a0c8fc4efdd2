"""`gradecheck cohort` as a process: the same verdicts as `grade`, stopped and killed, and what it prints."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import submissions_lib as lib
from graders import paths
from graders.cohort.store import Store
from grading_lib import CHECKOUT, gradecheck

SELECT = ("-e", "C1.2")
SANDBOX = ("--sandbox", "off")
DIES = "\n\ndef mse_loss(predictions, targets):\n    import os\n    os.abort()\n"


def corpus(folder: Path, count: int) -> Path:
    """Right, wrong, zipped, unfinished, copied, empty, damaged."""
    wrong = [each for each in lib.wrong() if each.modules == ("losses",)]
    draw = random.Random(1)
    for n in range(count):
        root = folder / f"s{n:02d}"
        lib.write(lib.right()[0] if n % 3 == 0 else draw.choice(wrong), root)
        if n % 6 != 5:
            (root / "exercises" / "who.txt").write_text(str(n))
    shutil.copytree(paths.STUBS, folder / "stubs" / "exercises")
    shutil.copytree(folder / "s00", folder / "copy")
    (folder / "void").mkdir()
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        for name, text in lib.plain().items():
            archive.writestr(name, str(text))
    (folder / "damaged.zip").write_bytes((folder / "packed.zip").read_bytes()[:700])
    return folder


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus(tmp_path_factory.mktemp("cohort") / "in", 3)


@pytest.fixture(scope="module")
def graded(submissions: Path) -> Path:
    """A whole run by two workers."""
    done = cohort(submissions, "graded", "--jobs", "2", "--seed", "5")
    assert done.returncode == 1, done.stderr
    return submissions.parent / "graded"


def cohort(submissions: Path, out: str, *options: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return gradecheck("cohort", submissions, "--out", out, *SELECT, *SANDBOX, *options, cwd=submissions.parent, **more)


def without_times(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if '"seconds"' not in line)


def contents(folder: Path) -> list[tuple[Any, ...]]:
    with Store(folder) as store:
        return list(store.contents())


def test_the_verdict_is_that_of_grade_byte_for_byte(submissions: Path, graded: Path) -> None:
    for name, path in {"s01": "s01", "s02": "s02", "packed": "packed.zip"}.items():
        # As somebody would call it from there, by the same path.
        gradecheck(
            "grade", submissions / path, "--out", f"one-{name}", "--seed", "5", *SELECT, *SANDBOX, cwd=graded.parent
        )
        alone = (graded.parent / f"one-{name}" / "report.json").read_text()
        assert without_times((graded / "reports" / name / "report.json").read_text()) == without_times(alone)


def test_jobs_make_no_difference_and_an_unchanged_cohort_is_not_graded_again(submissions: Path, graded: Path) -> None:
    assert cohort(submissions, "single", "--jobs", "1", "--seed", "5", "--quiet").stderr == ""
    assert contents(graded.parent / "single") == contents(graded)
    again = cohort(submissions, "single", "--json-lines")
    events = [json.loads(line) for line in again.stdout.splitlines()]
    assert [event["event"] for event in events] == ["start", "unreadable", "unreadable", "end"]
    assert events[0]["seed"] == 5
    assert events[-1]["complete"] is True


def test_a_cohort_comes_with_its_files(graded: Path) -> None:
    with (graded / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"s00", "s01", "s02", "stubs", "copy", "void", "packed", "damaged"}
    assert rows["s00"]["percent"] == rows["packed"]["percent"] == "100"
    assert rows["void"]["status"] == rows["damaged"]["status"] == "unreadable"
    assert rows["stubs"]["points"] == "0"
    assert (graded / rows["s01"]["report"]).is_file()
    assert "unreadable" in (graded / "index.html").read_text("utf-8")
    assert not [path for path in graded.iterdir() if path.suffix == ".tmp" or path.name == ".scratch"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("in", "--out", "x", "--jobs", "2", "--scheduler", "tcp://h:1"), "exclude each other"),
        (("in", "--out", "x", "--fresh", "--only-failed"), "exclude each other"),
        (("in", "--out", "x", "--format", "docx"), "there is no format 'docx'"),
        (("in", "--out", "x", "--section", "9"), "there is no section '9'"),
        (("in/s00", "--out", "x"), "gradecheck grade"),
        (("nowhere", "--out", "x"), "does not exist"),
    ],
)
def test_wrong_usage_is_one_line(submissions: Path, arguments: tuple[str, ...], said: str) -> None:
    done = gradecheck("cohort", *arguments, cwd=submissions.parent)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (submissions.parent / "x").exists()


def test_a_difference_is_told_with_its_reason(submissions: Path, graded: Path, tmp_path: Path) -> None:
    other = tmp_path / "in"
    shutil.copytree(submissions, other)
    shutil.rmtree(other / "s02")
    shutil.copytree(other / "s00", other / "s01", dirs_exist_ok=True)
    cohort(other, "out", "--seed", "5", "--quiet")
    done = gradecheck("cohort-diff", graded, tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 1
    assert "s01: " in done.stdout
    assert "other files" in done.stdout
    assert "s02: gone" in done.stdout
    assert done.stdout.endswith("changed: 1 up, 1 down\n")
    same = gradecheck("cohort-diff", graded, graded, cwd=tmp_path)
    assert (same.returncode, same.stdout) == (0, "Nothing changed.\n")


# -- stopped and killed ---------------------------------------------------------------------------------------


def started(
    submissions: Path, out: str, *options: str, environ: dict[str, str] | None = None, **more: Any
) -> subprocess.Popen[str]:
    """A run that speaks JSON lines."""
    arguments = ["cohort", str(submissions), "--out", out, *SELECT, *SANDBOX, "--seed", "5", "--json-lines", *options]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), **(environ or {})}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "graders", *arguments],
        cwd=submissions.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def until_graded(process: subprocess.Popen[str], count: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        count -= json.loads(line)["event"] == "graded"
        if count <= 0:
            return


def test_ctrl_c_keeps_what_is_graded_and_says_how_to_go_on(submissions: Path, graded: Path) -> None:
    out = graded.parent / "stopped"
    process = started(submissions, "stopped", "--jobs", "1")
    until_graded(process, 2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on" in said
    with Store(out) as store:
        assert store.counts()["waiting"] > 0
        assert store.counts()["graded"] >= 2
    assert (out / "index.html").is_file()
    assert cohort(submissions, "stopped", "--quiet").returncode == 1
    assert contents(out) == contents(graded)


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = corpus(tmp_path_factory.mktemp("many") / "in", 12)
    lib.write(lib.right()[0], folder / "dies")
    with (folder / "dies" / "exercises" / "losses.py").open("a") as file:
        file.write(DIES)
    cohort(folder, "whole", "--seed", "5", "--quiet")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_killed_at_any_moment_and_taken_up_again_it_comes_to_the_same(many: Path, seed: int) -> None:
    out = many.parent / f"killed-{seed}"
    draw = random.Random(seed)
    for _ in range(2):
        process = started(many, out.name)
        time.sleep(draw.uniform(0.3, 6.0))
        process.kill()
        process.communicate()
    assert cohort(many, out.name, "--seed", "5", "--quiet").returncode == 1
    assert contents(out) == contents(many.parent / "whole")
    for report in (many.parent / "whole" / "reports").glob("*/report.json"):
        assert without_times((out / report.relative_to(many.parent / "whole")).read_text()) == without_times(
            report.read_text()
        )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_workers_killed_at_any_moment_cost_nothing(many: Path) -> None:
    draw = random.Random(3)
    killed = runs = 0
    while killed < 10:  # a run may be through before that
        runs += 1
        process = started(many, f"workers-killed-{runs}")
        while process.poll() is None and killed < 10:
            time.sleep(draw.uniform(0.2, 0.8))
            workers = []
            for pid in children(process.pid):
                with contextlib.suppress(OSError):  # it has ended meanwhile
                    if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        workers.append(pid)
            if workers:
                os.kill(draw.choice(workers), signal.SIGKILL)
                killed += 1
        process.communicate(timeout=120)
    for n in range(1, runs + 1):
        # A submission that lost its worker twice is at fault for this run, and graded by the next.
        cohort(many, f"workers-killed-{n}", "--seed", "5", "--quiet")
        assert contents(many.parent / f"workers-killed-{n}") == contents(many.parent / "whole")


@pytest.mark.slow
def test_a_full_disk_ends_the_run_in_one_line_and_loses_nothing(many: Path) -> None:
    def limit(size: int) -> Callable[[], None]:
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    draw = random.Random(4)
    # Python must not write half of a compiled module for those who come after.
    environ = {"PYTHONDONTWRITEBYTECODE": "1", "GRADECHECK_ISOLATED": "1"}
    for n in range(10):
        size = draw.randrange(5_000, 90_000)
        process = started(many, f"full-{n % 2}", environ=environ, preexec_fn=limit(size))
        _, said = process.communicate(timeout=120)
        assert "Traceback" not in said
        assert process.returncode in (1, 3), said
    for n in range(2):
        cohort(many, f"full-{n}", "--seed", "5", "--quiet")
        assert contents(many.parent / f"full-{n}") == contents(many.parent / "whole")


@pytest.mark.slow
def test_a_database_that_is_locked_for_a_while_is_waited_for(many: Path) -> None:
    process = started(many, "locked")
    until_graded(process, 1)
    for _ in range(10):
        other = sqlite3.connect(many.parent / "locked" / "cohort.db", timeout=30)
        try:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(0.3)
        finally:
            other.rollback()
            other.close()
        time.sleep(0.1)
    process.communicate(timeout=120)
    assert process.returncode == 1
    assert contents(many.parent / "locked") == contents(many.parent / "whole")


# -- Dask -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_database(many: Path, cluster: Any) -> None:
    done = cohort(many, "dask", "--seed", "5", "--scheduler", cluster.scheduler_address)
    assert done.returncode == 1, done.stderr
    assert contents(many.parent / "dask") == contents(many.parent / "whole")


@pytest.mark.slow
def test_a_dask_worker_that_dies_costs_nothing(many: Path, cluster: Any) -> None:
    draw = random.Random(5)
    process = started(many, "dask-killed", "--scheduler", cluster.scheduler_address)
    until_graded(process, 1)
    for _ in range(2):
        nanny = draw.choice(list(cluster.workers.values()))
        os.kill(nanny.pid, signal.SIGKILL)
        time.sleep(4)
    process.communicate(timeout=240)
    assert contents(many.parent / "dask-killed") == contents(many.parent / "whole")


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_one_line(many: Path) -> None:
    pytest.importorskip("distributed")
    done = cohort(many, "nowhere", "--scheduler", "tcp://127.0.0.1:9", timeout=90)
    assert done.returncode == 3
    assert "no Dask scheduler at tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
