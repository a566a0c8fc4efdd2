"""`gradecheck grade` as a process: reports, seeds, exit statuses, and what a submission cannot influence."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from graders import course
from graders.report.model import Report
from grading_lib import gradecheck, plain_submission, reference_submission, stubs_submission


def report_of(folder: Path) -> Report:
    return Report.from_dict(json.loads((folder / "report.json").read_text()))


def test_stubs_earn_nothing(tmp_path: Path) -> None:
    result = gradecheck(
        "grade", stubs_submission(tmp_path / "s"), "--out", tmp_path / "out", "-s", "1", "-s", "2", cwd=tmp_path
    )
    report = report_of(tmp_path / "out")
    assert result.returncode == 1
    assert report.score.earned == report.score.bonus == 0
    assert {check.status for _, _, check in report.checks()} == {"not_started"}


def test_the_same_seed_gives_the_same_report(tmp_path: Path) -> None:
    root = plain_submission(tmp_path / "s")
    reports = []
    for name in ("a", "b"):
        gradecheck("grade", root, "--out", tmp_path / name, "-s", "2", "--seed", "5", cwd=tmp_path)
        data = json.loads((tmp_path / name / "report.json").read_text())
        data["seconds"] = 0
        for section in data["sections"]:
            for point in section["checkpoints"]:
                for check in point["checks"]:
                    check["seconds"] = 0
        reports.append(data)
    assert reports[0] == reports[1]
    assert reports[0]["seed"] == 5


def test_without_a_seed_one_is_drawn_and_said(tmp_path: Path) -> None:
    root = plain_submission(tmp_path / "s")
    for name in ("a", "b"):
        gradecheck("grade", root, "--out", tmp_path / name, "-e", "C4.3", cwd=tmp_path)
    assert report_of(tmp_path / "a").seed != report_of(tmp_path / "b").seed


@pytest.mark.parametrize("thing", ["missing", "file", "empty"])
def test_nothing_to_grade_is_one_line_and_exit_2(tmp_path: Path, thing: str) -> None:
    target = tmp_path / thing
    if thing == "file":
        target.write_text("not an archive")
    elif thing == "empty":
        target.mkdir()
    result = gradecheck("grade", target, "--out", tmp_path / "out", cwd=tmp_path)
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr


def test_the_submissions_own_configuration_has_no_effect(tmp_path: Path) -> None:
    root = stubs_submission(tmp_path / "s")
    for name, text in {
        "conftest.py": "raise SystemExit('conftest was read')",
        "pytest.ini": "[pytest]\naddopts = --collect-only",
        "sitecustomize.py": "raise SystemExit('sitecustomize was read')",
        "numpy.py": "raise SystemExit('numpy was shadowed')",
        "graders/__init__.py": "raise SystemExit('graders was shadowed')",
        "exercises/numpy.py": "raise SystemExit('numpy was shadowed')",
        "exercises/conftest.py": "raise SystemExit('conftest was read')",
        "exercises/json.py": "raise SystemExit('json was shadowed')",
        "matplotlibrc": "backend: nonsense",
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    result = gradecheck(
        "grade",
        root,
        "--out",
        tmp_path / "out",
        "-s",
        "1",
        cwd=root,
        PYTEST_ADDOPTS="--collect-only",
        PYTHONSTARTUP="conftest.py",
    )
    assert result.returncode == 1, result.stderr
    assert {check.status for _, _, check in report_of(tmp_path / "out").checks()} == {"not_started"}


def test_an_instructors_secrets_do_not_reach_the_submission(tmp_path: Path) -> None:
    root = plain_submission(tmp_path / "s")
    spy = "import os\nprint(dict(os.environ), open('/proc/self/environ').read())\n"
    path = root / "exercises" / "practice.py"
    path.write_text(spy + path.read_text() + "\n\ndef overfitting(a, b):\n    return None\n")
    gradecheck("grade", root, "--out", tmp_path / "out", "-e", "C4.2", cwd=tmp_path, MY_TOKEN="hunter2-token")
    for file in (tmp_path / "out").iterdir():
        assert "hunter2-token" not in file.read_text()


def test_a_failed_render_of_other_formats_never_hides_the_verdict(tmp_path: Path) -> None:
    root = plain_submission(tmp_path / "s")
    result = gradecheck("grade", root, "--out", tmp_path / "out", "-e", "C4.3", "--format", "junit", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"report.json", "junit.xml"}
    unknown = gradecheck("grade", root, "--out", tmp_path / "out", "--format", "nonsense", cwd=tmp_path)
    assert unknown.returncode == 2 and "nonsense" in unknown.stderr


@pytest.mark.slow
def test_the_reference_earns_everything_but_the_questions(tmp_path: Path) -> None:
    gradecheck("grade", reference_submission(tmp_path / "s"), "--out", tmp_path / "out", "--seed", "1", cwd=tmp_path)
    report = report_of(tmp_path / "out")
    code = [check for _, _, check in report.checks() if not check.on_paper]
    assert {check.status for check in code} == {"passed"}
    assert not any(check.carried for check in code)
    assert report.score.bonus == sum(check.points for check in course.load().checks() if check.bonus)


def test_killed_it_leaves_no_half_report_and_no_process(tmp_path: Path) -> None:
    import signal
    import subprocess
    import sys

    from grading_lib import CHECKOUT
    from test_cli import _descendants

    root = plain_submission(tmp_path / "s")
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "graders", "grade", str(root), "--out", str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(1.2)
    workers = _descendants(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    until = time.monotonic() + 10
    while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in workers):
        time.sleep(0.05)
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
    assert not list((tmp_path / "out").glob("*.json"))


@pytest.mark.parametrize("kind", ["zip", "gztar"])
def test_an_archive_is_graded_as_its_folder(tmp_path: Path, kind: str) -> None:
    root = plain_submission(tmp_path / "repo")
    archive = shutil.make_archive(str(tmp_path / "student"), kind, tmp_path, "repo")
    folder = gradecheck("grade", root, "--out", tmp_path / "a", "-e", "2.2", "--seed", "3", cwd=tmp_path)
    packed = gradecheck("grade", archive, "--out", tmp_path / "b", "-e", "2.2", "--seed", "3", cwd=tmp_path)
    assert folder.returncode == packed.returncode == 0, packed.stderr
    mine, theirs = report_of(tmp_path / "a"), report_of(tmp_path / "b")
    assert mine.score == theirs.score
    assert mine.submission.digest == theirs.submission.digest


def test_the_commit_stands_in_the_report(tmp_path: Path) -> None:
    root = plain_submission(tmp_path / "repo")
    (root / ".git" / "refs" / "heads").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (root / ".git" / "refs" / "heads" / "main").write_text("0123456789abcdef0123456789abcdef01234567\n")
    gradecheck("grade", root, "--out", tmp_path / "a", "-e", "2.2", cwd=tmp_path)
    assert report_of(tmp_path / "a").submission.commit == "0123456789abcdef0123456789abcdef01234567"


def test_the_html_report_draws_the_learners_curve(tmp_path: Path) -> None:
    gradecheck("grade", plain_submission(tmp_path / "s"), "--out", tmp_path / "out", "-e", "2.2", cwd=tmp_path)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "train_xor, yours" in page and "<svg" in page
