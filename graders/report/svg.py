"""Two pictures as inline SVG: loss curves, and a matrix of differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

from graders.report.text import one_line

MAX_SERIES = 6
MAX_POINTS = 400
MAX_CELLS = 48  # in each direction

# The plot's place in its 400 × 240 box.
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 392, 10, 204
_HUGE = 1e150  # beyond it a point is off the scale: differences of such numbers overflow
_LOG_FROM = 50  # a loss that falls by more than this factor is drawn on a logarithmic axis

Scale = Callable[[float], float]


def curves(series: Mapping[str, Sequence[float]]) -> str:
    """The series, by step, in one figure; "" where there is nothing finite to draw."""
    shown = {one_line(label, 60): [_number(v) for v in values] for label, values in list(series.items())[:MAX_SERIES]}
    finite = [v for values in shown.values() for v in values if math.isfinite(v)]
    if not finite:
        return ""
    steps = max(len(values) for values in shown.values())
    low, high = min(finite), max(finite)
    logarithmic = low > 0 and high / low > _LOG_FROM
    y = _scale(low, high, logarithmic)
    lines = [
        f'<path class="series s{i}" d="{_path(_thin(values), steps, y)}"/>' for i, values in enumerate(shown.values())
    ]
    grid = [_tick(value, y(value)) for value in _ticks(low, high, logarithmic)]
    described = "; ".join(f"{label}: {_course(values)}" for label, values in shown.items())
    legend = "".join(
        f'<li><svg viewBox="0 0 28 8" class="swatch" aria-hidden="true">'
        f'<path class="series s{i}" d="M1 4H27"/></svg>{escape(label)}</li>'
        for i, label in enumerate(shown)
    )
    kind = "logarithmic" if logarithmic else "linear"
    return (
        f'<figure><svg viewBox="0 0 400 240" role="img" aria-label="{escape(described)}">'
        f"{''.join(grid)}"
        f'<path class="axis" d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}"/>{"".join(lines)}'
        f'<text x="{_LEFT}" y="{_BOTTOM + 16}">1</text>'
        f'<text x="{_RIGHT}" y="{_BOTTOM + 16}" text-anchor="end">{steps}</text>'
        f'<text x="{(_LEFT + _RIGHT) // 2}" y="{_BOTTOM + 32}" text-anchor="middle">'
        f"step (loss on a {kind} axis)</text></svg>"
        f'<figcaption><ul class="legend">{legend}</ul>{escape(described)}</figcaption></figure>'
    )


def matrix(label: str, values: Sequence[object]) -> str:
    """A matrix of differences as coloured cells; large ones are shown by their largest parts."""
    rows = [[_number(v) for v in row] if isinstance(row, Iterable) else [_number(row)] for row in values]
    name = escape(one_line(label, 60))
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    # A row that is too short is missing its numbers, and they are shown as missing.
    rows = [row + [math.nan] * (width - len(row)) for row in rows]
    height = len(rows)
    finite = [abs(v) for row in rows for v in row if math.isfinite(v)]
    largest = max(finite, default=0.0)
    broken = height * width - len(finite)
    cells = _shrink(rows)
    marks = [_cell(r, c, value, largest) for r, row in enumerate(cells) for c, value in enumerate(row)]
    said = f"largest difference {largest:.3g}" + (f", {broken} not finite" if broken else "")
    title = f"{name}, {height} × {width}: {said}"
    box = f"0 0 {len(cells[0])} {len(cells)}"
    # Cells have one size in all matrices, so that they can be compared by eye.
    size = f"width:{max(len(cells[0]) * 1.4, 1.4):.1f}rem"
    return (
        f'<figure class="matrix"><svg viewBox="{box}" role="img" aria-label="{title}" '
        f'style="{size}">{"".join(marks)}</svg><figcaption>{title}</figcaption></figure>'
    )


def _number(value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return number if abs(number) < _HUGE else math.nan


def _scale(low: float, high: float, logarithmic: bool) -> Scale:
    to = math.log10 if logarithmic else float
    a, b = to(low), to(high)
    if b == a:
        a, b = a - 0.5, b + 0.5
    if b == a:  # a number so large that a half is nothing beside it
        return lambda _: (_TOP + _BOTTOM) / 2
    return lambda value: _BOTTOM - (to(value) - a) / (b - a) * (_BOTTOM - _TOP)


def _ticks(low: float, high: float, logarithmic: bool) -> list[float]:
    if low == high:
        return [low]
    if logarithmic:
        first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
        every = max((last - first) // 4, 1)
        return [10.0**k for k in range(first, last + 1, every)] or [low, high]
    step = 10.0 ** math.floor(math.log10((high - low) / 2 or 1))
    for factor in (1, 2, 5, 10):
        if (high - low) / (step * factor) <= 5:
            step *= factor
            break
    first = math.ceil(low / step)
    ticks = [(first + k) * step for k in range(7)]
    return [t for t in ticks if low <= t <= high] or [low, high]


def _tick(value: float, y: float) -> str:
    return (
        f'<path class="grid" d="M{_LEFT} {y:.1f}H{_RIGHT}"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>'
    )


def _thin(values: list[float]) -> list[tuple[int, float]]:
    n = len(values)
    if n <= MAX_POINTS:
        return list(enumerate(values))
    picked = sorted({round(i * (n - 1) / (MAX_POINTS - 1)) for i in range(MAX_POINTS)})
    return [(i, values[i]) for i in picked]


def _path(points: list[tuple[int, float]], steps: int, y: Scale) -> str:
    parts = []
    pen_down = False
    for i, value in points:
        if not math.isfinite(value):
            pen_down = False
            continue
        x = _LEFT + (_RIGHT - _LEFT) * (i / (steps - 1) if steps > 1 else 0.5)
        parts.append(f"{'L' if pen_down else 'M'}{x:.1f} {y(value):.1f}")
        if not pen_down:
            parts.append("h0")  # a point that stands alone is seen too
        pen_down = True
    return "".join(parts)


def _course(values: list[float]) -> str:
    if not values:
        return "no losses"
    lost = sum(not math.isfinite(v) for v in values)
    course = f"{values[0]:.4g} → {values[-1]:.4g} in {len(values)} steps"
    return f"{course}, {lost} not finite" if lost else course


def _shrink(rows: list[list[float]]) -> list[list[float]]:
    """At most MAX_CELLS × MAX_CELLS cells, each the value of its block that is farthest from 0."""

    def starts(n: int) -> list[tuple[int, int]]:
        k = min(n, MAX_CELLS)
        return [(i * n // k, (i + 1) * n // k) for i in range(k)]

    def farthest(block: list[float]) -> float:
        broken = [v for v in block if not math.isfinite(v)]
        return broken[0] if broken else max(block, key=abs)

    return [
        [farthest([v for row in rows[r0:r1] for v in row[c0:c1]]) for c0, c1 in starts(len(rows[0]))]
        for r0, r1 in starts(len(rows))
    ]


def _cell(row: int, column: int, value: float, largest: float) -> str:
    if not math.isfinite(value):
        kind, strength = "broken", 1.0
    else:
        kind = "more" if value > 0 else "less"
        strength = abs(value) / largest if largest else 0.0
    return (
        f'<rect x="{column + 0.04:g}" y="{row + 0.04:g}" width=".92" height=".92" class="cell"/>'
        f'<rect x="{column + 0.04:g}" y="{row + 0.04:g}" width=".92" height=".92" '
        f'class="{kind}-cell" fill-opacity="{strength:.2f}"/>'
    )
