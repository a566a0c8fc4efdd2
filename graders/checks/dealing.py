"""Which mistake explains the steps of one epoch over one-hot rows: each candidate is replayed, batch by batch.

One layer, one output, one-hot rows: example i alone moves weight i, by −rate · c · g(w_i, b, t_i), where c says how its
gradient is weighted (1/B where all is right) and b is the bias at that moment. A `Reading` gives c for every batch
and what the bias does meanwhile. The batches themselves are not known: those examples belong to a batch whose
weights have moved by just what the reading says at the bias of that batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from graders.checks.traces import Setting

#: Small, so that the drift of the bias within an epoch hides nothing.
RATE = 0.02
#: What a mistake says besides its id.
Says = dict[str, str]


@dataclass(frozen=True)
class Rule:
    """How much the gradients of batch j count in the update after batch k: `shares(…)[j, k]`."""

    facts: tuple[str, ...]
    says: Says = field(default_factory=dict)
    kind: str = "mean"
    factor: float = 1.0

    def shares(self, sizes: Sequence[int], nominal: int, n: int) -> np.ndarray:
        m = np.array(sizes, dtype=float)
        k = len(sizes)
        own = {
            "mean": 1 / m,
            "sum": np.ones(k),
            "nominal": np.full(k, 1 / nominal),
            "all": np.full(k, 1 / n),
            "twice": 1 / m**2,
            "times": m,
            "uphill": -1 / m,
            "none": np.zeros(k),
        }
        if self.kind in own:
            return self.factor * np.diag(own[self.kind])
        last = np.arange(k) == k - 1
        at_the_end = {  # one update, after the last batch, with the gradients of all
            "end-means": 1 / m,
            "end-mean-of-means": 1 / (m * k),
            "end-last": np.full(k, 1 / m[-1]),
            "end-nominal": np.full(k, 1 / nominal),
        }
        if self.kind in at_the_end:
            return self.factor * np.outer(at_the_end[self.kind], last)
        later = np.triu(np.ones((k, k)))
        steps = np.arange(k)
        if self.kind == "shrinking":
            return np.diag(1 / np.cumprod(m))
        if self.kind == "shrinking-nominal":
            return np.diag(1 / float(nominal) ** (steps + 1))
        if self.kind == "carried":  # the sums of the batches before are still in it
            return later / m[None, :]
        if self.kind == "momentum":
            return later * self.factor ** np.maximum(steps[None, :] - steps[:, None], 0) / m[:, None]
        return np.diag(self.factor**steps / m)  # "decay"


RIGHT = Rule(())
WEIGHTS = (
    RIGHT,
    Rule(("sum-for-mean",), kind="sum"),
    Rule(("nominal-divisor",), kind="nominal"),
    Rule(("divided-by-n",), kind="all"),
    Rule(("averaged-twice",), kind="twice"),
    Rule(("multiplied-by-size",), kind="times"),
    Rule(("update-sign",), kind="uphill"),
    Rule(("gradients-never-reset",), kind="carried"),
    Rule(("momentum",), kind="momentum", factor=0.9),
    *(
        Rule(("one-update-an-epoch",), {"divisor": told}, kind)
        for kind, told in (
            ("end-means", "each batch's own size"),
            ("end-mean-of-means", "each batch's own size, and by the number of batches"),
            ("end-last", "the last batch's size"),
            ("end-nominal", "batch_size"),
        )
    ),
    *(
        Rule(("rate-decays",), {"how": "divided by the batch's size anew in each batch"}, kind)
        for kind in ("shrinking", "shrinking-nominal")
    ),
    *(
        Rule(("rate-decays",), {"how": f"by the factor {q:g} after each batch"}, "decay", q)
        for q in (0.5, 0.9, 0.95, 0.99)
    ),
    Rule(("updates-twice",), factor=2.0),
    Rule(("rate-halved",), factor=0.5),
    Rule(("rate-applied-twice",), factor=RATE),
    *(Rule(("rate-ignored",), {"instead": f"{rate:g}"}, factor=rate / RATE) for rate in (0.01, 0.1, 0.5, 1.0)),
)
BIASES = (
    Rule(("biases-never-updated",), kind="none"),
    Rule(("sum-for-mean",), {"what": "The gradients of the biases are added up where their mean is wanted."}, "sum"),
    Rule(("averaged-twice",), {"where": "the biases' part"}, "twice"),
    Rule(("nominal-divisor",), {"where": "the biases' part"}, "nominal"),
    Rule(("divided-by-n",), {"where": "the biases' part"}, "all"),
    Rule(("biases-ascend",), kind="uphill"),
)


@dataclass(frozen=True)
class Reading:
    """What may have happened: the sizes of the batches, how their gradients count, and each example's weight."""

    facts: tuple[str, ...]
    says: Says
    sizes: tuple[int, ...]
    weights: np.ndarray  # shares, batch by update
    biases: np.ndarray
    within: Callable[[int], tuple[float, ...]] | None = None  # of a batch's size: its examples' weights, if not all 1

    @cached_property
    def totals(self) -> tuple[float, ...]:
        """How much each batch's gradients count in all updates together."""
        return tuple(self.weights.sum(axis=1).tolist())


