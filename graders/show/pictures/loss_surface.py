"""Both losses over the weight and the bias of one sigmoid neuron: why classification wants the cross-entropy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graders.show.hands import Hands
from graders.show.progress import Progress
from graders.show.style import Drawing, Sheet

#: Six examples that no neuron can get all right: so there is one best neuron, not infinitely far away.
X = np.array([-2.0, -1.2, -0.3, 0.4, 1.1, 2.0])
TARGETS = np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0])
AXIS = np.linspace(-8, 8, 65)
START = (-5.0, 5.5)
LEARNING_RATE, STEPS = 1.0, 40
LOSSES = {"mse_loss": "mean squared error", "cross_entropy_loss": "cross-entropy"}


@dataclass(frozen=True)
class Surface:
    """`heights` [bias, weight] over AXIS × AXIS, and the path of gradient descent, rows of (weight, bias)."""

    name: str
    heights: np.ndarray
    path: np.ndarray
    path_losses: np.ndarray

    @property
    def lowest(self) -> tuple[float, float, float]:
        """(weight, bias, loss) of the lowest point of the grid and the path."""
        row, column = np.unravel_index(np.argmin(self.heights), self.heights.shape)
        k = int(np.argmin(self.path_losses))
        if self.path_losses[k] < self.heights[row, column]:
            return float(self.path[k, 0]), float(self.path[k, 1]), float(self.path_losses[k])
        return float(AXIS[column]), float(AXIS[row]), float(self.heights[row, column])


def numbers(hands: Hands, progress: Progress, memory: Any = None) -> list[Surface]:
    """The two surfaces."""
    hands("start", [1, 1], 42)
    surfaces = []
    for loss, name in LOSSES.items():
        rows = []
        for k, bias in enumerate(AXIS):
            rows.append(hands("surface", loss, AXIS, np.full_like(AXIS, bias), X, TARGETS))
            progress(f"{name}, row", k + 1, len(AXIS))
        path = hands("descent", loss, START, LEARNING_RATE, STEPS, X, TARGETS)
        on_path = hands("surface", loss, path[:, 0], path[:, 1], X, TARGETS)
        surfaces.append(Surface(name, np.array(rows), path, np.array(on_path)))
    return surfaces


def draw(surfaces: list[Surface], sheet: Sheet) -> Drawing:
    """Above in three dimensions, below as contours, with gradient descent from the same point on both."""
    figure = sheet.figure(
        "Two losses of one neuron",
        f"One neuron, six examples. Both descents begin at the same wrong neuron and take {STEPS} steps at rate "
        f"{LEARNING_RATE:g}. The squared error is flat where the neuron is surely wrong; the cross-entropy is steep.",
        10.5,
        8.6,
    )
    theme = sheet.theme
    W, B = np.meshgrid(AXIS, AXIS)
    words = []
    for column, surface in enumerate(surfaces):
        heights = np.nan_to_num(surface.heights, nan=0.0, posinf=1e6, neginf=-1e6)
        w, b, low = surface.lowest
        solid: Any = figure.add_subplot(2, 2, column + 1, projection="3d")
        solid.plot_surface(W, B, heights, cmap="viridis", rcount=65, ccount=65, linewidth=0, antialiased=True)
        solid.plot(*surface.path.T, surface.path_losses, color=theme.back, linewidth=2.5, linestyle="-", zorder=10)
        solid.set_title(surface.name)
        solid.set_xlabel("weight")
        solid.set_ylabel("bias")
        solid.set_zlabel("loss")
        solid.view_init(elev=28, azim=-120)
        solid.computed_zorder = False
        for axis in (solid.xaxis, solid.yaxis, solid.zaxis):
            axis.set_pane_color(theme.inset)

        flat = figure.add_subplot(2, 2, column + 3)
        levels = _levels(heights)
        filled = flat.contourf(AXIS, AXIS, heights, levels=levels, cmap="viridis")
        flat.contour(AXIS, AXIS, heights, levels=levels, colors="white", linewidths=0.5, alpha=0.6)
        figure.colorbar(filled, ax=flat, label=f"loss ({surface.name})", shrink=0.9)
        flat.plot(*surface.path.T, color=theme.back, marker=".", markersize=6, linestyle="-", label="gradient descent")
        flat.plot(*START, marker="o", color="white", markeredgecolor="black", linestyle="none", label="start")
        flat.plot(
            w,
            b,
            marker="*",
            markersize=15,
            color="white",
            markeredgecolor="black",
            linestyle="none",
            label="lowest point",
        )
        flat.set_xlim(AXIS[0], AXIS[-1])
        flat.set_ylim(AXIS[0], AXIS[-1])
        flat.set_title(f"loss {surface.path_losses[0]:.3f} → {surface.path_losses[-1]:.3f}, lowest {low:.3f}")
        flat.set_xlabel("weight")
        flat.set_ylabel("bias")
        flat.grid(False)
        flat.legend(loc="lower left", fontsize=8.5)
        words.append(
            f"{surface.name.capitalize()}: gradient descent goes from {surface.path_losses[0]:.3f} to "
            f"{surface.path_losses[-1]:.3f} in {STEPS} steps; the lowest point, {low:.3f}, is at weight {w:.2f}, "
            f"bias {b:.2f}."
        )
    return Drawing(figure, " ".join(words))


def _levels(heights: np.ndarray) -> np.ndarray:
    from matplotlib.ticker import MaxNLocator

    low, high = float(heights.min()), float(heights.max())
    return np.asarray(MaxNLocator(16).tick_values(low, high if high > low else low + 1))
