"""cohort.db: whole results or none, the same whatever the order, and one clear line for what is wrong."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

import cohort_samples as samples
from graders.cohort.find import CohortError, Entry
from graders.cohort.store import FILE, Store


def entries(*names: str) -> list[Entry]:
    return [Entry(name, Path("in") / name, name) for name in names]


def test_the_order_in_which_results_come_leaves_no_trace(tmp_path: Path) -> None:
    names = [f"s{n}" for n in range(12)]
    reports = {name: samples.report(name, random.Random(name)) for name in names}
    contents = []
    for turn in range(2):
        order = random.Random(turn).sample(names, len(names))
        (tmp_path / str(turn)).mkdir()
        with Store(tmp_path / str(turn), create=True) as store:
            store.enlist(entries(*order))
            for name in order:
                report = replace(reports[name], seconds=float(turn))
                store.record(name, report.submission.digest, report, samples.SETTINGS, cpu=(turn, turn))
            contents.append(list(store.contents()))
    assert contents[0] == contents[1]
    assert len([row for row in contents[0] if row[0] == "result"]) == 12 * len(list(reports["s0"].checks()))


def test_a_new_verdict_replaces_the_old_one_whole(tmp_path: Path) -> None:
    first = samples.report("a", random.Random(1))
    second = samples.report("a", random.Random(2))
    with Store(tmp_path, create=True) as store:
        store.enlist(entries("a"))
        store.record("a", "x", first, samples.SETTINGS)
        store.record("a", "y", second, samples.SETTINGS)
        statuses = dict(store.rows("SELECT id, status FROM result"))
        assert statuses == {check.id: check.status for _, _, check in second.checks()}
        store.record_problem("a", "unreadable", "gone")
        assert store.one("SELECT count(*) FROM result") == (0,)
        assert store.one("SELECT status, earned, identity FROM submission") == ("unreadable", None, None)


def test_those_who_left_keep_their_results_and_are_not_counted(tmp_path: Path) -> None:
    report = samples.report("a", random.Random(1))
    with Store(tmp_path, create=True) as store:
        store.enlist(entries("a", "b"))
        store.record("a", "x", report, samples.SETTINGS)
        store.enlist(entries("b"))
        assert store.counts()["graded"] == 0
        store.enlist(entries("a", "b"))
        assert store.counts()["graded"] == 1


def test_a_locked_database_is_one_line_and_nothing_is_lost(tmp_path: Path) -> None:
    report = samples.report("a", random.Random(1))
    with Store(tmp_path, create=True, patience=0.05) as store:
        store.enlist(entries("a"))
        other = sqlite3.connect(tmp_path / FILE)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CohortError, match="held by another program") as caught:
            store.record("a", "x", report, samples.SETTINGS)
        assert "\n" not in str(caught.value)
        other.rollback()
        other.close()
        store.record("a", "x", report, samples.SETTINGS)
        assert store.counts()["graded"] == 1


def test_other_files_and_other_schemas_are_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database at all, but long enough to be looked at" * 40)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(CohortError, match="damaged"):
        Store(tmp_path, create=True)
    assert (tmp_path / FILE).read_bytes() == before
    (tmp_path / "new").mkdir()
    database = sqlite3.connect(tmp_path / "new" / FILE)
    database.execute("PRAGMA user_version = 99")
    database.execute("CREATE TABLE t (x)")
    database.close()
    with pytest.raises(CohortError, match="schema 99"):
        Store(tmp_path / "new")
    with pytest.raises(CohortError, match="there is no"):
        Store(tmp_path / "nowhere")


def test_a_copy_is_kept_whole_under_the_next_free_name(tmp_path: Path) -> None:
    with samples.fill(tmp_path, 3) as store:
        first, second = store.keep_copy(), store.keep_copy()
        assert [first.name, second.name] == ["cohort.db.1", "cohort.db.2"]
        with Store(tmp_path, file=first.name) as copy:
            assert list(copy.contents()) == list(store.contents())


def test_a_program_that_dies_in_the_middle_of_a_write_leaves_the_old_result(tmp_path: Path) -> None:
    report = samples.report("a", random.Random(1))
    with Store(tmp_path, create=True) as store:
        store.enlist(entries("a"))
        store.record("a", "x", report, samples.SETTINGS)
        before = list(store.contents())
        broken = replace(report, score=replace(report.score, earned=object()))  # type: ignore[arg-type]
        with pytest.raises((CohortError, sqlite3.Error)):
            store.record("a", "y", broken, samples.SETTINGS)
        assert list(store.contents()) == before
