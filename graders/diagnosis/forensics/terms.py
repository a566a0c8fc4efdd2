"""The terms that a loss could be made of: those of the formula, and those that come of a slip in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from ..maths import sigmoid

Array = np.ndarray
Terms = Iterator[tuple[str, Array]]
#: How far a learner may keep predictions from 0 and 1.
CLIPS = (1e-15, 1e-16, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7)


def _squared_error(p: Array, t: Array) -> Terms:
    d = p - t
    first = t.reshape(-1)[0]
    yield "the squared differences", d * d
    yield "the differences", d
    yield "the absolute differences", np.abs(d)
    changed = {
        "predictions clipped to 0 … 1": (np.clip(p, 0, 1), t),
        "predictions cut to whole numbers": (np.trunc(p), t),
        "predictions and targets cut to whole numbers": (np.trunc(p), np.trunc(t)),
        "predictions rounded to whole numbers": (np.round(p), t),
        "predictions that went through a sigmoid": (sigmoid(p), t),
        "predictions that went through a softmax": (_softmax(p), t),
        "predictions thresholded to 0 and 1": ((p > 0.5).astype(float), t),
        "absolute predictions": (np.abs(p), t),
        "absolute predictions and targets": (np.abs(p), np.abs(t)),
        "sorted predictions and targets": (np.sort(p.reshape(-1)), np.sort(t.reshape(-1))),
        "reversed predictions": (p.reshape(-1)[::-1], t.reshape(-1)),
        "the mean prediction and the targets": (np.full_like(p, p.mean()), t),
        "the predictions and the mean target": (p, np.full_like(t, t.mean())),
        "the predictions and the first target": (p, np.full_like(t, first)),
        "the predictions and the last target": (p, np.full_like(t, t.reshape(-1)[-1])),
        "normalised predictions and targets": (p / np.linalg.norm(p), t / np.linalg.norm(t)),
    }
    for name, (q, u) in changed.items():
        yield f"the squared differences of {name}", (q - u) ** 2
    yield "the logarithms of the squared differences", np.log(d * d)
    yield "the squared predictions", p * p
    yield "the absolute predictions", np.abs(p)
    yield "the predictions", p
    yield "the squared relative differences", (d / p) ** 2
    yield "the logarithms of the squared differences plus 1", np.log1p(d * d)
    yield "the logarithms of cosh of the differences", np.log(np.cosh(d))
    yield "Huber's errors (squares below 1, straight beyond)", np.where(np.abs(d) <= 1, d * d / 2, np.abs(d) - 0.5)
    yield "the roots of the absolute differences", np.sqrt(np.abs(d))
    yield "the differences times their absolute values (which keeps the sign)", d * np.abs(d)
    yield "the squared predictions minus the targets", p * p - t
    yield "the predictions minus the squared targets", p - t * t
    yield "the products of prediction and target", p * t
    yield "the cubes of the absolute differences", np.abs(d) ** 3
    yield "2 to the power of the differences", 2.0**d
    yield "exp of the differences", np.exp(d)
    yield "the squared differences, each cut to a whole number", np.trunc(d * d)
    yield "the squared differences, each rounded to a whole number", np.round(d * d)
    yield "the squares of the differences cut to whole numbers", np.trunc(d) ** 2
    yield "the differences to the power 2/n", d ** (2 / d.size)
    yield "the absolute differences to the power 2/n", np.abs(d) ** (2 / d.size)
    yield "the products of two neighbouring differences", d.reshape(-1) * np.roll(d.reshape(-1), 1)


def _cross_entropy(p: Array, t: Array) -> Terms:
    def entropy(q: Array, u: Array) -> Array:
        return -(u * np.log(q) + (1 - u) * np.log(1 - q))

    q = np.clip(p, 1e-15, 1 - 1e-15)
    right = entropy(q, t)
    yield "the cross-entropies", right
    yield "−t·log p", -t * np.log(q)
    yield "−(1 − t)·log(1 − p)", -(1 - t) * np.log(1 - q)
    yield "the cross-entropies against the rounded predictions, not the targets", entropy(q, np.round(p))
    yield "the squared logarithms", right * right
    yield "the probabilities of the wrong answer", np.abs(t - p)
    yield "the probabilities of the right answer", 1 - np.abs(t - p)
    for name, changed in {
        "predictions that went through a sigmoid once more": sigmoid(p),
        "squared predictions": q * q,
        "square roots of the predictions": np.sqrt(q),
        "the mean prediction": np.full_like(p, p.mean()),
    }.items():
        yield f"the cross-entropies of {name}", entropy(np.clip(changed, 1e-15, 1 - 1e-15), t)
    for clip in CLIPS:
        for name, changed in {
            "rounded to 0 and 1": np.round(p),
            "thresholded to 0 and 1": (p > 0.5).astype(float),
            "that went through a softmax": _softmax(p),
        }.items():
            yield f"the cross-entropies of predictions {name}", entropy(np.clip(changed, clip, 1 - clip), t)
    for part in (0.5, 1.0, 2.0, 3.0, 5.0):
        weighed = np.abs(t - q) ** part * right
        yield (
            f"the cross-entropies, each times (1 − q)^{part:g} as in the focal loss (q: what the truth was given)",
            weighed,
        )
    for weight in (2.0, 0.5, 3.0, 5.0, 10.0):
        weighed = np.where(t == 1, weight, 1.0) * right
        yield f"the cross-entropies, each of target 1 times {weight:g}", weighed
    for part in (0.2, 0.1, 0.05, 0.02, 0.01):
        yield f"the cross-entropies with targets smoothed by {part:g}", entropy(q, t * (1 - part) + part / 2)
        yield f"the cross-entropies with targets smoothed by {part:g} at the top", entropy(q, t * (1 - part))
    for digits in (1, 2, 3):
        rounded = np.clip(np.round(p, digits), 1e-15, 1 - 1e-15)
        yield f"the cross-entropies of predictions rounded to {digits} decimal{'s' * (digits > 1)}", entropy(rounded, t)
    yield "log(p/(1 − p)), with a minus where t = 1", (1 - 2 * t) * np.log(q / (1 - q))
    sides = (2 * t - 1) * (2 * p - 1)
    yield "the hinge losses of 2p − 1 against −1 and 1", np.maximum(0, 1 - sides)
    yield "the squared differences", (p - t) ** 2
    for eps in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8):
        yield f"the cross-entropies of p + {eps:g} (so that 1 − p gets smaller by it)", entropy(p + eps, t)
    first, second = t * np.log(q), (1 - t) * np.log(1 - q)
    firsts = {
        "t·log p": first,
        "log p": np.log(q),
        "t·p": t * q,
        "p·log t": np.where(t > 0, 0.0, q * np.log(1e-15)),
        "t·log(1 + p)": t * np.log1p(q),
        "p·log p": q * np.log(q),
        "t·log(p)²": t * np.log(q) ** 2,
        "t/p": t / q,
        "log(t·p)": np.log(np.maximum(t * q, 1e-15)),
    }
    seconds = {
        "(1 − t)·log(1 − p)": second,
        "log(1 − p)": np.log(1 - q),
        "(1 − t)·log(1) − p": -q,
        "(1 − t)·(1 − p)": (1 - t) * (1 - q),
        "(1 − t)·log(1 + p)": (1 - t) * np.log1p(q),
        "(1 − t)·log(1 − p²)": (1 - t) * np.log(1 - q * q),
        "(1 − t)·(−p)": -(1 - t) * q,
        "2(1 − t)·log(1 − p)": 2 * (1 - t) * np.log(1 - q),
        "(1 − t)·log p": (1 - t) * np.log(q),
        "(1 − t)·(1 − log p)": (1 - t) * (1 - np.log(q)),
        "(1 − t) + log(1 − p)": (1 - t) + np.log(1 - q),
        "(1 − t)·(log 1 − log p)": -(1 - t) * np.log(q),
        "1 − t·log(1 − p)": 1 - t * np.log(1 - q),
        "t·log(1 − p)": t * np.log(1 - q),
        "(1 − p)·log(1 − p)": (1 - q) * np.log(1 - q),
        "(1 − t)·log(p − 1)": (1 - t) * np.log(q - 1),
        "(1 − t)/(1 − p)": (1 - t) / (1 - q),
        "(1 + t)·log(1 − p)": (1 + t) * np.log(1 - q),
        "(t − 1)·log(1 − p)": (t - 1) * np.log(1 - q),
    }
    for one, a in firsts.items():
        for two, b in seconds.items():
            yield f"−({one} + {two})", -(a + b)
    for name, other in (("2", np.log(2)), ("10", np.log(10))):
        yield f"the cross-entropies with a logarithm to base {name} in the first term only", -(first / other + second)
        yield f"the cross-entropies with a logarithm to base {name} in the second term only", -(first + second / other)


def _softmax(v: Array) -> Array:
    e = np.exp(v - v.max())
    return np.asarray(e / e.sum())


TERMS: Mapping[str, Callable[[Array, Array], Terms]] = {
    "losses.mse_loss": _squared_error,
    "losses.cross_entropy_loss": _cross_entropy,
}


def _halves(p: Array, t: Array) -> list[tuple[str, Array]]:
    q = np.clip(p, 1e-15, 1 - 1e-15)
    return [("t·log p", t * np.log(q)), ("(1 − t)·log(1 − p)", (1 - t) * np.log(1 - q))]


#: The two sums that a loss is made of, where it is.
HALVES: Mapping[str, Callable[[Array, Array], list[tuple[str, Array]]]] = {"losses.cross_entropy_loss": _halves}
