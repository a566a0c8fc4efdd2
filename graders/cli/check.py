"""`gradecheck check`: grade one's own exercises, checkpoint by checkpoint."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from graders.cli import ahead
from graders.cli.common import GRADERS_FAULT, Usage, path_option, remembered, screen, submission, warn

#: A fixed seed, so that the numbers in a message stay the same from one run to the next.
SEED = 20_000


@click.command()
@click.option("--section", "-s", multiple=True, metavar="N", help="Only this section (1 to 5); may be repeated.")
@click.option(
    "--exercise",
    "-e",
    multiple=True,
    metavar="ID",
    help="Only this item: 2.2, C2.4 (checkpoint), P3, X1; may be repeated.",
)
@click.option("--only", "checks", multiple=True, metavar="CHECK", help="Only this check, by its id; may be repeated.")
@click.option("--fresh", is_flag=True, help="Also run what has not changed since it passed.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=SEED, help="Draw other inputs.")
@click.option("--in-process", is_flag=True, help="Run the exercises in this process, for breakpoints and pdb.")
@click.option("--sandbox", type=click.Choice(["auto", "required", "off"]), default="auto", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@path_option
def check(
    section: tuple[str, ...],
    exercise: tuple[str, ...],
    checks: tuple[str, ...],
    fresh: bool,
    seed: int,
    in_process: bool,
    sandbox: str,
    as_json: bool,
    path: Path | None,
) -> None:
    """Grade your exercises and say what to do next.

    \b
    gradecheck check                  everything
    gradecheck check --section 2      Section 2
    gradecheck check -e 2.2 --seed 7  Exercise 2.2, with other numbers
    """
    root = submission(path)
    known = remembered(root)
    # All that is needed, while the worker gets ready.
    from graders import course, desk
    from graders.learner.host import Host, HostError
    from graders.learner.sandbox import SandboxError, presumed
    from graders.learner.snapshot import take
    from graders.learner.submission import SubmissionError
    from graders.report import json_, terminal

    try:
        host = ahead.taken(root, sandbox) or Host(take(root), presumed(sandbox), seed)
        host.seed = seed
        try:
            chosen = course.select(course.load(), section, exercise, checks)
            run = desk.check(root, chosen, known, seed, fresh=fresh, in_process=in_process, host=host)
        finally:
            host.close()
    except (course.SelectionError, SubmissionError, SandboxError) as error:
        raise Usage(str(error)) from None
    except HostError as error:
        warn(f"the worker for your exercises cannot be started: {error}")
        sys.exit(GRADERS_FAULT)
    for note in run.notes:
        warn(note)
    if as_json:
        click.echo(json_.render(run.report), nl=False)
    else:
        click.echo(terminal.render(run.report, screen(), run.unchanged), nl=False)
    statuses = {result.status for _, _, result in run.report.checks()}
    sys.exit(GRADERS_FAULT if "error" in statuses else 0 if statuses == {"passed"} else 1)
