"""A Report as lines for a terminal: sections, items, checks, a bar, and the one next thing to do."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from graders.report.model import CheckpointResult, CheckResult, Report, SectionResult, Status, clean

Style = Callable[..., str]

WORDS: dict[Status, str] = {
    "passed": "passed",
    "failed": "failed",
    "not_started": "not started",
    "timeout": "timed out",
    "crashed": "crashed",
    "error": "grader's fault",
}
COLOURS: dict[Status, str | None] = {
    "passed": "green",
    "failed": "red",
    "not_started": None,
    "timeout": "red",
    "crashed": "red",
    "error": "magenta",
}
_MARKS: dict[Status, tuple[str, str]] = {
    "passed": ("✓", "ok"),
    "failed": ("✗", "X "),
    "not_started": ("·", "- "),
    "timeout": ("✗", "X "),
    "crashed": ("✗", "X "),
    "error": ("!", "! "),
}


@dataclass(frozen=True)
class Screen:
    """What the terminal can show. `style(text, fg=…, bold=…, dim=…)` colours, or returns the text as it is."""

    style: Style
    width: int = 80
    unicode: bool = True
    via_make: bool = False

    def command(self, text: str) -> str:
        """A gradecheck command as this learner would type it: through make, if that is how this one was called."""
        if self.via_make and text.startswith("gradecheck hint "):
            return text.replace("gradecheck hint ", "make hint item=")
        return text

    def mark(self, status: Status) -> str:
        """One sign for a status."""
        sign = _MARKS[status][0 if self.unicode else 1]
        return self.style(sign, fg=COLOURS[status], dim=status == "not_started")

    def bar(self, done: int, total: int, size: int = 20) -> str:
        """A bar of `size` cells."""
        filled = size * done // total if total else 0
        full, empty = ("█", "░") if self.unicode else ("#", ".")
        return self.style(full * filled, fg="green") + self.style(empty * (size - filled), dim=True)

    def wrap(self, text: str, indent: str) -> list[str]:
        """`text` in lines that fit; lines that are laid out already (numbers, code) are only cut."""
        lines: list[str] = []
        for line in text.split("\n"):
            if line.startswith((" ", "\t", ">>>", "exercises/")):
                lines.append(indent + line)
                continue
            lines += textwrap.wrap(
                line,
                max(30, self.width - 1),
                initial_indent=indent,
                subsequent_indent=indent,
                break_long_words=False,
                break_on_hyphens=False,
            ) or [""]
        return lines


def terminal_width() -> int:
    """Columns of the terminal, within what reads well."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 110))


def render(report: Report, screen: Screen, unchanged: frozenset[str] = frozenset()) -> str:
    """The whole report as text."""
    lines: list[str] = []
    for section in report.sections:
        lines += _section(section, screen, unchanged)
    lines += _summary(report, screen, unchanged)
    lines += _next(report, screen)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _section(section: SectionResult, screen: Screen, unchanged: frozenset[str]) -> list[str]:
    checks = [check for point in section.checkpoints for check in point.checks]
    passed = sum(check.status == "passed" for check in checks)
    title = screen.style(f"Section {section.id}  {section.title}", bold=True)
    count = f"{passed} of {len(checks)}"
    lines = ["", f"{title}  {screen.bar(passed, len(checks))}  {count}"]
    if checks and all(check.id in unchanged for check in checks):
        note = "unchanged since it passed; not graded again (--fresh does)"
        return [*lines, "  " + screen.style(note, dim=True)]
    for point in section.checkpoints:
        lines += _point(point, screen, unchanged)
    return lines


def _point(point: CheckpointResult, screen: Screen, unchanged: frozenset[str]) -> list[str]:
    lines = [*_hanging(f"  {point.id:<5}", point.text, screen)]
    told: set[str] = set()
    for check in _unfolded(point, lines, screen):
        notes = []
        if check.carried:
            notes.append("carried: what it needs is broken, and the reference stood in for it")
        if check.status in ("timeout", "crashed", "error"):
            notes.append(WORDS[check.status])
        if check.id in unchanged:
            notes.append("unchanged")
        tail = f" ({'; '.join(notes)})" if notes else ""
        lines += _hanging(f"     {screen.mark(check.status)} ", check.title + tail, screen, lead=7)
        if check.status not in ("passed", "not_started") and check.headline not in told:
            told.add(check.headline)
            lines += screen.wrap(clean(check.headline, 400), " " * 9)
        lines += _printed(check, screen)
    return lines


