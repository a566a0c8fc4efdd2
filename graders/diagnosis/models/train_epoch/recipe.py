"""Network.train_epoch, replayed batch by batch: what must the parameters have gone through?"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...maths import Array, copies, gradients
from ...recipe import UNKNOWN, OneOf, Recipe


class TrainEpoch(Recipe):
    """One pass over the data where the order makes no difference: one batch, or all examples alike.

    The rows are taken in their own order; a value that depends on which came last is a `OneOf`, one that depends
    on more is UNKNOWN.
    """

    subject = "network.Network.train_epoch"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        X = np.asarray(inputs["X"], dtype=float)
        y = np.asarray(inputs["y"], dtype=float)
        alike = bool((X[0] == X).all() and (y == y[0]).all())
        size = int(inputs.get("batch_size", 32))
        return SimpleNamespace(
            W=copies(inputs["weights"]),
            b=copies(inputs["biases"]),
            X=X,
            y=y,
            n=len(X),
            size=size,
            alike=alike,
            full=size >= len(X),
        )

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 60.0 + 32.0 * len(inputs["weights"]) * len(inputs["X"])

    def run(self) -> Any:
        s = self.shared
        if not (s.alike or s.full):
            return UNKNOWN
        return self.epoch(range(s.n))

    def epoch(self, order: Any) -> Any:
        s = self.shared
        self.W, self.b = copies(s.W), copies(s.b)
        self.losses: list[float] = []
        self.means: list[float] = []
        self.before: list[float] = []
        sums: Any = None
        for batch in self.batches(list(order)):
            sums = self.start(sums)
            first = len(self.losses)
            for i in batch:
                loss, wg, bg = self.gradients(s.X[i], s.y[i])
                self.losses.append(loss)
                sums = self.gather(sums, (wg, bg))
            if not batch:
                self.empty()
                continue
            self.means.append(sum(self.losses[first:]) / len(batch))
            self.update(sums, len(batch))
            self.batch_done(batch)
        value = {"loss": self.loss(), "weights": self.W, "biases": self.b}
        if len(self.losses) == s.n or "loss" in self.__dict__:
            return value
        # Some divide by the examples that were used, some by all that there are.
        return OneOf((value, {**value, "loss": sum(self.losses) / s.n}))

    def empty(self) -> None:
        """A batch without examples: nothing happens (a division by its length would make nan)."""

    def batches(self, order: list[int]) -> list[list[int]]:
        size = self.batch_size()
        return [order[k : k + size] for k in range(0, len(order), size)]

    def batch_size(self) -> int:
        return self.shared.size

    def start(self, sums: Any) -> Any:
        return None

    def gather(self, sums: Any, grads: Any) -> Any:
        if sums is None:
            return grads
        return tuple([a + g for a, g in zip(total, new, strict=True)] for total, new in zip(sums, grads, strict=True))

    def gradients(self, x: Array, t: Array) -> Any:
        return gradients(self.W, self.b, x, t)

    def divisor(self, m: int) -> float:
        return m

    def weight_divisor(self, m: int) -> float:
        return self.divisor(m)

    def bias_divisor(self, m: int) -> float:
        return self.divisor(m)

    def update(self, sums: Any, m: int) -> None:
        for layer in range(len(self.W)):
            if self.updates(layer):
                self.W[layer] = self.weight(layer, self.W[layer], sums[0][layer] / self.weight_divisor(m))
                self.b[layer] = self.bias(layer, self.b[layer], sums[1][layer] / self.bias_divisor(m))

    def updates(self, layer: int) -> bool:
        return True

    def rate(self) -> float:
        return float(self.inputs["learning_rate"])

    def sign(self) -> float:
        return -1.0

    def step(self, layer: int, value: Array, gradient: Array) -> Array:
        return value + self.sign() * self.rate() * gradient

    def weight(self, layer: int, value: Array, gradient: Array) -> Array:
        return self.step(layer, value, gradient)

    def bias(self, layer: int, value: Array, gradient: Array) -> Array:
        return self.step(layer, value, gradient)

    def batch_done(self, batch: list[int]) -> None:
        """After each update."""

    def loss(self) -> Any:
        return sum(self.losses) / max(len(self.losses), 1)
