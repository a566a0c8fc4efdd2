"""Does a combination of mistakes give the learner's own numbers, in every case?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .canon import Canon, relative_distance
from .complaints import BROADCAST, NOT_ALIGNED, PRODUCT
from .evidence import Trouble
from .known import Known, size_of
from .recipe import Mistake

#: Below this the learner's value counts as equal to the expected one: nothing to explain.
ROUNDING = 1e-9


@dataclass
class Verdict:
    """In how many wrong cases the value agrees, by how many numbers it gives itself away, how many calls stop alike."""

    values: int = 0
    numbers: int = 0
    raised: int = 0
    unknown: int = 0
    silent: int = 0  # right cases of which nothing is foretold


def verdict_of(cases: Sequence[Known], mistakes: tuple[Mistake, ...]) -> Verdict | None:
    """How well these mistakes explain the cases; None where they don't explain one of them."""
    verdict = Verdict()
    exact = any(m.edge for m in mistakes)  # what shows at the edges only is known by digits that slack would hide
    for case in cases:
        foretold = case.foretold(mistakes)
        if foretold.stop is not None:
            if isinstance(case.got, Trouble) and case.ok:
                continue
            if not isinstance(case.got, Trouble) or not _same_stop(foretold.stop, case.got.text):
                return None
            verdict.raised += 1
            continue
        if not foretold.known:
            verdict.unknown += not case.ok
            verdict.silent += case.ok
            continue
        came = case.expected if isinstance(case.got, Trouble) and case.ok else case.got  # stopping may be an answer
        if isinstance(came, Trouble):
            return None
        tolerance = case.tolerance if exact else max(case.tolerance, case.slack)
        match = next(
            (
                value
                for value in foretold.values
                if value.same_form(came) and _same_numbers(value.numbers, came.numbers, case, tolerance)
            ),
            None,
        )
        if match is None:
            return None
        if not case.ok and case.error > ROUNDING:
            verdict.values += 1
            verdict.numbers += _differing(match, case.expected)
    return verdict


def _same_numbers(ours: np.ndarray, theirs: np.ndarray, case: Known, tolerance: float) -> bool:
    """Whether they agree; one nothing is like another."""
    if relative_distance(ours, theirs) <= tolerance:
        return True
    return case.nothing > 0 and size_of(ours) <= case.nothing and size_of(theirs) <= case.nothing


def _differing(value: Canon, expected: Canon) -> int:
    """In how many numbers a value gives itself away."""
    if not value.same_form(expected):
        return max(value.numbers.size, 1)
    if value.numbers.size == 0:
        return 0
    gap = np_gap(value, expected)
    return int(gap)


def np_gap(value: Canon, expected: Canon) -> int:
    a, b = value.numbers, expected.numbers
    return int(((a != b) & ~((a != a) & (b != b))).sum())


def accepted(verdict: Verdict | None, cases: Sequence[Known], mistakes: tuple[Mistake, ...]) -> bool:
    if verdict is None:
        return False
    if verdict.values == 0:
        return verdict.raised >= 2 and len(mistakes) == 1
    wrong = [c for c in cases if not c.ok]
    if all(isinstance(c.got, Canon) and c.got.numbers.size == 0 for c in wrong):
        return verdict.values >= 1  # words, True and False: all cases together decide
    if len(mistakes) == 1 and sum(c.ok for c in cases) >= 2:
        return True  # one wrong case, and the mistake doesn't show in the others either
    return (
        verdict.values >= 2
        or any(m.edge for m in mistakes)
        or (verdict.numbers >= 3 and len(cases) <= 2)
        or (verdict.raised >= 1 and (verdict.numbers >= 2 or len(mistakes) == 1))
        or (len(mistakes) == 1 and verdict.unknown > 0 and verdict.numbers >= 5)
    )


_NUMBERS = re.compile(r"\d+")


def _same_stop(ours: str, theirs: str) -> bool:
    """Whether two messages of numpy complain of the same sizes, whatever the operation was called."""
    a, b = _sizes(ours), _sizes(theirs)
    return bool(a) and a == b if a or b else ours.split(":")[0] == theirs.split(": ", 1)[-1].split(":")[0]


def _sizes(text: str) -> frozenset[str]:
    """The sizes that don't match in a message: {'2', '1'} of "(size 1 is different from 2)"."""
    found = PRODUCT.search(text) or NOT_ALIGNED.search(text)
    if found:
        return frozenset(found.groups())
    found = BROADCAST.search(text)
    return frozenset(_NUMBERS.findall(found.group(1))) if found else frozenset()
