"""Training on XOR: the four examples in order, again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..maths import Array, Arrays, forward, gradients, initial, mse
from ..recipe import UNKNOWN, OneOf, Recipe

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
#: Longer runs are not replayed: they cost too much, and rounding grows in them.
MAX_STEPS = 60


class TrainXor(Recipe):
    """The four examples in order, again and again."""

    subject = "training.train_xor"

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 50.0 + 150.0 * min(int(inputs["steps"]), MAX_STEPS)

    def run(self) -> Any:
        if self.too_long():
            return UNKNOWN
        self.W, self.b = self.net()
        self.last = 0.0
        losses: list[float] = []
        self.total = 0.0
        for k in range(self.steps()):
            self.k = k
            self.fresh()
            self.total = self.start()
            before = self.measured() if self.wants_before() else 0.0
            seen = self.sweep(k)
            losses.append(self.record(seen, before))
        return self.result(self.W, self.b, losses)

    def too_long(self) -> bool:
        return int(self.inputs["steps"]) > MAX_STEPS

    def sizes(self) -> list[int]:
        return [2, 4, 1]

    def seed(self) -> int:
        return int(self.inputs["seed"])

    def net(self) -> tuple[Arrays, Arrays]:
        return initial(self.sizes(), self.seed())

    def steps(self) -> int:
        return int(self.inputs["steps"])

    def fresh(self) -> None:
        """Before each step."""

    def start(self) -> float:
        return 0.0

    def wants_before(self) -> bool:
        return False

    def examples(self, k: int) -> list[tuple[Array, Array]]:
        return [(self.input(x), t) for x, t in zip(X, self.targets(), strict=True)]

    def input(self, x: Array) -> Array:
        return x

    def targets(self) -> Array:
        return Y

    def sweep(self, k: int) -> list[float]:
        return [self.train(x, t) for x, t in self.examples(k)]

    def train(self, x: Array, t: Array) -> float:
        loss, wg, bg = gradients(self.W, self.b, x, t)
        rate = self.rate()
        self.W = [w - rate * g for w, g in zip(self.W, wg, strict=True)]
        self.b = [v - rate * g for v, g in zip(self.b, bg, strict=True)]
        return self.seen(loss, x, t)

    def seen(self, loss: float, x: Array, t: Array) -> float:
        return loss

    def rate(self) -> float:
        return float(self.inputs["learning_rate"])

    def record(self, seen: list[float], before: float) -> Any:
        self.total += sum(seen)
        return self.total / len(seen)

    def measured(self) -> float:
        return float(np.mean([mse(forward(self.W, self.b, x)[-1], t) for x, t in zip(X, self.targets(), strict=True)]))

    def result(self, W: Arrays, b: Arrays, losses: list[Any]) -> Any:
        return {"weights": W, "biases": b, "losses": losses}


TX = TrainXor
TX.mistake("sorted", "result", edge=True)(
    lambda r, W, b, losses: TrainXor.result(r, W, b, sorted(losses, reverse=True))
)
TX.usual(
    "targets",
    {
        "or-not-xor": lambda r: np.array([[0.0], [1.0], [1.0], [1.0]]),
        "and-not-xor": lambda r: np.array([[0.0], [0.0], [0.0], [1.0]]),
        "xnor-not-xor": lambda r: 1 - Y,
    },
)
TX.rare(
    "targets",
    {
        "zero-targets": lambda r: 0 * Y,
        "targets-softened": lambda r: 0.1 + 0.8 * Y,
        "nand-not-xor": lambda r: np.array([[1.0], [1.0], [1.0], [0.0]]),
        "nor-not-xor": lambda r: np.array([[1.0], [0.0], [0.0], [0.0]]),
        "one-targets": lambda r: 0 * Y + 1,
        "targets-first-input": lambda r: np.array([[0.0], [0.0], [1.0], [1.0]]),
        "targets-second-input": lambda r: np.array([[0.0], [1.0], [0.0], [1.0]]),
    },
)
TX.usual(
    "record",
    {
        "loss-of-last-example": lambda r, s, b: s[-1],
        "quarter-of-last": lambda r, s, b: s[-1] / 4,
        "sum-not-mean": lambda r, s, b: r.total + sum(s),
        "loss-after-update": lambda r, s, b: r.measured(),
    },
)
TX.rare(
    "record",
    {
        "loss-of-first-example": lambda r, s, b: s[0],
        "maximum-not-mean": lambda r, s, b: max(s),
        "divided-by-two": lambda r, s, b: sum(s) / 2,
        "minimum-not-mean": lambda r, s, b: min(s),
        "divided-by-steps": lambda r, s, b: sum(s) / int(r.inputs["steps"]),
    },
)


@TX.mistake("loss-before-step", "run", rank=1)
def _(r: TX) -> Any:
    r.__dict__["wants_before"] = lambda: True
    r.__dict__["record"] = lambda seen, before: before
    return TrainXor.run(r)


TX.mistake("loss-after-update", "seen", rank=1)(lambda r, loss, x, t: mse(forward(r.W, r.b, x)[-1], t))


@TX.mistake("total-never-reset", "start", rank=1)
def _(r: TX) -> float:
    return r.total


@TX.mistake("total-never-reset", "record", rank=1)
def _(r: TX, seen: list[float], before: float) -> float:
    """Nor is the count: the mean of all losses since the first step."""
    everything = r.__dict__.setdefault("everything", [])
    everything += seen
    return float(sum(everything) / len(everything))


TX.usual("seed", {"seed-ignored": lambda r: 42})


@TX.mistake("weights-start-at-zero", "net")
def _(r: TX) -> tuple[Arrays, Arrays]:
    W, b = initial(r.sizes(), r.seed())
    return [0 * w for w in W], b


TX.rare("seed", {"seed-off-by-one": lambda r: int(r.inputs["seed"]) + 1})
TX.mistake("seed-ignored", "seed", says={"instead": "0"})(lambda r: 0)
TX.usual("rate", {"rate-ignored": lambda r: 2.0, "ascends": lambda r: -float(r.inputs["learning_rate"])})
for _rate in (0.01, 0.1, 0.5, 1.0):
    TX.mistake("rate-ignored", "rate", says={"instead": f"{_rate:g}"})(lambda r, rate=_rate: rate)
for _step in (0.001, 0.01, 0.1, 1.0):
    TX.mistake("rate-decays", "rate", says={"how": f"by 1 / (1 + {_step:g} · step)"})(
        lambda r, step=_step: float(r.inputs["learning_rate"]) / (1 + step * r.k)
    )
for _factor in (0.999, 0.99, 0.95, 0.9):
    TX.mistake("rate-decays", "rate", says={"how": f"by the factor {_factor:g} in each step"})(
        lambda r, factor=_factor: float(r.inputs["learning_rate"]) * factor**r.k
    )
TX.mistake("rate-applied-twice", "rate")(lambda r: float(r.inputs["learning_rate"]) ** 2)
TX.mistake("rate-divided", "rate")(lambda r: float(r.inputs["learning_rate"]) / 4)
TX.mistake("steps-off-by-one", "steps", rank=1, says={"how": "one step too few"})(lambda r: int(r.inputs["steps"]) - 1)
TX.mistake("steps-off-by-one", "steps", rank=1, says={"how": "one step too many"})(lambda r: int(r.inputs["steps"]) + 1)
for _sizes in ([2, 3, 1], [2, 2, 1], [2, 4, 4, 1], [2, 8, 1], [2, 5, 1], [2, 1], [2, 4, 2]):
    TX.mistake("wrong-architecture", "sizes", says={"sizes": str(_sizes)})(lambda r, sizes=_sizes: list(sizes))
TX.usual(
    "input",
    {"inputs-changed": lambda r, x: 2 * x - 1},
)
TX.mistake("example-dropped", "examples", says={"which": "[1, 1]"})(lambda r, k: TrainXor.examples(r, k)[:3])
TX.mistake("example-dropped", "examples", says={"which": "[0, 0]"})(lambda r, k: TrainXor.examples(r, k)[1:])
TX.mistake("order-reversed", "examples", rank=1)(lambda r, k: TrainXor.examples(r, k)[::-1])
TX.mistake("one-example-a-step", "examples", rank=1)(lambda r, k: [TrainXor.examples(r, k)[k % 4]])


@TX.mistake("one-example-a-step", "run", rank=3)
def _(r: TX) -> Any:
    """And the mean of the last four losses is recorded."""
    recent: list[float] = []

    def record(seen: list[float], before: float) -> float:
        recent.extend(seen)
        return sum(recent[-4:]) / len(recent[-4:])

    r.__dict__["examples"] = lambda k: [TrainXor.examples(r, k)[k % 4]]
    r.__dict__["record"] = record
    return TrainXor.run(r)


TX.mistake("example-dropped", "examples", says={"which": "every example but the first"})(
    lambda r, k: TrainXor.examples(r, k)[:1]
)
TX.mistake("example-dropped", "examples", says={"which": "every example but the last"})(
    lambda r, k: TrainXor.examples(r, k)[-1:]
)


@TX.mistake("examples-twice", "examples")
def _(r: TX, k: int) -> Any:
    return TrainXor.examples(r, k) * 2


@TX.mistake("batch-not-each", "sweep", rank=1)
def _(r: TX, k: int) -> list[float]:
    return _batch(r, k, 4)


@TX.mistake("batch-not-each", "sweep", says={"how": "the sum of the gradients"})
def _(r: TX, k: int) -> list[float]:
    return _batch(r, k, 1)


def _batch(r: TX, k: int, divisor: int) -> list[float]:
    found = [gradients(r.W, r.b, x, t) for x, t in r.examples(k)]
    rate = r.rate() / divisor
    r.W = [w - rate * sum(f[1][i] for f in found) for i, w in enumerate(r.W)]
    r.b = [v - rate * sum(f[2][i] for f in found) for i, v in enumerate(r.b)]
    return [f[0] for f in found]


@TX.mistake("net-recreated", "fresh", rank=1)
def _(r: TX) -> None:
    r.W, r.b = r.net()


@TX.mistake("square-of-mean", "run", rank=2)
def _(r: TX) -> Any:
    def train(x: Array, t: Array) -> float:
        error = float((forward(r.W, r.b, x)[-1] - t)[0])
        TrainXor.train(r, x, t)
        return error

    r.__dict__["train"] = train
    r.__dict__["record"] = lambda seen, before: (sum(seen) / len(seen)) ** 2
    return TrainXor.run(r)


def _one_step(r: TX, again: bool) -> Any:
    """The first step with its four examples in any order, or (`again`) with some of them twice and others never."""
    if int(r.inputs["steps"]) != 1:
        return UNKNOWN
    examples = r.examples(0)
    options: list[Any] = []

    def go_on(W: Arrays, b: Arrays, seen: list[float], taken: tuple[int, ...]) -> None:
        if len(taken) == 4:
            if again == (len(set(taken)) < 4):
                options.append(r.result(W, b, [sum(seen) / 4]))
            return
        for k, (x, t) in enumerate(examples):
            if again or k not in taken:
                r.W, r.b = W, b
                loss = r.train(x, t)
                go_on(r.W, r.b, [*seen, loss], (*taken, k))

    go_on(*r.net(), [], ())
    return OneOf(tuple(options))


@TX.mistake("order-shuffled", "run", rank=2, price=8.0)
def _(r: TX) -> Any:
    return _one_step(r, again=False)


@TX.mistake("drawn-with-replacement", "run", rank=3)
def _(r: TX) -> Any:
    return _one_step(r, again=True)


@TX.mistake("parameters-not-trained", "result")
def _(r: TX, W: Arrays, b: Arrays, losses: list[Any]) -> Any:
    W, b = r.net()
    return {"weights": W, "biases": b, "losses": losses}


@TX.mistake("loss-per-example", "run", rank=3)
def _(r: TX) -> Any:
    if r.too_long():
        return UNKNOWN
    r.W, r.b = r.net()
    losses: list[float] = []
    for k in range(r.steps()):
        losses.extend(r.sweep(k))
    return r.result(r.W, r.b, losses)


@TX.mistake("loops-exchanged", "run", rank=3)
def _(r: TX) -> Any:
    if r.too_long():
        return UNKNOWN
    r.W, r.b = r.net()
    seen = [[r.train(x, t) for _ in range(r.steps())] for x, t in r.examples(0)]
    return r.result(r.W, r.b, [sum(four) / 4 for four in zip(*seen, strict=True)])


@TX.mistake("initial-loss-recorded", "result")
def _(r: TX, W: Arrays, b: Arrays, losses: list[Any]) -> Any:
    first, last = r.net(), (r.W, r.b)
    r.W, r.b = first
    before = r.measured()
    r.W, r.b = last
    return TrainXor.result(r, W, b, [before, *losses])


TX.mistake("losses-sparse", "result", says={"which": "every tenth"})(
    lambda r, W, b, losses: {"weights": W, "biases": b, "losses": losses[::10]}
)
TX.mistake("losses-sparse", "result", says={"which": "every hundredth"})(
    lambda r, W, b, losses: {"weights": W, "biases": b, "losses": losses[::100]}
)
TX.mistake("losses-sparse", "result", rank=3, says={"which": "the last and one in some hundred"})(
    lambda r, W, b, losses: {"weights": W, "biases": b, "losses": [*losses[:-1:100], *losses[-1:]]}
)
TX.mistake("final-only", "result")(lambda r, W, b, losses: {"weights": W, "biases": b, "losses": losses[-1:]})
TX.mistake("final-only", "result")(lambda r, W, b, losses: {"weights": W, "biases": b, "losses": losses[-1]})


@TX.mistake("best-weights-kept", "run")
def _(r: TX) -> Any:
    best: dict[str, Any] = {}

    def record(seen: list[float], before: float) -> Any:
        loss = TrainXor.record(r, seen, before)
        if loss < best.get("loss", np.inf):
            best.update(loss=loss, net=(r.W, r.b))
        return loss

    r.__dict__["record"] = record

    def result(W: Arrays, b: Arrays, losses: list[Any]) -> Any:
        W, b = best.get("net", (W, b))
        return TrainXor.result(r, W, b, losses)

    r.__dict__["result"] = result
    return TrainXor.run(r)
