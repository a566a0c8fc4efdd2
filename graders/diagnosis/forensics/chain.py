"""Step by step: is each step right, given what the learner's own step before it came to?

In a chain of computations one slip makes everything after it wrong. Here every step is compared with what it should
give from the learner's *own* earlier values, so that only the steps that err by themselves remain: one, or two at once
that nothing else could tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..evidence import Case
from ..maths import forward, sigmoid, slope
from .leaves import as_array
from .quantities import Named, sentence, trace_quantities
from .relations import close, relate

Array = np.ndarray
#: Relations of a higher rank are too vague to be said of a step.
PLAIN = 2
MAX_FAULTS = 3


@dataclass(frozen=True)
class Step:
    """One step in one case. `what` it is called, `of` what it should be by, and the quantities that may explain it."""

    what: str
    of: str
    expected: Array
    got: Array
    named: Named
    #: The same step read in other ways: before the sigmoid, without the slope.
    others: tuple[Step, ...] = ()


class NoChain(ValueError):
    """The value can't be read as this chain."""


def faults(subject: str, wrong: Sequence[Case]) -> str:
    """ "dL_da2 is half of the right one", or "Two steps are wrong by themselves: …"; "" if that doesn't explain all."""
    best: list[str] | None = None
    for chain in CHAINS.get(subject, ()):
        try:
            with np.errstate(all="ignore"):
                found = _explained([(case, list(chain(case))) for case in wrong])
        except (NoChain, ValueError, KeyError, IndexError, TypeError):
            continue
        if found is not None and (best is None or len(found) < len(best)):
            best = found
    if not best:
        return ""
    if len(best) == 1:
        return best[0]
    count = {2: "Two", 3: "Three"}[len(best)]
    return (
        f"{count} steps are wrong by themselves: " + " ".join(f"({i}) {text};" for i, text in enumerate(best, 1))[:-1]
    )


def _explained(cases: list[tuple[Case, list[Step]]]) -> list[str] | None:
    """A sentence for each kind of step that errs, or None where one of them can't be explained."""
    groups: dict[str, list[tuple[Step, Mapping[str, Any]]]] = {}
    for case, steps in cases:
        for step in steps:
            if step.expected.shape != step.got.shape:
                raise NoChain
            if not close(step.got, step.expected):
                groups.setdefault(step.what, []).append((step, case.inputs))
    if not 0 < len(groups) <= MAX_FAULTS:
        return None
    said: dict[str, list[str]] = {}  # what is said → of which steps
    for errs in groups.values():
        readings = zip(*((step, *step.others) for step, _ in errs), strict=False)
        cases_ = [inputs for _, inputs in errs]
        found = next(filter(None, (_related(list(reading), cases_) for reading in readings)), None)
        if found is None:
            return None
        said.setdefault(found[1], []).append(found[0])
    return [f"{' and '.join(sorted(steps))} {_plural(text, len(steps))}" for text, steps in said.items()]


def _related(steps: list[Step], cases: list[Mapping[str, Any]]) -> tuple[str, str] | None:
    """(what errs, how) for one reading of a step in all cases."""
    wrong = [(step, case) for step, case in zip(steps, cases, strict=True) if not close(step.got, step.expected)]
    if not wrong or not all(np.isfinite(step.got).all() for step, _ in wrong):
        return None
    pairs = [(step.expected, step.got) for step, _ in wrong]
    found = relate(pairs, [case for _, case in wrong])
    text = found.text if found is not None and found.rank <= PLAIN and not _partly(found.text) else ""
    text = text or sentence(pairs, [step.named for step, _ in wrong])
    return (wrong[0][0].what, text.replace("the right one", wrong[0][0].of)) if text else None


def _plural(text: str, count: int) -> str:
    return text.replace("is ", "are each ", 1) if count > 1 and text.startswith("is ") else text


def _partly(text: str) -> bool:
    """Whether a relation only says where the value is right, not what it is elsewhere."""
    return " element" in text or " only" in text or " but for " in text


def _array(value: Any) -> Array:
    array = as_array(value)
    if array is None:
        raise NoChain
    return array


