"""Training on digits: which network, from which seed, with which rate, for how long, and what is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import Array, Arrays, forward, initial, sigmoid, slope
from ..recipe import UNKNOWN, Recipe


@lru_cache(maxsize=8)  # 0.4 MB each for pictures
def _first(sizes: tuple[int, ...], seed: int) -> tuple[Arrays, Arrays]:
    """The first parameters; drawing so many takes longer than training on a few examples."""
    return initial(list(sizes), seed)


def _whole_batch(W: Arrays, b: Arrays, X: Array, y: Array) -> tuple[Arrays, Arrays, float]:
    """Mean gradients of a batch, and the sum of its losses."""
    A = [X]
    for w, v in zip(W, b, strict=True):
        A.append(sigmoid(A[-1] @ w.T + v))
    d = A[-1] - y
    delta = 2.0 * d / d.size * slope(A[-1])
    wg: Arrays = []
    bg: Arrays = []
    for layer in reversed(range(len(W))):
        wg.insert(0, delta.T @ A[layer])
        bg.insert(0, delta.sum(axis=0))
        delta = delta @ W[layer] * slope(A[layer])
    return wg, bg, float((d * d).sum() / y.shape[1])


class TrainDigits(Recipe):
    """Epochs where the order makes no difference: one batch, or examples that are all the same."""

    subject = "digits.train_digits"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        X = np.asarray(inputs["X_train"], dtype=float)
        y = np.asarray(inputs["y_train"], dtype=float)
        size = int(inputs.get("batch_size", 32))
        return SimpleNamespace(
            X=X,
            y=y,
            size=size,
            known=size >= len(X) or bool((X[0] == X).all() and (y == y[0]).all()),
        )

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        n, n_in = np.shape(inputs["X_train"])
        updates = int(inputs.get("epochs", 15)) * -(-n // max(int(inputs.get("batch_size", 32)), 1))
        return 50.0 + 0.3 * n_in + updates * (30.0 + 0.3 * n_in)

    def run(self) -> Any:
        s = self.shared
        if not s.known or self.epochs() * len(s.X) > 400:
            return UNKNOWN
        W, b = self.net()
        losses: list[float] = []
        for k in range(self.epochs()):
            self.k = k
            if self.k and self.fresh():
                W, b = self.net()
            self.old = W, b
            W, b, loss = self.epoch(W, b, *self.examples())
            losses.append(self.measured(W, b, loss))
        return self.result(W, b, losses)

    def net(self) -> tuple[Arrays, Arrays]:
        return _first(tuple(self.sizes()), self.seed())

    def sizes(self) -> list[int]:
        return [self.shared.X.shape[1], 64, self.shared.y.shape[1]]

    def seed(self) -> int:
        return int(self.inputs.get("seed", 42))

    def epochs(self) -> int:
        return int(self.inputs.get("epochs", 15))

    def rate(self) -> float:
        return float(self.inputs.get("learning_rate", 0.5))

    def batch_size(self) -> int:
        return self.shared.size

    def fresh(self) -> bool:
        return False

    def examples(self) -> tuple[Array, Array]:
        return self.shared.X, self.shared.y

    def epoch(self, W: Arrays, b: Arrays, X: Array, y: Array) -> tuple[Arrays, Arrays, float]:
        totals: list[float] = []
        size = self.batch_size()
        for start in range(0, len(X), size):
            wg, bg, losses = _whole_batch(W, b, X[start : start + size], y[start : start + size])
            rate = self.rate()
            W = [w - rate * g for w, g in zip(W, wg, strict=True)]
            b = [v - rate * g for v, g in zip(b, bg, strict=True)]
            totals.append(losses)
        return W, b, self.averaged(totals, [len(X[start : start + size]) for start in range(0, len(X), size)])

    def averaged(self, totals: list[float], sizes: list[int]) -> float:
        """An epoch's loss, from the summed loss and the size of each of its batches."""
        return sum(totals) / sum(sizes)

    def measured(self, W: Arrays, b: Arrays, loss: float) -> float:
        return loss

    def result(self, W: Arrays, b: Arrays, losses: list[float]) -> Any:
        return {"weights": W, "biases": b, "losses": losses}


TD = TrainDigits


@TD.mistake("loss-after-update", "measured", rank=1, says={"which": "the whole set, after the epoch"})
def _(r: TD, W: Arrays, b: Arrays, loss: float) -> float:
    return float(
        np.mean([np.square(forward(W, b, x)[-1] - t).mean() for x, t in zip(r.shared.X, r.shared.y, strict=True)])
    )


