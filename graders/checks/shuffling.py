"""Which examples went into which batch, read off the parameters.

One layer, one output, one-hot rows: example i alone moves weight i, by −rate / B · g(w_i, b, t_i) with
g = 2 (a − t) a (1 − a), a = σ(w_i + b). The bias b moves after every batch, so the step of weight i also tells the
batch that it was in. Given the parameters before and after, the batches are found one by one and replayed exactly;
how the learner's code deals them, vectorised or not, does not matter.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graders.checks import tolerance
from graders.checks.claims import short
from graders.checks.dealing import RATE, Dealt, explained, right
from graders.checks.inputs import Draw
from graders.checks.runs import build
from graders.checks.traces import Setting, setting
from graders.checks.undealt import (
    WEIGHINGS,
    drawn_again,
    first_batch_then_nan,
    foreign_targets,
    mean_example,
    one_input,
    one_target,
    undone,
)
from graders.learner.remote import Learner, Remote
from reference.network import sigmoid

EPOCHS = 16


@dataclass(frozen=True)
class Finding:
    """What the parameters tell of one or several epochs. `facts` are mistakes' ids, none where all is right."""

    facts: tuple[str, ...]
    summary: str = ""
    numbers: dict[str, Any] = field(default_factory=dict)


def one_epoch(learner: Learner, draw: Draw, n: int, batch_size: int) -> Seen:
    """Run one epoch and read its batches."""
    given = setting(draw.rng, n, batch_size)
    net = build(learner, [given.weights[None, :]], [np.array([given.bias])])
    return _epoch(net, given)


@dataclass(frozen=True)
class Seen:
    """One epoch: what it has done to the parameters, what it returned, and what is wrong with it, as far as known."""

    given: Setting
    moved: np.ndarray
    bias: float
    returned: Any
    wrong: Finding | None
    batches: tuple[frozenset[int], ...] = ()

    @property
    def where(self) -> str:
        return f"{self.given.n} examples, batch_size {self.given.batch_size}"


def _epoch(net: Remote, given: Setting) -> Seen:
    net.put([given.weights[None, :]], [np.array([given.bias])])
    seen = net.train_epoch.observed(np.eye(given.n), given.targets[:, None], RATE, given.batch_size)
    weights, biases = net.parameters()
    where = f"{given.n} examples, batch_size {given.batch_size}"
    flat = tolerance.numbers(weights[0]) if isinstance(weights, (list, tuple)) and weights else None
    bias = tolerance.numbers(biases[0]) if isinstance(biases, (list, tuple)) and biases else None
    nothing = np.full(given.n, np.nan)
    if flat is None or bias is None or flat.shape != (1, given.n) or bias.shape != (1,):
        shape = Finding(("parameters-changed-shape",), f"{where}: the parameters have other shapes than before")
        return Seen(given, nothing, np.nan, seen.value, shape)
    moved, end = flat[0] - given.weights, float(bias[0])
    if not (np.isfinite(moved).all() and np.isfinite(end)):
        gone = Finding(("not-finite",), f"{where}: the parameters are no longer finite numbers")
        return Seen(given, moved, end, seen.value, gone)
    dealt = right(given, moved, end)
    if dealt is None:
        return Seen(given, moved, end, seen.value, Finding(("steps-wrong",), f"{where}: {_told(given, moved)}"))
    wrong = None
    loss = _total(given, dealt) / given.n
    if not tolerance.matches(seen.value, loss):
        wrong = Finding(
            ("epoch-loss-wrong",),
            f"{where}: the parameters are right, but the returned loss is {short(seen.value)} instead of {loss:.8f}, "
            "the mean over the examples of the loss that each had before its batch's update",
        )
    else:
        for name, old, new in zip(("X", "y"), (np.eye(given.n), given.targets[:, None]), seen.after, strict=False):
            if not tolerance.matches(new, old):
                order = f"{where}: {name} comes out in another order; shuffle indices, not the data"
                wrong = Finding(("arguments-changed",), order, {"argument": name})
                break
    return Seen(given, moved, end, seen.value, wrong, dealt.batches)


