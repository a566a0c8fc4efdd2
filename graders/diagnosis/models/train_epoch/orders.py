"""Mistakes of an epoch whose value depends on the order in which the examples came."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from ...recipe import UNKNOWN, OneOf
from .recipe import TrainEpoch


def whichever(name: str, part: str, replacement: Any, says: Mapping[str, str] | None = None) -> None:
    """A mistake whose value depends on which example comes last: any of them may be the one."""

    def run(r: TrainEpoch) -> Any:
        r.__dict__[part] = lambda *a: replacement(r, *a)
        return any_last(r)

    TrainEpoch.mistake(name, "run", rank=2, says=says)(run)


def any_last(r: TrainEpoch) -> Any:
    """The epoch where its value depends on which example comes last: each of them, where there is one batch."""
    s = r.shared
    if s.alike:
        return r.epoch(range(s.n))
    if not s.full or s.n > 12:
        return UNKNOWN
    options: list[Any] = []
    for last in range(s.n):
        value = r.epoch([*(i for i in range(s.n) if i != last), last])
        options.extend(value.values if isinstance(value, OneOf) else (value,))
    return OneOf(tuple(options))


#: So many examples may be tried in all their orders.
FEW = 3


def any_order(r: TrainEpoch) -> Any:
    """The epoch where its value depends on the whole order: each of them, where there are few examples."""
    s = r.shared
    if s.alike:
        return r.epoch(range(s.n))
    if s.n > FEW or not s.full:
        return UNKNOWN
    options: list[Any] = []
    for order in itertools.permutations(range(s.n)):
        value = r.epoch(order)
        options.extend(value.values if isinstance(value, OneOf) else (value,))
    return OneOf(tuple(options))


def ordered(name: str, part: str, replacement: Any, says: Mapping[str, str] | None = None, rank: int = 1) -> None:
    """A mistake whose value depends on the whole order."""

    def run(r: TrainEpoch) -> Any:
        r.__dict__[part] = lambda *a: replacement(r, *a)
        return any_order(r)

    TrainEpoch.mistake(name, "run", rank=rank, says=says)(run)
