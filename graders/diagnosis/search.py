"""Which mistakes, alone or together, give exactly the learner's numbers?

Singles first, then pairs, then triples, likely ones first; a level is always finished, so that two explanations of
the same simplicity are both found. Work is counted, not timed, so that the same evidence gives the same answer on
a slow machine, and on one that is busy with something else.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np

from . import models  # noqa: F401  (fills RECIPES)
from .canon import Canon, relative_distance
from .evidence import Evidence, Trouble
from .known import SAME, Known, known_cases
from .matching import accepted, verdict_of
from .recipe import RECIPES, Mistake, Recipe

#: How much work, in microseconds of a common machine, the combinations may cost.
MAX_WORK = 70_000
#: Of these what it costs to look at a value and to compare it, whatever it took to compute.
COMPARING = 15.0
#: CPU seconds after which a search is given up, whatever has been counted: far more than it takes anywhere.
GUARD = 2.0
#: After the first explanation of two or three mistakes, so many more combinations are looked at for others.
MORE = 400
MAX_EXPLANATIONS = 4
#: Microseconds of a run below which pairs are tried even where no single mistake gives a value of this form.
CHEAP = 30.0


@dataclass(frozen=True)
class Explanation:
    """Mistakes that together reproduce every case. `raised`: known by where and how it stops, not by a value."""

    mistakes: tuple[Mistake, ...]
    raised: bool = False
    unsure: int = 0  # cases of which it says nothing

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(m.id for m in self.mistakes))


def explain(evidence: Evidence) -> list[Explanation]:
    """Explanations of the fewest mistakes that fit all cases, at most `MAX_EXPLANATIONS`; often none."""
    recipe = RECIPES.get(evidence.subject)
    if recipe is None or not recipe.mistakes:
        return []
    cases = known_cases(recipe, evidence.cases)
    if cases is None:
        return []
    wrong = [c for c in cases if not c.ok]
    if not wrong:
        return []
    # The case that tells most for its price comes first: most combinations fail there.
    cases.sort(key=lambda c: (c.ok, isinstance(c.got, Trouble), c.cost / min(max(c.telling, 1), 8)))
    # What stops some of the calls may be another matter than what is wrong with the others.
    ran = [c for c in cases if isinstance(c.got, Canon)]
    several = len(ran) < len(cases) and sum(not c.ok for c in ran) >= 2
    found = _search(recipe, cases, singles_only=several)
    if not found and several:
        found = _search(recipe, ran)
    return found


def _search(recipe: type[Recipe], cases: list[Known], singles_only: bool = False) -> list[Explanation]:
    search = _Search(recipe, cases)
    singles = search.level([(m,) for m in sorted(recipe.mistakes, key=lambda m: m.rank)])
    if singles or singles_only or all(isinstance(c.got, Trouble) for c in cases if not c.ok):
        return _best(singles)
    if not search.weigh() or _nothing_came(cases):
        return []
    for level, share in ((2, 0.75), (3, 0.25)):
        search.work = 0.1 * MAX_WORK
        found = search.level(search.scaled(level))
        search.work = share * MAX_WORK
        found += search.level(search.combinations(level), found)
        if found:
            return _best(found)
    return []


class _Search:
    """The state of one search: what each mistake explains by itself, and the work that is left."""

    def __init__(self, recipe: type[Recipe], cases: list[Known]) -> None:
        self.recipe = recipe
        self.cases = cases
        self.screen = _screen(cases)
        self.guard = time.thread_time() + GUARD
        self.work = float("inf")
        self.usable: list[Mistake] = []
        self.merits: dict[Mistake, int] = {}
        self.scales: dict[Mistake, float] = {}  # those that multiply the right value by a constant
        self.gaps: dict[Mistake, float] = {}  # those that are right but for such a constant

    def level(self, tried: Iterable[tuple[Mistake, ...]], known: Sequence[Explanation] = ()) -> list[Explanation]:
        """All that fit among these combinations, one of each set of ids that isn't known yet."""
        found: list[Explanation] = []
        seen = {frozenset(e.ids) for e in known}
        more = MORE
        for mistakes in tried:
            if self.work <= 0 or more <= 0 or time.thread_time() > self.guard:
                break
            more -= bool(found or known) and len(mistakes) > 1
            price = max(m.price for m in mistakes)
            if self.screen is not None:
                self.work -= self.screen.cost * price + COMPARING
                if verdict_of([self.screen], mistakes) is None:
                    continue
            self.work -= self.cases[0].cost * price + COMPARING
            ids = frozenset(m.id for m in mistakes)
            if ids in seen:
                continue
            verdict = verdict_of(self.cases, mistakes)
            if (
                verdict is not None
                and accepted(verdict, self.cases, mistakes)
                and not self.undo(mistakes)
                and not (verdict.silent and self.denied(mistakes))
            ):
                seen.add(ids)
                found.append(Explanation(mistakes, raised=verdict.values == 0, unsure=verdict.silent + verdict.unknown))
        return found

    def denied(self, mistakes: tuple[Mistake, ...]) -> bool:
        """Whether one of several, alone, would spoil a case that is right and of which all together say nothing."""
        if len(mistakes) < 2:
            return False
        return any(
            case.ok and not case.foretold(mistakes).known and any(_spoils(case, mistake) for mistake in mistakes)
            for case in self.cases
        )

    def undo(self, mistakes: tuple[Mistake, ...]) -> bool:
        """Whether two of these cancel in an array that is right: nobody makes a mistake and another one against it."""
        case = self.cases[0]
        if len(mistakes) < 2 or isinstance(case.got, Trouble) or not case.got.same_form(case.expected):
            return False
        right = _right_parts(case.got, case.expected)
        spoilt = []
        for mistake in mistakes:
            foretold = case.foretold((mistake,))
            if foretold.stop is not None:
                return False
            for value in foretold.values[:1]:
                if value.same_form(case.expected):
                    kept = _right_parts(value, case.expected)
                    spoilt.append({i for i in right if i not in kept})
        return any(a & b for a, b in combinations(spoilt, 2))

    def weigh(self) -> bool:
        """How much each mistake explains of the first case.

        False where none gives a value of its form, nor the same numbers in another shape or order.
        """
        case = self.cases[0]
        if isinstance(case.got, Trouble):
            return False
        formed = case.got.same_form(case.expected)
        for mistake in self.recipe.mistakes:
            self.merits[mistake] = 0
            if mistake.single:
                continue
            for option in case.foretold((mistake,)).values:
                if option.same_form(case.expected):
                    scale = _constant(option, case.expected)
                    if scale is not None and mistake.rank < 3:
                        self.scales[mistake] = scale
                if option.same_form(case.got):
                    formed = True
                    self.merits[mistake] = max(self.merits[mistake], _agreeing(option, case))
                    gap = _constant(case.got, option)
                    if gap is not None:
                        self.gaps[mistake] = gap
                elif (alike := _rearranged(option, case.got)) > 0:
                    formed = True
                    self.merits[mistake] = max(self.merits[mistake], alike)
        self.usable = sorted((m for m in self.recipe.mistakes if m.rank < 3), key=lambda m: -self.merits[m])
        return formed or case.cost <= CHEAP

    def scaled(self, level: int) -> Iterator[tuple[Mistake, ...]]:
        """A mistake that is right but for a constant, with one or two that make such a constant."""
        products = [(c, math.prod(self.scales[m] for m in c)) for c in combinations(self.scales, level - 1)]
        for mistake, gap in self.gaps.items():
            for scalers, product in products:
                if abs(product - gap) > SAME * abs(gap):
                    continue
                if len({mistake.part, *(m.part for m in scalers)}) == level:
                    yield (mistake, *scalers)

    def combinations(self, level: int) -> Iterator[tuple[Mistake, ...]]:
        """Pairs or triples of different parts: those that explain most by themselves first, then the usual ones."""
        usable = self.usable
        if level == 3:
            usable = [m for m in usable if m.rank == 1 or self.merits[m] > 0]
        if len(usable) < (400 if level == 2 else 60):
            for chosen in self.likely_first(usable, level):
                yield tuple(usable[i] for i in chosen)
        else:
            yield from (c for c in combinations(usable, level) if len({m.part for m in c}) == level)

    def likely_first(self, usable: Sequence[Mistake], level: int) -> np.ndarray:
        """So many at a time, by their places, all of different parts. There are tens of thousands: hence the arrays."""
        places = np.fromiter(chain.from_iterable(combinations(range(len(usable)), level)), dtype=np.intp)
        places = places.reshape(-1, level)
        names = sorted({m.part for m in usable})
        parts = np.array([names.index(m.part) for m in usable], dtype=np.intp)[places]
        places = places[np.all([parts[:, i] != parts[:, j] for i, j in combinations(range(level), 2)], axis=0)]
        merit = np.array([self.merits[m] for m in usable], dtype=np.intp)[places].sum(axis=1)
        rank = np.array([m.rank for m in usable], dtype=np.intp)[places].sum(axis=1)
        return places[np.lexsort((rank, -merit))]