@dataclass(frozen=True)
class Dealt:
    """A reading that fits: its batches, and the bias and losses on the way."""

    reading: Reading
    batches: tuple[frozenset[int], ...]
    starts: tuple[float, ...]  # the bias before each batch
    bias: float


class Steps:
    """One epoch's steps. Many readings ask the same of them, and differ later on: each answer is kept."""

    def __init__(self, given: Setting, moved: np.ndarray) -> None:
        self.given = given
        self.moved: list[float] = moved.tolist()
        self.used = frozenset(i for i, step in enumerate(self.moved) if step)
        self._at: dict[float, list[float]] = {}
        self._fitting: dict[tuple[frozenset[int], float, float], tuple[int, ...]] = {}

    def at(self, bias: float) -> list[float]:
        """g of every example at this bias."""
        if bias not in self._at:
            self._at[bias] = self.given.steps(bias, self.given.targets).tolist()
        return self._at[bias]

    def fitting(self, left: frozenset[int], bias: float, share: float) -> tuple[int, ...]:
        """Those of `left` whose weights have moved by this share of their gradient at this bias."""
        key = left, bias, share
        if key not in self._fitting:
            g = self.at(bias)
            wanted = ((i, -RATE * share * g[i]) for i in left)
            self._fitting[key] = tuple(i for i, step in wanted if abs(self.moved[i] - step) <= 1e-8 * abs(step) + 1e-14)
        return self._fitting[key]


def explained(given: Setting, moved: np.ndarray, bias: float) -> list[Dealt]:
    """All readings that give every step and the bias after them, the simplest first."""
    steps = Steps(given, moved)
    if not steps.used:
        return []
    found = []
    for reading in _readings(given.n, given.batch_size, len(steps.used)):
        dealt = _replayed(steps, steps.used, reading)
        if dealt is not None and abs(dealt.bias - bias) <= 1e-9:
            found.append(dealt)
    return sorted(found, key=lambda dealt: len(dealt.reading.facts))


def right(given: Setting, moved: np.ndarray, bias: float) -> Dealt | None:
    """The batches, where each example was used once, with the mean gradient of its batch; else None."""
    sizes = cut(given.n, given.batch_size)
    mean = (RIGHT, RIGHT.shares(sizes, given.batch_size, given.n))
    reading = _reading((), {}, sizes, mean, mean)
    dealt = _replayed(Steps(given, moved), frozenset(range(given.n)), reading)
    return dealt if dealt is not None and abs(dealt.bias - bias) <= 1e-9 else None


def _replayed(steps: Steps, left: frozenset[int], reading: Reading) -> Dealt | None:
    bias, batches, starts, sums = steps.given.bias, [], [], []
    for j, size in enumerate(reading.sizes):
        starts.append(bias)
        members: tuple[int, ...] = ()
        weight: list[float] = []
        within = reading.within(size) if reading.within else (1.0,) * size
        for w in sorted(set(within)):
            fits, count = steps.fitting(left, bias, w * reading.totals[j]), within.count(w)
            if len(fits) > count and not reading.biases[:, j].any():
                fits = fits[:count]  # where the bias doesn't move, two batches can't be told apart
            if len(fits) != count:
                return None
            members += fits
            weight += [w] * count
            left = left.difference(fits)
        g = steps.at(bias)
        sums.append(sum(w * g[i] for w, i in zip(weight, members, strict=True)))
        bias = bias - RATE * float(np.dot(reading.biases[: j + 1, j], sums))
        batches.append(frozenset(members))
    return None if left else Dealt(reading, tuple(batches), tuple(starts), bias)


@lru_cache(maxsize=8)  # up to 1 MB each; a wrong epoch asks for a few of them, again and again
def _readings(n: int, size: int, used: int) -> tuple[Reading, ...]:
    """All that may have happened, where `used` of n examples have moved their weights."""
    return tuple(_all_readings(n, size, used))


def _all_readings(n: int, size: int, used: int) -> Iterator[Reading]:
    yield from _unusual(n, size, used)
    early = _early(n, size)
    if used == sum(early):
        for how, shares in (
            ("", 1 / np.array(early)),
            (", divided by batch_size all the same", np.full(len(early), 1 / size)),
        ):
            counts = np.diag(shares)
            yield Reading(("batch-boundary-off",), {"more": how}, early, counts, counts)
    for facts, says, sizes in _patterns(n, size, used):
        of_biases = [(rule, rule.shares(sizes, size, n)) for rule in BIASES]
        for weights in WEIGHTS:
            alike = (weights, weights.shares(sizes, size, n))
            for biases in (alike, *of_biases):
                yield _reading(facts, says, sizes, alike, biases)


