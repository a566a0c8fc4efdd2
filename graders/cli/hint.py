"""`gradecheck hint`: three steps, one a call."""

from __future__ import annotations

import textwrap
from pathlib import Path

import click

from graders import course, state
from graders.cli.common import Usage, path_option, remembered, screen, submission, warn
from graders.course import Check, Item


@click.command()
@click.argument("item")
@click.option("--again", is_flag=True, help="Show the hints seen so far, without a new one.")
@path_option
def hint(item: str, again: bool, path: Path | None) -> None:
    """The next hint for ITEM: an exercise (2.2), a checkpoint item (C2.4) or a check (train-step).

    Each call shows one step more: a nudge, the idea, almost the line of code.
    """
    root = submission(path)
    checks = _checks(item)
    known = remembered(root)
    passed = set(known.passed)
    wanted = [check for check in checks if check.id not in passed and check.hints] or [
        check for check in checks if check.hints
    ]
    key = item.lower()
    seen = known.hints.get(key, 0)
    step = min(seen if again and seen else seen + 1, 3)
    shown = screen()
    for check in wanted:
        click.echo(shown.style(check.title, bold=True) + shown.style(f"  ({check.subject})", dim=True))
        for number, text in enumerate(check.hints[:step], 1):
            lines = textwrap.wrap(text, shown.width - 6)
            click.echo(f"  {number}. " + ("\n" + " " * 5).join(lines))
        click.echo()
    if step < 3:
        click.echo(shown.style(f"Step {step} of 3; the same command again shows the next.", dim=True))
    else:
        lines_ = sorted({check.guide_line for check in wanted if check.guide_line})
        where = ", ".join(map(str, lines_))
        click.echo(shown.style(f"That was the last step. The guide has more from line {where} on.", dim=True))
    if step != seen:
        try:
            state.update(root, lambda now: now.hints.__setitem__(key, step))
        except state.StateError as error:
            warn(str(error))


def _checks(name: str) -> list[Check]:
    """The checks of an item or the one check of that name. Raises Usage."""
    everything = course.load()
    found: Item | None = next((i for i in everything.items() if i.id.lower() == name.lower()), None)
    if found is not None:
        return list(found.checks)
    if name in everything.by_id:
        return [everything.by_id[name]]
    raise Usage(
        f"there is no item or check {name!r}; items are {', '.join(i.id for i in everything.items())} "
        "(`gradecheck list` names the checks)"
    )
