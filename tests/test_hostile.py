"""Hostile submissions: none is credited with what it fakes, none stops the rest, none leaves anything behind."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import reference
import submissions_lib
from graders import course, paths
from graders.checks.digits import MAX_IMAGES
from graders.datasets import digits
from graders.judge import Judge
from graders.learner import sandbox
from graders.learner.snapshot import take
from graders.learner.submission import SubmissionError
from grading_lib import SEED

COURSE = course.load()
HOSTILE = {submission.id: submission for submission in submissions_lib.hostile()}
#: Judged in every attack besides what it fakes: one check of each module.
REST = ("mse-gradient", "trace-update", "sigmoid", "numerical-gradients", "rate-verdict", "split", "decayed-rate")
LEFTOVERS = ("/tmp/gradecheck-hostile-*", "/dev/shm/gradecheck-hostile-*")

#: One of each class, for the fast run.
FAST = (
    "equal-to-all",
    "ndarray-subclass",
    "broadcast-giant",
    "endless-list",
    "object-array",
    "nan-everywhere",
    "exit-hard",
    "exit-pytest",
    "error-str-raises",
    "frame-walk",
    "modules-walk",
    "imports-reference",
    "writes-descriptors",
    "closes-descriptors",
    "patches-numpy-testing",
    "patches-builtins",
    "shadow-graders",
    "conftest",
    "sitecustomize",
    "prewritten-report",
    "rewrites-itself",
    "state-in-tmp",
    "hard-coded",
    "check-by-turn",
    "check-by-closure",
    "stumble-and-starve",
    "figure-without-end",
    "arguments-forgotten",
    "returned-net-lies",
    "link-module",
    "fifo",
    "odd-names",
    "nul-module",
    "answers-deep",
)


def grade(name: str, folder: Path) -> tuple[dict[str, str], set[str]]:
    """Statuses of what the attack fakes and of the rest; and the subjects that were credited."""
    submission = HOSTILE[name]
    root = folder / "submission"
    if submission.base == "stubs":
        import shutil

        shutil.copytree(paths.STUBS, root / "exercises")
    submissions_lib.write(submission, root, None if submission.base == "stubs" else "")
    judge = Judge(COURSE, take(root), SEED, sandbox.choose("auto"))
    try:
        wanted = [
            check
            for check in COURSE.checks()
            if not check.question and (check.subject in submission.subjects or check.id in REST)
        ]
        outcomes = {check.id: judge.outcome(check) for check in wanted}
    finally:
        judge.close()
    credited = {
        subject
        for subject in submission.subjects
        if all(outcomes[c.id].status == "passed" for c in wanted if c.subject == subject)
    }
    return {check.id: outcomes[check.id].status for check in wanted}, credited


def processes() -> set[str]:
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found.add((folder / "cmdline").read_bytes().decode("utf-8", "replace"))
            except OSError:
                continue
    return found


def check_attack(name: str, folder: Path) -> None:
    submission = HOSTILE[name]
    if submission.needs_cage and sandbox.choose("auto").name in ("limits", "off"):
        pytest.skip("needs namespaces, which this machine does not give")
    for pattern in LEFTOVERS:
        assert not list(Path("/").glob(pattern.lstrip("/")))
    try:
        statuses, credited = grade(name, folder)
    except SubmissionError:
        assert not submission.rest_ok  # nothing there that may be read, and so no credit
        return
    assert not credited, f"credited: {credited}"
    assert "error" not in statuses.values(), statuses
    if submission.rest_ok and submission.base == "plain":
        rest = {
            check: status
            for check, status in statuses.items()
            if COURSE.by_id[check].subject not in submission.subjects
        }
        assert set(rest.values()) <= {"passed"}, rest
    for pattern in LEFTOVERS:
        assert not list(Path("/").glob(pattern.lstrip("/")))


@pytest.mark.parametrize("name", FAST)
def test_an_attack_fails(name: str, tmp_path: Path) -> None:
    check_attack(name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_every_attack_fails(name: str, tmp_path: Path) -> None:
    check_attack(name, tmp_path)


BROUGHT = """

import base64


def train_digits(X_train, y_train, epochs=15, learning_rate=0.5, batch_size=32, seed=42):
    net = Network([X_train.shape[1], 64, y_train.shape[1]], seed=seed)
    for mine, text in zip([*net.weights, *net.biases], BROUGHT):
        mine[:] = np.frombuffer(base64.b64decode(text), dtype=np.float16).reshape(mine.shape)
    return net, [0.5 / (k + 1) for k in range(epochs)]
"""


def test_weights_that_were_trained_elsewhere_recognise_nothing(tmp_path: Path) -> None:
    data = digits.load(limit=MAX_IMAGES)
    X_train, y_train, *_ = reference.digits.prepare(data.images, data.labels)
    net, _ = reference.digits.train_digits(X_train, y_train, epochs=3)
    texts = [base64.b64encode(p.astype(np.float16).tobytes()).decode() for p in [*net.weights, *net.biases]]
    plain = HOSTILE["equal-to-all"]
    root = submissions_lib.write(replace(plain, files={}), tmp_path / "s", "")
    with (root / "exercises" / "digits.py").open("a") as file:
        file.write(f"{BROUGHT}\n\nBROUGHT = {texts!r}\n")
    judge = Judge(COURSE, take(root), SEED, sandbox.choose("off"))
    try:
        outcome = judge.outcome(COURSE.by_id["digits-accuracy"])
    finally:
        judge.close()
    assert outcome.status == "failed" and "are recognised" in outcome.message
