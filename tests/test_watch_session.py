"""What the keys do, where n leads, and what the screen says: without files, workers or a terminal."""

from __future__ import annotations

import re
from typing import Any

import pytest

from graders import course
from graders.course import Check
from graders.judge import Outcome
from graders.report.terminal import Screen
from graders.watch import view
from graders.watch.keys import parse
from graders.watch.session import Session, in_order

PLAIN = Screen(lambda text, **_: text, 80, True)


def check(name: str) -> Check:
    return course.load().by_id[name]


def session(*sections: str, passed: Any = (), failed: Any = ()) -> Session:
    """A session over these sections in which the rest is not started."""
    everything = course.load()
    made = Session(everything, in_order(course.select(everything, sections)))
    for one in made.scope:
        status = "passed" if one.id in passed else "failed" if one.id in failed else "not_started"
        made.put(one, Outcome(status, "The factor 2 is missing." if status == "failed" else ""))
    made.settle()
    return made


def all_of(section: str) -> set[str]:
    return {c.id for c in course.load().checks() if c.section == section}


def text(made: Session, rows: int = 40) -> str:
    return "\n".join(view.whole(made, PLAIN, rows))


# -- where one stands ---------------------------------------------------------------------------------------------


def test_it_begins_at_the_first_open_code_check() -> None:
    assert session().at == check("mse-loss")


def test_it_begins_at_what_fails_in_that_section() -> None:
    assert session(failed=["loss-table", "backward-one-output"]).at == check("loss-table")


def test_it_begins_in_the_first_section_with_something_open() -> None:
    assert session(passed=all_of("1")).at == check("trace-forward")


def test_code_comes_before_questions_and_bonus_last() -> None:
    kinds = [(c.section, c.bonus, c.question is not None) for c in session().scope]
    assert kinds == sorted(kinds)


def test_it_stays_when_the_check_passes_until_n() -> None:
    made = session()
    made.begin({"losses.py"}, [check("mse-loss")])
    made.take(check("mse-loss"), Outcome("passed"), [])
    made.end(0.3, "12:00:00")
    made.settle()
    assert made.at == check("mse-loss")
    assert "Passed." in text(made)
    assert "n goes on to: mse_gradient" in text(made)
    made.press("n")
    assert made.at == check("mse-gradient")


def test_n_goes_round_the_end() -> None:
    made = session("1", passed=all_of("1") - {"mse-loss", "answer-1.2-ratio"})
    made.go(check("answer-1.2-ratio"))
    made.press("n")
    assert made.at == check("mse-loss")
    made.press("enter")
    assert made.at == check("answer-1.2-ratio")


def test_n_goes_to_what_the_save_broke_first() -> None:
    made = session(passed=all_of("1"))
    assert made.at == check("trace-forward")
    made.begin({"losses.py"}, [check("mse-gradient")])
    made.take(check("mse-gradient"), Outcome("failed", "half"), [])
    assert "The last save broke what had passed" in text(made)
    assert made.at == check("trace-forward")
    made.press("n")
    assert made.at == check("mse-gradient")
    made.begin({"losses.py"}, [check("mse-gradient")])
    made.take(check("mse-gradient"), Outcome("passed"), [])
    assert made.broken == []


def test_n_stays_where_nothing_is_left() -> None:
    made = session("1", passed=all_of("1"))
    at = made.at
    made.press("n")
    assert made.at == at
    assert "All of it is right." in text(made)


# -- hints --------------------------------------------------------------------------------------------------------


def test_h_shows_one_step_more_each_time_and_never_a_fourth() -> None:
    made = session()
    shown = []
    for _ in range(5):
        made.press("h")
        shown.append(made.hints["mse-loss"])
    assert shown == [1, 2, 3, 3, 3]
    assert all(f"{n}. {hint[:20]}" in text(made) for n, hint in enumerate(check("mse-loss").hints, 1))


def test_h_shows_again_what_was_seen_before_it_shows_more() -> None:
    made = session()
    made.hints["mse-loss"] = 2
    made.press("h")
    assert made.hints["mse-loss"] == 2
    made.press("h")
    assert made.hints["mse-loss"] == 3


def test_hints_do_not_follow_to_the_next_check() -> None:
    made = session()
    made.press("h")
    made.press("n")
    assert "1. " not in text(made)


