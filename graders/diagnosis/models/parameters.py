"""Network.copy_weights and Network.set_weights: given, so that a mistake here is a change of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..recipe import Recipe

Array = np.ndarray
Parts = list[Array]


def _arrays(inputs: Mapping[str, Any], key: str) -> Parts:
    return [np.asarray(a, dtype=float) for a in inputs[key]]


class CopyWeights(Recipe):
    """(weights, biases), layer by layer."""

    subject = "network.Network.copy_weights"

    def run(self) -> Any:
        return self.result(_arrays(self.inputs, "weights"), _arrays(self.inputs, "biases"))

    def result(self, weights: Parts, biases: Parts) -> Any:
        return weights, biases


CopyWeights.usual(
    "result",
    {
        "parameters-exchanged": lambda r, W, b: (b, W),
        "parameters-in-one-list": lambda r, W, b: [*W, *b],
        "weights-copied-only": lambda r, W, b: W,
        "last-layer-not-restored": lambda r, W, b: (W[:-1], b[:-1]),
    },
)
CopyWeights.mistake("parameters-in-pairs", "result")(lambda r, W, b: list(zip(W, b, strict=True)))


class SetWeights(Recipe):
    """What was saved, in place of what the network has."""

    subject = "network.Network.set_weights"

    def run(self) -> Any:
        i = self.inputs
        layers = self.layers(len(i["weights"]))
        result = []
        for part, own in (("saved_weights", "weights"), ("saved_biases", "biases")):
            old, saved = _arrays(i, own), _arrays(i, part)
            result.append(
                [self.put(o, s, own) if k in layers else o for k, (o, s) in enumerate(zip(old, saved, strict=True))]
            )
        return tuple(result)

    def layers(self, n: int) -> range:
        return range(n)

    def put(self, old: Array, saved: Array, part: str) -> Array:
        return saved


SetWeights.usual(
    "put",
    {
        "nothing-restored": lambda r, old, saved, part: old,
        "biases-not-restored": lambda r, old, saved, part: old if part == "biases" else saved,
        "weights-not-restored": lambda r, old, saved, part: old if part == "weights" else saved,
    },
)
SetWeights.rare(
    "put",
    {
        "added-not-restored": lambda r, old, saved, part: old + saved,
        "mixed-not-restored": lambda r, old, saved, part: (old + saved) / 2,
    },
)
SetWeights.mistake("added-not-restored", "put")(lambda r, old, saved, part: old + saved if part == "weights" else saved)


@SetWeights.mistake("restored-in-reverse", "run")
def _(r: SetWeights) -> Any:
    return _arrays(r.inputs, "saved_weights")[::-1], _arrays(r.inputs, "saved_biases")[::-1]


@SetWeights.mistake("parameters-exchanged", "run", rank=1)
def _(r: SetWeights) -> Any:
    return _arrays(r.inputs, "saved_biases"), _arrays(r.inputs, "saved_weights")


SetWeights.usual("layers", {"last-layer-not-restored": lambda r, n: range(n - 1)})
SetWeights.mistake("last-layer-not-restored", "layers", says={"which": "first layer"})(lambda r, n: range(1, n))
SetWeights.mistake("last-layer-not-restored", "layers", says={"which": "second layer and those after it"})(
    lambda r, n: range(1)
)
