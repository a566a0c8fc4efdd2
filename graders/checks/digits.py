"""The practice project: preparing digits, training on them, measuring the result; and its extensions."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

import reference.digits as truth
from graders.checks import inputs, tolerance
from graders.checks.claims import agree, is_pair, require, untouched
from graders.checks.inputs import Draw
from graders.checks.orders import Order, orders
from graders.checks.runs import Gradients, build
from graders.datasets import digits as datasets
from graders.learner.remote import Learner, Remote
from reference.network import Network

#: Of the real MNIST as many images are used as keep this section under 20 seconds.
MAX_IMAGES = 10_000
#: Seconds that a full training may take by the pace of PROBE examples; beyond it, SLOW_EXAMPLES must do.
PATIENCE = 100.0
PROBE = 40
SLOW_EXAMPLES = 300


def test_one_hot(learner: Learner, draw: Draw) -> None:
    """Row i has a 1 at labels[i] and 0 elsewhere."""
    rng = draw.rng
    cases = [
        ("one label", {"labels": np.array([1]), "n_classes": 3}),
        ("first and last class", {"labels": np.array([0, 4]), "n_classes": 5}),
        ("twelve labels", {"labels": rng.integers(0, 5, 12), "n_classes": 5}),
        ("labels of one byte, ten classes", {"labels": rng.integers(0, 10, 9).astype(np.uint8), "n_classes": 10}),
    ]
    agree(learner.digits.one_hot, truth.one_hot, cases)


def _images(rng: np.random.Generator, n: int, highest: int, brightest: int = 255) -> dict[str, np.ndarray]:
    """Images of 28×28 bytes with all labels up to `highest`, in no order."""
    labels = rng.permutation(np.resize(np.arange(highest + 1), n)).astype(np.uint8)
    return {"images": rng.integers(0, brightest + 1, (n, 28, 28), dtype=np.uint8), "labels": labels}


def _mixed(rng: np.random.Generator, classes: int, brightest: int = 255) -> dict[str, np.ndarray]:
    """Five images, few enough for the diagnosis: three digits below `classes`, `classes` itself and a larger one."""
    others = rng.permutation([classes, rng.choice(np.arange(classes + 1, 10))])
    wanted = rng.choice(classes, 3, replace=False)
    labels = np.array([others[0], *rng.permutation([others[1], *wanted])], dtype=np.uint8)
    brightness = np.linspace(1, 0.4, 5)[:, None, None]  # each image has a brightest pixel of its own
    images = rng.integers(0, brightest + 1, (5, 28, 28)) * brightness
    return {"images": images.astype(np.uint8), "labels": labels}


def test_prepare(learner: Learner, draw: Draw) -> None:
    """labels < 5, rows of 784 numbers in [0, 1], one-hot targets, the first 80 % for training, order kept."""
    rng = draw.rng
    cases: list[tuple[str, dict[str, Any]]] = [
        ("5 images, all kept", _images(rng, 5, 4)),
        ("5 images, 3 kept", _mixed(rng, 5)),
        ("0.6 of the 3 that are kept train", {**_mixed(rng, 5), "train_fraction": 0.6}),
        ("dark images, no pixel above 180", _mixed(rng, 5, 180)),
        ("20 images, digits 0 to 9", _images(rng, 20, 9)),
        ("half of 14 train", {**_images(rng, 14, 9), "train_fraction": 0.5}),
    ]
    agree(learner.digits.prepare, truth.prepare, cases)
    case = cases[-2][1]
    seen = learner.digits.prepare.observed(case["images"], case["labels"])
    untouched(case.values(), seen.after, case)


def test_ten_classes(learner: Learner, draw: Draw) -> None:
    """The same for 10 classes, and for 3."""
    rng = draw.rng
    cases = [
        ("5 images, ten classes", {**_mixed(rng, 5), "n_classes": 10}),
        ("5 images, three classes", {**_mixed(rng, 3), "n_classes": 3, "train_fraction": 0.75}),
        ("ten classes", {**_images(rng, 25, 9), "n_classes": 10}),
        # 3.6 of 9: cut, rounded, the usual 0.8 and the share of all are four different numbers
        ("three classes", {**_images(rng, 24, 9), "n_classes": 3, "train_fraction": 0.4}),
    ]
    agree(learner.digits.prepare, truth.prepare, cases)


def _classified(
    rng: np.random.Generator, sizes: tuple[int, ...], n: int, right: int, first: bool | None = None
) -> dict[str, Any]:
    """A network, examples, and labels of which `right` are what the network predicts.

    `first`: the first one is among these and the last one isn't; False is the other way round, None leaves it to
    chance.
    """
    weights, biases = inputs.parameters(rng, sizes)
    net = inputs.network(weights, biases)
    X: list[np.ndarray] = []
    predicted: list[int] = []
    while len(X) < n:
        x = inputs.example(rng, sizes[0])
        outputs = np.sort(net.forward(x))
        if outputs[-1] - outputs[-2] > 1e-3:  # no ties, whatever the rounding
            X.append(x)
            predicted.append(int(np.argmax(net.forward(x))))
    labels = np.array(predicted)
    order = rng.permutation(n)
    if first is not None:
        ends = (0, n - 1) if first else (n - 1, 0)
        order = np.array([ends[0], *order[(order > 0) & (order < n - 1)], ends[1]])
    wrong = order[right:]
    labels[wrong] = (labels[wrong] + rng.integers(1, sizes[-1], len(wrong))) % sizes[-1]
    return {"weights": weights, "biases": biases, "X": np.array(X), "labels": labels}


def _many(rng: np.random.Generator, n: int) -> dict[str, Any]:
    """The same few examples again and again, more often with a label that is predicted among the first half."""
    few = _classified(rng, (3, 3), 12, 12)
    chosen = rng.integers(0, 12, n)
    wrong = rng.random(n) > np.where(np.arange(n) < n // 2, 0.8, 0.3)
    return {**few, "X": few["X"][chosen], "labels": (few["labels"][chosen] + wrong) % 3}


def test_accuracy(learner: Learner, draw: Draw) -> None:
    """Right predictions divided by all, where the prediction is the index of the largest output."""
    rng = draw.rng

    def run(weights: list[np.ndarray], biases: list[np.ndarray], X: np.ndarray, labels: np.ndarray) -> Any:
        return learner.digits.accuracy(build(learner, weights, biases), X, labels)

    def expected(weights: list[np.ndarray], biases: list[np.ndarray], X: np.ndarray, labels: np.ndarray) -> float:
        return truth.accuracy(inputs.network(weights, biases), X, labels)

    cases = [
        ("one example, right", _classified(rng, (3, 2), 1, 1)),
        ("none right", _classified(rng, (3, 4), 4, 0)),
        ("3 of 4 right", _classified(rng, (5, 3), 4, 3, first=True)),
        ("5 of 8 right, not the first", _classified(rng, (4, 6, 5), 8, 5, first=False)),
        ("all right", _classified(rng, (4, 6, 5), 5, 5)),
        ("31 of 45 right", _classified(rng, (4, 6, 5), 45, 31)),
        ("600, more of the first ones right", _many(rng, 600)),
    ]
    agree(run, expected, cases)


def test_misclassified(learner: Learner, draw: Draw) -> None:
    """The increasing indices of the rows whose prediction is not their label."""
    rng = draw.rng

    def run(weights: list[np.ndarray], biases: list[np.ndarray], X: np.ndarray, labels: np.ndarray) -> Any:
        got = learner.digits.misclassified(build(learner, weights, biases), X, labels)
        if not isinstance(got, (list, tuple, np.ndarray)) or not len(got):
            return got  # nothing misclassified: an empty array has no dtype that means anything
        return got if np.asarray(got).dtype.kind in "iu" else {"not integers": got}

    def expected(weights: list[np.ndarray], biases: list[np.ndarray], X: np.ndarray, labels: np.ndarray) -> np.ndarray:
        return truth.misclassified(inputs.network(weights, biases), X, labels)

    cases = [
        ("one wrong of 4", _classified(rng, (3, 3), 4, 3)),
        ("4 wrong of 9", _classified(rng, (4, 6, 5), 9, 5)),
        ("none wrong of 5", _classified(rng, (4, 3), 5, 5)),
        ("all wrong of 3", _classified(rng, (4, 3), 3, 0)),
        ("17 wrong of 40", _classified(rng, (4, 6, 5), 40, 23)),
    ]
    agree(run, expected, cases)


def expected_training(**arguments: Any) -> dict[str, Any]:
    """The reference's network and losses, as data."""
    net, losses = truth.train_digits(**arguments)
    return {"weights": net.weights, "biases": net.biases, "losses": np.asarray(losses)}


