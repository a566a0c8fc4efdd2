"""The smallest case that goes wrong, as lines that can be pasted into Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .evidence import Case, Trouble

MAX_ELEMENTS = 40
WIDTH = 110


def smallest(cases: Sequence[Case]) -> Case | None:
    """The wrong case with the fewest numbers in its inputs; the first of them where several are as small."""
    wrong = [c for c in cases if not c.ok]
    return min(wrong, key=lambda c: _size(c.inputs)) if wrong else None


def show(case: Case) -> str:
    """Inputs, what was expected and what came, one assignment a line."""
    lines = [f"{name} = {literal(value)}" for name, value in case.inputs.items()]
    lines.append(f"expected = {literal(case.expected)}")
    if isinstance(case.got, Trouble):
        lines.append(f"# what came: {' '.join(case.got.text.split())[:200]}")
    else:
        lines.append(f"got = {literal(case.got)}")
    return "\n".join(lines)


def literal(value: Any) -> str:
    """A Python expression for plain data: exact where it is small, elided (and so not to be pasted) where large."""
    text = _literal(value, 0)
    return text if len(text) <= 4000 else text[:3990] + " …"


def _literal(value: Any, depth: int) -> str:
    if depth > 5:
        return "…"
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, np.integer | int):
        return str(int(value)) if abs(int(value)) < 10**18 else "…"
    if isinstance(value, np.floating | float):
        return _float(float(value))
    if isinstance(value, str):
        return repr(value if len(value) <= 200 else value[:199] + "…")
    if isinstance(value, Mapping):
        inside = [f"{_literal(k, depth + 1)}: {_literal(v, depth + 1)}" for k, v in list(value.items())[:20]]
        return "{" + ", ".join(inside) + (", …" if len(value) > 20 else "") + "}"
    if isinstance(value, list | tuple):
        shown = [_literal(v, depth + 1) for v in value[:MAX_ELEMENTS]]
        body = ", ".join(shown) + (f", …  # {len(value)} in all" if len(value) > MAX_ELEMENTS else "")
        if isinstance(value, list):
            return f"[{body}]"
        return f"({body},)" if len(value) == 1 else f"({body})"
    return repr(value)[:100] if value is None else f"<{type(value).__name__}>"


def _float(value: float) -> str:
    if value != value:
        return "np.nan"
    if value in (np.inf, -np.inf):
        return "np.inf" if value > 0 else "-np.inf"
    return repr(value)


def _array(value: np.ndarray) -> str:
    if value.size == 0:
        return f"np.zeros({tuple(value.shape)})"
    if value.size > MAX_ELEMENTS:
        flat = value.reshape(-1)[:4]
        head = ", ".join(_literal(v.item(), 9) if value.dtype.kind not in "fiub" else _short(v) for v in flat)
        return f"np.array(…)  # shape {tuple(value.shape)}, {value.dtype}: {head}, …"
    text = _nested(value.tolist())
    kind = "" if value.dtype.kind in "fib" and value.size else f", dtype=np.{value.dtype}"
    return f"np.array({text}{kind})"


def _nested(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_nested(v) for v in value) + "]"
    if isinstance(value, float):
        return _float(value)
    return repr(value)


def _short(value: Any) -> str:
    return f"{float(value):.6g}"


def _size(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(_size(v) for v in value.values())
    if isinstance(value, list | tuple):
        return sum(_size(v) for v in value)
    return int(np.size(value))
