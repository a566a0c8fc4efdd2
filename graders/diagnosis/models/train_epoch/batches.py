"""Network.train_epoch with batches that lose or repeat examples, or are of another size."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ...recipe import UNKNOWN, OneOf
from .orders import ordered, whichever
from .recipe import TrainEpoch

TE = TrainEpoch
TE.usual(
    "batches",
    {
        "last-batch-dropped": lambda r, o: [
            o[k : k + r.batch_size()] for k in range(0, len(o) - r.batch_size() + 1, r.batch_size())
        ],
        "last-full-batch-dropped": lambda r, o: [
            o[k : k + r.batch_size()] for k in range(0, len(o) - r.batch_size(), r.batch_size())
        ],
        "first-batch-only": lambda r, o: [o[: r.batch_size()]],
        "batches-overlap": lambda r, o: [o[k : k + r.batch_size() + 1] for k in range(0, len(o), r.batch_size())],
    },
)
TE.rare(
    "batches",
    {
        "two-epochs": lambda r, o: TrainEpoch.batches(r, o + o),
        "first-batch-skipped": lambda r, o: TrainEpoch.batches(r, o)[1:],
        "batch-stride-one": lambda r, o: [o[k : k + r.batch_size()] for k in range(len(o))],
    },
)
TE.mistake("example-dropped", "batches", rank=1, says={"which": "one example of the set"})(
    lambda r, o: TrainEpoch.batches(r, o[:-1])
)
TE.mistake("example-dropped", "batches", rank=1, says={"which": "the last example of each batch"})(
    lambda r, o: [b[:-1] if r.batch_size() > 1 and len(b) > 1 else b for b in TrainEpoch.batches(r, o)]
)
TE.mistake("example-dropped", "batches", says={"which": "the last example of each full batch"})(
    lambda r, o: [
        o[k : k + r.batch_size() - 1] if r.batch_size() > 1 else o[k : k + 1] for k in range(0, len(o), r.batch_size())
    ]
)
TE.mistake("example-dropped", "batches", says={"which": "the last example, where it is left over alone,"})(
    lambda r, o: [o[k : k + r.batch_size()] for k in range(0, len(o) - 1, r.batch_size())]
)


def _padded(o: list[int], size: int) -> list[list[int]]:
    short = -len(o) % size
    o = o + o[:short]
    return [o[k : k + size] for k in range(0, len(o), size)]


TE.mistake("batch-size-ignored", "batch_size", rank=1, says={"instead": "an update after every example"})(lambda r: 1)
TE.mistake("batch-size-ignored", "batch_size", rank=1, says={"instead": "one update for the whole set"})(
    lambda r: r.shared.n
)
TE.mistake("batch-size-ignored", "batch_size", rank=1, says={"instead": "batches of 32"})(lambda r: 32)
TE.mistake("batch-size-ignored", "batch_size", rank=3, says={"instead": "batches of 16"})(lambda r: 16)
for _size in (1, 8, 10, 16, 20, 64, 100, 128):
    TE.mistake("default-batch-size", "batch_size", edge=True, says={"instead": str(_size)})(
        lambda r, size=_size: r.shared.size if "batch_size" in r.inputs else size
    )
TE.mistake("first-batch-skipped", "batches", says={"which": "every second batch"})(
    lambda r, o: TrainEpoch.batches(r, o)[::2]
)
TE.mistake("batches-too-large", "batches")(
    lambda r, o: [b.tolist() for b in np.array_split(np.array(o), max(1, len(o) // r.batch_size()))]
)


def _nan(r: TE) -> None:
    r.W = [w * np.nan for w in r.W]
    r.b = [v * np.nan for v in r.b]


def _dropped(says: str, batches: Any) -> None:
    """Examples left out of batches that are counted as if they were there: an empty batch divides 0 by 0."""

    def run(r: TE) -> Any:
        s = r.shared
        r.__dict__["batches"] = lambda o: batches(r, o)
        r.__dict__["empty"] = lambda: _nan(r)
        if s.alike:
            return r.epoch(range(s.n))
        if not s.full or s.n > 12:
            return UNKNOWN
        options: list[Any] = []
        for last in range(s.n):
            value = r.epoch([*(i for i in range(s.n) if i != last), last])
            options.extend(value.values if isinstance(value, OneOf) else (value,))
        return OneOf(tuple(options))

    TE.mistake("example-dropped", "run", rank=1, says={"which": says})(run)


def _by_n(r: TE, o: list[int]) -> list[list[int]]:
    size = r.batch_size()
    return [o[k : k + size] for k in range(0, r.shared.n, size)]


_dropped("one example of the set", lambda r, o: _by_n(r, o[:-1]))
_dropped(
    "the last example of each batch",
    lambda r, o: [
        o[k : k + r.batch_size() - 1] if r.batch_size() > 1 else o[k : k + 1]
        for k in range(0, r.shared.n, r.batch_size())
    ],
)
_dropped(
    "the last example of each batch",
    lambda r, o: [o[k : k + r.batch_size() - 1] for k in range(0, r.shared.n, r.batch_size())],
)


def _overlapping(name: str, batches: Any) -> None:
    """Batches in which some examples come twice: known only where all examples are the same."""

    def run(r: TE) -> Any:
        if not r.shared.alike:
            return UNKNOWN
        r.__dict__["batches"] = lambda o: batches(r, o)
        return r.epoch(range(r.shared.n))

    TE.mistake(name, "run", rank=1)(run)


_overlapping(
    "batches-overlap",
    lambda r, o: [o[k : k + r.batch_size()] for k in range(0, len(o), max(1, r.batch_size() - 1))],
)
_overlapping("last-batch-padded", lambda r, o: _padded(o, r.batch_size()))


@TE.mistake("last-batch-padded", "run", rank=3)
def _(r: TE) -> Any:
    """Any of the examples may be those that fill up the one batch."""
    s = r.shared
    if s.alike:
        r.__dict__["batches"] = lambda o: _padded(o, s.size)
        return r.epoch(range(s.n))
    if not s.full or s.n > 6:
        return UNKNOWN
    options: list[Any] = []
    for again in itertools.combinations(range(s.n), min(s.size - s.n, s.n)):
        value = r.epoch([*range(s.n), *again])
        options.extend(value.values if isinstance(value, OneOf) else (value,))
    return OneOf(tuple(options))


@TE.mistake("short-batch-not-last", "run", rank=3)
def _(r: TE) -> Any:
    """The batches in any order: now and then the short one comes last after all."""
    s = r.shared
    if not s.alike:
        return r.epoch(range(s.n)) if s.full else UNKNOWN
    options: list[Any] = []
    *full, short = TrainEpoch.batches(r, list(range(s.n)))
    for place in range(len(full), -1, -1):
        r.__dict__["batches"] = lambda _, place=place: [*full[:place], short, *full[place:]]
        options.append(r.epoch(range(s.n)))
    return OneOf(tuple(options))


whichever(
    "example-dropped",
    "batches",
    lambda r, o: TrainEpoch.batches(r, o[:-1]),
    {"which": "one example of the set"},
)
whichever(
    "example-dropped",
    "batches",
    lambda r, o: [b[:-1] if r.batch_size() > 1 and len(b) > 1 else b for b in TrainEpoch.batches(r, o)],
    {"which": "the last example of each batch"},
)
whichever(
    "example-dropped",
    "batches",
    lambda r, o: [o[k : k + r.batch_size() - 1] for k in range(0, len(o), r.batch_size())],
    {"which": "the last example of each full batch"},
)
ordered("batch-size-ignored", "batch_size", lambda r: 1, {"instead": "an update after every example"})
