"""The one copy of a submission's exercises: what is read, and what is refused."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from graders.learner import snapshot
from graders.learner.commit import read_commit
from graders.learner.snapshot import take
from graders.learner.submission import SubmissionError


@pytest.fixture
def exercises(tmp_path: Path) -> Path:
    folder = tmp_path / "exercises"
    folder.mkdir()
    (folder / "losses.py").write_text("def mse_loss(p, t): ...\n")
    return folder


def test_regular_files_at_any_depth_are_read(exercises: Path) -> None:
    (exercises / "helpers" / "more").mkdir(parents=True)
    (exercises / "helpers" / "more" / "x.py").write_text("1")
    taken = take(exercises.parent)
    assert sorted(taken.files) == ["helpers/more/x.py", "losses.py"]
    assert taken.refused == {}


def test_nothing_outside_exercises_is_read(exercises: Path) -> None:
    for name in ("conftest.py", "pytest.ini", "sitecustomize.py", "numpy.py", ".env", "graders/checks/losses.py"):
        path = exercises.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("raise SystemExit")
    assert list(take(exercises.parent).files) == ["losses.py"]


def test_links_pipes_and_sockets_are_refused_one_by_one(exercises: Path) -> None:
    (exercises / "link.py").symlink_to("/etc/passwd")
    (exercises / "inner.py").symlink_to("losses.py")
    (exercises / "folder").symlink_to("/etc")
    (exercises / "dangling").symlink_to("nowhere")
    os.mkfifo(exercises / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(exercises)
        try:
            server.bind("socket")
        finally:
            os.chdir(here)
    taken = take(exercises.parent)
    assert list(taken.files) == ["losses.py"]
    assert set(taken.refused) == {"link.py", "inner.py", "folder", "dangling", "pipe", "socket"}
    assert taken.refused["link.py"] == "a link; links are not followed"
    assert taken.refused["pipe"] == "not a regular file"


def test_large_files_are_refused_and_the_rest_is_taken(exercises: Path) -> None:
    with (exercises / "weights.bin").open("wb") as file:
        file.truncate(2**40)
    taken = take(exercises.parent)
    assert list(taken.files) == ["losses.py"]
    assert "at most" in taken.refused["weights.bin"]


def test_many_files_and_folders_are_bounded(exercises: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MAX_FILES", 5)
    monkeypatch.setattr(snapshot, "MAX_ENTRIES", 30)
    for number in range(50):
        (exercises / f"f{number}.py").touch()
    taken = take(exercises.parent)
    assert len(taken.files) == 5
    assert taken.refused["exercises"] == "more than 30 entries"


def test_all_files_together_are_bounded(exercises: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MAX_TOTAL", 100)
    for number in range(10):
        (exercises / f"f{number}.py").write_text("x" * 30)
    taken = take(exercises.parent)
    assert sum(map(len, taken.files.values())) <= 100
    assert len(taken.refused) == 8


def test_depth_is_bounded(exercises: Path) -> None:
    deep = exercises.joinpath(*"abcdefghij")
    deep.mkdir(parents=True)
    (deep / "x.py").touch()
    taken = take(exercises.parent)
    assert list(taken.files) == ["losses.py"]
    assert taken.refused == {"a/b/c/d/e/f/g": "more than 6 folders deep"}


def test_bytecode_libraries_and_environments_are_passed_over(exercises: Path) -> None:
    for name in ("__pycache__/losses.cpython-311.pyc", "x.so", "y.pyc", "z.pth", ".venv/lib/a.py", ".git/config"):
        path = exercises / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0")
    assert list(take(exercises.parent).files) == ["losses.py"]


@pytest.mark.parametrize("name", ["a\nb.py", "a\x1b[31mb.py", "a\u202eb.py", "x" * 130])
def test_odd_names_are_refused(exercises: Path, name: str) -> None:
    (exercises / name).touch()
    taken = take(exercises.parent)
    assert list(taken.files) == ["losses.py"]
    (shown,) = taken.refused
    assert shown.isprintable()


def test_names_that_are_not_text_are_refused(exercises: Path) -> None:
    try:
        (Path(os.fsdecode(os.fsencode(exercises) + b"/\xff\xfe.py"))).touch()
    except OSError:
        pytest.skip("this file system takes text only")
    (shown,) = take(exercises.parent).refused
    assert shown.isascii()


def test_no_folder_of_exercises(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="found none"):
        take(tmp_path)
    (tmp_path / "exercises").write_text("a file")
    with pytest.raises(SubmissionError, match="found a link or a file"):
        take(tmp_path)


def test_exercises_that_are_a_link_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "exercises").symlink_to("real")
    with pytest.raises(SubmissionError, match="found a link"):
        take(tmp_path)


def test_the_digest_is_of_names_and_contents(exercises: Path) -> None:
    first = take(exercises.parent).digest
    assert take(exercises.parent).digest == first
    (exercises / "losses.py").rename(exercises / "loss.py")
    second = take(exercises.parent).digest
    (exercises / "loss.py").write_text("")
    assert len({first, second, take(exercises.parent).digest}) == 3


def test_the_copy_is_what_was_read(exercises: Path, tmp_path: Path) -> None:
    taken = take(exercises.parent)
    (exercises / "losses.py").write_text("changed")
    root = taken.write(tmp_path / "copy")
    assert (root / "losses.py").read_bytes() == taken.files["losses.py"] != b"changed"


# -- the commit -----------------------------------------------------------------------------------------------

ONE, TWO = "1" * 40, "2" * 64


@pytest.fixture
def git(tmp_path: Path) -> Path:
    folder = tmp_path / ".git"
    (folder / "refs" / "heads" / "feature").mkdir(parents=True)
    return folder


def test_the_commit_of_a_branch(git: Path) -> None:
    (git / "HEAD").write_text("ref: refs/heads/feature/a-1\n")
    (git / "refs/heads/feature/a-1").write_text(ONE + "\n")
    assert read_commit(git.parent) == ONE


def test_the_commit_of_a_packed_branch(git: Path) -> None:
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    packed = f"# pack-refs with: peeled\n{ONE} refs/heads/mainly\n{TWO} refs/heads/main\n^{ONE}\n"
    (git / "packed-refs").write_text(packed)
    assert read_commit(git.parent) == TWO


def test_the_commit_of_a_detached_head(git: Path) -> None:
    (git / "HEAD").write_text(ONE)
    assert read_commit(git.parent) == ONE


@pytest.mark.parametrize(
    "head",
    [
        "",
        "ref: ",
        "ref: refs/heads/../../secret",
        "ref: ../secret",
        "ref: /etc/passwd",
        "ref: refs/heads/.invalid",
        "ref: refs/heads/main\nmore",
        "1" * 39,
        "g" * 40,
        "<script>" * 5,
        "ref: refs/" + "a/" * 200 + "b",
    ],
)
def test_a_head_that_names_no_commit(git: Path, head: str) -> None:
    (git.parent / "secret").write_text(ONE)
    (git / "secret").write_text(ONE)
    (git / "HEAD").write_text(head)
    assert read_commit(git.parent) is None


def test_no_link_is_followed_to_a_commit(git: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(ONE)
    (git / "HEAD").symlink_to(tmp_path / "elsewhere")
    assert read_commit(tmp_path) is None
    (git / "HEAD").unlink()
    (git / "HEAD").write_text("ref: refs/heads/main")
    (git / "refs/heads/main").symlink_to(tmp_path / "elsewhere")
    assert read_commit(tmp_path) is None
    other = tmp_path / "other"
    other.mkdir()
    (other / ".git").symlink_to(git)
    assert read_commit(other) is None


def test_a_git_file_or_pipe_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text(f"gitdir: {tmp_path}")
    assert read_commit(tmp_path) is None
    assert read_commit(tmp_path / "missing") is None
    other = tmp_path / "other" / ".git"
    other.mkdir(parents=True)
    os.mkfifo(other / "HEAD")
    assert read_commit(other.parent) is None
