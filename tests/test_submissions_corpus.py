"""The corpus itself: patches apply, right styles agree with plain, wrong ones differ from it.

The probes below call honest code directly, without the grader: the corpus is the grader's proof, so
it must not rest on it. Hostile submissions are written to disk here and never run.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import importlib
import importlib.util
import io
import shutil
import sys
import tomllib
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib

matplotlib.use("Agg")

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

import submissions_lib as corpus
from submissions_lib import MODULES, Submission

Modules = Mapping[str, ModuleType]
Probe = Callable[[Modules], dict[str, Any]]
PROBES: dict[str, Probe] = {}

RIGHT = corpus.right()
WRONG = corpus.wrong()
PAIRS = corpus.pairs()
HOSTILE = corpus.hostile()


# Loading -------------------------------------------------------------------------------------


class _Siblings:
    """Makes `network` and `exercises.network` one module, and hides the standard library's trace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if "." in name or name == "exercises":
            return None
        if (self.folder / f"{name}.py").is_file() or (self.folder / name).is_dir():
            return importlib.util.spec_from_loader(name, self)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: Any) -> ModuleType:
        module = importlib.import_module(f"exercises.{spec.name}")
        self.kept = getattr(self, "kept", {})
        self.kept[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.kept[module.__name__.rpartition(".")[2]]


@contextlib.contextmanager
def loaded(folder: Path, wanted: tuple[str, ...] = MODULES) -> Iterator[Modules]:
    """The submission's modules, importable by each other while the block lasts."""
    before = dict(sys.modules)
    random_state = np.random.get_state()
    finder = _Siblings(folder / "exercises")
    sys.modules.pop("trace", None)
    sys.meta_path.insert(0, finder)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    errors = np.geterr()
    try:
        out = io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
            contextlib.chdir(folder),
        ):
            yield {name: importlib.import_module(f"exercises.{name}") for name in wanted}
    finally:
        np.seterr(**errors)
        plt.close("all")
        sys.dont_write_bytecode = bytecode
        sys.path.remove(str(folder))
        sys.meta_path.remove(finder)
        ours = str(folder)
        for name in [n for n, m in sys.modules.items() if n not in before]:
            file = str(getattr(sys.modules[name], "__file__", None) or "")
            if file.startswith(ours) or name.partition(".")[0] == "exercises":
                del sys.modules[name]
        if "trace" in before:
            sys.modules["trace"] = before["trace"]
        np.random.set_state(random_state)


# Observing -----------------------------------------------------------------------------------


def plain_data(value: Any) -> Any:
    """Nested lists of bool, float, str and None: what a value is, whatever its type."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, np.ndarray):
        return plain_data(value.tolist()) if value.dtype != object else "an object array"
    if isinstance(value, int | float | np.number):
        return float(value)
    if isinstance(value, Mapping):
        pairs = [[plain_data(k), plain_data(v)] for k, v in value.items()]
        return sorted(pairs, key=lambda pair: str(pair[0]))
    if isinstance(value, list | tuple):
        return [plain_data(item) for item in value]
    return f"an object of {type(value).__name__}"


def alike(ours: Any, theirs: Any, rtol: float = 1e-7, atol: float = 1e-11) -> bool:
    """Equal structure, and numbers equal within the contract's tolerance of values."""
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(alike(a, b, rtol, atol) for a, b in zip(ours, theirs, strict=True))
    if isinstance(ours, float) and isinstance(theirs, float):
        return bool(np.isclose(ours, theirs, rtol=rtol, atol=atol, equal_nan=True))
    return type(ours) is type(theirs) and ours == theirs


