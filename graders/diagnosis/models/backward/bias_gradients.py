"""Network.backward with other bias gradients than delta."""

from __future__ import annotations

import numpy as np

from .recipe import Backward

Backward.mistake("bias-times-input", "bias_gradient")(lambda r, d, i: d * np.resize(r.shared.A[i], d.shape))
Backward.usual(
    "bias_gradient",
    {
        "bias-gradient-zero": lambda r, d, i: np.zeros_like(d),
        "bias-gradient-raw-error": lambda r, d, i: r.upstream,
        "bias-summed": lambda r, d, i: d.sum(),
        "bias-times-input": lambda r, d, i: d * r.shared.A[i],
        "bias-averaged": lambda r, d, i: d.mean(),
    },
)
Backward.rare(
    "bias_gradient",
    {
        "bias-times-own-activation": lambda r, d, i: d * r.shared.A[i + 1],
        "bias-times-input": lambda r, d, i: d * r.shared.A[i].sum(),
        "bias-times-bias": lambda r, d, i: d * r.shared.b[i],
        "bias-gradient-ones": lambda r, d, i: np.ones_like(d),
        "bias-gradient-negated": lambda r, d, i: -d,
        "bias-gradient-halved": lambda r, d, i: d / 2,
        "bias-gradient-doubled": lambda r, d, i: 2 * d,
        "bias-gradient-is-bias": lambda r, d, i: r.shared.b[i],
        "bias-summed": lambda r, d, i: np.full_like(d, d.sum()),
        "bias-averaged": lambda r, d, i: np.full_like(d, d.mean()),
        "bias-gradient-divided": lambda r, d, i: d / d.size,
        "bias-own-slope-again": lambda r, d, i: d * r.shared.A[i + 1] * (1 - r.shared.A[i + 1]),
        "bias-gradient-squared": lambda r, d, i: d * d,
        "bias-gradient-of-output": lambda r, d, i: np.full_like(r.shared.b[i], r.first.reshape(-1)[0]),
    },
)
Backward.mistake("bias-times-input", "bias_gradient")(lambda r, d, i: d[:, None] * r.shared.A[i])
Backward.mistake("bias-times-input", "bias_gradient")(lambda r, d, i: d * r.shared.A[i].mean())
Backward.mistake("bias-times-input", "bias_gradient")(lambda r, d, i: d * r.shared.A[i][0])
Backward.mistake("gradient-shape", "bias_gradient", says={"how": "bias gradient as a column"})(
    lambda r, d, i: d[:, None]
)