def _forward_trace(case: Case) -> Iterator[Step]:
    i, got = _trace_inputs(case), {k: _array(v) for k, v in case.got.items() if k in case.expected}
    named = trace_quantities(case.inputs)
    z1 = i["W1"] @ i["x"] + i["b1"]
    yield Step("z1", "the right one", z1, got["z1"], named | _products("W1", i["W1"], "x", i["x"]))
    yield Step("a1", "what your own z1 gives", sigmoid(got["z1"]), got["a1"], {"z1": got["z1"]})
    product = i["W2"] @ got["a1"]
    words = named | _products("W2", i["W2"], "a1", got["a1"])
    words |= {f"the {n} row of W1 @ a1": row @ got["a1"] for n, row in zip(("first", "second"), i["W1"], strict=True)}
    yield Step("z2", "what your own a1 gives", product + i["b2"], got["z2"], words)
    yield Step("a2", "what your own z2 gives", sigmoid(got["z2"]), got["a2"], {"z2": got["z2"]})
    loss = np.asarray(((got["a2"] - i["target"]) ** 2).mean())
    error = {"a2 − target": (got["a2"] - i["target"]).mean(), "a2": got["a2"].mean(), "target": i["target"].mean()}
    others = {"a1": got["a1"], "z1": got["z1"], "z2": got["z2"], "x": i["x"]}
    error |= {f"the mean squared error of {name}": ((v - i["target"]) ** 2).mean() for name, v in others.items()}
    named = {k: np.asarray(v) for k, v in error.items()}
    yield Step("loss", "what your own a2 gives", loss, got["loss"].reshape(()), named)


def _products(W: str, weights: Array, a: str, before: Array) -> Named:
    """What may come out in place of a layer's matrix product."""
    square = weights.shape[0] == weights.shape[1]
    return {
        f"{W} @ {a}": weights @ before,
        f"{W} @ {a} with {a} in reverse order": weights @ before[::-1],
        f"{W} @ {a}²": weights @ before**2,
        f"{W} @ |{a}|": weights @ np.abs(before),
        f"|{W}| @ {a}": np.abs(weights) @ before,
        f"{W} @ {a} halved, as a mean over the inputs,": weights @ before / 2,
        f"{W} @ the mean of {a}": weights @ np.full_like(before, before.mean()),
        f"the row sums of {W}": weights.sum(axis=1),
        f"the first row of {W} @ {a}": np.full(len(weights), weights[0] @ before),
        f"the last row of {W} @ {a}": np.full(len(weights), weights[-1] @ before),
        f"the mean of {W} @ {a}": np.full(len(weights), (weights @ before).mean()),
        f"the sum of {a}": np.full(len(weights), before.sum()),
        **({f"{W} * {a} summed over the rows": (weights * before).sum(axis=0)} if square else {}),
        **({f"the column sums of {W}": weights.sum(axis=0)} if square else {}),
        **({f"the diagonal of {W} times {a}": np.diag(weights) * before} if square else {}),
    }


def _backward_trace(case: Case) -> Iterator[Step]:
    i, got = _trace_inputs(case), {k: _array(v) for k, v in case.got.items() if k in case.expected}
    named = trace_quantities(case.inputs)
    a1 = sigmoid(i["W1"] @ i["x"] + i["b1"])
    a2 = sigmoid(i["W2"] @ a1 + i["b2"])
    right = "the right one"
    d2, d1 = "what your own delta2 gives", "what your own delta1 gives"
    both = "your own {} times your own {}"
    in_rows = trace_quantities(case.inputs, matrix=True)
    yield Step("dL_da2", right, 2 * (a2 - i["target"]), got["dL_da2"], named)
    yield Step("da2_dz2", right, slope(a2), got["da2_dz2"], named)
    product = got["dL_da2"] * got["da2_dz2"]
    yield Step("delta2", both.format("dL_da2", "da2_dz2"), product, got["delta2"], named)
    yield Step("dL_dW2", d2, np.outer(got["delta2"], a1), got["dL_dW2"], named | {"W2": i["W2"]})
    yield Step("dL_db2", d2, got["delta2"], got["dL_db2"], named)
    summed = {"the sum of W2 times your own delta2": np.full(2, i["W2"].sum() * float(got["delta2"].reshape(-1)[0]))}
    rows = summed | {"the first row of W1": i["W1"][0], "the second row of W1": i["W1"][1]}
    yield Step("dL_da1", d2, i["W2"].T @ got["delta2"], got["dL_da1"], named | rows)
    yield Step("da1_dz1", right, slope(a1), got["da1_dz1"], named)
    product = got["dL_da1"] * got["da1_dz1"]
    yield Step("delta1", both.format("dL_da1", "da1_dz1"), product, got["delta1"], named)
    yield Step("dL_dW1", d1, np.outer(got["delta1"], i["x"]), got["dL_dW1"], in_rows)
    yield Step("dL_db1", d1, got["delta1"], got["dL_db1"], named)


