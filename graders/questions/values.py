"""Values as people type them into a TOML file: numbers, letters, gaps, and anything else.

What can't be read is described in words ("true or false", "the text 'abc'") and never raises.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

_DECIMAL = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_PLAIN_NUMBER = re.compile(rf"({_DECIMAL})(?:\s*/\s*({_DECIMAL}))?")

#: More than any question asks for; what goes beyond is refused unread.
_DEEPEST, _LONGEST, _MOST = 3, 40, 100


@dataclass(frozen=True)
class Numbers:
    """One number, a list or rows of them: `values` in reading order, `shape` (), (n,) or (m, n)."""

    shape: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def kept(self) -> tuple[int, ...]:
        """The shape without axes of length 1: 0.3, [0.3] and [[0.3]] say the same."""
        return tuple(n for n in self.shape if n != 1)

    def map(self, function: Callable[[float], float]) -> Numbers:
        """The same shape, with the function applied to every value."""
        return Numbers(self.shape, tuple(function(value) for value in self.values))

    def __str__(self) -> str:
        """As one would type it, without needless digits."""
        entries = [f"{value:.7g}" for value in self.values]
        for width in self.shape[:0:-1]:
            starts = range(0, len(entries), max(width, 1))
            entries = [f"[{', '.join(entries[i : i + width])}]" for i in starts]
        return f"[{', '.join(entries)}]" if self.shape else entries[0]

    @property
    def description(self) -> str:
        """What kind of thing it is: "a number", "a list of 2 numbers", "2 rows of 2 numbers"."""
        if not self.shape:
            return "a number"
        if len(self.shape) == 1:
            return f"a list of {_count(self.shape[0], 'number')}"
        return f"{_count(self.shape[0], 'row')} of {_count(self.shape[1], 'number')}"


#: The answer of a question that asks for letters.
NOTHING = Numbers((), ())


def is_blank(value: object, depth: int = 0) -> bool:
    """Whether nothing was filled in: None, "", [] or a list of nothing else."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, list | tuple) and depth <= _DEEPEST:
        return all(is_blank(entry, depth + 1) for entry in value[: _MOST + 1])
    return value is None


def read_numbers(value: object, depth: int = 0) -> Numbers | str:
    """The numbers in a TOML value, or what else it is."""
    if not isinstance(value, list | tuple):
        number = _read_number(value)
        return number if isinstance(number, str) else Numbers((), (number,))
    if depth >= _DEEPEST:
        return "lists within lists within lists"
    if len(value) > _MOST:
        return f"a list of {len(value)} entries"
    parts = []
    for entry in value:
        part = read_numbers(entry, depth + 1)
        if isinstance(part, str):
            return part
        parts.append(part)
    shapes = {part.shape for part in parts}
    if len(shapes) > 1:
        return "rows of different lengths"
    inner = shapes.pop() if shapes else ()
    return Numbers((len(parts), *inner), tuple(v for part in parts for v in part.values))


def read_keys(value: object) -> list[str] | str:
    """The letters in a TOML value, each once, in order; or what else it is."""
    if isinstance(value, str):
        if len(value) > _LONGEST:
            return f"the text {shown(value)}"
        value = re.split(r"[\s,;]+", value.strip())
    if not isinstance(value, list | tuple):
        return _kind(value)
    if len(value) > _MOST:
        return f"a list of {len(value)} entries"
    keys: list[str] = []
    for entry in value:
        if not isinstance(entry, str):
            return f"{_kind(entry)} in the list"
        key = entry.strip().rstrip(").").lower()
        if key and key not in keys:
            keys.append(key)
    return keys


def shown(text: str) -> str:
    """Somebody's text in quotes, on one line, shortened."""
    return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")


def _read_number(value: object) -> float | str:
    """A finite float from an int, a float, or a text such as "0.51", "-1e-3" or "2/3"."""
    if isinstance(value, str):
        if not value.strip():
            return "a gap: one entry is still empty"
        plain = None if len(value) > _LONGEST else _PLAIN_NUMBER.fullmatch(value.strip().replace("−", "-"))
        if not plain:
            comma = "; decimals need a point" if re.fullmatch(r"\s*-?\d+,\d+\s*", value[:_LONGEST]) else ""
            return f"the text {shown(value)}{comma}"
        numerator, denominator = float(plain[1]), float(plain[2] or 1)
        number = numerator / denominator if denominator else math.nan
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return _kind(value)
    else:
        try:
            number = float(value)
        except OverflowError:  # an int beyond 1e308
            number = math.inf
    return number if math.isfinite(number) else "a number that is not finite"


def _kind(value: object) -> str:
    return _KINDS.get(type(value).__name__, "something else")


_KINDS = {
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "str": "a text",
    "list": "a list",
    "dict": "a table",
    "datetime": "a date",
    "date": "a date",
    "time": "a time",
}


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
