"""Grading in the background: outcomes come one by one, a newer save cuts it short, and nothing is left behind."""

from __future__ import annotations

import itertools
import os
import select
import shutil
import signal
import tempfile
import time
from pathlib import Path

import pytest

from graders import course, diagnosis, paths
from graders.judge import Outcome
from graders.learner import sandbox
from graders.learner.snapshot import Snapshot, take
from graders.watch import compare
from graders.watch.rounds import Ended, Judged, Round

PLAIN = Path(__file__).parent / "submissions" / "right" / "plain"
SEED = 20_000


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plain solution; temporary files go below it, so that the test sees what is left of them."""
    shutil.copytree(paths.STUBS, tmp_path / "exercises")
    for file in PLAIN.glob("*.py"):
        shutil.copy(file, tmp_path / "exercises")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def begun(root: Path, names: list[str], known: dict[str, Outcome] | None = None) -> Round:
    by_id = course.load().by_id
    made = Round(take(root), [by_id[n] for n in names], known or {}, SEED, sandbox.choose("auto"))
    made.start()
    return made


def events(round_: Round, seconds: float = 60.0) -> list[Judged | Ended]:
    """All of them, to the end."""
    found: list[Judged | Ended] = []
    while not found or not isinstance(found[-1], Ended):
        assert select.select([round_.fd], [], [], seconds)[0], "nothing comes"
        found += round_.events()
    return found


def test_outcomes_come_in_the_order_asked_for(root: Path) -> None:
    round_ = begun(root, ["loss-table", "mse-loss", "answer-C1.1-measures"])
    *judged, ended = events(round_)
    assert [(e.check.id, e.outcome.status) for e in judged if isinstance(e, Judged)] == [
        ("loss-table", "passed"),
        ("mse-loss", "passed"),
        ("answer-C1.1-measures", "not_started"),
    ]
    assert ended == Ended()
    round_.stop()
    assert left_behind(root) == []


def test_what_is_known_is_not_judged_again(root: Path) -> None:
    (root / "exercises" / "losses.py").write_text("def mse_loss(p, t):\n    return 7.0\n")
    round_ = begun(root, ["mse-loss"], {"mse-loss": Outcome("passed")})
    assert events(round_) == [Ended()]


def test_a_check_that_never_ends_is_cut_short(root: Path) -> None:
    (root / "exercises" / "losses.py").write_text(
        "import os\n\n"
        "def mse_loss(predictions, targets):\n"
        "    try:\n        os.fork()\n    except OSError:\n        pass\n"
        "    while True:\n        pass\n"
    )
    round_ = begun(root, ["mse-loss", "mse-gradient"])
    time.sleep(0.8)
    assert round_.running
    round_.stop()
    assert not round_.running
    assert events(round_) == [Ended()], "an outcome of a check that was cut short says nothing"
    assert left_behind(root) == []


def test_a_round_that_cannot_work_says_so(root: Path) -> None:
    tempfile.tempdir = str(root / "no such folder")
    round_ = begun(root, ["mse-loss"])
    (ended,) = events(round_)
    assert isinstance(ended, Ended)
    assert "cannot work" in ended.error


def test_a_long_diagnosis_is_cut_short(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge's own computing, not only the learner's."""
    (root / "exercises" / "losses.py").write_text("def mse_loss(predictions, targets):\n    return 7.0\n")
    monkeypatch.setattr(diagnosis, "diagnose", lambda evidence: sum(1 for _ in itertools.count()))
    round_ = begun(root, ["mse-loss"])
    time.sleep(0.8)
    assert round_.running
    round_.stop()
    assert events(round_) == [Ended()]
    assert left_behind(root) == []


def test_a_round_whose_process_is_killed_says_so(root: Path) -> None:
    (root / "exercises" / "losses.py").write_text("while True:\n    pass\n")
    round_ = begun(root, ["mse-loss"])
    time.sleep(0.3)
    os.kill(round_._pid, signal.SIGKILL)
    (ended,) = events(round_)
    assert isinstance(ended, Ended)
    assert "unexpectedly" in ended.error


def left_behind(root: Path) -> list[str]:
    """Files in the temporary folder, and processes that speak of it."""
    found = [str(path) for path in (root / "tmp").glob("gradecheck-*")]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(root / "tmp").encode() in (process / "cmdline").read_bytes() and process.name != str(os.getpid()):
                found.append(process.name)
        except OSError:
            continue
    return found


# -- the reference ------------------------------------------------------------------------------------------------


def test_the_comparison_shows_both(root: Path) -> None:
    shown = compare.text(course.load(), "1", take(root), set())
    assert "losses.mse_loss: yours, exercises/losses.py:" in shown
    assert (PLAIN / "losses.py").read_text().split("def mse_loss")[1].splitlines()[0] in shown
    assert "np.mean((p - t) ** 2)" in shown, "the reference's line"


def test_the_comparison_gives_nothing_of_later_sections_away() -> None:
    """Section 2 is about half of network.py; train_step and train_epoch belong to Section 3."""
    everything = course.load()
    hidden = compare.open_subjects(everything.checks(), {c.id for c in everything.checks() if c.section in "12"})
    shown = compare.text(everything, "2", Snapshot(Path(), {}, {}), hidden)
    assert "def backward_pass" in shown
    for word in ("def train_step", "def train_on_batches", "def descend", "def cross_entropy_gradient"):
        assert word not in shown


def test_ones_own_function_is_found_by_its_text() -> None:
    source = (
        "class Network:\n"
        "    def forward(\n        self,\n        x,\n    ):\n        a = x\n\n        # why\n        return a\n\n"
        "    def backward(self, target):\n        return 1\n\n\ndef other():\n    pass\n"
    )
    snapshot = Snapshot(Path(), {"network.py": source.encode()}, {})
    own = compare.own_source(snapshot, "network.Network.forward")
    assert own.startswith("def forward(\n    self,")
    assert own.endswith("return a")
    assert compare.own_source(snapshot, "network.Network.backward") == "def backward(self, target):\n    return 1"
    assert compare.own_source(snapshot, "network.sigmoid") == ""
