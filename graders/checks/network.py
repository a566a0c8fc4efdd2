"""Sections 2 and 3: the sigmoid, the network, one step and one epoch of training."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

import reference.network as truth
from graders.checks import copies, cost, inputs, shuffling, tolerance, wanted
from graders.checks.claims import Cases, NotStarted, Wrong, agree, better_seen, require, short, untouched
from graders.checks.inputs import ONE_OUTPUT, SEVERAL_OUTPUTS, Draw
from graders.checks.runs import Gradients, backward, build, forward, train_epoch, train_step
from graders.diagnosis.evidence import Evidence
from graders.learner.process import LearnerError, WorkerLost
from graders.learner.remote import ImportFailed, Learner


def test_sigmoid(learner: Learner, draw: Draw) -> None:
    """sigmoid(z) = 1 / (1 + e^−z), elementwise, for numbers and arrays."""
    agree(learner.network.sigmoid, truth.sigmoid, _moderate(draw))
    z = draw.rng.uniform(-10, 10, 4)
    untouched([z], learner.network.sigmoid.observed(z).after, ["z"])


def _moderate(draw: Draw) -> Cases:
    rng = draw.rng
    return [
        ("a number", {"z": 0.0}),
        ("a positive number", {"z": float(rng.uniform(0.5, 4))}),
        ("a negative number", {"z": float(rng.uniform(-4, -0.5))}),
        ("a vector", {"z": rng.uniform(-10, 10, 6)}),
        ("a matrix", {"z": rng.uniform(-10, 10, (2, 3))}),
    ]


def test_sigmoid_overflow(learner: Learner, draw: Draw) -> None:
    """For z of any size the value is right to 1e-11, without an overflow warning."""
    try:
        _far_from_zero(learner)
    except Wrong as far:
        raise better_seen(far, learner.network.sigmoid, truth.sigmoid, _moderate(draw)) from None


def _far_from_zero(learner: Learner) -> None:
    z = np.array([-1e308, -1e6, -1000.0, -746.0, -710.0, -100.0, -30.0, 30.0, 100.0, 710.0, 1000.0, 1e308])
    expected = truth.sigmoid(z)
    seen = learner.network.sigmoid.floating(z)
    got = tolerance.numbers(seen.value)
    overflow = [text for text in seen.warnings if "overflow" in text]
    warned = f"numpy warns for z down to {z[0]:g}: {overflow[:1]}"
    require(
        got is not None and got.shape == z.shape and bool(np.allclose(got, expected, rtol=0, atol=1e-11)),
        warned if overflow else f"expected {expected} for z = {z}, got {short(seen.value)}",
        "sigmoid-overflow" if overflow else "sigmoid-wrong-at-extremes",
        z=z,
        got=got,
        stops=bool(overflow) or (got is not None and bool(np.isnan(got).any())),
    )
    if overflow:
        require(False, warned, _overflow(learner), stops=True)
    untouched([z], learner.network.sigmoid.observed(z).after, ["z"])
    for extreme in (-1000.0, 1000.0):
        single = learner.network.sigmoid.floating(extreme)
        require(
            tolerance.matches(single.value, float(extreme > 0)),
            f"expected {float(extreme > 0)} for z = {extreme:g}, got {single.value}",
            "sigmoid-wrong-at-extremes",
        )
        overflow = [text for text in single.warnings if "overflow" in text]
        require(not overflow, f"numpy warns for z = {extreme:g}: {overflow[:1]}", "sigmoid-overflow", stops=True)


def _overflow(learner: Learner) -> str:
    """Which mistake makes a right sigmoid overflow: at both ends only where a value is computed and not taken."""
    both = all(
        any("overflow" in text for text in learner.network.sigmoid.floating(np.array([end])).warnings)
        for end in (-1000.0, 1000.0)
    )
    return "both-branches-computed" if both else "sigmoid-overflow"


def test_sigmoid_derivative(learner: Learner, draw: Draw) -> None:
    """sigmoid_derivative(a) = a (1 − a), where a is the sigmoid's output."""
    rng = draw.rng
    cases: Cases = [
        ("a number", {"a": float(rng.uniform(0.6, 0.95))}),
        ("a vector", {"a": rng.uniform(0.02, 0.98, 5)}),
        ("a matrix", {"a": rng.uniform(0.02, 0.98, (2, 3))}),
        ("outputs near 0 and 1", {"a": np.array([1e-6, 1e-3, 0.3, 0.999, 1 - 1e-6])}),
        ("outputs of 0 and 1, as far from z = 0", {"a": np.array([0.0, 0.3, 1.0])}),
    ]
    agree(learner.network.sigmoid_derivative, truth.sigmoid_derivative, cases)
    a = rng.uniform(0.02, 0.98, 4)
    untouched([a], learner.network.sigmoid_derivative.observed(a).after, ["a"])


