"""`gradecheck explain`: what a check does, in words, and how to run it alone."""

from __future__ import annotations

import difflib
import inspect
import textwrap
from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem

from graders import course, questions
from graders.cli.common import Usage, screen
from graders.course import Check
from graders.report.terminal import Screen


def _complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    return [CompletionItem(c.id, help=c.title) for c in course.load().checks() if c.id.startswith(begun)]


@click.command(short_help="What a check claims, on which inputs, and how to debug it.")
@click.argument("check", shell_complete=_complete)
@click.option("--source", is_flag=True, help="Also print the check's own code.")
def explain(check: str, source: bool) -> None:
    """What CHECK claims of your code, on which inputs, what else it relies on, and how to run it under a debugger.

    CHECK is an id from `gradecheck list`, or the name of one of your functions.

    \b
    gradecheck explain mse-loss
    gradecheck explain train_epoch
    gradecheck explain gradient-check --source
    """
    shown = screen()
    found = _checks(check)
    for number, one in enumerate(found):
        if number:
            click.echo()
        click.echo("\n".join(_lines(one, shown)))
        if source and not one.question:
            from graders.judge import claim

            click.echo("\n" + textwrap.indent(inspect.getsource(claim(one)).rstrip(), "    "))


def _checks(name: str) -> list[Check]:
    """The check of that id, or those of the function of that name. Raises Usage."""
    everything = course.load()
    one = everything.by_id.get(name) or everything.by_id.get(f"answer-{name}")
    if one is not None:
        return [one]
    of_function = [c for c in everything.checks() if not c.question and name in _names(c.subject)]
    if of_function:
        return of_function
    near = difflib.get_close_matches(name, everything.by_id, n=3)
    raise Usage(
        f"there is no check {name!r}; "
        + (f"did you mean {', '.join(near)}? " if near else "")
        + "`gradecheck list` names them all"
    )


def _names(subject: str) -> Iterable[str]:
    """network.Network.backward, Network.backward, backward."""
    parts = subject.split(".")
    return (".".join(parts[start:]) for start in range(len(parts)))


def _lines(check: Check, shown: Screen) -> list[str]:
    lines = [shown.style(line, bold=True) for line in shown.wrap(check.title, "")]
    points = f"{check.points:.2f}".rstrip("0").rstrip(".")
    worth = f"{points} point{'' if points == '1' else 's'}{' (bonus)' if check.bonus else ''}"
    if check.question:
        return lines + _question(check, shown, worth)
    from graders.judge import claim

    lines += shown.wrap(" ".join((inspect.getdoc(claim(check)) or "").split()), "  ")
    facts = [
        ("function", f"{check.subject}, in {check.file}"),
        ("item", f"{check.item}, {worth}" + (f"; guide, line {check.guide_line}" if check.guide_line else "")),
        (
            "inputs",
            "drawn anew for each check from the run's seed, the smallest first: odd sizes, several outputs and "
            "non-zero biases where there is a network. The seed stays the same, so that numbers in a message do; "
            "--seed N draws others",
        ),
        ("time", f"at most {check.deadline:g} seconds"),
    ]
    if check.needs:
        needs = ", ".join(check.needs)
        facts.insert(3, ("relies on", f"{needs}. Where one of these is broken, the reference stands in for it"))
    lines.append("")
    for name, text in facts:
        lines += _fact(name, text, shown)
    return [
        *lines,
        "",
        *shown.wrap("To stop inside your own code, put breakpoint() where you want to look, and run", "  "),
        f"    gradecheck check --only {check.id} --in-process --fresh",
        *shown.wrap("It then runs without its usual limits of time and memory, with the same inputs.", "  "),
    ]


def _question(check: Check, shown: Screen, worth: str) -> list[str]:
    question = questions.load()[str(check.question)]
    lines = []
    for option in question.options:
        lead = f"    {option.key}  "
        lines += textwrap.wrap(option.text, shown.width - 8, initial_indent=lead, subsequent_indent=" " * 7)
    if question.kind == "number":
        kind = question.answer.description
        lines += shown.wrap(f"Expected: {kind}, with {question.decimals} decimals or more.", "  ")
    lines.append("")
    lines += _fact("item", f"{check.item}, {worth}; guide, line {question.guide}", shown)
    lines += _fact("answer", f'in exercises/answers.toml, as "{question.id}"; or gradecheck quiz {question.id}', shown)
    return lines


def _fact(name: str, text: str, shown: Screen) -> list[str]:
    return textwrap.wrap(
        text,
        max(40, shown.width - 2),
        initial_indent=f"  {name:<11}",
        subsequent_indent=" " * 13,
        break_long_words=False,
        break_on_hyphens=False,
    )