def test_train_digits(learner: Learner, draw: Draw) -> None:
    """n_in→64→n_classes from the seed, where the outcome does not depend on the order of the examples."""
    rng = draw.rng

    def run(**arguments: Any) -> Any:
        result = learner.digits.train_digits(**arguments)
        if not is_pair(result) or not isinstance(result[0], Remote):
            return result
        net, losses = result
        weights, biases = net.parameters()
        return {"weights": weights, "biases": biases, "losses": losses}

    def data(n: int, n_in: int = 784, classes: int = 5) -> dict[str, np.ndarray]:
        X = rng.uniform(0, 1, (n, n_in)) * (rng.uniform(0, 1, (n, n_in)) < (0.2 if n_in == 784 else 0.7))
        return {"X_train": X, "y_train": np.eye(classes)[rng.permutation(np.resize(np.arange(classes), n))]}

    cases = [
        ("one epoch, one batch", {**data(4), "epochs": 1, "learning_rate": 0.7, "batch_size": 4}),
        ("rate, batch size and seed left out", {**data(5, 40), "epochs": 2}),
        ("three epochs, one batch", {**data(3, 25), "epochs": 3, "learning_rate": 1.0, "batch_size": 16, "seed": 42}),
        (
            "two epochs, another seed",
            {**data(5, 30), "epochs": 2, "learning_rate": 0.3, "batch_size": 5, "seed": int(rng.integers(100, 1000))},
        ),
    ]
    # Batches of examples that all are the same: the batch size must arrive, whatever the order. More than 32 of them
    # tell a batch_size that is left out (32 again) from an epoch that ends with its first batch.
    same = {"X_train": np.repeat(data(1, 20)["X_train"], 4, axis=0), "y_train": np.repeat(np.eye(5)[[2]], 4, axis=0)}
    many = {name: np.repeat(rows, 40, axis=0) for name, rows in data(1, 12, 3).items()}
    cases += [
        ("12 inputs, 3 classes", {**data(6, 12, 3), "epochs": 2, "learning_rate": 0.8, "batch_size": 6}),
        ("four identical examples, batch_size 1", {**same, "epochs": 2, "learning_rate": 0.5, "batch_size": 1}),
        ("forty identical examples, batch_size 16", {**many, "epochs": 2, "learning_rate": 0.6, "batch_size": 16}),
    ]
    agree(run, expected_training, cases, tolerance.training)
    _default_batches(run, {name: np.repeat(rows[:1], 33, axis=0) for name, rows in same.items()})
    _dealt_anew(run, rng.uniform(0, 1, (3, 6)), int(rng.integers(100, 1000)))