def test_forward(learner: Learner, draw: Draw) -> None:
    """forward(x) is the last layer's output; self.activations holds the input and every layer's output."""
    rng = draw.rng
    cases: list[tuple[str, dict[str, Any]]] = []
    for sizes in ((1, 1), (2, 1), (1, 2), (2, 2, 1), (2, 2, 2), (3, 5, 4, 2)):
        weights, biases = inputs.parameters(rng, sizes)
        x = inputs.example(rng, sizes[0])
        cases.append((inputs.name(sizes), {"weights": weights, "biases": biases, "x": x}))
    weights, biases = inputs.parameters(rng, (3, 2))
    whole = np.array([1, 0, -2])
    cases.append(("integer input", {"weights": weights, "biases": biases, "x": whole}))
    run = forward(learner)
    agree(run, wanted.forward, cases)

    # A second call must not remember the first; the input and the parameters stay as they are.
    case = cases[5][1]
    net = learner.network.Network([3, 5, 4, 2]).put(case["weights"], case["biases"])
    net.forward(inputs.example(rng, 3))
    seen = net.forward.observed(case["x"])
    untouched([case["x"]], seen.after, ["x"])
    require(
        tolerance.matches(net.parameters(), (case["weights"], case["biases"])),
        "forward() changed the weights or the biases",
        "parameters-changed",
    )
    require(
        tolerance.matches(net.attribute("activations"), wanted.forward(**case)["activations"]),
        "after a second forward(), self.activations still has entries of the first call",
        "stale-activations",
    )


def test_network_init(learner: Learner, draw: Draw) -> None:
    """Network(layer_sizes, seed) draws the guide's weights: He-scaled, layer by layer, biases of 0."""
    rng = draw.rng
    _begun(learner)

    def run(layer_sizes: list[int], **options: int) -> Any:
        return learner.network.Network(layer_sizes, **options).parameters()

    def expected(layer_sizes: list[int], **options: int) -> Gradients:
        return truth.Network(layer_sizes, **options).copy_weights()

    cases: Cases = [
        ("[1, 1]", {"layer_sizes": [1, 1]}),
        ("the guide's [2, 2, 1], seed 0", {"layer_sizes": [2, 2, 1], "seed": 0}),
        ("[3, 5, 4, 2]", {"layer_sizes": [3, 5, 4, 2], "seed": int(rng.integers(100, 1000))}),
    ]
    try:
        agree(run, expected, cases)
    except Wrong as other:
        _repeatable(run)
        raise other from None


def _repeatable(run: Callable[..., Any]) -> None:
    """Where the weights are others than the seed gives: are they others each time?"""
    try:
        once, again = (run([3, 4, 2], seed=5) for _ in range(2))
    except LearnerError:
        return
    summary = "two networks with seed 5 have different weights"
    require(tolerance.matches(once, again), summary, "seed-not-used")


def test_network_copy_weights(learner: Learner, draw: Draw) -> None:
    """copy_weights() gives copies: what happens to the network afterwards does not reach them."""
    _begun(learner)
    copies.copy_weights(learner, draw.rng)