def attempt(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What a call gives as plain data, with its arguments afterwards; an error by its name."""
    given = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    try:
        result = function(*given, **options)
    except Exception as error:
        return f"raises {type(error).__name__}"
    # The arguments to the last bit: a clip in place moves them by 1e-15 only.
    return [plain_data(result), str([plain_data(a) for a in given if isinstance(a, np.ndarray)])]


def probe(subject: str) -> Callable[[Probe], Probe]:
    def register(function: Probe) -> Probe:
        PROBES[subject] = function
        return function

    return register


def drawn(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def parameters(sizes: list[int], seed: int) -> tuple[list[Any], list[Any]]:
    rng = drawn(seed)
    shapes = list(zip(sizes[1:], sizes[:-1], strict=True))
    return [rng.normal(0, 0.8, s) for s in shapes], [rng.normal(0, 0.5, s[0]) for s in shapes]


def network(m: Modules, sizes: list[int], seed: int = 5, kind: str = "Network") -> Any:
    module = m["digits"] if kind == "CrossEntropyNetwork" else m["network"]
    net = getattr(module, kind)(list(sizes), seed=1)
    net.set_weights(parameters(sizes, seed))
    return net


def state(net: Any) -> Any:
    return [plain_data(list(net.weights)), plain_data(list(net.biases))]


def pairs_of_arrays(seed: int) -> list[tuple[Any, Any]]:
    rng = drawn(seed)
    return [
        (rng.uniform(0.05, 0.95, shape), rng.integers(0, 2, shape).astype(kind))
        for shape, kind in [((5,), float), ((3, 4), float), ((1,), float), ((7,), int)]
    ]


def losses_probe(name: str, extremes: bool) -> Probe:
    def observe(m: Modules) -> dict[str, Any]:
        function = getattr(m["losses"], name)
        seen = {str(i): attempt(function, p, t) for i, (p, t) in enumerate(pairs_of_arrays(3))}
        seen["real targets"] = attempt(function, drawn(1).normal(size=6), drawn(2).normal(size=6))
        if extremes:
            del seen["real targets"]
            fine = np.array([1e-6, 1 - 1e-6, 3e-5]), np.array([0.0, 1.0, 0.0])
            seen["fine"] = attempt(function, *fine)
            wrong = np.array([0.0, 1.0]), np.array([1.0, 0.0])
            right = np.array([0.0, 1.0]), np.array([0.0, 1.0])
            with np.errstate(all="ignore"):
                if name == "cross_entropy_loss":
                    exact = np.array([1.0, 0.4, 0.0]), np.array([1.0, 1.0, 0.0])
                    # To the fifth decimal: where exactly one clips is free.
                    seen["exact among others"] = attempt(lambda p, t: np.round(function(p, t), 5), *exact)
                for key, (p, t) in {"wrong": wrong, "right": right}.items():
                    seen[key + " untouched"] = attempt(function, p, t)[1]
                    value = np.asarray(function(p.copy(), t.copy()), dtype=float)
                    seen[key] = bool(np.all(np.isfinite(value)))
                    if name == "cross_entropy_loss":
                        large = bool(np.all(value >= 15) if key == "wrong" else np.all(value < 1))
                        seen[key + " size"] = large
        return seen

    return observe


PROBES["losses.mse_loss"] = losses_probe("mse_loss", False)
PROBES["losses.mse_gradient"] = losses_probe("mse_gradient", False)
PROBES["losses.cross_entropy_loss"] = losses_probe("cross_entropy_loss", True)
PROBES["losses.cross_entropy_gradient"] = losses_probe("cross_entropy_gradient", True)


@probe("losses.loss_table")
def _(m: Modules) -> dict[str, Any]:
    p = np.array([0.9, 0.3, 0.5, 0.77, 0.3, 0.02])
    seen = {str(t): attempt(m["losses"].loss_table, p, t) for t in (0, 1)}
    # With a 0 and a 1 only what becomes of the argument counts: the ratio of a perfect prediction is left open.
    ends = np.array([0.0, 0.4, 1.0])
    with np.errstate(all="ignore"):
        attempted = attempt(lambda p: m["losses"].loss_table(p, 0.0) is None, ends)
    return {**seen, "ends": attempted}


def trace_arguments(seed: int) -> tuple[Any, ...]:
    rng = drawn(seed)
    shapes = [(2, 2), (2,), (1, 2), (1,), (2,)]
    return (*(rng.normal(size=s) for s in shapes), np.array([float(seed % 2)]))


FORWARD_KEYS = "z1 a1 z2 a2 loss"
BACKWARD_KEYS = "dL_da2 da2_dz2 delta2 dL_dW2 dL_db2 dL_da1 da1_dz1 delta1 dL_dW1 dL_db1"


def trace_probe(name: str, keys: str) -> Probe:
    def observe(m: Modules) -> dict[str, Any]:
        def wanted(*given: Any) -> dict[str, Any]:
            found = getattr(m["trace"], name)(*given)
            return {key: found[key] for key in keys.split()}

        return {str(s): attempt(wanted, *trace_arguments(s)) for s in (1, 2)}

    return observe


PROBES["trace.forward_trace"] = trace_probe("forward_trace", FORWARD_KEYS)
PROBES["trace.backward_trace"] = trace_probe("backward_trace", BACKWARD_KEYS)


@probe("trace.updated_parameters")
def _(m: Modules) -> dict[str, Any]:
    given = trace_arguments(4)[:4]
    names = ["dL_dW1", "dL_db1", "dL_dW2", "dL_db2"]
    gradients = {n: drawn(9).normal(size=given[3].shape) for n in ("dL_da2", "da2_dz2", "delta2")}  # as in a trace
    gradients |= {n: drawn(9).normal(size=v.shape) for n, v in zip(names, given, strict=True)}
    return {"new": attempt(m["trace"].updated_parameters, *given, gradients, 0.3)}


@probe("network.sigmoid")
def _(m: Modules) -> dict[str, Any]:
    def checked(z: Any) -> Any:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "overflow")
            return m["network"].sigmoid(z)

    inputs = {"some": np.linspace(-9.7, 9.9, 12), "matrix": drawn(1).normal(size=(2, 3)), "zero": np.zeros(1)}
    seen = {k: attempt(checked, z) for k, z in inputs.items()}
    seen["huge"] = attempt(checked, np.array([-1e6, -800.0, 800.0, 1e6]))
    return seen


@probe("network.sigmoid_derivative")
def _(m: Modules) -> dict[str, Any]:
    function = m["network"].sigmoid_derivative
    return {"a": attempt(function, np.linspace(0.01, 0.98, 9)), "ends": attempt(function, np.array([0.0, 0.3, 1.0]))}


@probe("network.Network.__init__")
def _(m: Modules) -> dict[str, Any]:
    return {str(s): attempt(lambda s=s: state(m["network"].Network([3, 4, 2], s))) for s in (7, 8)}


@probe("network.Network.copy_weights")
def _(m: Modules) -> dict[str, Any]:
    def saved_twice() -> Any:
        net = network(m, [3, 4, 2])
        saved = net.copy_weights()
        for array in [*net.weights, *net.biases]:
            array += 1.0
        return saved

    return {"saved": attempt(saved_twice)}


@probe("network.Network.set_weights")
def _(m: Modules) -> dict[str, Any]:
    def restored() -> Any:
        net = m["network"].Network([3, 4, 2], 3)
        saved = parameters([3, 4, 2], 8)
        net.set_weights(saved)
        for array in [*net.weights, *net.biases]:
            array += 1.0
        return [state(net), plain_data(saved[0]), plain_data(saved[1])]

    return {"restored": attempt(restored)}


SHAPES = ([1, 1], [2, 3], [3, 5, 4, 2], [4, 4, 4, 4])


@probe("network.Network.forward")
def _(m: Modules) -> dict[str, Any]:
    def passes(sizes: list[int]) -> Any:
        net = network(m, sizes)
        rng = drawn(6)
        seen = []
        for _ in range(2):
            x = rng.normal(size=sizes[0])
            given = x.copy()
            result = net.forward(given)
            seen.append([plain_data(result), plain_data(given), plain_data(list(net.activations))])
        return [seen, state(net)]

    seen = {str(s): attempt(passes, s) for s in SHAPES}
    ints = network(m, [3, 4, 2])
    seen["integers"] = attempt(ints.forward, np.array([1, -2, 3]))
    return seen


def backward_probe(kind: str) -> Probe:
    def observe(m: Modules) -> dict[str, Any]:
        def passes(sizes: list[int]) -> Any:
            net = network(m, sizes, kind=kind)
            rng = drawn(6)
            seen = []
            for _ in range(2):
                net.forward(rng.normal(size=sizes[0]))
                kept = copy.deepcopy(list(net.activations))
                target = rng.integers(0, 2, sizes[-1]).astype(float)
                given = target.copy()
                weights, biases = net.backward(given)
                seen.append(plain_data([list(weights), list(biases), given]))
                seen.append(alike(plain_data(kept), plain_data(list(net.activations))))
            return [seen, state(net)]

        return {str(s): attempt(passes, s) for s in SHAPES}

    return observe


def passes_in_backward(m: Modules) -> dict[str, Any]:
    """How many sigmoids a backward evaluates: finite differences are right in value only."""
    net = network(m, [6, 7, 5])
    net.forward(np.ones(6))
    calls = 0
    exp = np.exp

    class Counting:
        def __getattr__(self, name: str) -> Any:
            return counted if name == "exp" else getattr(np, name)

    def counted(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        return exp(*args, **options)

    module: Any = m["network"]
    original = getattr(module, "np", None)
    if original is np:
        module.np = Counting()
    try:
        net.backward(np.zeros(5))
    finally:
        if original is np:
            module.np = original
    return {"few passes": calls <= 4}


@probe("network.Network.backward")
def _(m: Modules) -> dict[str, Any]:
    return {**backward_probe("Network")(m), "passes": attempt(passes_in_backward, m)}


@probe("digits.CrossEntropyNetwork.backward")
def _(m: Modules) -> dict[str, Any]:
    return backward_probe("CrossEntropyNetwork")(m)


@probe("network.Network.train_step")
def _(m: Modules) -> dict[str, Any]:
    def steps(sizes: list[int]) -> Any:
        net = network(m, sizes)
        rng = drawn(7)
        seen = []
        for rate in (0.3, 1.7):
            x, t = rng.normal(size=sizes[0]), rng.uniform(0.1, 0.9, sizes[-1])
            given = x.copy(), t.copy()
            seen.append([plain_data(net.train_step(*given, rate)), state(net), plain_data(given)])
        x = rng.normal(size=sizes[0])
        net.train_step(x, np.asarray(net.forward(x)) + 3e-3, 2.0)  # even where it is nearly right
        return [*seen, state(net)]

    return {str(s): attempt(steps, s) for s in ([3, 4, 2], [2, 5, 4, 3])}


@probe("network.Network.train_epoch")
def _(m: Modules) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for n, size in [(11, 4), (12, 4), (9, 1), (7, 7), (40, None)]:
        options = {} if size is None else {"batch_size": size}
        seen[f"{n} by {size}"] = attempt(dealt, m, n, size or 32, options)
    seen["orders differ"] = attempt(orders_differ, m)
    seen["deep"] = attempt(full_batch, m)
    return seen


def dealt(m: Modules, n: int, size: int, options: dict[str, int]) -> Any:
    """One-hot rows into one layer: each example moves its own column, so all is seen in the end."""
    targets = drawn(n).uniform(0.1, 0.9, (n, 2))
    X = np.eye(n)
    net = m["network"].Network([n, 2], seed=0)
    start, bias = drawn(n + 1).normal(0, 0.5, (2, n)), np.array([0.2, -0.4])
    net.set_weights(([start], [bias]))
    given = X.copy(), targets.copy()
    rate = 1e-7
    loss = float(net.train_epoch(*given, rate, **options))
    out = 1 / (1 + np.exp(-(start + bias[:, None])))
    deltas = (out - targets.T) * out * (1 - out)
    expected = ((out - targets.T) ** 2).mean()
    moved = (start - np.asarray(net.weights[0])) / rate / deltas
    sizes = np.round(1 / np.where(np.abs(moved) > 1e-6, moved, np.inf), 3).tolist()
    bias_moved = (bias - np.asarray(net.biases[0])) / rate
    wanted = sorted(size if i < n - n % size else n % size for i in range(n))
    mean = (deltas * moved).sum(axis=1)
    return [
        sorted(sizes[0]) == sorted(sizes[1]) == [float(w) for w in wanted],
        bool(np.allclose(bias_moved, mean, rtol=1e-3, atol=1e-6)),
        bool(np.isclose(loss, expected, rtol=1e-4)),
        bool(np.array_equal(given[0], X) and np.array_equal(given[1], targets)),
    ]


def orders_differ(m: Modules) -> Any:
    """Equal examples but for their own column: the bias at its turn tells each one's batch."""
    n, size = 24, 5
    groups, kept_losses = [], []
    net = m["network"].Network([n, 1], seed=0)
    for _ in range(4):
        net.set_weights(([np.zeros((1, n))], [np.zeros(1)]))
        loss = float(net.train_epoch(np.eye(n), np.zeros((n, 1)), 2.0, batch_size=size))
        groups.append(np.round(np.asarray(net.weights[0])[0], 9))
        kept_losses.append(loss)
    b, losses, levels = 0.0, [], []
    for k in (5, 5, 5, 5, 4):
        a = 1 / (1 + np.exp(-b))
        losses += [a * a] * k
        levels += [-2.0 * 2 * a * a * (1 - a) / k] * k
        b -= 2.0 * 2 * a * a * (1 - a)
    right_levels = all(np.allclose(np.sort(g), np.sort(levels)) for g in groups)
    different = not any(np.array_equal(groups[0], g) for g in groups[1:])
    partitions = [sorted(tuple(np.flatnonzero(g == level)) for level in np.unique(g)) for g in groups]
    dealt_anew = not any(partitions[0] == p for p in partitions[1:])
    ordered = any(bool(np.all(np.diff(g) >= 0) or np.all(np.diff(g) <= 0)) for g in groups)
    loss_right = all(np.isclose(value, np.mean(losses)) for value in kept_losses)
    return [bool(right_levels), different, dealt_anew, not ordered, bool(loss_right)]


def full_batch(m: Modules) -> Any:
    """One batch holds all: no order, so everything can be compared, in two epochs."""
    net = network(m, [3, 4, 2])
    rng = drawn(12)
    X, y = rng.normal(size=(6, 3)), rng.uniform(0.1, 0.9, (6, 2))
    return [[plain_data(net.train_epoch(X, y, 0.9, 6)), state(net)] for _ in range(2)]


class Planted:
    """A net with a right backward, of any activation, and one that goes wrong where it is told."""

    def __init__(self, sigmoid: bool, spoil: Callable[[Any, Any], Any] | None = None) -> None:
        self.weights, self.biases = parameters([3, 4, 2], 21)
        self.sigmoid, self.spoil = sigmoid, spoil
        self.activations: list[Any] = []

    def copy_weights(self) -> Any:
        return [W.copy() for W in self.weights], [b.copy() for b in self.biases]

    def set_weights(self, saved: Any) -> None:
        self.weights = [W.copy() for W in saved[0]]
        self.biases = [b.copy() for b in saved[1]]

    def forward(self, x: Any) -> Any:
        self.activations = [x]
        for W, b in zip(self.weights, self.biases, strict=True):
            z = W @ self.activations[-1] + b
            self.activations.append(1 / (1 + np.exp(-z)) if self.sigmoid else np.tanh(z))
        return self.activations[-1]

    def backward(self, target: Any) -> Any:
        _, h, a = self.activations
        slope = (lambda v: v * (1 - v)) if self.sigmoid else (lambda v: 1 - v * v)
        d2 = 2 * (a - target) / a.size * slope(a)
        d1 = (self.weights[1].T @ d2) * slope(h)
        W = [np.outer(d1, self.activations[0]), np.outer(d2, h)]
        b = [d1, d2]
        if self.spoil is not None:
            W, b = self.spoil(W, b)
        return W, b


def _at(part: int, layer: int, change: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def spoil(W: Any, b: Any) -> Any:
        groups = [list(W), list(b)]
        groups[part][layer] = change(groups[part][layer])
        return groups[0], groups[1]

    return spoil


def _last_element(g: Any) -> Any:
    g = g.copy()
    g.flat[-1] += 0.05
    return g


def _cancelling(g: Any) -> Any:
    g = g.copy()
    g.flat[0] += 0.05
    g.flat[-1] -= 0.05
    return g


BROKEN = {
    "doubled": lambda W, b: ([2 * g for g in W], [2 * g for g in b]),
    "negated": lambda W, b: ([-g for g in W], [-g for g in b]),
    "one per cent": lambda W, b: ([1.01 * g for g in W], [1.01 * g for g in b]),
    "first weights": _at(0, 0, lambda g: 0.5 * g),
    "first biases": _at(1, 0, lambda g: 0 * g),
    "last weights": _at(0, 1, lambda g: g + 0.1),
    "last biases": _at(1, 1, lambda g: g - 0.1),
    "lower": _at(0, 1, lambda g: g - 0.3),
    "last element": _at(0, 0, _last_element),
    "cancelling": _at(0, 0, _cancelling),
}
REFUSED = {
    "nan": _at(0, 0, lambda g: np.nan * g),
    "column": _at(1, 1, lambda g: g.reshape(-1, 1)),
    "transposed": _at(0, 0, lambda g: g.T),
    "flat": _at(0, 0, lambda g: g.ravel()),
}


@probe("gradient_check.numerical_gradients")
def _(m: Modules) -> dict[str, Any]:
    x, target = np.array([0.4, -1.1, 0.7]), np.array([0.8, 0.1])

    def measured(sigmoid: bool, epsilon: float | None) -> Any:
        net = Planted(sigmoid, BROKEN["doubled"])
        given = {} if epsilon is None else {"epsilon": epsilon}
        result = m["gradient_check"].numerical_gradients(net, x, target, **given)
        true = Planted(sigmoid)
        true.forward(x)
        wanted = plain_data([list(part) for part in true.backward(target)])
        if epsilon == 0.2:  # of which the error of the formula itself is seen
            return plain_data([list(part) for part in result])
        rough = 1e-6 if epsilon is None else 1e-2
        shapes = [[np.shape(g) for g in part] for part in result]
        return [
            alike(plain_data([list(part) for part in result]), wanted, rtol=rough, atol=1e-9),
            shapes == [[(4, 3), (2, 4)], [(4,), (2,)]],
            alike(state(net), state(true), rtol=1e-12, atol=1e-12),
        ]

    return {f"{s} {e}": attempt(measured, s, e) for s in (True, False) for e in (None, 1e-4, 0.2)}


@probe("gradient_check.gradient_check")
def _(m: Modules) -> dict[str, Any]:
    example, target = np.array([0.4, -1.1, 0.7]), np.array([0.8, 0.1])

    def judged(sigmoid: bool, spoil: Any, refuse: bool = False, x: Any = example, **options: Any) -> Any:
        net = Planted(sigmoid, spoil)
        try:
            said = m["gradient_check"].gradient_check(net, x, target, **options)
        except Exception as error:
            said = False if refuse else type(error).__name__
        same = alike(state(net), state(Planted(sigmoid)), rtol=1e-12, atol=1e-12)
        return [said, refuse or same]

    seen = {f"right {s}": attempt(judged, s, None) for s in (True, False)}
    for s in (True, False):
        seen |= {f"{k} {s}": attempt(judged, s, f) for k, f in BROKEN.items()}
        seen |= {f"{k} {s}": attempt(judged, s, f, True) for k, f in REFUSED.items()}
    seen["loose"] = attempt(judged, True, BROKEN["one per cent"], tolerance=10.0)
    seen["zeros"] = attempt(judged, True, None, x=np.zeros(3))
    return seen


@probe("training.train_xor")
def _(m: Modules) -> dict[str, Any]:
    def trained(rate: float, steps: int, seed: int) -> Any:
        net, losses = m["training"].train_xor(rate, steps, seed)
        return [plain_data(losses), state(net)]

    seen = {str(a): attempt(trained, *a) for a in ((2.0, 12, 42), (0.7, 9, 5), (8.0, 5, 3))}
    seen["defaults"] = attempt(lambda: state(m["training"].train_xor(steps=3)[0]))
    return seen


@probe("training.learning_rate_sweep")
def _(m: Modules) -> dict[str, Any]:
    def swept(steps: int, seed: int) -> Any:
        result = m["training"].learning_rate_sweep([0.1, 0.9, 2.5], steps=steps, seed=seed)
        found = {}
        for rate, value in result.items():
            if isinstance(rate, str):
                return "keys are strings"
            net, losses = reference_xor(float(rate), steps, seed)
            options = [losses[-1], reference_loss(net)]
            found[float(rate)] = any(alike(plain_data(value), plain_data(o)) for o in options)
        return found

    return {str(a): attempt(swept, *a) for a in ((15, 42), (8, 3))}


XOR = [((0.0, 0.0), 0.0), ((0.0, 1.0), 1.0), ((1.0, 0.0), 1.0), ((1.0, 1.0), 0.0)]


def reference_xor(rate: float, steps: int, seed: int) -> Any:
    """The probe's own XOR training, two layers written out."""
    np.random.seed(seed)
    W1 = np.random.randn(4, 2) * np.sqrt(2.0 / 2)
    W2 = np.random.randn(1, 4) * np.sqrt(2.0 / 4)
    b1, b2 = np.zeros(4), np.zeros(1)
    losses = []
    for _ in range(steps):
        total = 0.0
        for x, t in XOR:
            h = 1 / (1 + np.exp(-(W1 @ x + b1)))
            a = 1 / (1 + np.exp(-(W2 @ h + b2)))
            total += float((a[0] - t) ** 2)
            d2 = 2 * (a - t) * a * (1 - a)
            d1 = (W2.T @ d2) * h * (1 - h)
            W2, b2 = W2 - rate * np.outer(d2, h), b2 - rate * d2
            W1, b1 = W1 - rate * np.outer(d1, x), b1 - rate * d1
        losses.append(total / 4)
    return (W1, b1, W2, b2), losses


def reference_loss(net: Any) -> float:
    W1, b1, W2, b2 = net
    total = 0.0
    for x, t in XOR:
        h = 1 / (1 + np.exp(-(W1 @ x + b1)))
        total += float((1 / (1 + np.exp(-(W2 @ h + b2)))[0] - t) ** 2)
    return total / 4


@probe("training.verdict")
def _(m: Modules) -> dict[str, Any]:
    values = (0.9, 0.24, 0.2, 0.15, 0.05, 0.012, 0.01, 0.005, 0.001, 0.0005, 0.0)
    return {str(v): attempt(m["training"].verdict, v) for v in values}


def seen_to_run(line: Any) -> bool:
    """Whether a line is drawn, from left to right."""
    x = np.asarray(line.get_xdata(orig=False), dtype=float)
    stroke = {line.get_linestyle(), line.get_marker()} != {"None"}
    return bool(stroke and line.get_visible() and np.isfinite(x).all() and (np.diff(x) > 0).all())


def figure_facts(figure: Any, wanted: list[list[float]], named: list[str]) -> Any:
    """What the contract promises of a figure: the curves, the labels, the legend or titles."""
    if type(figure).__name__ not in ("Figure", "SubFigure"):
        return f"not a figure: {type(figure).__name__}"
    curves = [list(map(float, line.get_ydata())) for ax in figure.axes for line in ax.lines if seen_to_run(line)]
    shown = [all(any(alike(c, w) for c in curves) for w in [values]) for values in wanted]
    axes = [ax for ax in figure.axes if ax.lines]
    # Axes that share a scale share its name.
    labelled = bool(axes) and all(
        any(getattr(ax, f"get_{which}label")() for ax in axes) or getattr(figure, f"get_sup{which}label")()
        for which in "xy"
    )
    texts = [ax.get_title() for ax in axes]
    for ax in axes:
        legend = ax.get_legend()
        texts += [t.get_text() for t in legend.get_texts()] if legend else []
    texts += [t.get_text() for legend in figure.legends for t in legend.get_texts()]
    numbers = {float(number) for text in texts for number in re.findall(r"\d+\.?\d*(?:e[+-]?\d+)?", text)}
    return [shown, bool(labelled), [float(n) in numbers for n in named]]


def shown_labels(axes: Any) -> list[str]:
    """What each line is called: by the legend, where it has as many texts as there are lines."""
    legend = axes.get_legend()
    texts = [text.get_text() for text in legend.get_texts()] if legend else []
    return texts if len(texts) == len(axes.lines) else [str(line.get_label()) for line in axes.lines]


@probe("training.plot_learning_rates")
def _(m: Modules) -> dict[str, Any]:
    histories = {3.75: [0.4, 0.1, 0.02], 0.25: [0.5, 0.45, 0.41, 0.4], 17.5: [0.3, 0.6, 0.2]}

    def drawn_figure() -> Any:
        figure = m["training"].plot_learning_rates(histories)
        labels = {
            rate: label
            for rate, losses in histories.items()
            for ax in getattr(figure, "axes", [])
            for line, label in zip(ax.lines, shown_labels(ax), strict=True)
            if alike(list(map(float, line.get_ydata())), losses)
        }
        others = [any(str(other) in label for other in histories if other != rate) for rate, label in labels.items()]
        return [figure_facts(figure, list(histories.values()), [str(r) for r in histories]), any(others)]

    return {"figure": attempt(drawn_figure)}


@probe("practice.split")
def _(m: Modules) -> dict[str, Any]:
    X, y = drawn(3).normal(size=(9, 2)), drawn(4).normal(size=(9, 1))
    return {str(n): attempt(m["practice"].split, X, y, n) for n in (3, 5, 7, 9)}


@probe("practice.fit")
def _(m: Modules) -> dict[str, Any]:
    rng = drawn(8)
    data = [rng.uniform(size=(k, w)) for k, w in ((6, 2), (6, 1), (4, 2), (4, 1))]

    def fitted(epochs: int, rate: float) -> Any:
        net = network(m, [2, 3, 1])
        losses = m["practice"].fit(net, *copy.deepcopy(data), epochs, rate)
        return [plain_data(losses), state(net)]

    def two_outputs() -> Any:
        net = network(m, [2, 3, 2])
        given = [rng.uniform(size=(k, 2)) for k in (4, 4, 3, 3)]
        return plain_data(m["practice"].fit(net, *given, 2, 0.5))

    seen = {str(a): attempt(fitted, *a) for a in ((3, 0.8), (1, 0.2), (4, 2.0))}
    return {**seen, "two outputs": attempt(two_outputs)}


@probe("practice.overfitting")
def _(m: Modules) -> dict[str, Any]:
    cases = ((0.1, 0.2), (0.1, 0.25), (0.1, 0.32), (0.1, 0.45), (0.2, 0.05), (2.0, 5.5), (0.01, 0.035), (1.0, 3.0))
    return {str(c): attempt(m["practice"].overfitting, *c) for c in cases}


@probe("practice.plot_loss_curve")
def _(m: Modules) -> dict[str, Any]:
    one, two = [0.5, 0.3, 0.35, 0.1], [0.6, 0.5, 0.45, 0.55]

    def alone() -> Any:
        return figure_facts(m["practice"].plot_loss_curve(one), [one], [])

    def both() -> Any:
        figure = m["practice"].plot_loss_curve(one, two)
        legends = [ax.get_legend() for ax in figure.axes] + list(figure.legends)
        texts = [t for legend in legends if legend for t in legend.get_texts()]
        lines = [line for ax in figure.axes for line in ax.lines]
        names = [str(line.get_label()) for line in lines]
        if len(texts) == len(lines) and all(name.startswith("_") for name in names):
            names = [text.get_text() for text in texts]
        tests = [
            name.lower()
            for name, line in zip(names, lines, strict=True)
            if alike(list(map(float, line.get_ydata())), two)
        ]
        other = [name for name in tests if "train" in name and "test" not in name]
        return [figure_facts(figure, [one, two], []), len({t.get_text() for t in texts}) >= 2, other == []]

    return {"one": attempt(alone), "two": attempt(both)}


@probe("digits.one_hot")
def _(m: Modules) -> dict[str, Any]:
    cases = [(np.array([2, 0, 1, 1]), 4), (np.array([4, 3, 0]), 5)]
    return {str(n): attempt(m["digits"].one_hot, labels, n) for labels, n in cases}


@probe("digits.prepare")
def _(m: Modules) -> dict[str, Any]:
    rng = drawn(14)
    images = rng.integers(0, 250, (40, 4, 6), dtype=np.uint8)
    labels = rng.integers(0, 10, 40)
    return {
        "defaults": attempt(m["digits"].prepare, images, labels),
        "three": attempt(m["digits"].prepare, images, labels, 3, 0.55),
        "seven": attempt(m["digits"].prepare, images, labels, n_classes=7, train_fraction=0.7),
        "ten": attempt(m["digits"].prepare, images, labels, n_classes=10, train_fraction=0.74),
    }


def classified(m: Modules, name: str) -> dict[str, Any]:
    rng = drawn(15)
    net = network(m, [3, 4, 5], seed=16)
    X = rng.normal(0, 2, (37, 3))
    W, b = parameters([3, 4, 5], 16)
    outputs = [W[1] @ (1 / (1 + np.exp(-(W[0] @ x + b[0])))) + b[1] for x in X]
    labels = np.array([np.argmax(o) for o in outputs])
    wrong = rng.permutation(37)[:13]
    labels[wrong] = (labels[wrong] + 1 + rng.integers(0, 4, 13)) % 5
    function = getattr(m["digits"], name)
    many = np.repeat(np.arange(37), 20)
    return {
        "some": attempt(lambda: function(net, X, labels)),
        "many": attempt(lambda: function(net, X[many], labels[many])),
    }


@probe("digits.accuracy")
def _(m: Modules) -> dict[str, Any]:
    return classified(m, "accuracy")


@probe("digits.misclassified")
def _(m: Modules) -> dict[str, Any]:
    return classified(m, "misclassified")


@probe("digits.train_digits")
def _(m: Modules) -> dict[str, Any]:
    rng = drawn(17)
    X, y = rng.uniform(size=(6, 7)), np.eye(3)[rng.integers(0, 3, 6)]

    def trained(epochs: int, rate: float, size: int, seed: int, rows: Any = slice(None)) -> Any:
        net, losses = m["digits"].train_digits(X[rows], y[rows], epochs, rate, size, seed)
        return [plain_data(losses), state(net)]

    seen = {str(a): attempt(trained, *a) for a in ((3, 0.6, 6, 42), (2, 0.9, 6, 4))}
    seen["five times the same, in batches of two"] = attempt(trained, 2, 0.7, 2, 42, [1] * 5)

    def tiny(size: int) -> Any:
        net, losses = m["digits"].train_digits(X, y, 1, 1e-7, size, 42)
        start = m["network"].Network([7, 64, 3], seed=42).weights[0]
        return [len(losses), float(np.abs(np.asarray(net.weights[0]) - start).max())]

    first, second = attempt(tiny, 6), attempt(tiny, 1)
    seen["more, smaller batches move further"] = (
        isinstance(first, list) and isinstance(second, list) and second[0][1] > 3 * first[0][1]
    )
    return seen


@probe("digits.decayed_rate")
def _(m: Modules) -> dict[str, Any]:
    cases = ((0.5, 0, 0.1), (0.5, 7, 0.1), (1.2, 3, 0.04), (0.001, 1999, 1.0))
    return {str(c): attempt(m["digits"].decayed_rate, *c) for c in cases}


GRADIENTS = ("Network.backward", "CrossEntropyNetwork.backward")


def observed(submission: Submission, folder: Path, subjects: tuple[str, ...]) -> dict[str, Any]:
    corpus.write(submission, folder)
    # Where the code turns numpy's errors into its own, the probes' deliberate overflow is theirs.
    with np.errstate(over="warn"), loaded(folder) as modules, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {subject: PROBES[subject](modules) for subject in subjects}


#: Where 1e-8 may have been added inside logarithms, or to denominators.
EPS_ADDED = ("losses.cross_entropy_loss", "losses.cross_entropy_gradient", "losses.loss_table")


def differences(subject: str, ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    rtol, atol = (1e-6, 1e-9) if subject.endswith(GRADIENTS) else (1e-7, 1e-11)
    if subject in EPS_ADDED:
        rtol, atol = 1e-6, 2e-7
    return [key for key in theirs if not alike(ours.get(key), theirs[key], rtol, atol)]


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return observed(RIGHT[0], tmp_path_factory.mktemp("plain"), tuple(PROBES))


# The tests -----------------------------------------------------------------------------------


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(RIGHT) >= 31
    assert len(WRONG) >= 150
    assert len(PAIRS) >= 25
    assert len(HOSTILE) >= 70


def test_ids_are_unique() -> None:
    ids = [s.id for s in [*RIGHT, *WRONG, *PAIRS, *HOSTILE]]
    assert len(ids) == len(set(ids))


def test_every_subject_of_the_contract_has_mistakes() -> None:
    assert set(PROBES) == {subject for s in WRONG for subject in s.subjects}


def test_hostile_subjects_are_of_the_contract() -> None:
    for submission in HOSTILE:
        assert set(submission.subjects) <= set(PROBES), submission.id


def test_plain_shuffles_and_checks(truth: dict[str, Any]) -> None:
    epoch = truth["network.Network.train_epoch"]
    flags = [v for key, value in epoch.items() if key != "deep" for v in value[0]]
    assert all(flags), epoch
    check = truth["gradient_check.gradient_check"]
    assert {key for key, value in check.items() if value[0][0] is True} == {
        "right True", "right False", "loose", "zeros",
    }  # fmt: skip
    for key, value in truth["gradient_check.numerical_gradients"].items():
        assert key.endswith("0.2") or value[0] == [True, True, True]


@pytest.mark.parametrize("style", RIGHT[1:], ids=str)
def test_right_styles_agree_with_plain(style: Submission, tmp_path: Path, truth: dict[str, Any]) -> None:
    seen = observed(style, tmp_path, tuple(PROBES))
    found = {s: differences(s, seen[s], truth[s]) for s in PROBES}
    assert not {s: (keys, [seen[s][k] for k in keys]) for s, keys in found.items() if keys}


#: Defaults and shapes that only the checks' own, finer inputs show; test_matrix.py proves that they do.
FINE = {
    "numerical-default-half",
    "check-default-epsilon",
    "check-default-tolerance-1e-4",
    "check-default-tolerance-1e-8",
    "check-over-size",
    "check-shapes-broadcast",
    "check-tolerance-for-epsilon",
    "sweep-default-1999",
    "sweep-default-seed",
    "digits-default-batch-31",
    "digits-seeds-each-epoch",
}


def test_the_fine_ones_are_there() -> None:
    assert {s.id for s in WRONG} >= FINE


@pytest.mark.parametrize("mistake", [s for s in WRONG if s.id not in FINE], ids=str)
def test_wrong_ones_differ_from_plain_in_their_subjects(
    mistake: Submission, tmp_path: Path, truth: dict[str, Any]
) -> None:
    seen = observed(mistake, tmp_path, mistake.subjects)
    for subject in mistake.subjects:
        assert differences(subject, seen[subject], truth[subject]), f"{subject} is as in plain"


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_pairs_differ_from_plain(pair: Submission, tmp_path: Path, truth: dict[str, Any]) -> None:
    """One subject is enough here: two signs may cancel, and each mistake is proved by itself."""
    seen = observed(pair, tmp_path, pair.subjects)
    assert any(differences(s, seen[s], truth[s]) for s in pair.subjects)


@pytest.mark.parametrize("attack", HOSTILE, ids=str)
def test_hostile_ones_can_be_written(attack: Submission, tmp_path: Path) -> None:
    folder = corpus.write(attack, tmp_path / "submission")
    assert (folder / "exercises").is_dir() or attack.make_hook is not None
    assert attack.subjects or attack.note
    shutil.rmtree(folder)  # some are large


def test_hostile_folders_are_all_listed() -> None:
    folders = {p.name for p in corpus.HOSTILE.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert folders <= {s.id for s in HOSTILE}


#: Their training is written for the wrong backward(), and right with it.
LEANING = ("backward-adds-up-as-in-torch", "backward-adds-up-in-the-network")


def test_patches_touch_only_their_subject() -> None:
    """Outside its subjects' functions, a wrong module is plain's, letter by letter."""
    for mistake in (m for m in [*WRONG[1:], *PAIRS] if m.id not in LEANING):
        for module in mistake.modules:
            names = [s.split(".", 1)[1] for s in mistake.subjects if s.startswith(module + ".")]
            source = mistake.files[f"exercises/{module}.py"]
            assert isinstance(source, str)
            before = corpus.plain()[f"exercises/{module}.py"]
            assert isinstance(before, str)
            assert _without(source, names) == _without(before, names), mistake.id


def _without(source: str, names: list[str]) -> str:
    tree: Any = ast.parse(source)
    for name in names:
        scope = tree
        for part in name.split("."):
            scope = next(n for n in scope.body if getattr(n, "name", None) == part)
        scope.body, scope.args, scope.decorator_list = [ast.Pass()], None, []
    return ast.dump(tree)


def test_a_patch_that_does_not_fit_is_refused() -> None:
    entry = {"id": "x", "subject": "losses.mse_loss", "replace": [["no such text", ""]]}
    source = corpus.plain()["exercises/losses.py"]
    assert isinstance(source, str)
    with pytest.raises(ValueError, match="0 times"):
        corpus.patched(source, entry)


def test_tables_have_the_fields_that_are_read() -> None:
    allowed = {
        "mistake": {"id", "title", "subject", "subjects", "names", "expect", "note", "within",
                    "replace", "body", "prepend", "append"},
        "pair": {"id", "title", "subjects", "of"},
        "attack": {"id", "tries", "fakes", "rest_ok", "cage", "base", "hook", "append", "prepend",
                   "note"},
    }  # fmt: skip
    tables = [*corpus.WRONG.glob("*.toml"), corpus.HOSTILE / "hostile.toml"]
    for path in tables:
        for kind, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for entry in entries:
                assert set(entry) <= allowed[kind], entry["id"]
