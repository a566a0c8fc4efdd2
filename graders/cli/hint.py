"""`gradecheck hint`: three steps, one a call."""

from __future__ import annotations

import textwrap
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from graders import course, state
from graders.cli.common import Usage, path_option, remembered, screen, submission, warn
from graders.cli.listing import standing
from graders.course import Check, Item

STEPS = 3


def _complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    everything = course.load()
    named = [CompletionItem(item.id, help=item.text) for item in everything.items()]
    named += [CompletionItem(check.id, help=check.title) for check in everything.checks()]
    return [entry for entry in named if entry.value.lower().startswith(begun.lower())]


@click.command(short_help="Three steps towards the answer, one a call.")
@click.argument("item", shell_complete=_complete)
@click.option("--again", is_flag=True, help="Show the hints seen so far, without a new one.")
@path_option
def hint(item: str, again: bool, path: Path | None) -> None:
    """The next hint for ITEM: an exercise (2.2), a checkpoint item (C2.4) or a check (train-step).

    Each call shows one step more: a nudge, the idea, almost the line of code. Of an item with
    several checks, the first that has not passed is meant.

    \b
    gradecheck hint 2.2              the first step; the same again: the second
    gradecheck hint C1.2 --again     what was shown before
    gradecheck hint mse-gradient     one check
    """
    root = submission(path)
    checks = [check for check in _checks(item) if check.hints]
    known = remembered(root)
    passed = standing(root, known)
    still = sorted((c for c in checks if c.id not in passed), key=lambda c: c.question is not None)
    shown = screen()
    if not checks:
        click.echo(f"There are no hints for {item}.")
        return
    if not still:
        click.echo(shown.style(f"{item} has passed already; its hints all the same:\n", dim=True))
    check = (still or checks)[0]
    last = min(STEPS, len(check.hints))
    seen = max(0, min(known.hints.get(check.id, 0), last))
    step = seen if again and seen else min(seen + 1, last)
    click.echo(shown.style(check.title, bold=True) + shown.style(f"  ({check.subject})", dim=True))
    for number, text in enumerate(check.hints[:step], 1):
        lines = textwrap.wrap(text, shown.width - 6)
        click.echo(f"  {number}. " + ("\n" + " " * 5).join(lines))
    click.echo()
    if step < last:
        click.echo(shown.style(f"Step {step} of {last}; the same command again shows the next.", dim=True))
    else:
        where = f" The guide has more from line {check.guide_line} on." if check.guide_line else ""
        click.echo(shown.style(f"That was the last step.{where}", dim=True))
    others = ", ".join(other.id for other in still[1:5]) + (" …" if len(still) > 5 else "")
    if others:
        for line in textwrap.wrap(f"Also open in {item}: {others}", shown.width - 2):
            click.echo(shown.style(line, dim=True))
    if step != seen:
        try:
            state.update(root, lambda now: now.hints.__setitem__(check.id, max(step, now.hints.get(check.id, 0))))
        except state.StateError as error:
            warn(str(error))


def _checks(name: str) -> list[Check]:
    """The checks of an item or the one check of that name. Raises Usage."""
    everything = course.load()
    found: Item | None = next((i for i in everything.items() if i.id.lower() == name.lower()), None)
    if found is not None:
        return list(found.checks)
    check = everything.by_id.get(name) or everything.by_id.get(f"answer-{name}")
    if check is not None:
        return [check]
    raise Usage(
        f"there is no item or check {name!r}; items are {', '.join(i.id for i in everything.items())} "
        "(`gradecheck list` names the checks)"
    )
