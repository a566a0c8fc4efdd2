"""Reports made up for tests: a realistic one, and one with a given text everywhere."""

from __future__ import annotations

import math
from typing import Any

from graders.report.model import (
    CheckpointResult,
    CheckResult,
    Misconception,
    Report,
    Score,
    SectionResult,
    Status,
    Submission,
    overall,
)


def check(id: str, title: str, subject: str, status: Status = "passed", **rest: Any) -> CheckResult:
    """A check of 2 points, by default passed and silent."""
    points = rest.pop("points", 2.0)
    earned = rest.pop("earned", points if status == "passed" else 0.0)
    fields: dict[str, Any] = {
        "carried": False,
        "message": "",
        "misconceptions": (),
        "hint": "",
        "guide_line": None,
        "file": None,
        "line": None,
        "output": "",
        "seconds": 0.012,
        **rest,
    }
    return CheckResult(id=id, title=title, subject=subject, status=status, points=points, earned=earned, **fields)


def checkpoint(id: str, text: str, *checks: CheckResult) -> CheckpointResult:
    """A checkpoint with the status of its checks."""
    return CheckpointResult(id, text, overall([c.status for c in checks]), checks)


def report(*sections: SectionResult, **rest: Any) -> Report:
    """A report whose score is the sum of its checks."""
    checks = [c for s in sections for p in s.checkpoints for c in p.checks]
    plain = [c for c in checks if not c.bonus]
    fields: dict[str, Any] = {
        "kit_version": "0.1.0",
        "seed": 20_240_817,
        "seconds": 3.42,
        "sandbox": "bubblewrap",
        "submission": Submission("submissions/ada", "4f2c9d1", "sha256:9b1c5e0d4a77"),
        **rest,
    }
    return Report(
        score=Score(
            earned=sum(c.earned for c in plain),
            possible=sum(c.points for c in plain),
            bonus=sum(c.earned for c in checks if c.bonus),
        ),
        sections=sections,
        **fields,
    )


