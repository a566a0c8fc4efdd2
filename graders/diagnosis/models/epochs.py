"""Network.train_epoch, replayed batch by batch: what must the parameters have gone through?"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..maths import Array, Arrays, copies, forward, gradients, mse
from ..recipe import UNKNOWN, OneOf, Recipe
from .backward import Backward
from .steps import ELSEWHERE, mistakes_of_both, rate_given, too_early


class TrainEpoch(Recipe):
    """One pass over the data where the order makes no difference: one batch, or all examples alike.

    The rows are taken in their own order; a value that depends on which came last is a `OneOf`, one that depends
    on more is UNKNOWN.
    """

    subject = "network.Network.train_epoch"

    @classmethod
    def prepare(cls, inputs: Mapping[str, Any]) -> Any:
        X = np.asarray(inputs["X"], dtype=float)
        y = np.asarray(inputs["y"], dtype=float)
        alike = bool((X[0] == X).all() and (y == y[0]).all())
        size = int(inputs.get("batch_size", 32))
        return SimpleNamespace(
            W=copies(inputs["weights"]),
            b=copies(inputs["biases"]),
            X=X,
            y=y,
            n=len(X),
            size=size,
            alike=alike,
            full=size >= len(X),
        )

    @classmethod
    def cost(cls, inputs: Mapping[str, Any]) -> float:
        return 60.0 + 32.0 * len(inputs["weights"]) * len(inputs["X"])

    def run(self) -> Any:
        s = self.shared
        if not (s.alike or s.full):
            return UNKNOWN
        return self.epoch(range(s.n))

    def epoch(self, order: Any) -> Any:
        s = self.shared
        self.W, self.b = copies(s.W), copies(s.b)
        self.losses: list[float] = []
        self.means: list[float] = []
        self.before: list[float] = []
        sums: Any = None
        for batch in self.batches(list(order)):
            sums = self.start(sums)
            first = len(self.losses)
            for i in batch:
                loss, wg, bg = self.gradients(s.X[i], s.y[i])
                self.losses.append(loss)
                sums = self.gather(sums, (wg, bg))
            if not batch:
                self.empty()
                continue
            self.means.append(float(np.mean(self.losses[first:])))
            self.update(sums, len(batch))
            self.batch_done(batch)
        value = {"loss": self.loss(), "weights": self.W, "biases": self.b}
        if len(self.losses) == s.n or "loss" in self.__dict__:
            return value
        # Some divide by the examples that were used, some by all that there are.
        return OneOf((value, {**value, "loss": sum(self.losses) / s.n}))

    def empty(self) -> None:
        """A batch without examples: nothing happens (a division by its length would make nan)."""

    def batches(self, order: list[int]) -> list[list[int]]:
        size = self.batch_size()
        return [order[k : k + size] for k in range(0, len(order), size)]

    def batch_size(self) -> int:
        return self.shared.size

    def start(self, sums: Any) -> Any:
        return None

    def gather(self, sums: Any, grads: Any) -> Any:
        if sums is None:
            return grads
        return tuple([a + g for a, g in zip(total, new, strict=True)] for total, new in zip(sums, grads, strict=True))

    def gradients(self, x: Array, t: Array) -> Any:
        return gradients(self.W, self.b, x, t)

    def divisor(self, m: int) -> float:
        return m

    def weight_divisor(self, m: int) -> float:
        return self.divisor(m)

    def bias_divisor(self, m: int) -> float:
        return self.divisor(m)

    def update(self, sums: Any, m: int) -> None:
        for layer in range(len(self.W)):
            if self.updates(layer):
                self.W[layer] = self.weight(layer, self.W[layer], sums[0][layer] / self.weight_divisor(m))
                self.b[layer] = self.bias(layer, self.b[layer], sums[1][layer] / self.bias_divisor(m))

    def updates(self, layer: int) -> bool:
        return True

    def rate(self) -> float:
        return float(self.inputs["learning_rate"])

    def sign(self) -> float:
        return -1.0

    def step(self, layer: int, value: Array, gradient: Array) -> Array:
        return value + self.sign() * self.rate() * gradient

    def weight(self, layer: int, value: Array, gradient: Array) -> Array:
        return self.step(layer, value, gradient)

    def bias(self, layer: int, value: Array, gradient: Array) -> Array:
        return self.step(layer, value, gradient)

    def batch_done(self, batch: list[int]) -> None:
        """After each update."""

    def loss(self) -> Any:
        return sum(self.losses) / max(len(self.losses), 1)


TE = TrainEpoch
mistakes_of_both(TE)
TE.usual(
    "divisor",
    {
        "sum-not-mean": lambda r, m: 1.0,
        "nominal-batch-size": lambda r, m: r.shared.size,
        "divided-by-n": lambda r, m: r.shared.n,
        "averaged-twice": lambda r, m: m * m,
    },
)
TE.mistake("nominal-batch-size", "divisor", says={"instead": "32"})(lambda r, m: 32.0)
for _part, _whose in (("weight_divisor", "the weights"), ("bias_divisor", "the biases")):
    _what = f"The gradients of a batch are added up for {_whose}, where their mean is wanted."
    _where = f"{_whose}' part"
    TE.mistake("sum-not-mean", _part, says={"what": _what})(lambda r, m: 1.0)
    TE.mistake("nominal-batch-size", _part, says={"where": _where})(lambda r, m: r.shared.size)
    TE.mistake("divided-by-n", _part, says={"where": _where})(lambda r, m: r.shared.n)
    TE.mistake("averaged-twice", _part, rank=1, says={"where": _where})(lambda r, m: m * m)
TE.rare(
    "divisor",
    {
        "divided-by-outputs": lambda r, m: m * r.shared.y.shape[-1],
        "n-minus-one": lambda r, m: max(m - 1, 1),
        "n-plus-one": lambda r, m: m + 1,
    },
)
TE.usual(
    "batches",
    {
        "last-batch-dropped": lambda r, o: [
            o[k : k + r.batch_size()] for k in range(0, len(o) - r.batch_size() + 1, r.batch_size())
        ],
        "last-full-batch-dropped": lambda r, o: [
            o[k : k + r.batch_size()] for k in range(0, len(o) - r.batch_size(), r.batch_size())
        ],
        "first-batch-only": lambda r, o: [o[: r.batch_size()]],
        "batches-overlap": lambda r, o: [o[k : k + r.batch_size() + 1] for k in range(0, len(o), r.batch_size())],
    },
)
TE.rare(
    "batches",
    {
        "two-epochs": lambda r, o: TrainEpoch.batches(r, o + o),
        "first-batch-skipped": lambda r, o: TrainEpoch.batches(r, o)[1:],
        "batch-stride-one": lambda r, o: [o[k : k + r.batch_size()] for k in range(len(o))],
    },
)
TE.mistake("example-dropped", "batches", rank=1, says={"which": "one example of the set"})(
    lambda r, o: TrainEpoch.batches(r, o[:-1])
)
TE.mistake("example-dropped", "batches", rank=1, says={"which": "the last example of each batch"})(
    lambda r, o: [b[:-1] if r.batch_size() > 1 and len(b) > 1 else b for b in TrainEpoch.batches(r, o)]
)
TE.mistake("example-dropped", "batches", says={"which": "the last example of each full batch"})(
    lambda r, o: [
        o[k : k + r.batch_size() - 1] if r.batch_size() > 1 else o[k : k + 1] for k in range(0, len(o), r.batch_size())
    ]
)


TE.mistake("example-dropped", "batches", says={"which": "the last example, where it is left over alone,"})(
    lambda r, o: [o[k : k + r.batch_size()] for k in range(0, len(o) - 1, r.batch_size())]
)


def _padded(o: list[int], size: int) -> list[list[int]]:
    short = -len(o) % size
    o = o + o[:short]
    return [o[k : k + size] for k in range(0, len(o), size)]


TE.mistake("batch-size-ignored", "batch_size", rank=1, says={"instead": "an update after every example"})(lambda r: 1)
TE.mistake("batch-size-ignored", "batch_size", rank=1, says={"instead": "one update for the whole set"})(
    lambda r: r.shared.n
)
TE.mistake("batch-size-ignored", "batch_size", rank=1, says={"instead": "batches of 32"})(lambda r: 32)
TE.mistake("batch-size-ignored", "batch_size", rank=3, says={"instead": "batches of 16"})(lambda r: 16)
for _size in (1, 8, 10, 16, 20, 64, 100, 128):
    TE.mistake("default-batch-size", "batch_size", edge=True, says={"instead": str(_size)})(
        lambda r, size=_size: r.shared.size if "batch_size" in r.inputs else size
    )
TE.usual("start", {"gradients-never-reset": lambda r, sums: sums})
TE.usual("gather", {"overwritten-not-summed": lambda r, sums, grads: grads})
TE.mistake("overwritten-not-summed", "gather", rank=1, says={"which": "bias gradients"})(
    lambda r, sums, g: g if sums is None else (TrainEpoch.gather(r, sums, g)[0], g[1])
)
TE.mistake("overwritten-not-summed", "gather", says={"which": "weight gradients"})(
    lambda r, sums, g: g if sums is None else (g[0], TrainEpoch.gather(r, sums, g)[1])
)
TE.rare(
    "gather",
    {
        "gradients-subtracted": lambda r, sums, g: (
            g
            if sums is None
            else tuple([a - n for a, n in zip(t, w, strict=True)] for t, w in zip(sums, g, strict=True))
        ),
    },
)


@TE.mistake("last-batch-dropped", "update", rank=1)
def _(r: TE, sums: Any, m: int) -> None:
    """Its losses are counted, but it gets no update."""
    if m == r.shared.size:
        TrainEpoch.update(r, sums, m)


def _total(r: TE) -> float:
    return sum(r.losses)


TE.mistake(
    "sum-not-mean",
    "loss",
    rank=1,
    says={"what": "The summed loss is returned: n times the mean over the n examples that is wanted."},
)(_total)
TE.usual(
    "loss",
    {
        "loss-of-last-example": lambda r: r.losses[-1],
        "mean-of-batch-means": lambda r: float(np.mean(r.means)),
        "divided-by-batches": lambda r: _total(r) / len(r.means),
        "loss-of-last-batch": lambda r: r.means[-1],
        "no-return": lambda r: None,
        "loss-after-update": lambda r: _loss_now(r),
    },
)
TE.rare(
    "loss",
    {
        "loss-before-epoch": lambda r: _loss_of(r, r.shared.W, r.shared.b),
        "divided-by-batch-size": lambda r: _total(r) / r.shared.size,
        "divided-by-nominal-total": lambda r: _total(r) / (len(r.means) * r.shared.size),
        "loss-per-example": lambda r: list(r.losses),
        "loss-per-batch": lambda r: list(r.means),
        "sum-of-batch-means": lambda r: sum(r.means),
        "factor-half": lambda r: _total(r) / r.shared.n / 2,
        "loss-of-first-example": lambda r: r.losses[0],
        "loss-summed-over-outputs": lambda r: _total(r) / r.shared.n * r.shared.y.shape[-1],
        "loss-of-outputs": lambda r: _total(r) / r.shared.n / r.shared.y.shape[-1],
        "loss-zero": lambda r: 0.0,
        "batch-means-over-n": lambda r: sum(r.means) / r.shared.n,
        "divided-by-last-batch": lambda r: _total(r) / (r.shared.n % r.shared.size or r.shared.size),
    },
)


def _loss_of(r: TE, W: Arrays, b: Arrays) -> float:
    s = r.shared
    return float(np.mean([mse(forward(W, b, x)[-1], t) for x, t in zip(s.X, s.y, strict=True)]))


def _loss_now(r: TE) -> float:
    return _loss_of(r, r.W, r.b)


TE.mistake("divided-by-batches", "loss", says={"how": "counted one too many"})(
    lambda r: _total(r) / (r.shared.n // r.shared.size + 1)
)
TE.mistake("divided-by-batches", "loss", says={"how": "the full ones only"})(
    lambda r: _total(r) / max(r.shared.n // r.shared.size, 1)
)


@TE.mistake("loss-after-update", "run", rank=1, says={"which": "each batch after its update"})
def _(r: TE) -> Any:
    s = r.shared
    if not (s.alike or s.full):
        return UNKNOWN
    seen: list[float] = []

    def done(batch: list[int]) -> None:
        seen.extend(mse(forward(r.W, r.b, s.X[i])[-1], s.y[i]) for i in batch)

    r.__dict__["batch_done"] = done
    value = r.epoch(range(s.n))
    if isinstance(value, OneOf):
        value = value.values[0]
    return {**value, "loss": sum(seen) / s.n}


def _decays(factor: float, how: str) -> None:
    @TE.mistake("rate-decays", "batch_done", says={"how": how})
    def _(r: TE, batch: list[int]) -> None:
        now = r.rate() * factor
        r.__dict__["rate"] = lambda: now


_decays(0.5, "halved after each batch")
for _factor in (0.9, 0.95, 0.99):
    _decays(_factor, f"by the factor {_factor:g} after each batch")


TE.mistake("rate-scaled", "rate", says={"by": "divided by the number of batches"})(
    lambda r: rate_given(r) / -(-r.shared.n // r.shared.size)
)
TE.mistake("rate-scaled", "rate", says={"by": "divided by n, the number of examples"})(
    lambda r: rate_given(r) / r.shared.n
)
TE.mistake("first-batch-skipped", "batches", says={"which": "every second batch"})(
    lambda r, o: TrainEpoch.batches(r, o)[::2]
)
TE.mistake("batches-too-large", "batches")(
    lambda r, o: [b.tolist() for b in np.array_split(np.array(o), max(1, len(o) // r.batch_size()))]
)


@TE.mistake("momentum", "run")
def _(r: TE) -> Any:
    last: Any = None

    def update(sums: Any, m: int) -> None:
        nonlocal last
        mean = [[g / m for g in part] for part in sums]
        last = (
            mean
            if last is None
            else [[0.9 * a + g for a, g in zip(p, q, strict=True)] for p, q in zip(last, mean, strict=True)]
        )
        TrainEpoch.update(r, last, 1)

    r.__dict__["update"] = update
    return TrainEpoch.run(r)


@TE.mistake("one-over-n-missing", "gradients", says={"what": "loss and gradients"})
def _(r: TE, x: Array, t: Array) -> Any:
    loss, wg, bg = gradients(r.W, r.b, x, t)
    return loss * t.size, [g * t.size for g in wg], [g * t.size for g in bg]


@TE.mistake("weights-updated-too-early", "run", rank=1)
def _(r: TE) -> Any:
    s = r.shared
    if not (s.alike or s.full):
        return UNKNOWN
    W, b, total = copies(s.W), copies(s.b), 0.0
    for batch in TrainEpoch.batches(r, list(range(s.n))):
        total += sum(mse(forward(W, b, s.X[i])[-1], s.y[i]) for i in batch)
        W, b = too_early(W, b, s.X[batch], s.y[batch], rate_given(r))
    return {"loss": total / s.n, "weights": W, "biases": b}


def whichever(name: str, part: str, replacement: Any, says: Mapping[str, str] | None = None) -> None:
    """A mistake whose value depends on which example comes last: any of them may be the one."""

    def run(r: TE) -> Any:
        s = r.shared
        r.__dict__[part] = lambda *a: replacement(r, *a)
        if s.alike:
            return r.epoch(range(s.n))
        if not s.full or s.n > 12:
            return UNKNOWN
        options: list[Any] = []
        for last in range(s.n):
            value = r.epoch([*(i for i in range(s.n) if i != last), last])
            options.extend(value.values if isinstance(value, OneOf) else (value,))
        return OneOf(tuple(options))

    TE.mistake(name, "run", rank=2, says=says)(run)


def _nan(r: TE) -> None:
    r.W = [w * np.nan for w in r.W]
    r.b = [v * np.nan for v in r.b]


def _dropped(says: str, batches: Any) -> None:
    """Examples left out of batches that are counted as if they were there: an empty batch divides 0 by 0."""

    def run(r: TE) -> Any:
        s = r.shared
        r.__dict__["batches"] = lambda o: batches(r, o)
        r.__dict__["empty"] = lambda: _nan(r)
        if s.alike:
            return r.epoch(range(s.n))
        if not s.full or s.n > 12:
            return UNKNOWN
        options: list[Any] = []
        for last in range(s.n):
            value = r.epoch([*(i for i in range(s.n) if i != last), last])
            options.extend(value.values if isinstance(value, OneOf) else (value,))
        return OneOf(tuple(options))

    TE.mistake("example-dropped", "run", rank=1, says={"which": says})(run)


def _by_n(r: TE, o: list[int]) -> list[list[int]]:
    size = r.batch_size()
    return [o[k : k + size] for k in range(0, r.shared.n, size)]


_dropped("one example of the set", lambda r, o: _by_n(r, o[:-1]))
_dropped(
    "the last example of each batch",
    lambda r, o: [
        o[k : k + r.batch_size() - 1] if r.batch_size() > 1 else o[k : k + 1]
        for k in range(0, r.shared.n, r.batch_size())
    ],
)


_dropped(
    "the last example of each batch",
    lambda r, o: [o[k : k + r.batch_size() - 1] for k in range(0, r.shared.n, r.batch_size())],
)


def _overlapping(name: str, batches: Any) -> None:
    """Batches in which some examples come twice: known only where all examples are the same."""

    def run(r: TE) -> Any:
        if not r.shared.alike:
            return UNKNOWN
        r.__dict__["batches"] = lambda o: batches(r, o)
        return r.epoch(range(r.shared.n))

    TE.mistake(name, "run", rank=1)(run)


_overlapping(
    "batches-overlap",
    lambda r, o: [o[k : k + r.batch_size()] for k in range(0, len(o), max(1, r.batch_size() - 1))],
)
_overlapping("last-batch-padded", lambda r, o: _padded(o, r.batch_size()))
whichever("overwritten-not-summed", "gather", lambda r, sums, grads: grads)
whichever(
    "overwritten-not-summed",
    "gather",
    lambda r, sums, g: g if sums is None else (TrainEpoch.gather(r, sums, g)[0], g[1]),
    {"which": "bias gradients"},
)
whichever("loss-of-last-example", "loss", lambda r: r.losses[-1])
whichever(
    "example-dropped",
    "batches",
    lambda r, o: TrainEpoch.batches(r, o[:-1]),
    {"which": "one example of the set"},
)
whichever(
    "example-dropped",
    "batches",
    lambda r, o: [b[:-1] if r.batch_size() > 1 and len(b) > 1 else b for b in TrainEpoch.batches(r, o)],
    {"which": "the last example of each batch"},
)
whichever(
    "example-dropped",
    "batches",
    lambda r, o: [o[k : k + r.batch_size() - 1] for k in range(0, len(o), r.batch_size())],
    {"which": "the last example of each full batch"},
)


#: So many examples may be tried in all their orders.
FEW = 3


def any_order(r: TE) -> Any:
    """The epoch where its value depends on the whole order: each of them, where there are few examples."""
    s = r.shared
    if s.alike:
        return r.epoch(range(s.n))
    if s.n > FEW or not s.full:
        return UNKNOWN
    options: list[Any] = []
    for order in itertools.permutations(range(s.n)):
        value = r.epoch(order)
        options.extend(value.values if isinstance(value, OneOf) else (value,))
    return OneOf(tuple(options))


def _ordered(name: str, part: str, replacement: Any, says: Mapping[str, str] | None = None, rank: int = 1) -> None:
    """A mistake whose value depends on the whole order."""

    def run(r: TE) -> Any:
        r.__dict__[part] = lambda *a: replacement(r, *a)
        return any_order(r)

    TE.mistake(name, "run", rank=rank, says=says)(run)


def _halves(r: TE, sums: Any, grads: Any) -> Any:
    if sums is None:
        sums = tuple([0.0 * g for g in part] for part in grads)
    return tuple([(a + g) / 2 for a, g in zip(total, new, strict=True)] for total, new in zip(sums, grads, strict=True))


@TE.mistake("averages-averaged", "run", rank=2)
def _(r: TE) -> Any:
    r.__dict__["gather"] = lambda sums, grads: _halves(r, sums, grads)
    r.__dict__["divisor"] = lambda m: 1.0
    return any_order(r)


@TE.mistake("averages-averaged", "run", rank=2, says={"how": "from the second on"})
def _(r: TE) -> Any:
    r.__dict__["gather"] = lambda sums, grads: grads if sums is None else _halves(r, sums, grads)
    r.__dict__["divisor"] = lambda m: 1.0
    return any_order(r)


@TE.mistake("one-gradient-for-batch", "run", rank=2)
def _(r: TE) -> Any:
    r.__dict__["gather"] = lambda sums, grads: grads
    r.__dict__["divisor"] = lambda m: 1.0
    return any_order(r) if not r.shared.alike else UNKNOWN


@TE.mistake("counted-twice", "run", rank=2)
def _(r: TE) -> Any:
    def gather(sums: Any, grads: Any) -> Any:
        return TrainEpoch.gather(r, grads if sums is None else sums, grads)

    r.__dict__["gather"] = gather
    return any_order(r)


def _summed(r: TE, pairings: Iterable[Sequence[tuple[int, int]]]) -> Any:
    """One batch for all, each option with the inputs and targets of these numbers: n of them."""
    s = r.shared
    known = {(i, j): gradients(s.W, s.b, s.X[i], s.y[j]) for i in range(s.n) for j in range(s.n)}
    options = []
    for pairs in pairings:
        found = [known[pair] for pair in pairs]
        W = [w - r.rate() / s.n * sum(f[1][k] for f in found) for k, w in enumerate(s.W)]
        b = [v - r.rate() / s.n * sum(f[2][k] for f in found) for k, v in enumerate(s.b)]
        options.append({"loss": sum(f[0] for f in found) / s.n, "weights": W, "biases": b})
    return OneOf(tuple(options))


@TE.mistake("drawn-with-replacement", "run", rank=3)
def _(r: TE) -> Any:
    n = r.shared.n
    if r.shared.alike or not r.shared.full or n > 6:
        return UNKNOWN
    draws = sorted(itertools.combinations_with_replacement(range(n), n), key=lambda drawn: len(set(drawn)))
    return _summed(r, ([(i, i) for i in drawn] for drawn in draws))


@TE.mistake("shuffled-without-targets", "run", rank=3)
def _(r: TE) -> Any:
    n = r.shared.n
    if r.shared.alike or not r.shared.full or n > 5:
        return UNKNOWN
    return _summed(r, (list(enumerate(order)) for order in itertools.permutations(range(n))))


@TE.mistake("columns-shuffled", "run", rank=3)
def _(r: TE) -> Any:
    s = r.shared
    width = s.X.shape[1]
    if not (s.alike or s.full) or width > 3 or s.n > 12:
        return UNKNOWN
    options = []
    for columns in itertools.permutations(range(width)):
        r.__dict__["gradients"] = lambda x, t, c=list(columns): gradients(r.W, r.b, x[c], t)
        options.append(r.epoch(range(s.n)))
    return OneOf(tuple(options))


def _one_for_all(name: str, pairs: Any, says: Mapping[str, str] | None = None) -> None:
    """One of the batch's examples gives all of them their inputs, or their targets; the losses may still be right."""

    def run(r: TE) -> Any:
        n = r.shared.n
        if r.shared.alike or not r.shared.full or n > 6:
            return UNKNOWN
        found = _summed(r, [[pairs(i, k) for i in range(n)] for k in range(n)])
        own = _loss_of(r, r.shared.W, r.shared.b)
        return OneOf(tuple(option for value in found.values for option in (value, {**value, "loss": own})))

    TE.mistake(name, "run", rank=3, says=says)(run)


