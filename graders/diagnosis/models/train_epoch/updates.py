"""Network.train_epoch: when the updates come, from where they start, and which rows the batches are cut from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...maths import copies
from ...recipe import UNKNOWN, OneOf
from .orders import any_order
from .recipe import TrainEpoch

TE = TrainEpoch


def _known(r: TE) -> bool:
    """Whether the order makes no difference."""
    return bool(r.shared.alike or r.shared.full)


def _at_the_end(id: str, kept: Callable[[list[Any]], list[Any]], divisor: Any, rank: int = 1, says: Any = None) -> None:
    """No update before the epoch's end; then those of the batches that are `kept`, each over `divisor` of all."""

    def run(r: TE) -> Any:
        if not _known(r):
            return UNKNOWN
        waiting: list[tuple[Any, int]] = []
        r.__dict__["update"] = lambda sums, m: waiting.append((sums, m))
        value = r.epoch(range(r.shared.n))
        for sums, m in kept(waiting):
            d = divisor(r, m, waiting)
            r.__dict__["divisor"] = lambda _, d=d: d
            TrainEpoch.update(r, sums, m)  # in the lists that `value` holds
        return value

    TE.mistake(id, "run", rank=rank, says=says)(run)


_at_the_end("update-after-loop", lambda waiting: waiting[-1:], lambda r, m, waiting: m)
for _divisor, _told in (
    (lambda r, m, waiting: m, "each batch's own size"),
    (lambda r, m, waiting: waiting[-1][1], "the last batch's size"),
    (lambda r, m, waiting: r.shared.size, "batch_size"),
):
    _at_the_end("one-update-an-epoch", lambda waiting: waiting, _divisor, says={"divisor": _told})


@TE.mistake("updates-from-start", "update", rank=1)
def _(r: TE, sums: Any, m: int) -> None:
    """Each batch's step is taken from the parameters that the epoch began with."""
    r.W, r.b = list(r.shared.W), list(r.shared.b)
    TrainEpoch.update(r, sums, m)


for _size in (lambda r, m: m, lambda r, m: r.shared.size):

    @TE.mistake("rate-decays", "update", says={"how": "divided by the batch's size anew in each batch"})
    def _(r: TE, sums: Any, m: int, size: Any = _size) -> None:
        now = r.rate() / size(r, m)
        r.__dict__["rate"] = lambda: now
        r.__dict__["divisor"] = lambda _: 1.0
        TrainEpoch.update(r, sums, m)


def _boundary_off(divisor: Any, says: Any) -> None:
    """The first batch is one example, and what is left after the last full one gets no update."""

    def run(r: TE) -> Any:
        s = r.shared
        size = r.batch_size()
        r.__dict__["batches"] = lambda o: [o[:1], *(o[k : k + size] for k in range(1, len(o), size))]

        def update(sums: Any, m: int) -> None:
            if len(r.means) == 1 or m == size:
                r.__dict__["divisor"] = lambda m: divisor(r, m)
                TrainEpoch.update(r, sums, m)

        r.__dict__["update"] = update
        if s.alike:
            return r.epoch(range(s.n))
        if not s.full or s.n > 12:
            return UNKNOWN
        # One update after the first example, whichever that is; the others' losses come after it.
        found = [r.epoch([i, *(k for k in range(s.n) if k != i)]) for i in range(s.n)]
        return OneOf(tuple(v for value in found for v in (value.values if isinstance(value, OneOf) else (value,))))

    TE.mistake("batch-boundary-off", "run", rank=2, says=says)(run)


_boundary_off(lambda r, m: m, None)
_boundary_off(lambda r, m: r.shared.size, {"more": ", divided by batch_size all the same"})


def _rows(id: str, count: Callable[[TE], int], says: Any) -> None:
    """As many rows as the data have columns are used, the first ones."""

    def run(r: TE) -> Any:
        rows = count(r)
        if rows > r.shared.n:
            raise IndexError(f"index {rows - 1} is out of bounds for axis 0 with size {r.shared.n}")
        if not r.shared.alike and r.shared.size < rows:
            return UNKNOWN
        return r.epoch(range(rows))

    TE.mistake(id, "run", rank=1, says=says)(run)


_rows("columns-for-rows", lambda r: int(r.shared.X.shape[1]), {"which": "X"})
_rows("columns-for-rows", lambda r: int(r.shared.y.shape[1]), {"which": "y"})


def _empty(batches: Any, says: Any) -> None:
    """A batch without examples, whose sums are divided by its size."""

    def run(r: TE) -> Any:
        s = r.shared
        if not _known(r):
            return UNKNOWN

        def nothing() -> None:
            r.W = [w * np.nan for w in r.W]
            r.b = [v * np.nan for v in r.b]

        r.__dict__["batches"] = lambda o: batches(o, r.batch_size())
        r.__dict__["empty"] = nothing
        return r.epoch(range(s.n))

    TE.mistake("empty-batch", "run", rank=1, says=says)(run)


_empty(
    lambda o, size: [o[k:size] for k in range(0, len(o), size)],
    {"which": "Every batch after the first", "as": "as with a slice that ends at batch_size wherever it starts"},
)
_empty(
    lambda o, size: [o[k : k + size] for k in range(0, len(o) + 1, size)],
    {"which": "One batch too many, after the last full one,", "as": "as where the batches are counted one too many"},
)


TE.rare(
    "divisor",
    {
        "multiplied-by-size": lambda r, m: 1 / m,
        "divided-by-layers": lambda r, m: len(r.W),
    },
)


@TE.mistake("batch-size-as-count", "run", rank=1)
def _(r: TE) -> Any:
    """batch_size batches, as equal as they can be, those without examples left out."""

    def batches(o: list[int]) -> list[list[int]]:
        return [part.tolist() for part in np.array_split(np.array(o), r.batch_size()) if len(part)]

    r.__dict__["batches"] = batches
    return any_order(r)


@TE.mistake("sums-start-at-parameters", "start")
def _(r: TE, sums: Any) -> Any:
    return copies(r.W), copies(r.b)


@TE.mistake("gradients-crossed", "update", says={"which": "the biases by the sums of the weight gradient's rows"})
def _(r: TE, sums: Any, m: int) -> None:
    TrainEpoch.update(r, (sums[0], [g.sum(axis=1) for g in sums[0]]), m)
