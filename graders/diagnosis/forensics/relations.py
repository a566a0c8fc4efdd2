"""How an array that came relates to the one that was wanted: each relation is tested on every wrong case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .constants import name_ratio

Array = np.ndarray
Pairs = Sequence[tuple[Array, Array]]


@dataclass(frozen=True)
class Relation:
    """`text` follows the name of the thing: "… is the negative of the right one"."""

    text: str
    id: str = ""
    rank: int = 5


def relate(pairs: Pairs, cases: Sequence[Mapping[str, Any]]) -> Relation | None:
    """The simplest true sentence about (expected, got) in all these cases, or None."""
    with np.errstate(all="ignore"):
        for test in TESTS:
            found = test(pairs, cases)
            if found is not None:
                return found
    return None


def close(a: Array, b: Array, rtol: float = 1e-6) -> bool:
    if a.shape != b.shape:
        return False
    if a.size == 0:
        return True
    scale = float(np.max(np.abs(b[np.isfinite(b)]), initial=0.0))
    return bool(np.allclose(a, b, rtol=rtol, atol=1e-3 * rtol * scale + 1e-300, equal_nan=True))


def _all(pairs: Pairs, test: Callable[[Array, Array], bool]) -> bool:
    return all(test(e, g) for e, g in pairs)


def not_finite(pairs: Pairs, cases: Any) -> Relation | None:
    for word, test in (("nan", np.isnan), ("inf", np.isinf)):
        bad = [int((test(g) & ~test(e)).sum()) for e, g in pairs]
        if any(bad):
            e, g = next((e, g) for (e, g), n in zip(pairs, bad, strict=True) if n)
            where = np.argwhere(test(g) & ~test(e))
            count = int(bad[next(i for i, n in enumerate(bad) if n)])
            at = (
                ""
                if g.ndim == 0 or g.size == 1
                else (
                    " everywhere"
                    if count == g.size
                    else f" in {count} of {g.size} elements, first at {where[0].tolist()}"
                )
            )
            return Relation(f"is {word}{at}", "not-finite", 1)
    return None


def zero(pairs: Pairs, cases: Any) -> Relation | None:
    if _all(pairs, lambda e, g: bool(e.any()) and bool((np.abs(g) <= 1e-12 * np.max(np.abs(e))).all())):
        return Relation("is 0 throughout" if pairs[0][1].size > 1 else "is 0", "all-zero", 1)
    return None


def negated(pairs: Pairs, cases: Any) -> Relation | None:
    if _all(pairs, lambda e, g: close(g, -e) and bool(e.any())):
        return Relation("has the wrong sign: it is the negative of the right one", "negated", 1)
    return None


def ratio(pairs: Pairs, cases: Sequence[Mapping[str, Any]]) -> Relation | None:
    ratios = []
    numbers = 0
    for e, g in pairs:
        r = _constant_ratio(e, g)
        if r is None:
            return None
        numbers += e.size
        ratios.append(r)
    if numbers < 2:
        return None
    words = name_ratio(ratios, cases)
    if words:
        times, _, listed = words.partition(" (")
        if listed and words.endswith(")") and listed[0].isdigit():
            return Relation(f"is {times} the right one ({listed}", rank=1)
        return Relation(f"is {words} the right one", rank=1)
    long = any(e.size > 1 for e, _ in pairs) and all(e.size for e, _ in pairs)
    if long and _all(pairs, lambda e, g: close(g, e / np.linalg.norm(e))):
        return Relation("is the right one divided by its length (norm)", "gradient-normalised", 2)
    if all(e.size > 1 for e, _ in pairs):
        span = f"{min(ratios):.4g} to {max(ratios):.4g}" if len(ratios) > 1 else f"{ratios[0]:.6g}"
        return Relation(f"is a constant multiple of the right one in each case ({span} times)", rank=3)
    return None


def _constant_ratio(e: Array, g: Array) -> float | None:
    big = np.abs(e) > 1e-12 * (np.max(np.abs(e), initial=0.0) or 1.0)
    if not big.any():
        return None
    r = g[big] / e[big]
    if not np.isfinite(r).all() or np.ptp(r) > 1e-6 * abs(r.reshape(-1)[0]):
        return None
    return float(r.reshape(-1)[0]) if close(g, e * r.reshape(-1)[0]) else None


def _stored_as(kind: Any, e: Array, g: Array, limit: float) -> bool:
    stored = bool((g.astype(kind).astype(float) == g).all())
    return stored and close(g, e, limit) and not bool((g == np.round(g, 5)).all())


def stored_short(pairs: Pairs, cases: Any) -> Relation | None:
    """float16 or float32: every number that came is one of that format, and near the right one."""
    for kind, name, limit in (
        (np.float16, "half precision (float16, 3 digits)", 2e-2),
        (np.float32, "single precision (float32, 7 digits)", 1e-4),
    ):
        if all(_stored_as(kind, e, g, limit) for e, g in pairs):
            return Relation(f"is the right one in {name}: precision is lost", "precision-lost", 1)
    return None


def rounded(pairs: Pairs, cases: Any) -> Relation | None:
    for digits in (0, 1, 2, 3, 4, 5, 6, 8):
        if all(np.allclose(g, np.round(e, digits), rtol=0, atol=1e-12) for e, g in pairs):
            what = "a whole number" if digits == 0 else f"{digits} decimals"
            if digits == 0 and all(not g.any() for _, g in pairs):
                return None
            return Relation(f"is the right one rounded to {what}", "rounded", 1)
    return None


def truncated(pairs: Pairs, cases: Any) -> Relation | None:
    if _all(pairs, lambda e, g: close(g, np.trunc(e)) and bool(g.any() or (np.abs(e) < 1).all())):
        if all(not g.any() for _, g in pairs):
            return None
        return Relation("is the right one cut to a whole number", "integers", 1)
    return None


#: What an agreement to a few digits means, where nothing else is wrong.
APPROXIMATE = ": precision is lost, or an approximation is used"


def imprecise(pairs: Pairs, cases: Any) -> Relation | None:
    worst = max(_relative(e, g) for e, g in pairs)
    if worst < 1e-3:
        digits = int(-np.log10(max(worst, 1e-16)))
        return Relation(
            f"agrees with the right one to about {digits} digits only{APPROXIMATE}",
            "precision-lost",
            2,
        )
    return None


def _relative(e: Array, g: Array) -> float:
    scale = float(np.max(np.abs(e), initial=0.0)) or 1.0
    gap = float(np.max(np.abs(e - g), initial=0.0)) / scale
    return gap if np.isfinite(gap) else np.inf


def transposed(pairs: Pairs, cases: Any) -> Relation | None:
    if all(e.ndim == 2 and e.shape[0] == e.shape[1] and e.shape[0] > 1 for e, _ in pairs) and _all(
        pairs, lambda e, g: close(g, e.T)
    ):
        return Relation("is the right one transposed", "gradient-transposed", 1)
    return None


def offset(pairs: Pairs, cases: Any) -> Relation | None:
    gaps = [g - e for e, g in pairs]
    if sum(g.size for g in gaps) < 2:
        return None
    first = float(gaps[0].reshape(-1)[0]) if gaps[0].size else 0.0
    scale = max(float(np.max(np.abs(e), initial=0.0)) for e, _ in pairs)
    if all(np.allclose(gap, first, rtol=1e-6, atol=1e-12 * (scale or 1)) for gap in gaps):
        return Relation(f"is the right one {'plus' if first > 0 else 'minus'} {abs(first):.6g} throughout", rank=1)
    return None


SHAPES: tuple[tuple[str, str, Callable[[Array], Array]], ...] = (
    ("is the absolute value of the right one: the sign is lost", "absolute", np.abs),
    ("is the square of the right one", "squared", np.square),
    ("is the square root of the right one", "square-root", lambda e: np.sqrt(e)),
    ("is 1 minus the right one", "inverted", lambda e: 1 - e),
    ("is the reciprocal of the right one", "reciprocal", lambda e: 1 / e),
    ("is the logarithm of the right one", "logarithm", lambda e: np.log(e)),
    ("is the base-10 logarithm of the right one", "logarithm", lambda e: np.log10(e)),
    ("is exp of the right one", "exponential", lambda e: np.exp(e)),
    ("is the sign of the right one, +1 or -1", "sign-only", np.sign),
    ("is the right one rounded down to a whole number", "integers", np.floor),
    ("is the right one in reverse order", "reversed", lambda e: e[::-1]),
    ("is the right one with its columns in reverse order", "reversed", lambda e: e[..., ::-1]),
    ("is the right one sorted", "sorted", lambda e: np.sort(e.reshape(-1)).reshape(e.shape)),
    ("is the running sum of the right one", "cumulative", lambda e: np.cumsum(e).reshape(e.shape)),
    ("is the mean of the right one in every element", "averaged", lambda e: np.full_like(e, e.mean())),
    ("is the sum of the right one in every element", "summed", lambda e: np.full_like(e, e.sum())),
    ("is the right one with negative values set to 0", "clipped-below", lambda e: np.maximum(e, 0)),
    ("is the right one shifted by one place", "shifted", lambda e: np.roll(e, 1)),
    ("is the right one shifted by one place", "shifted", lambda e: np.roll(e, -1)),
)


#: Of these nothing can be seen in a single number.
ORDERS = {"reversed", "sorted", "cumulative", "averaged", "summed", "shifted"}


def _changed(change: Callable[[Array], Array], e: Array) -> Array:
    return np.asarray(change(e.reshape(1))).reshape(()) if e.ndim == 0 else change(e)


def shaped(pairs: Pairs, cases: Any) -> Relation | None:
    if sum(e.size for e, _ in pairs) < 3:
        return None
    for text, id, change in SHAPES:
        try:
            if all(close(g, _changed(change, e)) for e, g in pairs):
                if all(e.size < 2 for e, _ in pairs) and id in ORDERS:
                    continue
                return Relation(text, id, 2)
        except (ValueError, IndexError):
            continue
    return None


def one_size(pairs: Pairs, cases: Any) -> Relation | None:
    """The right signs, and one size for all."""
    sizes = np.concatenate([np.abs(g).reshape(-1) for _, g in pairs])
    if sizes.size < 2 or not sizes[0] > 0 or np.ptp(sizes) > 1e-9 * sizes[0] or not np.isfinite(sizes).all():
        return None
    signs = {float(s) for _, g in pairs for s in np.sign(g).reshape(-1)}
    if len(signs) < 2 or not _all(pairs, lambda e, g: bool((np.sign(e) == np.sign(g)).all())):
        return None
    return Relation(f"has the right sign, and always the size {sizes[0]:.4g}, as if it were clipped to that", "", 2)


def _round(number: float) -> bool:
    """Whether somebody may have written this number: it has two digits at most."""
    return bool(np.isclose(number, float(f"{number:.2g}"), rtol=1e-9))


def clipped(pairs: Pairs, cases: Any) -> Relation | None:
    if any(not g.size or not np.isfinite(g).all() for _, g in pairs):
        return None
    top, low = max(float(g.max()) for _, g in pairs), min(float(g.min()) for _, g in pairs)
    above, below = any((e > top).any() for e, _ in pairs), any((e < low).any() for e, _ in pairs)
    bounds = (low if below else -np.inf, top if above else np.inf)
    inside = any(((e >= bounds[0]) & (e <= bounds[1])).any() for e, _ in pairs)  # else: two numbers, from wherever
    if top <= low or not (above or below) or not inside or not _all(pairs, lambda e, g: close(g, np.clip(e, *bounds))):
        return None
    numbers = np.concatenate([g.reshape(-1) for _, g in pairs])
    for bound, used in ((top, above), (low, below)):
        if used and not _round(bound) and np.isclose(numbers, bound).sum() < 2:
            return None  # one number at an odd bound may be anything
    if above and below:
        how = f"clipped to {low:.4g} … {top:.4g}"
    else:
        how = f"cut off at {top:.4g}, its largest value" if above else f"cut off at {low:.4g}, its smallest value"
    return Relation(f"is the right one {how}", "gradient-clipped", 2)


def part_right(pairs: Pairs, cases: Any) -> Relation | None:
    """Some elements are right: which ones?"""
    masks = [np.isclose(g, e, rtol=1e-6, atol=1e-12 * (np.max(np.abs(e), initial=0.0) or 1)) for e, g in pairs]
    if any(m.ndim == 0 or not m.any() or m.size < 2 for m in masks):
        return None
    if any(m.all() for m in masks):
        return None
    two = [m for m in masks if m.ndim == 2]
    if len(two) == len(masks):
        for name, axis in (("row", 1), ("column", 0)):
            good = [np.flatnonzero(m.all(axis=axis)) for m in two]
            bad = [np.flatnonzero(~m.any(axis=axis)) for m in two]
            whole = all(len(a) + len(b) == m.shape[1 - axis] for a, b, m in zip(good, bad, two, strict=True))
            if whole and all(len(a) for a in good):
                if all(a.tolist() == [0] for a in good):
                    return Relation(f"is right in the first {name} only", rank=2)
                if all(b.tolist() == [m.shape[1 - axis] - 1] for b, m in zip(bad, two, strict=True)):
                    return Relation(f"is right but for the last {name}", rank=2)
                if all(b.tolist() == [0] for b in bad):
                    return Relation(f"is right but for the first {name}", rank=2)
                if len(good) == 1 or all(b.tolist() == bad[0].tolist() for b in bad):
                    return Relation(
                        f"is wrong in {name} {', '.join(map(str, bad[0][:6]))} only (counted from 0)", rank=2
                    )
    flat = [m.reshape(-1) for m in masks]
    firsts = [int(np.argmin(m)) for m in flat]
    if all(not m[k:].any() for m, k in zip(flat, firsts, strict=True)) and len(set(firsts)) == 1 and firsts[0]:
        k = firsts[0]
        return Relation(f"is right in the first {k} element{'s' if k > 1 else ''} and wrong from there on", rank=2)
    wrong = [int((~m).sum()) for m in flat]
    return Relation(f"is wrong in {wrong[-1]} of {flat[-1].size} elements, the others are right", rank=3)


def by_row(pairs: Pairs, cases: Any) -> Relation | None:
    if not all(e.ndim == 2 and min(e.shape) > 1 for e, _ in pairs):
        return None
    for name, axis in (("row", 1), ("column", 0)):
        spans = []
        for e, g in pairs:
            r = g / e
            if not np.isfinite(r).all() or (np.ptp(r, axis=axis) > 1e-6 * np.abs(r).max(axis=axis)).any():
                break
            spans.append((float(r.min()), float(r.max())))
        else:
            low, high = min(s[0] for s in spans), max(s[1] for s in spans)
            return Relation(f"is off by a factor of its own in each {name}, {low:.4g} to {high:.4g}", rank=3)
    return None


def permuted(pairs: Pairs, cases: Any) -> Relation | None:
    if _all(
        pairs,
        lambda e, g: e.size > 1 and close(np.sort(g.reshape(-1)), np.sort(e.reshape(-1))) and not close(g, e),
    ):
        rows = all(e.ndim == 2 and close(g[np.lexsort(g.T[::-1])], e[np.lexsort(e.T[::-1])]) for e, g in pairs)
        what = "rows" if rows else "numbers"
        return Relation(f"has the right {what} in another order", "order", 2)
    return None


def constant(pairs: Pairs, cases: Any) -> Relation | None:
    first = float(pairs[0][1].reshape(-1)[0]) if pairs[0][1].size else np.nan
    if (
        sum(g.size for _, g in pairs) > 2
        and _all(pairs, lambda e, g: bool((g == first).all()))
        and any(np.ptp(e) > 0 if e.size > 1 else True for e, _ in pairs)
        and (len(pairs) > 1 or pairs[0][0].size > 2)
    ):
        return Relation(f"is {first:.6g} whatever the input", "hard-coded", 2)
    return None


def range_of_ratio(pairs: Pairs, cases: Any) -> Relation | None:
    ratios = []
    for e, g in pairs:
        big = np.abs(e) > 1e-9
        ratios.append((g[big] / e[big]).reshape(-1))
    r = np.concatenate(ratios) if ratios else np.empty(0)
    if r.size < 2 or not np.isfinite(r).all():
        return None
    if (r > 0).all():
        low, high = float(r.min()), float(r.max())
        if low > 1:
            return Relation(f"is too large, {low:.3g} to {high:.3g} times the right one; the sign is right", rank=4)
        if high < 1:
            return Relation(f"is too small, {low:.3g} to {high:.3g} times the right one; the sign is right", rank=4)
        return Relation(f"is {low:.3g} to {high:.3g} times the right one; the sign is right", rank=4)
    if (r < 0).all():
        return Relation(f"has the wrong sign, and is {-r.max():.3g} to {-r.min():.3g} times as large", rank=4)
    signs = ", with some signs wrong" if (r < 0).any() else ""
    return Relation(f"is between {r.min():.3g} and {r.max():.3g} times the right one{signs}", rank=5)


TESTS = (
    not_finite,
    zero,
    negated,
    rounded,
    stored_short,
    ratio,
    offset,
    imprecise,
    transposed,
    truncated,
    shaped,
    permuted,
    one_size,
    clipped,
    constant,
    part_right,
    by_row,
    range_of_ratio,
)
