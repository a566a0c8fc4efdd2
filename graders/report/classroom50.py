"""Classroom 50's result.json, classroom50/result/v1 (github.com/foundation50/classroom50)."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Any

from graders.report.model import CheckResult, Report
from graders.report.text import headline, one_line


def render(report: Report, environ: Mapping[str, str] | None = None, now: float | None = None) -> str:
    """One test for each check, in whole points.

    `environ` is the runner's environment (CLASSROOM, ASSIGNMENT, OWNER, SUBMISSION_TAG, COMMIT_URL
    …); without it there are place-holders, which a runner overwrites or refuses. Where the course
    has parts of points, all points are multiplied by the same whole number. A score can't pass its
    maximum here, so a bonus check is shown with 0 of 0, and what it earned in a field of its own.
    """
    env = environ or {}
    scale = _scale(report)
    tests = [_test(check, scale) for _, _, check in report.checks()]
    commit = env.get("COMMIT_URL") or one_line(report.submission.commit or "") or "unknown"
    tag = env.get("SUBMISSION_TAG", "")
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    mode = env.get("ASSIGNMENT_TYPE")
    result = {
        "schema": "classroom50/result/v1",
        "classroom": env.get("CLASSROOM") or "local",
        "assignment": env.get("ASSIGNMENT") or "gradecheck",
        "assignment_type": mode if mode in ("individual", "group") else "individual",
        "owner": env.get("OWNER") or env.get("USERNAME") or "unknown",
        "submission": tag if tag.startswith("submit/") else "submit/local",
        "commit": commit,
        "release": env.get("RELEASE_URL") or commit,
        "review": env.get("REVIEW_URL") or commit,
        "datetime": stamp,
        "graded_at": stamp,
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return json.dumps(result, indent=1, allow_nan=False) + "\n"


def _test(check: CheckResult, scale: int) -> dict[str, Any]:
    name = one_line(check.title) or one_line(check.id) or "check"
    points, earned = _whole(check.points, scale), _whole(check.earned, scale)
    if check.status == "error":
        earned = points  # the grader's fault costs nothing
    test: dict[str, Any] = {
        "test-name": f"Bonus: {name}" if check.bonus else name,
        "passed": check.status == "passed",
        "score": 0 if check.bonus else min(earned, points),
        "max-score": 0 if check.bonus else points,
        "status": check.status,
        "message": headline(check),
    }
    if check.bonus:
        test["bonus"] = earned
    return test


def _scale(report: Report) -> int:
    """The least whole number that makes all points whole (to a hundredth of a point)."""
    parts = [Fraction(value) for _, _, c in report.checks() for value in (c.points, c.earned)]
    return lcm(*(part.limit_denominator(100).denominator for part in parts))


def _whole(value: float, scale: int) -> int:
    return max(round(value * scale), 0)
