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
#: So many numbers of candidates are held at a time.
BLOCK = 100_000
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
    """What holds, the simplest first. All the candidates of one kind are tried in one go, a row each."""
    if not words:
        return
    ratio, gap = got / expected, got - expected
    names, values = list(words), np.array(list(words.values()))
    right = "the right one"
    times, over = _constants(ratio, values), _constants(ratio, 1 / values)
    is_, more = _constants(got, values), _constants(gap, values)
    for i, name in enumerate(names):
        if times[i]:
            yield f"is {_times(times[i], right)} times {name}"
        if over[i]:
            yield f"is {_times(over[i], right)} divided by {name}"
        if is_[i]:
            yield f"is {_times(is_[i], name)}"
        if more[i]:
            yield f"is the right one {_added(more[i], name)}"
    times, over = _constants(ratio, values**2, plain=True), _constants(ratio, values**-2, plain=True)
    for i, name in enumerate(names):
        if times[i]:
            yield f"is {_times(times[i], right)} times the square of {name}"
        if over[i]:
            yield f"is {_times(over[i], right)} divided by the square of {name}"
    # A whole sentence ("what the raw error above gives") isn't multiplied by anything.
    short = [i for i, name in enumerate(names) if not name.startswith("what ")]
    pairs = list(combinations(short, 2))
    block = max(1, BLOCK // got.size)
    for start in range(0, len(pairs), block):
        yield from _of_two(ratio, got, gap, names, values, pairs[start : start + block])


def _of_two(
    ratio: Array, got: Array, gap: Array, names: list[str], values: Array, pairs: list[tuple[int, int]]
) -> Iterator[str]:
    a, b = values[[i for i, _ in pairs]], values[[j for _, j in pairs]]
    product, first, second = a * b, a / b, b / a
    factors = [
        (_constants(ratio, value, plain=True), said)
        for value, said in (
            (product, "times {0} and times {1}"),
            (first, "times {0} and divided by {1}"),
            (second, "times {1} and divided by {0}"),
            (1 / product, "divided by {0} and by {1}"),
        )
    ]
    made = [
        (_constants(got, value, plain=True), _constants(gap, value, plain=True), said)
        for value, said in ((product, "{0} times {1}"), (first, "{0} divided by {1}"), (second, "{1} divided by {0}"))
    ]
    sums = [
        (_constants(got, value, plain=True) == 1.0, said)
        for value, said in ((a + b, "{0} plus {1}"), (a - b, "{0} minus {1}"), (b - a, "{1} minus {0}"))
    ]
    for k, (i, j) in enumerate(pairs):
        both = names[i], names[j]
        for c, said in factors:
            if c[k]:
                yield f"is {_times(c[k], 'the right one')} {said.format(*both)}"
        for c, more, said in made:
            if c[k]:
                yield f"is {_times(c[k], said.format(*both))}"
            if more[k]:
                yield f"is the right one {_added(more[k], said.format(*both))}"
        for holds, said in sums:
            if holds[k]:
                yield f"is {said.format(*both)}"


def _constants(of: Array, rows: Array, plain: bool = False) -> Array:
    """For each row the c for which `of` is c times the row throughout, and the row varies; else 0."""
    found = np.zeros(len(rows))
    if not np.isfinite(of).all():
        return found
    sizes = np.abs(rows)
    at = sizes.argmax(axis=1)
    largest = np.take_along_axis(sizes, at[:, None], 1)[:, 0]
    c = of[at] / np.take_along_axis(rows, at[:, None], 1)[:, 0]
    able = np.isfinite(rows).all(axis=1) & (np.ptp(rows, axis=1) > 1e-9 * largest)
    able &= np.isfinite(c) & (np.abs(c) >= 1e-12)
    rows, c = rows[able], c[able, None]
    off = np.abs(of - c * rows) - 1e-6 * np.abs(c * rows)
    fits = (off <= 1e-9 * float(np.max(np.abs(of)))).all(axis=1)
    for k, value in zip(np.flatnonzero(able)[fits], c[fits, 0], strict=True):
        found[k] = next((p for p in PLAIN if np.isclose(p, value, rtol=1e-6)), 0.0) if plain else value
    return found


def _added(c: float, what: str) -> str:
    return f"{'plus' if c > 0 else 'minus'} {_times(abs(c), what)}"


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
