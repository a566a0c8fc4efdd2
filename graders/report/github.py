"""GitHub Actions: annotations at file and line, what the code printed, and the job summary."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from graders.report import markdown
from graders.report.model import CheckResult, Report
from graders.report.text import feedback, one_line, plain, safe_path

MAX_OF_A_KIND = 10  # what the platform shows of each kind in one step
MAX_SUMMARY = 1024 * 1024  # bytes in one step
_MAX_MESSAGE = 4_000
_MAX_ECHOES = 20


def render(report: Report, token: str | None = None) -> str:
    """Workflow commands to be printed in a step: at most ten errors, ten warnings and one notice.

    Errors: the grader's own faults first, then what is wrong in course order. Warnings: functions
    that are not started, and bonus checks that are not right. What the code printed follows, in
    groups inside which the runner takes no command; `token` ends them and is random unless given.
    """
    errors, warnings = _errors(report), _warnings(report)
    lines = [_command("error", check) for check in errors[:MAX_OF_A_KIND]]
    lines += [_command("warning", check) for check in warnings[:MAX_OF_A_KIND]]
    more = max(len(errors) - MAX_OF_A_KIND, 0) + max(len(warnings) - MAX_OF_A_KIND, 0)
    if more:
        lines.append(f"::notice title=gradecheck::{more} more in the summary of this job.")
    printed = [check for _, _, check in report.checks() if check.output.strip()]
    for check in printed[:_MAX_ECHOES]:
        lines.append(f"::group::{_data('Printed in: ' + one_line(check.title))}")
        lines += guarded(check.output, token)
        lines.append("::endgroup::")
    return "".join(f"{line}\n" for line in lines)


def append_summary(report: Report, path: Path) -> None:
    """Append the summary to `path` ($GITHUB_STEP_SUMMARY), within what the step may still write."""
    used = path.stat().st_size if path.exists() else 0
    text = markdown.render(report, limit=MAX_SUMMARY - used - 1)
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" + text if used else text)
        file.flush()
        os.fsync(file.fileno())


def guarded(text: str, token: str | None = None) -> list[str]:
    """Lines that show `text` in a log and in which nothing of it is a command."""
    shown = plain(text)
    token = token or secrets.token_hex(16)
    # Commands stand at the start of a line, those of the old form anywhere in it.
    quoted = [f"| {_tame(line)}" for line in shown.rstrip("\n").split("\n")]
    return [f"::stop-commands::{token}", *quoted, f"::{token}::"]


def _errors(report: Report) -> list[CheckResult]:
    wrong = [
        check for _, _, check in report.checks() if check.status not in ("passed", "not_started") and not check.bonus
    ]
    return sorted(wrong, key=lambda check: check.status != "error")


def _warnings(report: Report) -> list[CheckResult]:
    found: list[CheckResult] = []
    subjects: set[str] = set()
    for _, _, check in report.checks():
        if check.bonus and check.status not in ("passed", "not_started"):
            found.append(check)
        elif not check.bonus and check.status == "not_started" and check.subject not in subjects:
            subjects.add(check.subject)
            found.append(check)
    return found


def _command(kind: str, check: CheckResult) -> str:
    properties = []
    if path := safe_path(check.file):
        properties.append(f"file={_property(path)}")
        if check.line is not None and check.line > 0:
            properties.append(f"line={check.line}")
    title = one_line(f"{check.subject}: {check.title}", 200)
    properties.append(f"title={_property(title)}")
    message = plain(feedback(check, output_limit=0), _MAX_MESSAGE)
    return f"::{kind} {','.join(properties)}::{_data(message)}"


def _data(text: str) -> str:
    return _escape(_tame(text), (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")))


def _property(text: str) -> str:
    return _escape(_data(text), ((":", "%3A"), (",", "%2C")))


def _escape(text: str, pairs: Iterable[tuple[str, str]]) -> str:
    for character, code in pairs:
        text = text.replace(character, code)
    return text


def _tame(text: str) -> str:
    """`text` without commands of the old form, `##[name]`, which runners still take in mid-line."""
    return text.replace("##[", "# #[").replace("##vso[", "# #vso[")
