"""The guide's numbers, computed by `reference/`: one function for each of its blocks.

Each function returns its block's values by name; an array under the name `a1` is known to the
ledger as `a1[0]`, `a1[1]` …, a matrix as `W[0,1]` …
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ..rounding import Value

Block = Callable[[], Mapping[str, object]]


def flat(values: Mapping[str, object]) -> dict[str, Value]:
    """Each single value by its own name: {"a1": array([0.1, 0.2])} → {"a1[0]": 0.1, …}."""
    single: dict[str, Value] = {}
    for name, value in values.items():
        array = np.asarray(value)
        for index in np.ndindex(array.shape):
            subscript = f"[{','.join(map(str, index))}]" if index else ""
            single[name + subscript] = array[index].item()
    return single
