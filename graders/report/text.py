"""Plain text for every renderer: cleaned, capped, and the same words in each format."""

from __future__ import annotations

import math
import re
from pathlib import PurePosixPath

from graders.report.model import CheckpointResult, CheckResult, Report, SectionResult, Status, clean

#: How each status is called where people read it.
WORDS: dict[Status, str] = {
    "passed": "passed",
    "failed": "failed",
    "not_started": "not started",
    "timeout": "timed out",
    "crashed": "crashed",
    "error": "grader error",
}

#: What is said with a check that the grader itself could not carry out.
GRADER_ERROR = "The grader failed here, not your code. This check costs no points."

#: Said with a check in which the reference took the place of something that isn't right yet.
CARRIED = "Carried: a function that this one needs isn't right yet, so the reference's version stood in for it."

#: Printed output of the learner's code in one check, as far as a report quotes it.
MAX_OUTPUT = 4_000

# Code points that `clean` keeps (they are unassigned, not control characters) and XML 1.0 forbids.
_NONCHARACTERS = str.maketrans("", "", "\ufffe\uffff")


def plain(text: str, limit: int = MAX_OUTPUT) -> str:
    """`text` cleaned once more (a renderer trusts nobody), at most `limit` characters."""
    return clean(text.translate(_NONCHARACTERS), limit)


def one_line(text: str, limit: int = 300) -> str:
    """`text` on one line: every run of white space is one blank."""
    return clean(" ".join(plain(text, 4 * limit).split()), limit)


def number(value: float) -> str:
    """2.0 as "2", 0.25 as "0.25"; at most four decimals."""
    if not math.isfinite(value):
        return "?"
    return f"{value:.4f}".rstrip("0").rstrip(".") or "0"


def score(report: Report) -> str:
    """The score in words: "41 of 60 points, 3 bonus"."""
    s = report.score
    bonus = f", {number(s.bonus)} bonus" if s.bonus else ""
    return f"{number(s.earned)} of {number(s.possible)} points{bonus}"


def section_name(section: SectionResult) -> str:
    """ "Section 2: Backpropagation"."""
    return one_line(f"Section {section.id}: {section.title}" if section.id.isdigit() else section.title)


def unfinished(checkpoint: CheckpointResult) -> bool:
    """Whether nothing is wrong in a checkpoint that is "failed": the rest of it is not started."""
    statuses = {check.status for check in checkpoint.checks}
    return checkpoint.status == "failed" and statuses == {"passed", "not_started"}


def headline(check: CheckResult) -> str:
    """The diagnosis on one line; for a passed check "" is possible."""
    if said := one_line(check.headline):
        return said
    if check.status == "error":
        return GRADER_ERROR
    return "" if check.status == "passed" else WORDS[check.status].capitalize() + "."


def body(check: CheckResult) -> str:
    """The message after its first line."""
    return plain(check.message.partition("\n")[2]).strip("\n")


def safe_path(path: str | None) -> str | None:
    """`path` if it is a plain relative path that stays where it is; otherwise None."""
    if not path or path != one_line(path, 250) or re.search(r"[\\:<>|?*\"]", path):
        return None
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts:
        return None
    return path


def location(check: CheckResult) -> str | None:
    """ "exercises/network.py:42", or None where the check has no place in the learner's files."""
    path = safe_path(check.file)
    if path is None:
        return None
    return f"{path}:{check.line}" if check.line is not None and check.line > 0 else path


def feedback(check: CheckResult, output_limit: int = MAX_OUTPUT) -> str:
    """All that a learner is told about one check, for formats that show it as one block of text.

    `output_limit` 0 leaves out what the code printed.
    """
    parts = [headline(check), body(check)]
    if check.status == "error" and GRADER_ERROR not in parts:
        parts.append(GRADER_ERROR)
    if check.carried:
        parts.append(CARRIED)
    if check.status != "passed":
        if place := location(check):
            parts.append(f"At {place}")
        if check.hint:
            parts.append(f"Hint: {plain(check.hint)}")
        if check.guide_line is not None:
            parts.append(f"Guide: line {check.guide_line}")
    if output_limit and check.output.strip():
        parts.append(f"Your code printed:\n{plain(check.output, output_limit).rstrip()}")
    return "\n\n".join(part for part in parts if part)