def _reading(
    facts: tuple[str, ...],
    says: Says,
    sizes: tuple[int, ...],
    weights: tuple[Rule, np.ndarray],
    biases: tuple[Rule, np.ndarray],
) -> Reading:
    """Each rule comes with its shares for these sizes."""
    (w, of_weights), (b, of_biases) = weights, biases
    both = w.facts if w is b else (*w.facts, *b.facts)
    extra = w.says if w is b else {**w.says, **b.says}
    return Reading((*facts, *both), {**says, **extra}, sizes, of_weights, of_biases)


def _patterns(n: int, size: int, used: int) -> Iterator[tuple[tuple[str, ...], Says, tuple[int, ...]]]:
    """The sizes that the batches may have had, where `used` of n examples have moved their weights."""
    full = cut(n, size)
    lost = n - used
    if not lost:
        yield (), {}, full
        many = max(1, n // size)
        yield ("batches-too-large",), {}, (n // many + 1,) * (n % many) + (n // many,) * (many - n % many)
        yield ("batch-size-ignored",), {"instead": "an update after every example"}, (1,) * n
        yield ("batch-size-ignored",), {"instead": "one update for the whole set"}, (n,)
        for other in (size + 1, size - 1, 10, 16):
            if other > 0:
                yield ("batch-size-ignored",), {"instead": f"batches of {other}"}, cut(n, other)
        parts = (n // size + 1,) * (n % size) + (n // size,) * (size - n % size)
        yield ("batch-size-as-count",), {}, tuple(m for m in parts if m)
        for place in range(len(full)):
            elsewhere = full[:-1][:place] + full[-1:] + full[:-1][place:]
            yield ("short-batch-not-last",), {}, elsewhere
    if lost == n % size:
        yield ("last-batch-dropped",), {}, cut(used, size)
    if lost == full[-1]:
        yield ("last-full-batch-dropped",), {}, cut(used, size)
    if used == min(size, n):
        yield ("first-batch-only",), {}, (used,)
    if used == full[-1]:
        yield ("update-after-loop",), {}, (used,)
    fewer = tuple(max(m - 1, 1) for m in full)
    if used == sum(fewer):
        yield ("example-dropped",), {"which": "one example of each batch"}, fewer
    if not lost or not used:
        return
    shorter = tuple(m - 1 if m == size else m for m in full)
    if used == sum(shorter) and 0 not in shorter:
        yield ("example-dropped",), {"which": "one example of each full batch"}, shorter
    yield ("example-dropped",), {"which": "one example of the set"} if lost == 1 else {}, cut(used, size)


def _unusual(n: int, size: int, used: int) -> Iterator[Reading]:
    """What goes wrong inside a batch."""
    sizes = cut(n, size)
    if used == len(sizes):  # one example a batch
        for fact, counts in (
            ("overwritten-not-summed", np.diag([1 / m for m in sizes])),
            ("one-gradient-for-batch", np.eye(len(sizes))),
        ):
            yield Reading((fact,), {}, (1,) * used, counts, counts)
    if used < n:
        return
    each = Rule(()).shares(sizes, size, n)
    whole = np.diag(np.ones(len(sizes)))
    yield Reading(("counted-twice",), {}, sizes, each, each, lambda m: (2.0, *[1.0] * (m - 1)))
    yield Reading(("averages-averaged",), {}, sizes, whole, whole, _halves)
    yield Reading(("averages-averaged",), {}, sizes, whole, whole, lambda m: (*_halves(m - 1), 0.5 ** (m - 1)))
    places = [(k, m) for m in sizes for k in range(1, m + 1)]  # of each example in its batch
    singles = (1,) * n
    shares = np.diag([1 / m for _, m in places])
    instead = {"instead": "an update after every example, at rate / batch size"}
    yield Reading(("batch-size-ignored",), instead, singles, shares, shares)
    batch = np.repeat(np.arange(len(sizes)), sizes)
    together = np.triu(batch[:, None] == batch[None, :])
    ends = np.array([k == m for k, m in places])
    besides = np.eye(n) + together * ends * np.array([1 / m for _, m in places])
    yield Reading(("steps-besides-batch",), {}, singles, besides, besides)
    for scale in ([1 / m for _, m in places], [1 / k for k, _ in places], [1.0] * n):
        running = together * np.array(scale)[None, :]
        yield Reading(("updates-within-batch",), {}, singles, running, running)


def _halves(m: int) -> tuple[float, ...]:
    return tuple(0.5**k for k in range(1, m + 1))


def _early(n: int, size: int) -> tuple[int, ...]:
    """One example, then full batches: the rest gets no update."""
    return (1, *[size] * ((n - 1) // size))


def cut(n: int, size: int) -> tuple[int, ...]:
    return tuple(min(size, n - k) for k in range(0, n, size))
