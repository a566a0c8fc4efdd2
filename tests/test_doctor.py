"""`gradecheck doctor`: fit or not, and how to mend what is not."""

from __future__ import annotations

import importlib.metadata
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from graders import paths, state
from graders.cli import doctor as module
from graders.cli.doctor import doctor
from graders.datasets import digits
from graders.learner import sandbox


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(paths.STUBS, tmp_path / "exercises")
    monkeypatch.setenv("COLUMNS", "110")
    return tmp_path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without starting a worker."""
    monkeypatch.delitem(module._LOOKS, "worker")


def look(root: Path) -> Result:
    result = CliRunner().invoke(doctor, ["--path", str(root)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def one_line(result: Result) -> str:
    return " ".join(result.output.split())


def test_a_fresh_copy_is_fit(root: Path) -> None:
    result = look(root)
    assert result.exit_code == 0, result.output
    for words in ("CPython 3.", "numpy ", "pytest-timeout ", "a check of the reference passes", "89 checks", "images)"):
        assert words in result.output
    assert "Fit" in result.output


@pytest.mark.usefixtures("quick")
class TestWhatIsWrong:
    def test_a_missing_package(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(module.PACKAGES, "no-such-package", "1")
        result = look(root)
        assert result.exit_code == 1
        assert "no-such-package is not installed" in result.output
        assert "pip install 'no-such-package>=1'" in one_line(result)

    def test_an_old_package(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        have = importlib.metadata.version
        monkeypatch.setattr(importlib.metadata, "version", lambda name: "1.9.5" if name == "numpy" else have(name))
        result = look(root)
        assert result.exit_code == 1
        assert "numpy 1.9.5 is older than 1.26" in result.output

    def test_an_old_python(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "PYTHON", (4, 0))
        assert look(root).exit_code == 1

    def test_a_missing_exercise(self, root: Path) -> None:
        (root / "exercises" / "network.py").unlink()
        result = look(root)
        assert result.exit_code == 1
        assert "gradecheck reset network.py" in result.output

    def test_a_link_in_place_of_an_exercise(self, root: Path) -> None:
        file = root / "exercises" / "network.py"
        file.rename(root / "network.py")
        file.symlink_to(root / "network.py")
        result = look(root)
        assert result.exit_code == 1
        assert "links are not followed" in result.output

    def test_a_broken_answer_sheet(self, root: Path) -> None:
        (root / "exercises" / "answers.toml").write_text("x = \n")
        result = look(root)
        assert result.exit_code == 1
        assert "not valid TOML" in result.output

    def test_damaged_digits(self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(digits.paths, "DATA", tmp_path / "none")
        result = look(root)
        assert result.exit_code == 1

    def test_a_look_that_fails_is_told(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(module._LOOKS, "data", lambda path: iter([1 / 0]))
        result = look(root)
        assert result.exit_code == 1
        assert "cannot be looked at: ZeroDivisionError" in result.output


@pytest.mark.usefixtures("quick")
class TestWhatCouldBeBetter:
    def test_a_damaged_state_is_no_reason_to_stop(self, root: Path) -> None:
        (root / state.FOLDER).mkdir()
        (root / state.FOLDER / state.FILE).write_text("[[[")
        result = look(root)
        assert result.exit_code == 0
        assert "is damaged" in one_line(result)

    def test_no_exercises_here(self, tmp_path: Path) -> None:
        result = look(tmp_path)
        assert result.exit_code == 0
        assert "expected a folder with exercises/" in one_line(result)

    def test_a_weak_sandbox_says_why(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        class Weak:
            name = "limits"
            note = "bubblewrap: bwrap is not installed"

        monkeypatch.setattr(sandbox, "choose", lambda mode: Weak())
        result = look(root)
        assert result.exit_code == 0
        assert "limits; no better one, because of bubblewrap: bwrap is not installed" in one_line(result)
        assert "apt install bubblewrap" in one_line(result)


@pytest.mark.parametrize(("text", "numbers"), [("1.26", (1, 26)), ("2.0.1rc1", (2, 0, 1)), ("8", (8,)), ("x", ())])
def test_versions_are_compared_as_numbers(text: str, numbers: tuple[int, ...]) -> None:
    assert module._numbers(text) == numbers