def test_network_set_weights(learner: Learner, draw: Draw) -> None:
    """set_weights(saved) puts back weights and biases, and keeps `saved` as it is."""
    _begun(learner)
    copies.set_weights(learner, draw.rng)


def _begun(learner: Learner) -> None:
    """These parts are given; they count from when forward() is written, right or wrong."""
    try:
        learner.network.Network([1, 1]).forward(np.array([1.0]))
    except (ImportFailed, WorkerLost):
        raise
    except LearnerError as error:
        if error.trouble.kind == "not_started":
            raise NotStarted(error.trouble) from error


def test_backward_one_output(learner: Learner, draw: Draw) -> None:
    """backward(target) gives dL/dW and dL/db of every layer, and changes nothing."""
    rng = draw.rng
    cases = [(inputs.name(sizes), inputs.supervised(rng, sizes)) for sizes in ONE_OUTPUT]
    whole = dict(cases[3][1])
    whole["target"] = np.array([int(np.mean(whole["target"]) < 0.5)])
    cases.append(("2→2→1, integer target", whole))
    agree(backward(learner), wanted.backward, cases, tolerance.gradients)
    _changes_nothing(learner, cases[4][1], inputs.example(rng, 3))


def test_backward_several_outputs(learner: Learner, draw: Draw) -> None:
    """With n outputs the loss is their mean, so dL/da is 2 (a − t) / n."""
    rng = draw.rng
    sizes = [*ONE_OUTPUT[:4], *SEVERAL_OUTPUTS]
    cases = [(inputs.name(s), inputs.supervised(rng, s)) for s in sizes]
    agree(backward(learner), wanted.backward, cases, tolerance.gradients)


def _changes_nothing(learner: Learner, case: dict[str, Any], earlier: np.ndarray) -> None:
    """Parameters and saved activations stay; what came before does not count; a second call gives the same."""
    net = build(learner, case["weights"], case["biases"])
    net.forward(earlier)
    net.forward(case["x"])
    activations = net.attribute("activations")
    first = net.backward(case["target"])
    require(
        tolerance.matches(first, wanted.backward(**case), tolerance.gradients),
        "right after the first forward(), wrong when forward() has seen another example before",
        "state-kept-between-calls",
    )
    require(
        tolerance.matches(net.parameters(), (case["weights"], case["biases"])),
        "backward() changed the weights or the biases; updating is train_step's work",
        "parameters-changed",
    )
    require(
        tolerance.matches(net.attribute("activations"), [np.asarray(a) for a in activations]),
        "backward() changed self.activations",
        "activations-changed",
    )
    second = net.backward(case["target"])
    require(
        tolerance.matches(second, [[np.asarray(g) for g in part] for part in first]),
        "a second backward() after one forward() gives other gradients than the first",
        "gradients-accumulate",
    )
    seen = net.backward.observed(case["target"])
    untouched([case["target"]], seen.after, ["target"])
    net.forward(earlier)
    other = net.backward(case["target"])
    require(
        not tolerance.matches(other, wanted.backward(**case), tolerance.gradients),
        "backward() gives the gradients of the call before: those of the example that forward() saw last are wanted",
        "gradients-of-earlier-call",
    )
    fresh = {**case, "x": earlier}
    if not tolerance.matches(other, wanted.backward(**fresh), tolerance.gradients):
        agree(backward(learner), wanted.backward, [("another example", fresh)], tolerance.gradients)
        require(
            False,
            "right for a network's first example, wrong for a second one after it: something of the first is kept",
            "state-kept-between-calls",
        )


