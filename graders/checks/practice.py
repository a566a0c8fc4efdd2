"""Section 4: splitting, fitting, overfitting, and the picture of the two losses."""

from __future__ import annotations

from typing import Any

import numpy as np

import reference.practice as truth
from graders.checks import figures, inputs, tolerance
from graders.checks.claims import agree, is_pair, require, untouched
from graders.checks.inputs import Draw
from graders.checks.runs import build
from graders.learner.process import LearnerError
from graders.learner.remote import Learner


def test_split(learner: Learner, draw: Draw) -> None:
    """X[:n], y[:n], X[n:], y[n:], in order, for targets of one or two dimensions."""
    rng = draw.rng
    cases = [
        ("5 rows, 3 train", {"X": rng.normal(size=(5, 2)), "y": rng.normal(size=(5, 1)), "n_train": 3}),
        ("30 rows, 20 train", {"X": rng.normal(size=(30, 1)), "y": rng.normal(size=(30, 1)), "n_train": 20}),
        ("flat targets", {"X": rng.normal(size=(7, 3)), "y": rng.normal(size=7), "n_train": 6}),
        ("more to test than to train", {"X": rng.normal(size=(11, 2)), "y": rng.normal(size=(11, 1)), "n_train": 3}),
    ]
    agree(learner.practice.split, truth.split, cases)
    X, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 1))
    untouched([X, y], learner.practice.split.observed(X, y, 3).after, ["X", "y"])
    _all_train(learner, X, y)


def _all_train(learner: Learner, X: np.ndarray, y: np.ndarray) -> None:
    """Where all rows train, none are left to test; an exception is another way to say so."""
    try:
        result = learner.practice.split(X, y, len(X))
    except LearnerError as error:
        if error.trouble.kind != "exception":
            raise
        return
    rows = [tolerance.numbers(part) for part in result] if isinstance(result, (list, tuple)) else []
    sizes = [None if part is None else len(part) for part in rows]
    require(
        sizes == [len(X), len(y), 0, 0],
        f"n_train = {len(X)} of {len(X)} rows: expected {len(X)} to train and none to test, got {sizes} rows",
        "all-rows-test",
    )


def expected_fit(weights: list[np.ndarray], biases: list[np.ndarray], **arguments: Any) -> dict[str, Any]:
    """The reference's losses and final parameters."""
    net = inputs.network(weights, biases)
    train_losses, test_losses = truth.fit(net, **arguments)
    return {
        "train_losses": np.asarray(train_losses),
        "test_losses": np.asarray(test_losses),
        "weights": net.weights,
        "biases": net.biases,
    }


def test_fit(learner: Learner, draw: Draw) -> None:
    """One train_step per training example, in order; then the average loss over each set."""
    rng = draw.rng

    def run(weights: list[np.ndarray], biases: list[np.ndarray], **arguments: Any) -> Any:
        net = build(learner, weights, biases)
        result = learner.practice.fit(net, **arguments)
        if not is_pair(result):
            return result
        weights, biases = net.parameters()
        return {"train_losses": result[0], "test_losses": result[1], "weights": weights, "biases": biases}

    cases: list[tuple[str, dict[str, Any]]] = []
    for sizes, n_train, n_test, epochs in (
        ((1, 1), 1, 1, 1),
        ((1, 2, 1), 3, 2, 1),
        ((2, 2, 1), 5, 2, 1),
        ((1, 3, 1), 4, 3, 3),
        ((2, 3, 2), 5, 2, 4),
    ):
        weights, biases = inputs.parameters(rng, sizes)
        X = np.array([inputs.example(rng, sizes[0]) for _ in range(n_train + n_test)])
        y = np.array([inputs.target(rng, weights, biases, x) for x in X])
        cases.append(
            (
                f"{inputs.name(sizes)}, {n_train} training and {n_test} test examples, {epochs} epochs",
                {
                    "weights": weights,
                    "biases": biases,
                    "X_train": X[:n_train],
                    "y_train": y[:n_train],
                    "X_test": X[n_train:],
                    "y_test": y[n_train:],
                    "epochs": epochs,
                    "learning_rate": float(rng.uniform(0.3, 1.5)),
                },
            )
        )
    cases.append(("1→3→1, a test row that contradicts the training row: its loss rises", _contradicting(cases[3][1])))
    agree(run, expected_fit, cases)
    case = dict(cases[3][1])
    net = build(learner, case.pop("weights"), case.pop("biases"))
    seen = learner.practice.fit.observed(net, *case.values())
    untouched(list(case.values())[:4], seen.after[1:5], list(case)[:4])


def _contradicting(case: dict[str, Any]) -> dict[str, Any]:
    """One row to train on, and the same one to test, with its target mirrored at the first prediction."""
    X, y = case["X_train"][:1], case["y_train"][:1]
    prediction = inputs.network(case["weights"], case["biases"]).forward(X[0])
    test = {"X_test": X, "y_test": np.clip(2 * prediction - y, 0.02, 0.98)}
    return {**case, "X_train": X, "y_train": y, **test, "epochs": 4}


