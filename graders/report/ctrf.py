"""Common Test Report Format 1.0.0 (ctrf.io)."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

from graders.report.model import CheckpointResult, CheckResult, Report, SectionResult, Status
from graders.report.text import feedback, headline, one_line, plain, safe_path, section_name

# A fixed name space, so that a check keeps its identifier from one grading to the next.
_CHECKS = uuid.uuid5(uuid.NAMESPACE_OID, "gradecheck/check")

# The grader's own fault is "other": neither the learner's failure nor, like "skipped", nobody's.
_STATUS: dict[Status, str] = {
    "passed": "passed",
    "failed": "failed",
    "not_started": "failed",
    "timeout": "failed",
    "crashed": "failed",
    "error": "other",
}


def render(report: Report, now: float | None = None) -> str:
    """One test for each check. `now`, in seconds since 1970, is the end; the clock's if None."""
    stop = round((time.time() if now is None else now) * 1000)
    tests = [_test(*place) for place in report.checks()]
    statuses = [test["status"] for test in tests]
    document = {
        "reportFormat": "CTRF",
        "specVersion": "1.0.0",
        "generatedBy": f"gradecheck {one_line(report.kit_version)}",
        "results": {
            "tool": {"name": "gradecheck", "version": one_line(report.kit_version)},
            "summary": {
                "tests": len(tests),
                "passed": statuses.count("passed"),
                "failed": statuses.count("failed"),
                "skipped": 0,
                "pending": 0,
                "other": statuses.count("other"),
                "suites": len(report.sections),
                "start": stop - _milliseconds(report.seconds),
                "stop": stop,
                "duration": _milliseconds(report.seconds),
            },
            "tests": tests,
            "environment": {
                "appName": one_line(report.submission.path),
                **({"commit": one_line(report.submission.commit)} if report.submission.commit else {}),
                "extra": {
                    "seed": report.seed,
                    "sandbox": one_line(report.sandbox),
                    "digest": one_line(report.submission.digest),
                },
            },
            "extra": {
                "earned": report.score.earned,
                "possible": report.score.possible,
                "bonus": report.score.bonus,
            },
        },
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _test(section: SectionResult, checkpoint: CheckpointResult, check: CheckResult) -> dict[str, Any]:
    test: dict[str, Any] = {
        "id": str(uuid.uuid5(_CHECKS, check.id.encode("utf-8", "replace").decode())),
        "name": one_line(check.title) or one_line(check.id) or "check",
        "status": _STATUS[check.status],
        "rawStatus": check.status,
        "duration": _milliseconds(check.seconds),
        "suite": [section_name(section), one_line(f"{checkpoint.id} {checkpoint.text}")],
        "tags": [one_line(m.id) for m in check.misconceptions] + ["bonus"] * check.bonus,
        "extra": {
            "subject": one_line(check.subject),
            "points": check.points,
            "earned": check.earned,
            "carried": check.carried,
        },
    }
    if check.status != "passed":
        test["message"] = headline(check)
        test["trace"] = feedback(check, output_limit=0)
    if path := safe_path(check.file):
        test["filePath"] = path
        if check.line is not None and check.line > 0:
            test["line"] = check.line
    if check.output.strip():
        test["stdout"] = plain(check.output).splitlines()
    return test


def _milliseconds(seconds: float) -> int:
    return round(max(seconds, 0.0) * 1000)
