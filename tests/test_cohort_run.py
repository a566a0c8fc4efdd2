"""A run over a cohort: what is graded, what isn't again, and that stopping it anywhere changes nothing."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cohort_samples as samples
from graders import course
from graders.cohort import diff, kit, run
from graders.cohort.engine import Local
from graders.cohort.find import CohortError, find
from graders.cohort.progress import Progress
from graders.cohort.store import Store
from graders.cohort.task import Job
from graders.report.model import Report, Submission

CHECKS = course.select(course.load(), ("1",))


class Grader:
    """Stands in for grading: a report that depends on the files, the seed and nothing else, and what it was asked."""

    def __init__(self, stop_after: int | None = None, faults: tuple[str, ...] = (), error: str | None = None) -> None:
        self.seen: Counter[str] = Counter()
        self.stop_after, self.faults, self.error = stop_after, faults, error

    def __call__(self, job: Job) -> dict[str, Any]:
        name = job.snapshot.origin.name
        self.seen[name] += 1
        if self.stop_after is not None and sum(self.seen.values()) > self.stop_after:
            raise KeyboardInterrupt
        if name in self.faults:
            return {"fault": "no room"}
        report = fake(job)
        if self.error and name == self.error:
            section = report.sections[0]
            point = section.checkpoints[0]
            check = replace(point.checks[0], status="error")
            point = replace(point, status="error", checks=(check, *point.checks[1:]))
            report = replace(report, sections=(replace(section, checkpoints=(point, *section.checkpoints[1:])),))
        return {"report": report.to_dict(), "cpu": [0.1, 0.2], "memory": 1}


def fake(job: Job) -> Report:
    draw = random.Random(f"{job.snapshot.digest} {job.seed}")
    checks = [course.load().by_id[id] for id in job.checks]
    made = samples.report("x", draw, checks)
    return replace(
        made,
        seed=job.seed,
        submission=Submission(str(job.snapshot.origin), None, job.snapshot.digest),
        seconds=draw.random(),
    )


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    for n in range(9):
        write(tmp_path / "in" / f"s{n}", f"# {n}")
    write(tmp_path / "in" / "twin-a", "# the same")
    write(tmp_path / "in" / "twin-b", "# the same")
    (tmp_path / "in" / "void").mkdir()
    return tmp_path


def write(folder: Path, text: str) -> None:
    (folder / "exercises").mkdir(parents=True, exist_ok=True)
    (folder / "exercises" / "losses.py").write_text(text)


def grade(cohort: Path, grader: Grader | None = None, out: str = "out", jobs: int = 1, **order: Any) -> Grader:
    grader = grader or Grader()
    given = run.Order(
        find(cohort / "in"), cohort / out, CHECKS, **{"seed": 5, "mode": "off", "formats": ("json",), **order}
    )
    with run.opened(given, Progress("quiet")) as current, ThreadPoolExecutor(jobs) as pool:
        current.grade(Local(pool, jobs), grader)
    return grader


def contents(cohort: Path, out: str = "out") -> list[tuple[Any, ...]]:
    with Store(cohort / out) as store:
        return list(store.contents())


def statuses(cohort: Path, out: str = "out") -> dict[str, str]:
    with Store(cohort / out) as store:
        return dict(store.rows("SELECT name, status FROM submission"))


def test_every_submission_is_graded_once_and_identical_files_once_in_all(cohort: Path) -> None:
    grader = grade(cohort)
    assert grader.seen == Counter([f"s{n}" for n in range(9)] + ["twin-a"])
    found = statuses(cohort)
    assert found.pop("void") == "unreadable"
    assert set(found.values()) == {"graded"}
    assert len(found) == 11
    reports = {p.parent.name: json.loads(p.read_text()) for p in (cohort / "out" / "reports").glob("*/report.json")}
    assert set(reports) == set(found)
    for name, report in reports.items():
        assert Report.from_dict(report).submission.path == str(cohort / "in" / name)
    a, b = reports["twin-a"], reports["twin-b"]
    assert {**a, "submission": None} == {**b, "submission": None}
    assert "exercises/" in (cohort / "out" / "reports" / "void" / "unreadable.txt").read_text()


def test_nothing_that_is_unchanged_is_graded_again(cohort: Path) -> None:
    grade(cohort)
    before = contents(cohort)
    assert not grade(cohort).seen
    assert not grade(cohort, seed=None).seen  # the cohort's own seed
    assert contents(cohort) == before
    write(cohort / "in" / "s3", "# other")
    assert grade(cohort).seen == Counter(["s3"])
    assert (cohort / "out" / "cohort.db.1").exists()  # what was overwritten
    assert sum(grade(cohort, seed=6).seen.values()) == 10


def test_a_changed_kit_or_selection_is_another_verdict(cohort: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grade(cohort)
    monkeypatch.setattr(kit, "version", lambda: "another")
    assert sum(grade(cohort).seen.values()) == 10
    monkeypatch.setattr("test_cohort_run.CHECKS", CHECKS[:2])
    assert sum(grade(cohort).seen.values()) == 10
    assert sum(grade(cohort, mode="auto").seen.values()) == 10


def test_a_report_that_was_deleted_or_damaged_is_made_again(cohort: Path) -> None:
    grade(cohort)
    reports = cohort / "out" / "reports"
    shutil.rmtree(reports / "s1")
    (reports / "s2" / "report.json").write_text("{}")
    grader = grade(cohort, formats=("json", "html"))
    assert set(grader.seen) == {"s1", "s2"}
    assert (reports / "s1" / "report.json").exists()
    # Another format of a report that is there is rendered, not graded.
    assert (reports / "s4" / "report.html").exists()


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_jobs_and_order_make_no_difference(cohort: Path, jobs: int) -> None:
    grade(cohort, out="one")
    grade(cohort, out="many", jobs=jobs)
    assert contents(cohort, "one") == contents(cohort, "many")
    for path in (cohort / "one" / "reports").glob("*/report.json"):
        assert path.read_bytes() == (cohort / "many" / path.relative_to(cohort / "one")).read_bytes()


@pytest.mark.parametrize("after", [0, 1, 4, 8, 9])
def test_stopped_anywhere_and_taken_up_again_it_comes_to_the_same(cohort: Path, after: int) -> None:
    grade(cohort, out="whole")
    first = Grader(stop_after=after)
    with pytest.raises(KeyboardInterrupt):
        grade(cohort, first)
    done = sum(status != "waiting" for status in statuses(cohort).values())
    second = grade(cohort)
    assert contents(cohort) == contents(cohort, "whole")
    assert sum(second.seen.values()) <= 10 - after + 1
    assert done >= after - 1


def test_a_fault_is_recorded_and_tried_again_by_the_next_run(cohort: Path) -> None:
    grade(cohort, Grader(faults=("s2", "twin-a")))
    found = statuses(cohort)
    assert [name for name, status in found.items() if status == "fault"] == ["s2", "twin-a", "twin-b"]
    assert not (cohort / "out" / "reports" / "s2" / "report.json").exists()
    assert grade(cohort).seen == Counter(["s2", "twin-a"])
    grade(cohort, out="whole")
    assert contents(cohort) == contents(cohort, "whole")


def test_the_graders_own_errors_are_never_final(cohort: Path) -> None:
    grade(cohort, Grader(error="s4"))
    assert grade(cohort).seen == Counter(["s4"])
    assert not grade(cohort).seen


def test_many_faults_in_a_row_end_the_run(cohort: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MAX_FAULTS", 4)
    with pytest.raises(CohortError, match="4 submissions in a row could not be graded; the last: no room"):
        grade(cohort, Grader(faults=tuple(f"s{n}" for n in range(9))))


def test_only_failed_grades_what_did_not_come_to_a_verdict(cohort: Path) -> None:
    grade(cohort, Grader(faults=("s2",)))
    with Store(cohort / "out") as store:
        stopped = {name for (name,) in store.rows("SELECT name FROM submission WHERE troubles > 0")}
    write(cohort / "in" / "s3", "# changed, and not asked for")
    assert set(grade(cohort, only_failed=True).seen) == {"s2"} | stopped


def test_fresh_grades_everything_and_keeps_what_was(cohort: Path) -> None:
    grade(cohort, seed=11)
    before = contents(cohort)
    grader = grade(cohort, seed=None, fresh=True)
    assert sum(grader.seen.values()) == 10
    assert contents(cohort) == before  # the seed was taken over
    with diff.open_either(cohort / "out" / "cohort.db.1") as old:
        assert list(old.contents()) == before


def test_a_damaged_database_can_be_replaced_and_is_kept(cohort: Path) -> None:
    grade(cohort)
    (cohort / "out" / "cohort.db").write_bytes(b"x" * 4096)
    with pytest.raises(CohortError, match="damaged"):
        grade(cohort)
    grade(cohort, fresh=True)
    assert (cohort / "out" / "cohort.db.damaged").read_bytes() == b"x" * 4096


def test_two_runs_do_not_write_to_one_folder(cohort: Path) -> None:
    order = run.Order(find(cohort / "in"), cohort / "out", CHECKS)
    with (
        run.opened(order, Progress("quiet")),
        pytest.raises(CohortError, match="another gradecheck"),
        run.opened(order, Progress("quiet")),
    ):
        pass


def test_a_folder_that_cannot_be_written_is_one_line(cohort: Path) -> None:
    (cohort / "file").write_text("")
    with pytest.raises(CohortError, match=r"cannot write to .*expected a folder"):
        grade(cohort, out="file")


def test_a_full_disk_ends_the_run_and_the_next_one_goes_on(cohort: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from graders.report import writer

    grade(cohort, out="whole")
    written: list[Path] = []
    whole = writer.write

    def full(report: Report, out: Path, *rest: Any, **more: Any) -> list[Path]:
        written.append(out)
        if len(written) == 4:
            raise writer.ReportError(f"cannot write the report to {out}: No space left on device")
        return whole(report, out, *rest, **more)

    monkeypatch.setattr(writer, "write", full)
    with pytest.raises(CohortError, match="No space left on device; put that right"):
        grade(cohort)
    monkeypatch.undo()
    grade(cohort)
    assert contents(cohort) == contents(cohort, "whole")


def test_a_submission_that_becomes_readable_or_leaves_is_followed(cohort: Path) -> None:
    grade(cohort)
    write(cohort / "in" / "void", "# here now")
    shutil.rmtree(cohort / "in" / "s8")
    assert grade(cohort).seen == Counter(["void"])
    assert not (cohort / "out" / "reports" / "void" / "unreadable.txt").exists()
    with Store(cohort / "out") as store:
        assert store.counts()["graded"] == 11
        assert store.counts()["unreadable"] == 0


def test_files_that_were_not_read_make_another_submission(cohort: Path) -> None:
    write(cohort / "in" / "linked", "# the same")
    (cohort / "in" / "linked" / "exercises" / "network.py").symlink_to("losses.py")
    grader = grade(cohort)
    assert grader.seen["linked"] == grader.seen["twin-a"] == 1
    with Store(cohort / "out") as store:
        note = store.one("SELECT note FROM submission WHERE name = 'linked'")
    assert note is not None
    assert "network.py was not read: a link" in note[0]


@pytest.fixture
def two(cohort: Path) -> Iterator[tuple[Store, Store]]:
    grade(cohort, out="a")
    write(cohort / "in" / "s1", "# better")
    write(cohort / "in" / "late", "# new")
    shutil.rmtree(cohort / "in" / "s0")
    grade(cohort, out="b")
    with Store(cohort / "a") as a, Store(cohort / "b") as b:
        yield a, b


def test_a_diff_names_who_changed_and_why(two: tuple[Store, Store]) -> None:
    changes = {change.name: change for change in diff.changes(*two)}
    assert set(changes) == {"s0", "s1", "late"}
    assert changes["s0"].after is None
    assert changes["late"].before is None
    assert changes["s1"].reasons == ("other files",)
    assert changes["s1"].turns
    assert not list(diff.changes(two[0], two[0]))


def test_a_diff_says_when_nothing_explains_a_change(cohort: Path) -> None:
    grade(cohort, out="a")
    shutil.copytree(cohort / "a", cohort / "b")
    with Store(cohort / "b") as store:
        store._db.execute("UPDATE result SET status = 'timeout' WHERE submission = 's1' AND id = 'mse-loss'")
    with Store(cohort / "a") as a, Store(cohort / "b") as b:
        (change,) = diff.changes(a, b)
    assert change.turns[0].after == "timeout"
    assert "behaves differently each time" in change.reasons[0]


def test_a_diff_names_a_changed_seed(cohort: Path) -> None:
    grade(cohort, out="a")
    grade(cohort, out="b", seed=6)
    with Store(cohort / "a") as a, Store(cohort / "b") as b:
        found = list(diff.changes(a, b))
    assert {reason for change in found for reason in change.reasons} == {"another seed (5, then 6)"}
