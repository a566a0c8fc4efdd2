"""The corpus of wrong submissions, through the real checks in this process: each is called by its name."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

import submissions_lib
from evidence_lib import MODULE_OF_CHECK, evidence_of
from graders import course, paths
from graders.diagnosis import Evidence, diagnose
from grading_lib import judged

COURSE = tomllib.loads((paths.DATA / "course.toml").read_text(encoding="utf-8"))
#: Left out here: they train for long, or measure time.
SLOW = {"xor-solved", "digits-accuracy", "backward-cost", "architectures"}
CHECKS = [
    (check["id"], check["subject"])
    for section in COURSE["section"]
    for item in section["item"]
    for check in item.get("check", [])
    if check["id"] in MODULE_OF_CHECK and check["id"] not in SLOW
]


def sources(submission: submissions_lib.Submission) -> dict[str, str]:
    files = {**submissions_lib.plain(), **submission.files}
    return {
        name.rsplit("/", 1)[-1].removesuffix(".py"): text if isinstance(text, str) else text.decode()
        for name, text in files.items()
        if name.endswith(".py")
    }


def diagnosed(submission: submissions_lib.Submission) -> tuple[set[str], list[str]]:
    """(ids, first lines) of all checks of the submission's wrong functions."""
    ids: set[str] = set()
    lines = []
    for check, subject in CHECKS:
        if subject not in submission.subjects:
            continue
        evidence = evidence_of(sources(submission), check, subject)
        if evidence is not None:
            found = diagnose(evidence)
            ids |= {m.id for m in found.misconceptions}
            lines.append(found.message.split("\n", 1)[0])
    return ids, lines


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_nine_of_ten_single_mistakes_are_named() -> None:
    rng = np.random.default_rng(0)
    wrong = [
        s for s in submissions_lib.wrong() if any(subject == known for subject in s.subjects for _, known in CHECKS)
    ]
    missed, seen = [], 0
    for index in rng.permutation(len(wrong))[:200]:
        submission = wrong[index]
        ids, lines = diagnosed(submission)
        if not lines:
            continue  # seen only by a check that is left out here
        seen += 1
        words = any(w.lower() in line.lower() for w in submission.expect for line in lines)
        if not set(submission.names) & ids and not words:
            missed.append((submission.id, lines))
    assert seen > 150
    assert len(missed) <= 0.1 * seen, missed


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "id",
    [
        "backward-no-hidden-derivative",
        "backward-no-n",
        "backward-gradient-transposed",
        "step-ascends",
        "epoch-never-reset",
        "mse-sum",
        "numerical-over-h",
        "xor-is-or",
        "prepare-not-scaled",
    ],
)
def test_a_sample_by_id(id: str) -> None:
    submission = next(s for s in submissions_lib.wrong() if s.id == id)
    ids, lines = diagnosed(submission)
    assert set(submission.names) <= ids, lines


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("id", ["bias-zero-no-n", "no-hidden-derivative-transposed", "negated-reversed", "trace-two"])
def test_pairs_by_id(id: str) -> None:
    submission = next(s for s in submissions_lib.pairs() if s.id == id)
    ids, lines = diagnosed(submission)
    assert set(submission.names) <= ids, lines


@pytest.mark.filterwarnings("ignore")
def test_right_submissions_give_no_evidence() -> None:
    for submission in submissions_lib.right()[:3]:
        text = sources(submission)
        for check, subject in CHECKS:
            assert evidence_of(text, check, subject) is None, (submission.id, check)


@pytest.mark.parametrize(
    ("id", "check"),
    [
        ("prepare-256", "prepare"),
        ("prepare-labels-unfiltered", "ten-classes"),
        ("digits-scaled-again", "train-digits"),
        ("epoch-momentum", "epoch-examples"),
        ("epoch-one-backward", "epoch-shuffle"),
    ],
)
def test_the_judge_names_it_too(id: str, check: str, tmp_path: Path) -> None:
    """The judge leaves out what is too large for the diagnosis: enough must be left to name the mistake."""
    submission = next(s for s in submissions_lib.wrong() if s.id == id)
    outcome = judged(submissions_lib.write(submission, tmp_path / "s"), [course.load().by_id[check]])[check]
    assert set(submission.names) <= {m.id for m in outcome.misconceptions}, outcome.message


def test_rows_of_which_none_is_wrong_are_not_called_shuffled() -> None:
    assert diagnose(Evidence("digits.prepare", "prepare", summary="too large to look at")).misconceptions == ()
