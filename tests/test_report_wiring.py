"""`gradecheck new`, `gradecheck gradescope`, and the files that they hand out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from graders import __version__, paths
from graders.cli.gradescope import gradescope
from graders.cli.new import new
from graders.templates import fill
from graders.templates.requirement import requirement
from test_report_formats import validate

TEMPLATES = ("student/Makefile", "student/README.md", "student/grade.yml", "student/gitignore")
SCRIPTS = ("gradescope/setup.sh", "gradescope/run_autograder")
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")


@pytest.fixture
def stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "kit" / "exercises"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "network.py").write_text("def sigmoid(z):\n    raise NotImplementedError\n", "utf-8")
    (folder / "answers.toml").write_text("[q]\n", "utf-8")
    (folder / "network.py~").write_text("left by an editor", "utf-8")
    monkeypatch.setattr(paths, "STUBS", folder)
    return folder


def run_new(*arguments: object) -> Result:
    return CliRunner().invoke(new, [str(a) for a in arguments])


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_new_makes_a_repo(stubs: Path, tmp_path: Path) -> None:
    repo = tmp_path / "ada" / "repo"
    result = run_new(repo)
    assert result.exit_code == 0, result.output
    assert files(repo) == [
        ".github/workflows/grade.yml",
        ".gitignore",
        "Makefile",
        "README.md",
        "exercises/answers.toml",
        "exercises/network.py",
    ]
    assert (repo / "exercises/network.py").read_bytes() == (stubs / "network.py").read_bytes()
    for name in ("Makefile", "README.md", ".github/workflows/grade.yml"):
        assert f"gradecheck=={__version__}" in (repo / name).read_text("utf-8")


def test_new_takes_an_empty_folder_and_a_fresh_clone(stubs: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "clone" / ".git").mkdir(parents=True)
    assert run_new(tmp_path / "empty").exit_code == 0
    assert run_new(tmp_path / "clone").exit_code == 0


def test_new_refuses_a_folder_in_use_and_leaves_it_alone(stubs: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "thesis.tex").write_text("years of work", "utf-8")
    result = run_new(repo)
    assert result.exit_code == 2
    assert result.output == (f"Error: {repo} is not empty (it holds 'thesis.tex'): expected a new or an empty folder\n")
    assert files(repo) == ["thesis.tex"]


def test_new_refuses_a_file(stubs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    result = run_new(tmp_path / "file")
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert "is not a folder" in result.output


def test_new_says_so_where_the_kit_has_no_stubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "STUBS", tmp_path / "none")
    result = run_new(tmp_path / "repo")
    assert result.exit_code == 1
    assert "no stubs in" in result.output
    assert not (tmp_path / "repo").exists()


@pytest.mark.parametrize(
    "text", ["x'; rm -rf ~", "$(id)", "a\nb", "a#b", '"', "`id`", "", "-r evil.txt", "a\\b", "@x@"]
)
def test_a_requirement_that_a_shell_could_read_is_refused(stubs: Path, tmp_path: Path, text: str) -> None:
    result = run_new(tmp_path / "repo", f"--requirement={text}")
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert not (tmp_path / "repo").exists()


def test_a_requirement_may_be_an_address(stubs: Path, tmp_path: Path) -> None:
    wanted = "gradecheck @ git+https://git.example/kit.git@v1.2"
    assert run_new(tmp_path / "repo", "--requirement", wanted).exit_code == 0
    assert f"'{wanted}'" in (tmp_path / "repo" / "Makefile").read_text("utf-8")


@pytest.mark.parametrize("name", [*TEMPLATES, *SCRIPTS])
def test_no_place_holder_is_left(name: str) -> None:
    assert not re.search(r"@\w+@", fill(name, version="1", requirement=requirement()))


@needs_make
def test_make_uses_the_right_version_and_passes_the_selection_on(stubs: Path, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    run_new(repo)
    tool = tmp_path / "bin" / "gradecheck"
    tool.parent.mkdir()

    def make(version: str, *arguments: str) -> str:
        tool.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "gradecheck, version {version}" || echo "$@"\n')
        tool.chmod(0o755)
        env = {**os.environ, "PATH": f"{tool.parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["make", "-n" if version != __version__ else "-s", *arguments],
            cwd=repo,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    assert make(__version__, "check", "section=2") == "check --section 2"
    assert make(__version__, "watch", "exercise=2.2") == "watch --exercise 2.2"
    assert make(__version__, "hint", "exercise=2.2") == "hint 2.2"
    assert "make check" in make(__version__)
    other = make(__version__ + "1", "check")
    assert f"pip install --quiet --disable-pip-version-check 'gradecheck=={__version__}'" in other
    assert ".venv/bin/gradecheck check" in other


def test_the_workflow_is_pinned_and_has_the_least_rights() -> None:
    text = fill("student/grade.yml", version=__version__, requirement=requirement())
    assert "permissions:\n  contents: read\n" in text
    assert text.count("permissions:") == 1
    uses = re.findall(r"uses: (\S+)", text)
    assert len(uses) == 3
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", use) for use in uses)
    assert "persist-credentials: false" in text
    assert "secrets." not in text
    # Expressions in a script are how a branch's name becomes a command.
    scripts = re.findall(r"run: (?:\|\n(?: {10}.*\n|\n)+|.*)", text)
    assert len(scripts) == 3
    assert not any("${{" in script for script in scripts)
    # Nothing is run from inside the checkout: its files would shadow modules.
    assert text.count("working-directory: ${{ runner.temp }}") == len(scripts)


@pytest.mark.parametrize("name", SCRIPTS)
@needs_bash
def test_the_scripts_are_bash(name: str) -> None:
    text = fill(name, version=__version__, requirement=requirement())
    assert text.startswith("#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)


def test_gradescope_writes_the_same_archive_each_time(tmp_path: Path) -> None:
    archives = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for path in archives:
        result = CliRunner().invoke(gradescope, [str(path)])
        assert result.exit_code == 0, result.output
    assert archives[0].read_bytes() == archives[1].read_bytes()
    with zipfile.ZipFile(archives[0]) as archive:
        assert archive.namelist() == ["setup.sh", "run_autograder"]
        assert all(entry.external_attr >> 16 == 0o100755 for entry in archive.infolist())
        assert f"'gradecheck=={__version__}'" in archive.read("setup.sh").decode()


def test_gradescope_takes_a_wheel_along(tmp_path: Path) -> None:
    wheel = tmp_path / "gradecheck-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    result = CliRunner().invoke(gradescope, [str(tmp_path / "a.zip"), "--wheel", str(wheel)])
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.read(wheel.name) == b"wheel"
        assert f"'./{wheel.name}'" in archive.read("setup.sh").decode()


@pytest.mark.parametrize("name", ["kit.whl", "gradecheck-0.1'$(id)-py3-none-any.whl"])
def test_gradescope_refuses_what_is_no_wheel_of_the_kit(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    result = CliRunner().invoke(gradescope, [str(tmp_path / "a.zip"), "--wheel", str(tmp_path / name)])
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert not (tmp_path / "a.zip").exists()


def test_gradescope_keeps_the_archive_that_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    for text in (b"first", b"second"):
        target.write_bytes(text)
        assert CliRunner().invoke(gradescope, [str(target)]).exit_code == 0
    assert (tmp_path / "a.zip.1").read_bytes() == b"first"
    assert (tmp_path / "a.zip.2").read_bytes() == b"second"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "a.zip.1", "a.zip.2"]


GRADECHECK = """#!/bin/sh
[ "$1 $2 $3" = "grade $AUTOGRADER_ROOT/submission --out" ] || exit 2
[ -d "$4" ] && [ -z "$(ls -A "$4")" ] || exit 2
echo '::error::printed by the submission'
%s
"""


def run_autograder(root: Path, grading: str) -> dict[str, object]:
    """The results after run_autograder, with a gradecheck that does `grading` ($4 is its --out)."""
    tool = root / "kit" / "bin" / "gradecheck"
    tool.parent.mkdir(parents=True)
    tool.write_text(GRADECHECK % grading)
    tool.chmod(0o755)
    (root / "results").mkdir()
    (root / "results" / "results.json").write_text('{"score": 100, "tests": []}')
    script = fill("gradescope/run_autograder", version="1", requirement="x")
    env = {**os.environ, "AUTOGRADER_ROOT": str(root), "GRADECHECK_TIMEOUT": "5"}
    done = subprocess.run(["bash", "-c", script], env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in root.iterdir()) == ["kit", "results"]
    assert [p.name for p in (root / "results").iterdir()] == ["results.json"]
    results: dict[str, object] = json.loads((root / "results" / "results.json").read_text())
    return results


@needs_bash
@pytest.mark.parametrize("status", [0, 1, 3])
def test_run_autograder_hands_on_what_was_graded(tmp_path: Path, status: int) -> None:
    results = run_autograder(tmp_path, f'echo \'{{"tests": []}}\' > "$4/gradescope.json"; exit {status}')
    assert results == {"tests": []}


@needs_bash
@pytest.mark.parametrize(
    "grading",
    [
        "exit 3",
        "kill -9 $$",
        ': > "$4/gradescope.json"; exit 3',
        'ln -s ../results/prepared "$4/gradescope.json"; exit 3',
    ],
)
def test_without_a_report_run_autograder_blames_the_grader_alone(tmp_path: Path, grading: str) -> None:
    results = run_autograder(tmp_path, grading)
    validate("gradescope", results)
    tests: Any = results["tests"]
    (test,) = tests
    assert (test["score"], test["max_score"], test["status"]) == (0, 0, "failed")
    assert "not your code" in str(results["output"])
    assert "score" not in results
