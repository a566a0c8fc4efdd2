"""`gradecheck quiz`: the questions on paper, and by-hand drills."""

from __future__ import annotations

import contextlib
import itertools
import secrets
import sys
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from graders.cli.common import Usage, path_option, remembered, screen, submission
from graders.questions import Question

#: Drills at the end of a sitting, where none is asked for.
DRILLS_AT_THE_END = 5


def _complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from graders import questions

    names = dict.fromkeys(name for q in questions.load().values() for name in (q.item, q.id))
    return [CompletionItem(name) for name in names if name.lower().startswith(begun.lower())]


def _complete_drill(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from graders.quiz.drills import DRILLS

    return [CompletionItem(drill.id, help=drill.title) for drill in DRILLS if drill.id.startswith(begun)]


@click.command(short_help="The questions on paper, and drills with fresh numbers.")
@click.argument("items", nargs=-1, metavar="[ITEM]...", shell_complete=_complete)
@click.option("--section", "-s", multiple=True, metavar="N", help="Only questions of this section; may be repeated.")
@click.option("--again", is_flag=True, help="Also ask what is answered right already.")
@click.option("--drills", "only_drills", is_flag=True, help="Only drills, one kind after the other, until you stop.")
@click.option(
    "--drill", "kind", metavar="KIND", shell_complete=_complete_drill,
    help="Only this drill, until you stop: mse, cross-entropy, delta, weight-gradient or batches.",
)  # fmt: skip
@click.option("--seed", type=int, help="The same numbers in the drills each time.")
@path_option
def quiz(
    items: tuple[str, ...],
    section: tuple[str, ...],
    again: bool,
    only_drills: bool,
    kind: str | None,
    seed: int | None,
    path: Path | None,
) -> None:
    """Answer the questions of the checkpoints, and compute by hand.

    Each answer is written to exercises/answers.toml at once, and nothing else in that file is
    touched; the next quiz goes on where you stopped. After the questions come drills: the same
    computations with fresh numbers, as often as you like, which count for nothing.

    \b
    gradecheck quiz                  what is not answered yet, in the guide's order
    gradecheck quiz C1.3 2.1         two items
    gradecheck quiz --section 2      one section
    gradecheck quiz --drill delta    one delta after the other

    \b
    a letter, letters (a d), a number    your answer; 0.085, .085, 8.5e-2 and 17/200 are the same
    Enter                                go on without an answer
    ?                                    a hint
    q                                    stop
    """
    root = submission(path)
    from graders.quiz import drills, session
    from graders.quiz.sheet import SheetError

    kinds = {drill.id: drill for drill in drills.DRILLS}
    if kind is not None and kind not in kinds:
        raise Usage(f"there is no drill {kind!r}; there are {', '.join(kinds)}")
    sitting = session.Quiz(root, screen(), _ask, click.echo)
    if seed is None:
        seed = secrets.randbelow(2**31)
    try:
        chosen = [] if kind or only_drills else _chosen(sitting, items, section)
        still = chosen if again else session.still_open(sitting.sheet, chosen)
        if chosen:
            right = len(chosen) - len(session.still_open(sitting.sheet, chosen))
            rest = "Enter skips, ? gives a hint, q stops" if still else "--again asks them again"
            click.echo(f"{right} of {len(chosen)} are answered right; {rest}.\n")
        sitting.ask_questions(still)
        in_turn = itertools.repeat(kinds[kind]) if kind else session.drills_in_turn(remembered(root))
        endless = bool(kind or only_drills)
        if not endless and not (items or section):
            click.echo("Now by hand, with fresh numbers; these count for nothing.\n")
        count = None if endless else 0 if items or section else DRILLS_AT_THE_END
        for number, drill in enumerate(itertools.islice(in_turn, count)):
            sitting.drill(drill, seed + number)
    except session.Leave:
        click.echo()
    except KeyboardInterrupt:
        click.echo("\n")
    except SheetError as error:
        raise click.ClickException(str(error)) from None
    if sitting.asked:
        click.echo(f"{sitting.right} of {sitting.asked} right in this sitting.")
    if sitting.sheet.copy is not None:
        click.echo(f"Written to exercises/answers.toml; as it was before: {sitting.sheet.copy.relative_to(root)}")


def _chosen(sitting: object, items: tuple[str, ...], section: tuple[str, ...]) -> list[Question]:
    """The questions of these items, sections or ids; all if nothing is named. Raises Usage."""
    from graders import course, questions

    everything = questions.load()
    try:
        of_sections = {check.question for check in course.select(course.load(), section)}
    except course.SelectionError as error:
        raise Usage(str(error)) from None
    known = {name.lower() for q in everything.values() for name in (q.item, q.id)}
    for name in items:
        if name.lower() not in known:
            with_questions = ", ".join(dict.fromkeys(q.item for q in everything.values()))
            raise Usage(f"there is no question {name!r}; items with questions are {with_questions}")
    wanted = {name.lower() for name in items}
    in_order = [everything[check.question] for check in course.load().checks() if check.question]
    named = [q for q in in_order if not wanted or {q.item.lower(), q.id.lower()} & wanted]
    return [q for q in named if q.id in of_sections]


def _ask(prompt: str) -> str | None:
    """A line from the terminal, with its editing; or from a pipe, shown as if typed."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401
        try:
            return input(prompt)
        except EOFError:
            return None
    click.echo(prompt, nl=False)
    line = sys.stdin.readline()
    click.echo(line.rstrip("\n"))
    return line or None
