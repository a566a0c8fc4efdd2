"""The course: complete, consistent, and in agreement with the code and the guide."""

from __future__ import annotations

import importlib
import inspect
import math
from pathlib import Path

import pytest

import reference
from graders import course, paths
from graders.judge import claim

COURSE = course.load()
CODE = [check for check in COURSE.checks() if not check.question]


def test_a_hundred_points_without_the_bonus() -> None:
    assert math.isclose(sum(check.points for check in COURSE.checks() if not check.bonus), 100)


def test_every_item_of_the_guide_is_there() -> None:
    items = [item.id for item in COURSE.items()]
    wanted = [f"C{s}.{n}" for s, count in ((1, 4), (2, 5), (3, 5), (4, 4)) for n in range(1, count + 1)]
    wanted += ["1.1", "1.2", "2.1", "2.2", "3.1", "3.2", "4.1"]
    wanted += [f"P{n}" for n in range(1, 7)] + [f"X{n}" for n in range(1, 6)]
    assert sorted(items) == sorted(wanted)
    assert all(item.checks for item in COURSE.items())


def test_extensions_and_only_they_are_bonus() -> None:
    assert all(check.bonus == check.item.startswith("X") for check in COURSE.checks())


@pytest.mark.parametrize("check", CODE, ids=lambda check: check.id)
def test_a_check_is_whole(check: course.Check) -> None:
    function = claim(check)
    assert inspect.getdoc(function), "the docstring is what `explain` says"
    assert len(check.hints) == 3
    assert check.guide_line
    known = {other.subject for other in CODE}
    assert set(check.needs) <= known
    assert check.subject not in check.needs
    module, *path = check.subject.split(".")
    thing = importlib.import_module(f"reference.{module}")
    for name in path:
        thing = getattr(thing, name)
    assert callable(thing)


def test_needs_have_no_circle() -> None:
    needs = {check.subject: set(check.needs) for check in CODE}

    def visit(subject: str, way: tuple[str, ...]) -> None:
        assert subject not in way, f"{' needs '.join((*way, subject))}"
        for need in needs[subject]:
            visit(need, (*way, subject))

    for subject in needs:
        visit(subject, ())


def test_every_claim_belongs_to_a_check() -> None:
    for module in {check.module for check in CODE}:
        functions = {
            name.removeprefix("test_").replace("_", "-")
            for name, value in vars(importlib.import_module(f"graders.checks.{module}")).items()
            if name.startswith("test_") and callable(value)
        }
        assert functions == {check.id for check in CODE if check.module == module}


def test_the_guides_lines_are_what_they_are_said_to_be() -> None:
    guide = Path(str(reference.__file__)).resolve().parents[2] / "shared" / "guide.md"
    if not guide.is_file():
        pytest.skip("the guide is not beside the checkout")
    lines = guide.read_text("utf-8").splitlines()
    for item in COURSE.items():
        assert lines[item.guide_line - 1].strip(), item.id
        if item.id.startswith("C"):
            assert lines[item.guide_line - 1].startswith("- [ ]")
        elif item.id[0].isdigit():
            assert lines[item.guide_line - 1].startswith(f"### Exercise {item.id}")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [((("8",),), "sections are"), (((), ("9.9",)), "there are"), (((), (), ("x",)), "no check")],
)
def test_an_unknown_selection(arguments: tuple[tuple[str, ...], ...], text: str) -> None:
    with pytest.raises(course.SelectionError, match=text):
        course.select(COURSE, *arguments)


def test_a_selection_is_what_was_asked_for() -> None:
    assert {check.section for check in course.select(COURSE, ("2",))} == {"2"}
    assert {check.item for check in course.select(COURSE, (), ("c2.4",))} == {"C2.4"}
    assert course.select(COURSE) == COURSE.checks()


def test_unfilled_exercises_are_the_stubs_that_reset_brings_back() -> None:
    folder = paths.DATA.parent / "exercises"
    for stub in sorted(paths.STUBS.glob("*.py")):
        text = (folder / stub.name).read_text("utf-8")
        if text.count("NotImplementedError") == stub.read_text("utf-8").count("NotImplementedError"):
            assert text == stub.read_text("utf-8"), f"{stub.name}: run `make stubs`"
