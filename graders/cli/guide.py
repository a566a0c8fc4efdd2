"""`gradecheck guide`: the guide's numbers, true and false; and a check of any guide."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from graders.guide import ledger, render

if TYPE_CHECKING:
    from graders.guide.check import BlockReport


@click.command()
@click.option(
    "--verdict",
    type=click.Choice(ledger.VERDICTS),
    help="Show only the rows with this verdict.",
)
@click.option(
    "--check",
    "path",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help='Run the Python blocks of a guide in Markdown, and compare what they print with its "Expected output" blocks.',
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1, max=86400),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="With --check: the time that each block may take.",
)
@click.option(
    "--overfitting",
    "show_overfitting",
    is_flag=True,
    help="Train the kit's overfitting setting, and show it beside Exercise 4.1.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def guide(verdict: str | None, path: Path | None, timeout: float, show_overfitting: bool, as_json: bool) -> None:
    """The numbers that the guide prints, and what its own code gives.

    Without an option: the whole ledger. A row "holds" if it agrees at the printed precision,
    "differs" if not; it is "approximate" where the guide says so itself, and "environment" where
    it depends on the machine.

    With --check, the exit status is 0 if every block prints what the guide says, and 1 if one does
    not (or failed, or could not be run to its end). Blocks whose output the guide does not
    tell are run too, and only reported.
    """
    chosen = [
        name
        for name, given in (
            ("--verdict", verdict is not None),
            ("--check", path is not None),
            ("--overfitting", show_overfitting),
        )
        if given
    ]
    if len(chosen) > 1:
        raise click.UsageError(f"{' and '.join(chosen)} don't go together: choose one.")
    if path is not None:
        _check(path, timeout, as_json)
    elif show_overfitting:
        _overfitting(as_json)
    else:
        _ledger(verdict, as_json)


def _ledger(verdict: str | None, as_json: bool) -> None:
    try:
        rows = [row for row in ledger.load() if verdict in (None, row.verdict)]
    except ValueError as error:
        _stop(str(error), 3)
    if as_json:
        names = ("line", "what", "printed", "recomputed", "verdict")
        _print_json([{name: getattr(row, name) for name in names} for row in rows])
    else:
        click.echo(render.ledger_table(rows))


def _check(path: Path, timeout: float, as_json: bool) -> None:
    from graders.guide.check import check

    try:
        reports = check(path, timeout)
    except ValueError as error:
        _stop(str(error), 2)
    if as_json:
        _print_json([_as_json(report) for report in reports])
    else:
        click.echo(render.check_text(reports))
    sys.exit(0 if all(report.as_said for report in reports) else 1)


def _overfitting(as_json: bool) -> None:
    from graders.guide import overfitting  # numpy takes its time to import

    train, test, setting = overfitting.demonstrate()
    if as_json:
        _print_json({"setting": vars(setting), "train": train, "test": test})
    else:
        click.echo(render.overfitting_text(train, test, setting))


def _stop(message: str, status: int) -> NoReturn:
    click.echo(f"Error: {message}", err=True)
    sys.exit(status)


def _as_json(report: BlockReport) -> dict[str, object]:
    return {
        "line": report.line,
        "status": report.status,
        "expected_line": report.expected_line,
        "message": report.message,
        "comparisons": [
            {
                "line": c.line,
                "said": c.said,
                "printed": c.printed,
                "verdict": c.verdict,
                "is_number": c.is_number,
            }
            for c in report.comparisons
        ],
    }


def _print_json(value: object) -> None:
    # Escaped, so that any terminal or pipe can take it, whatever its encoding.
    click.echo(json.dumps(value, indent=2))
