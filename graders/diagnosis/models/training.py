"""XOR, the sweep over learning rates, the verdict."""

from __future__ import annotations

import itertools
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


@TX.mistake("order-shuffled", "run", rank=2)
def _(r: TX) -> Any:
    return _one_step(r, again=False)


@TX.mistake("drawn-with-replacement", "run", rank=2)
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


TX.mistake("losses-sparse", "result", says={"every": "10th"})(
    lambda r, W, b, losses: {"weights": W, "biases": b, "losses": losses[::10]}
)
TX.mistake("losses-sparse", "result", says={"every": "100th"})(
    lambda r, W, b, losses: {"weights": W, "biases": b, "losses": losses[::100]}
)
TX.mistake("final-only", "result")(lambda r, W, b, losses: {"weights": W, "biases": b, "losses": losses[-1:]})
TX.mistake("final-only", "result")(lambda r, W, b, losses: {"weights": W, "biases": b, "losses": losses[-1]})


class LearningRateSweep(Recipe):
    """One training for each rate, each from the same weights; the loss after the last step."""

    subject = "training.learning_rate_sweep"

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 50.0 + 170.0 * min(int(inputs["steps"]), MAX_STEPS) * len(inputs["learning_rates"])

    def run(self) -> Any:
        if int(self.inputs["steps"]) > MAX_STEPS:
            return UNKNOWN
        rates = [float(r) for r in self.inputs["learning_rates"]]
        found: dict[str, dict[float, Any]] = {"now": {}, "then": {}}
        self.W, self.b = initial([2, 4, 1], self.seed(0))
        for k, rate in enumerate(self.order(rates)):
            self.renew(k)
            first = self.seen = [mse(forward(self.W, self.b, x)[-1], t) for x, t in zip(X, Y, strict=True)]
            self.history: list[float] = []
            for _ in range(self.steps()):
                self.seen = [self.train(x, t, self.rate(rate, rates)) for x, t in zip(X, self.targets(), strict=True)]
                self.history.append(sum(self.seen) / 4)
            self.now = [mse(forward(self.W, self.b, x)[-1], t) for x, t in zip(X, Y, strict=True)]
            self.first = first
            found["now"][rate] = self.final(self.now)
            found["then"][rate] = self.final(self.seen)
        return OneOf((self.result(found["now"]), self.result(found["then"])))

    def order(self, rates: list[float]) -> list[float]:
        return rates

    def seed(self, k: int) -> int:
        return int(self.inputs["seed"])

    def steps(self) -> int:
        return int(self.inputs["steps"])

    def renew(self, k: int) -> None:
        self.W, self.b = initial([2, 4, 1], self.seed(k))

    def rate(self, rate: float, rates: list[float]) -> float:
        return rate

    def targets(self) -> Array:
        return Y

    def train(self, x: Array, t: Array, rate: float) -> float:
        loss, wg, bg = gradients(self.W, self.b, x, t)
        self.W = [w - rate * g for w, g in zip(self.W, wg, strict=True)]
        self.b = [v - rate * g for v, g in zip(self.b, bg, strict=True)]
        return loss

    def final(self, four: list[float]) -> Any:
        return sum(four) / 4

    def result(self, found: dict[float, Any]) -> Any:
        return found


LS = LearningRateSweep
LS.usual("renew", {"goes-on-with-trained-net": lambda r, k: None})


@LS.mistake("biases-not-put-back", "renew", rank=1)
def _(r: LS, k: int) -> None:
    r.W, b = initial([2, 4, 1], r.seed(k))
    r.b = b if k == 0 else r.b


@LS.mistake("biases-not-put-back", "renew", says={"kept": "biases", "not": "weights"})
def _(r: LS, k: int) -> None:
    W, r.b = initial([2, 4, 1], r.seed(k))
    r.W = W if k == 0 else r.W


LS.usual("seed", {"seed-ignored": lambda r, k: 42})
LS.mistake("seed-ignored", "seed", rank=1, says={"how": "another seed for each rate"})(
    lambda r, k: int(r.inputs["seed"]) + k
)
LS.mistake("seed-ignored", "seed")(lambda r, k: 0)


