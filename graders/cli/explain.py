"""`gradecheck explain`: what a check does, in words, and how to run it alone."""

from __future__ import annotations

import inspect
import textwrap

import click

from graders import course, questions
from graders.cli.common import Usage, screen


@click.command()
@click.argument("check")
def explain(check: str) -> None:
    """What CHECK claims of your code, on which inputs, what else it relies on, and how to run it under a debugger."""
    found = course.load().by_id.get(check)
    if found is None:
        raise Usage(f"there is no check {check!r}; `gradecheck list` names them all")
    shown = screen()

    def say(text: str, indent: str = "  ") -> None:
        for line in textwrap.wrap(text, shown.width - 2, initial_indent=indent, subsequent_indent=indent):
            click.echo(line)

    click.echo(shown.style(found.title, bold=True))
    if found.question:
        question = questions.load()[found.question]
        for option in question.options:
            say(f"{option.key}) {option.text}", "    ")
        say(f'Answered in exercises/answers.toml, as "{question.id}".')
        return
    from graders.judge import claim

    function = claim(found)
    say(" ".join((inspect.getdoc(function) or "").split()))
    click.echo()
    say(f"function   {found.subject}, in {found.file}")
    say(f"item       {found.item}, {found.points:g} points{' (bonus)' if found.bonus else ''}, guide line {found.guide_line}")
    say("inputs     drawn from the run's seed, from the smallest network or array to larger ones; --seed draws others")
    if found.needs:
        say(f"relies on  {', '.join(found.needs)}: where one of these is broken, the reference stands in for it")
    say(f"time       at most {found.deadline:g} seconds")
    click.echo()
    say("To stop inside your own code, put breakpoint() where you want to look, and run")
    click.echo(f"    gradecheck check --only {found.id} --in-process")
