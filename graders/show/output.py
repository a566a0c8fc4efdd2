"""A drawing as the bytes of a file, by the file's suffix."""

from __future__ import annotations

import io

from graders.show import drawing, style
from graders.show.progress import Progress, silent

#: Suffix → what it is; .gif and .html are for the trace alone.
SUFFIXES = (".png", ".svg", ".pdf", ".gif", ".html")
MOVING = (".gif", ".html")
DPI = 140


def suffixes(name: str) -> tuple[str, ...]:
    """The formats in which a picture can be had."""
    return SUFFIXES if name == "backprop-trace" else tuple(s for s in SUFFIXES if s not in MOVING)


def render(computed: drawing.Computed, suffix: str, progress: Progress = silent) -> bytes:
    """The picture as a file of this kind."""
    if suffix == ".html":
        from graders.show import trace_html

        sheet = computed.sheet()
        return trace_html.render(computed.numbers, sheet.whose, because(computed)).encode()
    if suffix == ".gif":
        from graders.show.pictures import backprop_trace

        with style.look(style.LIGHT):
            return backprop_trace.animation(computed.numbers, computed.sheet(), progress)
    return figure_bytes(drawing.draw(computed), suffix, style.LIGHT)


def figure_bytes(drawn: style.Drawing, suffix: str, theme: style.Theme, dpi: int = DPI) -> bytes:
    """One still picture. The same numbers give the same bytes."""
    kind = suffix.removeprefix(".")
    undated = {"png": {"Description": drawn.words}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    buffer = io.BytesIO()
    with style.look(theme):
        drawn.figure.savefig(buffer, format=kind, dpi=dpi, metadata=undated[kind])
    return buffer.getvalue()


def because(computed: drawing.Computed) -> str:
    """Why these are not the learner's numbers, or ""."""
    return f"{computed.instead}; the picture shows the reference" if computed.instead else ""
