"""The named quantities of a case, and whether one or two of them make the difference to the right value.

Where no plain relation holds ("is 2 times the right one"), the number that came may still be the right one times,
divided by or plus something that the case has: the weights, a layer's output, epsilon, a number of units.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from ..maths import forward, gradients, sigmoid, slope
from .leaves import GRADIENTS, Leaf

Array = np.ndarray
Named = dict[str, Array]

#: So many numbers have to agree before one quantity, or two, are believed.
ENOUGH = 5
#: Factors that may stand beside two quantities; beside one, any constant may.
PLAIN = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5)


def made_with(subject: str, leaves: Sequence[Leaf], inputs: Sequence[Mapping[str, Any]]) -> str:
    """ "is the right one plus 0.01 times the weights", or "" where nothing of the kind holds in all cases."""
    names = NAMED.get(subject)
    if names is None:
        return ""
    rows: list[Named] = []
    for leaf, case in zip(leaves, inputs, strict=True):
        try:
            rows.append(_fitting(names(leaf, case), leaf.expected.shape))
        except (ValueError, KeyError, IndexError, TypeError):  # inputs of another form than this function's
            return ""
    return _first(rows, [(leaf.expected, leaf.got) for leaf in leaves])


def sentence(pairs: Sequence[tuple[Array, Array]], named: Sequence[Named]) -> str:
    """The same for pairs of (expected, got), each with its own quantities."""
    return _first([_fitting(n, e.shape) for n, (e, _) in zip(named, pairs, strict=True)], pairs)


def _first(rows: Sequence[Named], pairs: Sequence[tuple[Array, Array]]) -> str:
    expected = np.concatenate([e.reshape(-1) for e, _ in pairs])
    got = np.concatenate([g.reshape(-1) for _, g in pairs])
    if expected.size < ENOUGH or not np.isfinite(got).all():
        return ""
    common = [name for name in rows[0] if all(name in row for row in rows)]
    words = {_bracketed(name): np.concatenate([row[name] for row in rows]) for name in common}
    with np.errstate(all="ignore"):
        return next(_sentences(expected, got, words), "")


def _bracketed(name: str) -> str:
    """A sum or difference in brackets, so that it can stand in a formula."""
    parts = re.split(r" (?:minus|plus|less|−|\+) ", name)
    plain = len(parts) == 1 or name.endswith((")", ",")) or name.startswith(("the ", "what "))
    return name if plain else f"({name})"


def _fitting(named: Named, shape: tuple[int, ...]) -> Named:
    """Those that can stand beside an array of this shape, flat."""
    found = {}
    for name, value in named.items():
        try:
            found[name] = np.broadcast_to(np.asarray(value, dtype=float), shape).reshape(-1)
        except ValueError:
            continue
    return found


def _sentences(expected: Array, got: Array, words: Named) -> Iterator[str]:
    ratio, gap = got / expected, got - expected
    for name, value in words.items():
        for c in _constant(ratio, value):
            yield f"is {_times(c, 'the right one')} times {name}"
        for c in _constant(ratio, 1 / value):
            yield f"is {_times(c, 'the right one')} divided by {name}"
        for c in _constant(got, value):
            yield f"is {_times(c, name)}"
        for c in _constant(gap, value):
            yield f"is the right one {'plus' if c > 0 else 'minus'} {_times(abs(c), name)}"
    for name, value in words.items():
        for c in _constant(ratio, value**2, plain=True):
            yield f"is {_times(c, 'the right one')} times the square of {name}"
        for c in _constant(ratio, value**-2, plain=True):
            yield f"is {_times(c, 'the right one')} divided by the square of {name}"
    for (one, a), (two, b) in combinations(words.items(), 2):
        for value, said in (
            (a * b, f"times {one} and times {two}"),
            (a / b, f"times {one} and divided by {two}"),
            (b / a, f"times {two} and divided by {one}"),
            (1 / (a * b), f"divided by {one} and by {two}"),
        ):
            for c in _constant(ratio, value, plain=True):
                yield f"is {_times(c, 'the right one')} {said}"
        for value, said in (
            (a * b, f"{one} times {two}"),
            (a / b, f"{one} divided by {two}"),
            (b / a, f"{two} divided by {one}"),
        ):
            for c in _constant(got, value, plain=True):
                yield f"is {_times(c, said)}"
            for c in _constant(gap, value, plain=True):
                yield f"is the right one {'plus' if c > 0 else 'minus'} {_times(abs(c), said)}"
        for value, said in ((a + b, f"{one} plus {two}"), (a - b, f"{one} minus {two}"), (b - a, f"{two} minus {one}")):
            if _constant(got, value, plain=True) == [1.0]:
                yield f"is {said}"


def _constant(of: Array, value: Array, plain: bool = False) -> list[float]:
    """[c] where `of` is c times `value` throughout, and `value` isn't the same everywhere; else []."""
    if _apart(of, value):
        return []
    if np.ptp(value) <= 1e-9 * np.max(np.abs(value), initial=0.0) or not np.isfinite(value).all():
        return []
    at = int(np.argmax(np.abs(value)))
    c = float(of[at] / value[at])
    if not np.isfinite(c) or abs(c) < 1e-12 or not np.isfinite(of).all():
        return []
    scale = float(np.max(np.abs(of)))
    if not np.allclose(of, c * value, rtol=1e-6, atol=1e-9 * scale):
        return []
    if plain:
        c = next((p for p in PLAIN if np.isclose(p, c, rtol=1e-6)), 0.0)
    return [c] if c else []


