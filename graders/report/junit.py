"""JUnit XML: what both pytest writes and Jenkins' schema accepts."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from graders.report.model import CheckResult, Report, SectionResult
from graders.report.text import feedback, headline, number, one_line, plain, section_name


def render(report: Report) -> str:
    """One testsuite for each section, one testcase for each check.

    `error` is an error; every other status but `passed` is a failure whose `type` is that status.
    Nothing is ever `skipped`: many readers count a skip as success.
    """
    checks = [check for _, _, check in report.checks()]
    root = ET.Element("testsuites", {"name": "gradecheck", "time": _seconds(report.seconds), **_counts(checks)})
    for section in report.sections:
        root.append(_suite(report, section))
    ET.indent(root, " ")
    return "<?xml version='1.0' encoding='utf-8'?>\n" + ET.tostring(root, encoding="unicode") + "\n"


def _suite(report: Report, section: SectionResult) -> ET.Element:
    checks = [check for checkpoint in section.checkpoints for check in checkpoint.checks]
    suite = ET.Element(
        "testsuite",
        {
            "name": section_name(section) or "section",
            "skipped": "0",
            "time": _seconds(sum(check.seconds for check in checks)),
            **_counts(checks),
        },
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("kit_version", report.kit_version),
        ("seed", str(report.seed)),
        ("sandbox", report.sandbox),
        ("digest", report.submission.digest),
    ):
        ET.SubElement(properties, "property", name=name, value=one_line(value))
    for checkpoint in section.checkpoints:
        for check in checkpoint.checks:
            suite.append(_case(checkpoint.id, check))
    return suite


def _case(place: str, check: CheckResult) -> ET.Element:
    name = one_line(check.title) or one_line(check.id) or "check"
    case = ET.Element(
        "testcase",
        classname=one_line(f"{place}.{check.subject}"),
        name=f"Bonus: {name}" if check.bonus else name,
        time=_seconds(check.seconds),
    )
    if check.status != "passed":
        tag = "error" if check.status == "error" else "failure"
        problem = ET.SubElement(case, tag, type=check.status, message=headline(check))
        earned = f"{number(check.earned)} of {number(check.points)} points"
        problem.text = f"{earned}\n\n{feedback(check, output_limit=0)}"
    if check.output.strip():
        ET.SubElement(case, "system-out").text = plain(check.output)
    return case


def _counts(checks: Iterable[CheckResult]) -> dict[str, str]:
    statuses = [check.status for check in checks]
    errors = statuses.count("error")
    failures = len(statuses) - statuses.count("passed") - errors
    return {"tests": str(len(statuses)), "failures": str(failures), "errors": str(errors)}


def _seconds(value: float) -> str:
    return f"{max(value, 0.0):.3f}"
