"""Network.backward with right gradients that come back in another order, scale or shape, or not at all."""

from __future__ import annotations

import numpy as np

from .recipe import Backward

Backward.usual("weight_order", {"layers-reversed": lambda r, g: g[::-1]})
Backward.rare(
    "weight_order",
    {
        "same-gradient-every-layer": lambda r, g: [g[0]] * len(g),
        "first-layer-without-gradient": lambda r, g: [None, *g[1:]],
        "last-layer-without-gradient": lambda r, g: [*g[:-1], None],
        "first-layer-zero": lambda r, g: [0 * np.asarray(g[0]), *g[1:]],
        "last-layer-zero": lambda r, g: [*g[:-1], 0 * np.asarray(g[-1])],
    },
)
Backward.usual("bias_order", {"bias-layers-reversed": lambda r, g: g[::-1]})
Backward.rare(
    "bias_order",
    {
        "every-bias-layer-the-same": lambda r, g: [g[0]] * len(g),
        "bias-of-the-layer-below": lambda r, g: [g[max(i - 1, 0)] for i in range(len(g))],
        "bias-first-layer-zero": lambda r, g: [0 * np.asarray(g[0]), *g[1:]],
        "bias-last-layer-zero": lambda r, g: [*g[:-1], 0 * np.asarray(g[-1])],
    },
)
Backward.usual(
    "result",
    {
        "layers-reversed": lambda r, w, b: (w[::-1], b[::-1]),
        "same-gradient-every-layer": lambda r, w, b: ([w[0]] * len(w), [b[0]] * len(b)),
        "results-swapped": lambda r, w, b: (b, w),
        "one-list-for-both": lambda r, w, b: (b, b),
    },
)
Backward.mistake("same-gradient-every-layer", "result")(lambda r, w, b: ([w[-1]] * len(w), [b[-1]] * len(b)))
Backward.mistake("same-gradient-every-layer", "result")(lambda r, w, b: ([w[0]] * len(w), [b[-1]] * len(b)))
Backward.rare(
    "result",
    {
        "only-last-layer": lambda r, w, b: (w[-1:], b[-1:]),
        "no-return": lambda r, w, b: None,
        "no-bias-gradients": lambda r, w, b: w,
        "gradients-added-up": lambda r, w, b: (sum(w), sum(b)),
        "results-interleaved": lambda r, w, b: [(x, y) for x, y in zip(w, b, strict=True)],
        "only-first-layer": lambda r, w, b: (w[:1], b[:1]),
        "gradient-normalised": lambda r, w, b: (
            [x / np.linalg.norm(x) for x in w],
            [x / np.linalg.norm(x) for x in b],
        ),
        "first-layer-without-gradient": lambda r, w, b: ([None, *w[1:]], [None, *b[1:]]),
        "last-layer-without-gradient": lambda r, w, b: ([*w[:-1], None], [*b[:-1], None]),
        "first-layer-zero": lambda r, w, b: (
            [0 * np.asarray(w[0]), *w[1:]],
            [0 * np.asarray(b[0]), *b[1:]],
        ),
        "last-layer-zero": lambda r, w, b: (
            [*w[:-1], 0 * np.asarray(w[-1])],
            [*b[:-1], 0 * np.asarray(b[-1])],
        ),
        "parameters-returned": lambda r, w, b: (r.shared.W, r.shared.b),
    },
)
Backward.mistake("first-layer-zero", "result")(  # where the loop looks at hidden layers only
    lambda r, w, b: ([0 * w[0], *w[1:]], [0 * b[0], *b[1:]]) if len(w) > 1 else (w, b)
)
Backward.mistake("only-last-layer", "result", rank=2)(
    lambda r, w, b: ([*[None] * (len(w) - 1), w[-1]], [*[None] * (len(b) - 1), b[-1]])
)
for _bound in (0.001, 0.01, 0.1, 0.05):
    Backward.mistake("gradient-clipped", "result", says={"bound": f"{_bound:g}"})(
        lambda r, w, b, bound=_bound: (
            [np.clip(x, -bound, bound) for x in w],
            [np.clip(x, -bound, bound) for x in b],
        )
    )
for _factor in (0.1, 0.01, 0.001, 0.9):
    Backward.mistake("gradient-scaled", "result", rank=3, says={"factor": f"{_factor:g}"})(
        lambda r, w, b, c=_factor: ([c * x for x in w], [c * x for x in b])
    )