def test_overfitting(learner: Learner, draw: Draw) -> None:
    """test / train > 3."""
    rng = draw.rng
    pairs = [(0.1, 0.1), (0.01, 0.05), (0.05, 0.01), (0.1, 0.29), (0.1, 0.31), (0.3, 0.05), (0.002, 0.009), (1.0, 3.5)]
    pairs += [(0.001, 0.03), (0.02, 1.5)]
    # Between any two usual limits, so that a wrong one can be told from its neighbours.
    pairs += [(0.1, 0.1 * ratio) for ratio in (1.05, 1.2, 1.7, 2.2, 2.7, 3.4, 3.7, 4.5, 7.0, 14.0)]
    pairs += [
        (float(a), float(a * ratio)) for a, ratio in zip(rng.uniform(0.001, 1, 4), (0.3, 2.8, 3.2, 9.0), strict=True)
    ]
    pairs += [(1.0, 3.0), (0.5, 2.0)]  # the limit itself, and 4, without rounding however they are compared
    cases = [
        (f"training {train:.3g}, test {test:.3g}", {"train_loss": train, "test_loss": test}) for train, test in pairs
    ]
    agree(learner.practice.overfitting, truth.overfitting, cases)


def test_loss_curve(learner: Learner, draw: Draw) -> None:
    """Both losses as they are, both axes named, a legend that tells them apart."""
    train, test = _curves(draw)
    figure = learner.practice.plot_loss_curve(train, test)
    require(figures.is_figure(figure), "plot_loss_curve must return the figure", "no-figure")
    for name, losses in (("training", train), ("test", test)):
        require(
            bool(figures.lines_with(figure, np.array(losses))),
            f"no line shows the {name} losses as they are",
            "line-missing",
            *([] if figures.has_axis_labels(figure) else ["axis-labels-missing"]),
            losses=name,
            figure=figure,
            values=losses,
            curves=[train, test],
        )
    texts = {text for shown in figures.axes(figure) for text in figures.legend(figure, shown)}
    labels = figures.line_labels(figure, train), figures.line_labels(figure, test)
    said: dict[str, str] = {}
    if not figures.has_axis_labels(figure):
        said["axis-labels-missing"] = "the axes have no names (xlabel, ylabel)"
    if len(texts) < 2:
        said[_without_legend({text.lower() for text in texts}, labels)] = (
            "two curves and no legend that tells them apart: label both lines and show the legend"
        )
    elif _exchanged(*labels):
        said["labels-exchanged"] = (
            "the curve of the training losses is called test, and that of the test losses training"
        )
    require(not said, "; ".join(said.values()), *said)


def _without_legend(texts: set[str], labels: tuple[list[str], list[str]]) -> str:
    """What is missing where a legend doesn't name both curves: a label of its own for each, or the legend itself."""
    if texts:
        return "labels-alike" if set(labels[0]) == set(labels[1]) == texts else "legend-incomplete"
    # matplotlib gives a line without a label one that starts with an underscore, which no legend shows.
    named = [label for label in (*labels[0], *labels[1]) if label and not label.startswith("_")]
    return "legend-missing" if named else "curves-without-labels"


def _exchanged(train: list[str], test: list[str]) -> bool:
    """Whether all labels of the one curve speak of the other only, and those of the other of this one."""
    return (
        bool(train and test)
        and all("test" in label and "train" not in label for label in train)
        and all("train" in label and "test" not in label for label in test)
    )


def test_training_curve(learner: Learner, draw: Draw) -> None:
    """One curve, named axes; no test losses, and none invented."""
    train, test = _curves(draw)
    figure = learner.practice.plot_loss_curve(train)
    require(figures.is_figure(figure), "plot_loss_curve must return the figure", "no-figure")
    require(
        bool(figures.lines_with(figure, np.array(train))),
        "no line shows the training losses as they are",
        "line-missing",
        *([] if figures.has_axis_labels(figure) else ["axis-labels-missing"]),
        losses="training",
        figure=figure,
        values=train,
    )
    require(figures.has_axis_labels(figure), "the axes have no names (xlabel, ylabel)", "axis-labels-missing")
    again = learner.practice.plot_loss_curve(test)
    require(
        figures.is_figure(again) and not figures.lines_with(again, np.array(train)),
        "a second call draws the first call's curve again; make a new figure each time",
        "figure-reused",
    )


def _curves(draw: Draw) -> tuple[list[float], list[float]]:
    rng = draw.rng
    fall = np.linspace(0, 3, 15)
    train = (0.25 * np.exp(-fall) + rng.uniform(0, 0.01, 15)).tolist()
    test = (0.25 * np.exp(-fall / 2) + rng.uniform(0.02, 0.04, 15)).tolist()
    return train, test
