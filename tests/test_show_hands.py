"""Pictures with the learner's own functions: what they show, and what is said where they cannot."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import submissions_lib as lib
from graders import paths
from graders.learner.host import Host
from graders.learner.snapshot import take
from graders.show import drawing, hands, kept
from graders.show.catalogue import PICTURES
from graders.show.hands import OwnHands, ReferenceHands, UnusableError
from graders.show.pictures import digits
from graders.show.progress import silent

#: Appended to network.py: epochs that take their time.
SLOW = """
import time
_epoch = Network.train_epoch


def train_epoch(self, *a):
    time.sleep(0.4)
    return _epoch(self, *a)


Network.train_epoch = train_epoch
"""


def learner(folder: Path, **changed: str) -> Path:
    """The plain solution with text appended to some modules; "-" removes the module."""
    lib.write(lib.right()[0], folder)
    for module, text in changed.items():
        path = folder / "exercises" / f"{module}.py"
        path.unlink() if text == "-" else path.write_text(path.read_text("utf-8") + "\n\n" + text, "utf-8")
    return folder


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    host = hands.own_host(take(learner(tmp_path)))
    yield host
    host.close()


@pytest.mark.parametrize("name", ["gradient-check", "learning-rates", "xor", "backprop-trace"])
def test_right_functions_give_the_references_picture(host: Host, name: str) -> None:
    own = drawing.compute(PICTURES[name], host)
    assert own.own, own.instead
    truth = drawing.compute(PICTURES[name])
    if name == "gradient-check":
        np.testing.assert_allclose(own.numbers.analytic, truth.numbers.analytic, rtol=1e-9)
        assert own.numbers.note == ""
    elif name == "learning-rates":
        # Higher rates are chaotic: a rounding decides.
        np.testing.assert_allclose(own.numbers[0.1], truth.numbers[0.1], rtol=1e-6)
    elif name == "xor":
        np.testing.assert_allclose(own.numbers[-1].outputs, truth.numbers[-1].outputs, atol=1e-3)
    else:
        assert own.numbers == truth.numbers


def test_a_wrong_function_is_shown_as_it_is(tmp_path: Path) -> None:
    typed = next(wrong for wrong in lib.wrong() if wrong.id == "guide-typed")
    host = hands.own_host(take(lib.write(typed, tmp_path)))
    try:
        own = drawing.compute(PICTURES["gradient-check"], host)
    finally:
        host.close()
    assert own.own
    assert own.numbers.agreeing == 0  # the 1/n of two outputs is missing
    np.testing.assert_allclose(own.numbers.analytic, 2 * own.numbers.numerical, rtol=1e-6)


def instead(folder: Path, name: str) -> str:
    host = hands.own_host(take(folder))
    try:
        computed = drawing.compute(PICTURES[name], host)
    finally:
        host.close()
    assert not computed.own
    assert "\n" not in computed.instead
    return computed.instead


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        (
            "learning-rates",
            {"training": "def train_xor(learning_rate=2.0, steps=2000, seed=42):\n    raise NotImplementedError"},
            "train_xor is not started yet (exercises/training.py, line ",
        ),
        (
            "xor",
            {"network": "def _stub(self, *a):\n    raise NotImplementedError\nNetwork.train_step = _stub"},
            "_stub is not started yet (exercises/network.py",
        ),
        (
            "gradient-check",
            {"network": "def backward(self, target):\n    return 1 / 0\nNetwork.backward = backward"},
            "raised ZeroDivisionError",
        ),
        (
            "gradient-check",
            {"network": "Network.backward = lambda self, t: ([1], [2])"},
            "backward gave gradients for 1 ",
        ),
        (
            "backprop-trace",
            {"trace": "def forward_trace(*a):\n    return {'z1': [0, 0]}"},
            "forward_trace gave a dict wit",
        ),
        ("backprop-trace", {"trace": "forward_trace = lambda *a: 7"}, "forward_trace gave int, expected a dict"),
        ("backprop-trace", {"trace": "del backward_trace"}, "exercises/trace.py has no backward_trace"),
        ("backprop-trace", {"trace": "-"}, "exercises/trace.py is missing"),
        ("backprop-trace", {"trace": "def ("}, "exercises/trace.py, line "),
        (
            "xor",
            {"training": "def train_xor(*a):\n    import os\n    os._exit(3)"},
            "train_xor: the process ended itself",
        ),
        ("xor", {"training": "train_xor = lambda *a: 1"}, "train_xor: expected the pair (net, losses)"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_line(
    tmp_path: Path, name: str, changed: dict[str, str], said: str
) -> None:
    assert said in instead(learner(tmp_path, **changed), name)


def test_the_stubs_are_named_function_by_function(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    for stub in paths.STUBS.glob("*.py"):
        (tmp_path / "exercises" / stub.name).write_bytes(stub.read_bytes())
    assert instead(tmp_path, "gradient-check").startswith("forward is not started yet (exercises/network.py, line ")


def test_numerical_gradients_of_the_reference_serve_where_the_learners_are_missing(tmp_path: Path) -> None:
    folder = learner(tmp_path, gradient_check="def numerical_gradients(*a, **k):\n    raise NotImplementedError")
    host = hands.own_host(take(folder))
    try:
        own = drawing.compute(PICTURES["gradient-check"], host)
    finally:
        host.close()
    assert own.own
    assert own.numbers.agreeing == 26
    assert "numerical_gradients is not started yet" in own.numbers.note


def test_what_gives_no_result_is_given_up(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "PATIENCE", 0.0)
    own = OwnHands(host)
    with pytest.raises(UnusableError, match="gave no result within"):
        own("start", [2, 2, 1], 42)
    own.close()
    own.close()  # twice does no harm


def test_numbers_that_defeat_the_drawing_are_replaced_by_the_references() -> None:
    picture = PICTURES["learning-rates"]
    computed = drawing.Computed(picture, {0.1: "no losses"}, own=True)
    after, made = drawing.rendered(computed, lambda ready: drawing.draw(ready).words)
    assert not after.own
    assert after.instead == "your functions gave values that cannot be drawn"
    assert "learning rate 0.1" in made.lower()
    with pytest.raises(ValueError, match="convert"):
        drawing.rendered(drawing.Computed(picture, {0.1: "no losses"}), lambda ready: drawing.draw(ready))


def test_losses_that_are_nan_or_endless_are_drawn() -> None:
    bad = np.full(500, np.nan)
    bad[:3] = [0.3, np.inf, 1e300]
    computed = drawing.Computed(PICTURES["learning-rates"], dict.fromkeys((0.1, 1.0, 5.0, 50.0), bad), own=True)
    after, _ = drawing.rendered(computed, lambda ready: drawing.draw(ready).figure.savefig("/dev/null", format="png"))
    assert after.own


# -- long training --------------------------------------------------------------------------------------------


def test_training_on_digits_goes_on_where_it_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = kept.Memory(tmp_path)
    epochs: list[int] = []

    def interrupt(what: str, done: int, total: int) -> None:
        epochs.append(done)
        if done == 2 and len(epochs) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(digits, "EPOCHS", 4)
    with pytest.raises(KeyboardInterrupt):
        digits.numbers(ReferenceHands(), interrupt, memory)
    found = digits.numbers(ReferenceHands(), interrupt, memory)
    assert epochs == [1, 2, 3, 4]
    assert len(found.losses) == 4
    assert found.losses == sorted(found.losses, reverse=True)
    again = digits.numbers(ReferenceHands(), interrupt, memory)
    assert len(epochs) == 4  # nothing is trained twice
    np.testing.assert_array_equal(again.predicted, found.predicted)
    assert again.losses == found.losses


def test_a_kept_training_holds_for_its_code_and_data_only(tmp_path: Path) -> None:
    folder = learner(tmp_path)
    training = kept.Training([0.5], [np.ones((2, 3))], [np.zeros(2)])
    kept.Memory(folder, take(folder)).write("digits", True, "data", training)
    found = kept.Memory(folder, take(folder)).read("digits", True, "data")
    assert found is not None
    np.testing.assert_array_equal(found.weights[0], training.weights[0])
    assert kept.Memory(folder, take(folder)).read("digits", True, "other data") is None
    assert kept.Memory(folder, take(folder)).read("digits", False, "data") is None
    path = folder / ".gradecheck" / "pictures" / "digits-own.npz"
    whole = path.read_bytes()
    for damaged in (b"", b"PK no zip", whole[: len(whole) // 2]):
        path.write_bytes(damaged)
        assert kept.Memory(folder, take(folder)).read("digits", True, "data") is None
    path.write_bytes(whole)
    learner(folder, digits="x = 1")
    assert kept.Memory(folder, take(folder)).read("digits", True, "data") is None


def test_an_interrupted_command_loses_nothing(tmp_path: Path) -> None:
    folder = learner(tmp_path, network=SLOW)
    (folder / "pictures").mkdir()
    (folder / "pictures" / "digits.png").write_bytes(b"an older picture")
    code = "from graders.cli.show import show; show()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "digits", "--mine", "--no-open", "--path", str(folder)],
        cwd=paths.HOME,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        store = folder / ".gradecheck" / "pictures" / "digits-own.npz"
        until = time.monotonic() + 60
        while not store.exists() and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted; nothing was overwritten" in said
    assert "Traceback" not in said
    assert (folder / "pictures" / "digits.png").read_bytes() == b"an older picture"
    with np.load(store) as file:
        assert 1 <= len(file["losses"]) < digits.EPOCHS


def test_silent_progress_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    silent("x", 1, 2)
    assert capsys.readouterr() == ("", "")
