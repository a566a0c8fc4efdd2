"""`gradecheck quiz` with piped input: what it asks, says and writes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from graders import paths, questions, state
from graders.cli.quiz import quiz
from graders.quiz.drills import DRILLS
from graders.quiz.sheet import Sheet

BLANK = (paths.STUBS / "answers.toml").read_text("utf-8")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(paths.STUBS, tmp_path / "exercises")
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def sit(root: Path, *arguments: str, answers: str = "") -> Result:
    result = CliRunner().invoke(quiz, [*arguments, "--path", str(root)], input=answers)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def written(root: Path) -> dict[str, Any]:
    return Sheet(root).read()


def one_line(result: Result) -> str:
    return " ".join(result.output.split())


def right_answer(question: questions.Question) -> str:
    if question.kind != "number":
        return " ".join(question.right_keys)
    return " ".join(f"{value:.6f}" for value in question.answer.values)


# -- choices ------------------------------------------------------------------------------------------------------


def test_a_choice_is_written_and_every_option_explained(root: Path) -> None:
    result = sit(root, "C1.1", answers="c\n")
    assert "Right." in result.output
    for option in questions.load()["C1.1-measures"].options:
        assert option.why in one_line(result)
    assert (root / "exercises" / "answers.toml").read_text("utf-8") == BLANK.replace(
        '"C1.1-measures" = ""', '"C1.1-measures" = "c"'
    )


def test_a_wrong_choice_is_written_and_asked_again_next_time(root: Path) -> None:
    result = sit(root, "C1.1", answers="a\n")
    assert "Not a." in result.output
    assert written(root)["C1.1-measures"] == "a"
    again = sit(root, "C1.1", answers="C)\n")
    assert "Right." in again.output
    assert written(root)["C1.1-measures"] == "c"
    assert "1 of 1 are answered right" in sit(root, "C1.1").output


@pytest.mark.parametrize("typed", ["a d", "a, d", "ad", "(a) (d)", "D;A", "d a a"])
def test_several_letters(root: Path, typed: str) -> None:
    assert "Right." in sit(root, "C3.3-differ", answers=f"{typed}\n").output
    assert sorted(written(root)["C3.3-differ"]) == ["a", "d"]


@pytest.mark.parametrize("typed", ["z", "a b", "0.5", ","])
def test_what_is_no_letter_is_asked_again(root: Path, typed: str) -> None:
    result = sit(root, "C1.1", answers=f"{typed}\nc\n")
    assert "Expected" in result.output
    assert written(root)["C1.1-measures"] == "c"


# -- numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["0.085", ".085", "8.5e-2", "17/200", "0,085", "MSE = 0.085"])
def test_a_number_in_any_usual_notation(root: Path, typed: str) -> None:
    assert "Right." in sit(root, "1.1-mse", answers=f"{typed}\n").output
    assert written(root)["1.1-mse"] == pytest.approx(0.085)


def test_a_wrong_number_is_met_with_what_was_done_and_asked_again(root: Path) -> None:
    result = sit(root, "1.1-mse", answers="0.34\n0.25\n0.085\n")
    assert "That is the sum of the four squared errors" in result.output
    assert "each error must be squared first" in result.output
    assert "1 of 1 right in this sitting" in result.output
    assert written(root)["1.1-mse"] == 0.085


def test_a_number_too_few_is_not_written(root: Path) -> None:
    result = sit(root, "2.1-z1", answers="0.5\n\n")
    assert "Expected a list of 2 numbers" in result.output
    assert written(root)["2.1-z1"] == []


def test_the_numbers_of_the_trace_are_said_again_further_on(root: Path) -> None:
    assert "W2 = [[0.5, 0.6]]" in one_line(sit(root, "2.1-loss", answers="q\n"))


# -- the sitting --------------------------------------------------------------------------------------------------


def test_it_resumes_where_it_was_left(root: Path) -> None:
    sit(root, "-s", "1", answers="c\nb\nq\n")
    result = sit(root, "-s", "1", answers="q\n")
    assert "2 of 10 are answered right" in result.output
    assert questions.load()["C1.3-saturated"].text[:40] in result.output
    assert questions.load()["C1.1-measures"].text not in result.output


def test_every_question_can_be_answered_right(root: Path) -> None:
    everything = list(questions.load().values())
    course_order = [q for item in dict.fromkeys(_items()) for q in everything if q.item == item]
    result = sit(root, "-s", "1", "-s", "2", "-s", "3", "-s", "4", answers="\n".join(map(right_answer, course_order)))
    assert f"{len(everything)} of {len(everything)} right in this sitting" in result.output
    answers = written(root)
    assert all(questions.judge(q, answers[q.id]).status == "passed" for q in everything)
    assert state.read(root).quiz == {q.id: 1 for q in everything}


def _items() -> list[str]:
    from graders import course

    return [item.id for item in course.load().items()]


def test_a_right_answer_is_not_replaced_by_a_wrong_one(root: Path) -> None:
    sit(root, "C1.1", answers="c\n")
    result = sit(root, "C1.1", "--again", answers="a\n")
    assert "Not a." in result.output
    assert written(root)["C1.1-measures"] == "c"


def test_enter_skips_and_the_end_of_input_stops(root: Path) -> None:
    result = sit(root, "-s", "1", answers="\n\n")
    assert result.exit_code == 0
    assert "(3 of 10)" in result.output
    assert (root / "exercises" / "answers.toml").read_text("utf-8") == BLANK
    assert "in this sitting" not in result.output


def test_hints_come_step_by_step_and_are_remembered(root: Path) -> None:
    result = sit(root, "C1.1", answers="?\n?\n?\n?\nq\n")
    assert [f"  {n}. " in result.output for n in (1, 2, 3)] == [True, True, True]
    assert state.read(root).hints == {"answer-C1.1-measures": 3}


def test_a_copy_is_kept_and_named(root: Path) -> None:
    result = sit(root, "C1.1", answers="c\n")
    (copy,) = (root / state.FOLDER).glob("answers-*.toml")
    assert copy.read_text("utf-8") == BLANK
    assert copy.name in result.output


def test_a_damaged_sheet_is_one_clear_line(root: Path) -> None:
    (root / "exercises" / "answers.toml").write_text('"1.1-mse" = \n')
    result = sit(root, answers="c\n")
    assert result.exit_code == 1
    assert "not valid TOML" in result.output
    assert "Traceback" not in result.output


def test_unknown_names_are_usage_errors(root: Path) -> None:
    assert sit(root, "C9.9").exit_code == 2
    assert "items with questions are 1.1, 1.2, C1.1" in one_line(sit(root, "C9.9"))
    assert sit(root, "--drill", "sums").exit_code == 2
    assert sit(root, "-s", "9").exit_code == 2


# -- drills -------------------------------------------------------------------------------------------------------


def test_drills_follow_the_questions(root: Path) -> None:
    in_order = sorted(questions.load().values(), key=lambda q: _items().index(q.item))
    everything = [right_answer(q) for q in in_order]
    drills = [right_answer(drill.question(7 + n)) for n, drill in enumerate(DRILLS)]
    result = sit(root, "--seed", "7", answers="\n".join([*everything, *drills]))
    assert result.output.count("(drill: ") == len(DRILLS)
    assert state.read(root).drills == {drill.id: 1 for drill in DRILLS}
    assert "count for nothing" in result.output


def test_a_drill_meets_a_mistake_and_goes_on(root: Path) -> None:
    question = DRILLS[0].question(3)
    answers = [f"{question.wrong[0].value.values[0]:.6f}", right_answer(question), "", "q"]
    result = sit(root, "--drill", "mse", "--seed", "3", answers="\n".join(answers))
    assert question.wrong[0].why in one_line(result)
    assert result.output.count("(drill: ") == 3, "solved, given up, stopped"
    assert "It was 0." in result.output
    assert (root / "exercises" / "answers.toml").read_text("utf-8") == BLANK


def test_drills_take_turns(root: Path) -> None:
    state.update(root, lambda now: now.drills.update(dict.fromkeys((d.id for d in DRILLS if d.id != "batches"), 2)))
    assert "(drill: the updates in an epoch)" in sit(root, "--drills", answers="q\n").output