def finding(epochs: Sequence[Seen]) -> Finding:
    """What is wrong with these epochs: the simplest explanation that all of them bear out, right ones included."""
    first = next((seen for seen in epochs if seen.wrong), None)
    if first is None or first.wrong is None:
        return Finding(())
    if "not-finite" in first.wrong.facts:
        # What divides by the size of an empty batch shows in the other settings what it is.
        others = finding([seen for seen in epochs if np.isfinite(seen.moved).all()])
        gone = [seen for seen in epochs if not np.isfinite(seen.moved).all()]
        if not others.facts and all(first_batch_then_nan(seen.given, seen.returned) for seen in gone):
            said = {"which": "Every batch after the first", "as": EMPTY}
            return Finding(("empty-batch",), first.wrong.summary, said)
        return others if others.facts and "steps-wrong" not in others.facts else first.wrong
    if not set(first.wrong.facts) & {"steps-wrong", "epoch-loss-wrong"}:
        return first.wrong
    numbers = {"times": _times(first.given, first.moved)}
    if not any(seen.moved.any() for seen in epochs):
        return Finding(("nothing-updated",), f"{first.where}: no weight has moved", numbers)
    every = [_readings(seen) for seen in epochs]
    in_all = set(every[0]).intersection(*every[1:])
    common = [said for said in every[0] if said[0] and said in in_all]
    if common:
        facts, says = min(common, key=lambda said: len(said[0]))
        return Finding(facts, first.wrong.summary, {**dict(says), **numbers})
    # The same mistake may be put into other words where there are more examples.
    in_all_words = {facts for facts, _ in every[0]}.intersection(*({facts for facts, _ in other} for other in every))
    alike = [facts for facts, _ in every[0] if facts and facts in in_all_words]
    if alike:
        return Finding(min(alike, key=len), first.wrong.summary, numbers)
    if "epoch-loss-wrong" in first.wrong.facts:
        return first.wrong
    return _explain(first, epochs)


#: How it comes that all batches but the first are empty.
EMPTY = "as with a slice that ends at batch_size wherever it starts"
#: Facts, with what they say besides.
Said = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


def _readings(seen: Seen) -> list[Said]:
    """What explains one epoch, steps and loss, the simplest first."""
    found: dict[Said, None] = {}
    if not np.isfinite(seen.moved).all():
        return []
    for dealt in explained(seen.given, seen.moved, seen.bias):
        facts, says = dealt.reading.facts, dealt.reading.says
        wrong = [(fact, more) for fact, loss, more in _wrong_losses(seen.given, dealt) if _equal(seen.returned, loss)]
        counted = _divisors_of_the_used(seen, dealt)
        for told in counted:
            both = ("one-example-a-batch",) if facts == ("one-gradient-for-batch",) else (*facts, "one-loss-a-batch")
            found[both, (("divisor", told),)] = None
        if counted and len(dealt.batches) < seen.given.n:
            continue
        if _right_loss(seen, dealt):
            found[facts, tuple(sorted(says.items()))] = None
        elif seen.returned is None:
            wrong = [("no-return", {})]
        elif not wrong:
            wrong = [("epoch-loss-wrong", {})]
        for fact, more in wrong:
            found[(*facts, fact), tuple(sorted({**more, **says}.items()))] = None
    return list(found)


def _equal(value: Any, loss: float) -> bool:
    return bool(tolerance.matches(value, loss))


def _divisors_of_the_used(seen: Seen, dealt: Dealt) -> list[str]:
    """Where one example of each batch was trained on: by what the sum of these examples' losses is divided."""
    if not set(dealt.reading.facts) & {"one-gradient-for-batch", "overwritten-not-summed"}:
        return []
    total = _total(seen.given, dealt)
    divisors = ((seen.given.n, "the number of examples"), (len(dealt.batches), "the number of batches"))
    return [told for divisor, told in divisors if _equal(seen.returned, total / divisor)]


