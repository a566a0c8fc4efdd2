"""Network.backward with other weight gradients than delta times the input of the layer."""

from __future__ import annotations

import numpy as np

from ...maths import sigmoid
from .recipe import Backward

Backward.usual(
    "weight_gradient",
    {
        "gradient-transposed": lambda r, d, a, i: a[:, None] * d,
        "own-activation": lambda r, d, a, i: d[:, None] * r.shared.A[i + 1],
        "gradient-reshaped": lambda r, d, a, i: (a[:, None] * d).reshape(r.shared.W[i].shape),
        "z-for-activation": lambda r, d, a, i: d[:, None] * (r.shared.Z[i] if i else a),
        "activation-missing-in-gradient": lambda r, d, a, i: d[:, None] * np.ones_like(a),
        "gradient-times-weights": lambda r, d, a, i: d[:, None] * a * r.shared.W[i],
        "raw-error-in-gradient": lambda r, d, a, i: r.upstream[:, None] * a,
        "input-for-activation": lambda r, d, a, i: d[:, None] * r.shared.A[0],
        "weights-for-activation": lambda r, d, a, i: d[:, None] * r.shared.W[i],
    },
)
Backward.rare(
    "weight_gradient",
    {
        "own-activation-square": lambda r, d, a, i: r.shared.A[i + 1][:, None] * a,
        "gradient-without-delta": lambda r, d, a, i: np.ones_like(d)[:, None] * a,
        "gradient-averaged": lambda r, d, a, i: d.mean() * np.ones_like(d)[:, None] * a,
        "gradient-summed": lambda r, d, a, i: d.sum() * np.ones_like(d)[:, None] * a,
        "slope-for-activation": lambda r, d, a, i: d[:, None] * (a * (1 - a)),
        "own-slope-again": lambda r, d, a, i: d[:, None] * (r.shared.A[i + 1] * (1 - r.shared.A[i + 1]))[:, None] * a,
        "weight-gradient-normalised": lambda r, d, a, i: d[:, None] * a / np.linalg.norm(d[:, None] * a),
        "gradient-divided-by-inputs": lambda r, d, a, i: d[:, None] * a / a.size,
        "gradient-divided-by-outputs": lambda r, d, a, i: d[:, None] * a / d.size,
        "activation-squared": lambda r, d, a, i: d[:, None] * a * a,
        "weight-gradient-zero": lambda r, d, a, i: 0.0 * d[:, None] * a,
        "weight-gradient-negated": lambda r, d, a, i: -d[:, None] * a,
        "weight-gradient-doubled": lambda r, d, a, i: 2 * d[:, None] * a,
        "bias-added-to-gradient": lambda r, d, a, i: d[:, None] * a + d[:, None],
        "delta-squared": lambda r, d, a, i: (d * d)[:, None] * a,
        "gradient-is-dot": lambda r, d, a, i: np.dot(d, a),
        "gradient-elementwise": lambda r, d, a, i: d * a,
        "one-minus-activation": lambda r, d, a, i: d[:, None] * (1 - a),
        "input-squashed": lambda r, d, a, i: d[:, None] * (a if i else sigmoid(a)),
        "sigmoid-of-activation": lambda r, d, a, i: d[:, None] * sigmoid(a),
        "hidden-gradient-zero": lambda r, d, a, i: d[:, None] * a * (1.0 if i == len(r.shared.W) - 1 else 0.0),
        "column-not-matrix": lambda r, d, a, i: d[:, None],
    },
)
for _decay in (1.0, 2.0, 0.5, 0.1, 0.01, 0.02, 1e-3, 2e-3, 1e-4):
    Backward.mistake("gradient-plus-weights", "weight_gradient", says={"factor": f"{_decay:g}"})(
        lambda r, d, a, i, decay=_decay: d[:, None] * a + decay * r.shared.W[i]
    )
Backward.mistake("input-for-activation", "weight_gradient")(lambda r, d, a, i: d[:, None] * r.shared.A[max(i - 1, 0)])
Backward.mistake("own-activation", "weight_gradient")(
    lambda r, d, a, i: d[:, None] * np.resize(r.shared.A[i + 1], a.shape)
)
Backward.mistake("input-for-activation", "weight_gradient")(
    lambda r, d, a, i: d[:, None] * np.resize(r.shared.A[0], a.shape)
)
Backward.mistake("gradient-shape", "weight_gradient", says={"how": "flattened"})(
    lambda r, d, a, i: (d[:, None] * a).reshape(-1)
)