def test_backward_cost(learner: Learner, draw: Draw) -> None:
    """One forward and one backward pass on 64,000 parameters: right, and not by moving each of them a little.

    Differences are known by two things that no chain rule has: their cost, tens of thousands of forward passes, and
    their rounding, a million times that of float64.
    """
    sizes = (256, 250, 1)
    case = inputs.supervised(draw.rng, sizes)
    passes = cost.passes(learner, case)
    require(
        not passes.too_slow,
        f"on a network of {passes.parameters:,} parameters forward() took {1000 * passes.forward_seconds:.1f} ms and "
        f"backward() {passes.backward_seconds:.1f} s: that is the cost of moving every parameter and looking at the "
        "loss",
        "finite-differences",
        backward_seconds=passes.backward_seconds,
        forward_seconds=passes.forward_seconds,
        parameters=passes.parameters,
    )
    expected = wanted.backward(**case)
    if not tolerance.matches(passes.gradients, expected, tolerance.gradients):
        # What is wrong on small networks too is better seen there.
        small = [(inputs.name(s), inputs.supervised(draw.rng, s)) for s in ONE_OUTPUT]
        agree(backward(learner), wanted.backward, small, tolerance.gradients)
        raise Wrong(
            Evidence(
                "",
                "",
                facts=("wrong-on-a-large-network",),
                summary="The gradients are right on small networks, and wrong on one of "
                f"{passes.parameters:,} parameters",
            )
        )
    error, most = cost.rounding(passes.gradients, expected)
    require(
        error < most,
        f"the gradients are right to {error:.0e} only, where the chain rule in float64 is right to 1e-15: that is the "
        "rounding of differences of the loss",
        "finite-differences",
        error=error,
        parameters=passes.parameters,
    )


def test_architectures(learner: Learner, draw: Draw) -> None:
    """The extension's [784, 128, 64, 10] and [784, 32, 10], and five layers."""
    rng = draw.rng
    architectures = ((4, 3, 3, 2, 10), (784, 32, 10), (784, 128, 64, 10))
    cases = [(inputs.name(s), inputs.supervised(rng, s)) for s in architectures]
    agree(backward(learner), wanted.backward, cases, tolerance.gradients)


def _nearly_right(rng: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, Any]:
    """An example with a loss of about 1e-5: even then there is a step."""
    case = inputs.supervised(rng, sizes)
    prediction = inputs.network(case["weights"], case["biases"]).forward(case["x"])
    return {**case, "target": prediction + inputs.signed(rng, len(prediction), 2e-3, 4e-3)}


def test_train_step(learner: Learner, draw: Draw) -> None:
    """parameter − learning_rate · gradient for every weight and bias, once; the loss is that from before."""
    rng = draw.rng
    rates = (1.0, 0.5, 2.0, 0.05, 0.3, 0.7)
    sizes = ((1, 1), (2, 1), (2, 2, 1), (1, 2), (3, 4, 2), (3, 5, 4, 2))
    cases = [
        (f"{inputs.name(s)}, rate {rate:g}", {**inputs.supervised(rng, s), "learning_rate": rate})
        for s, rate in zip(sizes, rates, strict=True)
    ]
    cases.append(("3→4→2, nearly right", {**_nearly_right(rng, (3, 4, 2)), "learning_rate": 2.0}))
    agree(train_step(learner), wanted.step, cases)

    # Two steps on different examples: the second starts from where the first one ended, and from nothing else.
    first = cases[4][1]
    net = learner.network.Network([3, 4, 2]).put(first["weights"], first["biases"])
    mine = inputs.network(first["weights"], first["biases"])
    for rate in (0.4, 0.9):
        x, t = inputs.example(rng, 3), rng.uniform(0.1, 0.9, 2)
        fresh = {"weights": mine.weights, "biases": mine.biases, "x": x, "target": t, "learning_rate": rate}
        fresh = copy.deepcopy(fresh)
        expected_loss = mine.train_step(x, t, rate)
        seen = net.train_step.observed(x, t, rate)
        right = tolerance.matches(seen.value, expected_loss)
        if not right or not tolerance.matches(net.parameters(), (mine.weights, mine.biases)):
            # What is wrong on a fresh network too has another reason.
            agree(train_step(learner), wanted.step, [*cases, (f"3→4→2, rate {rate:g}", fresh)])
            require(
                False,
                "right for the first step on a fresh network, wrong for a step that follows another",
                "state-kept-between-steps",
            )
        untouched([x, t], seen.after, ["x", "target"])


