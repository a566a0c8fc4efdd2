"""`pytest graders` by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from graders import course
from graders.plugin import marker
from grading_lib import CHECKOUT, plain_submission, stubs_submission


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "graders", "-q", *map(str, arguments)],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_check_is_collected_once() -> None:
    listed = run("--collect-only").stdout
    names = [line for line in listed.splitlines() if "::test_" in line]
    assert len(names) == len(set(names)) == len(course.load().checks())


def test_markers_and_names_select(tmp_path: Path) -> None:
    root = plain_submission(tmp_path / "s")
    result = run("--submission", root, "-m", "exercise_2_2 or checkpoint_4_3")
    assert result.returncode == 0, result.stdout
    assert "2 passed" in result.stdout
    assert "1 passed" in run("--submission", root, "-k", "backward_several").stdout
    assert "1 passed" in run("--submission", root, "--exercise", "C4.3").stdout


def test_failures_are_told_without_a_traceback_of_ours(tmp_path: Path) -> None:
    root = stubs_submission(tmp_path / "s")
    result = run("--submission", root, "-m", "checkpoint_1_2")
    assert result.returncode == 1
    assert "not started" in result.stdout and "2 failed" in result.stdout
    assert "journey.py" not in result.stdout


def test_an_unknown_section_is_a_usage_error() -> None:
    result = run("--section", "9")
    assert result.returncode == 4
    assert "sections are" in result.stderr


def test_every_item_has_a_marker() -> None:
    markers = [marker(item.id) for item in course.load().items()]
    assert len(markers) == len(set(markers))
    assert marker("2.2") == "exercise_2_2" and marker("C2.4") == "checkpoint_2_4"