def _apart(of: Array, value: Array) -> bool:
    """Whether three numbers are enough to see that neither is a multiple of the other: mostly they are."""
    at = int(np.abs(value).argmax())
    top, size = float(of[at]), float(value[at])
    c = top / size if size else 0.0
    slack = 1e-8 * abs(top)
    return any(abs(o - c * v) > 1e-5 * abs(c * v) + slack for o, v in ((of[0], value[0]), (of[-1], value[-1])))


def _times(c: float, what: str) -> str:
    if np.isclose(c, 1.0, rtol=1e-6):
        return what
    if np.isclose(c, -1.0, rtol=1e-6):
        return f"minus {what}"
    return f"{c:.4g} times {what}"


def _of_losses(leaf: Leaf, case: Mapping[str, Any]) -> Named:
    p, t = np.asarray(case["predictions"], dtype=float), np.asarray(case["targets"], dtype=float)
    return {
        "p": p,
        "t": t,
        "1 − p": 1 - p,
        "p − t": p - t,
        "|p − t|": np.abs(p - t),
        "p(1 − p)": p * (1 - p),
        "the length (norm) of p − t": np.linalg.norm(p - t),
        "the root of the mean squared error": np.sqrt(((p - t) ** 2).mean()),
        "the mean squared error": ((p - t) ** 2).mean(),
        "the mean of p − t": (p - t).mean(),
        "the sum of p": p.sum(),
        "the sum of t": t.sum(),
        "the sum of the squared targets": (t * t).sum(),
        "the sum of p − t": (p - t).sum(),
        "n": np.asarray(float(p.size)),
        "the number of rows": np.asarray(float(len(p))),
        "the number of columns": np.asarray(float(p.shape[-1])),
    }


def _of_sigmoid(leaf: Leaf, case: Mapping[str, Any]) -> Named:
    z = np.asarray(case["z"], dtype=float)
    return {"z": z, "the sigmoid": sigmoid(z), "1 minus the sigmoid": 1 - sigmoid(z), "exp(z)": np.exp(z)}


def _of_slope(leaf: Leaf, case: Mapping[str, Any]) -> Named:
    a = np.asarray(case["a"], dtype=float)
    return {"a": a, "1 − a": 1 - a, "1 + a": 1 + a, "1 − 2a": 1 - 2 * a}


def _of_gradients(leaf: Leaf, case: Mapping[str, Any]) -> Named:
    weights = [np.asarray(w, dtype=float) for w in case["weights"]]
    biases = [np.asarray(b, dtype=float) for b in case["biases"]]
    x, target = np.asarray(case["x"], dtype=float), np.asarray(case["target"], dtype=float)
    activations = forward(weights, biases, x)
    kind, layer = leaf.path
    a, before, W = activations[layer + 1], activations[layer], weights[layer]
    delta = gradients(weights, biases, x, target)[2][layer]
    matrix = kind == 0
    column: Callable[[Array], Array] = (lambda v: v[:, None]) if matrix else (lambda v: v)
    found: Named = {"the weights": W, "the signs of the weights": np.sign(W)} if matrix else {}
    if matrix:
        found |= {"the layer's input": before, "1 minus the layer's input": 1 - before}
    found |= {
        "the biases": column(biases[layer]),
        "a, the layer's output,": column(a),
        "1 − a, where a is the layer's output,": column(1 - a),
        "a(1 − a), where a is the layer's output,": column(slope(a)),
        "z": column(W @ before + biases[layer]),
        "delta": column(delta),
    }
    sizes = {
        "the number of outputs": activations[-1].size,
        "the number of inputs": x.size,
        "the number of layers": len(weights),
        "the number of saved activations": len(activations),
        "the layer's number of units": a.size,
        "the layer's number of inputs": before.size,
        "the number of entries": leaf.expected.size,
    }
    if isinstance(case.get("epsilon", 1e-5), float):
        sizes["epsilon"] = case.get("epsilon", 1e-5)
    return found | {name: np.asarray(float(size)) for name, size in sizes.items()}