def _screen(cases: list[Known]) -> Known | None:
    """A right case that is far cheaper than the first: most mistakes would spoil it, and need no more looking at."""
    right = [c for c in cases if c.ok and isinstance(c.got, Canon)]
    cheapest = min(right, key=lambda c: c.cost, default=None)
    return cheapest if cheapest is not None and 4 * cheapest.cost < cases[0].cost else None


def _spoils(case: Known, mistake: Mistake) -> bool:
    """Whether this one alone would give something else than the right value."""
    foretold = case.foretold((mistake,))
    return foretold.known and not any(
        value.same_form(case.expected) and value.distance(case.expected) < SAME for value in foretold.values
    )


def _constant(value: Canon, of: Canon) -> float | None:
    """The constant, not 1, that one value is of the other; None where there is none, or too little to tell."""
    numbers = of.numbers
    big = np.abs(numbers) > 1e-9 * np.max(np.abs(numbers), initial=0.0)
    if big.sum() < 3:
        return None
    ratio = value.numbers[big] / numbers[big]
    first = float(ratio[0])
    if not np.isfinite(first) or abs(first - 1) < 1e-9 or first == 0:
        return None
    return first if relative_distance(value.numbers, first * numbers) < SAME else None


def _right_parts(value: Canon, expected: Canon) -> set[int]:
    """Which of the arrays are right and not all zero."""
    right, start = set(), 0
    for index, size in enumerate(value.sizes):
        part = slice(start, start + size)
        start += size
        if expected.numbers[part].any() and relative_distance(value.numbers[part], expected.numbers[part]) < SAME:
            right.add(index)
    return right


