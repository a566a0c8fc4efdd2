"""Network.__init__: how the first weights are drawn. It is given, so that a mistake here is a change of it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from ..recipe import Recipe

Array = np.ndarray
Random = np.random.RandomState


class Init(Recipe):
    """Layer by layer: normal numbers times the square root of 2 / n_in, biases of zero."""

    subject = "network.Network.__init__"

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 120.0  # to seed a generator takes most of it

    def run(self) -> Any:
        random = Random(self.seed())
        sizes = list(self.inputs["layer_sizes"])
        weights, biases = [], []
        for layer, (n_in, n_out) in enumerate(pairwise(sizes)):
            drawn = self.draw(random, n_out, n_in)
            weights.append(drawn * self.scale(n_in, n_out))
            biases.append(self.bias(random, n_out, layer))
        return weights, biases

    def seed(self) -> int:
        return int(self.inputs.get("seed", 42))

    def draw(self, random: Random, n_out: int, n_in: int) -> Array:
        return random.randn(n_out, n_in)

    def scale(self, n_in: int, n_out: int) -> float:
        return float(np.sqrt(2.0 / n_in))

    def bias(self, random: Random, n_out: int, layer: int) -> Array:
        return np.zeros(n_out)


for _seed in (42, 0, 1, 123):
    Init.mistake("seed-ignored", "seed", says={"instead": str(_seed)})(lambda r, seed=_seed: seed)
Init.rare(
    "draw",
    {
        "uniform-not-normal": lambda r, random, n_out, n_in: random.rand(n_out, n_in),
        "drawn-transposed": lambda r, random, n_out, n_in: random.randn(n_in, n_out).T,
        "weights-have-no-spread": lambda r, random, n_out, n_in: np.ones((n_out, n_in)),
        "init-zeros": lambda r, random, n_out, n_in: np.zeros((n_out, n_in)),
        "transposed": lambda r, random, n_out, n_in: random.randn(n_in, n_out),
    },
)
Init.mistake("uniform-not-normal", "draw")(lambda r, random, n_out, n_in: random.uniform(-1, 1, (n_out, n_in)))
Init.mistake("uniform-not-normal", "draw")(lambda r, random, n_out, n_in: random.rand(n_out, n_in) - 0.5)
for _scale, _said in (
    (lambda i, o: np.sqrt(2.0 / o), "the root of 2 / n_out"),
    (lambda i, o: np.sqrt(1.0 / i), "the root of 1 / n_in"),
    (lambda i, o: np.sqrt(2.0 / (i + o)), "the root of 2 / (n_in + n_out)"),
    (lambda i, o: np.sqrt(1.0 / (i + o)), "the root of 1 / (n_in + n_out)"),
    (lambda i, o: np.sqrt(6.0 / (i + o)), "the root of 6 / (n_in + n_out)"),
    (lambda i, o: 2.0 / i, "2 / n_in, without the root"),
    (lambda i, o: 1.0 / i, "1 / n_in, without the root"),
    (lambda i, o: 2.0 / o, "2 / n_out, without the root"),
    (lambda i, o: np.sqrt(1.0 / o), "the root of 1 / n_out"),
    (lambda i, o: np.sqrt(i / 2.0), "the root of n_in / 2, which is upside down"),
    (lambda i, o: np.sqrt(2.0) / i, "the root of 2, over n_in"),
    (lambda i, o: np.sqrt(6.0 / i), "the root of 6 / n_in"),
    (lambda i, o: np.sqrt(2.0 * i), "the root of 2 · n_in"),
    (lambda i, o: np.sqrt(2 // i), "the root of 2 // n_in, which is cut to a whole number"),
    (lambda i, o: 1.0, "1"),
    (lambda i, o: 0.01, "0.01"),
    (lambda i, o: 0.1, "0.1"),
    (lambda i, o: 0.5, "0.5"),
):
    Init.mistake("init-scale", "scale", says={"instead": _said})(lambda r, i, o, scale=_scale: float(scale(i, o)))
Init.rare(
    "bias",
    {
        "biases-not-zero": lambda r, random, n, layer: random.randn(n),
    },
)
for _shaped, _said in (
    (lambda n_in, n_out: (n_out, 1), "(n_out, 1)"),
    (lambda n_in, n_out: (1, n_out), "(1, n_out)"),
    (lambda n_in, n_out: (n_in,), "(n_in,)"),
    (lambda n_in, n_out: (n_out, n_in), "(n_out, n_in)"),
    (lambda n_in, n_out: (1,), "(1,)"),
):
    Init.mistake("bias-shape", "bias", says={"instead": _said})(
        lambda r, random, n, layer, shaped=_shaped: np.zeros(shaped(r.inputs["layer_sizes"][layer], n))
    )
for _value in (1.0, 0.1, 0.01):
    Init.mistake("biases-not-zero", "bias")(lambda r, random, n, layer, value=_value: np.full(n, value))
Init.mistake("biases-not-zero", "bias")(lambda r, random, n, layer: random.rand(n))
for _value in (0.1, 0.01):
    Init.mistake("biases-not-zero", "bias")(lambda r, random, n, layer, value=_value: value * random.randn(n))
Init.mistake("biases-not-zero", "bias")(
    lambda r, random, n, layer: random.randn(n) * r.scale(r.inputs["layer_sizes"][layer], n)
)


@Init.mistake("first-size-everywhere", "draw")
def _(r: Init, random: Random, n_out: int, n_in: int) -> Array:
    return random.randn(n_out, r.inputs["layer_sizes"][0])


@Init.mistake("seeded-in-loop", "draw")
def _(r: Init, random: Random, n_out: int, n_in: int) -> Array:
    return Random(r.seed()).randn(n_out, n_in)


@Init.mistake("another-generator", "draw")
def _(r: Init, random: Random, n_out: int, n_in: int) -> Array:
    generator = r.__dict__.setdefault("generator", np.random.default_rng(r.seed()))
    return np.asarray(generator.standard_normal((n_out, n_in)))


@Init.mistake("another-generator", "draw", says={"how": ", made anew for each layer"})
def _(r: Init, random: Random, n_out: int, n_in: int) -> Array:
    return np.random.default_rng(r.seed()).standard_normal((n_out, n_in))


@Init.mistake("drawn-backwards", "run")
def _(r: Init) -> Any:
    """The layers from the last to the first, as in a reversed loop."""
    random = Random(r.seed())
    shapes = list(pairwise(r.inputs["layer_sizes"]))
    weights = [r.draw(random, n_out, n_in) * r.scale(n_in, n_out) for n_in, n_out in reversed(shapes)][::-1]
    return weights, [r.bias(random, n_out, layer) for layer, (_, n_out) in enumerate(shapes)]


@Init.mistake("input-has-biases", "run")
def _(r: Init) -> Any:
    weights, biases = Init.run(r)
    return weights, [np.zeros(r.inputs["layer_sizes"][0]), *biases]
