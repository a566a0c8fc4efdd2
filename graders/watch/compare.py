"""The reference beside the learner's own functions, for a section that is done: only what belongs to it."""

from __future__ import annotations

import importlib
import inspect
import textwrap
import types
from collections.abc import Iterator
from typing import Any

from graders.course import Check, Course
from graders.judge import definition_line
from graders.learner.snapshot import Snapshot
from graders.report.model import clean


def text(course: Course, section: str, snapshot: Snapshot, hidden: set[str], width: int = 80) -> str:
    """One function after the other: the learner's, then the reference's with the helpers that it calls.

    `hidden` are functions that have not passed yet: where the reference calls one of them as a helper, it is left out.
    """
    parts: list[str] = []
    shown: set[str] = set()
    hidden = hidden - set(subjects(course, section))  # a bonus check elsewhere may be about the same function
    for subject in subjects(course, section):
        line = definition_line(snapshot, subject)
        parts.append(_heading(f"{subject}: yours, exercises/{subject.partition('.')[0]}.py:{line or 1}", width))
        parts.append(own_source(snapshot, subject) or "(not found by its name)")
        parts.append(_heading(f"{subject}: the reference", width))
        parts += _reference(subject, shown, hidden) or ["(shown above)"]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def subjects(course: Course, section: str) -> list[str]:
    """The functions that a section's checks are about, bonus apart."""
    found: dict[str, None] = {}
    for check in course.checks():
        if check.section == section and not check.bonus and not check.question:
            found[check.subject] = None
    return list(found)


def open_subjects(checks: list[Check], passed: set[str]) -> set[str]:
    """The functions of checks that have not passed."""
    return {check.subject for check in checks if check.id not in passed and not check.question}


def own_source(snapshot: Snapshot, subject: str) -> str:
    """The learner's function as text, from its `def` to the next line that is not indented below it."""
    start = definition_line(snapshot, subject)
    lines = (snapshot.text(f"{subject.partition('.')[0]}.py") or "").splitlines()
    if not start or start > len(lines):
        return ""
    first = lines[start - 1].expandtabs(4)
    indent = len(first) - len(first.lstrip())
    end = start
    while end < len(lines):
        line = lines[end].expandtabs(4)
        # A closing bracket at the margin still belongs to the head: `) -> float:`.
        if line.strip() and len(line) - len(line.lstrip()) <= indent and not line.lstrip().startswith((")", "#")):
            break
        end += 1
    return clean(textwrap.dedent("\n".join(lines[start - 1 : end]).expandtabs(4)).rstrip())


def _reference(subject: str, shown: set[str], hidden: set[str]) -> list[str]:
    module, _, name = subject.partition(".")
    function: Any = importlib.import_module(f"reference.{module}")
    for part in name.split("."):
        function = getattr(function, part)
    return [textwrap.dedent(inspect.getsource(f)).rstrip() for f in _with_helpers(function, shown, hidden)]


def _with_helpers(function: types.FunctionType, shown: set[str], hidden: set[str]) -> Iterator[types.FunctionType]:
    name = f"{function.__module__.removeprefix('reference.')}.{function.__qualname__}"
    if name in shown or name in hidden:
        return
    shown.add(name)
    yield function
    for used in function.__code__.co_names:
        helper = function.__globals__.get(used)
        if isinstance(helper, types.FunctionType) and helper.__module__.startswith("reference."):
            yield from _with_helpers(helper, shown, hidden)


def _heading(text: str, width: int) -> str:
    return f"── {text} ".ljust(width - 1, "─")