_one_for_all("one-target-for-batch", lambda i, k: (i, k))
_one_for_all("one-input-for-batch", lambda i, k: (k, i))
_ordered("batch-size-ignored", "batch_size", lambda r: 1, {"instead": "an update after every example"})


def _within(name: str, scale: Any, summed: bool = True, says: Mapping[str, str] | None = None) -> None:
    """An update after every example: with the sums so far, or with its own gradient; `scale` of its place, the size."""

    def run(r: TE) -> Any:
        def epoch(order: Iterable[int]) -> Any:
            s = r.shared
            W, b = copies(s.W), copies(s.b)
            losses = []
            for batch in TrainEpoch.batches(r, list(order)):
                sums = None
                for k, i in enumerate(batch):
                    loss, wg, bg = gradients(W, b, s.X[i], s.y[i])
                    losses.append(loss)
                    sums = TrainEpoch.gather(r, sums if summed else None, (wg, bg))
                    rate = rate_given(r) / scale(k + 1, len(batch))
                    W = [w - rate * g for w, g in zip(W, sums[0], strict=True)]
                    b = [v - rate * g for v, g in zip(b, sums[1], strict=True)]
            return {"loss": sum(losses) / s.n, "weights": W, "biases": b}

        r.__dict__["epoch"] = epoch
        return any_order(r)

    TE.mistake(name, "run", rank=2, says=says)(run)


