"""What a judge that was killed has left is removed by a later one; what is in use, or another's, is not."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from graders.learner import leftovers


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def run_folder(place: Path, name: str, age: float = 3600.0) -> Path:
    folder = place / name
    for inner in ("submission", "scratch/work"):
        (folder / inner).mkdir(parents=True)
    (folder / "scratch" / "work" / "file").write_text("x")
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def test_a_folder_that_nobody_holds_goes(place: Path) -> None:
    gone = run_folder(place, "gradecheck-abcd1234")
    (gone / "scratch").chmod(0)
    leftovers.sweep()
    assert not gone.exists()


def test_a_folder_that_is_held_stays_until_it_is_released(place: Path) -> None:
    kept = run_folder(place, "gradecheck-abcd1234")
    held = leftovers.Held(kept)
    leftovers.sweep()
    assert (kept / "scratch" / "work" / "file").exists()
    held.release()
    held.release()
    leftovers.sweep()
    assert not kept.exists()


@pytest.mark.parametrize("name", ["gradecheck-cohort-abcd1234", "gradecheck-abcd12345", "other-abcd1234"])
def test_other_folders_stay(place: Path, name: str) -> None:
    kept = run_folder(place, name)
    leftovers.sweep()
    assert kept.exists()


def test_young_folders_and_other_things_of_that_name_stay(place: Path) -> None:
    young = run_folder(place, "gradecheck-abcd1234", age=5.0)
    elsewhere = run_folder(place / "elsewhere", "gradecheck-abcd1234")
    (place / "gradecheck-link1234").symlink_to(elsewhere)
    (place / "gradecheck-file1234").write_text("x")
    bare = place / "gradecheck-bare1234"
    bare.mkdir()
    os.utime(bare, (0, 0))
    leftovers.sweep()
    assert young.exists()
    assert elsewhere.exists()
    assert (place / "gradecheck-file1234").exists()
    assert bare.exists()
