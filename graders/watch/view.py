"""A session as lines of text: the next thing to do, the diagnosis, how far one is, the keys."""

from __future__ import annotations

from graders import questions
from graders.course import Check
from graders.report.model import CheckResult, clean
from graders.report.terminal import WORDS, Screen
from graders.watch.session import HINTS, Progress, Session

_KEYS = (("n", "next"), ("h", "hint"), ("c", "check all"), ("l", "list"), ("x", "reset"), ("q", "quit"))
_KEYS_DONE = (("n", "next"), ("r", "reference"), ("c", "check all"), ("l", "list"), ("q", "quit"))
_KEYS_LIST = (("j k", "down, up"), ("Enter", "go there"), ("l", "back"), ("q", "quit"))


def whole(session: Session, screen: Screen, rows: int) -> list[str]:
    """The screen, at most `rows` lines; where the text is longer its end is left out, and a line says so."""
    head, foot = [*_head(session, screen), ""], ["", *_foot(session, screen)]
    room = max(3, rows - len(head) - len(foot))
    body = _list(session, screen, room) if session.mode == "list" else text(session, screen)
    if len(body) > room:
        left = len(body) - room + 1
        name = f": gradecheck check --only {session.at.id}" if session.at else ""
        more = f"  … {left} more lines; a taller window shows them, and so does{name}"
        body = [*body[: room - 1], screen.style(more[: screen.width], dim=True)]
    body += [""] * (room - len(body))  # the keys stay where they are
    return [*head, *body, *foot][:rows]


def plain(session: Session, screen: Screen) -> list[str]:
    """The same below what was printed before, for output that is no terminal."""
    return [*_head(session, screen), *text(session, screen), *_told(session.progress, screen)]


def keys(screen: Screen, entries: tuple[tuple[str, str], ...] = _KEYS) -> str:
    """The line of keys."""
    return " · ".join(f"{screen.style(key, bold=True)} {word}" for key, word in entries)


def help_for(session: Session) -> tuple[tuple[str, str], ...]:
    """The keys that do something here."""
    if session.mode == "list":
        return _KEYS_LIST
    if session.at is not None and session.section_done(session.at.section):
        return _KEYS_DONE
    return _KEYS


def text(session: Session, screen: Screen) -> list[str]:
    """What there is to say about where the learner stands."""
    if session.mode == "list":
        return _list(session, screen, len(session.scope) + 20)
    check = session.at
    if check is None:
        return ["  Grading …"]
    lines = _check(session, check, screen)
    lines += _broken(session, screen)
    if session.mode == "reset":
        lines += ["", *_reset_question(session, check, screen)]
    lines += [line for note in session.notes for line in screen.wrap(clean(note), "  ")]
    return lines


def _head(session: Session, screen: Screen) -> list[str]:
    done = sum(session.passed(check) for check in session.scope)
    everything = f"{done} of {len(session.scope)}"
    if session.at is None:
        return [screen.style("gradecheck watch", bold=True) + f"  {screen.bar(done, len(session.scope))}  {everything}"]
    section = session.section(session.at)
    here = session.in_section(section.id)
    passed = sum(session.passed(check) for check in here)
    title = screen.style(f"Section {section.id}  {section.title}", bold=True)
    line = f"{title}  {screen.bar(passed, len(here))}  {passed} of {len(here)}"
    if len(session.scope) > len(here):
        line += screen.style(f"   ({everything} in all)", dim=True)
    return [line]


def _check(session: Session, check: Check, screen: Screen) -> list[str]:
    result = session.results.get(check.id)
    if result is None:
        return [f"  {screen.style(check.title, bold=True)}", "  Not graded yet …"]
    place = f"{result.file}:{result.line}" if result.line else f"{result.file}"
    lines = [
        *_title(check.title, result, screen),
        "    " + screen.style(place, underline=True) + screen.style(f"   ({check.id}, {check.item})", dim=True),
        "",
    ]
    if result.status == "passed":
        return lines + _passed(session, check, result, screen)
    if result.status == "not_started":
        lines += _not_started(check, screen)
    else:
        if result.status != "failed":
            lines.append("    " + WORDS[result.status])
        lines += screen.wrap(clean(result.message), "    ")
        lines += _printed(result, screen)
    lines += _hints(session, check, screen)
    if result.guide_line and "of the guide" not in result.message:
        lines += ["", screen.style(f"    guide, line {result.guide_line}", dim=True)]
    return lines


def _title(title: str, result: CheckResult, screen: Screen) -> list[str]:
    wrapped = screen.wrap(clean(title), "    ")
    first = f"  {screen.mark(result.status)} {screen.style(wrapped[0].strip(), bold=True)}"
    return [first, *(f"    {screen.style(line.strip(), bold=True)}" for line in wrapped[1:])]


def _passed(session: Session, check: Check, result: CheckResult, screen: Screen) -> list[str]:
    words = "Passed." if not result.carried else "Passed; what it needs is broken, and the reference stood in for it."
    lines = ["    " + screen.style(words, fg="green")]
    if check.question:
        # The first line says "Right."; what follows explains, or names a misprint of the guide.
        for line in clean(result.message).split("\n")[1:]:
            lines += screen.wrap(line, "    ")
    if session.section_done(check.section):
        lines += ["", *_learned(session, check, screen)]
    following = session.following()
    if session.all_done():
        lines += ["", "    " + screen.style("All of it is right.", fg="green", bold=True)]
    elif following is not None:
        lines += ["", *screen.wrap(f"n goes on to: {following.title}", "    ")]
    return lines


