"""backward() against central differences, parameter by parameter (Exercise 2.2: a [3, 4, 2] network)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from graders.show.hands import Hands, ReferenceHands, UnusableError
from graders.show.progress import Progress
from graders.show.style import Drawing, Sheet

SIZES, SEED = [3, 4, 2], 99
X = np.array([0.5, -1.0, 2.0])
TARGET = np.array([1.0, 0.0])
TOLERANCE = 1e-5
#: Where a difference of exactly nothing is drawn: a logarithmic axis has no zero.
FLOOR = 1e-16


@dataclass(frozen=True)
class Gradients:
    """Both gradients of every parameter, and whose numerical ones they are."""

    names: list[str]
    analytic: np.ndarray
    numerical: np.ndarray
    note: str = ""

    @property
    def differences(self) -> np.ndarray:
        """|analytic − numerical|."""
        return np.abs(self.analytic - self.numerical)

    @property
    def agreeing(self) -> int:
        """How many are within the tolerance."""
        return int(np.sum(self.differences < TOLERANCE))


def numbers(hands: Hands, progress: Progress, memory: Any = None) -> Gradients:
    """The gradients. Where only the learner's numerical ones are missing, the reference's take their place."""
    hands("start", SIZES, SEED)
    analytic = hands("gradients", X, TARGET)
    note = ""
    try:
        numerical = hands("numerical", X, TARGET)
    except UnusableError as trouble:
        weights, biases = hands("parameters")
        reference = ReferenceHands()
        reference("start", SIZES, SEED)
        reference("put", weights, biases)
        numerical = reference("numerical", X, TARGET)
        note = f"The numerical gradients are the reference's: {trouble.reason}."
    return Gradients(_names(), np.asarray(analytic), np.asarray(numerical), note)


def draw(gradients: Gradients, sheet: Sheet) -> Drawing:
    """Above the gradients, below how far they are apart, on a logarithmic scale."""
    n, right = len(gradients.names), gradients.agreeing
    said = f"{right} of {n} gradients of a 3-4-2 network agree to within {TOLERANCE:g}."
    if right < n:
        apart = gradients.names[int(np.argmax(np.nan_to_num(gradients.differences, nan=np.inf)))]
        said += f" The farthest apart: {apart}."
    else:
        said += " What remains is the rounding of the differences: backward() is right."
    figure = sheet.figure("Gradient check", f"{said} {gradients.note}".strip(), 10.5, 6.2)
    theme, at = sheet.theme, np.arange(n)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    above.axhline(0, color=theme.muted, linewidth=0.8)
    above.plot(
        at,
        gradients.analytic,
        marker="o",
        markersize=9,
        linestyle="none",
        markerfacecolor="none",
        markeredgewidth=2,
        label="analytic: backward()",
    )
    above.plot(
        at,
        gradients.numerical,
        marker="x",
        markersize=6,
        linestyle="none",
        markeredgewidth=2,
        label="numerical: (L(p + ε) − L(p − ε)) / 2ε",
    )
    above.set_ylabel("dL/dp")
    above.legend()
    far = gradients.differences >= TOLERANCE
    far |= ~np.isfinite(gradients.differences)
    shown = np.clip(np.nan_to_num(gradients.differences, nan=1e6, posinf=1e6), FLOOR, 1e6)
    for group, colour, marker, label in (
        (~far, theme.third, "o", "agrees"),
        (far, theme.back, "X", "too far apart"),
    ):
        if group.any():
            below.vlines(at[group], FLOOR / 10, shown[group], colors=colour, linewidth=1.5)
            below.plot(
                at[group], shown[group], marker=marker, markersize=7, linestyle="none", color=colour, label=label
            )
    below.axhline(TOLERANCE, color=theme.ink, linewidth=1.2, linestyle="--", label=f"tolerance {TOLERANCE:g}")
    below.set_yscale("log")
    below.set_ylim(FLOOR / 5, max(1e3, 1e5 * float(shown.max())))
    below.set_ylabel("|analytic − numerical|")
    below.set_xticks(at, gradients.names, rotation=90, fontsize=9)
    below.set_xlabel("parameter")
    below.legend(loc="upper right", ncols=3)
    return Drawing(figure, f"{said} The largest difference is {np.max(gradients.differences):.2g}.")


def _names() -> list[str]:
    names = []
    for layer, (n_in, n_out) in enumerate(itertools.pairwise(SIZES), 1):
        names += [f"W{layer}[{i},{j}]" for i in range(n_out) for j in range(n_in)]
        names += [f"b{layer}[{i}]" for i in range(n_out)]
    return names