def _unfolded(point: CheckpointResult, lines: list[str], screen: Screen) -> list[CheckResult]:
    """The checks to list one by one; questions that are answered, or not begun, become one line for all of them."""
    questions = [check for check in point.checks if check.on_paper]
    for status in ("passed", "not_started"):
        alike = [check for check in questions if check.status == status]
        if len(alike) > 1:
            word = "answered" if status == "passed" else "to answer in exercises/answers.toml"
            lines.append(f"     {screen.mark(alike[0].status)} {len(alike)} questions {word}")
            questions = [check for check in questions if check not in alike]
    return [check for check in point.checks if not check.on_paper or check in questions]


def _hanging(lead_text: str, text: str, screen: Screen, lead: int | None = None) -> list[str]:
    """`text` after `lead_text`, its further lines below its first."""
    indent = " " * (lead if lead is not None else len(lead_text))
    body = textwrap.wrap(clean(text), max(24, screen.width - len(indent)), break_long_words=False) or [""]
    return [lead_text + body[0], *(indent + line for line in body[1:])]


def _printed(check: CheckResult, screen: Screen, most: int = 4) -> list[str]:
    """The first lines that the learner's code printed during a check that did not pass."""
    if check.status == "passed" or not check.output.strip():
        return []
    printed = [line for line in clean(check.output).split("\n") if line.strip()]
    shown = [f"         | {line}"[: screen.width] for line in printed[:most]]
    if len(printed) > most:
        shown.append(f"         | … and {len(printed) - most} more lines printed")
    return [screen.style(line, dim=True) for line in shown]


def _summary(report: Report, screen: Screen, unchanged: frozenset[str]) -> list[str]:
    checks = [check for _, _, check in report.checks()]
    counts: dict[str, int] = {}
    for check in checks:
        counts[WORDS[check.status]] = counts.get(WORDS[check.status], 0) + 1
    parts = [f"{number} {word}" for word, number in counts.items()]
    carried = sum(check.carried for check in checks)
    if carried:
        parts.append(f"{carried} of them carried")
    points = f"{_number(report.score.earned)} of {_number(report.score.possible)} points"
    if report.score.bonus:
        points += f", and {_number(report.score.bonus)} bonus"
    lines = ["", screen.style(points, bold=True) + "  ·  " + ", ".join(parts)]
    if unchanged:
        lines.append(
            screen.style(f"{len(unchanged)} unchanged since they passed, not run again (--fresh runs all)", dim=True)
        )
    return lines


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def next_thing(report: Report) -> CheckResult | None:
    """The check to look at now: the first that went wrong, else the first that is not started, bonus last."""
    open_ones = [check for _, _, check in report.checks() if check.status != "passed"]
    open_ones.sort(key=lambda check: check.bonus)
    for wanted in (
        lambda c: c.status in ("failed", "timeout", "crashed") and not c.on_paper,
        lambda c: c.status in ("failed", "timeout", "crashed"),
        lambda c: c.status == "not_started" and not c.on_paper,
        lambda c: c.status == "not_started",
        lambda c: True,
    ):
        found = next((check for check in open_ones if wanted(check)), None)
        if found is not None:
            return found
    return None


def _next(report: Report, screen: Screen) -> list[str]:
    check = next_thing(report)
    if check is None:
        return ["", screen.style("All of it is right.", fg="green", bold=True)]
    where = f"{check.file}:{check.line}" if check.line else f"{check.file}"
    lines = ["", screen.style("Next: ", bold=True) + check.title, f"  {screen.style(where, underline=True)}"]
    lines += [""] if check.message else []
    if check.status == "not_started":
        lines += screen.wrap(_start(check), "  ")
    elif check.message:
        lines += screen.wrap(clean(check.message), "  ")
    told = "of the guide" in check.message
    place = f"guide, line {check.guide_line}" if check.guide_line and not told else ""
    hint = f"stuck? {screen.command(check.hint)}" if check.hint else ""
    return [*lines, "", "  " + screen.style(" · ".join(part for part in (place, hint) if part), dim=True)]


def _start(check: CheckResult) -> str:
    if check.on_paper:
        return "Answer it in exercises/answers.toml, or with `gradecheck quiz`."
    name = check.subject.rpartition(".")[2]
    return f"Not started yet: open the file and write {name}; its docstring says what it must do."