TD.mistake("sum-not-mean", "measured")(lambda r, W, b, loss: loss * len(r.shared.X))
TD.mistake("rate-scaled", "rate", says={"by": "multiplied by batch_size"})(
    lambda r: TrainDigits.rate(r) * r.shared.size
)
TD.mistake("rate-scaled", "rate", says={"by": "divided by batch_size"})(lambda r: TrainDigits.rate(r) / r.shared.size)
TD.mistake("rate-scaled", "rate", says={"by": "divided by the number of epochs"})(
    lambda r: TrainDigits.rate(r) / r.epochs()
)
TD.mistake("losses-added-up", "result")(lambda r, W, b, v: TrainDigits.result(r, W, b, np.cumsum(v).tolist()))
TD.mistake("scaled-twice", "examples", rank=1)(lambda r: (r.shared.X / 255, r.shared.y))
TD.mistake("rate-decays", "rate", rank=1, says={"how": "by 1 / (1 + epoch)"})(lambda r: TrainDigits.rate(r) / (1 + r.k))
for _factor in (0.5, 0.9, 0.95, 0.99):
    TD.mistake("rate-decays", "rate", says={"how": f"by the factor {_factor:g} each time"})(
        lambda r, factor=_factor: TrainDigits.rate(r) * factor**r.k
    )


TD.usual(
    "averaged",
    {
        "mean-of-batch-means": lambda r, totals, sizes: float(np.mean(np.divide(totals, sizes))),
        "loss-of-last-batch": lambda r, totals, sizes: totals[-1] / sizes[-1],
    },
)
TD.rare(
    "averaged",
    {
        "sum-of-batch-means": lambda r, totals, sizes: float(np.sum(np.divide(totals, sizes))),
        "batch-means-over-n": lambda r, totals, sizes: float(np.sum(np.divide(totals, sizes))) / sum(sizes),
    },
)


@TD.mistake("loss-per-batch", "run")
def _(r: TD) -> Any:
    """A loss recorded after each batch."""
    every: list[float] = []

    def averaged(totals: list[float], sizes: list[int]) -> float:
        every.extend(np.divide(totals, sizes).tolist())
        return 0.0

    r.__dict__["averaged"] = averaged
    r.__dict__["result"] = lambda W, b, losses: TrainDigits.result(r, W, b, every)
    return TrainDigits.run(r)


@TD.mistake("short-batch-dropped", "examples")
def _(r: TD) -> tuple[Array, Array]:
    n = len(r.shared.X)
    full = n // r.shared.size * r.shared.size or n
    return r.shared.X[:full], r.shared.y[:full]


@TD.mistake("updates-twice", "epoch", price=2.0)
def _(r: TD, W: Arrays, b: Arrays, X: Array, y: Array) -> tuple[Arrays, Arrays, float]:
    """One call to train, and another one to get the loss."""
    W, b, _ = TrainDigits.epoch(r, W, b, X, y)
    return TrainDigits.epoch(r, W, b, X, y)


@TD.mistake("updates-twice", "epoch", price=2.0)
def _(r: TD, W: Arrays, b: Arrays, X: Array, y: Array) -> tuple[Arrays, Arrays, float]:
    """The loss of the first of two calls."""
    W, b, loss = TrainDigits.epoch(r, W, b, X, y)
    return *TrainDigits.epoch(r, W, b, X, y)[:2], loss


@TD.mistake("each-not-batch", "run", rank=2, price=8.0)
def _(r: TD) -> Any:
    """train_step on one example after the other, in the order of the rows."""
    r.shared = SimpleNamespace(**{**r.shared.__dict__, "size": 1, "known": True})
    return TrainDigits.run(r)


@TD.mistake("part-of-the-set", "examples", rank=1, says={"which": "the first batch"})
def _(r: TD) -> tuple[Array, Array]:
    return r.shared.X[: r.shared.size], r.shared.y[: r.shared.size]


TD.usual("seed", {"seed-ignored": lambda r: 42})
TD.mistake("seed-ignored", "seed")(lambda r: 0)
TD.usual("rate", {"rate-ignored": lambda r: 0.5})
for _rate in (0.01, 0.1, 1.0):
    TD.mistake("rate-ignored", "rate", says={"instead": f"{_rate:g}"})(lambda r, rate=_rate: rate)
