"""Generic inputs for every function that has models: for the list of mistakes, and for the test that tells them apart.

They are of the same kinds as the inputs of the checks (small shapes and larger ones, targets of both values,
numbers that hide nothing), drawn from a fixed seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from . import models  # noqa: F401  (fills RECIPES)
from .evidence import Case, Evidence, Trouble
from .maths import forward
from .models.gradient_check import BUGS
from .recipe import RECIPES, UNKNOWN, Mistake, OneOf

Inputs = dict[str, Any]


def inputs_for(subject: str, seed: int = 7) -> list[tuple[str, Inputs]]:
    """(label, inputs) for a function, the smallest first; [] where it has no models."""
    make = MAKERS.get(subject)
    return make(np.random.default_rng(seed)) if make else []


def evidence_for(subject: str, mistakes: tuple[Mistake, ...], seed: int = 7, choice: int = 0) -> Evidence:
    """What a check would hand over if the learner made these mistakes. Cases that a model can't know are left out."""
    recipe = RECIPES[subject]
    cases = []
    for label, inputs in inputs_for(subject, seed):
        right = first(recipe.value(inputs), 0)
        got: Any
        try:
            value = recipe.value(inputs, mistakes)
        except Exception as error:  # as a learner's code would
            got = Trouble("exception", f"{type(error).__name__}: {error}")
        else:
            if value is UNKNOWN or right is UNKNOWN:
                continue
            got = first(value, choice)
        cases.append(Case(label, inputs, right, got, _same(right, got)))
    return Evidence(subject, "sample", tuple(cases), summary="The value is wrong.")


def first(value: Any, choice: int) -> Any:
    """One of several possible values."""
    return value.values[choice % len(value.values)] if isinstance(value, OneOf) else value


def _same(right: Any, got: Any) -> bool:
    from .canon import NotPlainError, canon

    if isinstance(got, Trouble):
        return False
    try:
        a, b = canon(right), canon(got)
    except NotPlainError:
        return False
    return a.same_form(b) and a.distance(b) < 1e-9 and bool(np.isfinite(b.numbers).all())


