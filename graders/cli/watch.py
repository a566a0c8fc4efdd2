"""`gradecheck watch`: grades what you save, and shows the next thing to do."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from graders.cli.check import SEED
from graders.cli.common import Usage, path_option, screen, submission


@click.command(short_help="Grade what you save, and show the next thing to do.")
@click.option("--section", "-s", multiple=True, metavar="N", help="Only this section (1 to 5); may be repeated.")
@click.option("--exercise", "-e", multiple=True, metavar="ID", help="Only this item: 2.2, C2.4, P3; may be repeated.")
@click.option("--plain", is_flag=True, help="Print lines below each other; no screen, no single keys.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=SEED, help="Draw other inputs.")
@click.option("--sandbox", type=click.Choice(["auto", "required", "off"]), default="auto", show_default=True)
@path_option
def watch(
    section: tuple[str, ...], exercise: tuple[str, ...], plain: bool, seed: int, sandbox: str, path: Path | None
) -> None:
    """Keep this open beside your editor: each save is graded at once.

    The screen shows one thing to do, why it is wrong, and how far you are. It stays there until
    you press n, also when the check passes.

    \b
    n  next     on to the next open check; first to what the last save broke
    h  hint     three steps, one a press
    c  check    grade everything again
    l  list     all checks; choose one with j, k and Enter
    x  reset    the file back to its stub, after a question; your version is kept
    r  compare  the reference beside your functions, once the section is done
    q  quit     the next gradecheck watch begins where you were

    \b
    gradecheck watch                  everything
    gradecheck watch --section 2      Section 2
    gradecheck watch --plain          as lines, for a log or a screen reader

    Without a terminal it prints lines, and takes the same letters, each with Enter.
    """
    root = submission(path)
    from graders import course
    from graders.learner import sandbox as cages
    from graders.watch import keys, loop

    try:
        checks = course.select(course.load(), section, exercise)
        cage = cages.choose(sandbox)
    except (course.SelectionError, cages.SandboxError) as error:
        raise Usage(str(error)) from None
    if not checks:
        raise Usage("no check belongs to both that section and that exercise")
    watching = loop.Watch(
        loop.Options(root, checks, seed, cage, lambda module: _reset(root, module), screen, plain or not keys.usable())
    )
    status = watching.run()
    click.echo(loop.summary(watching.session, screen()))
    sys.exit(status)


def _reset(root: Path, module: str) -> Path | None:
    from graders.cli.reset import put_back, stub

    source = stub(module)
    target = root / "exercises" / source.name
    fresh = source.read_bytes()
    if target.is_file() and target.read_bytes() == fresh:
        return None
    return put_back(target, fresh)