def _default_batches(run: Callable[..., Any], same: dict[str, np.ndarray]) -> None:
    """One example more than the default batch takes, all alike: how the loss is made up shows 31 as well as 33."""
    got = run(**same, epochs=1)
    if tolerance.matches(got, expected_training(**same, epochs=1), tolerance.training):
        return
    agree(run, expected_training, [("33 identical examples", {**same, "epochs": 1, "batch_size": 32})])
    sizes = (n for n in range(1, 34) if tolerance.matches(got, expected_training(**same, epochs=1, batch_size=n)))
    fits = next(sizes, None)
    require(
        False,
        "33 identical examples, batch_size left out: the losses and the parameters are not those of batches of 32",
        *([] if fits is None else ["default-batch-size"]),
        instead=fits,
    )


def _dealt_anew(run: Callable[..., Any], X: np.ndarray, seed: int) -> None:
    """Twelve epochs don't all take three examples in one order: by chance that happens once in 360 million times."""
    y, rate = np.eye(3), 2.0
    got = run(X_train=X, y_train=y, epochs=12, learning_rate=rate, batch_size=1, seed=seed)
    losses = tolerance.numbers(got["losses"]) if isinstance(got, dict) else None
    if losses is None or losses.shape != (12,):
        return  # that the losses are of another form is for the cases before to say
    net = Network([X.shape[1], 64, 3], seed=seed)
    seen: list[Order] = []
    for order in orders(net, X, y, rate, losses.tolist()):
        if seen and order != seen[0]:
            return
        seen.append(order)
    require(
        len(seen) < len(losses),
        f"twelve epochs of three examples, one in a batch: always in the order {seen[:1]}",
        "never-shuffled" if seen[:1] == [(0, 1, 2)] else "same-order-every-epoch",
    )


