"""The built wheel: what it holds, and that it works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grading_lib import CHECKOUT, stubs_submission

pytest.importorskip("build")
pytest.importorskip("hatchling")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(CHECKOUT)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    [found] = out.glob("*.whl")
    return found


def test_no_stray_top_level_modules(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"graders", "reference"}
    assert not [name for name in names if "mnist" in name and name.endswith((".npz", ".part", ".gz"))]
    assert not [name for name in names if "__pycache__" in name]


def test_all_data_are_inside(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"graders/_bundle/data/{path.relative_to(CHECKOUT / 'data').as_posix()}"
        for path in (CHECKOUT / "data").rglob("*")
        if path.is_file() and path.suffix in (".toml", ".py") and "__pycache__" not in path.parts
    } - {"graders/_bundle/data/make_digits.py"}
    assert wanted | {"graders/_bundle/data/digits.npz", "graders/_bundle/data/LICENSE-digits.md"} <= names


def test_it_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    root = stubs_submission(tmp_path / "repo")
    environment = {**os.environ, "PYTHONPATH": str(site)}
    result = subprocess.run(
        [sys.executable, "-P", "-m", "graders", "check", "-s", "1"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 1, result.stderr
    assert "Next: mse_loss is the mean" in result.stdout
    made = subprocess.run(
        [sys.executable, "-P", "-m", "graders", "new", str(tmp_path / "student")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "student" / "exercises" / "network.py").is_file()