def _trace_inputs(case: Case) -> dict[str, Array]:
    if not isinstance(case.got, Mapping):
        raise NoChain
    return {k: np.asarray(case.inputs[k], dtype=float) for k in ("W1", "b1", "W2", "b2", "x", "target")}


def _network(case: Case) -> tuple[list[Array], list[Array], Array]:
    return (
        [np.asarray(w, dtype=float) for w in case.inputs["weights"]],
        [np.asarray(b, dtype=float) for b in case.inputs["biases"]],
        np.asarray(case.inputs["x"], dtype=float),
    )


def _sigmoid(case: Case) -> Iterator[Step]:
    """Another z inside a right sigmoid."""
    z, a = np.asarray(case.inputs["z"], dtype=float), _array(case.got)
    if not ((a > 0) & (a < 1)).all():
        raise NoChain
    named = {"z": z, "|z|": np.abs(z), "z²": z * z, "exp(z)": np.exp(z), "z³": z**3}
    yield Step("the z inside the exponential", "z", z, np.log(a / (1 - a)), named)


def _layers_forward(case: Case) -> Iterator[Step]:
    """Each layer's output, given the output that was saved before it; also read back as z where that is possible."""
    weights, biases, x = _network(case)
    if not isinstance(case.got, Mapping):
        raise NoChain
    saved = [_array(a) for a in case.got["activations"]]
    if len(saved) != len(weights) + 1:
        raise NoChain
    yield Step("the saved input", "x", x, saved[0], _of_input(x))
    for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
        where = "output layer" if layer == len(weights) - 1 else "hidden layers"
        before, a, product = saved[layer], saved[layer + 1], W @ saved[layer]
        z = product + b
        if a.shape != z.shape:
            raise NoChain
        inside = _of_layer(W, b, before)
        outside = {
            "the biases": b,
            "z": z,
            "the sigmoid without the bias": sigmoid(product),
            "the sum of the outputs": np.full_like(b, sigmoid(z).sum()),
            "the length (norm) of the outputs": np.full_like(b, np.linalg.norm(sigmoid(z))),
            "the number of units": np.full_like(b, b.size),
            "tanh of z": np.tanh(z),
            **({"the layer's input": before} if before.shape == z.shape else {}),
        }
        as_z = Step(f"the z of the {where}", "the right one", z, np.log(a / (1 - a)), inside)
        given = "what its own input gives"
        yield Step(f"the output of the {where}", given, sigmoid(z), a, outside, (as_z,))
    yield Step(
        "the returned output", "your own last activation", saved[-1], _array(case.got["output"]), _of_input(saved[-1])
    )


def _of_input(x: Array) -> Named:
    return {
        "x less its mean": x - x.mean(),
        "the spread (standard deviation) of its entries": np.full_like(x, x.std() or 1.0),
        "its length (norm)": np.full_like(x, np.linalg.norm(x)),
        "its sum": np.full_like(x, x.sum()),
        "its largest entry": np.full_like(x, x.max()),
        "x squared": x * x,
        "the sigmoid of x": sigmoid(x),
    }