def _signed(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.uniform(0.3, 1.2, shape) * rng.choice([-1.0, 1.0], shape)


def _net(rng: np.random.Generator, sizes: tuple[int, ...]) -> Inputs:
    return {
        "weights": [_signed(rng, o, i) for i, o in pairwise(sizes)],
        "biases": [_signed(rng, o) / 2 for o in sizes[1:]],
    }


def _name(sizes: tuple[int, ...]) -> str:
    return "→".join(map(str, sizes))


SIZES = ((1, 1), (2, 1), (1, 2), (2, 2, 1), (2, 2, 2), (3, 4, 2), (3, 5, 4, 2), (3, 5, 4, 3))


def _supervised(rng: np.random.Generator, sizes: tuple[int, ...]) -> Inputs:
    net = _net(rng, sizes)
    x = _signed(rng, sizes[0])
    out = forward(net["weights"], net["biases"], x)[-1]
    far = rng.uniform(0.15, 0.45, out.shape)
    return {**net, "x": x, "target": np.where(out > 0.5, out - far, out + far)}


def _losses(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases: list[tuple[str, Inputs]] = [
        (f"shape {s}", {"predictions": rng.normal(0, 2, s), "targets": rng.normal(0, 2, s)})
        for s in ((1,), (2,), (5,), (2, 3), (3, 2))
    ]
    whole = {"predictions": rng.normal(0, 2, 4), "targets": rng.integers(-3, 4, 4)}
    return [*cases, ("integer targets", whole)]


def _probabilities(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases: list[tuple[str, Inputs]] = [
        ("target 1", {"predictions": rng.uniform(0.05, 0.4, 1), "targets": np.array([1.0])}),
        ("target 0", {"predictions": rng.uniform(0.6, 0.95, 1), "targets": np.array([0.0])}),
    ]
    for shape in ((2,), (5,), (2, 3), (3, 2)):
        targets = np.zeros(shape)
        targets.flat[::2] = 1.0
        cases.append((f"shape {shape}", {"predictions": rng.uniform(0.02, 0.98, shape), "targets": targets}))
    near = np.array([2e-7, 1 - 2e-7, 2e-5, 1 - 3e-4])
    cases.append(("near the ends", {"predictions": near, "targets": np.array([1.0, 0.0, 0.0, 1.0])}))
    for p, t in ((0.0, 1.0), (1.0, 0.0)):
        ends = {"predictions": np.array([p, 0.3]), "targets": np.array([t, t])}
        cases.append((f"exactly {p:g}", ends))
    whole = {"predictions": rng.uniform(0.02, 0.98, 4), "targets": np.array([1, 0, 0, 1])}
    cases.append(("integer targets", whole))
    return cases


def _table(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    return [
        (f"target {t:g}, {k} rows", {"predictions": rng.uniform(0.05, 0.95, k), "target": t})
        for t in (1.0, 0.0)
        for k in (1, 3, 5)
    ] + [("twice the same", {"predictions": np.array([0.4, 0.8, 0.4]), "target": 1.0})]


def _trace(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    return [
        (
            f"network {k + 1}",
            {
                "W1": _signed(rng, 2, 2),
                "b1": _signed(rng, 2) / 2,
                "W2": _signed(rng, 1, 2),
                "b2": _signed(rng, 1) / 2,
                "x": _signed(rng, 2),
                "target": np.array([0.2 + 0.7 * (k % 2)]),
            },
        )
        for k in range(4)
    ]


def _updates(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases = []
    for k, rate in enumerate((0.25, 0.7, 1.3)):
        parameters = {n: _signed(rng, *s) for n, s in (("W1", (2, 2)), ("b1", (2,)), ("W2", (1, 2)), ("b2", (1,)))}
        grads = {f"dL_d{n}": _signed(rng, *v.shape) for n, v in parameters.items()}
        cases.append((f"update {k + 1}", {**parameters, "gradients": grads, "learning_rate": rate}))
    return cases


def _sigmoids(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    return [
        ("a vector", {"z": np.array([-2.5, -0.7, 0.4, 1.9])}),
        ("a matrix", {"z": rng.uniform(-9, 9, (2, 3))}),
        ("a longer vector", {"z": rng.uniform(-9, 9, 6)}),
        ("0 among others", {"z": np.array([-1.0, 0.0, 2.0])}),
        ("far from 0", {"z": np.array([-800.0, -28.0, -22.0, -11.0, -0.5, 11.0, 22.0, 28.0, 800.0])}),
    ]


def _slopes(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    return [
        ("a vector", {"a": rng.uniform(0.02, 0.98, 5)}),
        ("a matrix", {"a": rng.uniform(0.02, 0.98, (2, 3))}),
        ("a longer vector", {"a": rng.uniform(0.02, 0.98, 7)}),
        ("with 0 and 1", {"a": np.array([0.0, 0.3, 1.0])}),
    ]


def _inits(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    return [
        ("[1, 1]", {"layer_sizes": [1, 1]}),
        ("[2, 3, 2], seed 5", {"layer_sizes": [2, 3, 2], "seed": 5}),
        ("[3, 5, 4], seed 314", {"layer_sizes": [3, 5, 4], "seed": 314}),
    ]


def _kept(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    return [(_name(sizes), _net(rng, sizes)) for sizes in KEPT]


def _put_back(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases = []
    for sizes in KEPT:
        saved = {f"saved_{name}": value for name, value in _net(rng, sizes).items()}
        cases.append((_name(sizes), {**_net(rng, sizes), **saved}))
    return cases


KEPT = ((2, 3), (3, 4, 2), (2, 3, 4, 2))


def _forward(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases = [(_name(s), {**_net(rng, s), "x": _signed(rng, s[0])}) for s in (*SIZES, (3, 3, 3))]
    return [*cases, ("integer input", {**_net(rng, (3, 2)), "x": np.array([2, -1, 3])})]


def _backward(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    return [(_name(s), _supervised(rng, s)) for s in SIZES]


def _steps(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    rates = (1.0, 0.37, 0.8, 1.7, 0.3, 0.6, 0.9, 0.45)
    cases = [(_name(s), {**_supervised(rng, s), "learning_rate": r}) for s, r in zip(SIZES, rates, strict=True)]
    last = cases[-1][1]
    a = forward(last["weights"], last["biases"], last["x"])[-1]
    return [*cases, ("nearly right", {**last, "target": a + _signed(rng, len(a)) / 300})]


def _epochs(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases = []
    for sizes, n, size, alike in (
        ((2, 1), 2, 2, False),
        ((2, 2, 1), 3, 3, False),
        ((3, 4, 2), 5, 8, False),
        ((2, 1), 4, 2, True),
        ((2, 2, 1), 7, 3, True),
        ((3, 4, 2), 10, 4, True),
        ((3, 4, 2), 40, 36, True),
    ):
        net = _net(rng, sizes)
        rows = 1 if alike else n
        X, y = _signed(rng, rows, sizes[0]), rng.uniform(0.05, 0.95, (rows, sizes[-1]))
        if alike:
            X, y = np.repeat(X, n, axis=0), np.repeat(y, n, axis=0)
        rate = float(rng.uniform(0.3, 1.4))
        label = f"{_name(sizes)}, {n} {'identical ' if alike else ''}examples, batch_size {size}"
        cases.append((label, {**net, "X": X, "y": y, "learning_rate": rate, "batch_size": size}))
    net = _net(rng, (2, 1))
    X, y = np.repeat(_signed(rng, 1, 2), 70, axis=0), np.repeat([[0.8]], 70, axis=0)
    cases.append(("batch_size left out", {**net, "X": X, "y": y, "learning_rate": 0.6}))
    return cases


def _numerical(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases = [
        (f"{_name(s)}, epsilon {e:g}", {**_supervised(rng, s), "epsilon": e})
        for s, e in (((1, 1), 1e-2), ((2, 2, 1), 3e-3), ((1, 2), 1e-3), ((3, 4, 2), 2e-2), ((3, 4, 3, 2), 1e-2))
    ]
    return [*cases, ("3→2, epsilon left out", _supervised(rng, (3, 2)))]


def _checks(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases = [(f"{kind}, right gradients", {"bug": "none", "activation": kind}) for kind in ("sigmoid", "tanh")]
    return [*cases, *((f"planted bug: {b}", {"bug": b, "activation": "sigmoid"}) for b in BUGS)]


def _xor(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    return [
        (f"{k} steps", {"learning_rate": r, "steps": k, "seed": s})
        for k, r, s in ((1, 0.9, 42), (3, 1.4, 11), (4, 0.6, 5), (21, 0.8, 7), (6, 9.0, 4))
    ]


def _sweep(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    return [
        (f"{len(r)} rates", {"learning_rates": r, "steps": k, "seed": s})
        for r, k, s in (([1.0], 3, 42), ([1.9, 0.5], 5, 3), ([0.1, 0.5, 2.0], 12, 12))
    ]


def _verdicts(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    losses: tuple[float, ...] = (
        2.5,
        0.9,
        0.4,
        0.27,
        0.22,
        0.2,
        0.17,
        0.12,
        0.07,
        0.03,
        0.015,
        0.01,
        0.007,
        0.003,
        0.0015,
    )
    losses += (0.001, 0.0007, 0.0002, 0.00005, 0.2003, 0.0102, 0.00104)
    return [(f"loss {v:g}", {"final_loss": v}) for v in losses]


def _splits(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    return [
        (f"{n} rows, {k} train", {"X": _signed(rng, n, 2), "y": _signed(rng, n, 1), "n_train": k})
        for n, k in ((5, 3), (7, 4), (31, 19), (11, 3))
    ]


def _fits(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases = []
    for sizes, a, b, epochs in (
        ((1, 1), 2, 1, 1),
        ((1, 3, 1), 4, 3, 3),
        ((2, 3, 2), 5, 2, 4),
        ((1, 2, 1), 4, 2, 1),
        ((1, 2, 1), 3, 2, 6),
        ((2, 2, 1), 3, 3, 7),
    ):
        inputs = {
            **_net(rng, sizes),
            "X_train": _signed(rng, a, sizes[0]),
            "y_train": rng.uniform(0.05, 0.95, (a, sizes[-1])),
            "X_test": _signed(rng, b, sizes[0]),
            "y_test": rng.uniform(0.05, 0.95, (b, sizes[-1])),
            "epochs": epochs,
            "learning_rate": float(rng.uniform(0.3, 0.9)) * {6: 60, 7: 40}.get(epochs, 1),  # losses rise as well
        }
        cases.append((f"{_name(sizes)}, {a} + {b} examples, {epochs} epochs", inputs))
    return cases


def _overfits(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    pairs = [(0.1, 0.1 * r) for r in (0.2, 0.32, 0.5, 1.05, 1.2, 1.7, 2.2, 2.7, 3.2, 3.4, 3.7, 4.5, 6.0, 12.0)]
    pairs += [
        (4.0, 5.0),
        (2.0, 9.0),
        (0.001, 0.002),
        (1.0, 4.2),
        (0.01, 0.3),
        (0.3, 0.05),
        (5.0, 1.0),
        (1.0, 3.0),
        (1.0, 3.5),
    ]
    return [(f"training {a:g}, test {b:g}", {"train_loss": a, "test_loss": b}) for a, b in pairs]


def _one_hots(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    return [
        ("one label", {"labels": np.array([1]), "n_classes": 3}),
        ("three labels", {"labels": np.array([0, 3, 1]), "n_classes": 6}),
        ("nine labels", {"labels": np.array([2, 0, 4, 4, 1, 5, 6, 2, 0]), "n_classes": 8}),
    ]


def _prepared(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases = []
    for n, classes, fraction in ((20, 5, 0.65), (26, 4, 0.4), (33, 7, 0.85), (24, 5, 0.5)):
        labels = rng.permutation(np.resize(np.arange(10), n)).astype(np.uint8)
        images = rng.integers(0, 240, (n, 6, 6), dtype=np.uint8)
        cases.append(
            (
                f"{n} images, {classes} classes",
                {"images": images, "labels": labels, "n_classes": classes, "train_fraction": fraction},
            )
        )
    return cases


def _classified(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases = []
    for sizes, n in (
        ((3, 4), 6),
        ((4, 3), 8),
        ((5, 3), 9),
        ((4, 6, 5), 23),
        ((4, 5), 31),
        ((4, 4), 61),
        ((4, 4), 113),
        ((3, 4), 612),
    ):
        net = _net(rng, sizes)
        X = _signed(rng, n, sizes[0])
        best = np.array([forward(net["weights"], net["biases"], x)[-1].argmax() for x in X])
        wrong = rng.uniform(size=n) < 0.4
        wrong[0], wrong[-1] = n % 2 == 0, n % 3 == 0
        labels = np.where(wrong, (best + rng.integers(1, sizes[-1], n)) % sizes[-1], best)
        cases.append((f"{n} examples", {**net, "X": X, "labels": labels}))
    cases.append(("the last ones, all right", {**net, "X": X, "labels": best}))
    return cases


def _digits(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    cases = []
    for n, epochs, size, rate, seed, alike in (
        (4, 1, 4, 0.7, 42, False),
        (5, 3, 8, 0.9, 3, False),
        (4, 2, 2, 0.3, 9, True),
        (40, 2, 16, 0.6, 9, True),
    ):
        X = rng.uniform(0, 1, (1 if alike else n, 30))
        y = np.eye(5)[rng.permutation(5)[: len(X)]]
        if alike:
            X, y = np.repeat(X, n, axis=0), np.repeat(y, n, axis=0)
        inputs = {"X_train": X, "y_train": y, "epochs": epochs, "learning_rate": rate, "batch_size": size}
        cases.append((f"{n} examples, {epochs} epochs", {**inputs, "seed": seed}))
    return cases


def _rates(rng: np.random.Generator) -> list[tuple[str, Inputs]]:
    some = ((0.5, 1, 0.1), (0.8, 3, 0.27), (2.4, 7, 0.05), (0.31, 12, 0.4), (3.7, 2, 0.3), (0.001, 1999, 1.0))
    return [(f"epoch {e}", {"learning_rate": r, "epoch": e, "decay": d}) for r, e, d in some]


Maker = Callable[[np.random.Generator], list[tuple[str, Inputs]]]
MAKERS: Mapping[str, Maker] = {
    "losses.mse_loss": _losses,
    "losses.mse_gradient": _losses,
    "losses.cross_entropy_loss": _probabilities,
    "losses.cross_entropy_gradient": _probabilities,
    "losses.loss_table": _table,
    "trace.forward_trace": _trace,
    "trace.backward_trace": _trace,
    "trace.updated_parameters": _updates,
    "network.sigmoid": _sigmoids,
    "network.sigmoid_derivative": _slopes,
    "network.Network.__init__": _inits,
    "network.Network.copy_weights": _kept,
    "network.Network.set_weights": _put_back,
    "network.Network.forward": _forward,
    "network.Network.backward": _backward,
    "network.Network.train_step": _steps,
    "network.Network.train_epoch": _epochs,
    "gradient_check.numerical_gradients": _numerical,
    "gradient_check.gradient_check": _checks,
    "training.train_xor": _xor,
    "training.learning_rate_sweep": _sweep,
    "training.verdict": _verdicts,
    "practice.split": _splits,
    "practice.fit": _fits,
    "practice.overfitting": _overfits,
    "digits.one_hot": _one_hots,
    "digits.prepare": _prepared,
    "digits.accuracy": _classified,
    "digits.misclassified": _classified,
    "digits.train_digits": _digits,
    "digits.decayed_rate": _rates,
    "digits.CrossEntropyNetwork.backward": _backward,
}
