"""What a block prints against what the guide says that it prints, number by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .align import Line, align
from .numbers import Number, agree

#: How far off a number may be that the guide calls approximate.
APPROXIMATELY = 0.1

#: Two numbers below this, printed as powers of ten, are the noise of two computers' roundings.
NOISE = 1e-9

_DOTS = ("...", "…", "[...]")


@dataclass(frozen=True)
class Comparison:
    """One number, word or line that the guide says, at `line`, and what its code printed there.

    Verdicts: "holds" · "differs" · "approximate" (called so, and within a tenth) · "environment"
    (a version, or rounding noise) · "not printed" · "not said" (then `line` is that of the
    expected output's fence).
    """

    line: int
    said: str
    printed: str
    verdict: str
    is_number: bool = True

    @property
    def as_said(self) -> bool:
        """Whether the guide is right here, as far as it claims to be."""
        return self.verdict in ("holds", "approximate", "environment")


def compare(said: Sequence[str], first_line: int, printed: str, approximate: bool = False) -> list[Comparison]:
    """Compare the lines that a guide says, the first of which is its line `first_line`.

    Blank lines and runs of blanks don't count. A line of three dots stands for any lines.
    """
    saids = [Line(first_line + i, text) for i, text in enumerate(said) if text.strip()]
    dotted = any(line.text.strip() in _DOTS for line in saids)
    saids = [line for line in saids if line.text.strip() not in _DOTS]
    printeds = [Line(first_line - 1, text) for text in printed.splitlines() if text.strip()]

    comparisons: list[Comparison] = []
    for one, other in align(saids, printeds):
        if one is not None and other is not None:
            comparisons += _compare_lines(one, other, approximate)
        elif one is not None:
            comparisons.append(Comparison(one.number, one.text.strip(), "", "not printed", False))
        elif other is not None and not dotted:
            comparisons.append(Comparison(other.number, "", other.text.strip(), "not said", False))
    return sorted(comparisons, key=lambda c: c.line)


def _compare_lines(said: Line, printed: Line, approximate: bool) -> list[Comparison]:
    at = said.number
    if len(said.numbers) != len(printed.numbers):
        return [Comparison(at, said.text.strip(), printed.text.strip(), "differs", False)]
    comparisons = [
        Comparison(at, a.text, b.text, _verdict(a, b, approximate))
        for a, b in zip(said.numbers, printed.numbers, strict=True)
    ]
    if said.skeleton == printed.skeleton:
        return comparisons
    words = _where_they_part(said.words, printed.words)
    return [*comparisons, Comparison(at, *words, "differs", False)]


def _where_they_part(said: list[str], printed: list[str]) -> tuple[str, str]:
    """Both without the words that they begin and end with in common."""
    start = 0
    while start < min(len(said), len(printed)) and said[start] == printed[start]:
        start += 1
    end = 0
    while end < min(len(said), len(printed)) - start and said[-1 - end] == printed[-1 - end]:
        end += 1
    return (
        " ".join(said[start : len(said) - end]),
        " ".join(printed[start : len(printed) - end]),
    )


def _verdict(said: Number, printed: Number, approximate: bool) -> str:
    if said.is_version and printed.is_version:
        return "environment"
    if _is_noise(said) and _is_noise(printed):
        return "environment"
    if said.text == printed.text or agree(said.value, printed.value, said.decimals):
        return "holds"
    close = abs(said.value - printed.value) <= APPROXIMATELY * abs(printed.value)
    return "approximate" if approximate and close else "differs"


def _is_noise(number: Number) -> bool:
    return "e-" in number.text.lower() and abs(number.value) < NOISE