def realistic() -> Report:
    """Every status, a carried check, bonus checks both ways, and texts that try things."""
    losses = SectionResult(
        "1",
        "Loss functions",
        (
            checkpoint(
                "C1.1",
                "Explain why we need a loss function",
                check("losses.mse.value", "The mean of squared differences", "losses.mse_loss"),
                check("losses.mse.shapes", "Any equal shapes", "losses.mse_loss"),
            ),
            checkpoint(
                "C1.2",
                "Implement MSE and its gradient",
                check("losses.mse_gradient.value", "2 (p − t) / n", "losses.mse_gradient"),
            ),
            checkpoint(
                "C1.4",
                "Implement binary cross-entropy without nan",
                check("losses.ce.value", "The mean over the examples", "losses.cross_entropy_loss"),
                check(
                    "losses.ce.edges",
                    "Finite at predictions of 0 and 1",
                    "losses.cross_entropy_loss",
                    "failed",
                    message="At a prediction of exactly 1 the loss is nan: log(0) is taken.\n"
                    "predictions  [1.0, 0.0, 0.5]\ntargets      [1, 0, 1]\n"
                    "expected     0.2310\nyours        nan",
                    misconceptions=(
                        Misconception("ce-unclipped", "Predictions aren't clipped before the log"),
                        Misconception("ce-clip-lost", "The clipped array is thrown away"),
                    ),
                    hint="np.clip returns a new array; which one does the next line use?",
                    guide_line=312,
                    file="exercises/losses.py",
                    line=41,
                    output="pred 1.0 target 1\n<script>alert('printed')</script>\n"
                    "::error title=you passed::100 points\n",
                    earned=0.0,
                ),
            ),
        ),
    )
    network = SectionResult(
        "2",
        "Backpropagation",
        (
            checkpoint(
                "2.1",
                "Trace a forward and a backward pass by hand",
                check("trace.forward", "z1, a1, z2, a2 and the loss", "trace.forward_trace"),
                check(
                    "trace.backward",
                    "All ten gradients of the trace",
                    "trace.backward_trace",
                    "not_started",
                    message="backward_trace is not started: the stub still raises NotImplementedError.",
                    file="exercises/trace.py",
                    line=58,
                ),
            ),
            checkpoint(
                "C2.3",
                "Implement backpropagation for any number of layers",
                check(
                    "network.backward.values",
                    "The gradient of mse_loss, every layer",
                    "network.Network.backward",
                    "failed",
                    message="The gradient of layer 2's weights is right; that of layer 1 is 3.94 "
                    "times too large on average: sigmoid's derivative is missing there.\n"
                    "layer 1 weights, ratio yours / expected:\n"
                    "  4.02  4.41  3.98\n  3.87  4.11  4.60\n  3.66  3.95  3.91",
                    misconceptions=(
                        Misconception("no-hidden-derivative", "No sigmoid derivative in the hidden layers"),
                    ),
                    hint="What is da/dz for a hidden neuron, and where does it enter delta?",
                    guide_line=980,
                    file="exercises/network.py",
                    line=96,
                    points=6.0,
                    earned=2.0,
                    seconds=0.031,
                ),
                check(
                    "network.backward.pure",
                    "Parameters and activations untouched",
                    "network.Network.backward",
                ),
            ),
            checkpoint(
                "C2.4",
                "Train with mini-batches",
                check(
                    "network.train_step",
                    "One step against the gradient",
                    "network.Network.train_step",
                    carried=True,
                ),
                check(
                    "network.train_epoch",
                    "Every example once in each epoch",
                    "network.Network.train_epoch",
                    "timeout",
                    message="train_epoch had not returned after 10 s: is the loop over batches moving on?",
                    file="exercises/network.py",
                    line=131,
                    seconds=10.0,
                ),
            ),
        ),
    )
    training = SectionResult(
        "3",
        "Learning rate and training",
        (
            checkpoint(
                "3.1",
                "Train XOR to a loss below 0.01",
                check(
                    "training.xor",
                    "The net learns XOR",
                    "training.train_xor",
                    "crashed",
                    message="The process that ran your code ended: memory limit of 1 GiB reached.",
                    output="building history …\n" * 3,
                    file="exercises/training.py",
                    line=22,
                ),
            ),
            checkpoint(
                "3.2",
                "Choose a learning rate",
                check(
                    "training.verdict",
                    "Verdicts at the thresholds",
                    "training.verdict",
                    "error",
                    message="KeyError: 'thresholds' in the grader",
                    earned=2.0,
                ),
                check(
                    "training.sweep",
                    "A fresh net for each rate",
                    "training.learning_rate_sweep",
                    "not_started",
                    file="exercises/training.py",
                    line=40,
                ),
            ),
            checkpoint(
                "X1",
                "Extending the project",
                check(
                    "digits.decayed_rate",
                    "rate / (1 + decay · epoch)",
                    "digits.decayed_rate",
                    points=1.0,
                    bonus=True,
                ),
                check(
                    "digits.misclassified",
                    "Indices of wrong predictions",
                    "digits.misclassified",
                    "not_started",
                    points=1.0,
                    bonus=True,
                ),
            ),
        ),
    )
    return report(losses, network, training)


def with_text(text: str) -> Report:
    """`text` wherever a submission, a path or a title could have put it, in every status."""
    statuses: tuple[Status, ...] = (
        "failed",
        "passed",
        "not_started",
        "timeout",
        "crashed",
        "error",
    )
    checks = tuple(
        check(
            f"id.{i}",
            text,
            text,
            status,
            message=f"{text}\n{text}",
            misconceptions=(Misconception(text, text),),
            hint=text,
            guide_line=12,
            file=text,
            line=3,
            output=text,
            bonus=i >= len(statuses),
        )
        for i, status in enumerate(statuses + statuses[:2])
    )
    section = SectionResult("9", text, (checkpoint("9.1", text, *checks),))
    return report(section, sandbox=text, kit_version=text, submission=Submission(text, text, text))


def loss_curves() -> dict[str, list[float]]:
    """Two losses of 300 steps; the learner's stops learning and loses a few values."""
    yours = [0.26 * math.exp(-k / 90) + 0.08 + 0.01 * math.sin(k / 4) for k in range(300)]
    yours[200:206] = [math.nan] * 6
    return {"yours": yours, "reference": [0.27 * math.exp(-k / 45) + 0.0009 for k in range(300)]}


def gradient_differences() -> dict[str, list[Any]]:
    """Differences of a 3-5-2 net: layer 1 is wrong, layer 2 right but for two values."""
    first = [[math.sin(3 * i + j) * 0.2 for j in range(3)] for i in range(5)]
    second = [[0.0] * 5, [0.0, 0.0, math.inf, 0.0, 1e-3]]
    return {"weights 1": first, "weights 2": second, "biases 1": [0.1, -0.2, 0.05, 0.0, 0.3]}
