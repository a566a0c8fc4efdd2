"""A matplotlib figure as data: axes, labels, legends and lines. It asks the figure; it imports no matplotlib."""

from __future__ import annotations

from typing import Any

import numpy as np

MAX_AXES = 32
MAX_LINES = 64
MAX_POINTS = 100_000


def figure_data(figure: Any) -> dict[str, Any]:
    """{"suptitle", "legend", "axes": [{"title", "xlabel", "ylabel", "legend", "lines": [{"label", "x", "y"}]}]}.

    A line's label is what a legend calls it, if one does; its own otherwise.
    """
    axes = list(figure.get_axes())[:MAX_AXES]
    for shown in axes:
        # A legend that was asked for gets its texts only when it exists; nothing is drawn here.
        shown.get_legend()
    called = _called(axes, [*figure.legends, *(box for shown in axes if (box := shown.get_legend()))])
    suptitle = getattr(figure, "_suptitle", None)
    return {
        "suptitle": _text(suptitle.get_text()) if suptitle is not None else "",
        "supxlabel": _super_label(figure, "_supxlabel"),
        "supylabel": _super_label(figure, "_supylabel"),
        "legend": [_text(t.get_text()) for box in figure.legends for t in box.get_texts()],
        "axes": [_axes_data(shown, called) for shown in axes],
    }


def _called(axes: list[Any], legends: list[Any]) -> dict[int, str]:
    """What legends call lines: each of a legend's own lines looks like the one that it stands for."""
    looks: dict[Any, list[int]] = {}
    for shown in axes:
        for line in list(shown.get_lines())[:MAX_LINES]:
            looks.setdefault(_look(line), []).append(id(line))
    called = {}
    for box in legends:
        own = getattr(box, "legend_handles", None) or getattr(box, "legendHandles", [])
        for handle, text in zip(own, box.get_texts(), strict=False):
            alike = looks.get(_look(handle), []) if hasattr(handle, "get_linestyle") else []
            if len(alike) == 1:
                called[alike[0]] = str(text.get_text())
    return called


def _look(line: Any) -> tuple[str, ...]:
    names = ("color", "linestyle", "linewidth", "marker", "markersize", "alpha")
    return tuple(str(getattr(line, f"get_{name}", str)()) for name in names)


def _super_label(figure: Any, name: str) -> str:
    label = getattr(figure, name, None)
    return _text(label.get_text()) if label is not None else ""


def _axes_data(axes: Any, called: dict[int, str]) -> dict[str, Any]:
    legend = axes.get_legend()
    titles = [_text(axes.get_title(where)) for where in ("left", "center", "right")]
    return {
        "title": " ".join(t for t in titles if t),
        "xlabel": _text(axes.get_xlabel()),
        "ylabel": _text(axes.get_ylabel()),
        "legend": [_text(t.get_text()) for t in legend.get_texts()] if legend else [],
        "texts": [_text(t.get_text()) for t in axes.texts][:MAX_LINES],
        "lines": [_line_data(line, called) for line in list(axes.get_lines())[:MAX_LINES] if _seen(axes, line)],
    }


def _seen(axes: Any, line: Any) -> bool:
    """Whether a line is drawn at all: with a stroke or with marks, and not hidden."""
    stroke = str(line.get_linestyle()).lower() not in ("none", "", " ") and line.get_linewidth() > 0
    marks = str(line.get_marker()).lower() not in ("none", "", " ") and line.get_markersize() > 0
    return bool(axes.get_visible() and line.get_visible() and line.get_alpha() != 0 and (stroke or marks))


def _line_data(line: Any, called: dict[int, str]) -> dict[str, Any]:
    return {
        "label": _text(called.get(id(line), line.get_label())),
        "x": np.asarray(line.get_xdata(orig=False), dtype=float)[:MAX_POINTS],
        "y": np.asarray(line.get_ydata(orig=False), dtype=float)[:MAX_POINTS],
    }


def _text(value: object) -> str:
    return str(value)[:500]
