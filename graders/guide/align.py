"""Which printed line answers to which line that the guide says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from .numbers import Number, find_numbers

#: Lines without the same count of numbers belong together where they are this much alike.
_ALIKE = 0.6

#: More pairs of lines than this aren't weighed against each other.
_MOST_PAIRS = 100_000

Pair = tuple["Line | None", "Line | None"]


@dataclass(frozen=True)
class Line:
    """A line of text, and the line of the guide that it stands for."""

    number: int
    text: str

    @cached_property
    def numbers(self) -> list[Number]:
        """The numbers in it."""
        return find_numbers(self.text)

    @cached_property
    def words(self) -> list[str]:
        """What is in it besides numbers; the brackets of an array stand apart from its blanks."""
        return re.sub(r"([\[\](),])", r" \1 ", self._replaced(" ")).split()

    @cached_property
    def skeleton(self) -> str:
        """The line without its digits and blanks: what stays when only the numbers change."""
        return "".join(self._replaced("#").split())

    def _replaced(self, mark: str) -> str:
        parts, at = [], 0
        for number in self.numbers:
            parts += [self.text[at : number.start], mark]
            at = number.start + len(number.text)
        return "".join([*parts, self.text[at:]])


def align(said: Sequence[Line], printed: Sequence[Line]) -> list[Pair]:
    """Pairs of (said, printed) in order, None where a line has no counterpart.

    The pairing with the greatest sum of likenesses; for very long outputs, that of equal lines.
    """
    if len(said) * len(printed) > _MOST_PAIRS:
        return list(_align_equal(said, printed))
    # best[i][j]: the greatest sum for said[i:] and printed[j:].
    best = [[0.0] * (len(printed) + 1) for _ in range(len(said) + 1)]
    likeness = [[_likeness(s, p) for p in printed] for s in said]
    for i in reversed(range(len(said))):
        for j in reversed(range(len(printed))):
            together = best[i + 1][j + 1] + likeness[i][j] if likeness[i][j] else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])

    pairs: list[Pair] = []
    i = j = 0
    while i < len(said) and j < len(printed):
        if likeness[i][j] and best[i][j] == best[i + 1][j + 1] + likeness[i][j]:
            pairs.append((said[i], printed[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((said[i], None))
            i += 1
        else:
            pairs.append((None, printed[j]))
            j += 1
    return [*pairs, *((s, None) for s in said[i:]), *((None, p) for p in printed[j:])]


def _likeness(said: Line, printed: Line) -> float:
    """0 for lines that can't be one another's; more for equal words, and for equal numbers."""
    same_words = said.skeleton == printed.skeleton
    ours, theirs = said.numbers, printed.numbers
    comparable = bool(ours) and len(ours) == len(theirs)
    if not same_words and not comparable:
        alike = SequenceMatcher(None, said.skeleton, printed.skeleton, autojunk=False).ratio()
        return 0.5 if alike >= _ALIKE else 0.0
    equal = sum(a.text == b.text for a, b in zip(ours, theirs, strict=True)) if comparable else 0
    return 1.0 + same_words + (equal / len(ours) if comparable else 0.0)


def _align_equal(said: Sequence[Line], printed: Sequence[Line]) -> Iterator[Pair]:
    matcher = SequenceMatcher(None, [s.skeleton for s in said], [p.skeleton for p in printed], autojunk=False)
    for kind, s0, s1, p0, p1 in matcher.get_opcodes():
        if kind == "equal":
            yield from zip(said[s0:s1], printed[p0:p1], strict=True)
        else:
            yield from ((s, None) for s in said[s0:s1])
            yield from ((None, p) for p in printed[p0:p1])
