"""The results.json of an Exercism test runner, version 3 (exercism.org/docs/building/tooling)."""

from __future__ import annotations

import json
from typing import Any

from graders.report.model import CheckResult, Report, Status
from graders.report.text import GRADER_ERROR, feedback, one_line, plain

MAX_MESSAGE = 65_535  # bytes, as the platform's column is
MAX_OUTPUT = 500  # characters
_TRUNCATED = " […] (cut to 500 characters)"

_STATUS: dict[Status, str] = {
    "passed": "pass",
    "failed": "fail",
    "not_started": "fail",
    "timeout": "error",
    "crashed": "error",
    "error": "error",
}


def render(report: Report) -> str:
    """One test for each check, in course order; a checkpoint is a task.

    A bonus check is listed once it passes: the platform knows no test that may fail.
    """
    tests = []
    task = 0
    for section in report.sections:
        for checkpoint in section.checkpoints:
            task += 1
            for check in checkpoint.checks:
                if not check.bonus or check.status == "passed":
                    tests.append(_test(check, task))
    statuses = {test["status"] for test in tests}
    status = "error" if statuses <= {"error"} else "pass" if statuses == {"pass"} else "fail"
    results: dict[str, Any] = {"version": 3, "status": status, "message": None, "tests": tests}
    if status == "error":
        results["message"] = _cut(_why(report) or "No check was carried out.")
    return json.dumps(results, indent=1, allow_nan=False) + "\n"


def _test(check: CheckResult, task: int) -> dict[str, Any]:
    passed = check.status == "passed"
    return {
        "name": one_line(check.title) or one_line(check.id) or "check",
        "status": _STATUS[check.status],
        "message": None if passed else _cut(feedback(check, output_limit=0)),
        "output": _output(check.output),
        "test_code": f"{one_line(check.subject)}\n# {one_line(check.title)}",
        "task_id": task,
    }


def _why(report: Report) -> str:
    """The first thing that went wrong: where nothing could be graded, it is the same for all."""
    for _, _, check in report.checks():
        if check.status == "error":
            return feedback(check, output_limit=0) or GRADER_ERROR
        if check.status != "passed":
            return feedback(check, output_limit=0)
    return ""


def _output(text: str) -> str | None:
    text = plain(text).strip("\n")
    if not text.strip():
        return None
    return text if len(text) <= MAX_OUTPUT else text[: MAX_OUTPUT - len(_TRUNCATED)] + _TRUNCATED


def _cut(text: str) -> str:
    data = text.encode()
    return text if len(data) <= MAX_MESSAGE else data[:MAX_MESSAGE].decode(errors="ignore")
