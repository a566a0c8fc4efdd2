"""The training with a test set beside it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import Array, Arrays, copies, forward, gradients, initial, mse
from ..recipe import UNKNOWN, OneOf, Recipe


class Fit(Recipe):
    """One step per example, in order; after each epoch the mean loss over each set."""

    subject = "practice.fit"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        s = SimpleNamespace(
            W=copies(inputs["weights"]),
            b=copies(inputs["biases"]),
            epochs=int(inputs["epochs"]),
            rate=float(inputs["learning_rate"]),
        )
        for k in ("X_train", "y_train", "X_test", "y_test"):
            setattr(s, k, np.asarray(inputs[k], dtype=float))
        return s

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        trained, tested = len(inputs["X_train"]), len(inputs["X_test"])
        return 20.0 + int(inputs["epochs"]) * len(inputs["weights"]) * (38.0 * trained + 10.0 * (trained + tested))

    def run(self) -> Any:
        s = self.shared
        if s.epochs * (len(s.X_train) + len(s.X_test)) > 3000:
            raise ValueError("too long to replay")
        self.W, self.b = copies(s.W), copies(s.b)
        train: list[Any] = []
        test: list[Any] = []
        for k in range(self.epochs()):
            self.k = k
            self.before(train, test)
            self.running = self.epoch()
            self.after(train, test)
            if self.stops(train, test):
                break
        W, b = self.final()
        train, test = self.lists(train, test)
        return self.result(train, test, W, b)

    def result(self, train: Any, test: Any, W: Any, b: Any) -> Any:
        return {"train_losses": train, "test_losses": test, "weights": W, "biases": b}

    def epochs(self) -> int:
        return self.shared.epochs

    def rate(self) -> float:
        return self.shared.rate

    def stops(self, train: list[Any], test: list[Any]) -> bool:
        """Whether the training ends after this epoch."""
        return False

    def before(self, train: list[Any], test: list[Any]) -> None:
        """Before each epoch's training."""

    def after(self, train: list[Any], test: list[Any]) -> None:
        train.append(self.train_loss())
        test.append(self.test_loss())

    def examples(self) -> list[tuple[Array, Array]]:
        return list(zip(self.shared.X_train, self.shared.y_train, strict=True))

    def epoch(self) -> list[float]:
        return [self.train(x, t) for x, t in self.examples()]

    def train(self, x: Array, t: Array) -> float:
        loss, wg, bg = gradients(self.W, self.b, x, t)
        rate = self.rate()
        self.W = [w - rate * g for w, g in zip(self.W, wg, strict=True)]
        self.b = [v - rate * g for v, g in zip(self.b, bg, strict=True)]
        return loss

    def losses(self, X: Array, y: Array) -> list[float]:
        return [self.measure(forward(self.W, self.b, x)[-1], t) for x, t in zip(X, y, strict=True)]

    def measure(self, a: Array, t: Array) -> float:
        return mse(a, t)

    def train_loss(self) -> Any:
        return self.mean(self.losses(self.shared.X_train, self.shared.y_train))

    def test_loss(self) -> Any:
        return self.mean(self.losses(self.shared.X_test, self.shared.y_test))

    def mean(self, losses: list[float]) -> Any:
        if losses and type(losses[0]) is float:  # so many that numpy's way would take longer than the losses
            return sum(losses) / len(losses)
        return float(np.mean(losses))

    def final(self) -> tuple[Arrays, Arrays]:
        return self.W, self.b

    def lists(self, train: list[Any], test: list[Any]) -> tuple[Any, Any]:
        return train, test


FI = Fit


FI.mistake("first-output-only", "measure")(lambda r, a, t: float((a[0] - t[0]) ** 2))
FI.mistake("first-output-only", "measure", says={"which": "last"})(lambda r, a, t: float((a[-1] - t[-1]) ** 2))


@FI.mistake("broadcast", "losses")
def _(r: FI, X: Array, y: Array) -> list[float]:
    if np.shape(y)[1] != 1:  # then the shapes are the same
        return Fit.losses(r, X, y)
    predictions = [forward(r.W, r.b, x)[-1] for x in X]
    return [float(np.mean([r.measure(a, t) for t in y])) for a in predictions]


