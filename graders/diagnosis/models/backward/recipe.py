"""Network.backward in parts: the chain rule, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...maths import Array, forward
from ...recipe import Recipe


class Backward(Recipe):
    """The chain rule, layer by layer, in parts.

    `shared`: weights W, biases b, target t, activations A (the input first), pre-activations Z (None for the input).
    """

    subject = "network.Network.backward"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        W = [np.asarray(w, dtype=float) for w in inputs["weights"]]
        b = [np.asarray(v, dtype=float) for v in inputs["biases"]]
        A = forward(W, b, np.asarray(inputs["x"], dtype=float))
        Z = [None, *(w @ a + v for w, a, v in zip(W, A[:-1], b, strict=True))]
        return SimpleNamespace(W=W, b=b, t=np.asarray(inputs["target"], dtype=float), A=A, Z=Z)

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 30.0 + 8.0 * len(inputs["weights"])

    def run(self) -> Any:
        s = self.shared
        n = len(s.W)
        self.wg: list[Any] = [None] * n
        self.bg: list[Any] = [None] * n
        error = self.upstream = self.scale(s.A[-1]) * self.error(self.difference(s.A[-1], s.t))
        self.first = delta = error * self.output_slope(s.A[-1])
        for layer in range(n - 1, -1, -1):
            self.wg[layer] = self.weight_gradient(delta, s.A[layer], layer)
            self.bg[layer] = self.bias_gradient(delta, layer)
            if layer:
                error = self.upstream = self.back(self.through(layer), self.passed(error, delta), layer)
                delta = error * self.hidden_slope(s.A[layer], layer)
        return self.result(self.weight_order(self.wg), self.bias_order(self.bg))

    def difference(self, a: Array, t: Array) -> Array:
        return a - t

    def error(self, d: Array) -> Array:
        return d

    def scale(self, a: Array) -> float:
        return self.factor() / self.divisor(a)

    def factor(self) -> float:
        return 2.0

    def divisor(self, a: Array) -> float:
        return a.size

    def output_slope(self, a: Array) -> Array:
        return a * (1 - a)

    def hidden_slope(self, a: Array, layer: int) -> Array:
        return a * (1 - a)

    def through(self, layer: int) -> Array:
        """The weights that the error passes through on its way to the layer below."""
        return self.shared.W[layer]

    def passed(self, error: Array, delta: Array) -> Array:
        return delta

    def back(self, W: Array, passed: Array, layer: int) -> Array:
        return W.T @ passed

    def weight_gradient(self, delta: Array, a: Array, layer: int) -> Array:
        return delta[:, None] * a

    def bias_gradient(self, delta: Array, layer: int) -> Array:
        return delta

    def weight_order(self, grads: list[Any]) -> Any:
        return grads

    def bias_order(self, grads: list[Any]) -> Any:
        return grads

    def result(self, wg: Any, bg: Any) -> Any:
        return wg, bg
