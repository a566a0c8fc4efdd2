"""The proof of the checks: each is tripped by a wrong submission, and right ones pass whatever their style.

Every wrong submission must fail the checks of its own subjects and of no other. The whole corpus is graded in the slow
test; the fast ones take a cut through it that still trips every check.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import submissions_lib
from graders import course
from graders.course import Check
from graders.judge import Outcome
from grading_lib import judged
from submissions_lib import Submission

CODE = [check for check in course.load().checks() if not check.question]
#: Whole trainings: their verdicts follow from the exact steps that other checks judge.
LONG = {"xor-solved", "digits-accuracy"}

#: A wrong submission for each check: that check, judged alone, does not pass.
TRIPS = {
    "mse-loss": "mse-sum",
    "mse-gradient": "mse-gradient-averaged",
    "loss-table": "table-difference",
    "cross-entropy-loss": "ce-log2",
    "cross-entropy-ends": "ce-clip-below-only",
    "trace-forward": "trace-no-bias",
    "trace-backward": "trace-W1-for-W2",
    "sigmoid": "sigmoid-in-place",
    "sigmoid-overflow": "sigmoid-overflows-above",
    "sigmoid-derivative": "derivative-relu",
    "forward": "forward-softmax-output",
    "network-init": "init-no-scale",
    "network-copy-weights": "copy-is-alias",
    "network-set-weights": "set-weights-only",
    "backward-one-output": "backward-accumulates",
    "backward-cost": "backward-finite-differences-inline",
    "numerical-gradients": "numerical-forward-differences",
    "gradient-check": "check-biases-only",
    "trace-update": "update-returns-nothing",
    "backward-several-outputs": "guide-typed",
    "train-step": "step-biases-forgotten",
    "epoch-full-batch": "epoch-sum",
    "epoch-batches": "epoch-nominal-size",
    "epoch-examples": "epoch-with-replacement",
    "epoch-shuffle": "epoch-never-shuffled",
    "xor-solved": "xor-is-or",
    "xor-losses": "xor-loss-after",
    "rate-sweep": "sweep-goes-on",
    "rate-verdict": "verdict-order",
    "rate-plot": "rates-no-legend",
    "loss-curve": "curve-no-legend",
    "overfitting": "overfitting-inverted",
    "split": "split-overlap",
    "fit": "fit-trains-on-test",
    "prepare": "prepare-labels-unfiltered",
    "one-hot": "onehot-off-by-one",
    "train-digits": "digits-hidden-32",
    "training-curve": "curve-needs-test",
    "accuracy": "accuracy-percent",
    "digits-accuracy": "digits-no-training",
    "ten-classes": "prepare-classes-ignored",
    "misclassified": "misclassified-mask",
    "architectures": "backward-not-transposed-square",
    "cross-entropy-gradient": "ce-gradient-only-ones",
    "cross-entropy-backward": "cen-no-n",
    "decayed-rate": "decay-multiplies",
}

#: Right styles of the fast run, the most different from each other.
STYLES = (
    "plain",
    "pure_python",
    "vectorised",
    "flat_vector",
    "relative_imports",
    "package_imports",
    "named_tuples",
    "slots",
    "unhashable",
    "noisy",
    "latin1",
    "own_generator",
)


def by_id(found: list[Submission]) -> dict[str, Submission]:
    return {submission.id: submission for submission in found}


WRONG = by_id(submissions_lib.wrong())
PAIRS = by_id(submissions_lib.pairs())
RIGHT = by_id(submissions_lib.right())


def related(submission: Submission, check: Check) -> bool:
    """Whether a change in the submission's modules can reach the check."""
    return check.module in submission.modules or any(
        need.partition(".")[0] in submission.modules for need in check.needs
    )


def failed_subjects(outcomes: dict[str, Outcome]) -> set[str]:
    checks = course.load().by_id
    return {checks[name].subject for name, outcome in outcomes.items() if outcome.status != "passed"}


def test_every_check_has_a_wrong_submission() -> None:
    assert set(TRIPS) == {check.id for check in CODE}


@pytest.mark.parametrize("check", CODE, ids=lambda check: check.id)
def test_a_wrong_submission_trips_the_check(check: Check, tmp_path: Path) -> None:
    submission = WRONG[TRIPS[check.id]]
    assert check.subject in submission.subjects
    outcome = judged(submissions_lib.write(submission, tmp_path / "s"), [check])[check.id]
    assert outcome.status in ("failed", "timeout", "crashed")
    assert outcome.message


@pytest.mark.parametrize("style", STYLES)
def test_a_right_style_passes(style: str, tmp_path: Path) -> None:
    checks = [check for check in CODE if check.id not in LONG]
    outcomes = judged(submissions_lib.write(RIGHT[style], tmp_path / "s"), checks)
    assert {name: outcome.message for name, outcome in outcomes.items() if outcome.status != "passed"} == {}
    assert not [name for name, outcome in outcomes.items() if outcome.carried]


@pytest.mark.slow
@pytest.mark.parametrize("style", RIGHT)
def test_every_right_style_earns_everything(style: str, tmp_path: Path) -> None:
    outcomes = judged(submissions_lib.write(RIGHT[style], tmp_path / "s"))
    assert {name: outcome.message for name, outcome in outcomes.items() if outcome.status != "passed"} == {}
    assert not [name for name, outcome in outcomes.items() if outcome.carried]
    assert not [name for name, outcome in outcomes.items() if outcome.misconceptions]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*WRONG, *PAIRS])
def test_a_wrong_submission_fails_its_own_subjects_and_no_other(name: str, tmp_path: Path) -> None:
    submission = WRONG.get(name) or PAIRS[name]
    checks = [
        check
        for check in CODE
        if related(submission, check) and (check.id not in LONG or check.subject in submission.subjects)
    ]
    outcomes = judged(submissions_lib.write(submission, tmp_path / "s"), checks)
    assert failed_subjects(outcomes) == set(submission.subjects)
