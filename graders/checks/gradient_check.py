"""Exercise 2.2: numerical gradients, and a gradient check that is graded by planted bugs."""

from __future__ import annotations

from typing import Any

import numpy as np

import reference.gradient_check as truth
from graders.checks import inputs, planted, tolerance
from graders.checks.claims import NotStarted, Wrong, agree, require, short, untouched
from graders.checks.inputs import Draw
from graders.checks.runs import Gradients, build, on_network
from graders.diagnosis.evidence import Case, Evidence, Trouble
from graders.learner.process import LearnerError, WorkerLost
from graders.learner.remote import ImportFailed, Learner, Remote, calling, making, reading_parameters
from graders.learner.worker.wire import MADE


def expected_numerical(
    weights: list[np.ndarray],
    biases: list[np.ndarray],
    x: np.ndarray,
    target: np.ndarray,
    **options: float,
) -> Gradients:
    """Central differences with the reference's forward pass."""
    return truth.numerical_gradients(inputs.network(weights, biases), x, target, **options)


def test_numerical_gradients(learner: Learner, draw: Draw) -> None:
    """(L(p + ε) − L(p − ε)) / 2ε for every weight and bias, with the ε that is given; parameters end as they were."""
    rng = draw.rng

    def run(
        weights: list[np.ndarray],
        biases: list[np.ndarray],
        x: np.ndarray,
        target: np.ndarray,
        **options: float,
    ) -> Any:
        call = calling("gradient_check", "numerical_gradients", MADE, x, target, **options)
        learner.load("gradient_check")
        return on_network(learner, weights, biases, call)[0]

    cases: list[tuple[str, dict[str, Any]]] = []
    # A wide epsilon shows the error of the formula itself, which tells a central difference from a forward one.
    for sizes, epsilon in (
        ((1, 1), 1e-2),
        ((2, 1), None),
        ((2, 2, 1), 1e-2),
        ((1, 2), 1e-3),
        ((3, 4, 2), None),
        ((3, 4, 2), 1e-2),
    ):
        case: dict[str, Any] = inputs.supervised(rng, sizes)
        if epsilon is not None:
            case["epsilon"] = epsilon
        cases.append((f"{inputs.name(sizes)}, epsilon {epsilon or 'left out'}", case))
    agree(run, expected_numerical, cases, tolerance.differences)
    steep = _steep(rng)
    require(
        tolerance.matches(run(**steep), expected_numerical(**steep), tolerance.differences),
        "with inputs near 1000 and epsilon left out, the gradients are not the central differences for 1e-5",
        "default-step",
    )

    case = cases[4][1]
    net = build(learner, case["weights"], case["biases"])
    learner.gradient_check.numerical_gradients(net, case["x"], case["target"])
    _restored(net.parameters(), case)
    seen = learner.gradient_check.numerical_gradients.observed(net, case["x"], case["target"])
    untouched([case["x"], case["target"]], seen.after[1:], ["x", "target"])


def _steep(rng: np.random.Generator) -> dict[str, Any]:
    """Large inputs and small weights: the differences' own error, of order epsilon², shows the default epsilon."""
    x = inputs.signed(rng, 2, 800, 1200)
    weights, biases = [inputs.signed(rng, (2, 2), 3e-4, 1e-3)], [inputs.signed(rng, 2, 0.1, 0.6)]
    return {"weights": weights, "biases": biases, "x": x, "target": inputs.target(rng, weights, biases, x)}


def _restored(parameters: tuple[Any, Any], case: dict[str, Any]) -> None:
    require(
        tolerance.matches(parameters, (case["weights"], case["biases"])),
        "the parameters are not what they were: put each one back before moving the next",
        "parameter-not-restored",
    )


def test_gradient_check(learner: Learner, draw: Draw) -> None:
    """True for right gradients, False for each planted bug, in any layer, weight or bias, of any kind of network."""
    rng = draw.rng
    good = [
        ("none", "pass", sizes, sigmoid) for sizes, sigmoid in (((2, 1), True), ((2, 3, 2), True), ((3, 4, 2), False))
    ]
    bad = [(name, bug, (2, 3, 2), True) for name, bug in planted.BUGS.items()]
    bad += [(name, bug, (2, 3, 2), False) for name, bug in list(planted.BUGS.items())[:4]]
    unusable = [(name, bug, (2, 3, 2), True) for name, bug in planted.UNUSABLE.items()]
    order = rng.permutation(len(good) + len(bad) + len(unusable))
    everything = [*good, *bad, *unusable]
    done: dict[int, Case] = {}
    for index in order:
        name, bug, sizes, sigmoid = everything[index]
        done[int(index)] = _one(learner, rng, name, bug, sizes, sigmoid)
    cases = tuple(done[index] for index in sorted(done))
    if not all(case.ok for case in cases):
        first = next(case for case in cases if not case.ok)
        got = first.got.text if isinstance(first.got, Trouble) else short(first.got)
        raise Wrong(Evidence("", "", cases, summary=f"{first.label}: expected {first.expected}, got {got}"))
    _zeros_agree(learner, rng)
    _tolerance_counts(learner, rng)
    _defaults_count(learner, rng)
    _tolerance_is_no_step(learner, rng)


