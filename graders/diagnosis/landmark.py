"""One number of the learner's value, looked up in others before they are compared as a whole.

Ten thousand pairs of mistakes give other numbers than the learner's, nearly all of them everywhere. To find the
largest one's counterpart takes a microsecond; to bring two nested values into one form and compare them, fifty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .canon import canon, in_order, is_vector


@dataclass(frozen=True)
class Landmark:
    """The largest number of a value and the way to it: keys, indices and at last its place in an array."""

    way: tuple[Any, ...]
    number: float

    def far(self, value: Any, tolerance: float) -> bool:
        """Whether one look tells that `value` is another one. False: all of it wants comparing, or has no such place.

        Nothing that would agree is far: the largest number is above the floor that a comparison has for small ones.
        """
        try:
            for step in self.way:
                value = value.item(step) if isinstance(value, np.ndarray) else value[step]
            ours = float(value)
        except Exception:  # of another form, which the comparison will see
            return False
        return abs(ours - self.number) > 2 * tolerance * (abs(ours) + abs(self.number))


def landmark_of(value: Any, numbers: np.ndarray) -> Landmark | None:
    """That of a learner's value, of which `numbers` are all; None where it has no largest finite one."""
    if not numbers.size:
        return None
    place = int(np.abs(numbers).argmax())
    number = float(numbers[place])
    if number == 0.0 or not np.isfinite(number):
        return None
    return Landmark(_way(value, place), number)


def _way(value: Any, place: int) -> tuple[Any, ...]:
    """Where in a nested value the number at this place of its canonical form is."""
    if isinstance(value, Mapping):
        steps = [(key, value[key]) for key in in_order(value)]
    elif isinstance(value, list | tuple):
        if is_vector(value):
            return (place,)
        steps = list(enumerate(value))
    else:
        return (place,) if isinstance(value, np.ndarray) and value.ndim else ()
    for step, part in steps:
        size = canon(part).numbers.size
        if place < size:
            return (step, *_way(part, place))
        place -= size
    raise IndexError("a value has fewer numbers than its canonical form")