def _of_trace(leaf: Leaf, case: Mapping[str, Any]) -> Named:
    return trace_quantities(case, matrix=leaf.expected.shape == (2, 2))


def trace_quantities(case: Mapping[str, Any], matrix: bool = False) -> Named:
    """Everything that the hand trace knows; `matrix`: to stand beside W1."""
    W1, b1, W2, b2, x, t = (np.asarray(case[k], dtype=float) for k in ("W1", "b1", "W2", "b2", "x", "target"))
    z1 = W1 @ x + b1
    a1 = sigmoid(z1)
    z2 = W2 @ a1 + b2
    a2 = sigmoid(z2)
    delta2 = 2 * (a2 - t) * slope(a2)
    delta1 = W2[0] * delta2 * slope(a1)
    vectors = {
        "x": x,
        "z1": z1,
        "a1": a1,
        "1 − a1": 1 - a1,
        "a1(1 − a1)": slope(a1),
        "b1": b1,
        "W2": W2[0],
        "z2": z2,
        "a2": a2,
        "1 − a2": 1 - a2,
        "a2(1 − a2)": slope(a2),
        "a2 − target": a2 - t,
        "target": t,
        "b2": b2,
        "delta1": delta1,
        "delta2": delta2,
        **{
            f"the {what} of {name}": np.full(2, value(of))
            for name, of in (("x", x), ("a1", a1), ("W2", W2[0]))
            for what, value in (("length (norm)", np.linalg.norm), ("sum", np.sum), ("mean", np.mean))
        },
    }
    if not matrix:
        return vectors
    # In W1's gradient the rows belong to the units of layer 1, the columns to the inputs.
    rows = {"z1", "a1", "1 − a1", "a1(1 − a1)", "b1", "W2", "delta1"}
    return {"W1": W1} | {k: v[:, None] if k in rows else v for k, v in vectors.items()}


def _of_update(leaf: Leaf, case: Mapping[str, Any]) -> Named:
    key = leaf.name
    given = case["gradients"]
    rate = float(case["learning_rate"])
    found = {
        "the learning rate": np.asarray(rate),
        "the length (norm) of its gradient": np.asarray(np.linalg.norm(given[f"dL_d{key}"])),
        key: np.asarray(case[key], dtype=float),
    }
    for name in sorted(given, key=lambda n: not n.startswith("dL_d")):
        value = np.asarray(given[name], dtype=float)
        if name != f"dL_d{key}":
            found[f"the rate times {name}"] = rate * value
            if value.ndim == 1 and leaf.expected.shape == (value.size, 2):
                found[f"the rate times {name} as a column"] = rate * value[:, None]
    return found


def _of_table(leaf: Leaf, case: Mapping[str, Any]) -> Named:
    p, t = np.asarray(case["predictions"], dtype=float), float(case["target"])
    truth = p if t == 1 else 1 - p
    return {
        "p": p,
        "1 − p": 1 - p,
        "|p − target|": np.abs(p - t),
        "the probability of the truth": truth,
        "the mse": (p - t) ** 2,
        "the cross-entropy": -np.log(truth),
        "the mean mse": np.full_like(p, ((p - t) ** 2).mean()),
        "the mean cross-entropy": np.full_like(p, -np.log(truth).mean()),
        "the largest cross-entropy": np.full_like(p, -np.log(truth).min()),
        "the number of rows": np.full_like(p, p.size),
    }


NAMED: dict[str, Callable[[Leaf, Mapping[str, Any]], Named]] = {
    "losses.mse_gradient": _of_losses,
    "losses.cross_entropy_gradient": _of_losses,
    "losses.loss_table": _of_table,
    "network.sigmoid": _of_sigmoid,
    "network.sigmoid_derivative": _of_slope,
    "trace.forward_trace": _of_trace,
    "trace.backward_trace": _of_trace,
    "trace.updated_parameters": _of_update,
    **dict.fromkeys(GRADIENTS - {"digits.CrossEntropyNetwork.backward"}, _of_gradients),
}
