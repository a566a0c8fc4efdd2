"""Numbers for the report's pictures: the learner's XOR curve beside the reference's, and what its gradients lack.

They illustrate; no verdict depends on them. What cannot be had is left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graders.checks import inputs, tolerance
from graders.checks.inputs import Draw
from graders.checks.runs import backward
from graders.judge import Judge
from graders.learner.host import HostError
from graders.learner.process import LearnerError
from graders.learner.remote import Learner
from graders.report.extras import Extras
from reference.training import train_xor

STEPS = 300
SECONDS = 20.0
SIZES = (3, 5, 4, 2)


def illustrate(judge: Judge) -> Extras:
    """The extras of a report; empty where the learner's code gives no numbers."""
    curves: dict[str, list[float]] = {}
    losses = _ask(judge, lambda learner: learner.training.train_xor(steps=STEPS)[1])
    mine = tolerance.numbers(losses)
    if mine is not None and mine.ndim == 1 and 0 < len(mine) <= 10 * STEPS:
        curves = {"train_xor, yours": mine.tolist(), "train_xor, reference": train_xor(steps=STEPS)[1]}
    return Extras(curves, _gradient_differences(judge))


def _gradient_differences(judge: Judge) -> dict[str, list[Any]]:
    """Tensor -> the learner's gradient minus the reference's, for one generic network."""
    case = inputs.supervised(Draw(judge.seed, "illustration").rng, SIZES)
    found = _ask(judge, lambda learner: backward(learner)(**case))
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        return {}
    net = inputs.network(list(case["weights"]), list(case["biases"]))
    net.forward(case["x"])
    differences: dict[str, list[Any]] = {}
    for kind, mine, right in zip(("W", "b"), found, net.backward(case["target"]), strict=True):
        if not isinstance(mine, (tuple, list)):
            continue
        for layer, (got, expected) in enumerate(zip(mine, right, strict=False), 1):
            array = tolerance.numbers(got)
            if array is not None and array.shape == np.shape(expected):
                differences[f"dL/d{kind}{layer}"] = (array - expected).tolist()
    return differences


def _ask(judge: Judge, question: Any) -> Any:
    """What the learner's code answers, in a fresh worker; None where it fails."""
    try:
        worker = judge.host.open(SECONDS, plotting=judge.plots("training"))
    except HostError:
        return None
    try:
        return question(Learner(worker, {}))
    except (LearnerError, TypeError, IndexError, KeyError, ValueError):
        return None
    finally:
        worker.close()
