"""Section 1: the losses, compared with the reference on values drawn anew in every run."""

from __future__ import annotations

import numpy as np

import reference.losses as truth
from graders.checks.claims import Within, Wrong, agree, better_seen, require, short, untouched
from graders.checks.inputs import Draw
from graders.checks.tolerance import numbers
from graders.learner.remote import Function, Learner

SHAPES: tuple[tuple[int, ...], ...] = ((1,), (2,), (5,), (2, 3))


#: So far at most may a probability be kept from 0: by clipping, or by adding this much to it.
MARGIN = 1e-7


def continuous(draw: Draw) -> list[tuple[str, dict[str, np.ndarray]]]:
    """Predictions and targets of any size, for a regression; targets may be whole numbers."""
    rng = draw.rng
    whole = {"predictions": rng.normal(0, 2, 4), "targets": rng.integers(-3, 4, 4)}
    cases = [
        (f"shape {shape}", {"predictions": rng.normal(0, 2, shape), "targets": rng.normal(0, 2, shape)})
        for shape in SHAPES
    ]
    return [*cases, ("integer targets", whole)]


def probabilities(draw: Draw) -> list[tuple[str, dict[str, np.ndarray]]]:
    """Predictions in (0, 1), targets 0 or 1: each alone first, then mixed."""
    rng = draw.rng
    cases = [
        ("target 1", {"predictions": rng.uniform(0.05, 0.4, 1), "targets": np.array([1.0])}),
        ("target 0", {"predictions": rng.uniform(0.6, 0.95, 1), "targets": np.array([0.0])}),
    ]
    for shape in ((2,), (5,), (2, 3)):
        targets = np.zeros(shape)
        targets.flat[::2] = 1.0
        cases.append((f"shape {shape}", {"predictions": rng.uniform(0.02, 0.98, shape), "targets": targets}))
    whole = np.array([1, 0, 0, 1])
    cases.append(("integer targets", {"predictions": rng.uniform(0.02, 0.98, 4), "targets": whole}))
    return cases


