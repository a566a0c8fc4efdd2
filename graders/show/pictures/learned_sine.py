"""What the sine network gives after 20, 100 and all epochs, beside the truth."""

from __future__ import annotations

import numpy as np

from graders.show.pictures.sine import AXIS, EPOCHS, N_POINTS, Sine, numbers
from graders.show.style import Drawing, Sheet

__all__ = ["draw", "numbers"]


def draw(sine: Sine, sheet: Sheet) -> Drawing:
    """The true curve, the training points, and the network's outputs at three stages."""
    truth = np.sin(np.pi * AXIS)
    error = float(np.max(np.abs(sine.stages[EPOCHS] - truth)))
    figure = sheet.figure(
        "The learned sine",
        f"A 1-8-1 network after {', '.join(map(str, list(sine.stages)[:-1]))} and {EPOCHS} epochs on {N_POINTS} "
        f"points. In the end it is off by {error:.3f} at most.",
        10.5,
        5.2,
    )
    axes, theme = figure.subplots(), sheet.theme
    axes.plot(AXIS, truth, color=theme.muted, linewidth=5, alpha=0.45, linestyle="-", label="sin(πx)")
    axes.plot(
        sine.x,
        sine.y,
        marker="o",
        markersize=5,
        linestyle="none",
        color=theme.ink,
        alpha=0.6,
        label="training examples",
    )
    looks = ((theme.fourth, ":"), (theme.third, "-."), (theme.back, "--"))
    for (epoch, outputs), (colour, dashes) in zip(sine.stages.items(), looks, strict=True):
        axes.plot(AXIS, outputs, color=colour, linestyle=dashes, label=f"network, epoch {epoch}")
    axes.set_xlabel("x, in units of π")
    axes.set_ylabel("y")
    axes.legend(loc="lower center")
    return Drawing(figure, f"After {EPOCHS} epochs the network follows the sine to within {error:.3f}.")
