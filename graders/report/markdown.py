"""A summary in GitHub's Markdown: the job summary, and for any place that shows Markdown."""

from __future__ import annotations

import html
import re

from graders.report.model import CheckpointResult, CheckResult, Report, SectionResult, Status
from graders.report.text import (
    CARRIED,
    GRADER_ERROR,
    WORDS,
    body,
    headline,
    location,
    number,
    one_line,
    plain,
    score,
    section_name,
    unfinished,
)

LIMIT = 1024 * 1024 - 1024  # bytes; a job summary may have 1 MiB

MARKS: dict[Status, str] = {
    "passed": "✓",
    "failed": "✗",
    "not_started": "○",
    "timeout": "✗",
    "crashed": "✗",
    "error": "!",
}

_BREAK = "\N{ZERO WIDTH SPACE}"
_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#!|~$^&]|^[-+=]")
# What GitHub links or replaces in plain words, without any markup:
# @name, a@b.c, #12, GH-12, http://, www., :smile:
_WORDS = re.compile(r"(?<=[@#:])(?=\S)|(?<=www)(?=\.)|(?<=GH)(?=-)", re.IGNORECASE)
# A list starts with up to nine digits and a full stop.
_LISTED = re.compile(r"^(\d+)\.(?=\s|$)")


def render(report: Report, limit: int = LIMIT) -> str:
    """The summary, at most `limit` bytes: where it would be longer, its end is left out."""
    head = _head(report)
    blocks = [block for section in report.sections for block in _section(section)]
    cut = "\nThe rest is left out for its length; report.html has all of it.\n"
    room = limit - len(head.encode()) - len(cut.encode())
    kept: list[str] = []
    for block in blocks:
        room -= len(block.encode())
        if room < 0:
            kept.append(cut)
            break
        kept.append(block)
    text = head + "".join(kept)
    return text if len(text.encode()) <= limit else ""


def prose(text: str, limit: int = 1_000) -> str:
    """`text` as words on one line: no markup of it counts, none of it is a link or a mention."""
    broken = _WORDS.sub(_BREAK, one_line(text, limit))
    return _LISTED.sub(r"\1\\.", _MARKUP.sub(r"\\\g<0>", broken))


def code(text: str) -> str:
    """`text` on one line as a code span, fenced by more backticks than any run in it."""
    inside = one_line(text) or "-"
    longest = max((len(run) for run in re.findall(r"`+", inside)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if inside[0] == "`" or inside[-1] == "`" else ""
    return f"{fence}{edge}{inside}{edge}{fence}"


def block(text: str) -> str:
    """`text` as it stands, in a block that only `</pre>` could end, and that can't contain one."""
    return f"<pre>{html.escape(plain(text), quote=False)}</pre>"


def _head(report: Report) -> str:
    checks = [check for _, _, check in report.checks()]
    passed = sum(check.status == "passed" for check in checks)
    rows = [f"## gradecheck: {score(report)}", ""]
    if any(check.status == "error" for check in checks):
        rows += [
            "**The grader could not carry out every check.** That costs no points; the checks say “grader error”.",
            "",
        ]
    rows += [
        f"{passed} of {len(checks)} checks passed · seed {report.seed} · "
        f"gradecheck {prose(report.kit_version, 40)} · sandbox: {prose(report.sandbox, 80)}",
        "",
        "| Section | Checkpoints | Points |",
        "|---|---|---|",
    ]
    for section in report.sections:
        done = sum(c.status == "passed" for c in section.checkpoints)
        inside = [check for c in section.checkpoints for check in c.checks if not check.bonus]
        earned, possible = sum(c.earned for c in inside), sum(c.points for c in inside)
        rows.append(
            f"| {prose(section_name(section), 200)} | {done} of {len(section.checkpoints)} "
            f"| {number(earned)} of {number(possible)} |"
        )
    return "\n".join(rows) + "\n"


def _section(section: SectionResult) -> list[str]:
    blocks = [f"\n### {prose(section_name(section), 200)}\n\n"]
    for checkpoint in section.checkpoints:
        mark = "○ unfinished:" if unfinished(checkpoint) else _mark(checkpoint.status)
        blocks.append(f"- {mark} {prose(checkpoint.id)} {prose(checkpoint.text)}\n")
    for checkpoint in section.checkpoints:
        blocks += _details(checkpoint)
    return blocks


def _details(checkpoint: CheckpointResult) -> list[str]:
    shown = [c for c in checkpoint.checks if c.status not in ("passed", "not_started")]
    if not shown:
        return []
    return [f"\n#### {prose(checkpoint.id)} {prose(checkpoint.text)}\n", *(_check(check) for check in shown)]


def _check(check: CheckResult) -> str:
    lines = ["", f"**{_mark(check.status)} {prose(check.title)}** {code(check.subject)}"]
    if place := location(check):
        lines[-1] += f" at {code(place)}"
    if said := headline(check):
        lines += ["", prose(said)]
    if more := body(check):
        lines += ["", block(more)]
    if check.status == "error":
        lines += ["", GRADER_ERROR]
    if check.carried:
        lines += ["", CARRIED]
    if check.hint:
        lines += ["", f"Hint: {prose(check.hint)}"]
    if check.guide_line is not None:
        lines += ["", f"Guide: line {check.guide_line}"]
    if check.output.strip():
        lines += ["", "<details><summary>What the code printed</summary>", ""]
        lines += [block(check.output), "", "</details>"]
    return "\n".join(lines) + "\n"


def _mark(status: Status) -> str:
    return f"{MARKS[status]} {WORDS[status]}:"
