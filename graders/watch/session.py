"""Where the learner stands, and what a key does: no input, no output, no clock of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from graders import course as courses
from graders import grading
from graders.course import Check, Course, Section
from graders.judge import Outcome
from graders.report.model import CheckResult, Submission

Mode = Literal["work", "list", "reset"]
Command = Literal["quit", "check-all", "reset", "compare", "redraw"]

HINTS = 3

_FAILURES = ("failed", "timeout", "crashed", "error")


@dataclass
class Progress:
    """A round of grading: what was saved, how far it is."""

    saved: tuple[str, ...] = ()
    total: int = 0
    done: int = 0
    current: str = ""
    seconds_left: float | None = None
    running: bool = False
    settled: bool = False
    seconds: float = 0.0
    clock: str = ""
    error: str = ""


@dataclass
class Session:
    """`scope` are the checks to work on, in the order in which they are worked on."""

    course: Course
    scope: list[Check]
    results: dict[str, CheckResult] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    at: Check | None = None
    mode: Mode = "work"
    cursor: int = 0
    hints: dict[str, int] = field(default_factory=dict)
    show_hints: bool = False
    broken: list[str] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)
    notes: list[str] = field(default_factory=list)

    # -- facts ------------------------------------------------------------------------------------------------

    def passed(self, check: Check) -> bool:
        """Whether this check is known to pass now."""
        result = self.results.get(check.id)
        return result is not None and result.status == "passed"

    def failed(self, check: Check) -> bool:
        """Whether this check is known to fail now (a stub does not fail)."""
        result = self.results.get(check.id)
        return result is not None and result.status in _FAILURES

    def section(self, check: Check) -> Section:
        """The section that a check belongs to."""
        return next(s for s in self.course.sections if s.id == check.section)

    def in_section(self, section: str) -> list[Check]:
        """The checks of the whole section, bonus apart."""
        return [check for check in self.course.checks() if check.section == section and not check.bonus]

    def section_done(self, section: str) -> bool:
        """Whether every check of the section passes: only then is there something to compare with."""
        return all(self.passed(check) for check in self.in_section(section))

    def all_done(self) -> bool:
        """Whether nothing is left to do in the scope."""
        return all(self.passed(check) for check in self.scope)

    def following(self) -> Check | None:
        """Where n leads: to what the last save broke, else to the next open check after this one, round the end."""
        for name in self.broken:
            check = self.course.by_id[name]
            if check != self.at and not self.passed(check):
                return check
        start = self.scope.index(self.at) + 1 if self.at in self.scope else 0
        for check in self.scope[start:] + self.scope[:start]:
            if check != self.at and not self.passed(check):
                return check
        return None

    # -- what happens -----------------------------------------------------------------------------------------

    def begin(self, saved: Iterable[str], todo: list[Check]) -> None:
        """A round of grading begins."""
        if saved:
            self.broken = []
        self.progress = Progress(tuple(sorted(saved)), len(todo), running=True)
        self._estimate(todo)

    def take(self, check: Check, outcome: Outcome, left: list[Check]) -> None:
        """One check has its outcome; `left` are still to come, in this order."""
        if self.passed(check) and outcome.status != "passed" and check != self.at and check.id not in self.broken:
            self.broken.append(check.id)
        self.put(check, outcome)
        self.progress.done += 1
        self._estimate(left)
        self.progress.settled = self.at is not None and all(c.section != self.at.section for c in left)

    def settled(self) -> bool:
        """Whether what is shown of this section will stay as it is until the next save."""
        return self.at is not None and (self.progress.settled or not self.progress.running)

    def open_in(self, section: str) -> bool:
        """Whether something in this section is known and does not pass."""
        return any(c.id in self.results and not self.passed(c) for c in self.scope if c.section == section)

    def put(self, check: Check, outcome: Outcome) -> None:
        """Know this outcome."""
        self.outcomes[check.id] = outcome
        report = grading.assemble(
            self.course,
            [check],
            {check.id: outcome},
            seed=0,
            sandbox="",
            seconds=0.0,
            submission=Submission("", None, ""),
        )
        self.results[check.id] = next(report.checks())[2]
        if check.id in self.broken and outcome.status == "passed":
            self.broken.remove(check.id)

    def end(self, seconds: float, clock: str, error: str = "") -> None:
        """The round is over. Stands the learner nowhere yet, the first thing to do is chosen."""
        self.progress.running = False
        self.progress.seconds, self.progress.clock, self.progress.error = seconds, clock, error

    def settle(self) -> None:
        """Choose where to begin: the first section with something open; there what fails, else what comes next."""
        if self.at is not None:
            return
        still = [check for check in self.scope if not self.passed(check)]
        here = [check for check in still if check.section == still[0].section] if still else self.scope[-1:]
        self.go(
            next((check for check in here if self.failed(check) and self.results[check.id].status != "error"), here[0])
        )

    def go(self, check: Check) -> None:
        """Stand at this check."""
        self.at, self.mode, self.show_hints = check, "work", False

    def _estimate(self, left: list[Check]) -> None:
        self.progress.current = left[0].title if left else ""
        known = [self.outcomes[check.id].seconds for check in left if check.id in self.outcomes]
        self.progress.seconds_left = sum(known) if known and len(known) == len(left) else None

    # -- keys -------------------------------------------------------------------------------------------------

    def press(self, key: str, fresh: bool = True) -> Command | None:
        """What a key does. `fresh` is False for keys that came in one burst with the one before (a paste)."""
        if key == "redraw":
            return "redraw"
        if self.mode == "reset":
            self.mode = "work"
            return "reset" if key == "y" and fresh else None
        if key == "q":
            return "quit"
        if self.mode == "list":
            self._press_in_list(key)
            return None
        if key in ("n", "enter"):
            self._next()
        elif key == "h" and self.at is not None and self.at.hints and not self.passed(self.at):
            self._hint(self.at)
        elif key == "c":
            return "check-all"
        elif key == "l":
            self.mode, self.cursor = "list", self.scope.index(self.at) if self.at in self.scope else 0
        elif key == "x" and self.at is not None:
            self.mode = "reset"
        elif key == "r" and self.at is not None and self.section_done(self.at.section):
            return "compare"
        return None

    def _next(self) -> None:
        following = self.following()
        if following is not None:
            self.go(following)

    def _hint(self, check: Check) -> None:
        seen = self.hints.get(check.id, 0)
        # The first press after coming back shows the steps that were seen; the next one is the learner's choice.
        if self.show_hints or not seen:
            self.hints[check.id] = min(max(seen, 0) + 1, HINTS, len(check.hints))
        self.show_hints = True

    def _press_in_list(self, key: str) -> None:
        last = len(self.scope) - 1
        steps = {"up": -1, "k": -1, "down": 1, "j": 1, "page-up": -10, "page-down": 10}
        if key in steps:
            self.cursor = max(0, min(last, self.cursor + steps[key]))
        elif key in ("enter", "n", "g"):
            self.go(self.scope[self.cursor])
        elif key in ("l", "escape"):
            self.mode = "work"


def in_order(checks: list[Check]) -> list[Check]:
    """Section by section: first the code, then the questions, then the bonus."""
    sections = [section.id for section in courses.load().sections]
    return sorted(checks, key=lambda check: (sections.index(check.section), check.bonus, check.question is not None))