def test_epoch_full_batch(learner: Learner, draw: Draw) -> None:
    """All examples in one batch: one update with the mean of their gradients, the mean of their losses."""
    rng = draw.rng
    cases: list[tuple[str, dict[str, Any]]] = []
    for sizes, n, batch_size in (
        ((1, 1), 1, 1),
        ((2, 1), 2, 2),
        ((2, 2, 1), 3, 3),
        ((2, 1), 3, 8),
        ((3, 4, 2), 5, 8),
        ((3, 5, 4, 2), 6, None),
    ):
        case = _epoch_case(rng, sizes, n, float(rng.uniform(0.3, 1.5)))
        label = f"{inputs.name(sizes)}, {n} examples, "
        if batch_size is None:
            cases.append((label + "batch_size left out", case))
        else:
            cases.append((f"{label}batch_size {batch_size}", {**case, "batch_size": batch_size}))
    agree(train_epoch(learner), wanted.epoch, cases)
    case = cases[4][1]
    net = learner.network.Network([3, 4, 2]).put(case["weights"], case["biases"])
    seen = net.train_epoch.observed(case["X"], case["y"], case["learning_rate"], 2)
    untouched([case["X"], case["y"]], seen.after, ["X", "y"])


def _epoch_case(rng: np.random.Generator, sizes: tuple[int, ...], n: int, rate: float) -> dict[str, Any]:
    weights, biases = inputs.parameters(rng, sizes)
    X = np.array([inputs.example(rng, sizes[0]) for _ in range(n)])
    y = np.array([inputs.target(rng, weights, biases, x) for x in X])
    return {"weights": weights, "biases": biases, "X": X, "y": y, "learning_rate": rate}


def test_epoch_batches(learner: Learner, draw: Draw) -> None:
    """Identical examples, so that the order cannot matter: several batches, the last one short."""
    rng = draw.rng
    cases: list[tuple[str, dict[str, Any]]] = []
    for sizes, n, batch_size in (
        ((1, 1), 2, 1),
        ((2, 1), 4, 2),
        ((2, 2, 1), 7, 3),
        ((3, 4, 2), 10, 4),
        ((3, 5, 4, 2), 5, 1),
    ):
        case = _epoch_case(rng, sizes, 1, float(rng.uniform(0.3, 1.2)))
        case["X"], case["y"] = np.repeat(case["X"], n, axis=0), np.repeat(case["y"], n, axis=0)
        label = f"{inputs.name(sizes)}, {n} identical examples, batch_size {batch_size}"
        cases.append((label, {**case, "batch_size": batch_size}))
    case = _epoch_case(rng, (2, 1), 1, 0.7)
    case["X"], case["y"] = np.repeat(case["X"], 40, axis=0), np.repeat(case["y"], 40, axis=0)
    cases.append(("2→1, 40 identical examples, batch_size left out", case))
    agree(train_epoch(learner), wanted.epoch, cases)


def test_epoch_examples(learner: Learner, draw: Draw) -> None:
    """One-hot rows into one layer: each example leaves its trace in a column of its own."""
    settings = ((6, 1), (6, 6), (10, 4), (9, 3), (11, 4))
    found = shuffling.finding([shuffling.one_epoch(learner, draw, n, batch_size) for n, batch_size in settings])
    require(not found.facts, found.summary, *found.facts, **found.numbers)


def test_epoch_shuffle(learner: Learner, draw: Draw) -> None:
    """Over many epochs in one process, the batches are dealt anew from the whole set."""
    finding = shuffling.many_epochs(learner, draw)
    require(not finding.facts, finding.summary, *finding.facts, **finding.numbers)
