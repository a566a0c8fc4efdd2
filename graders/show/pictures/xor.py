"""The output of the XOR network over the plane of its inputs, at stages of its training (Exercise 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graders.show.hands import Hands
from graders.show.progress import Progress
from graders.show.style import Drawing, Sheet, diverging

LEARNING_RATE = 2.0
STAGES = (1, 50, 100, 150, 300, 2000)
AXIS = np.linspace(-0.5, 1.5, 61)
CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
TARGETS = np.array([0, 1, 1, 0])


@dataclass(frozen=True)
class Stage:
    """After `steps` steps: the loss of the last one, the outputs [x2, x1] over AXIS × AXIS, and those at CORNERS."""

    steps: int
    loss: float
    outputs: np.ndarray
    corners: np.ndarray


def numbers(hands: Hands, progress: Progress, memory: Any = None) -> list[Stage]:
    """The stages, each trained from the beginning."""
    x1, x2 = np.meshgrid(AXIS, AXIS)
    points = np.vstack([np.column_stack([x1.ravel(), x2.ravel()]), CORNERS])
    stages, work = [], 0
    for steps in STAGES:
        losses, outputs = hands("xor", LEARNING_RATE, steps, points)
        plane, corners = outputs[:-4, 0].reshape(x1.shape), outputs[-4:, 0]
        stages.append(Stage(steps, float(losses[-1]), plane, corners))
        work += steps
        progress("XOR, step", work, sum(STAGES))
    return stages


def draw(stages: list[Stage], sheet: Sheet) -> Drawing:
    """One panel a stage: colour for the output, a line where it is one half, the four examples."""
    figure = sheet.figure(
        "XOR while it trains",
        f"The output of a 2-4-1 network over its two inputs, learning rate {LEARNING_RATE:g}. The line is where it is "
        "0.5: when the network has learned, it keeps the squares apart from the circles.",
        10.5,
        6.6,
    )
    theme = sheet.theme
    panels = figure.subplots(2, 3, sharex=True, sharey=True)
    colours: Any = None
    for axes, stage in zip(panels.flat, stages, strict=True):
        colours = axes.pcolormesh(AXIS, AXIS, stage.outputs, cmap=diverging(theme), vmin=0, vmax=1, shading="gouraud")
        if stage.outputs.min() < 0.5 < stage.outputs.max():
            axes.contour(AXIS, AXIS, stage.outputs, levels=[0.5], colors=theme.ink, linewidths=1.8)
        for target, marker, label in ((0, "o", "target 0"), (1, "s", "target 1")):
            at = CORNERS[target == TARGETS]
            axes.plot(
                *at.T,
                marker=marker,
                markersize=11,
                linestyle="none",
                label=label,
                markerfacecolor=theme.back if target == 0 else theme.ahead,
                markeredgecolor="white",
                markeredgewidth=1.5,
            )
        for (x, y), value in zip(CORNERS, stage.corners, strict=True):
            axes.annotate(
                f"{value:.2f}",
                (x, y),
                (0, -17),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                bbox={"boxstyle": "round,pad=0.15", "facecolor": theme.paper, "edgecolor": "none", "alpha": 0.8},
            )
        axes.set_title(f"{stage.steps} step{'s' if stage.steps > 1 else ''}, loss {stage.loss:.4f}")
        axes.set_aspect("equal")
        axes.grid(False)
    for axes in panels[-1]:
        axes.set_xlabel("input 1")
    for axes in panels[:, 0]:
        axes.set_ylabel("input 2")
    panels[0, 0].legend(loc="center", fontsize=9)
    figure.colorbar(colours, ax=panels, label="output of the network", shrink=0.8)
    words = "; ".join(f"after {s.steps}: {', '.join(f'{v:.2f}' for v in s.corners)}" for s in stages)
    return Drawing(figure, f"Outputs for the inputs 00, 01, 10, 11, by steps: {words}. Targets: 0, 1, 1, 0.")