def test_digits_accuracy(learner: Learner, draw: Draw) -> None:
    """Trained with its defaults on real digits 0 to 4, more than 80 % of those held out are recognised.

    Their pixels and their classes are put in an order that is drawn: to learn it is as easy, but weights that were
    brought along recognise nothing.
    """
    data = datasets.load(limit=MAX_IMAGES)
    X_train, y_train, _, X_test, _, labels_test = truth.prepare(data.images, data.labels)
    pixels, classes = draw.rng.permutation(X_train.shape[1]), draw.rng.permutation(y_train.shape[1])
    X_train, X_test = X_train[:, pixels], X_test[:, pixels]
    y_train, labels_test = y_train[:, classes], np.argsort(classes)[labels_test]
    start = time.monotonic()
    learner.digits.train_digits(X_train[:PROBE], y_train[:PROBE], epochs=1)
    if (time.monotonic() - start) / PROBE * len(X_train) * 15 > PATIENCE:
        # Right but slow code (loops in Python) gets fewer digits, not a timeout.
        X_train, y_train = X_train[:SLOW_EXAMPLES], y_train[:SLOW_EXAMPLES]
    result = learner.digits.train_digits(X_train, y_train)
    require(
        is_pair(result) and isinstance(result[0], Remote),
        "train_digits must return (net, losses)",
        "wrong-return",
    )
    net, losses = result
    record = tolerance.numbers(losses)
    weights, biases = net.parameters()
    trained = [[tolerance.numbers(p) for p in part] for part in (weights, biases)]
    shapes = [[None if p is None else p.shape for p in part] for part in trained]
    require(
        shapes == [[(64, 784), (5, 64)], [(64,), (5,)]],
        "the returned network must have 784 inputs, 64 hidden units and 5 outputs",
        "wrong-architecture",
    )
    mine = inputs.network([p for p in trained[0] if p is not None], [p for p in trained[1] if p is not None])
    reached = truth.accuracy(mine, X_test, labels_test)
    require(
        reached > 0.8,
        f"{100 * reached:.1f} % of {len(X_test)} held-out digits ({data.title}) are recognised; "
        "more than 80 % are wanted",
        "accuracy-too-low",
        accuracy=round(100 * reached, 1),
    )
    require(
        record is not None and record.shape == (15,) and bool(np.all(np.isfinite(record))),
        "with its defaults train_digits must record 15 losses, one an epoch",
        "losses-wrong-length",
    )
    assert record is not None
    require(
        float(record[-1]) < 0.5 * float(record[0]),
        f"the recorded losses do not fall: {record[0]:.4f} in the first epoch, {record[-1]:.4f} in the last",
        "losses-of-another-network",
    )


def test_decayed_rate(learner: Learner, draw: Draw) -> None:
    """rate / (1 + decay · epoch)."""
    rng = draw.rng
    cases = [
        ("epoch 0", {"learning_rate": 0.5, "epoch": 0, "decay": 0.1}),
        ("epoch 1", {"learning_rate": 0.5, "epoch": 1, "decay": 0.1}),
        ("no decay", {"learning_rate": 0.7, "epoch": 9, "decay": 0.0}),
        ("epoch 1999", {"learning_rate": 0.001, "epoch": 1999, "decay": 1.0}),
    ]
    for _ in range(3):
        rate, decay, epoch = float(rng.uniform(0.1, 2)), float(rng.uniform(0.01, 1)), int(rng.integers(2, 30))
        cases.append((f"epoch {epoch}", {"learning_rate": rate, "epoch": epoch, "decay": decay}))
    agree(learner.digits.decayed_rate, truth.decayed_rate, cases)


def test_cross_entropy_backward(learner: Learner, draw: Draw) -> None:
    """The gradient of cross_entropy_loss: (a − t) / n at the output, the chain rule behind it."""
    rng = draw.rng

    def run(weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray, target: np.ndarray) -> Any:
        sizes = [weights[0].shape[1], *(len(b) for b in biases)]
        net = learner.digits.CrossEntropyNetwork(sizes).put(weights, biases)
        net.forward(x)
        return net.backward(target)

    def expected(weights: list[np.ndarray], biases: list[np.ndarray], x: np.ndarray, target: np.ndarray) -> Gradients:
        net = truth.CrossEntropyNetwork([weights[0].shape[1], *(len(b) for b in biases)])
        net.set_weights((weights, biases))
        net.forward(x)
        return net.backward(target)

    cases = []
    for sizes in ((1, 1), (2, 1), (2, 2, 1), (1, 2), (3, 4, 2), (3, 5, 4, 3)):
        weights, biases = inputs.parameters(rng, sizes)
        targets = rng.integers(0, 2, sizes[-1]).astype(float)
        if len(targets) > 1:  # a one that isn't the first: its place, taken for the target, is not 0
            targets[:2] = 0.0, 1.0
        case = {"weights": weights, "biases": biases, "x": inputs.example(rng, sizes[0]), "target": targets}
        cases.append((inputs.name(sizes), case))
    agree(run, expected, cases, tolerance.gradients)
