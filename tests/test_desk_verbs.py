"""hint, reset, list, explain, completion: what they say, and what they leave alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from graders import course, desk, paths, state
from graders.cli import doctor as doctor_module
from graders.cli import watch as watch_module
from graders.cli.completion import completion
from graders.cli.explain import explain
from graders.cli.hint import hint
from graders.cli.listing import listing
from graders.cli.quiz import quiz
from graders.cli.reset import put_back, reset

KIT = Path(__file__).resolve().parent.parent
PLAIN = Path(__file__).parent / "submissions" / "right" / "plain"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(paths.STUBS, tmp_path / "exercises")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def call(command: click.Command, *arguments: str, answers: str = "") -> Result:
    result = CliRunner().invoke(command, list(arguments), input=answers)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def one_line(result: Result) -> str:
    return " ".join(result.output.split())


@pytest.fixture
def passed(root: Path) -> Path:
    """mse-loss has passed, and is remembered."""
    shutil.copy(PLAIN / "losses.py", root / "exercises")
    desk.check(root, [course.load().by_id["mse-loss"]], state.State(), 1)
    assert "mse-loss" in state.read(root).passed
    return root


# -- hint ---------------------------------------------------------------------------------------------------------


def test_hints_come_one_a_call(root: Path) -> None:
    hints = course.load().by_id["backward-several-outputs"].hints
    for step in (1, 2, 3, 3):
        said = one_line(call(hint, "2.2"))
        assert [text in said for text in hints] == [n < step for n in range(3)]
    assert "That was the last step." in said


def test_again_shows_what_was_seen(root: Path) -> None:
    call(hint, "2.2")
    assert "Step 1 of 3" in call(hint, "2.2", "--again").output
    assert state.read(root).hints == {"backward-several-outputs": 1}


def test_an_item_and_its_check_share_the_steps(root: Path) -> None:
    call(hint, "C1.2")
    assert "Step 2 of 3" in call(hint, "mse-loss").output
    assert "Step 3" not in call(hint, "c1.2").output


def test_what_has_passed_needs_no_hint(passed: Path) -> None:
    assert "losses.mse_gradient" in call(hint, "C1.2").output


def test_what_passed_and_was_changed_since_is_open_again(passed: Path) -> None:
    with (passed / "exercises" / "losses.py").open("a") as file:
        file.write("\nx = 1\n")
    assert "losses.mse_loss" in call(hint, "C1.2").output


def test_a_long_item_names_its_other_checks(root: Path) -> None:
    said = call(hint, "2.1").output
    assert "trace.updated_parameters" in said
    assert "Also open in 2.1: answer-2.1-z1" in said


def test_a_question_s_hint_does_not_say_the_answer(root: Path) -> None:
    for _ in range(3):
        said = one_line(call(hint, "C1.1-measures"))
    right = "makes it smaller"
    assert right not in said


@pytest.mark.parametrize("count", [-7, 99])
def test_a_count_that_cannot_be_is_put_right(root: Path, count: int) -> None:
    state.update(root, lambda now: now.hints.__setitem__("mse-loss", count))
    assert "1. " in call(hint, "mse-loss").output


def test_an_unknown_item_names_those_there_are(root: Path) -> None:
    result = call(hint, "7.7")
    assert result.exit_code == 2
    assert "items are C1.1, C1.2" in result.output


# -- list ---------------------------------------------------------------------------------------------------------


def test_the_list_names_every_check(root: Path) -> None:
    said = call(listing).output
    assert [c.id for c in course.load().checks() if f" {c.id} " not in said] == []


def test_the_list_marks_what_passed_until_it_changes(passed: Path) -> None:
    assert "✓ mse-loss " in call(listing, "-s", "1").output
    assert "mse-loss " not in call(listing, "--open").output
    (passed / "exercises" / "losses.py").write_text("\n")
    assert "✓" not in call(listing, "-s", "1").output


def test_the_list_of_a_section(root: Path) -> None:
    said = call(listing, "-s", "2").output
    assert "Section 2" in said
    assert "mse-loss" not in said
    assert call(listing, "-s", "7").exit_code == 2


# -- reset --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["losses", "losses.py", "exercises/losses.py", "./exercises/losses.py"])
def test_reset_brings_the_stub_and_keeps_the_old(root: Path, name: str) -> None:
    mine = root / "exercises" / "losses.py"
    mine.write_text("mine\n")
    assert call(reset, name, answers="y\n").exit_code == 0
    assert mine.read_bytes() == (paths.STUBS / "losses.py").read_bytes()
    (kept,) = (root / "exercises").glob("losses-*.py")
    assert kept.read_text() == "mine\n"


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_reset_asks_first(root: Path, answer: str) -> None:
    mine = root / "exercises" / "losses.py"
    mine.write_text("mine\n")
    assert call(reset, "losses", answers=answer).exit_code == 1
    assert mine.read_text() == "mine\n"
    assert not list((root / "exercises").glob("losses-*"))


def test_two_resets_in_one_second_keep_both(root: Path) -> None:
    mine = root / "exercises" / "answers.toml"
    for text in ("one\n", "two\n"):
        mine.write_text(text)
        call(reset, "answers", "--yes")
    assert sorted(k.read_text() for k in (root / "exercises").glob("answers-*")) == ["one\n", "two\n"]


def test_reset_of_a_stub_or_of_a_missing_file_keeps_nothing(root: Path) -> None:
    assert "already" in call(reset, "losses").output
    (root / "exercises" / "losses.py").unlink()
    assert "is the stub again.\n" in call(reset, "losses").output
    assert not list((root / "exercises").glob("losses-*"))


def test_a_link_is_replaced_and_what_it_points_to_stays(root: Path) -> None:
    elsewhere = root / "elsewhere.py"
    elsewhere.write_text("mine\n")
    mine = root / "exercises" / "losses.py"
    mine.unlink()
    mine.symlink_to(elsewhere)
    kept = put_back(mine, b"stub\n")
    assert kept is not None
    assert kept.is_symlink()
    assert (mine.read_text(), elsewhere.read_text()) == ("stub\n", "mine\n")
    assert not mine.is_symlink()


def test_an_unknown_module_names_those_there_are(root: Path) -> None:
    result = call(reset, "netwrk")
    assert result.exit_code == 2
    assert "network" in result.output


# -- explain ------------------------------------------------------------------------------------------------------


def test_every_check_is_explained() -> None:
    for check in course.load().checks():
        said = one_line(call(explain, check.id))
        assert check.item in said
        if not check.question:
            assert f"gradecheck check --only {check.id} --in-process" in said
            assert check.subject in said
            assert len(said.split("function")[0]) > len(check.title) + 10, f"{check.id}: no word on what it claims"


def test_a_function_s_name_explains_all_of_its_checks() -> None:
    said = call(explain, "train_epoch").output
    for name in ("epoch-full-batch", "epoch-batches", "epoch-examples", "epoch-shuffle"):
        assert f"--only {name} " in said


def test_the_source_of_a_check() -> None:
    assert "def test_mse_loss(" in call(explain, "mse-loss", "--source").output


def test_a_near_miss_is_guessed() -> None:
    result = call(explain, "mse-los")
    assert result.exit_code == 2
    assert "did you mean mse-loss" in result.output


def test_explain_never_says_the_answer() -> None:
    said = call(explain, "answer-C1.1-measures").output
    assert "what fraction of the examples" in said
    assert "✓" not in said


# -- completion and help ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_call_gradecheck(shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("no bash here")
    script = call(completion, shell).output
    assert "_GRADECHECK_COMPLETE" in script
    assert "For good" in script


def test_completion_needs_a_shell_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    result = call(completion)
    assert result.exit_code == 2
    assert "bash, zsh, fish" in result.output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("gradecheck hi", "hint"),
        ("gradecheck hint C1", "C1.2"),
        ("gradecheck hint c1", "C1.3"),
        ("gradecheck explain epoch-b", "epoch-batches"),
        ("gradecheck reset net", "network"),
    ],
)
def test_the_shell_is_given_words(words: str, expected: str) -> None:
    program = "from graders.cli import main; main()"
    count = str(len(words.split()) - 1)
    asked = {"_GRADECHECK_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": count, "PYTHONPATH": str(KIT)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"plain,{expected}" in done.stdout.splitlines()


@pytest.mark.parametrize(
    "command",
    [hint, reset, listing, explain, quiz, completion, doctor_module.doctor, watch_module.watch],
    ids=lambda command: command.name,
)
def test_help_teaches_by_examples(command: click.Command) -> None:
    said = call(command, "--help").output
    assert len([line for line in said.splitlines() if "gradecheck " in line]) >= 2
    assert max(map(len, said.splitlines())) <= 100
    assert command.short_help
