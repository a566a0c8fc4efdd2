"""What is graded: sections > items > checks, read from data/course.toml, with the questions of data/questions.toml."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, field
from typing import Any

from graders import paths, questions

DEADLINE = 10.0


@dataclass(frozen=True)
class Check:
    """One claim about one of the learner's functions, or one question."""

    id: str
    title: str
    subject: str
    points: float
    item: str
    section: str
    guide_line: int | None
    needs: tuple[str, ...] = ()
    bonus: bool = False
    deadline: float = DEADLINE
    hints: tuple[str, ...] = ()
    question: str | None = None

    @property
    def module(self) -> str:
        """The exercise file that holds the subject: "network", or "answers"."""
        return self.subject.partition(".")[0]

    @property
    def file(self) -> str:
        """That file, as the learner sees it."""
        return "exercises/answers.toml" if self.question else f"exercises/{self.module}.py"


@dataclass(frozen=True)
class Item:
    """A checkpoint line, an exercise, a requirement of the project, or an extension."""

    id: str
    text: str
    guide_line: int
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Section:
    """A section of the guide."""

    id: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Course:
    """All sections, in the guide's order."""

    sections: tuple[Section, ...]
    by_id: dict[str, Check] = field(repr=False)

    def checks(self) -> list[Check]:
        """Every check in course order."""
        return list(self.by_id.values())

    def of_subject(self, subject: str) -> list[Check]:
        """The checks that judge one function."""
        return [check for check in self.by_id.values() if check.subject == subject]

    def items(self) -> list[Item]:
        """Every item in course order."""
        return [item for section in self.sections for item in section.items]


class SelectionError(ValueError):
    """A section, exercise or check that the course does not have; one line for the user."""


@functools.cache
def load() -> Course:
    """The course. A mistake in the TOML raises KeyError or ValueError: it is the kit's own."""
    with (paths.DATA / "course.toml").open("rb") as file:
        data = tomllib.load(file)
    asked: dict[str, list[questions.Question]] = {}
    for question in questions.load().values():
        asked.setdefault(question.item, []).append(question)
    by_id: dict[str, Check] = {}
    sections = []
    for section in data["section"]:
        items = []
        for entry in section["item"]:
            checks = [_check(raw, entry, section["id"]) for raw in entry.get("check", [])]
            checks += _questions(entry, section["id"], asked.pop(entry["id"], []))
            for check in checks:
                if check.id in by_id:
                    raise ValueError(f"course.toml: two checks with the id {check.id}")
                by_id[check.id] = check
            items.append(Item(entry["id"], entry["text"], entry["guide_line"], tuple(checks)))
        sections.append(Section(section["id"], section["title"], tuple(items)))
    if asked:
        raise ValueError(f"questions.toml: questions for unknown items {sorted(asked)}")
    return Course(tuple(sections), by_id)


def _check(raw: dict[str, Any], item: dict[str, Any], section: str) -> Check:
    return Check(
        id=raw["id"],
        title=raw["title"],
        subject=raw["subject"],
        points=float(raw["points"]),
        item=item["id"],
        section=section,
        guide_line=raw.get("guide_line", item["guide_line"]),
        needs=tuple(raw.get("needs", ())),
        bonus=raw.get("bonus", False),
        deadline=float(raw.get("deadline", DEADLINE)),
        hints=tuple(raw["hints"]),
    )


def _questions(item: dict[str, Any], section: str, asked: list[questions.Question]) -> list[Check]:
    if bool(asked) != ("questions" in item):
        raise ValueError(f"course.toml: item {item['id']} and its questions do not agree")
    return [
        Check(
            id=f"answer-{question.id}",
            title=question.text,
            subject=f"answers.{question.id}",
            points=item["questions"] / len(asked),
            item=item["id"],
            section=section,
            guide_line=question.guide,
            hints=_paper_hints(question),
            question=question.id,
        )
        for question in asked
    ]


def _paper_hints(question: questions.Question) -> tuple[str, ...]:
    """Where to read, and what two of the wrong answers get wrong; the right one is never said."""
    wrong = [f"Not {option.key}: {option.why}" for option in question.options if not option.right]
    if not wrong:
        wrong = [
            "Write down each factor with five or six decimals, and round at the end.",
            "Type the formula into Python with these numbers, and compare step by step.",
        ]
    return (f"Read the guide from line {question.guide} on.", *wrong[:2])


def select(
    course: Course,
    sections: tuple[str, ...] = (),
    exercises: tuple[str, ...] = (),
    checks: tuple[str, ...] = (),
) -> list[Check]:
    """The checks of these sections, items (by id, case ignored) or ids; all of them if nothing is named.

    Raises SelectionError with what there is instead.
    """
    if not sections and not exercises and not checks:
        return course.checks()
    known_sections = [section.id for section in course.sections]
    for name in sections:
        if name not in known_sections:
            raise SelectionError(f"there is no section {name!r}; sections are {', '.join(known_sections)}")
    known_items = {item.id.lower(): item.id for item in course.items()}
    wanted_items = set()
    for name in exercises:
        if name.lower() not in known_items:
            raise SelectionError(f"there is no exercise {name!r}; there are {', '.join(known_items.values())}")
        wanted_items.add(known_items[name.lower()])
    for name in checks:
        if name not in course.by_id:
            raise SelectionError(f"there is no check {name!r}; gradecheck list names them all")
    return [
        check
        for check in course.checks()
        if (not sections or check.section in sections)
        and (not wanted_items or check.item in wanted_items)
        and (not checks or check.id in checks)
    ]