@LS.mistake("steps-and-seed-swapped", "run", rank=3)
def _(r: LS) -> Any:
    steps, seed = int(r.inputs["steps"]), int(r.inputs["seed"])
    if seed > MAX_STEPS:
        return UNKNOWN
    r.__dict__["seed"] = lambda k: steps
    r.__dict__["steps"] = lambda: seed
    return LearningRateSweep.run(r)


LS.usual("rate", {"rate-ignored": lambda r, rate, rates: rates[0]})
LS.mistake("rate-ignored", "rate", rank=1)(lambda r, rate, rates: 2.0)
LS.mistake("rate-ignored", "rate")(lambda r, rate, rates: rates[-1])
LS.usual(
    "final",
    {
        "first-loss": lambda r, four: r.history[0],
        "mean-over-steps": lambda r, four: sum(r.history) / len(r.history),
        "smallest-loss": lambda r, four: min(four),
        "best-loss": lambda r, four: min(r.history),
        "sum-not-mean": lambda r, four: sum(four),
        "loss-of-last-example": lambda r, four: four[-1],
        "history-not-final": lambda r, four: list(r.history),
        "loss-before-training": lambda r, four: sum(r.first) / 4,
        "absolute-not-squared": lambda r, four: sum(np.sqrt(four)) / 4,
        "loss-difference": lambda r, four: sum(r.first) / 4 - sum(four) / 4,
    },
)
LS.rare(
    "final",
    {
        "loss-of-first-example": lambda r, four: four[0],
        "maximum-not-mean": lambda r, four: max(four),
        "square-root": lambda r, four: float(np.sqrt(sum(four) / 4)),
        "first-loss": lambda r, four: sum(r.first),
        "verdict-not-loss": lambda r, four: _verdict(sum(four) / 4),
        "sum-over-steps": lambda r, four: sum(r.history),
    },
)
LS.mistake("loss-difference", "final")(lambda r, four: r.history[0] - r.history[-1])
for _last in (2, 3, 5, 10):
    LS.mistake("mean-of-last-steps", "final", says={"last": str(_last)})(
        lambda r, four, last=_last: float(np.mean(r.history[-last:]))
    )
