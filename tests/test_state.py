"""The state file: two terminals at once, a crash, a damaged file: nothing is lost."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

from graders import state

KIT = Path(__file__).resolve().parent.parent


def path(root: Path) -> Path:
    return root / state.FOLDER / state.FILE


def put(root: Path, table: str, key: str, value: str | int) -> None:
    state.update(root, lambda now: getattr(now, table).__setitem__(key, value))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    put(tmp_path, "passed", "mse-loss", "abc")
    put(tmp_path, "hints", "C1.2", 2)
    put(tmp_path, "quiz", "1.1-mse", 3)
    put(tmp_path, "drills", "delta", 1)
    put(tmp_path, "watch", "at", "mse-loss")
    assert state.read(tmp_path) == state.State(
        {"mse-loss": "abc"}, {"C1.2": 2}, {"1.1-mse": 3}, {"delta": 1}, {"at": "mse-loss"}
    )


def test_nothing_there_is_an_empty_state_and_makes_no_folder(tmp_path: Path) -> None:
    assert state.read(tmp_path) == state.State()
    assert list(tmp_path.iterdir()) == []


def test_it_is_one_text_file_that_explains_itself(tmp_path: Path) -> None:
    put(tmp_path, "passed", 'odd "key"\n\x7f', "ü")
    text = path(tmp_path).read_text("utf-8")
    assert text.startswith("# What gradecheck remembers here.")
    assert tomllib.loads(text)["passed"] == {'odd "key"\n\x7f': "ü"}
    assert sorted(p.name for p in (tmp_path / state.FOLDER).iterdir()) == [".lock", "state.toml"]


def test_tables_of_a_newer_version_stay(tmp_path: Path) -> None:
    path(tmp_path).parent.mkdir()
    path(tmp_path).write_text('[passed]\n"a" = "1"\n\n[badges]\n"gold" = 2\n"since" = "May"\n"on" = true\n')
    put(tmp_path, "hints", "C1.2", 1)
    read = tomllib.loads(path(tmp_path).read_text())
    assert read["badges"] == {"gold": 2, "since": "May", "on": True}
    assert read["passed"] == {"a": "1"}


def test_values_of_the_wrong_kind_are_not_believed(tmp_path: Path) -> None:
    path(tmp_path).parent.mkdir()
    path(tmp_path).write_text('passed = 3\n[hints]\n"a" = "two"\n"b" = true\n"c" = 2\n')
    assert state.read(tmp_path) == state.State(hints={"c": 2})


# -- damage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [b'"cut = "of', b"\xff\xfe\x00garbage\n", b"[[[\n", b'"mse-loss" = "again"\n"mse-loss" = "again"\n', b"\0" * 50],
)
def test_a_damaged_file_loses_nothing(tmp_path: Path, damage: bytes) -> None:
    put(tmp_path, "passed", "mse-loss", "abc")
    put(tmp_path, "hints", "C1.2", 2)
    broken = path(tmp_path).read_bytes() + damage
    path(tmp_path).write_bytes(broken)
    with pytest.raises(state.StateError, match="is damaged") as told:
        state.read(tmp_path)
    assert "\n" not in str(told.value)
    assert told.value.state.hints == {"C1.2": 2}
    put(tmp_path, "hints", "C1.3", 1)
    read = state.read(tmp_path)
    assert read.hints == {"C1.2": 2, "C1.3": 1}
    assert read.passed.keys() >= {"mse-loss"}
    assert (tmp_path / state.FOLDER / "state.toml.damaged").read_bytes() == broken


def test_a_second_damaged_file_does_not_replace_the_first(tmp_path: Path) -> None:
    for text in ("[one", "[two"):
        path(tmp_path).parent.mkdir(exist_ok=True)
        path(tmp_path).write_text(text)
        put(tmp_path, "hints", text, 1)
    kept = {p.read_text() for p in (tmp_path / state.FOLDER).glob("state.toml.damaged*")}
    assert kept == {"[one", "[two"}


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / state.FOLDER).write_text("mine")
    with pytest.raises(state.StateError, match="expected a folder"):
        state.read(tmp_path)
    with pytest.raises(state.StateError, match="nothing is remembered"):
        put(tmp_path, "hints", "a", 1)
    assert (tmp_path / state.FOLDER).read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    (tmp_path / state.FOLDER).mkdir(mode=0o500)
    with pytest.raises(state.StateError, match="cannot write"):
        put(tmp_path, "hints", "a", 1)


# -- crashes and company ------------------------------------------------------------------------------------------


def test_a_crash_in_the_middle_of_a_write_leaves_the_old_state(tmp_path: Path) -> None:
    put(tmp_path, "passed", "mse-loss", "abc")
    before = path(tmp_path).read_bytes()
    program = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        from graders import state
        os.fsync = lambda fd: os.kill(os.getpid(), signal.SIGKILL)
        state.update(Path(sys.argv[1]), lambda now: now.passed.clear())
        """
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=KIT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert path(tmp_path).read_bytes() == before
    assert list((tmp_path / state.FOLDER).glob(".writing-*")), "the crash left its half-written file"
    put(tmp_path, "hints", "a", 1)
    assert state.read(tmp_path) == state.State({"mse-loss": "abc"}, {"a": 1})
    assert not list((tmp_path / state.FOLDER).glob(".writing-*")), "and the next write tidies up"


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path, "passed", "mse-loss", "abc")

    def change(now: state.State) -> None:
        now.passed.clear()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        state.update(tmp_path, change)
    assert state.read(tmp_path).passed == {"mse-loss": "abc"}


def _write_many(root: Path, name: str) -> None:
    for number in range(15):
        put(root, "hints", f"{name}-{number}", number)
        state.update(root, lambda now: now.quiz.__setitem__("both", now.quiz.get("both", 0) + 1))


def test_several_terminals_lose_nothing_of_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    terminals = [context.Process(target=_write_many, args=(tmp_path, name)) for name in "abc"]
    for process in terminals:
        process.start()
    for process in terminals:
        process.join()
    assert [process.exitcode for process in terminals] == [0, 0, 0]
    known = state.read(tmp_path)
    assert known.hints == {f"{name}-{n}": n for name in "abc" for n in range(15)}
    assert known.quiz == {"both": 45}


def test_a_terminal_that_hangs_with_the_lock_is_not_waited_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "PATIENCE", 0.1)
    with state.locked(tmp_path), pytest.raises(state.StateError, match="another gradecheck"):
        put(tmp_path, "hints", "a", 1)
    put(tmp_path, "hints", "a", 1)
    assert state.read(tmp_path).hints == {"a": 1}
