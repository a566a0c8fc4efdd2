"""What a forward and a backward pass on a large network cost, in time and in rounding."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from graders.checks.runs import Gradients, sizes_of
from graders.learner.process import WorkerLost
from graders.learner.remote import Learner, Remote

#: Seconds of a forward pass on 64,000 parameters, with a wide margin for slow machines and loops in Python.
SLOWEST_FORWARD = 0.6
#: Relative rounding that no order of float64 operations in the chain rule comes near to.
WORST_ROUNDING = 1e-11
#: The same where every number that came is one of float32.
WORST_SINGLE_ROUNDING = 1e-6


@dataclass(frozen=True)
class Passes:
    """The gradients of one pass each way, and how long the passes took."""

    gradients: Any
    parameters: int
    forward_seconds: float
    backward_seconds: float
    most_seconds: float  # that a backward pass by the chain rule could need here

    @property
    def too_slow(self) -> bool:
        """Slower than any chain rule: differences need a forward pass for each parameter."""
        return self.forward_seconds > SLOWEST_FORWARD or self.backward_seconds > self.most_seconds


def passes(learner: Learner, case: dict[str, Any]) -> Passes:
    """Time the learner's forward(x) and backward(target) on the network of this case.

    Loops in Python need some 30 ms for a pass; differences need tens of thousands of passes, in whichever method.
    """
    weights, biases = case["weights"], case["biases"]
    net = learner.network.Network(sizes_of(weights)).put(weights, biases)
    forward_seconds = min(_seconds(net, "forward", case["x"])[0] for _ in range(3))
    try:
        backward_seconds, gradients = _seconds(net, "backward", case["target"])
    except WorkerLost as lost:
        if lost.trouble.kind != "timeout":
            raise
        backward_seconds, gradients = float("inf"), None
    # How long their forward pass takes is theirs to say, so it counts only as far as loops could need it here.
    most = SLOWEST_FORWARD
    if backward_seconds > most:
        most += 25 * min(forward_seconds, 2 * _pace(weights[0], case["x"]))
    for _ in range(2):
        if most < backward_seconds < 3 * most:  # it may have had to wait for something else on this machine
            backward_seconds = min(backward_seconds, _seconds(net, "backward", case["target"])[0])
    parameters = sum(W.size + b.size for W, b in zip(weights, biases, strict=True))
    return Passes(gradients, parameters, forward_seconds, backward_seconds, most)


def rounding(got: Gradients, expected: Gradients) -> tuple[float, float]:
    """The largest relative error of an array of `got`, and how large that of a chain rule may be."""
    error = max(
        float(np.linalg.norm(np.asarray(mine) - right) / np.linalg.norm(right))
        for given, true in zip(got, expected, strict=True)
        for mine, right in zip(given, true, strict=True)
    )
    single = all(np.array_equal(np.float32(g), np.asarray(g)) for given in got for g in given)
    return error, WORST_SINGLE_ROUNDING if single else WORST_ROUNDING


def _pace(W: np.ndarray, x: np.ndarray) -> float:
    """Seconds that W @ x takes here in pure Python, with lists; loops of numpy scalars take 20 to 30 times that."""
    rows, inputs_ = W.tolist(), x.tolist()
    taken = []
    for _ in range(3):
        start = time.monotonic()
        for row in rows:
            sum(w * a for w, a in zip(row, inputs_, strict=True))
        taken.append(time.monotonic() - start)
    return min(taken)


def _seconds(net: Remote, method: str, argument: np.ndarray) -> tuple[float, Any]:
    start = time.monotonic()
    value = getattr(net, method)(argument)
    return time.monotonic() - start, value