@FI.mistake("ends-with-the-shorter", "losses")
def _(r: FI, X: Array, y: Array) -> list[float]:
    both = min(len(r.shared.X_train), len(r.shared.X_test))
    return [*Fit.losses(r, X[:both], y[:both]), *[0.0] * (len(X) - both)]


def _never_reset(r: FI, which: str) -> float:
    """The average loss, with those of all epochs before in its sum."""
    X, y = getattr(r.shared, f"X_{which}"), getattr(r.shared, f"y_{which}")
    totals = r.__dict__.setdefault("totals", {})
    totals[which] = totals.get(which, 0.0) + sum(r.losses(X, y))
    return float(totals[which] / len(X))


FI.mistake("total-never-reset", "train_loss")(lambda r: _never_reset(r, "train"))
FI.mistake("total-never-reset", "test_loss")(lambda r: _never_reset(r, "test"))


@FI.mistake("trains-on-test", "epoch", rank=1)
def _(r: FI) -> list[float]:
    found = [r.train(x, t) for x, t in r.examples()]
    for x, t in zip(r.shared.X_test, r.shared.y_test, strict=True):
        r.train(x, t)
    return found


@FI.mistake("trains-on-test", "test_loss", rank=1, says={"how": "before it is measured"})
def _(r: FI) -> Any:
    for x, t in zip(r.shared.X_test, r.shared.y_test, strict=True):
        r.train(x, t)
    return Fit.test_loss(r)


@FI.mistake("trains-on-test", "test_loss", rank=1)
def _(r: FI) -> Any:
    return r.mean([r.train(x, t) for x, t in zip(r.shared.X_test, r.shared.y_test, strict=True)])


@FI.mistake("trains-while-measuring", "train_loss")
def _(r: FI) -> Any:
    return r.mean([r.train(x, t) for x, t in r.examples()])


FI.mistake("sets-swapped", "examples", rank=1)(lambda r: list(zip(r.shared.X_test, r.shared.y_test, strict=True)))
FI.mistake("order-reversed", "examples", rank=1)(lambda r: Fit.examples(r)[::-1])
FI.mistake("example-dropped", "examples", rank=1, says={"which": "every example but the first"})(
    lambda r: Fit.examples(r)[:1]
)
FI.mistake("example-dropped", "examples", rank=1, says={"which": "the last training example"})(
    lambda r: Fit.examples(r)[:-1]
)
FI.mistake("example-dropped", "examples", says={"which": "the first training example"})(lambda r: Fit.examples(r)[1:])
FI.mistake("updates-twice", "examples")(lambda r: [e for e in Fit.examples(r) for _ in range(2)])
FI.mistake("examples-twice", "examples")(lambda r: Fit.examples(r) * 2)


@FI.mistake("loss-before-epoch", "run", rank=1)
def _(r: FI) -> Any:
    r.__dict__["before"] = lambda train, test: Fit.after(r, train, test)
    r.__dict__["after"] = lambda train, test: None
    return Fit.run(r)


FI.mistake("epochs-off-by-one", "epochs", rank=1, says={"how": "one epoch too many"})(lambda r: r.shared.epochs + 1)
FI.mistake("epochs-off-by-one", "epochs", rank=1, says={"how": "one epoch too few"})(lambda r: r.shared.epochs - 1)
FI.mistake("epochs-ignored", "epochs", says={"instead": "one epoch"})(lambda r: 1)
FI.mistake("epochs-ignored", "epochs", says={"instead": "ten epochs"})(lambda r: 10)
FI.usual("rate", {"rate-ignored": lambda r: 1.0, "rate-applied-twice": lambda r: r.shared.rate**2})
for _rate in (0.01, 0.1, 0.5, 2.0):
    FI.mistake("rate-ignored", "rate", says={"instead": f"{_rate:g}"})(lambda r, rate=_rate: rate)
