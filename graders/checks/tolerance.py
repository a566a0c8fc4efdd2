"""When a value counts as right: every tolerance of the kit, once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Close = Callable[[np.ndarray, np.ndarray], bool]
_VALUES = 1e-7, 1e-11


def values(got: np.ndarray, expected: np.ndarray) -> bool:
    """Elementwise: rtol 1e-7, atol 1e-11."""
    return _near(got, expected, *_VALUES)


def within(slack: Any) -> Close:
    """As `values`, and elementwise so much farther off where a contract leaves room."""
    return lambda got, expected: _near(got, expected, _VALUES[0], _VALUES[1] + np.asarray(slack, dtype=float))


def gradients(got: np.ndarray, expected: np.ndarray) -> bool:
    """‖a − b‖ / max(‖a‖ + ‖b‖, 1e-12) < 1e-6, and elementwise rtol 1e-6, atol 1e-9."""
    distance = float(np.linalg.norm(got - expected))
    size = max(float(np.linalg.norm(got) + np.linalg.norm(expected)), 1e-12)
    return distance / size < 1e-6 and _near(got, expected, rtol=1e-6, atol=1e-9)


def training(got: np.ndarray, expected: np.ndarray) -> bool:
    """After a short stretch of training, where rounding has had time to grow: rtol 1e-6, atol 1e-9."""
    return _near(got, expected, rtol=1e-6, atol=1e-9)


def differences(got: np.ndarray, expected: np.ndarray) -> bool:
    """Central differences carry rounding of about 1e-16 / epsilon: rtol 1e-6, atol 2e-9."""
    return _near(got, expected, rtol=1e-6, atol=2e-9)


def _near(got: np.ndarray, expected: np.ndarray, rtol: float, atol: float | np.ndarray) -> bool:
    """np.allclose for arrays of one shape, at a fifth of its price; what is not finite is near nothing."""
    bound = atol + rtol * np.abs(expected)
    return bool((np.abs(got - expected) <= bound).all() and np.isfinite(bound).all())


def matches(got: Any, expected: Any, close: Close = values) -> bool:
    """Whether `got` (plain data) says the same as `expected`.

    Lists, tuples and arrays stand for each other; a dict may have more keys than expected; a scalar may be a Python
    or numpy scalar or a 0-d array. Shapes count, and nan or inf equals nothing.
    """
    if type(got) is type(expected) is float and close is values:  # so many of them that arrays would take long
        return abs(got - expected) <= _VALUES[1] + _VALUES[0] * abs(expected) < math.inf
    if isinstance(expected, bool):
        return truth_value(got) is expected
    if isinstance(expected, str):
        return isinstance(got, str) and got == expected
    if isinstance(expected, Mapping):
        return isinstance(got, Mapping) and all(
            key in got and matches(got[key], value, close) for key, value in expected.items()
        )
    if isinstance(expected, np.ndarray):
        if isinstance(got, np.ndarray) and got.shape != expected.shape:
            return False  # before 64 MB of bytes become 512 MB of floats
        array = numbers(got)
        return (
            array is not None
            and array.shape == expected.shape
            and bool(np.all(np.isfinite(array)))
            and close(array, np.asarray(expected, dtype=float))
        )
    if isinstance(expected, (int, float, np.number)):
        return matches(got, np.asarray(expected, dtype=float), close)
    if isinstance(expected, Sequence):
        if isinstance(got, Mapping) or not isinstance(got, (list, tuple, np.ndarray)):
            return False
        return _same_length(got, expected, close)
    raise TypeError(f"nothing is compared with a {type(expected).__name__}")


def _same_length(got: Any, expected: Sequence[Any], close: Close) -> bool:
    if isinstance(got, np.ndarray) and got.ndim == 0:
        return False
    return len(got) == len(expected) and all(
        matches(mine, theirs, close) for mine, theirs in zip(got, expected, strict=True)
    )


def numbers(value: Any) -> np.ndarray | None:
    """A real float array out of plain data, or None. True and False are not numbers."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, Mapping)):
        return None
    if isinstance(value, (list, tuple)) and not _all_numbers(value):
        return None
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        return None
    if array.dtype.kind not in "iuf":
        return None
    return array.astype(float)


def _all_numbers(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_all_numbers(item) for item in value)
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "iuf"
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def truth_value(value: Any) -> bool | None:
    """True or False out of a bool, 0 or 1, or a 0-d array of one; None for anything else."""
    if isinstance(value, np.ndarray):
        if value.ndim or value.dtype.kind not in "biu":
            return None
        value = value.item()
    if isinstance(value, (bool, int)) and value in (0, 1):
        return bool(value)
    return None
