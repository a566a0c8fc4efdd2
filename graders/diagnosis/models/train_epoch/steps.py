"""Network.train_epoch with a slip in the update, its rate, or the moment at which it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...maths import Array, Arrays, backward, copies, forward, gradients, mse
from ...recipe import UNKNOWN
from ..train_step import mistakes_of_both, rate_given, too_early
from .orders import any_order
from .recipe import TrainEpoch

TE = TrainEpoch
mistakes_of_both(TE)


@TE.mistake("last-batch-dropped", "update", rank=1)
def _(r: TE, sums: Any, m: int) -> None:
    """Its losses are counted, but it gets no update."""
    if m == r.shared.size:
        TrainEpoch.update(r, sums, m)


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


def _besides(again: Callable[[Arrays, Arrays, Arrays, Array, Array, Any], Any]) -> None:
    """Each example makes a step of its own; `again` are the gradients that it then adds to its batch's sums."""

    def run(r: TE) -> Any:
        s, rate = r.shared, rate_given(r)

        def epoch(order: Iterable[int]) -> Any:
            W, b = copies(s.W), copies(s.b)
            losses = []
            for batch in TrainEpoch.batches(r, list(order)):
                sums: Any = None
                for i in batch:
                    A = forward(W, b, s.X[i])
                    loss, *grads = gradients(W, b, s.X[i], s.y[i])
                    losses.append(loss)
                    W, b = _moved(W, grads[0], rate), _moved(b, grads[1], rate)
                    sums = TrainEpoch.gather(r, sums, again(W, b, A, s.X[i], s.y[i], grads))
                W, b = _moved(W, sums[0], rate / len(batch)), _moved(b, sums[1], rate / len(batch))
            return {"loss": sum(losses) / s.n, "weights": W, "biases": b}

        r.__dict__["epoch"] = epoch
        return any_order(r)

    TE.mistake("steps-besides-batch", "run", rank=2)(run)


def _moved(parameters: Arrays, grads: Arrays, rate: float) -> Arrays:
    return [p - rate * g for p, g in zip(parameters, grads, strict=True)]


_besides(lambda W, b, A, x, t, grads: backward(W, A, t))  # back through the new weights, with the old activations
_besides(lambda W, b, A, x, t, grads: gradients(W, b, x, t)[1:])
_besides(lambda W, b, A, x, t, grads: grads)
