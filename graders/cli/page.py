"""`gradecheck page`: everything on one page, to keep or to hand in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graders.cli.common import GRADERS_FAULT, Usage, path_option, remembered, submission, warn

if TYPE_CHECKING:
    from graders.show.page import Answers, Shown
    from graders.show.progress import Line

#: As `gradecheck check` has it, so that the page says what the terminal said.
SEED = 20_000


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("page.html"),
    show_default=True,
    metavar="FILE",
    help="Where to write it; a page that is there is kept as a copy.",
)
@click.option("--no-pictures", is_flag=True, help="Leave the pictures out: much faster.")
@click.option("--no-open", is_flag=True, help="Only write it.")
@path_option
def page(out: Path, no_pictures: bool, no_open: bool, path: Path | None) -> None:
    """Write one HTML file with your checkpoints, pictures and answers.

    It stands alone: no script, nothing fetched, to be kept or handed in. The pictures are drawn with your own
    functions where they work, and say so. Exit status 0 when the page is written, whatever the verdicts on it.

    \b
    gradecheck page                       page.html
    gradecheck page --no-pictures         verdicts and answers only
    """
    root = submission(path)
    if out.suffix.lower() not in (".html", ".htm"):
        raise Usage(f"expected a file name that ends in .html, got {str(out)!r}")
    from graders import course, desk
    from graders.learner.sandbox import SandboxError
    from graders.learner.submission import SubmissionError
    from graders.show import files
    from graders.show import page as pages
    from graders.show.progress import Line

    progress = Line()
    try:
        click.echo("grading", err=True)
        run = desk.check(root, course.load().checks(), remembered(root), SEED)
        for note in run.notes:
            warn(note)
        shown, answers = _gather(root, not no_pictures, progress)
        progress.clear()
        text = pages.render(run.report, shown, answers)
    except (SubmissionError, SandboxError) as error:
        raise Usage(str(error)) from None
    except KeyboardInterrupt:
        progress.clear()
        warn("interrupted; nothing was overwritten")
        sys.exit(130)
    try:
        copy = files.write(out, text.encode())
    except files.FileError as trouble:
        raise Usage(str(trouble)) from None
    click.echo(f"saved {out}" + (f" (what was there is kept as {copy.name})" if copy else ""))
    if not no_open:
        files.open_file(out)
    if any(result.status == "error" for _, _, result in run.report.checks()):
        sys.exit(GRADERS_FAULT)


def _gather(root: Path, with_pictures: bool, progress: Line) -> tuple[list[Shown], Answers]:
    """The pictures, own where possible, and what stands in answers.toml."""
    from graders.learner.snapshot import take
    from graders.show import hands, kept
    from graders.show import page as pages

    snapshot = take(root)
    host = hands.own_host(snapshot)
    try:
        answers = pages.read_answers(host)
        if not with_pictures:
            return [], answers
        return pages.pictures(host, kept.Memory(root, snapshot), progress, _say), answers
    finally:
        host.close()


def _say(name: str, instead: str) -> None:
    click.echo(f"drawn: {name}", err=True)
    if instead:
        warn(f"{name}: {instead}; the picture shows the reference")