def _given(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The probability that was given to the truth, of which the logarithm is taken."""
    return np.where(np.asarray(targets) == 1, predictions, 1 - np.asarray(predictions))


def cross_entropy(predictions: np.ndarray, targets: np.ndarray) -> Within:
    """The loss; smaller by so much where MARGIN is added inside the logarithms."""
    slack = np.mean(MARGIN / _given(predictions, targets))
    return Within(truth.cross_entropy_loss(predictions, targets), slack)


def cross_entropy_slope(predictions: np.ndarray, targets: np.ndarray) -> Within:
    """Its gradient; another by so much where MARGIN is added to p and 1 − p, or to their product."""
    given = _given(predictions, targets)
    slack = MARGIN / (given**2 * (1 - given)) / given.size
    return Within(truth.cross_entropy_gradient(predictions, targets), slack)


def table(predictions: np.ndarray, target: float) -> Within:
    """The table; its cross-entropies may be those of a loss that adds MARGIN."""
    right = truth.loss_table(predictions, target)
    slack = np.zeros_like(right)
    slack[:, 2] = MARGIN / _given(predictions, np.asarray(target))
    slack[:, 3] = slack[:, 2] / right[:, 1]
    return Within(right, slack)


def test_mse_loss(learner: Learner, draw: Draw) -> None:
    """mse_loss(p, t) = mean((p − t)²), for any equal shapes, and leaves p and t alone."""
    cases = continuous(draw)
    agree(learner.losses.mse_loss, truth.mse_loss, cases)
    last = cases[2][1]
    seen = learner.losses.mse_loss.observed(last["predictions"], last["targets"])
    untouched(last.values(), seen.after, last)


def test_mse_gradient(learner: Learner, draw: Draw) -> None:
    """mse_gradient(p, t) = 2 (p − t) / n, of p's shape."""
    cases = continuous(draw)
    agree(learner.losses.mse_gradient, truth.mse_gradient, cases)
    last = cases[2][1]
    seen = learner.losses.mse_gradient.observed(last["predictions"], last["targets"])
    untouched(last.values(), seen.after, last)


def test_cross_entropy_loss(learner: Learner, draw: Draw) -> None:
    """cross_entropy_loss(p, t) = −mean(t log p + (1 − t) log(1 − p)), also close to 0 and 1."""
    cases = probabilities(draw)
    near = np.array([1e-6, 1 - 1e-6, 2e-5, 1 - 3e-4])
    cases.append(("predictions near 0 and 1", {"predictions": near, "targets": np.array([1.0, 0.0, 0.0, 1.0])}))
    agree(learner.losses.cross_entropy_loss, cross_entropy, cases)
    # With a 0 and a 1 among them, so that clipping in place shows.
    ends = {"predictions": np.array([0.0, 0.3, 1.0]), "targets": np.array([1.0, 0.0, 0.0])}
    seen = learner.losses.cross_entropy_loss.observed(*ends.values())
    untouched(ends.values(), seen.after, ends)


def test_cross_entropy_ends(learner: Learner, draw: Draw) -> None:
    """At 0 and 1 the loss is finite, about 0 where the prediction is right, and at least 15 where it is wrong."""
    loss = learner.losses.cross_entropy_loss
    try:
        _at_the_ends(loss)
    except Wrong as at_the_ends:
        raise better_seen(at_the_ends, loss, cross_entropy, probabilities(draw)) from None


def _at_the_ends(loss: Function) -> None:
    at_zero = float("nan")
    for prediction, target, wrong in ((0.0, 1.0, True), (1.0, 0.0, True), (0.0, 0.0, False), (1.0, 1.0, False)):
        got = numbers(loss(np.array([prediction]), np.array([target])))
        value = got.item() if got is not None and got.size == 1 else float("nan")
        seen = {"prediction": prediction, "target": target, "got": value}
        if prediction == 1.0:
            seen["eps"] = float(np.exp(-at_zero))
        case = f"prediction {prediction:g}, target {target:g}"
        summary = f"{case}: expected a finite number, got {value:g}"
        if not np.isfinite(value) and prediction == 0.0:
            other = numbers(loss(np.array([1.0]), np.array([0.0])))
            seen["right_at_one"] = other is not None and bool(np.isfinite(other).all())
        require(bool(np.isfinite(value)), summary, "no-clipping", stops=True, **seen)
        if prediction == 0.0 and wrong:
            at_zero = value
        if wrong:
            summary = f"{case}: expected a loss of at least 15, got {value:g}"
            require(value >= 15, summary, "clip-too-coarse", **seen)
        else:
            require(abs(value) < 1e-6, f"{case}: expected a loss of about 0, got {value:g}", **seen)
    both = numbers(loss(np.array([0.0, 1.0]), np.array([1.0, 0.0])))
    value = float(both) if both is not None and both.ndim == 0 else float("nan")
    require(
        bool(np.isfinite(value)) and value >= 15,
        f"predictions 0 and 1, targets 1 and 0: expected a finite number of at least 15, got {value:g}",
        "two-infinities",
    )
    # Among others, an exact prediction counts like any other: it neither spoils the mean nor drops out of it.
    predictions, targets = np.array([0.0, 0.3, 1.0, 0.4]), np.array([0.0, 1.0, 1.0, 0.0])
    expected = truth.cross_entropy_loss(predictions, targets)
    got = numbers(loss(predictions, targets))
    value = float(got) if got is not None and got.ndim == 0 else float("nan")
    require(
        abs(value - expected) < 1e-6,
        f"predictions {predictions.tolist()}, targets {targets.tolist()}: expected {expected:.6g}, got {value:.6g}",
        "exact-prediction-spoils-mean",
        got=value,
        expected=expected,
    )


def test_cross_entropy_gradient(learner: Learner, draw: Draw) -> None:
    """cross_entropy_gradient(p, t) = (−t/p + (1 − t)/(1 − p)) / n, and finite at 0 and 1."""
    gradient = learner.losses.cross_entropy_gradient
    agree(gradient, cross_entropy_slope, probabilities(draw))
    ends = {"predictions": np.array([0.0, 1.0, 0.0, 1.0]), "targets": np.array([1.0, 0.0, 0.0, 1.0])}
    got = numbers(gradient(**ends))
    require(
        got is not None and got.shape == (4,) and bool(np.all(np.isfinite(got))),
        f"predictions of 0 and 1: expected finite numbers, got {short(got)}",
        "no-clipping",
        **_finite_end(got),
    )
    untouched(ends.values(), gradient.observed(*ends.values()).after, ends)


def _finite_end(got: np.ndarray | None) -> dict[str, float | bool]:
    """Which of the two ends a gradient is finite at, for the predictions 0, 1, 0, 1; and how it was kept from 0."""
    if got is None or got.shape != (4,):
        return {}
    at_zero, at_one = (bool(np.isfinite(got[end::2]).all()) for end in (0, 1))
    if at_zero:
        return {"prediction": 1.0, "eps": float(1 / max(abs(4 * got[0]), 1e-300))}
    return {"right_at_one": at_one}


def _unsorted(values: np.ndarray) -> np.ndarray:
    """The same values, neither rising nor falling: a table keeps the order that it is given."""
    return np.roll(np.sort(values), 1)


def test_loss_table(learner: Learner, draw: Draw) -> None:
    """Columns: prediction, squared error, cross-entropy, ratio; the ratio of a perfect prediction is not graded."""
    rng = draw.rng
    cases = [
        (f"target {target}, {k} predictions", {"predictions": _unsorted(rng.uniform(0.02, 0.98, k)), "target": target})
        for target in (1.0, 0.0)
        for k in (1, 4)
    ]
    twice = rng.uniform(0.02, 0.98, 2)[[0, 1, 0]]
    cases.append(("one prediction twice", {"predictions": twice, "target": 1.0}))
    cases.append(("integer target", {"predictions": rng.uniform(0.02, 0.98, 3), "target": 1}))
    agree(learner.losses.loss_table, table, cases)
    ends = np.array([0.0, 0.4, 1.0])  # so that clipping in place shows
    untouched([ends], learner.losses.loss_table.observed(ends, 0.0).after, ["predictions"])
    perfect = numbers(learner.losses.loss_table(np.array([0.5, 1.0]), 1.0))
    expected = truth.loss_table(np.array([0.5, 1.0]), 1.0)
    require(
        perfect is not None
        and perfect.shape == (2, 4)
        and bool(np.allclose(perfect[0], expected[0], rtol=1e-6))
        and bool(np.allclose(perfect[1, :3], [1.0, 0.0, 0.0], atol=1e-6)),
        f"a perfect prediction in the table: expected a row 1, 0, 0, and any ratio, got {perfect}",
        "perfect-prediction-breaks-table",
    )
