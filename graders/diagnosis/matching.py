"""Does a combination of mistakes give the learner's own numbers, in every case?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .canon import Canon, NotPlainError, canon, relative_distance
from .complaints import BROADCAST, NOT_ALIGNED, PRODUCT
from .evidence import Case, Trouble
from .recipe import UNKNOWN, Mistake, OneOf, Recipe

#: Two values are one when they differ by less than this, relatively.
SAME = 1e-6
#: Below this the learner's value counts as equal to the expected one: nothing to explain.
ROUNDING = 1e-9

#: A value that is smaller than the right one by this factor is 0: log(1 − 1e-15), say, in place of log 1.
NOTHING = 1e-13


@dataclass
class Known:
    """A case ready for comparison."""

    inputs: Any
    shared: Any
    expected: Canon
    got: Canon | Trouble
    ok: bool
    error: float  # of the learner's value, relative
    cost: float
    nothing: float = 0.0  # what is no larger than this is 0
    slack: float = 0.0  # what the contract leaves open, relative

    @property
    def tolerance(self) -> float:
        return min(SAME, max(1e-3 * self.error, 1e-10))


@dataclass
class Verdict:
    """In how many wrong cases the value agrees, by how many numbers it gives itself away, how many calls stop alike."""

    values: int = 0
    numbers: int = 0
    raised: int = 0
    unknown: int = 0
    silent: int = 0  # right cases of which nothing is foretold


def telling(case: Known) -> int:
    return case.got.numbers.size if isinstance(case.got, Canon) else 0


def known_cases(recipe: type[Recipe], cases: Sequence[Case]) -> list[Known] | None:
    known = []
    for case in cases:
        try:
            shared = recipe.prepare(case.inputs)
            right = recipe.value(case.inputs, (), shared)
            expected = canon(case.expected)
            if right is not UNKNOWN and not any(
                c.same_form(expected) and c.distance(expected) < SAME for c in options(right)
            ):
                continue  # the check means something else than the recipe does: say nothing about it
            cost = recipe.cost(case.inputs)
            slack = recipe.slack(shared)
        except Exception:  # a case of a kind that the recipe doesn't know
            continue
        got: Canon | Trouble
        error = float("inf")
        if isinstance(case.got, Trouble):
            if case.got.kind != "exception":
                return None
            got = case.got
        else:
            try:
                got = alike(canon(case.got), expected)
            except NotPlainError:
                return None
            if got.same_form(expected):
                error = got.distance(expected)
        known.append(Known(case.inputs, shared, expected, got, case.ok, error, cost, slack=slack))
    if sum(not c.ok for c in known) < sum(not c.ok for c in cases):
        return None  # a wrong case that can't be explained
    _tell_nothing(known)
    return known


def alike(got: Canon, expected: Canon) -> Canon:
    """(1,) and () are one shape where a number is wanted."""
    if expected.form == () and got.form in ((1,), (1, 1)):
        return Canon((), got.numbers)
    return got


def options(value: Any) -> Iterator[Canon]:
    for option in value.values if isinstance(value, OneOf) else (value,):
        try:
            yield canon(option)
        except NotPlainError:
            continue


def verdict_of(recipe: type[Recipe], cases: Sequence[Known], mistakes: tuple[Mistake, ...]) -> Verdict | None:
    verdict = Verdict()
    exact = any(m.edge for m in mistakes)  # what shows at the edges only is known by digits that slack would hide
    for case in cases:
        try:
            value = recipe.value(case.inputs, mistakes, case.shared)
        except Exception as error:  # a learner's code may raise in any way; so may a model of it
            if isinstance(case.got, Trouble) and case.ok:
                continue
            if not isinstance(case.got, Trouble) or not _same_stop(str(error), case.got.text):
                return None
            verdict.raised += 1
            continue
        if value is UNKNOWN:
            verdict.unknown += not case.ok
            verdict.silent += case.ok
            continue
        came = case.expected if isinstance(case.got, Trouble) and case.ok else case.got  # stopping may be an answer
        if isinstance(came, Trouble):
            return None
        match = next(
            (
                c
                for c in (alike(o, case.expected) for o in options(value))
                if c.same_form(came) and _same_numbers(c.numbers, came.numbers, case, exact)
            ),
            None,
        )
        if match is None:
            return None
        if not case.ok and case.error > ROUNDING:
            verdict.values += 1
            verdict.numbers += _differing(match, case.expected)
    return verdict


def _same_numbers(ours: np.ndarray, theirs: np.ndarray, case: Known, exact: bool) -> bool:
    """Whether they agree; one nothing is like another."""
    if relative_distance(ours, theirs) <= max(case.tolerance, 0.0 if exact else case.slack):
        return True
    return case.nothing > 0 and _size(ours) <= case.nothing and _size(theirs) <= case.nothing


def _size(numbers: np.ndarray) -> float:
    return float(np.abs(numbers).max(initial=0.0))


def _tell_nothing(known: Sequence[Known]) -> None:
    """Say what is as good as 0 in each case; but where all wrong values are, only the exact 0 tells mistakes apart."""
    floors = [NOTHING * _size(c.expected.numbers) for c in known]
    if any(
        not c.ok and isinstance(c.got, Canon) and _size(c.got.numbers) > f for c, f in zip(known, floors, strict=True)
    ):
        for case, floor in zip(known, floors, strict=True):
            case.nothing = floor


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