# -- the reference ------------------------------------------------------------------------------------------------


def test_r_works_only_when_the_whole_section_is_done() -> None:
    nearly = session("1", passed=all_of("1") - {"answer-C1.4-price"})
    nearly.go(check("mse-loss"))
    assert nearly.press("r") is None
    assert "reference" not in text(nearly)
    done = session("1", passed=all_of("1"))
    assert done.press("r") == "compare"
    assert "r shows the reference" in text(done)


def test_a_section_that_is_done_says_what_was_learned() -> None:
    shown = text(session("1", passed=all_of("1")))
    for item in course.load().sections[0].items:
        if item.id.startswith("C"):
            assert item.text[:40] in shown


def test_bonus_is_not_needed_for_a_section() -> None:
    bonus = {c.id for c in course.load().checks() if c.bonus}
    assert bonus
    assert session("5", passed=all_of("5") - bonus).section_done("5")


# -- reset, list, quit --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "command"), [("y", "reset"), ("n", None), ("q", None), ("x", None), ("escape", None)])
def test_x_asks_first(key: str, command: str | None) -> None:
    made = session()
    assert made.press("x") is None
    assert "Put exercises/losses.py back" in text(made)
    assert made.press(key) == command
    assert made.mode == "work"


def test_a_paste_does_not_confirm_a_reset() -> None:
    made = session()
    made.press("x")
    assert made.press("y", fresh=False) is None


def test_the_list_goes_to_a_check() -> None:
    made = session()
    made.press("l")
    for key in ("down", "j", "page-down", "up", "k", "page-up", "down"):
        made.press(key)
    made.press("enter")
    assert made.mode == "work"
    assert made.at == made.scope[1]


def test_the_list_keeps_its_cursor_in_sight() -> None:
    made = session()
    made.press("l")
    for _ in range(len(made.scope) + 5):
        made.press("down")
        assert ">" in text(made, 20)
    assert made.cursor == len(made.scope) - 1


def test_q_and_c() -> None:
    made = session()
    assert made.press("c") == "check-all"
    assert made.press("q") == "quit"
    assert made.press("z") is None


# -- the screen ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [8, 12, 24])
def test_a_long_diagnosis_is_cut_to_the_window(rows: int) -> None:
    made = session(failed=["mse-loss"])
    made.put(check("mse-loss"), Outcome("failed", "\n".join(f"line {n}" for n in range(50))))
    lines = view.whole(made, PLAIN, rows)
    assert len(lines) == rows
    assert "more lines" in "\n".join(lines)
    assert lines[-1].startswith("n next")


def test_what_the_learner_wrote_cannot_drive_the_terminal() -> None:
    made = session()
    made.put(check("mse-loss"), Outcome("failed", "got \x1b]0;owned\x07 \x9b2J", output="\x1b[2Jprinted\r\x08"))
    shown = text(made)
    assert "printed" in shown
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)


def test_progress_and_the_time_left_are_shown() -> None:
    made = session("1")
    made.put(check("loss-table"), Outcome("failed", "x", seconds=7.2))
    made.begin({"losses.py"}, [check("loss-table")])
    assert "losses.py saved: grading" in text(made)
    assert "about 7 s left" in text(made)


def test_a_question_is_shown_with_its_options() -> None:
    made = session()
    made.go(check("answer-C1.1-measures"))
    assert "    a  what fraction" in text(made)
    assert "gradecheck quiz C1.1-measures" in " ".join(text(made).split())


def test_without_unicode_marks_are_letters() -> None:
    lines = view.whole(session(failed=["mse-loss"]), Screen(lambda t, **_: t, 80, False), 30)
    assert any(line.startswith("  X  mse_loss") for line in lines)


# -- keys ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("n", ["n"]),
        ("N", ["n"]),
        ("\x1b[A\x1bOB", ["up", "down"]),
        ("\x1b", ["escape"]),
        ("\r", ["enter"]),
        ("\x1b[1;5C", []),
        ("\x04", ["q"]),
        ("xy", ["x", "y"]),
        ("\x1b[6~q", ["page-down", "q"]),
    ],
)
def test_keys_are_read(sent: str, keys: list[str]) -> None:
    assert parse(sent) == keys
