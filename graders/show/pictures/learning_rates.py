"""XOR with four learning rates from the same weights: the guide's four panels (line 1318)."""

from __future__ import annotations

from typing import Any

import numpy as np

from graders.show.hands import Hands
from graders.show.progress import Progress
from graders.show.style import Drawing, Sheet

RATES = (0.1, 1.0, 5.0, 50.0)
STEPS = 500


def numbers(hands: Hands, progress: Progress, memory: Any = None) -> dict[float, np.ndarray]:
    """Rate → the mean loss of each step."""
    histories = {}
    for k, rate in enumerate(RATES):
        histories[rate], _ = hands("xor", rate, STEPS)
        progress("learning rate", k + 1, len(RATES))
    return histories


def draw(histories: dict[float, np.ndarray], sheet: Sheet) -> Drawing:
    """One panel a rate, the same axes in all."""
    figure = sheet.figure(
        "Four learning rates",
        f"XOR, a 2-4-1 network, {STEPS} steps from the same weights. Too low: hardly any progress. Too high: the steps "
        "overshoot, and the loss sticks or jumps.",
        10.5,
        5.6,
    )
    panels = figure.subplots(2, 2, sharex=True, sharey=True)
    words = []
    for axes, (rate, losses) in zip(panels.flat, histories.items(), strict=True):
        last = float(losses[-1])
        axes.plot(np.clip(losses, -1, 10), linestyle="-", label=f"learning rate {rate:g}")
        axes.set_title(f"learning rate {rate:g}")
        axes.set_ylim(0, 0.6)
        axes.annotate(f"last loss {last:.4f}", (0.98, 0.93), xycoords="axes fraction", ha="right", va="top")
        words.append(f"learning rate {rate:g}: loss {last:.4f} after {STEPS} steps")
    for axes in panels[-1]:
        axes.set_xlabel("step")
    for axes in panels[:, 0]:
        axes.set_ylabel("mean loss")
    return Drawing(figure, "; ".join(words).capitalize() + ".")
