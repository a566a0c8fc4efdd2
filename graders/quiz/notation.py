"""Numbers and letters as people type them: 0.085, .085, 8.5e-2, 8.5·10^-2, 17/200, 8.5 %, 0,085."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass

from graders.questions.values import Numbers

_LONGEST = 400
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_POWER = re.compile(rf"({_NUMBER})\s*[*·×x]\s*10\s*(?:\^|\*\*)\s*[({{]?\s*([+-]?\d+)\s*[)}}]?")
_ONE = re.compile(rf"({_NUMBER})(?:\s*/\s*({_NUMBER}))?\s*(%?)")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


@dataclass(frozen=True)
class Typed:
    """What was read: numbers, or None with `problem` saying why not; `remark` is said in either case."""

    numbers: Numbers | None
    problem: str = ""
    remark: str = ""

    def toml(self) -> str:
        """As a value for answers.toml."""
        numbers = self.numbers
        assert numbers is not None
        entries = [_plain(value) for value in numbers.values]
        for width in numbers.shape[:0:-1]:
            entries = [f"[{', '.join(entries[i : i + width])}]" for i in range(0, len(entries), width)]
        return f"[{', '.join(entries)}]" if numbers.shape else entries[0]


def read(text: str, shape: tuple[int, ...] = ()) -> Typed:
    """The numbers in what was typed, where one number (shape ()), a list or rows of them are asked for."""
    if len(text) > _LONGEST:
        return Typed(None, "that is too long for an answer")
    cleaned = _cleaned(text)
    if not cleaned:
        return Typed(None, "expected a number, got nothing")
    if shape:
        return _read_several(cleaned, shape)
    # Brackets around one number say nothing.
    cleaned = cleaned.strip("[]() ")
    return _read_one(cleaned)


def _cleaned(text: str) -> str:
    """Signs of one kind, no "MSE =", no "≈" in front."""
    text = text.strip().replace("−", "-").replace("–", "-").replace("÷", "/").replace("\u00a0", " ")
    text = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)", r"^\1", text).translate(_SUPERSCRIPTS) if "10" in text else text
    return re.split(r"[=≈~]", text)[-1].strip().lower().rstrip(".;") or ""


def _read_one(text: str) -> Typed:
    remark = ""
    if re.fullmatch(r"[+-]?\d*,\d+(e[+-]?\d+)?\s*%?", text) or re.fullmatch(r"[^,]*\d,\d+\s*[*·×x/][^,]*", text):
        text = text.replace(",", ".")
        remark = f"(Read as {text}: Python, and answers.toml, write decimals with a point.)"
    value, problem = _value(text)
    return Typed(None if problem else Numbers((), (value,)), problem, remark)


def _value(text: str) -> tuple[float, str]:
    """A finite number, or why it is none."""
    power, one = _POWER.fullmatch(text), _ONE.fullmatch(text)
    try:
        if power:
            value = float(power[1]) * float(f"1e{power[2]}") if "e" in power[1] else float(f"{power[1]}e{power[2]}")
        elif one:
            below = float(one[2] or 1)
            if below == 0:
                return math.nan, "that divides by zero"
            value = float(one[1]) / below / (100 if one[3] else 1)
        else:
            return math.nan, f"expected a number such as 0.085, .085, 8.5e-2 or 17/200, got {_shown(text)}"
    except OverflowError:
        value = math.inf
    return (value, "") if math.isfinite(value) else (math.nan, "that number is not finite")


def _read_several(text: str, asked: tuple[int, ...]) -> Typed:
    """A list, or rows: brackets as in Python, or numbers with blanks, commas or semicolons between them."""
    remark = ""
    count = math.prod(asked)
    if "." not in text and re.search(r"\d,\d", text) and len(re.findall(r"\d+(?:,\d+)?", text)) == count:
        # 0,12; 0,34 for two numbers: the comma can only be a decimal one.
        text = re.sub(r"(\d),(\d)", r"\1.\2", text)
        remark = "(Read with decimal commas: Python, and answers.toml, write decimals with a point.)"
    rows = re.findall(r"\[([^\[\]]*)\]", text) or [text.strip("[]()")]
    nested = text.replace(" ", "").startswith("[[")
    if text.count("[") != text.count("]"):
        return Typed(None, "a bracket is missing", remark)
    read_rows: list[list[float]] = []
    for row in rows:
        entries = re.findall(r"[^\s,;]+(?:\s*/\s*[^\s,;]+)?", row)
        values = []
        for entry in entries:
            value, problem = _value(entry)
            if problem:
                return Typed(None, problem, remark)
            values.append(value)
        read_rows.append(values)
    if not any(read_rows):
        return Typed(None, "expected numbers, got none", remark)
    if len({len(row) for row in read_rows}) > 1:
        return Typed(None, "the rows are of different lengths", remark)
    flat = tuple(value for row in read_rows for value in row)
    shape: tuple[int, ...] = (len(read_rows), len(read_rows[0])) if nested else (len(flat),)
    if not nested and len(flat) == count:
        shape = asked  # typed without brackets: the order says it all
    return Typed(Numbers(shape, flat), "", remark)


def _plain(value: float) -> str:
    """A float as TOML writes it: repr, but whole numbers without an exponent."""
    return json.dumps(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