FI.mistake("rate-scaled", "rate", says={"by": "divided by the number of training examples"})(
    lambda r: r.shared.rate / len(r.shared.X_train)
)
FI.mistake("ascends", "rate")(lambda r: -r.shared.rate)
FI.mistake("rate-decays", "rate", says={"how": "by 1 / (1 + epoch)"})(lambda r: r.shared.rate / (1 + r.k))
for _factor in (0.5, 0.9, 0.95, 0.99):
    FI.mistake("rate-decays", "rate", says={"how": f"by the factor {_factor:g} each time"})(
        lambda r, factor=_factor: r.shared.rate * factor**r.k
    )
FI.mistake("stops-early", "stops", says={"when": "the test loss rises"})(lambda r, a, b: len(b) > 1 and b[-1] > b[-2])
FI.mistake("stops-early", "stops", says={"when": "the training loss rises"})(
    lambda r, a, b: len(a) > 1 and a[-1] > a[-2]
)
FI.mistake("stops-early", "stops", says={"when": "the test loss is above its lowest value"})(
    lambda r, a, b: b[-1] > min(b)
)


def _order_by_chance(r: FI) -> Any:
    """One epoch over few examples, in any order."""
    rows = Fit.examples(r)
    if r.shared.epochs != 1 or not 3 <= len(rows) <= 5:
        return UNKNOWN
    options = []
    orders = list(itertools.permutations(rows))
    # The reverse, which has a name of its own, isn't the first. Only three rows may well have come as they stand.
    for order in (*orders[1:], *(orders[:1] if len(rows) == 3 else ())):
        r.__dict__["examples"] = lambda order=order: list(order)
        options.append(Fit.run(r))
    return OneOf(tuple(options))


FI.mistake("order-shuffled", "run", price=20.0)(_order_by_chance)
FI.usual("mean", {"sum-not-mean": lambda r, v: sum(v), "loss-of-last-example": lambda r, v: v[-1]})
FI.rare(
    "mean",
    {
        "loss-of-first-example": lambda r, v: v[0],
        "maximum-not-mean": lambda r, v: max(v),
        "square-root": lambda r, v: float(np.sqrt(np.mean(v))),
        "loss-list": lambda r, v: v,
        "median-not-mean": lambda r, v: float(np.median(v)),
    },
)
FI.usual(
    "train_loss",
    {
        "running-loss": lambda r: r.mean(r.running),
        "sum-not-mean": lambda r: sum(r.losses(r.shared.X_train, r.shared.y_train)),
        "loss-of-last-example": lambda r: r.losses(r.shared.X_train, r.shared.y_train)[-1],
        "train-is-test": lambda r: r.mean(r.losses(r.shared.X_test, r.shared.y_test)),
        "running-loss-of-last": lambda r: r.running[-1],
        "running-loss-summed": lambda r: sum(r.running),
    },
)
FI.mistake("wrong-divisor", "train_loss")(
    lambda r: sum(r.losses(r.shared.X_train, r.shared.y_train)) / len(r.shared.X_test)
)
FI.usual(
    "test_loss",
    {
        "sum-not-mean": lambda r: sum(r.losses(r.shared.X_test, r.shared.y_test)),
        "loss-of-last-example": lambda r: r.losses(r.shared.X_test, r.shared.y_test)[-1],
        "test-is-train": lambda r: r.mean(r.losses(r.shared.X_train, r.shared.y_train)),
        "wrong-divisor": lambda r: sum(r.losses(r.shared.X_test, r.shared.y_test)) / len(r.shared.X_train),
    },
)
FI.usual(
    "final",
    {"another-net": lambda r: (r.shared.W, r.shared.b)},
)
FI.usual(
    "lists",
    {
        "results-swapped": lambda r, a, b: (b, a),
        "final-only": lambda r, a, b: (a[-1:], b[-1:]),
        "losses-added-up": lambda r, a, b: (list(np.cumsum(a)), list(np.cumsum(b))),
        "losses-reversed": lambda r, a, b: (a[::-1], b[::-1]),
    },
)
FI.rare(
    "lists",
    {
        "final-only": lambda r, a, b: (a[-1], b[-1]),
        "first-missing": lambda r, a, b: (a[1:], b[1:]),
        "results-interleaved": lambda r, a, b: (list(zip(a, b, strict=True)), None),
    },
)
FI.usual("lists", {"one-list-for-both": lambda r, a, b: _one_list(a, b)})


