"""What the class didn't understand: numbers over a whole cohort, taken from the database."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from graders.cohort.store import Store

BINS = 10


@dataclass(frozen=True)
class Scores:
    """Percentages of what is possible: `bins[k]` counts those in [10k, 10k + 10), the last one with 100."""

    count: int
    mean: float
    quartiles: tuple[float, float, float]
    bins: tuple[int, ...]


@dataclass(frozen=True)
class Muddle:
    """A misconception: in how many submissions it was found, and in the first few of them by name."""

    id: str
    title: str
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Hard:
    """A check and how it went: counts by status."""

    id: str
    item: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def passed(self) -> float:
        """Share of submissions that passed it."""
        return self.counts.get("passed", 0) / self.total if self.total else 0.0


_GRADED = "JOIN submission ON submission.name = {}.submission WHERE listed AND submission.status = 'graded'"


def scores(store: Store) -> Scores | None:
    """The distribution of scores, or None where nothing is graded."""
    found = [
        max(0.0, min(100.0, 100 * earned / possible))
        for earned, possible in store.rows(
            "SELECT earned, possible FROM submission WHERE listed AND status = 'graded' AND possible > 0"
        )
    ]
    if not found:
        return None
    found.sort()
    bins = [0] * BINS
    for value in found:
        bins[min(BINS - 1, int(value * BINS / 100 + 1e-9))] += 1
    quartiles = (_quantile(found, 0.25), _quantile(found, 0.5), _quantile(found, 0.75))
    return Scores(len(found), sum(found) / len(found), quartiles, tuple(bins))


def _quantile(ordered: list[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def misconceptions(store: Store, names: int = 8) -> list[Muddle]:
    """Every misconception that was found, the commonest first."""
    counted = store.rows(
        "SELECT misconception.id, min(title), count(DISTINCT submission.name) AS n FROM misconception "
        f"{_GRADED.format('misconception')} GROUP BY misconception.id ORDER BY n DESC, misconception.id"
    )
    return [
        Muddle(id, title, count, tuple(name for (name,) in store.rows(_WHO, [id, names])))
        for id, title, count in list(counted)
    ]


_WHO = (
    "SELECT DISTINCT misconception.submission FROM misconception "
    f"{_GRADED.format('misconception')} AND misconception.id = ? ORDER BY misconception.submission LIMIT ?"
)


def checks(store: Store) -> list[Hard]:
    """Every check, the one that fewest have passed first."""
    rows = store.rows(
        f"SELECT result.id, item, result.status, count(*) FROM result {_GRADED.format('result')} "
        "GROUP BY result.id, item, result.status ORDER BY result.id"
    )
    found = []
    for (id, item), group in groupby(rows, key=lambda row: (row[0], row[1])):
        found.append(Hard(id, item, {status: count for _, _, status, count in group}))
    return sorted(found, key=lambda check: (check.passed, check.id))


def items(store: Store) -> list[tuple[str, float]]:
    """The items in course order, each with the share of graded submissions that have all of it."""
    rows = store.rows(
        "SELECT item, avg(whole) FROM (SELECT item, min(result.status = 'passed') AS whole, min(position) AS place "
        f"FROM result {_GRADED.format('result')} GROUP BY submission.name, item) GROUP BY item ORDER BY min(place)"
    )
    return [(str(item), float(share)) for item, share in rows]
