"""Which files were saved: in place, by rename, in several steps; and when they are at rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from graders.watch import watcher
from graders.watch.watcher import REST, Watcher, signatures


class Clock:
    """A clock that the test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def exercises(tmp_path: Path) -> Path:
    folder = tmp_path / "exercises"
    folder.mkdir()
    (folder / "losses.py").write_text("a = 1\n")
    (folder / "network.py").write_text("b = 1\n")
    return folder


def settled(watching: Watcher, clock: Clock) -> set[str]:
    """Look, wait until files are at rest, look again."""
    first = watching.saved()
    clock.now += 2 * REST
    return first | watching.saved()


def test_nothing_is_saved_at_first(exercises: Path) -> None:
    clock = Clock()
    assert settled(Watcher(exercises, clock), clock) == set()


def test_a_save_in_place_is_told_once(exercises: Path) -> None:
    clock = Clock()
    watching = Watcher(exercises, clock)
    (exercises / "losses.py").write_text("a = 22\n")
    assert watching.saved() == set(), "not before it is at rest"
    clock.now += 2 * REST
    assert watching.saved() == {"losses.py"}
    assert settled(watching, clock) == set()


def test_a_save_by_rename_is_told(exercises: Path) -> None:
    clock = Clock()
    watching = Watcher(exercises, clock)
    new = exercises / ".losses.py.swap"
    new.write_text("a = 2\n")  # as long as the old one
    new.replace(exercises / "losses.py")
    assert settled(watching, clock) == {"losses.py"}


def test_a_file_that_is_still_written_is_waited_for(exercises: Path) -> None:
    clock = Clock()
    watching = Watcher(exercises, clock)
    (exercises / "losses.py").write_text("")
    assert watching.saved() == set()
    clock.now += 0.6 * REST
    (exercises / "losses.py").write_text("a = 3\n")
    assert watching.saved() == set()
    clock.now += 0.6 * REST
    assert watching.saved() == set(), "the second write began the wait anew"
    clock.now += REST
    assert watching.saved() == {"losses.py"}


def test_new_and_removed_files_are_told(exercises: Path) -> None:
    clock = Clock()
    watching = Watcher(exercises, clock)
    (exercises / "helpers").mkdir()
    (exercises / "helpers" / "maths.py").write_text("c = 1\n")
    (exercises / "network.py").unlink()
    assert settled(watching, clock) == {"helpers/maths.py", "network.py"}


def test_bytecode_and_links_are_no_saves(exercises: Path, tmp_path: Path) -> None:
    clock = Clock()
    watching = Watcher(exercises, clock)
    (exercises / "__pycache__").mkdir()
    (exercises / "__pycache__" / "losses.pyc").write_bytes(b"x")
    (exercises / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert settled(watching, clock) == set()


def test_a_folder_that_is_gone_is_no_error(exercises: Path, tmp_path: Path) -> None:
    exercises.rename(tmp_path / "elsewhere")
    assert signatures(exercises) == {}


def test_polling_does_without_watchfiles(exercises: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "watchfiles", None)
    assert watcher.notifier(exercises, lambda: None) is None
