"""Reads `data/questions.toml`, and says which question is at fault where it can't."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from graders import paths
from graders.questions.model import Misconception, Option, Question, WrongNumber
from graders.questions.values import Numbers, read_numbers

FILE = paths.DATA / "questions.toml"

#: Right is what rounds to the truth, or to one unit of the last decimal beside it.
UNITS = 1.5

_COMMON = {"id", "item", "kind", "text", "guide"}
_FIELDS = {
    "number": _COMMON | {"answer", "decimals", "tolerance", "printed", "printed_line", "wrong"},
    "choice": _COMMON | {"option"},
    "choices": _COMMON | {"option"},
}


@functools.cache
def load(file: Path = FILE) -> Mapping[str, Question]:
    """The questions by their id, in the order of the file, which is read once.

    Raises ValueError, naming the question, where one is incomplete or contradicts itself, and
    OSError where the file can't be read.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8")).get("question", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file.name}: not valid TOML: {error}") from error
    questions: dict[str, Question] = {}
    for number, table in enumerate(tables, start=1):
        name = table.get("id", f"number {number}")
        try:
            if name in questions:
                raise ValueError("the id is used twice")
            questions[name] = _question(table)
        except KeyError as error:
            message = f"{file.name}: question {name}: the field {error} is missing"
            raise ValueError(message) from error
        except (ValueError, TypeError) as error:
            raise ValueError(f"{file.name}: question {name}: {error}") from error
    return MappingProxyType(questions)


def _question(table: dict[str, Any]) -> Question:
    kind = table["kind"]
    if kind not in _FIELDS:
        raise ValueError(f"the kind is one of {', '.join(_FIELDS)}, not {kind!r}")
    unknown = sorted(table.keys() - _FIELDS[kind])
    if unknown:
        raise ValueError(f"a {kind} has no field {unknown[0]!r}")
    common = {name: table[name] for name in ("id", "item", "kind", "text", "guide")}
    if kind == "number":
        return Question(**common, **_number(table))
    return Question(**common, options=_options(kind, table["option"]))


def _number(table: dict[str, Any]) -> dict[str, Any]:
    answer = _numbers(table["answer"])
    printed = _numbers(table["printed"]) if "printed" in table else None
    if printed is not None and printed.shape != answer.shape:
        raise ValueError("printed has another shape than answer")
    return {
        "answer": answer,
        "decimals": table["decimals"],
        "tolerance": table.get("tolerance", UNITS * 10.0 ** -table["decimals"]),
        "printed": printed,
        "printed_line": table["printed_line"] if printed else None,
        "wrong": tuple(
            WrongNumber(_numbers(wrong["value"]), wrong["why"], _misconception(wrong))
            for wrong in table.get("wrong", [])
        ),
    }


def _options(kind: str, tables: list[dict[str, Any]]) -> tuple[Option, ...]:
    options = []
    for table in tables:
        right = table.get("right", False)
        misconception = None if right else _misconception(table)
        options.append(Option(table["key"], table["text"], table["why"], right, misconception))
    if len({option.key for option in options}) < len(options):
        raise ValueError("two options have the same key")
    right_ones = sum(option.right for option in options)
    if right_ones == 0 or (kind == "choice" and right_ones > 1):
        raise ValueError(f"{right_ones} options of this {kind} are right")
    return tuple(options)


def _numbers(value: object) -> Numbers:
    numbers = read_numbers(value)
    if isinstance(numbers, str):
        raise ValueError(f"expected numbers, got {numbers}")
    return numbers


def _misconception(table: dict[str, Any]) -> Misconception:
    misconception = table["misconception"]
    return misconception["id"], misconception["title"]
