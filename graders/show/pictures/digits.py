"""The practice project's network: which digits it takes for another one, and how often (guide line 2145)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from graders.datasets import digits as datasets
from graders.show.hands import Hands
from graders.show.kept import Memory, Training
from graders.show.progress import Progress
from graders.show.style import Drawing, Sheet, rising

CLASSES, EPOCHS, LEARNING_RATE, BATCH_SIZE = 5, 15, 0.5, 32
#: Of MNIST as many images as train in minutes, not in an hour.
MAX_IMAGES = 10_000
ROWS, COLUMNS = 4, 5


@dataclass(frozen=True)
class Digits:
    """Labels and predictions of the test set, and the first of those that differ: images (k, 28, 28) in 0 to 1."""

    data: str
    losses: list[float]
    labels: np.ndarray
    predicted: np.ndarray
    shown: np.ndarray
    images: np.ndarray

    @property
    def accuracy(self) -> float:
        """Right ones over all."""
        return float(np.mean(self.labels == self.predicted))

    @property
    def confusion(self) -> np.ndarray:
        """[true label, predicted label] → how many."""
        table = np.zeros((CLASSES, CLASSES), dtype=int)
        np.add.at(table, (self.labels, self.predicted), 1)
        return table


def numbers(hands: Hands, progress: Progress, memory: Memory | None = None) -> Digits:
    """Train [784, 64, 5], epoch by epoch, from where an earlier run was interrupted; then look at the test set."""
    data = datasets.load(limit=MAX_IMAGES)
    hands("digits_start", data.images, data.labels, CLASSES)
    about = f"{data.name} {len(data.labels)} {CLASSES} {LEARNING_RATE} {BATCH_SIZE}"
    known = memory.read("digits", hands.own, about) if memory else None
    losses: list[float] = []
    if known is not None and len(known.losses) <= EPOCHS:
        losses = list(known.losses)
        hands("digits_resume", known.weights, known.biases, len(losses))
    while len(losses) < EPOCHS:
        loss, weights, biases = hands("digits_epoch", LEARNING_RATE, BATCH_SIZE)
        losses.append(loss)
        if memory:
            memory.write("digits", hands.own, about, Training(losses, weights, biases))
        progress("training on the digits, epoch", len(losses), EPOCHS)
    return Digits(data.title, losses, **hands("digits_result", ROWS * COLUMNS))


def draw(digits: Digits, sheet: Sheet) -> Drawing:
    """Left the gallery, right the confusion matrix."""
    n, wrong, shown = len(digits.labels), int(np.sum(digits.labels != digits.predicted)), len(digits.shown)
    which = "" if not wrong else "; the others are shown" if shown == wrong else f"; {shown} of the others are shown"
    figure = sheet.figure(
        "Digits taken for another one",
        f"Digits 0 to {CLASSES - 1} of {digits.data}, {EPOCHS} epochs: {n - wrong} of {n} test images "
        f"({digits.accuracy:.1%}) are right{which}.",
        10.5,
        5.2,
    )
    theme = sheet.theme
    left, right = cast(Any, figure.subfigures(1, 2, width_ratios=[1.12, 1]))
    left.suptitle("true label as predicted label" if wrong else "none is misclassified", x=0.02, ha="left", fontsize=11)
    columns = min(COLUMNS, max(2, math.ceil(math.sqrt(shown))))
    gallery = left.subplots(max(1, math.ceil(shown / columns)), columns, squeeze=False)
    for axes in gallery.flat:
        axes.set_axis_off()
    for axes, index, image in zip(gallery.flat, digits.shown, digits.images, strict=False):
        axes.imshow(image, cmap="gray_r" if theme.name == "light" else "gray", vmin=0, vmax=1)
        axes.set_title(f"{digits.labels[index]} as {digits.predicted[index]}", loc="center", fontsize=11)

    axes = right.subplots()
    table = digits.confusion
    axes.imshow(table, cmap=rising(theme))
    for (true, predicted), count in np.ndenumerate(table):
        right_one = true == predicted
        plain = theme.paper if count > 0.6 * table.max() else theme.ink
        axes.text(
            predicted,
            true,
            str(count),
            ha="center",
            va="center",
            fontsize=13,
            fontweight="bold" if count else "normal",
            color=plain if right_one else theme.back_ink if count else theme.muted,
        )
    axes.set_xticks(range(CLASSES))
    axes.set_yticks(range(CLASSES))
    axes.set_xlabel("predicted label")
    axes.set_ylabel("true label")
    axes.set_title("confusion matrix: test images, mistakes off the diagonal")
    axes.grid(False)
    rows = "; ".join(f"{true}: {', '.join(map(str, row))}" for true, row in enumerate(table))
    return Drawing(
        figure,
        f"{digits.accuracy:.1%} of {n} test images are right. Counts by true label, then predicted label 0 to "
        f"{CLASSES - 1}: {rows}.",
    )
