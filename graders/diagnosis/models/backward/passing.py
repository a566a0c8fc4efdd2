"""Network.backward with a slip on the way back, where the error passes through the weights."""

from __future__ import annotations

import numpy as np

from ...maths import Array, sigmoid
from .recipe import Backward

Backward.usual(
    "through",
    {
        "wrong-layer-weights": lambda r, i: r.shared.W[i - 1],
        "weights-missing-on-the-way-back": lambda r, i: np.ones_like(r.shared.W[i]),
    },
)
Backward.rare(
    "through",
    {
        "weights-absolute": lambda r, i: np.abs(r.shared.W[i]),
        "weights-squared": lambda r, i: r.shared.W[i] ** 2,
    },
)
Backward.mistake("wrong-layer-weights", "through")(lambda r, i: r.shared.W[0])
Backward.usual("passed", {"raw-error-passed-on": lambda r, e, d: e})
Backward.mistake("raw-error-passed-on", "passed")(
    lambda r, e, d: r.scale(r.shared.A[-1]) * r.error(r.difference(r.shared.A[-1], r.shared.t))
)
Backward.rare(
    "passed",
    {
        "output-delta-everywhere": lambda r, e, d: r.first,
        "error-summed-on-the-way": lambda r, e, d: np.full_like(d, d.sum()),
        "error-averaged-on-the-way": lambda r, e, d: np.full_like(d, d.mean()),
        "first-error-only": lambda r, e, d: np.concatenate([d[:1], 0 * d[1:]]),
        "slope-twice-on-the-way": lambda r, e, d: d * d / np.where(e == 0, 1, e),
        "ones-passed": lambda r, e, d: np.ones_like(d),
    },
)
Backward.usual("back", {"weights-not-transposed": lambda r, W, p, i: W @ p})
Backward.rare(
    "back",
    {
        "averaged-on-the-way": lambda r, W, p, i: W.T @ p / W.shape[0],
        "weights-left-out": lambda r, W, p, i: p,
        "sign-of-hidden-layers": lambda r, W, p, i: -(W.T @ p),
        "back-first-added": lambda r, W, p, i: W.T @ p + r.shared.b[i - 1],
        "back-sigmoid": lambda r, W, p, i: sigmoid(W.T @ p),
        "back-doubled": lambda r, W, p, i: 2 * (W.T @ p),
    },
)
Backward.mistake("averaged-on-the-way", "back")(lambda r, W, p, i: W[:, 0] * p)
Backward.mistake("weights-not-transposed", "back")(lambda r, W, p, i: (W if W.shape[0] == W.shape[1] else W.T) @ p)
Backward.mistake("bias-added-on-the-way", "passed")(
    lambda r, e, d: d + r.shared.b[next(i for i, v in enumerate(r.bg) if v is not None)]
)
Backward.mistake("wrong-layer-weights", "through")(lambda r, i: np.resize(r.shared.W[i - 1], r.shared.W[i].shape))


def _updated(rate: float) -> None:
    def back(r: Backward, W: Array, passed: Array, layer: int) -> Array:
        return (W - rate * r.wg[layer]).T @ passed

    Backward.mistake("weights-updated-too-early", "back", says={"rate": f"{rate:g}"})(back)


for _rate in (0.01, 0.1, 0.5, 1.0, 2.0):
    _updated(_rate)
