"""Which pictures there are."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Picture:
    """A picture's name on the command line, what it shows in one line, and what it is saved as by default."""

    name: str
    line: str
    suffix: str = ".png"

    def numbers(self) -> Callable[..., Any]:
        """numbers(hands, progress): all that is drawn, as data. Imports numpy."""
        compute: Callable[..., Any] = self._module().numbers
        return compute

    def draw(self) -> Callable[..., Any]:
        """draw(numbers, sheet) -> Drawing. Imports matplotlib when it is called."""
        drawing: Callable[..., Any] = self._module().draw
        return drawing

    def _module(self) -> Any:
        return importlib.import_module(f"graders.show.pictures.{self.name.replace('-', '_')}")


#: In the order in which the guide meets them.
PICTURES: dict[str, Picture] = {
    picture.name: picture
    for picture in (
        Picture("loss-surface", "the squared error and the cross-entropy over a neuron's weight and bias"),
        Picture("backprop-trace", "forward and backward through a 2-2-1 network, step by step", ".gif"),
        Picture("gradient-check", "analytic gradients against numerical ones, parameter by parameter"),
        Picture("learning-rates", "XOR's loss with four learning rates, from too low to too high"),
        Picture("xor", "the decision surface of XOR while it trains"),
        Picture("loss-curve", "a healthy loss curve: the sine network in training"),
        Picture("learned-sine", "what that network has learned, and how it got there"),
        Picture("overfitting", "training and test loss: the kit's setting beside Exercise 4.1"),
        Picture("digits", "digits taken for another one, and the confusion matrix"),
    )
}
