"""What a plot must show, read from the figure's own data."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from graders.checks import tolerance
from graders.learner.remote import Drawn

Figure = dict[str, Any]

#: As many axes, lines and texts of a legend as are looked at. The figure's data need not come from a figure.
MOST = 64
#: Characters of a text that are looked at.
MOST_TEXT = 500

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def is_figure(value: Any) -> bool:
    """Whether the learner's function returned a matplotlib figure (as data)."""
    return isinstance(value, Drawn) and isinstance(value.get("axes"), list)


def axes(figure: Figure) -> list[dict[str, Any]]:
    """The axes that have lines."""
    return [a for a in figure["axes"][:MOST] if isinstance(a, dict) and a.get("lines")]


def lines_with(figure: Figure, values: np.ndarray) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(axes, line) of every line whose y data are these values."""
    return [
        (shown, line)
        for shown in axes(figure)
        for line in shown["lines"][:MOST]
        if tolerance.matches(line.get("y"), np.asarray(values, dtype=float)) and _runs(line.get("x"))
    ]


def _runs(x: Any) -> bool:
    """Whether the points of a line lie one behind the other, as epochs and steps do."""
    places = tolerance.numbers(x)
    return places is not None and bool(np.isfinite(places).all() and (np.diff(places) > 0).all())


def line_labels(figure: Figure, values: list[float]) -> list[str]:
    """The labels, in small letters, of the lines that show these values."""
    found = lines_with(figure, np.array(values))
    return [str(line.get("label", ""))[:MOST_TEXT].lower() for _, line in found]


def has_axis_labels(figure: Figure) -> bool:
    """Both directions are named: on the axes, or once for the whole figure."""
    shown = axes(figure)
    x = any(str(a.get("xlabel", "")).strip() for a in shown) or str(figure.get("supxlabel", "")).strip()
    y = any(str(a.get("ylabel", "")).strip() for a in shown) or str(figure.get("supylabel", "")).strip()
    return bool(x) and bool(y)


def legend(figure: Figure, shown: dict[str, Any]) -> list[str]:
    """Texts of the legend of these axes and of the figure's own."""
    return [str(text) for part in (shown, figure) for text in part.get("legend", [])[:MOST]]


def all_texts(figure: Figure) -> list[str]:
    """Every legend and title."""
    shown = axes(figure)
    return [
        str(figure.get("suptitle", "")),
        *(text for part in shown for text in (str(part.get("title", "")), *legend(figure, part))),
    ]


def names(text: str, number: float) -> bool:
    """Whether `number` stands in `text`, in any usual notation."""
    found = [float(match) for match in _NUMBER.findall(text[:MOST_TEXT].replace("−", "-"))]
    return any(abs(value - number) <= 5e-3 * abs(number) for value in found)