def _learned(session: Session, check: Check, screen: Screen) -> list[str]:
    """What a section that is done has taught, in the words of its checkpoint."""
    section = session.section(check)
    lines = ["    " + screen.style(f"Section {section.id} is done. You can now:", fg="green", bold=True)]
    for item in section.items:
        if item.id.startswith(("C", "P")):
            wrapped = screen.wrap(item.text, "      ")
            lines += [f"    {screen.mark('passed')} {wrapped[0].strip()}", *wrapped[1:]]
    return [*lines, "    r shows the reference beside your own functions."]


def _not_started(check: Check, screen: Screen) -> list[str]:
    if check.question:
        question = questions.load()[check.question]
        lines = []
        for option in question.options:
            wrapped = screen.wrap(option.text, "       ")
            lines += [f"    {option.key}  {wrapped[0].strip()}", *wrapped[1:]]
        how = f'Answer it in exercises/answers.toml, as "{question.id}", or in another terminal with: '
        return [*lines, *([""] if lines else []), *screen.wrap(f"{how}gradecheck quiz {question.id}", "    ")]
    name = check.subject.rpartition(".")[2]
    return screen.wrap(f"Not started yet: write {name}; its docstring says what it must do. Then save.", "    ")


def _printed(result: CheckResult, screen: Screen, most: int = 6) -> list[str]:
    printed = [line for line in clean(result.output).split("\n") if line.strip()]
    if not printed:
        return []
    lines = ["", "    Your code printed:", *(f"    | {line}"[: screen.width] for line in printed[:most])]
    if len(printed) > most:
        lines.append(f"    | … and {len(printed) - most} more lines")
    return [screen.style(line, dim=True) for line in lines]


def _hints(session: Session, check: Check, screen: Screen) -> list[str]:
    steps = session.hints.get(check.id, 0)
    if not session.show_hints or steps <= 0:
        return []
    lines = [""]
    for number, hint in enumerate(check.hints[:steps], 1):
        wrapped = screen.wrap(hint, " " * 7)
        lines += [f"    {number}. {wrapped[0].strip()}", *wrapped[1:]]
    if steps < min(HINTS, len(check.hints)):
        lines.append(screen.style(f"    h shows step {steps + 1} of {HINTS}", dim=True))
    return lines


def _broken(session: Session, screen: Screen) -> list[str]:
    if not session.broken:
        return []
    lines = ["", "  " + screen.style("The last save broke what had passed; n goes there:", fg="red")]
    for name in session.broken[:4]:
        lines += screen.wrap(f"{session.course.by_id[name].title} ({name})", "    ")
    if len(session.broken) > 4:
        lines.append(f"    and {len(session.broken) - 4} more")
    return lines


def _reset_question(session: Session, check: Check, screen: Screen) -> list[str]:
    others = {c.subject for c in session.scope if c.module == check.module and session.passed(c)}
    lost = f" {len(others)} of the functions in it pass now." if len(others) > 1 and not check.question else ""
    question = f"Put {check.file} back to the unfilled stub?{lost} Your version is kept beside it, with the date."
    return [*screen.wrap(question, "  "), "  " + screen.style("y", bold=True) + " yes · any other key: no"]


def _foot(session: Session, screen: Screen) -> list[str]:
    return [*_state(session.progress, screen), keys(screen, help_for(session))]


def _state(progress: Progress, screen: Screen) -> list[str]:
    what = f"{_names(progress.saved)} saved: " if progress.saved else ""
    if progress.running:
        left = progress.seconds_left
        time = f", about {left:.0f} s left" if left is not None and left >= 2 else ""
        bar = screen.bar(progress.done, progress.total)
        line = f"{what}grading {bar} {progress.done} of {progress.total}{time}"
        return [f"{line}: {clean(progress.current)}"[: screen.width + 30] if progress.current else line]
    if progress.error:
        return [screen.style(clean(progress.error), fg="red")]
    if not progress.clock:
        return [""]
    if not progress.total:
        return [screen.style(f"{what}nothing in it that a check depends on has changed ({progress.clock})", dim=True)]
    graded = f"{progress.total} check{'s' * (progress.total != 1)} graded in {progress.seconds:.1f} s"
    return [screen.style(f"{what}{graded} ({progress.clock})", dim=True)]


def _told(progress: Progress, screen: Screen) -> list[str]:
    """What was saved, in a line that stays true while other sections are still graded."""
    if progress.error:
        return [screen.style(clean(progress.error), fg="red")]
    return [screen.style(f"({_names(progress.saved)} saved)", dim=True)] if progress.saved else []


def _names(saved: tuple[str, ...]) -> str:
    names = [clean(name, 60) for name in saved]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _list(session: Session, screen: Screen, room: int) -> list[str]:
    """All checks with their marks, those around the cursor."""
    lines: list[str] = []
    row = section = 0
    for number, check in enumerate(session.scope):
        if number == 0 or check.section != session.scope[number - 1].section:
            title = session.section(check)
            lines.append(screen.style(f"Section {title.id}  {title.title}", bold=True))
            section = len(lines) - 1
        if number == session.cursor:
            row = len(lines)
        result = session.results.get(check.id)
        mark = screen.mark(result.status) if result else " "
        pointer = screen.style(">", bold=True) if number == session.cursor else " "
        entry = f"{check.item:<5}{check.title}{' (bonus)' if check.bonus else ''}"
        lines.append(f"{pointer} {mark} {entry[: screen.width - 5]}")
    if section and len(lines) <= room:
        return lines
    start = max(0, min(row - room // 2, len(lines) - room))
    return lines[start : start + room]
