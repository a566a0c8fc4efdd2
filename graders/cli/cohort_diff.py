"""`gradecheck cohort-diff`: who changed between two gradings of a cohort, and why."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graders.cli.common import Usage

if TYPE_CHECKING:
    from graders.cohort.diff import Change


@click.command(name="cohort-diff")
@click.argument("before", type=click.Path(path_type=Path, exists=True))
@click.argument("after", type=click.Path(path_type=Path, exists=True))
@click.option("--json-lines", is_flag=True, help="Print one JSON object for each submission that changed.")
def cohort_diff(before: Path, after: Path, json_lines: bool) -> None:
    """Compare two results of `gradecheck cohort`: BEFORE and AFTER.

    \b
    gradecheck cohort-diff results-may results-june
    gradecheck cohort-diff results/cohort.db.1 results

    Each is a folder that --out named, or a copy cohort.db.N in one. Exit status 0 if nothing changed, 1 if something
    did.
    """
    from graders.cohort import diff
    from graders.cohort.find import CohortError

    count, up, down = 0, 0, 0
    try:
        with diff.open_either(before) as old, diff.open_either(after) as new:
            for change in diff.changes(old, new):
                count += 1
                up += change.points > 0
                down += change.points < 0
                click.echo(_as_json(change) if json_lines else _as_text(change))
    except CohortError as error:
        raise Usage(str(error)) from None
    if not json_lines:
        click.echo(f"{count} changed: {up} up, {down} down" if count else "Nothing changed.")
    sys.exit(1 if count else 0)


def _as_json(change: Change) -> str:
    fields = {
        "name": change.name,
        "points": change.points,
        "before": change.before,
        "after": change.after,
        "reasons": change.reasons,
        "checks": [vars(turn) for turn in change.turns],
    }
    return json.dumps(fields, sort_keys=True)


def _as_text(change: Change) -> str:
    if change.before is None:
        return f"{change.name}: new, {_score(change.after)}"
    if change.after is None:
        return f"{change.name}: gone, had {_score(change.before)}"
    head = f"{change.name}: {_score(change.before)} -> {_score(change.after)}"
    lines = [f"{head} ({change.points:+g}): {', '.join(change.reasons)}"]
    lines += [
        f"    {turn.check}: {turn.before} -> {turn.after}" + (f": {turn.headline}" if turn.headline else "")
        for turn in change.turns
    ]
    return "\n".join(lines)


def _score(row: dict[str, Any] | None) -> str:
    assert row is not None
    if row["status"] != "graded":
        return str(row["status"])
    return f"{row['earned']:g} of {row['possible']:g}" + (f" and {row['bonus']:g} bonus" if row["bonus"] else "")
