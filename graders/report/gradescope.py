"""Gradescope's results.json (gradescope-autograders.readthedocs.io/en/latest/specs)."""

from __future__ import annotations

import json
from typing import Any

from graders.report.model import CheckResult, Report
from graders.report.text import feedback, number, one_line, plain, score


def render(report: Report, visibility: str = "visible") -> str:
    """One test for each check.

    There is no top `score`: the platform adds up the tests. A bonus check has `max_score` 0, so
    that the maximum stays what is possible and what it earns comes on top. A check that the grader
    could not carry out has its full points and is still not shown as passed. `visibility` is the
    platform's word for who sees a test: visible, hidden, after_due_date or after_published; one
    hidden test hides the total.
    """
    tests: list[dict[str, Any]] = []
    for s, section in enumerate(report.sections, start=1):
        section_number = section.id if section.id.isdigit() else str(s)
        for c, checkpoint in enumerate(section.checkpoints, start=1):
            for k, check in enumerate(checkpoint.checks, start=1):
                test = _test(check, visibility)
                test["number"] = f"{section_number}.{c}.{k}"
                test["extra_data"] = {"id": plain(check.id, 200), "status": check.status}
                tests.append(test)
    results = {
        "execution_time": round(max(report.seconds, 0.0), 3),
        "output": f"gradecheck {one_line(report.kit_version)}: {score(report)}. "
        f"Seed {report.seed}, sandbox: {one_line(report.sandbox)}.",
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "tests": tests,
    }
    return json.dumps(results, indent=1, allow_nan=False) + "\n"


def _test(check: CheckResult, visibility: str) -> dict[str, Any]:
    title = one_line(check.title) or one_line(check.id) or "check"
    earned, points = check.earned, check.points
    if check.status == "error" and not check.bonus:
        earned = points = max(check.points, check.earned)
    return {
        "name": f"Bonus ({number(points)}): {title}" if check.bonus else title,
        "name_format": "text",
        "score": earned,
        "max_score": 0.0 if check.bonus else points,
        "status": "passed" if check.status == "passed" else "failed",
        "output": feedback(check),
        "output_format": "text",
        "visibility": visibility,
    }
