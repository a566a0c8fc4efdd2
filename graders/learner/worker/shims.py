"""`scipy.special.expit`, the one function of scipy that is allowed, whether or not scipy is installed.

Nothing else of scipy can be imported: a submission must run on the standard library, numpy and matplotlib.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np


def _expit(z: Any, out: Any = None, **options: Any) -> Any:
    z = np.asarray(z, dtype=float)
    small = np.exp(-np.abs(z))
    value = np.where(z >= 0, 1.0 / (1.0 + small), small / (1.0 + small))
    if out is not None:
        out[...] = value
        return out
    return value if z.ndim else np.float64(value)


class _Only(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ImportError(
            f"{self.__name__}.{name} is not allowed here: only the standard library, numpy, matplotlib "
            "and scipy.special.expit"
        )


def install() -> None:
    """Put the stand-in for scipy where `import scipy.special` finds it."""
    scipy, special = _Only("scipy"), _Only("scipy.special")
    scipy.__dict__["__path__"] = []
    scipy.__dict__["special"] = special
    special.__dict__["expit"] = _expit
    sys.modules["scipy"] = scipy
    sys.modules["scipy.special"] = special
