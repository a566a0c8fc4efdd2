"""The worker that `check` starts before the command line is read: for the right one only, and never left over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from graders import state
from graders.cli import ahead
from graders.learner.host import Host
from grading_lib import reference_submission


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The submissions for which a worker was started; none is, really."""
    found: list[Path] = []
    monkeypatch.setattr(Host, "warm", lambda self: found.append(self.snapshot.origin))
    return found


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = reference_submission(tmp_path / "s")
    monkeypatch.chdir(made)
    return made


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["check", "--section", "2"],
        ["check", "--path", "."],
        ["check", "--path=.", "--sandbox=auto"],
        ["check", "--sandbox", "off"],
    ],
)
def test_it_is_started_and_handed_over_once(words: list[str], root: Path, started: list[Path]) -> None:
    with ahead.of(words):
        assert len(started) == 1
        mode = "off" if "off" in words else "auto"
        host = ahead.taken(root, mode)
        assert host is not None
        assert host.snapshot.files
        assert ahead.taken(root, mode) is None
        host.close()


@pytest.mark.parametrize(
    "words", [[], ["list"], ["check", "--help"], ["check", "--in-process"], ["check", "--path", "nowhere"], ["--help"]]
)
def test_it_is_not_started_for_anything_else(words: list[str], root: Path, started: list[Path]) -> None:
    with ahead.of(words):
        assert started == []


def test_it_waits_where_perhaps_nothing_has_changed(root: Path, started: list[Path]) -> None:
    state.update(root, lambda now: now.passed.update({"mse-loss": "digest"}))
    with ahead.of(["check"]):
        assert started == []
    with ahead.of(["check", "--fresh"]):
        assert len(started) == 1


def test_a_host_for_another_folder_is_not_handed_over(root: Path, started: list[Path], tmp_path: Path) -> None:
    with ahead.of(["check"]):
        assert ahead.taken(tmp_path, "auto") is None
        assert ahead.taken(root, "off") is None
        host = next(iter(ahead._started.values()))
    assert not host.run.root.exists()


def test_a_wrong_option_leaves_nothing_behind(root: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "graders", "check", "--section", "9"],
        cwd=Path(__file__).resolve().parents[1],
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(scratch), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert list(scratch.iterdir()) == []