def _checked(learner: Learner, case: dict[str, Any], bug: str, sigmoid: bool, *options: float) -> tuple[Any, Remote]:
    """What the learner's check says of a network whose backward() has this bug; and the network, afterwards."""
    learner.load("gradient_check")
    gradients = planted.gradients(**case, bug=bug, sigmoid=sigmoid)
    _, got, net = learner.several(
        making(planted.SOURCE, "network", *case.values(), gradients, sigmoid),
        calling("gradient_check", "gradient_check", MADE, case["x"], case["target"], *options),
        reading_parameters(MADE),
    )
    return got, net


def _one(
    learner: Learner,
    rng: np.random.Generator,
    name: str,
    bug: str,
    sizes: tuple[int, ...],
    sigmoid: bool,
) -> Case:
    """One network: what the learner's check says of it, and that it is left as it was."""
    case = inputs.supervised(rng, sizes)
    kind = "" if sigmoid else ", tanh layers"
    expected = name == "none"
    label = f"{inputs.name(sizes)}{kind}, " + ("right gradients" if expected else f"planted bug: {name}")
    shown = {"bug": name, "layer_sizes": list(sizes), "activation": "sigmoid" if sigmoid else "tanh"}
    got: Any
    try:
        got, net = _checked(learner, case, bug, sigmoid)
    except (ImportFailed, WorkerLost):
        raise
    except LearnerError as error:
        if error.trouble.kind == "not_started":
            raise NotStarted(error.trouble) from error
        # Stumbling over gradients that cannot be used is a way of refusing them.
        return Case(label, shown, expected, error.trouble, name in planted.UNUSABLE)
    ok = tolerance.matches(got, expected)
    if ok:
        _restored((net.weights, net.biases), case)
    return Case(label, shown, expected, got, ok)


def _zeros_agree(learner: Learner, rng: np.random.Generator) -> None:
    """An input of zeros: all gradients of the first layer's weights are 0, and so are their differences."""
    case = inputs.supervised(rng, (2, 3, 2))
    zeros = np.zeros(2)
    case.update(x=zeros, target=inputs.target(rng, case["weights"], case["biases"], zeros))
    got, _ = _checked(learner, case, planted.scaled(1.0), True)
    require(
        tolerance.matches(got, True),
        f"x = [0, 0], right gradients, those of the first layer's weights all 0: expected True, got {short(got)}",
        "zero-over-zero",
    )


def _tolerance_counts(learner: Learner, rng: np.random.Generator) -> None:
    """With a tolerance of 10, gradients that are half as large again are within it, by any reading."""
    case = inputs.supervised(rng, (2, 3, 2))
    got, _ = _checked(learner, case, planted.scaled(1.5), True, 1e-5, 10.0)
    require(
        tolerance.matches(got, True),
        f"tolerance 10 and all gradients half as large again: expected True, got {short(got)}; "
        "the argument is not used",
        "tolerance-ignored",
    )


def _tolerance_is_no_step(learner: Learner, rng: np.random.Generator) -> None:
    """A wide tolerance doesn't move anything: where inputs are large, so wide a step would refuse right gradients."""
    case = _in_the_middle(rng, inputs.signed(rng, 2, 300, 400), 0.005)
    got, _ = _checked(learner, case, planted.scaled(1.0), True, 1e-5, 0.3)
    require(
        tolerance.matches(got, True),
        f"x = {np.round(case['x'], 2).tolist()}, right gradients, epsilon 1e-5, tolerance 0.3: "
        f"expected True, got {short(got)}",
        "tolerance-for-epsilon",
    )


def _in_the_middle(rng: np.random.Generator, x: np.ndarray, distance: float) -> dict[str, Any]:
    """A 2→1 network at the middle of its sigmoid, with an output of 0.5 that is `distance` off its target."""
    weights = [inputs.signed(rng, (1, 2), 0.3, 0.6) / np.abs(x)]
    return {"weights": weights, "biases": [-weights[0] @ x], "x": x, "target": np.array([0.5 - distance])}


def _defaults_count(learner: Learner, rng: np.random.Generator) -> None:
    """Errors on either side of the default tolerance by any reading; and differences that are taken closely enough."""
    steep = inputs.signed(rng, 2, 300, 400)
    for x, distance, error, expected, identifier in (
        (inputs.signed(rng, 2, 3, 4), 0.45, 4e-6, True, "default-tolerance"),
        (inputs.signed(rng, 2, 3, 4), 0.45, 8e-5, False, "default-tolerance"),
        (inputs.signed(rng, 2, 3, 4), 0.004, 2e-2, False, "default-tolerance"),
        (steep, 0.005, 0.0, True, "default-epsilon"),
    ):
        # In the middle of the sigmoid the first error of a central difference is known: (x · epsilon)² / 12 of it.
        case = _in_the_middle(rng, x, distance)
        got, _ = _checked(learner, case, planted.scaled(1 + error), True)
        kind = f"all of them {error:g} of their size too large" if error else "right ones"
        require(
            tolerance.matches(got, expected),
            f"2→1, x = {np.round(x, 2).tolist()}, gradients up to {2 * distance * 0.25 * float(np.abs(x).max()):.2g}, "
            f"{kind}, defaults: expected {expected}, got {short(got)}",
            identifier,
        )
