"""One check's journey: carried credit, statuses, faults, and what the judge never does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graders import course, unchanged
from graders.checks import losses as loss_checks
from graders.checks.claims import short
from graders.course import Check
from graders.diagnosis import Evidence
from graders.diagnosis.evidence import Case, manageable
from graders.judge import Judge, Outcome, definition_line
from graders.learner import sandbox, standins
from graders.learner.snapshot import Snapshot, take
from grading_lib import SEED, judged, plain_submission

BY_ID = course.load().by_id


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return plain_submission(tmp_path / "s")


def edit(root: Path, module: str, old: str, new: str) -> None:
    path = root / "exercises" / f"{module}.py"
    text = path.read_text()
    assert text.count(old) >= 1, f"{old!r} is not in {module}.py"
    path.write_text(text.replace(old, new))


def append(root: Path, module: str, text: str) -> None:
    path = root / "exercises" / f"{module}.py"
    path.write_text(path.read_text() + "\n\n" + text)


def only(root: Path, *names: str) -> dict[str, Outcome]:
    return judged(root, [BY_ID[name] for name in names])


def test_a_wrong_backward_is_carried_in_what_uses_it(plain: Path) -> None:
    append(
        plain,
        "network",
        "_right = Network.backward\n"
        "def _negated(self, target):\n"
        "    W, b = _right(self, target)\n"
        "    return [-g for g in W], [-g for g in b]\n"
        "Network.backward = _negated\n",
    )
    outcomes = only(plain, "backward-one-output", "train-step", "epoch-full-batch", "xor-losses", "fit")
    assert outcomes.pop("backward-one-output").status == "failed"
    assert {outcome.status for outcome in outcomes.values()} == {"passed"}
    assert all(outcome.carried for outcome in outcomes.values())


def test_two_bugs_are_two_failures(plain: Path) -> None:
    append(
        plain,
        "network",
        "Network.backward = lambda self, target: ([0 * W for W in self.weights], [0 * b for b in self.biases])\n"
        "Network.train_step = lambda self, x, target, learning_rate: 0.0\n",
    )
    outcomes = only(plain, "backward-one-output", "train-step", "xor-losses")
    assert outcomes["backward-one-output"].status == outcomes["train-step"].status == "failed"
    assert outcomes["xor-losses"].status == "passed" and outcomes["xor-losses"].carried


def test_two_mistakes_that_cancel_are_two(plain: Path) -> None:
    append(
        plain,
        "network",
        "_right = Network.backward\n"
        "def _negated(self, target):\n"
        "    W, b = _right(self, target)\n"
        "    return [-g for g in W], [-g for g in b]\n"
        "Network.backward = _negated\n"
        "def _uphill(self, x, target, learning_rate):\n"
        "    loss = float(np.mean((self.forward(x) - target) ** 2))\n"
        "    W, b = self.backward(target)\n"
        "    for mine, step in zip([*self.weights, *self.biases], [*W, *b]):\n"
        "        mine += learning_rate * step\n"
        "    return loss\n"
        "Network.train_step = _uphill\n",
    )
    outcomes = only(plain, "train-step", "xor-losses")
    assert outcomes["train-step"].status == "failed"
    assert outcomes["xor-losses"].status == "passed"


def test_a_right_result_by_another_way_is_not_carried(plain: Path) -> None:
    """train_epoch that is right although train_step is not."""
    append(plain, "network", "Network.train_step = lambda self, x, target, learning_rate: 0.0\n")
    outcome = only(plain, "epoch-full-batch")["epoch-full-batch"]
    assert outcome.status == "passed" and not outcome.carried


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("raise NotImplementedError", "not_started", ""),
        ("raise KeyError('weights')", "failed", "KeyError"),
        ("import os; os._exit(0)", "crashed", "ended itself"),
        ("raise SystemExit(0)", "failed", "SystemExit"),
        ("raise KeyboardInterrupt", "failed", "KeyboardInterrupt"),
        ("import ctypes; ctypes.string_at(0)", "crashed", ""),
        ("return object()", "failed", ""),
        ("return np.array(['a'])", "failed", ""),
        ("return [[]] * 3", "failed", ""),
        ("return None", "failed", ""),
        ("return {'loss': 1.0}", "failed", ""),
        ("return (lambda f: f(f))(lambda f: f(f))", "failed", "RecursionError"),
    ],
)
def test_whatever_comes_has_a_status(plain: Path, body: str, status: str, said: str) -> None:
    append(plain, "losses", f"def mse_loss(predictions, targets):\n    {body}\n")
    outcomes = only(plain, "mse-loss", "mse-gradient")
    assert outcomes["mse-loss"].status == status, outcomes["mse-loss"]
    assert said in outcomes["mse-loss"].message
    assert outcomes["mse-gradient"].status == "passed"


def test_a_hang_ends_that_check_only(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(plain, "losses", "def mse_loss(predictions, targets):\n    while True: pass\n")
    everything = course.load()
    quick = Check(**{**vars(BY_ID["mse-loss"]), "deadline": 1.0})
    judge = Judge(everything, take(plain), SEED, sandbox.choose("off"))
    try:
        outcome = judge.outcome(quick)
        assert outcome.status == "timeout" and "within 1 seconds" in outcome.message
        assert judge.outcome(BY_ID["mse-gradient"]).status == "passed"
    finally:
        judge.close()


def test_what_the_judge_stumbles_over_is_the_learners_if_the_reference_passes(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(learner: Any, draw: Any) -> None:
        value = learner.losses.mse_loss(np.array([1.0]), np.array([0.0]))
        if value != 1.0:
            raise ZeroDivisionError("the judge's own code")

    monkeypatch.setattr(loss_checks, "test_mse_loss", stumbles)
    assert only(plain, "mse-loss")["mse-loss"].status == "passed"
    append(plain, "losses", "def mse_loss(predictions, targets):\n    return 2.0\n")
    assert only(plain, "mse-loss")["mse-loss"].status == "failed"


def test_what_fails_for_the_reference_too_is_the_graders_fault(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(learner: Any, draw: Any) -> None:
        raise ZeroDivisionError("the judge's own code")

    monkeypatch.setattr(loss_checks, "test_mse_loss", broken)
    outcome = only(plain, "mse-loss")["mse-loss"]
    assert outcome.status == "error"
    assert "ZeroDivisionError" in outcome.message


def test_the_judge_never_imports_the_learners_code(plain: Path) -> None:
    append(plain, "losses", "import sys\nsys.marked_by_the_learner = True\n")
    only(plain, "mse-loss")
    assert not hasattr(sys, "marked_by_the_learner")
    assert not [name for name in sys.modules if name == "exercises" or name.startswith("exercises.")]


def test_no_state_passes_from_check_to_check(plain: Path) -> None:
    append(
        plain,
        "losses",
        "_calls = []\n"
        "_right_loss, _right_gradient = mse_loss, mse_gradient\n"
        "def mse_loss(predictions, targets):\n"
        "    _calls.append(1)\n"
        "    return _right_loss(predictions, targets)\n"
        "def mse_gradient(predictions, targets):\n"
        "    return _right_gradient(predictions, targets) + len(_calls)\n",
    )
    assert only(plain, "mse-loss", "mse-gradient")["mse-gradient"].status == "passed"


def test_numbers_differ_with_the_seed(plain: Path) -> None:
    """A function that knows the answers of one seed fails with another."""
    append(plain, "losses", "def mse_loss(predictions, targets):\n    return 0.25\n")
    assert judged(plain, [BY_ID["mse-loss"]], seed=1)["mse-loss"].message != (
        judged(plain, [BY_ID["mse-loss"]], seed=2)["mse-loss"].message
    )


def test_where_a_function_begins() -> None:
    text = (
        b"import numpy as np\n\nclass Other:\n    def forward(self): ...\n\n"
        b"class Network:\n    def forward(self, x):\n        pass\n"
    )
    snapshot = Snapshot(Path(), {"network.py": text}, {})
    assert definition_line(snapshot, "network.Network.forward") == 7
    assert definition_line(snapshot, "network.Network.backward") == 6
    assert definition_line(snapshot, "network.sigmoid") is None
    assert definition_line(snapshot, "losses.mse_loss") is None


def test_disallowed_imports_are_named(plain: Path) -> None:
    for module in ("click", "pytest", "reference", "graders", "pandas"):
        path = plain / "exercises" / "practice.py"
        path.write_text(f"import {module}\n")
        outcome = only(plain, "split")["split"]
        assert outcome.status == "failed"
        assert module in outcome.message and "allowed" in outcome.message
        assert outcome.line == 1


def test_expit_is_allowed_and_nothing_else_of_scipy(plain: Path) -> None:
    append(plain, "network", "from scipy.special import expit\ndef sigmoid(z):\n    return expit(z)\n")
    assert only(plain, "sigmoid", "sigmoid-overflow")["sigmoid-overflow"].status == "passed"
    append(plain, "network", "import scipy.optimize\n")
    assert "allowed" in only(plain, "sigmoid")["sigmoid"].message


@pytest.mark.parametrize(
    "name",
    sorted({need for check in course.load().checks() for need in check.needs if ".Network." not in need}),
)
def test_a_stand_in_needs_nothing_but_numpy(name: str) -> None:
    source = standins.function_source(name.partition(".")[2])
    assert "reference" not in source.replace("<reference>", "")
    if "exercises.network" in source:
        return  # it builds networks of the learner's
    namespace: dict[str, Any] = {"np": np}
    exec(compile(source, "stand-in", "exec"), namespace)
    assert callable(namespace[name.rpartition(".")[2]])


def test_method_stand_ins_are_self_contained() -> None:
    namespace: dict[str, Any] = {"np": np}
    exec(
        compile(standins.methods_source("Network", ["__init__", "forward", "backward"]), "stand-in", "exec"), namespace
    )
    made = type("Network", (), {name: namespace[name] for name in namespace["METHODS"]})
    from reference.network import Network

    mine, theirs = made([3, 4, 2], seed=3), Network([3, 4, 2], seed=3)
    x, target = np.array([1.0, -2.0, 0.5]), np.array([0.0, 1.0])
    assert np.array_equal(mine.forward(x), theirs.forward(x))
    for got, wanted in zip(mine.backward(target), theirs.backward(target), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(got, wanted, strict=True))


def test_a_stand_in_never_holds_the_function_under_test(plain: Path) -> None:
    judge = Judge(course.load(), take(plain), SEED, sandbox.choose("off"))
    try:
        for check in course.load().checks():
            if not check.needs:
                continue
            given = judge.lender.lend(check, list(check.needs))
            name = check.subject.rpartition(".")[2]
            for text in given.get(check.module, {}).values():
                assert f"def {name}(" not in text, check.id
    finally:
        judge.close()


def test_much_of_little_is_said_at_once() -> None:
    """numpy writes out each number of an array of many short axes."""
    assert len(short(np.zeros((6,) * 8, dtype=np.int8))) < 60
    assert "0.5" in short(np.full(3, 0.5))


def test_a_result_far_larger_than_its_inputs_is_not_looked_into() -> None:
    rows = [1.0] * 2_000_000
    given = Evidence("practice.split", "split", (Case("a", {"X": np.zeros((2, 1))}, None, rows, False),))
    assert manageable(given).cases == ()


def test_a_very_long_submission_is_read_by_its_words(plain: Path) -> None:
    """Its imports are found all the same; its comments count as well."""
    for k in range(8):
        (plain / "exercises" / f"filler{k}.py").write_text(f"# matplotlib\nx = {'1 + ' * 40_000}1\n")
    append(plain, "losses", "import filler0\n")
    seen = take(plain)
    assert "filler0.py" in unchanged.closure(seen, "losses.py")
    assert "matplotlib" in unchanged.words(seen, "filler0.py")
    assert "matplotlib" not in unchanged.mentioned("# matplotlib\n")