_within("updates-within-batch", lambda k, m: k)
_within("updates-within-batch", lambda k, m: m)
_within("updates-within-batch", lambda k, m: 1)
_within("batch-size-ignored", lambda k, m: m, False, {"instead": "an update after every example, at rate / batch size"})


@TE.mistake("mean-example", "run", rank=2)
def _(r: TE) -> Any:
    s = r.shared
    if not s.full:
        return UNKNOWN
    _, wg, bg = gradients(s.W, s.b, s.X.mean(axis=0), s.y.mean(axis=0))
    W = [w - rate_given(r) * g for w, g in zip(s.W, wg, strict=True)]
    b = [v - rate_given(r) * g for v, g in zip(s.b, bg, strict=True)]
    right = float(np.mean([mse(forward(s.W, s.b, x)[-1], t) for x, t in zip(s.X, s.y, strict=True)]))
    own = mse(forward(s.W, s.b, s.X.mean(axis=0))[-1], s.y.mean(axis=0))
    return OneOf(
        (
            {"loss": right, "weights": W, "biases": b},
            {"loss": own, "weights": W, "biases": b},
        )
    )


def _epoch_as_in_backward() -> None:
    for m in Backward.mistakes:
        if m.rank == 1 and m.id not in ELSEWHERE:

            def grads(r: TE, x: Array, t: Array, m: Any = m) -> Any:
                inputs = {"weights": r.W, "biases": r.b, "x": x, "target": t}
                wg, bg = Backward.value(inputs, [m])
                return mse(forward(r.W, r.b, x)[-1], t), wg, bg

            TE.mistake(m.id, "gradients", rank=3, says=m.says)(grads)


_epoch_as_in_backward()