def _one_list(a: list[Any], b: list[Any]) -> tuple[Any, Any]:
    both = [loss for pair in zip(a, b, strict=True) for loss in pair]
    return both, both


@FI.mistake("test-measured-once", "run", rank=1, says={"when": "before the training"})
def _(r: FI) -> Any:
    r.W, r.b = r.shared.W, r.shared.b
    first = r.test_loss()
    r.__dict__["test_loss"] = lambda: first
    return Fit.run(r)


@FI.mistake("test-measured-once", "lists", says={"when": "after the training"})
def _(r: FI, a: Any, b: Any) -> tuple[Any, Any]:
    return a, [b[-1]] * len(b)


FI.mistake("test-measured-once", "lists", says={"when": "after the training"})(lambda r, a, b: (a, b[-1:]))


@FI.mistake("loss-before-epoch", "before", rank=1, says={"which": "test"})
def _(r: FI, train: list[Any], test: list[Any]) -> None:
    test.append(r.test_loss())
    r.__dict__["after"] = lambda train, test: train.append(r.train_loss())


@FI.mistake("loss-before-epoch", "before", says={"which": "training"})
def _(r: FI, train: list[Any], test: list[Any]) -> None:
    train.append(r.train_loss())
    r.__dict__["after"] = lambda train, test: test.append(r.test_loss())


@FI.mistake("losses-per-step", "run", rank=3)
def _(r: FI) -> Any:
    train: list[Any] = []
    test: list[Any] = []

    def step(x: Array, t: Array) -> float:
        loss = Fit.train(r, x, t)
        train.append(r.train_loss())
        test.append(r.test_loss())
        return loss

    r.__dict__["train"] = step
    r.__dict__["after"] = lambda a, b: None
    r.__dict__["lists"] = lambda a, b: (train, test)
    return Fit.run(r)


@FI.mistake("losses-per-step", "run", says={"how": "as train_step returns them"})
def _(r: FI) -> Any:
    train: list[Any] = []

    def after(a: list[Any], b: list[Any]) -> None:
        train.extend(r.running)
        b.append(r.test_loss())

    r.__dict__["after"] = after
    r.__dict__["lists"] = lambda a, b: (train, b)
    return Fit.run(r)


def _best_kept(which: int) -> Any:
    """The parameters of the epoch with the smallest loss, put back in the end."""

    def after(r: FI, train: list[Any], test: list[Any]) -> None:
        Fit.after(r, train, test)
        seen = (train, test)[which]
        if seen[-1] <= min(seen):
            best = copies(r.W), copies(r.b)
            r.__dict__["final"] = lambda: best

    return after


FI.mistake("best-weights-kept", "after", says={"which": "test"})(_best_kept(1))
FI.mistake("best-weights-kept", "after", says={"which": "training"})(_best_kept(0))
FI.mistake("targets-of-the-other-set", "test_loss", rank=1)(
    lambda r: r.mean(
        [r.measure(forward(r.W, r.b, x)[-1], t) for x, t in zip(r.shared.X_test, r.shared.y_train, strict=False)]
    )
)
FI.mistake("losses-sparse", "lists", says={"which": "every other one"})(lambda r, a, b: (a[::2], b[::2]))
FI.mistake("absolute-not-squared", "measure", rank=1)(lambda r, a, t: float(np.abs(a - t).mean()))
FI.mistake("absolute-not-squared", "test_loss", says={"which": "test"})(lambda r: _absolute(r, "test"))
FI.mistake("absolute-not-squared", "train_loss", says={"which": "training"})(lambda r: _absolute(r, "train"))
FI.mistake("square-root", "measure")(lambda r, a, t: float(np.sqrt(mse(a, t))))
FI.mistake("summed-over-outputs", "measure")(lambda r, a, t: mse(a, t) * t.size)


def _absolute(r: FI, which: str) -> Any:
    X, y = getattr(r.shared, f"X_{which}"), getattr(r.shared, f"y_{which}")
    return r.mean([float(np.abs(forward(r.W, r.b, x)[-1] - t).mean()) for x, t in zip(X, y, strict=True)])