def _nothing_came(cases: list[Known]) -> bool:
    """All wrong values are 0: many pairs of mistakes would do that, and none is more likely than another."""
    came = [c for c in cases if not c.ok and isinstance(c.got, Canon)]
    return bool(came) and all(
        isinstance(c.got, Canon)
        and c.got.same_form(c.expected)
        and np.abs(c.got.numbers).max(initial=0.0) <= 1e-9 * np.abs(c.expected.numbers).max(initial=0.0)
        for c in came
    )


def _agreeing(value: Canon, case: Known) -> int:
    """Arrays in which a value agrees with the learner's where that one is wrong, less those where it newly errs."""
    assert isinstance(case.got, Canon)
    same_form = case.got.same_form(case.expected)
    start = merit = 0
    for size in value.sizes:
        part = slice(start, start + size)
        start += size
        got = case.got.numbers[part]
        agrees = relative_distance(value.numbers[part], got) < SAME
        wrong = not same_form or relative_distance(case.expected.numbers[part], got) > SAME
        merit += (2 if agrees else 0) if wrong else (0 if agrees else -1)
    return merit


def _rearranged(value: Canon, got: Canon) -> int:
    """Two for each array of the same numbers, in whatever order and shape: the rest may be another mistake's doing."""
    if value.sizes != got.sizes:
        return 0
    start = merit = 0
    for size in value.sizes:
        part = slice(start, start + size)
        start += size
        merit += 2 * (relative_distance(np.sort(value.numbers[part]), np.sort(got.numbers[part])) < SAME)
    return merit


def _best(found: list[Explanation]) -> list[Explanation]:
    """The likeliest ones: those of the smallest sum of ranks, if there are others."""
    if not found:
        return []
    # What foretells every case is likelier than what leaves some of them open.
    found = [e for e in found if e.unsure == min(e.unsure for e in found)]
    found.sort(key=lambda e: sum(m.rank for m in e.mistakes))
    if len(found[0].mistakes) > 1:
        least = sum(m.rank for m in found[0].mistakes)
        found = [e for e in found if sum(m.rank for m in e.mistakes) == least]
    elif found[0].mistakes[0].rank == 1:
        found = [e for e in found if e.mistakes[0].rank != 2]
    return found[:MAX_EXPLANATIONS]
