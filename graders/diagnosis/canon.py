"""Values as a shape and a flat vector of floats, so that any two can be compared in microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Beyond this many numbers a value is not searched: no check hands over larger ones that matter.
MAX_NUMBERS = 500_000
MAX_DEPTH = 6


_NUMPY = (np.ndarray, np.generic)  # tuples: a union of types would be made anew by each of ten thousand calls
_NUMBER = (float, int)

_max = np.maximum.reduce


class NotPlainError(ValueError):
    """The value is not made of numbers, strings, lists and dicts, or is too large to look at."""


@dataclass(frozen=True)
class Canon:
    """`form` says how the value is nested (hashable, without any float); `numbers` are all floats in it."""

    form: Any
    numbers: np.ndarray
    sizes: tuple[int, ...] = ()  # how many of the numbers belong to each array

    def same_form(self, other: Canon) -> bool:
        return bool(self.form == other.form)

    def distance(self, other: Canon) -> float:
        """Largest difference, relative to the numbers, of two values of one form; inf where nan or inf differ."""
        return relative_distance(self.numbers, other.numbers)


def relative_distance(a: np.ndarray, b: np.ndarray) -> float:
    """max |a-b| / (|a|+|b|), with a floor at 1e-9 of the largest; 0 for equal nan and inf at equal places."""
    if a.size == 0:
        return 0.0
    gap = np.abs(a - b)
    worst = float(_max(gap))  # the reduction itself: the method's way to it costs more than it does
    if worst == 0.0:
        return 0.0
    size = np.abs(a) + np.abs(b)
    largest = float(_max(size))
    if worst < np.inf and largest < np.inf:  # False for nan
        return float(_max(gap / (size + 1e-9 * largest)))
    equal = (a == b) | (np.isnan(a) & np.isnan(b))
    finite = np.isfinite(a) & np.isfinite(b)
    if not bool((equal | finite).all()):
        return np.inf
    return relative_distance(a[finite], b[finite])


def canon(value: Any) -> Canon:
    """The canonical form of plain data. Raises NotPlainError for anything else.

    A list of numbers is the same as a vector, a 0-d array or numpy scalar the same as a float, a tuple the same
    as a list, a dict the same in any order of its keys.
    """
    parts: list[np.ndarray] = []
    form = _walk(value, parts, 0)
    numbers = parts[0] if len(parts) == 1 else np.concatenate(parts) if parts else np.empty(0)
    if numbers.size > MAX_NUMBERS:
        raise NotPlainError("too large")
    return Canon(form, numbers, tuple(p.size for p in parts))


def _walk(value: Any, parts: list[np.ndarray], depth: int) -> Any:
    if isinstance(value, _NUMPY):
        return _array(value, parts)
    if value is None:
        return None
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, str):
        return ("str", value[:200])
    if isinstance(value, float):
        parts.append(np.array([value]))
        return ()
    if isinstance(value, int):
        if abs(value) > 1e300:
            raise NotPlainError("a huge integer")
        parts.append(np.array([float(value)]))
        return ()
    if depth > MAX_DEPTH:
        raise NotPlainError("nested too deeply")
    if isinstance(value, (list, tuple)):
        if len(value) > MAX_NUMBERS:
            raise NotPlainError("too large")
        if is_vector(value):
            return _array(_as_floats(value), parts)
        return ("list", tuple(_walk(v, parts, depth + 1) for v in value))
    if isinstance(value, Mapping):
        return ("dict", tuple((_key(k), _walk(value[k], parts, depth + 1)) for k in in_order(value)))
    raise NotPlainError(type(value).__name__)


def is_vector(value: list[Any] | tuple[Any, ...]) -> bool:
    """Whether a list is one of numbers alone, which is the same as a vector of them."""
    return bool(value) and all(isinstance(v, _NUMBER) and not isinstance(v, bool) for v in value)


def in_order(value: Mapping[Any, Any]) -> list[Any]:
    """A dict's keys in the order in which their numbers are taken."""
    return sorted(value, key=repr)


def _as_floats(value: Any) -> np.ndarray:
    try:
        return np.array(value, dtype=float)
    except (OverflowError, ValueError, TypeError):
        raise NotPlainError("numbers that are no floats") from None


def _key(key: Any) -> Any:
    if isinstance(key, bool | str) or key is None:
        return key
    return round(float(key), 12) if isinstance(key, int | float | np.number) else repr(key)


def _array(value: Any, parts: list[np.ndarray]) -> Any:
    kind = value.dtype.kind
    if value.size > MAX_NUMBERS:
        raise NotPlainError("too large")
    if kind == "b":
        if value.ndim == 0:
            return ("bool", bool(value))
        parts.append(value.astype(float).reshape(-1))
        return ("mask", *value.shape)
    if kind not in "fiu":
        raise NotPlainError(f"an array of {value.dtype}")
    parts.append(value.astype(float, copy=False).reshape(-1))
    return value.shape