def _of_layer(W: Array, b: Array, before: Array) -> Named:
    product, n = W @ before, before.size
    numbers = {
        "the sum of the biases": b.sum(),
        "the first bias": b[0],
        "the number of inputs": n,
        "the mean of the layer's input": before.mean(),
        "the sum of the layer's input": before.sum(),
        "the largest z": (product + b).max(),
        "the mean of z": (product + b).mean(),
        "the spread (standard deviation) of z": (product + b).std(),
        "the length (norm) of z": np.linalg.norm(product + b),
    }
    vectors = {
        "the biases": b,
        "W @ a": product,
        "the mean of W @ a": np.full_like(b, product.mean()),
        "the sum of W @ a": np.full_like(b, product.sum()),
        "W @ a over the root of the number of inputs": product / np.sqrt(n),
        "W @ a over the number of inputs": product / n,
        "the biases times the sum of the layer's input": b * before.sum(),
        "W @ a²": W @ before**2,
        "W @ |a|": W @ np.abs(before),
        "W @ a with a in reverse order": W @ before[::-1],
        "|W| @ a": np.abs(W) @ before,
        **({"Wᵀ @ a": W.T @ before} if W.shape[0] == W.shape[1] else {}),
    }
    return {name: np.full_like(b, float(value)) for name, value in numbers.items()} | vectors


