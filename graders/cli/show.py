"""`gradecheck show`: pictures of what the guide describes, also with one's own functions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graders.cli.common import Usage, path_option, submission, warn
from graders.show.catalogue import PICTURES

if TYPE_CHECKING:
    from graders.show.catalogue import Picture
    from graders.show.drawing import Computed
    from graders.show.progress import Progress

FOLDER = "pictures"


@click.command()
@click.argument("name", required=False, type=click.Choice(list(PICTURES)), metavar="[NAME]")
@click.option("--mine", is_flag=True, help="Draw it with your own functions.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to save it: .png, .svg or .pdf; backprop-trace also .gif, or .html with buttons.",
)
@click.option("--no-open", is_flag=True, help="Only save it.")
@path_option
def show(name: str | None, mine: bool, out: Path | None, no_open: bool, path: Path | None) -> None:
    """Draw one of the pictures, save it in pictures/ and open it. Without NAME: list them.

    \b
    gradecheck show                                     what there is
    gradecheck show xor --mine                          with your train_xor
    gradecheck show backprop-trace --out trace.html     step by step, with buttons
    """
    if name is None:
        if mine or out:
            raise Usage(f"expected the name of a picture: {', '.join(PICTURES)}")
        click.echo(_listing())
        return
    from graders.show import output

    picture = PICTURES[name]
    root = submission(path) if mine or path else _root()
    target = out or root / FOLDER / f"{name}{picture.suffix}"
    if target.suffix.lower() not in output.suffixes(name):
        *rest, last = output.suffixes(name)
        raise Usage(f"expected a file name that ends in {', '.join(rest)} or {last}, got {str(target)!r}")
    _draw(picture, root, mine, target, no_open)


def _listing() -> str:
    width = max(map(len, PICTURES))
    lines = [f"  {picture.name:<{width}}  {picture.line}" for picture in PICTURES.values()]
    return "\n".join(
        ["gradecheck show NAME draws, saves and opens one of these; --mine takes your own functions:", "", *lines]
    )


def _root() -> Path:
    """The learner's folder, or this one where there is none: the reference can be looked at anywhere."""
    try:
        return submission(None)
    except Usage:
        return Path.cwd()


def _draw(picture: Picture, root: Path, mine: bool, target: Path, no_open: bool) -> None:
    from graders.show import drawing, files, output
    from graders.show.progress import Line

    progress = Line()
    try:
        computed = _compute(picture, root, mine, progress)
        progress.clear()
        suffix = target.suffix.lower()
        computed, data = drawing.rendered(computed, lambda ready: output.render(ready, suffix, progress))
    except KeyboardInterrupt:
        progress.clear()
        warn("interrupted; nothing was overwritten" + (_RESUMES if picture.name == "digits" else ""))
        sys.exit(130)
    progress.clear()
    if why := output.because(computed):
        warn(why)
    try:
        copy = files.write(target, data)
    except files.FileError as trouble:
        raise Usage(str(trouble)) from None
    click.echo(f"saved {_shown(target)}" + (f" (what was there is kept as {copy.name})" if copy else ""))
    if not no_open:
        files.open_file(target)


_RESUMES = ", and the epochs that are done are kept: the same command goes on from there"


def _compute(picture: Picture, root: Path, mine: bool, progress: Progress) -> Computed:
    from graders.learner.sandbox import SandboxError
    from graders.learner.snapshot import take
    from graders.learner.submission import SubmissionError
    from graders.show import drawing, hands, kept

    if not mine:
        return drawing.compute(picture, None, progress, kept.Memory(root))
    try:
        snapshot = take(root)
        host = hands.own_host(snapshot)
    except (SubmissionError, SandboxError) as error:
        raise Usage(str(error)) from None
    try:
        return drawing.compute(picture, host, progress, kept.Memory(root, snapshot))
    finally:
        host.close()


def _shown(path: Path) -> str:
    """A path as one would type it here."""
    try:
        return str(path.resolve().relative_to(Path.cwd().resolve()))
    except ValueError:
        return str(path)
