"""Jobs through executors: workers that die, hang about, or see too much."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cohort_samples as samples
from graders import course
from graders.cohort import kit, task
from graders.cohort.engine import Local, Traffic
from graders.cohort.lanes import Lanes, allowed_environment
from graders.learner.host import Usage
from graders.learner.snapshot import Snapshot


def run(engine: Any, task: Any, jobs: list[Any], stop: Any = lambda: False) -> dict[Any, Any]:
    traffic = Traffic(engine, task)
    found: dict[Any, Any] = {}
    for key, result in traffic.results(((job, job) for job in jobs), stop, lambda: None):
        assert key not in found
        found[key] = result
    return found


@pytest.fixture
def lanes(tmp_path: Path) -> Iterator[Lanes]:
    lanes = Lanes(2, tmp_path)
    yield lanes
    lanes.shutdown(cancel_futures=True)


def pid(job: Any) -> dict[str, Any]:
    return {"pid": os.getpid()}


def die_on_three(job: int) -> dict[str, Any]:
    if job == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"pid": os.getpid(), "job": job}


def die_once(job: tuple[int, str]) -> dict[str, Any]:
    number, marks = job
    mark = Path(marks) / str(number)
    tries = int(mark.read_text()) + 1 if mark.exists() else 1
    mark.write_text(str(tries))
    if number in (2, 5) and tries == 1:
        os._exit(1)
    return {"tries": tries}


def raise_on_three(job: int) -> dict[str, Any]:
    if job == 3:
        raise ValueError("a bug of ours")
    return {"job": job}


def environment(job: Any) -> dict[str, Any]:
    return dict(os.environ)


def test_workers_start_once(lanes: Lanes) -> None:
    found = run(Local(lanes, 2), pid, list(range(12)))
    assert len(found) == 12
    assert len({result["pid"] for result in found.values()}) <= 2
    assert os.getpid() not in {result["pid"] for result in found.values()}


def test_a_submission_that_kills_its_worker_costs_the_others_nothing(lanes: Lanes) -> None:
    found = run(Local(lanes, 2), die_on_three, list(range(8)))
    assert sorted(found) == list(range(8))
    assert "died 2 times" in found[3]["fault"]
    assert all(found[n]["job"] == n for n in range(8) if n != 3)


def test_a_worker_that_dies_costs_one_retry_of_one_submission(lanes: Lanes, tmp_path: Path) -> None:
    jobs = [(n, str(tmp_path)) for n in range(8)]
    found = run(Local(lanes, 2), die_once, jobs)
    assert [found[job]["tries"] for job in jobs] == [1, 1, 2, 1, 1, 2, 1, 1]


def test_an_exception_is_one_submissions_fault() -> None:
    with ThreadPoolExecutor(2) as pool:
        found = run(Local(pool, 2), raise_on_three, list(range(6)))
    assert found.pop(3) == {"fault": "ValueError: a bug of ours"}
    assert sorted(found) == [0, 1, 2, 4, 5]


def test_never_more_is_under_way_than_there_is_room_for_and_one_is_read_ahead() -> None:
    taken: list[int] = []

    def jobs() -> Iterator[tuple[int, int]]:
        for n in range(10):
            taken.append(n)
            yield n, n

    with ThreadPoolExecutor(8) as pool:
        engine = Local(pool, 3)
        traffic: Traffic = Traffic(engine, lambda job: time.sleep(0.005) or {"job": job})  # type: ignore[func-returns-value]
        for done, _ in enumerate(traffic.results(jobs(), lambda: False, lambda: None), 1):
            assert len(traffic.running) <= 3
            assert len(taken) <= done + 3 + 3 + 1  # being written, under way, read ahead


def test_stopping_gives_what_is_there_and_starts_nothing_more() -> None:
    started: list[int] = []

    def task(job: int) -> dict[str, Any]:
        started.append(job)
        return {"job": job}

    with ThreadPoolExecutor(1) as pool:
        found = run(Local(pool, 1), task, list(range(100)), stop=lambda: len(started) >= 5)
    assert set(found) <= set(started)
    assert len(started) < 10


def test_an_executor_that_never_starts_is_one_clear_error() -> None:
    from graders.cohort.find import CohortError

    class Broken(Executor):
        def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:  # type: ignore[override]
            raise BrokenExecutor("no")

    with pytest.raises(CohortError, match="cannot start worker processes"):
        run(Local(Broken(), 1), pid, [1])


def test_the_instructors_secrets_do_not_reach_a_worker(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANVAS_TOKEN", "s3cret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    (found,) = run(Local(lanes, 1), environment, [1]).values()
    assert "s3cret" not in str(found)
    assert found["PATH"] == os.environ["PATH"]
    assert found["MALLOC_TRIM_THRESHOLD_"] == "131072"  # or what large arrays leave behind stays with the worker
    assert os.environ["CANVAS_TOKEN"] == "s3cret"
    assert "CANVAS_TOKEN" not in allowed_environment()


def test_a_graders_error_is_tried_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = course.select(course.load(), exercises=("C1.2",))
    ids = [check.id for check in checks]
    statuses = [{ids[0]: "error"}, {ids[0]: "passed"}, {}]
    asked: list[int] = []

    def judge(*_: Any) -> tuple[Any, Usage]:
        asked.append(1)
        return samples.report(
            "x", random.Random(1), checks, dict.fromkeys(ids, "passed") | statuses[len(asked) - 1]
        ), Usage()

    monkeypatch.setattr(task.marking, "judge_snapshot", judge)
    job = task.Job(Snapshot(Path("x"), {}, {}), tuple(ids), 1, "off", kit.version())
    result = task.grade(job)
    assert len(asked) == 2
    assert result["report"]["score"]["earned"] == result["report"]["score"]["possible"]
    task.grade(job)
    assert len(asked) == 3
    assert "is graded by another" in task.grade(replace(job, kit="another"))["fault"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="the peak can't be reset here")
def test_the_memory_of_a_grading_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = course.select(course.load(), exercises=("C1.2",))
    ids = [check.id for check in checks]
    sizes = [10**8, 1]

    def judge(*_: Any) -> tuple[Any, Usage]:
        bytes(bytearray(b"x") * sizes.pop(0))
        return samples.report("x", random.Random(1), checks, dict.fromkeys(ids, "passed")), Usage()

    monkeypatch.setattr(task.marking, "judge_snapshot", judge)
    job = task.Job(Snapshot(Path("x"), {}, {}), tuple(ids), 1, "off", kit.version())
    large, small = (task.grade(job)["memory"] for _ in range(2))
    assert large > small + 9 * 10**7


def test_workers_end_with_a_parent_that_is_killed_and_take_their_files_along(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    code = (
        "import sys, time, os\nfrom pathlib import Path\nfrom graders.cohort.lanes import Lanes\n"
        "if __name__ == '__main__':\n"
        f"    lanes = Lanes(1, Path({str(scratch)!r}))\n"
        "    print(lanes.submit(os.getpid).result(), flush=True)\n    time.sleep(60)\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(code)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=env)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    assert Path(f"/proc/{worker}").exists()
    parent.kill()
    parent.wait()
    until = time.monotonic() + 20
    while (Path(f"/proc/{worker}").exists() or scratch.exists()) and time.monotonic() < until:
        time.sleep(0.02)
    assert not scratch.exists()
    assert not Path(f"/proc/{worker}").exists()
