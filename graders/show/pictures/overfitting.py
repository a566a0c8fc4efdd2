"""Training and test loss side by side: the kit's setting overfits, the guide's Exercise 4.1 as given hardly does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graders.guide.overfitting import examples, stored_setting
from graders.show.hands import Hands
from graders.show.progress import Progress
from graders.show.style import Drawing, Sheet

#: Exercise 4.1 (guide line 1950): its epochs and learning rate.
EPOCHS, LEARNING_RATE = 2000, 1.0
PIECE = 50


@dataclass(frozen=True)
class Run:
    """A loss of each set for each epoch."""

    name: str
    train: np.ndarray
    test: np.ndarray

    @property
    def best(self) -> int:
        """The epoch, from 0, with the lowest test loss."""
        return int(np.argmin(self.test))

    @property
    def rise(self) -> float:
        """The last test loss over the lowest."""
        return float(self.test[-1] / self.test[self.best])


def numbers(hands: Hands, progress: Progress, memory: Any = None) -> list[Run]:
    """Both runs, with practice.split and practice.fit."""
    setting = stored_setting()
    hands("start", [setting.inputs, setting.hidden, 1], setting.network_seed)
    hands("given", *examples(setting))
    name = f"the kit's setting: {setting.inputs} inputs, {setting.n_train} examples"
    kit = _fit(hands, progress, name, setting.epochs, setting.learning_rate)

    random = np.random.RandomState(42)
    x = random.uniform(0, 1, (30, 1))
    y = np.sin(np.pi * x) + random.normal(0, 0.1, x.shape)
    hands("start", [1, 16, 1], 42)
    hands("split", x, y, 20)
    return [kit, _fit(hands, progress, "Exercise 4.1: 1 input, 20 examples", EPOCHS, LEARNING_RATE)]


def _fit(hands: Hands, progress: Progress, name: str, epochs: int, rate: float) -> Run:
    train, test = [], []
    for done in range(0, epochs, PIECE):
        # fit() trains the net that it is given, so it goes on from piece to piece.
        losses = hands("fit", min(PIECE, epochs - done), rate)
        train.append(losses[0])
        test.append(losses[1])
        progress(f"{name.partition(':')[0]}, epoch", min(done + PIECE, epochs), epochs)
    return Run(name, np.concatenate(train), np.concatenate(test))


def draw(runs: list[Run], sheet: Sheet) -> Drawing:
    """A panel a run."""
    figure = sheet.figure(
        "Overfitting",
        "It shows where the test loss turns and rises while the training loss still falls: left. The guide's own "
        "Exercise 4.1 has one input and a smooth target; there is little noise to learn by heart: right.",
        10.5,
        4.6,
    )
    theme, words = sheet.theme, []
    for axes, run in zip(figure.subplots(1, 2), runs, strict=True):
        epochs = np.arange(len(run.train))
        axes.plot(epochs, run.train, label="training loss")
        axes.plot(epochs, run.test, label="test loss")
        best, ratio = run.best, float(run.test[-1] / run.train[-1])
        axes.axvline(best, color=theme.muted, linewidth=1.2, linestyle=":")
        axes.plot(
            best,
            run.test[best],
            marker="o",
            markersize=8,
            linestyle="none",
            color=theme.back,
            label=f"lowest test loss, epoch {best}",
        )
        axes.set_yscale("log")
        axes.set_title(run.name)
        axes.set_xlabel("epoch")
        axes.set_ylabel("mean loss")
        axes.legend(title=f"in the end: test / training = {ratio:.1f}", loc="best")
        words.append(
            f"{run.name[:1].upper()}{run.name[1:]}: test loss lowest in epoch {best} and {run.rise:.1f} times as high "
            f"in the end; test over training loss {ratio:.1f}."
        )
    return Drawing(figure, " ".join(words))
