"""`gradecheck list`: all items and checks, and which have passed."""

from __future__ import annotations

import textwrap
from pathlib import Path

import click

from graders import course, state, unchanged
from graders.cli.common import Usage, path_option, remembered, screen, submission
from graders.learner.snapshot import take
from graders.learner.submission import SubmissionError


@click.command("list", short_help="All items and checks with their ids, and which have passed.")
@click.option("--section", "-s", multiple=True, metavar="N", help="Only this section (1 to 5); may be repeated.")
@click.option("--open", "only_open", is_flag=True, help="Only what has not passed yet.")
@path_option
def listing(section: tuple[str, ...], only_open: bool, path: Path | None) -> None:
    """Every section, item and check with its id and points; what has passed is marked.

    Nothing is graded here: a mark means that the check passed and its files have not changed since.

    \b
    gradecheck list                  the whole course
    gradecheck list -s 2 --open      what is left of Section 2
    """
    root = submission(path)
    try:
        checks = course.select(course.load(), section)
    except course.SelectionError as error:
        raise Usage(str(error)) from None
    passed = standing(root, remembered(root))
    wanted = {check.id for check in checks if not (only_open and check.id in passed)}
    shown = screen()
    for part in course.load().sections:
        here = [check for item in part.items for check in item.checks]
        if not any(check.id in wanted for check in here):
            continue
        done = sum(check.id in passed for check in here)
        click.echo(shown.style(f"\nSection {part.id}  {part.title}", bold=True) + f"  {done} of {len(here)}")
        for item in part.items:
            chosen = [check for check in item.checks if check.id in wanted]
            if not chosen:
                continue
            lead = f"  {item.id:<5}"
            click.echo(textwrap.fill(item.text, shown.width, initial_indent=lead, subsequent_indent=" " * 7))
            for check in chosen:
                bonus = " bonus" if check.bonus else ""
                mark = shown.mark("passed" if check.id in passed else "not_started")
                points = f"{check.points:g}" if check.points >= 1 else f"{check.points:.2f}"
                click.echo(f"     {mark} {check.id:<28}{points}{bonus}")
    if not wanted:
        click.echo("Nothing is open here: all of it has passed.")


def standing(root: Path, known: state.State) -> set[str]:
    """The checks that passed, and whose files have not changed since."""
    if not known.passed:
        return set()
    try:
        snapshot = take(root)
    except SubmissionError as error:
        raise Usage(str(error)) from None
    by_id = course.load().by_id
    return {
        name
        for name, digest in known.passed.items()
        if name in by_id and unchanged.digest(by_id[name], snapshot) == digest
    }
