"""Numbers as text: where they stand in a line, and how precisely they are meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A version (1.26.4), or a number as Python and numpy print it. Digits that belong to a name
#: (W1, dL/da2) are no numbers; those of an index (W[0,1]) are. A number may carry a unit (3.6x).
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+(?:\.\d+){2,}|(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?)(?![\d]|\.\d)")
_GROUP = re.compile(r"[^\[\]]+")


@dataclass(frozen=True)
class Number:
    """One printed number: its text, where it starts in its line, its value and its precision.

    `decimals` counts the decimal places that the text vouches for: 2 for 0.25, −2 for 1e2.
    """

    text: str
    start: int
    value: float
    decimals: int

    @property
    def is_version(self) -> bool:
        """Whether this is a version, 1.26.4, and no number at all."""
        return self.text.count(".") > 1


def find_numbers(line: str) -> list[Number]:
    """Every number of a line, from left to right.

    numpy drops the zeros that end all numbers of an array, and pads the shorter ones with
    blanks: [-0.0658 -0.079 ] has four decimals twice. So the numbers between two brackets share
    the precision of the finest of them.
    """
    numbers = [
        Number(m.group(), m.start(), value_of(m.group()), decimals_of(m.group())) for m in _NUMBER.finditer(line)
    ]
    if "[" not in line and "]" not in line:
        return numbers
    shared: list[Number] = []
    for group in _GROUP.finditer(line):
        inside = [n for n in numbers if group.start() <= n.start < group.end()]
        is_array = line[: group.start()].endswith("[") or line[group.end() :].startswith("]")
        finest = max((n.decimals for n in inside), default=0)
        shared += [Number(n.text, n.start, n.value, finest if is_array else n.decimals) for n in inside]
    return shared


def value_of(text: str) -> float:
    """The value of a number as printed; nan for a version. Thousands may be parted by commas."""
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return float("nan")


def decimals_of(text: str) -> int:
    """How many decimal places the text vouches for: 4 for -0.0790, 13 for 3.83e-11, 0 for 1."""
    mantissa, _, exponent = text.lower().partition("e")
    return len(mantissa.partition(".")[2]) - (int(exponent) if exponent else 0)


def agree(a: float, b: float, decimals: int) -> bool:
    """Whether a and b are the same number to `decimals` places: half a unit of the last one."""
    return bool(abs(a - b) <= 0.5 * 10.0**-decimals * (1 + 1e-6))
