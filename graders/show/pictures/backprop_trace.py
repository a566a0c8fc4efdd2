"""The hand trace as a picture: the whole board, one step of it, or all steps as an animation."""

from __future__ import annotations

from typing import Any, cast

from graders.show import trace
from graders.show.hands import Hands, ReferenceHands
from graders.show.progress import Progress
from graders.show.style import HEAD, Drawing, Sheet, Theme

_TITLE = "Backpropagation, step by step"
#: Seconds that a step is shown, and how many times as long the last one is.
SECONDS, LAST = 2.5, 3


def numbers(hands: Hands, progress: Progress, memory: Any = None) -> trace.Story:
    """The story of the guide's 2-2-1 network."""
    given = (trace.W1, trace.B1, trace.W2, trace.B2, trace.X, trace.TARGET, trace.LEARNING_RATE)
    truth = ReferenceHands()("trace", *given)
    return trace.story(hands("trace", *given), truth)


def draw(story: trace.Story, sheet: Sheet, step: int | None = None) -> Drawing:
    """The board after `step`, with what is computed in it below; without a step the whole board."""
    last = len(story.steps) - 1
    now = last if step is None else step
    said = (
        "A 2-2-1 network, one example. Forward (left in each box) come z and a; backward (right) the slopes, the error "
        "signals δ and the gradients; the arrows → show what one step at rate "
        f"{trace.LEARNING_RATE:g} makes of a parameter."
    )
    width, board = trace.WIDTH / 100, trace.HEIGHT / 100
    text = 2.45 if step is not None else 0.0
    figure = sheet.figure(_TITLE, said, width, board + text)
    figure.set_layout_engine("none")
    height = board + text + HEAD
    axes = figure.add_axes((0, text / height, 1, board / height))
    _board(axes, story, now, sheet.theme, step is not None)
    if step is not None:
        panel = figure.add_axes((0, 0, 1, text / height))
        _panel(panel, story, now, sheet.theme, text)
    return Drawing(figure, f"Every number of the trace; {story.losses}.")


def _board(axes: Any, story: trace.Story, now: int, theme: Theme, emphasis: bool) -> None:
    from matplotlib.patches import FancyBboxPatch

    axes.set_xlim(0, trace.WIDTH)
    axes.set_ylim(trace.HEIGHT, 0)
    axes.set_axis_off()
    for edge in story.edges:
        axes.annotate(
            "",
            (edge.x2, edge.y2),
            (edge.x1, edge.y1),
            zorder=1,
            arrowprops={"arrowstyle": "-|>", "color": theme.muted, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0},
        )
    for box in story.boxes:
        axes.add_patch(
            FancyBboxPatch(
                (box.x, box.y),
                box.width,
                box.height,
                boxstyle="round,pad=0,rounding_size=8",
                facecolor=theme.inset,
                edgecolor=theme.muted,
                linewidth=1.2,
                zorder=2,
            )
        )
        axes.text(box.x + 10, box.y + 18, box.title, fontsize=9.5, color=theme.muted, va="baseline", zorder=3)
    for mark in story.marks:
        if mark.since > now:
            continue
        fresh = emphasis and mark.since == now and now > 0
        on_edge = mark.anchor == "middle" and not mark.strong
        patch = None
        if fresh or on_edge:
            patch = {
                "boxstyle": "round,pad=0.12",
                "facecolor": theme.paper,
                "edgecolor": colour_of(mark, theme) if fresh else "none",
                "linewidth": 1.2,
            }
        axes.text(
            mark.x,
            mark.y,
            mark.text,
            fontsize=9.5,
            va="baseline",
            zorder=4,
            color=colour_of(mark, theme),
            ha={"start": "left", "middle": "center", "end": "right"}[mark.anchor],
            fontweight="bold" if mark.strong else "normal",
            bbox=patch,
        )


def _panel(axes: Any, story: trace.Story, now: int, theme: Theme, inches: float) -> None:
    step = story.steps[now]
    axes.set_xlim(0, trace.WIDTH)
    axes.set_ylim(inches * 100, 0)
    axes.set_axis_off()
    axes.axhline(4, 0.018, 0.982, color=theme.line, linewidth=1)
    kinds = {"given": theme.ink, "ahead": theme.ahead, "back": theme.back_ink, "new": theme.third_ink}
    axes.text(
        22,
        36,
        f"Step {now} of {len(story.steps) - 1}   {heading(step)}",
        fontsize=13,
        fontweight="bold",
        color=kinds[step.direction],
    )
    axes.text(22, 64, step.formula, fontsize=11, color=theme.muted)
    half = (len(step.lines) + 1) // 2 if len(step.lines) > 6 else len(step.lines)
    for k, line in enumerate(step.lines):
        column, row = divmod(k, half)
        axes.text(22 + 560 * column, 96 + 26 * row, line, fontsize=11, family="DejaVu Sans Mono")


def heading(step: trace.Step) -> str:
    """The title of a step without its key: "into the hidden layer"."""
    return step.title.partition(": ")[2].capitalize() or "Given: the network and one example"


def colour_of(mark: trace.Mark, theme: Theme) -> str:
    """The colour of a text on the board."""
    return {"given": theme.ink, "ahead": theme.ahead, "back": theme.back_ink, "new": theme.third_ink}[mark.kind]


def animation(story: trace.Story, sheet: Sheet, progress: Progress) -> bytes:
    """A GIF of all steps, written by matplotlib through Pillow."""
    import tempfile
    from pathlib import Path

    from matplotlib.animation import PillowWriter

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.gif"
        drawing = draw(story, sheet, 0)
        writer: Any = PillowWriter(fps=cast(int, 1 / SECONDS))
        writer.setup(drawing.figure, str(path), dpi=100)
        for k in range(len(story.steps)):
            # Each step is a figure of its own: the writer takes its frames from the one that it is given.
            writer.fig = draw(story, sheet, k).figure
            for _ in range(LAST if k == len(story.steps) - 1 else 1):
                writer.grab_frame(facecolor=sheet.theme.paper)
            progress("drawing step", k + 1, len(story.steps))
        writer.finish()
        return path.read_bytes()
