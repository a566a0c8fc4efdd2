"""The cases of a check as the search sees them: ready for comparison, with what mistakes would make of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .canon import Canon, NotPlainError, canon
from .evidence import Case, Trouble
from .landmark import Landmark, landmark_of
from .recipe import UNKNOWN, Mistake, OneOf, Recipe

#: Two values are one when they differ by less than this, relatively.
SAME = 1e-6
#: A value that is smaller than the right one by this factor is 0: log(1 − 1e-15), say, in place of log 1.
NOTHING = 1e-13
#: Values of no more numbers than this are remembered; larger ones of some hundred mistakes would take too much room.
SMALL = 2_000


@dataclass(frozen=True)
class Foretold:
    """`values`: any of these would do. `stop`: what is raised instead. `known` is False where it could be anything."""

    values: tuple[Canon, ...] = ()
    stop: str | None = None
    known: bool = True


@dataclass
class Known:
    """A case ready for comparison."""

    recipe: type[Recipe]
    inputs: Any
    shared: Any
    expected: Canon
    got: Canon | Trouble
    ok: bool
    error: float  # of the learner's value, relative
    cost: float
    nothing: float = 0.0  # what is no larger than this is 0
    slack: float = 0.0  # what the contract leaves open, relative
    landmark: Landmark | None = None
    alone: dict[Mistake, Foretold] = field(default_factory=dict)

    @property
    def tolerance(self) -> float:
        return min(SAME, max(1e-3 * self.error, 1e-10))

    @property
    def telling(self) -> int:
        """How many numbers the learner's value has."""
        return self.got.numbers.size if isinstance(self.got, Canon) else 0

    def foretold(self, mistakes: tuple[Mistake, ...]) -> Foretold:
        """What these mistakes make of it.

        Of one all values, and remembered, for they are asked for again with every pair; of several, or of one that is
        never paired, only such as may be the learner's.
        """
        if len(mistakes) > 1 or mistakes[0].single:
            return self._run(mistakes, self.landmark)
        found = self.alone.get(mistakes[0])
        if found is None:
            found = self._run(mistakes, None)
            if sum(v.numbers.size for v in found.values) <= SMALL:
                self.alone[mistakes[0]] = found
        return found

    def _run(self, mistakes: tuple[Mistake, ...], landmark: Landmark | None) -> Foretold:
        try:
            value = self.recipe.value(self.inputs, mistakes, self.shared)
        except Exception as error:  # a learner's code may raise in any way; so may a model of it
            return Foretold(stop=str(error))
        if value is UNKNOWN:
            return Foretold(known=False)
        options = _options(value)
        if landmark is not None and abs(landmark.number) > self.nothing:
            tolerance = max(self.tolerance, self.slack)
            options = tuple(o for o in options if not landmark.far(o, tolerance))
        return Foretold(tuple(alike(c, self.expected) for c in _plain(options)))


def known_cases(recipe: type[Recipe], cases: Sequence[Case]) -> list[Known] | None:
    """Those of a kind that the recipe knows; None where one that is wrong can't be explained at all."""
    known = []
    for case in cases:
        try:
            shared = recipe.prepare(case.inputs)
            right = recipe.value(case.inputs, (), shared)
            expected = canon(case.expected)
            if right is not UNKNOWN and not any(
                c.same_form(expected) and c.distance(expected) < SAME for c in _plain(_options(right))
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
        landmark = landmark_of(case.got, got.numbers) if isinstance(got, Canon) else None
        known.append(
            Known(recipe, case.inputs, shared, expected, got, case.ok, error, cost, slack=slack, landmark=landmark)
        )
    if sum(not c.ok for c in known) < sum(not c.ok for c in cases):
        return None
    _tell_nothing(known)
    return known


def alike(got: Canon, expected: Canon) -> Canon:
    """(1,) and () are one shape where a number is wanted."""
    if expected.form == () and got.form in ((1,), (1, 1)):
        return Canon((), got.numbers, got.sizes)
    return got


def size_of(numbers: np.ndarray) -> float:
    """The largest absolute value."""
    return float(np.abs(numbers).max(initial=0.0))


def _options(value: Any) -> tuple[Any, ...]:
    return value.values if isinstance(value, OneOf) else (value,)


def _plain(options: Iterable[Any]) -> Iterator[Canon]:
    for option in options:
        try:
            yield canon(option)
        except NotPlainError:
            continue


def _tell_nothing(known: Sequence[Known]) -> None:
    """Say what is as good as 0 in each case; but where all wrong values are, only the exact 0 tells mistakes apart."""
    floors = [NOTHING * size_of(c.expected.numbers) for c in known]
    if any(
        not c.ok and isinstance(c.got, Canon) and size_of(c.got.numbers) > f for c, f in zip(known, floors, strict=True)
    ):
        for case, floor in zip(known, floors, strict=True):
            case.nothing = floor