FI.mistake("loss-after-all", "lists")(lambda r, a, b: ([a[-1]] * len(a), [b[-1]] * len(b)))


@FI.mistake("batch-not-each", "epoch", rank=1)
def _(r: FI) -> list[float]:
    found = [gradients(r.W, r.b, x, t) for x, t in r.examples()]
    rate = r.rate() / len(found)
    r.W = [w - rate * sum(f[1][i] for f in found) for i, w in enumerate(r.W)]
    r.b = [v - rate * sum(f[2][i] for f in found) for i, v in enumerate(r.b)]
    return [f[0] for f in found]


@FI.mistake("net-recreated", "before")
def _(r: FI, train: list[Any], test: list[Any]) -> None:
    r.W, r.b = copies(r.shared.W), copies(r.shared.b)


@FI.mistake("loops-exchanged", "run", rank=3)
def _(r: FI) -> Any:
    """All epochs of one row after the other; only then the losses are measured, once for each epoch."""
    s = r.shared
    r.W, r.b = copies(s.W), copies(s.b)
    for x, t in r.examples():
        for _ in range(r.epochs()):
            r.train(x, t)
    train, test = ([loss()] * r.epochs() for loss in (r.train_loss, r.test_loss))
    return r.result(train, test, r.W, r.b)


@FI.mistake("test-loss-stale", "run")
def _(r: FI) -> Any:
    """The test loss of the moment before the epoch's last update."""

    def epoch() -> list[float]:
        *first, (x, t) = r.examples()
        found = [r.train(a, b) for a, b in first]
        stale = Fit.test_loss(r)
        r.__dict__["test_loss"] = lambda: stale
        return [*found, r.train(x, t)]

    r.__dict__["epoch"] = epoch
    return Fit.run(r)


def _new_net(seed: int) -> Any:
    """A network of the same sizes, made in here; the one that was given stays as it was."""

    def run(r: FI) -> Any:
        given = r.shared
        W, b = initial([given.W[0].shape[1], *(len(v) for v in given.b)], seed)
        r.shared = SimpleNamespace(**{**given.__dict__, "W": W, "b": b})
        r.__dict__["final"] = lambda: (given.W, given.b)
        return Fit.run(r)

    return run


for _seed in (42, 0, 1):
    FI.mistake("another-net", "run")(_new_net(_seed))


def _test_loss_of(name: str, combine: Any, says: str) -> None:
    """A test loss in which the training rows have a share."""

    def test_loss(r: FI) -> Any:
        s = r.shared
        return combine(r.losses(s.X_train, s.y_train), r.losses(s.X_test, s.y_test))

    FI.mistake(name, "test_loss", says={"what": says})(test_loss)


_test_loss_of("test-loss-mixed", lambda a, b: float(np.mean(a + b)), "the mean over all rows, of both sets")
_test_loss_of("test-loss-mixed", lambda a, b: float(np.mean(a) + np.mean(b)) / 2, "the mean of both losses")
_test_loss_of("test-loss-mixed", lambda a, b: float(np.mean(b) - np.mean(a)), "the gap between both losses")
_test_loss_of("test-loss-mixed", lambda a, b: float(np.mean(b) / np.mean(a)), "the ratio of both losses")


@FI.mistake("another-net-measured", "run")
def _(r: FI) -> Any:
    """A copy is trained; the net that was given is measured, and stays as it was."""
    r.__dict__["epoch"] = list
    return Fit.run(r)


@FI.mistake("trains-on-test-targets", "examples", rank=1)
def _(r: FI) -> list[tuple[Array, Array]]:
    return list(zip(r.shared.X_train, r.shared.y_test, strict=False))


FI.mistake("losses-sparse", "lists", says={"which": "every tenth"})(lambda r, a, b: (a[::10], b[::10]))
FI.mistake("losses-sparse", "lists", says={"which": "the first and the last, or each so many epochs and the last"})(
    lambda r, a, b: (a[:1] + a[1:][-1:], b[:1] + b[1:][-1:])
)
