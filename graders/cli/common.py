"""What several verbs share: where the submission is, how the terminal is, how a usage error looks."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graders import state
from graders.learner.submission import FOLDER

if TYPE_CHECKING:
    from graders.report.terminal import Screen

GRADERS_FAULT = 3


class Usage(click.ClickException):
    """Wrong usage in one line, exit status 2."""

    exit_code = 2


def submission(path: Path | None) -> Path:
    """The folder that holds exercises/: `path`, else this folder, else the nearest above it. Raises Usage."""
    if path is not None:
        if not (path / FOLDER).is_dir():
            raise Usage(f"expected a folder with {FOLDER}/ in it, and {path} has none")
        return path
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FOLDER).is_dir():
            return folder
    raise Usage(
        f"there is no {FOLDER}/ here or above; go to the folder that holds it, or make one with `gradecheck new DIR`"
    )


def screen() -> Screen:
    """The terminal as it is: colour only on a terminal, and not under NO_COLOR."""
    from graders.report.terminal import Screen, terminal_width

    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")

    def style(text: str, **how: Any) -> str:
        return click.style(text, **how) if coloured else text

    return Screen(style, terminal_width(), encoding.startswith("utf"), via_make="MAKELEVEL" in os.environ)


def warn(text: str) -> None:
    """One line on standard error, no reason to stop."""
    click.echo(f"gradecheck: {text}", err=True)


def remembered(root: Path) -> state.State:
    """The state, or an empty one with a line of warning."""
    try:
        return state.read(root)
    except state.StateError as error:
        warn(str(error))
        return error.state


path_option = click.option(
    "--path",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="The folder that holds exercises/ (default: this one).",
)
