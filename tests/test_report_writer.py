"""Reports on disk: whole, in their place, and nowhere that a submission has prepared."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import report_samples as samples
from graders.report import gradescope, html, writer
from graders.report.extras import Extras
from graders.report.writer import ALL, FILES, ReportError, prepare, write, write_file

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    folder = tmp_path / "submission"
    (folder / "exercises").mkdir(parents=True)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_all_formats_are_written_and_nothing_else(tmp_path: Path, submission: Path) -> None:
    out = tmp_path / "a" / "b"
    paths = write(samples.realistic(), out, submission=submission)
    assert paths == [out / FILES[name] for name in ALL]
    assert names(out) == sorted(FILES.values())
    assert all(path.stat().st_size > 100 for path in paths)
    assert all(path.stat().st_mode & 0o777 == 0o644 & ~_umask() for path in paths)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_report_json_is_always_among_the_formats(tmp_path: Path) -> None:
    assert names_of(write(samples.realistic(), tmp_path, ["junit"])) == ["report.json", "junit.xml"]


def names_of(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="unknown report format 'pdf': expected one of json, "):
        write(samples.realistic(), tmp_path / "out", ["pdf"])
    assert not (tmp_path / "out").exists()


def test_extras_reach_the_page(tmp_path: Path) -> None:
    extras = Extras(samples.loss_curves(), samples.gradient_differences())
    write(samples.realistic(), tmp_path, ["html"], extras)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<figure") == 4
    assert "6 not finite" in page


def test_old_reports_go_before_the_grading_and_other_files_stay(tmp_path: Path) -> None:
    write(samples.realistic(), tmp_path)
    (tmp_path / ".report.json.0123456789abcdef.tmp").write_text("half", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    prepare(tmp_path)
    assert names(tmp_path) == ["notes.txt"]


def test_a_smaller_run_leaves_no_file_of_a_larger_one(tmp_path: Path) -> None:
    write(samples.realistic(), tmp_path)
    write(samples.realistic(), tmp_path, ["html"])
    assert names(tmp_path) == ["report.html", "report.json"]


def test_a_default_place_inside_the_submission_is_refused(submission: Path) -> None:
    with pytest.raises(ReportError, match="inside the submission"):
        prepare(submission / "report", submission, explicit=False)
    assert names(submission) == ["exercises"]


def test_an_explicit_place_inside_may_be_new_empty_or_hold_reports(submission: Path) -> None:
    out = submission / "report"
    for _ in range(2):
        write(samples.realistic(), out, submission=submission)
    assert len(names(out)) == len(FILES)


def test_a_prepared_verdict_is_gone_even_if_grading_then_dies(submission: Path) -> None:
    out = submission / "report"
    out.mkdir()
    (out / "report.json").write_text('{"score": 100}', encoding="utf-8")
    prepare(out, submission)
    assert names(out) == []


@pytest.mark.parametrize("name", ["other.txt", ".htaccess", "report.json.bak"])
def test_a_folder_inside_that_holds_something_else_is_refused(submission: Path, name: str) -> None:
    out = submission / "report"
    out.mkdir()
    (out / name).write_text("x", encoding="utf-8")
    with pytest.raises(ReportError, match="expected a new or an empty folder"):
        prepare(out, submission)
    assert (out / name).exists()


def test_links_inside_the_submission_are_refused(tmp_path: Path, submission: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (submission / "link").symlink_to(elsewhere, target_is_directory=True)
    for out in (submission / "link", submission / "link" / "deep"):
        with pytest.raises(ReportError, match="link"):
            write(samples.realistic(), out, submission=submission)
    assert names(elsewhere) == []


def test_a_linked_report_inside_the_submission_is_refused(tmp_path: Path, submission: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    out = submission / "report"
    out.mkdir()
    (out / "report.json").symlink_to(victim)
    with pytest.raises(ReportError, match="expected a new or an empty folder"):
        write(samples.realistic(), out, submission=submission)
    assert victim.read_text(encoding="utf-8") == "precious"


def test_a_linked_report_elsewhere_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.json").symlink_to(victim)
    write(samples.realistic(), out)
    assert victim.read_text(encoding="utf-8") == "precious"
    assert not (out / "report.json").is_symlink()


def test_an_outer_link_into_the_submission_counts_as_inside(tmp_path: Path, submission: Path) -> None:
    (tmp_path / "way").symlink_to(submission, target_is_directory=True)
    with pytest.raises(ReportError, match="inside the submission"):
        prepare(tmp_path / "way" / "report", submission, explicit=False)


def test_a_link_above_both_is_nobodys_fault(tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / "submission").mkdir(parents=True)
    (tmp_path / "way").symlink_to(real, target_is_directory=True)
    out = tmp_path / "way" / "out"
    write(samples.realistic(), out, ["json"], submission=tmp_path / "way" / "submission")
    assert names(real / "out") == ["report.json"]


def test_dots_do_not_hide_that_a_place_is_inside(tmp_path: Path, submission: Path) -> None:
    out = tmp_path / "x" / ".." / "submission" / "report"
    with pytest.raises(ReportError, match="inside the submission"):
        prepare(out, submission, explicit=False)


def test_a_file_or_a_link_in_the_place_of_the_folder_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ReportError, match="is a file: expected a folder"):
        prepare(tmp_path / "file")
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(ReportError, match="is a symbolic link: expected a folder"):
        prepare(tmp_path / "link")
    (tmp_path / "out" / "report.json").mkdir(parents=True)
    with pytest.raises(ReportError, match="is a folder: remove it"):
        prepare(tmp_path / "out")


def test_a_full_disk_is_one_clear_line_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writer.os, "fsync", full)
    with pytest.raises(ReportError) as caught:
        write(samples.realistic(), tmp_path)
    assert str(caught.value) == f"cannot write the report to {tmp_path}: No space left on device"
    assert names(tmp_path) == []


def test_a_renderer_that_fails_does_not_cost_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> str:
        raise RuntimeError("no page")

    monkeypatch.setattr(html, "render", broken)
    with pytest.raises(ReportError, match=r"report\.html \(RuntimeError: no page\)"):
        write(samples.realistic(), tmp_path)
    assert "report.html" not in names(tmp_path)
    assert len(names(tmp_path)) == len(FILES) - 1


def test_one_file_goes_where_a_platform_wants_it(tmp_path: Path, submission: Path) -> None:
    path = tmp_path / "results" / "results.json"
    path.parent.mkdir()
    path.write_text("old", encoding="utf-8")
    text = gradescope.render(samples.realistic())
    write_file(text, path, submission)
    assert path.read_text(encoding="utf-8") == text
    assert names(path.parent) == ["results.json"]
    with pytest.raises(ReportError, match="inside the submission"):
        write_file(text, submission / "results.json", submission)


WRITE_AND_DIE = """
import sys, report_samples
from graders.report.writer import write
from pathlib import Path
report = report_samples.realistic()
print("ready", flush=True)
while True:
    write(report, Path(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_while_writing_it_leaves_whole_reports_or_none(tmp_path: Path) -> None:
    env = {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    for attempt in range(8):
        out = tmp_path / str(attempt)
        with subprocess.Popen(
            [sys.executable, "-c", WRITE_AND_DIE, str(out)], env=env, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.011 * attempt)
            process.send_signal(signal.SIGKILL)
        for name in names(out) if out.exists() else []:
            if name.endswith(".json"):
                json.loads((out / name).read_text(encoding="utf-8"))
            elif name == "report.html":
                assert (out / name).read_text(encoding="utf-8").endswith("</html>\n")
        prepare(out)
        assert names(out) == []