TD.mistake("epochs-off-by-one", "epochs", rank=1, says={"how": "one epoch too few"})(
    lambda r: int(r.inputs.get("epochs", 15)) - 1
)
TD.mistake("epochs-off-by-one", "epochs", rank=1, says={"how": "one epoch too many"})(
    lambda r: int(r.inputs.get("epochs", 15)) + 1
)
TD.mistake("epochs-ignored", "epochs", rank=1, says={"instead": "15 epochs"}, price=8.0)(lambda r: 15)
TD.mistake("epochs-ignored", "epochs", says={"instead": "one epoch"})(lambda r: 1)
TD.usual("fresh", {"net-recreated": lambda r: True})
TD.mistake("batch-size-ignored", "batch_size", rank=1, says={"instead": "batches of 32"})(lambda r: 32)


@TD.mistake("batch-size-ignored", "run", rank=2, says={"instead": "an update after every example"}, price=8.0)
def _(r: TD) -> Any:
    if len({x.tobytes() for x in r.shared.X}) > 1:
        return UNKNOWN
    r.__dict__["batch_size"] = lambda: 1
    return TrainDigits.run(r)


for _hidden in ([32], [16], [128], [10], [], [64, 64], [100], [63], [65]):
    TD.mistake("wrong-architecture", "sizes", says={"sizes": "784→" + "→".join(map(str, [*_hidden, 5]))})(
        lambda r, hidden=_hidden: [r.shared.X.shape[1], *hidden, r.shared.y.shape[1]]
    )
TD.mistake("wrong-architecture", "sizes", says={"sizes": "784→batch_size→5"})(
    lambda r: [r.shared.X.shape[1], r.shared.size, r.shared.y.shape[1]]
)
TD.mistake("part-of-the-set", "examples", rank=1, says={"which": "the first half"})(
    lambda r: (r.shared.X[: len(r.shared.X) // 2], r.shared.y[: len(r.shared.X) // 2])
)
TD.mistake("part-of-the-set", "examples", says={"which": "all but the last example"})(
    lambda r: (r.shared.X[:-1], r.shared.y[:-1])
)
TD.usual(
    "result",
    {
        "final-only": lambda r, W, b, v: {"weights": W, "biases": b, "losses": v[-1:]},
        "losses-length": lambda r, W, b, v: {
            "weights": W,
            "biases": b,
            "losses": [x for x in v for _ in range(2)],
        },
    },
)
TD.mistake("final-only", "result")(lambda r, W, b, v: {"weights": W, "biases": b, "losses": v[-1]})


@TD.mistake("last-epoch-undone", "result")
def _(r: TD, W: Arrays, b: Arrays, v: list[float]) -> Any:
    return TrainDigits.result(r, *r.old, v)


@TD.mistake("accuracy-not-loss", "measured")
def _(r: TD, W: Arrays, b: Arrays, loss: float) -> float:
    """The share of rows whose strongest output is the one wanted, after the epoch."""
    out = np.array([forward(W, b, x)[-1] for x in r.shared.X])
    return float(np.mean(out.argmax(axis=1) == r.shared.y.argmax(axis=1)))


TD.mistake("summed-over-outputs", "measured")(lambda r, W, b, loss: loss * r.shared.y.shape[1])


@TD.mistake("not-trained", "result", rank=1)
def _(r: TD, W: Arrays, b: Arrays, v: list[float]) -> Any:
    W, b = r.net()
    return {"weights": W, "biases": b, "losses": v}


@TD.mistake("outputs-fixed", "run", rank=2)
def _(r: TD) -> Any:
    s = r.shared
    r.shared = SimpleNamespace(
        X=s.X, y=np.hstack([s.y, np.zeros((len(s.y), 10 - s.y.shape[1]))]), size=s.size, known=s.known
    )
    return TrainDigits.run(r)


@TD.mistake("zero-weights", "net")
def _(r: TD) -> tuple[Arrays, Arrays]:
    W, b = TrainDigits.net(r)
    return [np.zeros_like(w) for w in W], b


TD.mistake("mean-divided-again", "measured")(lambda r, W, b, loss: loss / len(r.shared.X))
for _decay in (0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0):
    TD.mistake("rate-decays", "rate", rank=3, says={"how": f"by 1 / (1 + {_decay:g} · epoch)"})(
        lambda r, decay=_decay: TrainDigits.rate(r) / (1 + decay * r.k)
    )
for _factor in (0.5, 0.8, 0.9, 0.95, 0.99):
    TD.mistake("rate-decays", "rate", rank=3, says={"how": f"by the factor {_factor:g} in each epoch"})(
        lambda r, factor=_factor: TrainDigits.rate(r) * factor**r.k
    )
