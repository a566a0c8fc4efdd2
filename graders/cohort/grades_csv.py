"""grades.csv: one row for each submission, for a spreadsheet or a gradebook.

UTF-8 with a byte order mark: without one Excel reads UTF-8 as the system's old code page, and names are garbled; other
spreadsheets don't need it and don't mind. Programs that read the file say "utf-8-sig".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import quote

from graders.cohort.store import Store
from graders.report.text import number, one_line

FILE = "grades.csv"

_HEAD = (
    *("name", "status", "points", "possible", "bonus", "percent"),
    *("passed", "failed", "not_started", "timeout", "crashed", "grader_errors"),
    *("note", "report"),
)
_COUNTED = ("passed", "failed", "not_started", "timeout", "crashed", "error")

# What makes a spreadsheet take a cell for a formula; the full-width forms do so in some locales.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")


def lines(store: Store) -> Iterator[str]:
    """The file in pieces: a head, then a row for each submission, by name."""
    items = [str(item) for (item,) in store.rows("SELECT item FROM result GROUP BY item ORDER BY min(position)")]
    yield "\ufeff" + _row([*_HEAD, *items])
    submissions = store.rows(
        "SELECT name, status, earned, possible, bonus, note, folder FROM submission WHERE listed ORDER BY name"
    )
    results = groupby(
        store.rows(
            "SELECT result.submission, item, result.status, count(*), total(result.earned) FROM result "
            "JOIN submission ON name = result.submission WHERE listed AND submission.status = 'graded' "
            "GROUP BY result.submission, item, result.status ORDER BY result.submission"
        ),
        key=lambda row: row[0],
    )
    ahead = next(results, None)
    for name, status, earned, possible, bonus, note, folder in submissions:
        rows = []
        if ahead is not None and ahead[0] == name:
            rows = list(ahead[1])
            ahead = next(results, None)
        if status != "graded":
            empty = [""] * (len(_HEAD) - 4 + len(items))
            row = [text(name), status, *empty[: len(_HEAD) - 4], text(note), "", *empty[len(_HEAD) - 4 :]]
            yield _row(row)
            continue
        counts = {s: sum(n for _, _, found, n, _ in rows if found == s) for s in _COUNTED}
        points: dict[str, float] = {}
        for _, item, _, _, got in rows:
            points[item] = points.get(item, 0.0) + got
        yield _row(
            [
                text(name),
                status,
                number(earned),
                number(possible),
                number(bonus),
                number(100 * earned / possible) if possible else "",
                *(str(counts[s]) for s in _COUNTED),
                text(note),
                text(f"reports/{quote(folder)}/report.html"),
                *(number(points[item]) if item in points else "" for item in items),
            ]
        )


def text(value: str) -> str:
    """Text that a spreadsheet shows and never computes: one line, with ' before what would begin a formula."""
    value = one_line(value)
    return "'" + value if value.startswith(_FORMULA) else value


def _row(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
