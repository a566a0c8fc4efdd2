"""A healthy loss curve, on both scales."""

from __future__ import annotations

import numpy as np

from graders.show.pictures.sine import EPOCHS, LEARNING_RATE, Sine, numbers
from graders.show.style import Drawing, Sheet

__all__ = ["draw", "numbers"]


def draw(sine: Sine, sheet: Sheet) -> Drawing:
    """The losses twice: as they are, and on a logarithmic axis, where the slow part shows."""
    first, last = float(sine.losses[0]), float(sine.losses[-1])
    figure = sheet.figure(
        "A healthy loss curve",
        f"A 1-8-1 network learns the sine, {EPOCHS} epochs at rate {LEARNING_RATE:g}: a steep fall, then it levels "
        "off. On the logarithmic axis one sees that it still learns.",
        10.5,
        3.9,
    )
    panels = figure.subplots(1, 2)
    epochs = np.arange(1, len(sine.losses) + 1)
    for axes, scale in zip(panels, ("linear", "log"), strict=True):
        axes.plot(epochs, sine.losses, label="training loss")
        if scale == "log" and np.nanmin(sine.losses) > 0:
            axes.set_yscale("log")
        else:
            axes.set_ylim(bottom=0)
        axes.set_title(f"{'logarithmic' if scale == 'log' else 'linear'} axis")
        axes.set_xlabel("epoch")
        axes.set_ylabel("mean loss")
    panels[0].annotate(
        f"{first:.4f} in the first epoch, {last:.6f} in the last",
        (0.98, 0.93),
        xycoords="axes fraction",
        ha="right",
        va="top",
    )
    return Drawing(figure, f"The loss goes from {first:.4f} in the first epoch to {last:.6f} in epoch {EPOCHS}.")
