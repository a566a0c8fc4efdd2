"""What the quiz asks, says and writes. How lines come and go is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from graders import course, questions, state
from graders.questions import Question
from graders.questions.values import is_blank, read_keys
from graders.quiz import notation
from graders.quiz.drills import DRILLS, Drill
from graders.quiz.sheet import Sheet, SheetError
from graders.report.terminal import Screen

#: One line from the learner, after a prompt; None at the end of input.
Ask = Callable[[str], str | None]
Say = Callable[[str], None]

_STOP = ("q", "quit", "exit")
_HINT = ("?", "h", "hint", "help")


class Leave(Exception):
    """The learner stops here."""


@dataclass
class Quiz:
    """One sitting of the learner whose exercises are in `root`."""

    root: Path
    screen: Screen
    ask: Ask
    say: Say
    sheet: Sheet = field(init=False)
    asked: int = 0
    right: int = 0

    def __post_init__(self) -> None:
        self.sheet = Sheet(self.root)
        self.questions = questions.load()
        self._problems: set[str] = set()

    # -- the two kinds ----------------------------------------------------------------------------------------

    def ask_questions(self, chosen: list[Question]) -> None:
        """Ask these, one after the other. Raises Leave, SheetError."""
        heading = ""
        for number, question in enumerate(chosen, 1):
            if heading != question.item:
                heading = question.item
                self._heading(heading)
            self._context(question)
            self._put(f"{question.text.strip()}{_precision(question)}", f"{number} of {len(chosen)}")
            for option in question.options:
                self._wrapped(option.text, f"    {option.key}  ")
            if question.kind == "number":
                self._numbers(question)
            else:
                self._choice(question)
            self.say("")

    def drill(self, drill: Drill, seed: int) -> bool:
        """One drill with fresh numbers; whether it was solved. Raises Leave."""
        question = drill.question(seed)
        self._put(f"{question.text}{_precision(question)}", f"drill: {drill.title}")
        tried = 0
        while True:
            line = self._line()
            if not line:
                self._wrapped(f"It was {question.answer.values[0]:.{question.decimals}f}.", "  ")
                self.say("")
                return False
            if line.lower() in _HINT:
                self._wrapped(f"The formula stands in the guide, from line {question.guide} on.", "  ")
                continue
            typed = notation.read(line)
            self.asked += not tried
            tried += 1
            if self._judged(question, typed):
                self.right += 1
                self._remember(lambda now: now.drills.__setitem__(drill.id, now.drills.get(drill.id, 0) + 1))
                self.say("")
                return True

    # -- choices ----------------------------------------------------------------------------------------------

    def _choice(self, question: Question) -> None:
        options = {option.key: option for option in question.options}
        while True:
            line = self._line()
            if not line:
                return
            if line.lower() in _HINT:
                self._hint(question)
                continue
            keys = _letters(line, list(options))
            verdict = questions.judge(question, keys)
            if not keys or any(key not in options for key in keys) or (len(keys) > 1 and question.kind == "choice"):
                self._wrapped(verdict.message if keys else f"Expected a letter: {', '.join(options)}.", "  ")
                continue
            break
        passed = verdict.status == "passed"
        self.asked += 1
        self.right += passed
        self._verdict(passed, "Right." if passed else verdict.message.splitlines()[0])
        for option in question.options:
            mark = self.screen.mark("passed" if option.right else "failed")
            chosen = ">" if option.key in keys else " "
            self._wrapped(option.why, f"  {chosen} {mark} {option.key}  ", hang=8)
        quoted = [f'"{key}"' for key in keys]
        self._write(question, quoted[0] if question.kind == "choice" else f"[{', '.join(quoted)}]", passed)

    # -- numbers ----------------------------------------------------------------------------------------------

    def _numbers(self, question: Question) -> None:
        tries = 0
        while True:
            line = self._line()
            if not line:
                return
            if line.lower() in _HINT:
                self._hint(question)
                continue
            typed = notation.read(line, question.answer.shape)
            self.asked += not tries
            passed = self._judged(question, typed)
            if typed.numbers is not None and typed.numbers.kept == question.answer.kept:
                self._write(question, typed.toml(), passed)
            if passed:
                self.right += 1
                return
            tries += 1
            if tries == 3:
                self._wrapped("? gives a hint, Enter goes on; it will be asked again next time.", "  ")

    def _judged(self, question: Question, typed: notation.Typed) -> bool:
        """Say what the answer is worth; whether it is right."""
        if typed.remark:
            self._wrapped(typed.remark, "  ")
        if typed.numbers is None:
            self._wrapped(f"{typed.problem[0].upper()}{typed.problem[1:]}.", "  ")
            return False
        numbers = typed.numbers
        verdict = questions.judge(question, numbers.values[0] if not numbers.shape else _nested(numbers))
        first, *rest = verdict.message.splitlines()
        self._verdict(verdict.status == "passed", first)
        for line in rest:
            self._wrapped(line, "  ")
        return verdict.status == "passed"

    # -- lines ------------------------------------------------------------------------------------------------

    def _line(self) -> str:
        line = self.ask("> ")
        if line is None or line.strip().lower() in _STOP:
            raise Leave
        return line.strip()

    def _heading(self, item: str) -> None:
        found = next((i for i in course.load().items() if i.id == item), None)
        text = found.text if found else item
        title = text if text.startswith("Exercise") else f"{item}  {text}"
        self.say(self.screen.style(f"── {title} ──" if self.screen.unicode else f"-- {title} --", bold=True))
        self.say("")

    def _context(self, question: Question) -> None:
        """What a whole exercise builds on stands in its first question: said again to one who begins further on."""
        first = next(q for q in self.questions.values() if q.item == question.item)
        if question.id != first.id and question.kind == "number" and first.text.startswith("For all of"):
            self._wrapped(first.text[: first.text.rindex(" What ")].strip(), "  ", dim=True)

    def _put(self, text: str, place: str) -> None:
        self.say(self.screen.style(f"({place})", dim=True))
        self._wrapped(text, "")

    def _verdict(self, passed: bool, text: str) -> None:
        mark = self.screen.mark("passed" if passed else "failed")
        self._wrapped(text, f"  {mark} ", hang=4)

    def _wrapped(self, text: str, lead: str, hang: int | None = None, dim: bool = False) -> None:
        indent = " " * (len(lead) if hang is None else hang)
        lines = self.screen.wrap(text, indent) or [""]
        lines[0] = lead + lines[0][len(indent) :]
        for line in lines:
            self.say(self.screen.style(line, dim=True) if dim else line)

    def _hint(self, question: Question) -> None:
        check = course.load().by_id[f"answer-{question.id}"]
        seen = self._known().hints.get(check.id, 0)
        step = max(1, min(seen + 1, len(check.hints)))
        self._wrapped(check.hints[step - 1], f"  {step}. ")
        self._remember(lambda now: now.hints.__setitem__(check.id, max(step, now.hints.get(check.id, 0))))

    # -- files ------------------------------------------------------------------------------------------------

    def _write(self, question: Question, value: str, passed: bool) -> None:
        """Into answers.toml, at once. A right answer that stands there is not replaced by a wrong one."""
        try:
            there = self.sheet.read().get(question.id, "")
            if passed or questions.judge(question, there).status != "passed":
                self.sheet.write(question.id, value)
        except SheetError as error:
            self.say(self.screen.style(f"  {error}", fg="red"))
        self._remember(lambda now: now.quiz.__setitem__(question.id, now.quiz.get(question.id, 0) + 1))

    def _known(self) -> state.State:
        try:
            return state.read(self.root)
        except state.StateError as error:
            return error.state

    def _remember(self, change: Callable[[state.State], None]) -> None:
        try:
            state.update(self.root, change)
        except state.StateError as error:
            if str(error) not in self._problems:
                self._problems.add(str(error))
                self.say(f"  {error}")


def still_open(sheet: Sheet, chosen: list[Question]) -> list[Question]:
    """Those that have no right answer in answers.toml yet. Raises SheetError."""
    answers = sheet.read()
    return [q for q in chosen if questions.judge(q, answers.get(q.id, "")).status != "passed"]


def blank(sheet: Sheet, question: Question) -> bool:
    """Whether nothing is written yet. Raises SheetError."""
    return is_blank(sheet.read().get(question.id, ""))


def drills_in_turn(known: state.State) -> Iterator[Drill]:
    """The drills, those first that were solved least often, without end."""
    solved = {drill.id: known.drills.get(drill.id, 0) for drill in DRILLS}
    while True:
        drill = min(DRILLS, key=lambda d: solved[d.id])
        solved[drill.id] += 1
        yield drill


def _letters(line: str, options: list[str]) -> list[str]:
    """a · a) · (a) · A · a, d · ad."""
    keys = read_keys(line.replace("(", " "))
    if isinstance(keys, str):
        return []
    if len(keys) == 1 and keys[0] not in options and all(letter in options for letter in keys[0]):
        return list(dict.fromkeys(keys[0]))
    return keys


def _nested(numbers: notation.Numbers) -> list[object]:
    if len(numbers.shape) == 1:
        return list(numbers.values)
    width = numbers.shape[1]
    return [list(numbers.values[i : i + width]) for i in range(0, len(numbers.values), width)]


def _precision(question: Question) -> str:
    if question.kind != "number":
        return ""
    if not question.decimals:
        return ""
    return f" ({question.decimals} decimal{'' if question.decimals == 1 else 's'})"