def _backward_chain(case: Case, delta_of: str) -> Iterator[Step]:
    """From the output back, with the learner's own delta: the bias gradient, or what is in the weight gradient."""
    weights, biases, x = _network(case)
    t = np.asarray(case.inputs["target"], dtype=float)
    activations = forward(weights, biases, x)
    wg, bg = ([_array(g) for g in part] for part in case.got)
    if [g.shape for g in wg] != [w.shape for w in weights] or [g.shape for g in bg] != [b.shape for b in biases]:
        raise NoChain
    deltas = bg if delta_of == "bias" else [g @ a / (a @ a) for g, a in zip(wg, activations[:-1], strict=True)]
    last = len(weights) - 1
    for layer in range(last, -1, -1):
        a, before, delta = activations[layer + 1], activations[layer], deltas[layer]
        named: Named = {
            "the layer's output a": a,
            "1 − a": 1 - a,
            "a(1 − a)": slope(a),
            "1 + a": 1 + a,
            "the biases": biases[layer],
            "z": weights[layer] @ before + biases[layer],
            **{
                name: np.full_like(a, float(value))
                for name, value in (
                    ("the number of outputs", t.size),
                    ("the number of inputs", x.size),
                    ("the number of layers", last + 1),
                    ("the layer's number of units", a.size),
                    ("the layer's number of inputs", before.size),
                    ("the loss", ((activations[-1] - t) ** 2).mean()),
                    ("the sum of the errors", (activations[-1] - t).sum()),
                    ("the length (norm) of the error", np.linalg.norm(activations[-1] - t)),
                    ("1 minus the mean output", 1 - activations[-1].mean()),
                    ("the mean output", activations[-1].mean()),
                )
            },
        }
        if layer == last:
            right = 2 * (a - t) / a.size * slope(a)
            named |= {
                "the target": t,
                "a − t": a - t,
                "1 − t": 1 - t,
                "the derivative of the loss": 2 * (a - t) / a.size,
            }
            error = Step(
                "the error a − t from which the output's delta is made",
                "the right one",
                a - t,
                delta / slope(a) * a.size / 2,
                {
                    "the rounded output less the target": np.round(a) - t,
                    "the output less the rounded target": a - np.round(t),
                    "the output less the mean target": a - t.mean(),
                    "the mean output less the target": a.mean() - t,
                    "the first output's error": np.full_like(a, (a - t)[0]),
                    "the last output's error": np.full_like(a, (a - t)[-1]),
                    "the reversed targets": a - t[::-1],
                    "the target": t,
                    "the output": a,
                    "z": named["z"],
                    "z less the target": named["z"] - t,
                    "the cross-entropy's −t/a + (1 − t)/(1 − a)": (a - t) / slope(a),
                    "tanh of the error": np.tanh(a - t),
                    "the output less 1 at the largest target": a - (np.arange(a.size) == t.argmax()),
                    "the number of outputs": named["the number of outputs"],
                },
            )
            yield Step("the delta of the output layer", "the right one", right, delta, named, (error,))
        else:
            above = deltas[layer + 1]
            W = weights[layer + 1]
            named |= {
                "the error that comes back": W.T @ above,
                "the length (norm) of the weights it came through": np.full_like(a, np.linalg.norm(W)),
                "the weights' column sums": W.sum(axis=0),
                "the upper layer's number of units": np.full_like(a, float(W.shape[0])),
                "the length (norm) of the delta above": np.full_like(a, np.linalg.norm(above)),
                "the sum of the delta above": np.full_like(a, above.sum()),
            }
            raw = above / slope(activations[layer + 2])
            whole = {
                "what the raw error above gives (without its own derivative)": (W.T @ raw) * slope(a),
                "what the sum of each column of the weights, times the sum of the delta above, gives": W.sum(axis=0)
                * above.sum()
                * slope(a),
                "what the mean over the layer's units gives": np.full_like(a, (W.T @ above * slope(a)).mean()),
                "what the sum over the layer's units gives": np.full_like(a, (W.T @ above * slope(a)).sum()),
                "what the output's delta gives": _like(W.T, deltas[last], slope(a)),
                "what the weights untransposed give": _like(W, above, slope(a)),
                "what the absolute weights give": (np.abs(W).T @ above) * slope(a),
                "what the squared weights give": ((W * W).T @ above) * slope(a),
                "what the sign of the delta above gives": (W.T @ np.sign(above)) * slope(a),
            }
            error = W.T @ above
            plain = {name: value for name, value in whole.items() if value.shape == a.shape}
            back = Step("the error that reaches the hidden layers", "W.T @ delta", error, delta / slope(a), named)
            bend = Step(
                "the slope of the hidden layers",
                "a(1 − a)",
                slope(a),
                np.where(error == 0, slope(a), delta / error),
                named,
            )
            given = "what your own delta of the layer above gives"
            yield Step("the delta of the hidden layers", given, error * slope(a), delta, plain | named, (bend, back))
        if delta_of == "bias":
            rows = {name: value[:, None] for name, value in named.items()}
            own = np.outer(delta, before)
            columns = {
                "its mean": np.asarray(own.mean()),
                "its length (norm)": np.asarray(np.linalg.norm(own)),
                "the number of its entries": np.asarray(float(own.size)),
                "the signs of the weights": np.sign(weights[layer]),
                "the layer's input": before,
                "1 minus the layer's input": 1 - before,
                "the sum of the layer's input": np.asarray(before.sum()),
                "the mean of the layer's input": np.asarray(before.mean()),
                "the length (norm) of the layer's input": np.asarray(np.linalg.norm(before)),
                "the weights": weights[layer],
            }
            given = "your own bias gradient (delta) times the layer's input"
            yield Step("the weight gradient", given, np.outer(delta, before), wg[layer], columns | rows)
        else:
            given = "the delta in your own weight gradient"
            if not close(np.outer(delta, before), wg[layer]):
                raise NoChain
            named |= {"the sum of the layer's input": np.full_like(a, before.sum())}
            named |= {"the mean of the layer's input": np.full_like(a, before.mean())}
            yield Step("the bias gradient", given, delta, bg[layer], named)


def _like(W: Array, above: Array, slope_: Array) -> Array:
    """W @ above times the slope where the sizes allow it; else nothing that could fit."""
    if W.shape != (slope_.size, above.size):
        return np.empty(0)
    return np.asarray((W @ above) * slope_)


Chain = Callable[[Case], Iterator[Step]]
CHAINS: dict[str, tuple[Chain, ...]] = {
    "trace.forward_trace": (_forward_trace,),
    "trace.backward_trace": (_backward_trace,),
    "network.sigmoid": (_sigmoid,),
    "network.Network.forward": (_layers_forward,),
    "network.Network.backward": (
        lambda case: _backward_chain(case, "bias"),
        lambda case: _backward_chain(case, "weight"),
    ),
}
