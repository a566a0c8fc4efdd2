"""Whatever the learner's code returned, as plain data: subclasses become their data and nothing more."""

from __future__ import annotations

import math
import sys
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .wire import MAX_DEPTH, MAX_ELEMENTS, MAX_FRAME, MAX_NDIM, MAX_TEXT, Net

Keep = Callable[[object], int]


class NotPlain(TypeError):
    """A value that is not plain data; the text says which, for the learner."""


def plain(value: object, keep: Keep, depth: int = 0) -> Any:
    """`value` as None, bool, int, float, str, list, tuple, dict, ndarray or Net.

    `keep` stores an object that stays here (a network) and gives its number. Raises NotPlain for anything else.
    """
    if depth > MAX_DEPTH - 2:
        raise NotPlain(f"a value nested more than {MAX_DEPTH - 2} deep")
    kind = type(value)
    if value is None or kind is bool or kind is float:
        return value
    if isinstance(value, np.ndarray):
        return _array(value, depth)
    if isinstance(value, np.generic):
        return _scalar(value)
    if isinstance(value, int):
        number = int.__int__(value)
        if not -(2**63) <= number < 2**63:
            raise NotPlain("an integer of more than 64 bits")
        return number
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, complex):
        return np.array(complex(value))
    if isinstance(value, str):
        if str.__len__(value) > MAX_TEXT // 4:
            raise NotPlain(f"a text of {str.__len__(value)} characters")
        return str.__str__(value)
    if isinstance(value, dict):
        return _mapping(dict.items(value), keep, depth)
    if isinstance(value, list):
        return _items(list.__iter__(value), list.__len__(value), keep, depth)
    if isinstance(value, tuple):
        return tuple(_items(tuple.__iter__(value), tuple.__len__(value), keep, depth))
    if isinstance(value, Mapping):
        return _mapping(((key, value[key]) for key in value), keep, depth)
    if isinstance(value, (range, deque)):
        return list(_items(iter(value), len(value), keep, depth))
    if hasattr(value, "weights") and hasattr(value, "biases"):
        return network(value, keep, depth)
    if hasattr(value, "get_axes"):
        from .figure import figure_data

        return figure_data(value)
    if isinstance(value, memoryview | bytes | bytearray):
        raise NotPlain(f"bytes ({kind.__name__}) where numbers were expected")
    if hasattr(value, "__array__") and hasattr(value, "dtype"):
        return _array(np.asarray(value), depth)
    raise NotPlain(f"an object of type {_name(kind)}")


def network(value: Any, keep: Keep, depth: int = 0) -> Net:
    """The parameters of a network that stays here."""
    return Net(
        keep(value),
        plain(value.weights, keep, depth + 1),
        plain(value.biases, keep, depth + 1),
    )


def _items(items: Any, size: int, keep: Keep, depth: int) -> list[Any]:
    if size > MAX_ELEMENTS:
        raise NotPlain(f"a list of {size} elements")
    return [plain(item, keep, depth + 1) for item in items]


def _mapping(items: Any, keep: Keep, depth: int) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, item in items:
        if len(found) > MAX_ELEMENTS:
            raise NotPlain(f"a dict of more than {MAX_ELEMENTS} entries")
        key = plain(key, keep, depth + 1)
        if isinstance(key, np.ndarray):
            key = key.item() if key.ndim == 0 else None
        if not isinstance(key, (str, int, float)):
            raise NotPlain("a dict with keys that are neither text nor numbers")
        found[key] = plain(item, keep, depth + 1)
    return found


def _array(value: np.ndarray, depth: int) -> Any:
    base = np.ndarray.view(value, np.ndarray) if type(value) is not np.ndarray else value
    # numpy imports its masked arrays only when they are used: nobody has one before that.
    masked = sys.modules.get("numpy.ma")
    if masked is not None and isinstance(value, masked.MaskedArray) and masked.is_masked(value):
        raise NotPlain("a masked array with masked elements")
    if base.dtype.kind == "O":
        return _objects(base, depth)
    if base.dtype.kind not in "biufc":
        raise NotPlain(f"an array of {_kind(base.dtype)}, not of numbers")
    size = math.prod(base.shape) * base.dtype.itemsize  # numpy's own product may wrap around
    if size > MAX_FRAME // 2:
        raise NotPlain(f"an array of shape {base.shape}: {size / 2**20:.0f} MB")
    if base.ndim > MAX_NDIM or max(base.shape, default=0) > MAX_FRAME:
        raise NotPlain(f"an array of shape {base.shape}")
    if base.dtype.itemsize > 16 or base.dtype.char in "gG":
        return base.astype(np.complex128 if base.dtype.kind == "c" else np.float64)
    return base


def _kind(dtype: np.dtype) -> str:
    """A dtype that is no number's, in words."""
    if dtype.names:
        return f"records ({', '.join(map(str, dtype.names))})"[:200]
    words = {"U": "texts", "S": "byte strings", "V": "raw bytes", "M": "dates", "m": "time spans"}
    return f"{words.get(dtype.kind, 'something')} (dtype {dtype})"[:200]


def _objects(value: np.ndarray, depth: int) -> Any:
    """Layers of different shapes put into one array, as numpy allows with dtype=object: a list of them."""
    items = value.tolist() if value.ndim == 1 and value.size <= MAX_ELEMENTS else []
    if items and depth < MAX_DEPTH - 2 and all(isinstance(item, np.ndarray) for item in items):
        return [_array(item, depth + 1) for item in items]
    raise NotPlain(f"an array of Python objects (dtype=object), shape {value.shape}")


def _scalar(value: np.generic) -> Any:
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        # Narrow floats keep their dtype: lost precision is something to tell the learner.
        return float(value) if value.dtype.itemsize >= 8 else np.array(value)
    if isinstance(value, np.complexfloating):
        return np.array(complex(value))
    if isinstance(value, np.str_):
        return str.__str__(value)
    raise NotPlain(f"a numpy scalar of {_kind(value.dtype)}, not a number")


def _name(kind: type) -> str:
    name = type.__getattribute__(kind, "__qualname__")
    return name if isinstance(name, str) else "?"
