"""The learner's verbs as processes: what they print, how they exit, what bad input gets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from graders import course
from graders.cli.group import group
from grading_lib import (
    CHECKOUT,
    gradecheck,
    plain_submission,
    stubs_submission,
)


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    return stubs_submission(tmp_path / "repo")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return plain_submission(tmp_path / "repo")


def one_line(text: str) -> bool:
    return len(text.strip().splitlines()) == 1


def test_unfilled_stubs_are_not_started_and_say_what_to_do_first(stubs: Path) -> None:
    result = gradecheck("check", "--section", "1", "--section", "2", cwd=stubs)
    assert result.returncode == 1
    assert "not started" in result.stdout
    assert "✓" not in result.stdout and "✗" not in result.stdout
    assert "Next: mse_loss is the mean of the squared differences" in result.stdout
    assert "exercises/losses.py:" in result.stdout
    assert "gradecheck hint C1.2" in result.stdout
    assert result.stderr == ""


def test_a_filled_section_passes_and_is_not_run_again(plain: Path) -> None:
    first = gradecheck("check", "-e", "C2.4", cwd=plain)
    assert first.returncode == 0
    assert "All of it is right." in first.stdout
    again = gradecheck("check", "-e", "C2.4", cwd=plain)
    assert again.returncode == 0
    assert "not graded again" in again.stdout
    fresh = gradecheck("check", "-e", "C2.4", "--fresh", cwd=plain)
    assert "not graded again" not in fresh.stdout
    network = plain / "exercises" / "network.py"
    network.write_text(network.read_text() + "\n# changed\n")
    assert "not graded again" not in gradecheck("check", "-e", "C2.4", cwd=plain).stdout


def test_a_change_in_a_sibling_counts(plain: Path) -> None:
    gradecheck("check", "-e", "4.1", cwd=plain)
    losses = plain / "exercises" / "losses.py"
    losses.write_text(losses.read_text() + "\n")
    assert "not graded again" not in gradecheck("check", "-e", "4.1", cwd=plain).stdout


def test_json_is_the_report(plain: Path) -> None:
    result = gradecheck("check", "-e", "2.2", "--json", cwd=plain)
    report = json.loads(result.stdout)
    assert report["schema"] == "gradecheck/report/1"
    [section] = report["sections"]
    assert [point["id"] for point in section["checkpoints"]] == ["2.2"]
    assert report["score"]["earned"] == report["score"]["possible"] > 0


def test_no_colour_without_a_terminal(plain: Path) -> None:
    assert "\x1b" not in gradecheck("check", "-e", "1.1", cwd=plain).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "--section", "9"], "sections are 1, 2, 3, 4, 5"),
        (["check", "--exercise", "7.7"], "there is no exercise '7.7'"),
        (["check", "--only", "nothing"], "there is no check 'nothing'"),
        (["hint", "9.9"], "there is no item or check '9.9'"),
        (["reset", "nothing"], "there is no exercise 'nothing'"),
        (["explain", "nothing"], "there is no check 'nothing'"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(stubs: Path, arguments: list[str], said: str) -> None:
    result = gradecheck(*arguments, cwd=stubs)
    assert result.returncode == 2
    assert said in result.stderr
    assert one_line(result.stderr)


def test_outside_a_submission(tmp_path: Path) -> None:
    result = gradecheck("check", cwd=tmp_path)
    assert result.returncode == 2
    assert "there is no exercises/ here" in result.stderr and one_line(result.stderr)


def test_a_missing_file_is_one_message_and_the_rest_is_graded(plain: Path) -> None:
    (plain / "exercises" / "trace.py").unlink()
    result = gradecheck("check", "-s", "2", cwd=plain)
    assert "exercises/trace.py is missing" in result.stdout
    assert "✓ backward gives the gradient of every weight and bias" in result.stdout


@pytest.mark.parametrize("content", [b"\x7fELF\x02\x01\x01\x00\x00binary", b"def broken(:\n    pass\n"])
def test_a_file_that_is_no_python_is_one_message(plain: Path, content: bytes) -> None:
    (plain / "exercises" / "trace.py").write_bytes(content)
    result = gradecheck("check", "-e", "C2.2", "-e", "C2.5", cwd=plain)
    assert result.stdout.count("trace.py cannot be imported") <= 2  # under its check, and as the next thing
    assert "✓ numerical_gradients" in result.stdout


def test_a_folder_in_place_of_a_module(plain: Path) -> None:
    (plain / "exercises" / "trace.py").unlink()
    (plain / "exercises" / "trace.py").mkdir()
    result = gradecheck("check", "-e", "C2.2", "-e", "C2.5", cwd=plain)
    assert "exercises/trace.py is missing" in result.stdout
    assert "✓ numerical_gradients" in result.stdout


def test_a_syntax_error_in_one_file_costs_that_file_only(plain: Path) -> None:
    network = plain / "exercises" / "network.py"
    network.write_text(network.read_text() + "\nthis is not python\n")
    result = gradecheck("check", "-s", "3", "--json", cwd=plain)
    checks = [c for s in json.loads(result.stdout)["sections"] for p in s["checkpoints"] for c in p["checks"]]
    by_module: dict[str, set[str]] = {}
    for check in checks:
        by_module.setdefault(check["subject"].split(".")[0], set()).add(check["status"])
    assert by_module["network"] == {"failed"}
    assert by_module["training"] == {"passed"}
    assert any("network.py, line" in check["message"] for check in checks)


@pytest.mark.parametrize(
    "text", ['"1.1-mse" = [', "\x00\x01", '"1.1-mse" = ' + "[" * 4000], ids=["unclosed", "binary", "deep"]
)
def test_invalid_answers_are_one_line_and_the_rest_is_graded(plain: Path, text: str) -> None:
    (plain / "exercises" / "answers.toml").write_text(text)
    result = gradecheck("check", "-s", "1", cwd=plain)
    assert result.returncode == 1
    assert "answers.toml is not valid TOML" in result.stdout
    assert "✓ mse_loss is the mean" in result.stdout


def test_a_damaged_state_file_is_one_line(plain: Path) -> None:
    (plain / ".gradecheck").mkdir()
    (plain / ".gradecheck" / "state.toml").write_text("[passed\n???")
    result = gradecheck("check", "-e", "4.1", cwd=plain)
    assert result.returncode == 0
    assert "damaged" in result.stderr and one_line(result.stderr)
    assert gradecheck("check", "-e", "4.1", cwd=plain).stderr == ""
    assert list((plain / ".gradecheck").glob("*damaged*"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_checkout(plain: Path) -> None:
    plain.chmod(0o555)
    try:
        result = gradecheck("check", "-e", "4.1", cwd=plain)
    finally:
        plain.chmod(0o755)
    assert result.returncode == 0
    assert "nothing is remembered" in result.stderr


def test_a_state_folder_that_cannot_be_made(plain: Path) -> None:
    (plain / ".gradecheck").write_text("a file, where a folder belongs")
    result = gradecheck("check", "-e", "4.1", cwd=plain)
    assert result.returncode == 0
    assert "Traceback" not in result.stderr
    assert (plain / ".gradecheck").read_text() == "a file, where a folder belongs"


def test_an_endless_import_ends_by_itself(plain: Path) -> None:
    (plain / "exercises" / "practice.py").write_text("while True:\n    pass\n")
    result = gradecheck("check", "-e", "C4.3", "-e", "C4.2", cwd=plain)
    assert result.returncode == 1
    assert "what runs at import must end by itself" in result.stdout


def test_what_was_printed_is_shown_under_its_check(plain: Path) -> None:
    practice = plain / "exercises" / "practice.py"
    practice.write_text(
        practice.read_text()
        + "\n\ndef overfitting(train_loss, test_loss):\n    print('looking at', 'it')\n    return None\n"
    )
    result = gradecheck("check", "-e", "C4.2", cwd=plain)
    assert "| looking at it" in result.stdout


def test_in_process_stops_at_a_breakpoint(plain: Path) -> None:
    practice = plain / "exercises" / "practice.py"
    practice.write_text(practice.read_text().replace("def overfitting(", "def overfitting(", 1) + "\n")
    text = practice.read_text()
    head, _, tail = text.partition("def overfitting(")
    first, _, rest = tail.partition("\n")
    practice.write_text(f"{head}def overfitting({first}\n    breakpoint()\n{rest}")
    result = subprocess.run(
        [sys.executable, "-P", "-m", "graders", "check", "--only", "overfitting", "--in-process"],
        cwd=plain,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        input="p 'I am ' + 'here'\n" + "c\n" * 40,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "I am here" in result.stdout
    assert "All of it is right" in result.stdout


def test_hints_go_on_one_step_a_call(stubs: Path) -> None:
    first = gradecheck("hint", "train-step", cwd=stubs).stdout
    second = gradecheck("hint", "train-step", cwd=stubs).stdout
    third = gradecheck("hint", "train-step", cwd=stubs).stdout
    hints = course.load().by_id["train-step"].hints
    assert "1." in first and "2." not in first
    assert "2." in second and "3." not in second
    assert "3." in third
    assert hints[0].split()[0] in first


def test_reset_keeps_the_learners_version(plain: Path) -> None:
    mine = (plain / "exercises" / "losses.py").read_bytes()
    result = gradecheck("reset", "losses", "--yes", cwd=plain)
    assert result.returncode == 0
    kept = list((plain / "exercises").glob("losses-*.py"))
    assert [file.read_bytes() for file in kept] == [mine]
    assert b"NotImplementedError" in (plain / "exercises" / "losses.py").read_bytes()
    assert "already" in gradecheck("reset", "losses", "--yes", cwd=plain).stdout


def test_every_check_is_listed_and_explained(stubs: Path) -> None:
    listed = gradecheck("list", cwd=stubs).stdout
    for check in course.load().checks():
        assert check.id in listed
    explained = gradecheck("explain", "backward-several-outputs", cwd=stubs).stdout
    assert "--in-process" in explained and "network.Network.backward" in explained


def test_help_of_every_verb(tmp_path: Path) -> None:
    verbs = group.list_commands(click.Context(group))
    assert {"check", "hint", "reset", "grade", "guide", "data", "new"} <= set(verbs)
    listed = gradecheck("--help", cwd=tmp_path).stdout
    assert all(f"\n  {verb} " in listed for verb in verbs)
    for verb in verbs:
        result = gradecheck(verb, "--help", cwd=tmp_path)
        assert result.returncode == 0 and "Usage:" in result.stdout, verb


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 1), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["INT", "TERM", "HUP"]
)
def test_a_signal_leaves_no_process_and_no_folder_behind(
    plain: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    marker = tmp_path / "begun"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (plain / "exercises" / "practice.py").write_text("import time\ntime.sleep(600)\n")
    with marker.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "graders", "check", "-e", "C4.3"],
            cwd=plain,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), "TMPDIR": str(scratch)},
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    until = time.monotonic() + 30
    # Those of the sandbox and the check's own are there, and the exercise begins to sleep.
    while time.monotonic() < until and len(_descendants(process.pid)) < 4:
        time.sleep(0.05)
    time.sleep(0.5)
    workers = _descendants(process.pid)
    assert workers
    process.send_signal(number)
    assert process.wait(timeout=30) == status
    until = time.monotonic() + 10
    while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in workers):
        time.sleep(0.05)
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    assert list(scratch.iterdir()) == []
    assert "Traceback" not in marker.read_text()


def _descendants(pid: int) -> list[int]:
    found, todo = [], [pid]
    while todo:
        for task in Path(f"/proc/{todo.pop()}/task").glob("*/children"):
            children = [int(p) for p in task.read_text().split()]
            found += children
            todo += children
    return found
