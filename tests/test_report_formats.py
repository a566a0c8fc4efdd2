"""Each format against the description of it in tests/schemas, and what it says of a grading."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import report_samples as samples
from graders.report import (
    classroom50,
    ctrf,
    exercism,
    github,
    gradescope,
    json_,
    junit,
    markdown,
)
from graders.report.model import Report

SCHEMAS = Path(__file__).parent / "schemas"
JSON_FORMATS = {
    "report": json_.render,
    "gradescope": gradescope.render,
    "ctrf": ctrf.render,
    "classroom50": classroom50.render,
    "exercism": exercism.render,
}
NOTHING = samples.report()
ALL_PASSED = samples.report(
    samples.SectionResult("1", "One", (samples.checkpoint("1.1", "A", samples.check("a", "A", "m.f")),))
)


def validate(name: str, value: object) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(value)


def tree(element: ET.Element) -> dict[str, Any]:
    """An XML element as the schema for JUnit describes it."""
    return {
        "tag": element.tag,
        "attributes": dict(element.attrib),
        "text": element.text or "",
        "children": [tree(child) for child in element],
    }


@pytest.mark.parametrize("report", [samples.realistic(), NOTHING, ALL_PASSED, samples.with_text("")])
@pytest.mark.parametrize("name", JSON_FORMATS)
def test_json_formats_fit_their_schema(name: str, report: Report) -> None:
    validate(name, json.loads(JSON_FORMATS[name](report)))


@pytest.mark.parametrize("report", [samples.realistic(), NOTHING, ALL_PASSED, samples.with_text("")])
def test_junit_fits_its_schema(report: Report) -> None:
    validate("junit", tree(ET.fromstring(junit.render(report).encode())))


@pytest.mark.parametrize("name", JSON_FORMATS)
def test_a_schema_refuses_a_document_that_lost_a_field(name: str) -> None:
    document = json.loads(JSON_FORMATS[name](samples.realistic()))
    del document[{"ctrf": "results", "exercism": "version"}.get(name, "tests" if "tests" in document else "score")]
    with pytest.raises(jsonschema.ValidationError):
        validate(name, document)


def test_report_json_reads_back_as_the_same_report() -> None:
    text = json_.render(samples.realistic())
    assert Report.from_dict(json.loads(text)) == samples.realistic()
    assert text == json_.render(samples.realistic())


def test_report_json_names_bonus_only_where_it_is_true() -> None:
    document = json.loads(json_.render(samples.realistic()))
    checks = [k for s in document["sections"] for c in s["checkpoints"] for k in c["checks"]]
    assert [k["id"] for k in checks if "bonus" in k] == [
        "digits.decayed_rate",
        "digits.misclassified",
    ]


def test_report_json_refuses_a_number_that_is_not_finite() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        json_.render(samples.report(seconds=float("nan")))


def test_gradescope_adds_up_to_the_score_with_bonus_on_top() -> None:
    report = samples.realistic()
    results = json.loads(gradescope.render(report))
    assert "score" not in results
    assert sum(t["score"] for t in results["tests"]) == report.score.earned + report.score.bonus
    assert sum(t["max_score"] for t in results["tests"]) == report.score.possible
    bonus = [t for t in results["tests"] if t["name"].startswith("Bonus")]
    assert [(t["score"], t["max_score"]) for t in bonus] == [(1, 0), (0, 0)]


def test_gradescope_shows_only_passed_checks_as_passed_and_never_its_own_output() -> None:
    results = json.loads(gradescope.render(samples.realistic()))
    for test in results["tests"]:
        assert (test["status"] == "passed") == (test["extra_data"]["status"] == "passed")
    assert results["stdout_visibility"] == "hidden"


@pytest.mark.parametrize("earned", [0.0, 2.0])
def test_a_grader_error_costs_no_points_anywhere(earned: float) -> None:
    lost = samples.check("a", "A", "m.f", "error", earned=earned)
    report = samples.report(samples.SectionResult("1", "One", (samples.checkpoint("1", "A", lost),)))
    (test,) = json.loads(gradescope.render(report))["tests"]
    assert (test["score"], test["max_score"], test["status"]) == (2, 2, "failed")
    (test,) = json.loads(classroom50.render(report))["tests"]
    assert (test["score"], test["max-score"], test["passed"]) == (2, 2, False)
    assert "not your code" in json.loads(exercism.render(report))["message"]


def test_gradescope_numbers_are_those_of_the_course() -> None:
    numbers = [t["number"] for t in json.loads(gradescope.render(samples.realistic()))["tests"]]
    assert numbers[0] == "1.1.1"
    assert len(set(numbers)) == len(numbers)


def test_junit_counts_every_status_and_skips_none() -> None:
    root = ET.fromstring(junit.render(samples.realistic()).encode())
    assert root.attrib["tests"] == "16"
    assert root.attrib["failures"] == "7"  # failed, not started, timed out, crashed
    assert root.attrib["errors"] == "1"
    assert not list(root.iter("skipped"))
    assert {f.attrib["type"] for f in root.iter("failure")} == {
        "failed",
        "not_started",
        "timeout",
        "crashed",
    }
    for suite in root:
        assert int(suite.attrib["failures"]) == len(list(suite.iter("failure")))


def test_ctrf_counts_add_up_and_time_runs_from_start_to_stop() -> None:
    document = json.loads(ctrf.render(samples.realistic(), now=1_000.0))["results"]
    summary = document["summary"]
    assert summary["stop"] == 1_000_000
    assert summary["stop"] - summary["start"] == 3_420
    assert summary["skipped"] == summary["pending"] == 0
    assert summary["passed"] + summary["failed"] + summary["other"] == summary["tests"] == 16
    assert [t["rawStatus"] for t in document["tests"] if t["status"] == "other"] == ["error"]
    assert len({t["id"] for t in document["tests"]}) == 16


def test_exercism_keeps_course_order_and_its_limits() -> None:
    report = samples.realistic()
    results = json.loads(exercism.render(report))
    assert results["status"] == "fail"
    titles = [c.title for _, _, c in report.checks() if not c.bonus or c.status == "passed"]
    assert [t["name"] for t in results["tests"]] == titles
    assert [t["task_id"] for t in results["tests"]] == sorted(t["task_id"] for t in results["tests"])
    flood = samples.check("a", "A", "m.f", "crashed", message="é" * 19_000, output="o" * 9_000)
    report = samples.report(samples.SectionResult("1", "1", (samples.checkpoint("1", "A", flood),)))
    results = json.loads(exercism.render(report))
    assert results["status"] == "error"
    assert len(results["message"].encode()) <= 65_535
    assert len(results["tests"][0]["output"]) <= 500


def test_exercism_passes_without_the_bonus() -> None:
    done = samples.check("a", "A", "m.f")
    extra = samples.check("b", "B", "m.g", "not_started", bonus=True)
    point = samples.checkpoint("1", "A", done, extra)
    report = samples.report(samples.SectionResult("1", "1", (point,)))
    assert json.loads(exercism.render(report))["status"] == "pass"


def test_classroom50_has_whole_points_that_add_up() -> None:
    half = samples.check("a", "A", "m.f", points=1.5)
    third = samples.check("b", "B", "m.g", "failed", points=0.75, earned=0.25)
    point = samples.checkpoint("1", "A", half, third)
    report = samples.report(samples.SectionResult("1", "1", (point,)))
    result = json.loads(classroom50.render(report))
    assert (result["score"], result["max-score"]) == (7, 9)  # quarters
    assert [(t["score"], t["max-score"]) for t in result["tests"]] == [(6, 6), (1, 3)]


def test_classroom50_takes_its_runners_words() -> None:
    env = {
        "CLASSROOM": "nn",
        "ASSIGNMENT": "bp",
        "ASSIGNMENT_TYPE": "group",
        "OWNER": "ada",
        "SUBMISSION_TAG": "submit/2026-09-01T10-00-00Z-4f2c9d1",
        "COMMIT_URL": "https://git.example/c",
        "RELEASE_URL": "https://git.example/r",
    }
    result = json.loads(classroom50.render(samples.realistic(), env, now=0.0))
    validate("classroom50", result)
    assert result["owner"] == "ada"
    assert result["assignment_type"] == "group"
    assert result["review"] == result["commit"] == "https://git.example/c"
    assert result["datetime"] == "1970-01-01T00:00:00Z"
    assert result["score"] <= result["max-score"] == 32


def test_github_gives_errors_and_warnings_at_file_and_line() -> None:
    lines = github.render(samples.realistic()).splitlines()
    assert lines[0].startswith("::error title=training.verdict")  # the grader's fault comes first
    assert any(
        line.startswith("::error file=exercises/network.py,line=96,title=network.Network.backward") for line in lines
    )
    assert any(line.startswith("::warning file=exercises/trace.py,line=58,") for line in lines)
    assert not any("misclassified" in line for line in lines)  # a bonus not begun is no fault


def test_github_gives_ten_of_a_kind_and_says_that_there_are_more() -> None:
    many = [samples.check(f"f{i}", f"F{i}", f"m.f{i}", "failed") for i in range(13)]
    many += [samples.check(f"n{i}", f"N{i}", f"m.n{i}", "not_started") for i in range(12)]
    point = samples.checkpoint("1", "A", *many)
    report = samples.report(samples.SectionResult("1", "1", (point,)))
    lines = github.render(report).splitlines()
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert lines[-1].endswith("::5 more in the summary of this job.")


def test_github_uses_a_new_token_each_time() -> None:
    def tokens(text: str) -> set[str]:
        return {line for line in text.splitlines() if line.startswith("::stop-commands::")}

    first, second = github.render(samples.realistic()), github.render(samples.realistic())
    assert len(tokens(first)) == 2
    assert not tokens(first) & tokens(second)


def test_the_job_summary_stays_within_its_limit(tmp_path: Path) -> None:
    noisy = [
        samples.check(f"f{i}", f"F{i}", "m.f", "failed", message="m\n" + "&" * 19_000, output="<" * 9_000)
        for i in range(60)
    ]
    point = samples.checkpoint("1", "A", *noisy)
    report = samples.report(samples.SectionResult("1", "1", (point,)))
    text = markdown.render(report)
    assert 500_000 < len(text.encode()) <= 1024 * 1024
    assert "left out for its length" in text
    assert text.count("<details>") == text.count("</details>")
    path = tmp_path / "summary"
    path.write_text("before\n" * 100_000, encoding="utf-8")
    github.append_summary(report, path)
    assert path.read_text(encoding="utf-8").startswith("before\n")
    assert 900_000 < path.stat().st_size <= 1024 * 1024
    github.append_summary(report, path)
    assert path.stat().st_size <= 1024 * 1024


def test_markdown_calls_what_is_only_begun_unfinished() -> None:
    text = markdown.render(samples.realistic())
    assert "- ○ unfinished: 2.1 Trace a forward and a backward pass by hand\n" in text
    assert "- ✗ failed: C1.4 Implement binary cross-entropy without nan\n" in text