def _right_loss(seen: Seen, dealt: Dealt) -> bool:
    """Whether the loss is the mean over these batches; of examples that weren't used it isn't known when they came."""
    given = seen.given
    total = _total(given, dealt)
    used = sum(len(m) for m in dealt.batches)
    if _equal(seen.returned, total / given.n) or (used and _equal(seen.returned, total / used)):
        return True
    rest = [i for i in range(given.n) if not any(i in m for m in dealt.batches)]
    value = tolerance.numbers(seen.returned)
    if not rest or value is None or value.size != 1:
        return False
    losses = np.array([given.losses(b)[rest] for b in (*dealt.starts, dealt.bias)])
    least, most = (total + part.sum() for part in (losses.min(axis=0), losses.max(axis=0)))
    return bool(least - 1e-9 <= float(value.reshape(-1)[0]) * given.n <= most + 1e-9)


def _total(given: Setting, dealt: Dealt) -> float:
    """The losses of all examples that were used, each before its update."""
    return sum(float(given.losses(b)[list(m)].sum()) for m, b in zip(dealt.batches, dealt.starts, strict=True))


def _wrong_losses(given: Setting, dealt: Dealt) -> list[tuple[str, float, dict[str, Any]]]:
    """What may be returned in place of the mean loss: fact, value, words."""
    starts, batches = dealt.starts, dealt.batches
    if not batches:
        return []
    ends = (*starts[1:], dealt.bias)
    n = given.n
    # After an update the weights have moved as well.
    moved = given.weights + _moves(given, dealt)
    after = (sigmoid(moved + dealt.bias) - given.targets) ** 2
    each = [given.losses(b)[list(m)] for m, b in zip(batches, starts, strict=True)]
    each_after = [(sigmoid(moved + b) - given.targets)[list(m)] ** 2 for m, b in zip(batches, ends, strict=True)]
    total = sum(float(v.sum()) for v in each)
    means = [float(v.mean()) for v in each if len(v)]
    summed = "The summed loss is returned: n times the mean over the n examples."
    if dealt.reading.facts == ("sum-for-mean",) and not dealt.reading.says:
        summed = "Both a batch's gradients and the losses are added up: means are wanted."
    return [
        ("sum-not-mean", total, {"what": summed}),
        ("divided-by-last-batch", total / (n % given.batch_size or given.batch_size), {}),
        ("loss-after-update", float(after.mean()), {}),
        ("loss-after-update", sum(float(v.sum()) for v in each_after) / n, {"which": "each batch after its update"}),
        ("mean-of-batch-means", float(np.mean(means)), {}),
        ("divided-by-batches", total / len(means), {}),
        ("divided-by-batches", total / (n // given.batch_size + 1), {}),
        ("sum-of-batch-means", sum(means), {}),
        ("batch-means-over-n", sum(means) / n, {}),
        ("loss-of-last-batch", means[-1], {}),
        ("loss-before-epoch", float(given.losses(given.bias).mean()), {}),
        ("factor-half", total / n / 2, {}),
        ("factor-two", 2 * total / n, {}),
        ("divided-by-batch-size", total / given.batch_size, {}),
        ("divided-by-nominal-total", total / (len(means) * given.batch_size), {}),
        ("square-root", float(np.sqrt(total / n)), {}),
        ("loss-zero", 0.0, {}),
        ("loss-against-all-targets", _against_all(given, dealt) / n, {}),
        *(("rounded", round(total / n, digits), {"digits": str(digits)}) for digits in (2, 3, 4, 5, 6)),
        *_one_a_batch(each, n),
        *(("loss-of-last-example", float(v), {}) for v in each[-1]),
        *(("loss-of-first-example", float(v), {}) for v in each[0]),
    ]


def _against_all(given: Setting, dealt: Dealt) -> float:
    """The sum over the examples of the mean squared error against the targets of all."""
    apart = [
        (sigmoid(given.weights[list(m)] + b)[:, None] - given.targets) ** 2
        for m, b in zip(dealt.batches, dealt.starts, strict=True)
    ]
    return float(sum(part.mean(axis=1).sum() for part in apart))


#: So many choices of one example from each batch are looked through.
CHOICES = 200


def _one_a_batch(each: Sequence[np.ndarray], n: int) -> list[tuple[str, float, dict[str, Any]]]:
    """Of each batch the loss of one example, whichever."""
    if math.prod(len(losses) for losses in each) > CHOICES:
        return []
    sums = [float(sum(chosen)) for chosen in itertools.product(*each)]
    return [
        ("one-loss-a-batch", total / divisor, {"divisor": told})
        for divisor, told in ((n, "the number of examples"), (len(each), "the number of batches"))
        for total in sums
    ]


def _moves(given: Setting, dealt: Dealt) -> np.ndarray:
    """How far each weight went, by the reading."""
    moves = np.zeros(given.n)
    for j, (members, bias) in enumerate(zip(dealt.batches, dealt.starts, strict=True)):
        chosen = list(members)
        moves[chosen] = -RATE * dealt.reading.weights[j].sum() * given.steps(bias, given.targets)[chosen]
    return moves


def _times(given: Setting, moved: np.ndarray) -> list[float]:
    """How large each step is, in units of what it should be."""
    unit = -RATE * given.steps(given.bias, given.targets)
    return np.round(moved / unit * given.batch_size, 2).tolist()


def _told(given: Setting, moved: np.ndarray) -> str:
    shown = ", ".join(f"{value:.2f}" for value in _times(given, moved)[:12])
    return (
        "each example should move its weight once, by rate / batch size times its gradient; in units of that "
        f"the steps are {shown}"
    )


def _explain(first: Seen, every: Sequence[Seen]) -> Finding:
    """What no dealing of batches explains."""
    wrong = [seen for seen in every if seen.wrong]
    given, where = first.given, first.where
    numbers = {"times": _times(given, first.moved)}
    told = f"{where}: {_told(given, first.moved)}"
    if not np.isfinite([seen.moved for seen in wrong if seen.given.n == given.n]).all():
        return Finding(("steps-wrong",), told, numbers)
    if all(mean_example(seen.given, seen.moved, seen.bias) for seen in wrong):
        return Finding(("mean-example",), told, numbers)
    if all(one_target(seen.given, seen.moved) for seen in wrong):
        return Finding(("one-target-for-batch",), told, numbers)
    if all(one_input(seen.given, seen.moved, seen.bias) for seen in wrong):
        return Finding(("one-input-for-batch",), told, numbers)
    for weighing in WEIGHINGS:
        swapped = [foreign_targets(seen.given, seen.moved, weighing) for seen in wrong]
        if swapped[0] and all(swapped):
            one, other = swapped[0]
            return Finding(
                (*weighing.facts, "x-shuffled-without-y"),
                f"{where}: the steps fit other examples' targets (example {one} was trained towards the target of "
                f"example {other}): X and y are not shuffled together",
                numbers,
            )
    for weighing in WEIGHINGS[:2]:
        rest = [seen for seen in wrong if not weighing.facts or not _explained_by(seen, weighing.facts)]
        if rest and all(undone(seen.given, seen.moved, seen.bias, weighing) for seen in rest):
            return Finding((*weighing.facts, "updates-from-start"), told, numbers)
    if all(_first_rows_again(seen.given, seen.moved) for seen in wrong):
        return Finding(("same-rows-each-batch",), told, numbers)
    for weighing in WEIGHINGS[:5]:
        rest = [seen for seen in wrong if not weighing.facts or not _explained_by(seen, weighing.facts)]
        if rest and all(drawn_again(seen.given, seen.moved, weighing) for seen in rest):
            return _drawn(rest, every, weighing.facts)
    return Finding(("steps-wrong",), told, numbers)


def _explained_by(seen: Seen, facts: tuple[str, ...]) -> bool:
    """Whether these mistakes explain the epoch's steps, with examples that were each used once."""
    return any(dealt.reading.facts == facts for dealt in explained(seen.given, seen.moved, seen.bias))


def _drawn(again: Sequence[Seen], every: Sequence[Seen], facts: tuple[str, ...]) -> Finding:
    """Drawn with replacement: within a batch as well, or each batch from the whole set."""
    first = again[0]
    numbers = {"times": _times(first.given, first.moved)}
    single = [seen for seen in every if seen.given.batch_size >= seen.given.n]
    if single and not any(seen is other for seen in single for other in again):
        said = f"{first.where}: right where one batch holds all, else some examples were never used and others twice"
        return Finding((*facts, "batches-drawn-apart"), said, numbers)
    unused = int((first.moved == 0).sum())
    said = f"{first.where}: {unused} of the examples were never used and others more than once in one epoch"
    return Finding((*facts, "drawn-with-replacement"), said, numbers)


def _first_rows_again(given: Setting, moved: np.ndarray) -> bool:
    """Whether none but the first batch_size rows were used, each of them several times."""
    times = np.array(_times(given, moved))
    size = given.batch_size
    return bool(size < given.n and (moved[:size] != 0).all() and not moved[size:].any() and times[:size].max() > 1.2)


def many_epochs(learner: Learner, draw: Draw) -> Finding:
    """EPOCHS epochs in one process: the batches must not be the same each time, nor only change their order."""
    n, batch_size = 10, 4
    given = setting(draw.rng, n, batch_size)
    net = build(learner, [given.weights[None, :]], [np.array([given.bias])])
    epochs = [_epoch(net, given) for _ in range(EPOCHS)]
    wrong = finding([seen for seen in epochs if seen.wrong][:3])
    dealings = [seen.batches or _known_batches(seen, wrong.facts) for seen in epochs]
    if not all(dealings):
        return wrong
    shuffled = _dealt_anew(dealings, n, batch_size)
    return Finding(
        (*wrong.facts, *shuffled.facts), wrong.summary or shuffled.summary, {**wrong.numbers, **shuffled.numbers}
    )


def _known_batches(seen: Seen, facts: tuple[str, ...]) -> tuple[frozenset[int], ...]:
    """The batches of an epoch with these mistakes; none where they don't tell."""
    found = (d for d in explained(seen.given, seen.moved, seen.bias) if set(d.reading.facts) <= set(facts))
    dealt = next((d for d in found if d.reading.biases[:, :-1].any(axis=0).all()), None)  # the bias moves every time
    return dealt.batches if dealt else ()


def _dealt_anew(seen: list[tuple[frozenset[int], ...]], n: int, batch_size: int) -> Finding:
    """Whether the batches of several epochs are always others, dealt from the whole set."""
    where = f"{EPOCHS} epochs over {n} examples in batches of {batch_size}"
    sizes = {len(batch) for batches in seen for batch in batches[:-1]} | {len(batches[0]) for batches in seen}
    ends = itertools.accumulate(map(len, seen[0]))
    in_order = tuple(frozenset(range(end - len(batch), end)) for batch, end in zip(seen[0], ends, strict=True))
    if (len(in_order) > 1 or batch_size in sizes) and all(batches == in_order for batches in seen):
        return Finding(("never-shuffled",), f"{where}: always the examples in the order in which they stand")
    if sizes - {batch_size} and sizes - {batch_size, n % batch_size}:
        return Finding(())  # batches of another size: another mistake
    if all(batches == seen[0] for batches in seen):
        return Finding(("same-order-every-epoch",), f"{where}: shuffled, but the same order every time")
    if all(set(batches) == set(seen[0]) for batches in seen):
        return Finding(("fixed-batches",), f"{where}: always the same groups of examples, only their turn changes")
    if any(sum(map(len, batches)) < n for batches in seen):
        return Finding(())  # those that are left out hide how the others are dealt
    together = {(i, j) for batches in seen for batch in batches for i in batch for j in batch if i < j}
    pairs = n * (n - 1) // 2
    if len(together) < pairs - 6:
        return Finding(
            ("batches-mixed-little",),
            f"{where}: {pairs - len(together)} of the {pairs} pairs of examples never met in one batch; a fresh "
            "permutation of all examples mixes them all",
            {"never_together": pairs - len(together)},
        )
    return Finding(())