LS.mistake("loss-relative", "final")(lambda r, four: sum(four) / 4 / r.history[0])
LS.mistake("loss-relative", "final")(lambda r, four: r.history[-1] / r.history[0])
LS.mistake("steps-halved", "steps")(lambda r: int(r.inputs["steps"]) // 2)
for _digits in (2, 3, 4):
    LS.mistake("rounded", "final", rank=1, says={"digits": str(_digits)})(
        lambda r, four, digits=_digits: round(sum(four) / 4, digits)
    )
LS.usual(
    "targets",
    {
        "or-not-xor": lambda r: np.array([[0.0], [1.0], [1.0], [1.0]]),
        "and-not-xor": lambda r: np.array([[0.0], [0.0], [0.0], [1.0]]),
        "xnor-not-xor": lambda r: 1 - Y,
    },
)
LS.mistake("steps-off-by-one", "steps", says={"how": "one step too few"})(lambda r: int(r.inputs["steps"]) - 1)
LS.mistake("steps-off-by-one", "steps", says={"how": "one step too many"})(lambda r: int(r.inputs["steps"]) + 1)
LS.usual(
    "result",
    {
        "list-not-dict": lambda r, f: list(f.values()),
        "keys-are-strings": lambda r, f: {str(k): v for k, v in f.items()},
        "best-only": lambda r, f: {k: v for k, v in f.items() if v == min(f.values())},
        "overwritten": lambda r, f: dict(list(f.items())[-1:]),
        "first-only": lambda r, f: dict(list(f.items())[:1]),
        "keys-are-losses": lambda r, f: {v: k for k, v in f.items()},
        "pairs-not-dict": lambda r, f: list(f.items()),
        "keys-are-numbers": lambda r, f: {float(i): v for i, v in enumerate(f.values())},
    },
)


def _verdict(loss: float) -> str:
    return "Too slow/stuck" if loss > 0.2 else "Learning slowly" if loss > 0.01 else "Good" if loss > 0.001 else "Great"


class Verdict(Recipe):
    """The loss in words."""

    subject = "training.verdict"

    def run(self) -> Any:
        return self.word(float(self.inputs["final_loss"]), list(self.limits()), list(self.words()))

    def limits(self) -> tuple[float, float, float]:
        return (0.2, 0.01, 0.001)

    def words(self) -> tuple[Any, ...]:
        return ("Too slow/stuck", "Learning slowly", "Good", "Great")

    def word(self, loss: float, limits: list[float], words: list[Any]) -> Any:
        for limit, word in zip(limits, words[:-1], strict=True):
            if self.above(loss, limit):
                return word
        return words[-1]

    def above(self, loss: float, limit: float) -> bool:
        return loss > limit


VD = Verdict
VD.alone("above", {"boundary": lambda r, loss, limit: loss >= limit})
for _digits in (1, 2, 3):
    VD.mistake("rounded", "above", rank=3, says={"digits": str(_digits)})(
        lambda r, loss, limit, digits=_digits: round(loss, digits) > limit
    )
for _a, _b in itertools.combinations(("Too slow/stuck", "Learning slowly", "Good", "Great"), 2):
    VD.mistake("words-exchanged", "words", says={"which": f"'{_a}' and '{_b}'"})(
        lambda r, a=_a, b=_b: tuple(b if w == a else a if w == b else w for w in Verdict.words(r))
    )
VD.mistake("thresholds-inverted", "above", rank=1)(lambda r, loss, limit: loss < limit)
VD.mistake("thresholds-in-wrong-order", "word", rank=1)(
    lambda r, loss, limits, words: next(
        (w for limit, w in zip(limits[::-1], words[2::-1], strict=True) if loss > limit), words[-1]
    )
)
VD.mistake("thresholds-inverted", "words", rank=1)(lambda r: ("Great", "Good", "Learning slowly", "Too slow/stuck"))
VD.mistake("case-missing", "word")(
    lambda r, loss, limits, words: next(
        (w for limit, w in zip(limits[:2], words[:2], strict=True) if loss > limit), words[-1]
    )
)
VD.mistake("case-missing", "word", says={"which": "Learning slowly"})(
    lambda r, loss, limits, words: words[0] if loss > limits[0] else words[2] if loss > limits[2] else words[3]
)
VD.mistake("case-missing", "word", says={"which": "Too slow/stuck"})(
    lambda r, loss, limits, words: words[1] if loss > limits[1] else words[2] if loss > limits[2] else words[3]
)
for _words in (("Too slow/stuck", "Good", "Great", "Great"), ("Learning slowly", "Good", "Great", "Great")):
    _which = next(word for word in ("Learning slowly", "Too slow/stuck") if word not in _words)
    VD.mistake("case-missing", "words", says={"which": f"{_which}, and those below it come one limit too early"})(
        lambda r, words=_words: words
    )
for _at, _options in (
    (0, (0.1, 0.15, 0.25, 0.3, 0.5, 0.02, 2.0)),
    (1, (0.1, 0.05, 0.02, 0.001, 0.005)),
    (2, (0.0001, 0.005, 0.002, 0.0005)),
):
    for _limit in _options:

        def _limits(r: VD, at: int = _at, limit: float = _limit) -> tuple[float, ...]:
            limits = [0.2, 0.01, 0.001]
            limits[at] = limit
            return tuple(limits)

        VD.mistake(
            "wrong-threshold",
            "limits",
            says={"right": f"{(0.2, 0.01, 0.001)[_at]:g}", "instead": f"{_limit:g}"},
        )(_limits)
VD.mistake("wrong-text", "words", says={"how": "small letters"})(
    lambda r: ("too slow/stuck", "learning slowly", "good", "great")
)
VD.mistake("no-return", "word", rank=3)(lambda r, *a: None)
VD.mistake("wrong-threshold", "limits", says={"right": "0.2, 0.01 and 0.001", "instead": "ten times those"})(
    lambda r: (2.0, 0.1, 0.01)
)
VD.mistake("wrong-threshold", "limits", says={"right": "0.2, 0.01 and 0.001", "instead": "a hundred times those"})(
    lambda r: (20.0, 1.0, 0.1)
)
