"""`gradecheck list`: all items and checks, and which have passed."""

from __future__ import annotations

from pathlib import Path

import click

from graders import course
from graders.cli.common import path_option, remembered, screen, submission


@click.command("list")
@path_option
def listing(path: Path | None) -> None:
    """Every section, item and check with its id and points; passed ones are marked."""
    passed = remembered(submission(path)).passed
    shown = screen()
    for section in course.load().sections:
        click.echo(shown.style(f"\nSection {section.id}  {section.title}", bold=True))
        for item in section.items:
            click.echo(f"  {item.id:<5}{item.text}")
            for check in item.checks:
                points = f"{check.points:g}" if check.points >= 1 else f"{check.points:.2f}"
                bonus = " bonus" if check.bonus else ""
                mark = shown.mark("passed" if check.id in passed else "not_started")
                click.echo(f"     {mark} {check.id:<28}{points}{bonus}")
