"""index.html: one page about a whole cohort. It stands alone, and its only script is the one that its policy names."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Any
from urllib.parse import quote

from graders import __version__, course
from graders.cohort import statistics
from graders.cohort.page_script import SCRIPT
from graders.cohort.page_style import style_sheet
from graders.cohort.store import Store
from graders.report.model import overall
from graders.report.text import one_line

FILE = "index.html"
#: More rows than a browser is quick with are left to grades.csv; those that need attention come first.
MAX_ROWS = 5_000
MAX_ATTENTION = 200
MAX_HARD = 15
MAX_MUDDLES = 40

# First what is the grader's, then what stopped the code, then what waits; the rest by name.
_ORDER = (
    "CASE WHEN status = 'fault' THEN 0 WHEN status = 'unreadable' THEN 1 WHEN status = 'waiting' THEN 5 "
    "WHEN errors > 0 THEN 2 WHEN troubles > 0 THEN 3 ELSE 6 END"
)
_MARKS = {"error": ("e", "?"), "crashed": ("k", "!"), "timeout": ("t", "…"), "not_started": ("n", "–")}


def pieces(store: Store) -> Iterator[str]:
    """The page, piece by piece."""
    counts = store.counts()
    total = sum(counts[status] for status in ("waiting", "graded", "unreadable", "fault"))
    muddles = statistics.misconceptions(store)
    items = statistics.items(store)
    style, script = "\n" + style_sheet(len(items)), SCRIPT
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>gradecheck: {total} submissions</title>\n<style>{style}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#students">Skip to the submissions</a>\n'
    )
    yield _header(counts, total)
    yield "<main>\n"
    yield _attention(store)
    yield f'<div class="cards">{_scores(store)}{_hardest(store)}</div>\n'
    yield _muddles(muddles)
    yield from _table(store, items, muddles, total)
    yield "</main>\n"
    yield _footer(store)
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def _header(counts: dict[str, int], total: int) -> str:
    said = [f"{counts['graded']} of {total} graded"]
    said += [f"{counts[status]} {word}" for status, word in _WORDS.items() if counts.get(status)]
    return (
        "<header>\n<h1>Training and Backpropagation: the cohort</h1>\n"
        f'<p class="sub">{" · ".join(said)}</p>\n</header>\n'
    )


_WORDS = {
    "errors": "with grader errors",
    "fault": "the grader failed on",
    "troubles": "with time-outs or crashes",
    "unreadable": "unreadable",
    "waiting": "not graded yet",
}
_TAGS = {
    "fault": "the grader failed",
    "unreadable": "unreadable",
    "waiting": "not graded yet",
    "error": "grader error",
    "timeout": "timed out",
    "crashed": "crashed",
}


def _attention(store: Store) -> str:
    """Grader errors and time-outs first: what an instructor looks at before believing a number."""
    rows = store.rows(
        "SELECT name, folder, status, note FROM submission WHERE listed AND (status IN ('fault', 'unreadable') "
        f"OR status = 'graded' AND errors + troubles > 0) ORDER BY {_ORDER}, name LIMIT ?",
        [MAX_ATTENTION + 1],
    )
    entries = []
    for name, folder, status, note in list(rows):
        if status == "graded":
            bad = list(
                store.rows(
                    "SELECT status, count(*), min(headline) FROM result WHERE submission = ? "
                    "AND status IN ('error', 'timeout', 'crashed') GROUP BY status "
                    "ORDER BY status = 'error' DESC, status",
                    [name],
                )
            )
            what = " · ".join(
                f'<span class="tag {s}">{_TAGS[s]}</span> in {n} check{"s" if n > 1 else ""}: {_t(line)}'
                for s, n, line in bad
            )
        else:
            what = f'<span class="tag {status}">{_TAGS[status]}</span> {_t(note)}'
        entries.append(f"<li>{_link(name, folder, status)} {what}</li>")
    if not entries:
        return ""
    more = ""
    if len(entries) > MAX_ATTENTION:
        entries.pop()
        more = '<p class="small muted">There are more: filter the table below by “needs attention”.</p>'
    return (
        '<section aria-labelledby="attention"><h2 id="attention">To look at first</h2>'
        f'<ul class="attention" tabindex="0">{"".join(entries)}</ul>{more}</section>\n'
    )


def _scores(store: Store) -> str:
    found = statistics.scores(store)
    if found is None:
        return ""
    top = max(found.bins)
    bars = ""
    for k, count in enumerate(found.bins):
        height = round(96 * count / top, 1)
        bars += (
            f'<rect x="{k * 34 + 2}" y="{112 - height}" width="30" height="{height}"/>'
            f'<text x="{k * 34 + 17}" y="{108 - height}">{count or ""}</text>'
            f'<text x="{k * 34 + 17}" y="127">{10 * k if k < 9 else "90–100"}</text>'
        )
    said = ", ".join(f"{10 * k} to {10 * k + 10} percent: {n}" for k, n in enumerate(found.bins) if n)
    low, middle, high = found.quartiles
    return (
        '<section aria-labelledby="scores"><h2 id="scores">Scores, in percent</h2>'
        f'<svg class="hist" viewBox="0 0 342 132" role="img" aria-label="Submissions by score. {said}">{bars}</svg>'
        f'<p class="small muted">Mean {found.mean:.0f}, median {middle:.0f}, '
        f"middle half {low:.0f} to {high:.0f}</p></section>"
    )


def _hardest(store: Store) -> str:
    known = course.load().by_id
    rows = ""
    for check in statistics.checks(store)[:MAX_HARD]:
        title = known[check.id].title if check.id in known else check.id
        passed = check.counts.get("passed", 0)
        stopped = sum(check.counts.get(status, 0) for status in ("timeout", "crashed"))
        width = round(100 * check.passed, 1)
        rows += (
            f'<tr><td>{_t(title)} <span class="muted small">{_t(check.item)}</span></td>'
            f'<td class="num" data-is="passed">{passed} of {check.total}</td>'
            f'<td><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect class="back" width="100" height="8"/><rect class="front" width="{width}" height="8"/></svg></td>'
            f'<td class="num" data-is="not started">{check.counts.get("not_started", 0)}</td>'
            f'<td class="num" data-is="stopped">{stopped}</td></tr>'
        )
    if not rows:
        return ""
    return (
        '<section aria-labelledby="hard"><h2 id="hard">Hardest checks</h2><table class="list">'
        '<thead><tr><th scope="col">Check</th><th scope="col" class="num">passed</th><td></td>'
        '<th scope="col" class="num">not started</th><th scope="col" class="num">stopped</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></section>"
    )


def _muddles(muddles: list[statistics.Muddle]) -> str:
    if not muddles:
        return ""
    rows = ""
    for n, muddle in enumerate(muddles[:MAX_MUDDLES]):
        names = ", ".join(_t(name) for name in muddle.names)
        rest = f" and {muddle.count - len(muddle.names)} more" if muddle.count > len(muddle.names) else ""
        rows += (
            f'<tr><td>{_t(muddle.title)}</td><td class="num" data-is="submissions">{muddle.count}</td>'
            f'<td class="small">{names}{rest}</td><td><button class="show" value="{n}">show them</button></td></tr>'
        )
    return (
        '<section aria-labelledby="muddles"><h2 id="muddles">What the class has not understood yet</h2>'
        '<table class="list">'
        '<thead><tr><th scope="col">Misconception</th><th scope="col" class="num">submissions</th>'
        f'<th scope="col">whose</th><td></td></tr></thead><tbody>{rows}</tbody></table></section>\n'
    )


def _table(store: Store, items: list[tuple[str, float]], muddles: list[statistics.Muddle], total: int) -> Iterator[str]:
    texts = {item.id: item.text for item in course.load().items()}
    numbers = {muddle.id: n for n, muddle in enumerate(muddles[:MAX_MUDDLES])}
    columns = "".join(
        f'<i role="columnheader" title="{_t(texts.get(id, id))}"><button>{_t(id)}</button></i>' for id, _ in items
    )
    shares = "".join(f'<i role="cell">{100 * share:.0f}%</i>' for _, share in items)
    chosen = "".join(
        f'<option value="{n}">{_t(muddles[n].title)} ({muddles[n].count})</option>' for n in numbers.values()
    )
    yield (
        '<section aria-labelledby="students"><h2 id="students">Submissions × checkpoints</h2>\n'
        '<div class="tools"><label>Name<input id="search" type="search" autocomplete="off"></label>'
        '<label>Show<select id="state"><option value="">all</option><option value="!">needs attention</option>'
        '<option value="i">not everything passed</option><option value="v">everything passed</option>'
        '<option value="w">not graded</option></select></label>'
        f'<label>Misconception<select id="muddle"><option value="">any or none</option>{chosen}</select></label>'
        '<output id="shown" class="small muted"></output></div>\n'
    )
    if total > MAX_ROWS:
        yield (
            f'<p class="note">The table holds the first {MAX_ROWS} of {total} submissions, those to look at first '
            'before all others. Everything is in <a href="grades.csv">grades.csv</a>.</p>\n'
        )
    yield (
        '<div class="scroll" tabindex="0" role="region" aria-label="Heat map"><div id="heat" class="heat" role="table">'
        '<div class="top" role="rowgroup"><div role="row"><b role="columnheader"><button>Submission</button></b>'
        f'<u role="columnheader"><button>Points</button></u>{columns}</div>'
        f'<div role="row"><b role="rowheader">all of it passed</b><u role="cell"></u>{shares}</div></div>\n'
        '<div id="rows" role="rowgroup">\n'
    )
    for row in _rows(store):
        yield _row(row, [id for id, _ in items], numbers)
    yield "</div></div></div>\n"
    yield (
        '<ul class="legend"><li><b class="p">✓</b>passed</li><li><b class="b">60</b>percent of its points</li>'
        '<li><b class="f">✗</b>none</li><li><b class="n">–</b>not started</li><li><b class="t">…</b>timed out</li>'
        '<li><b class="k">!</b>crashed</li><li><b class="e">?</b>grader error, costs nothing</li></ul></section>\n'
    )


_EMPTY = "<i role=cell></i>"
_RESULTS = "SELECT item, status, points, earned FROM result WHERE submission = ? ORDER BY position"


def _rows(store: Store) -> Iterator[dict[str, Any]]:
    """The submissions in the page's order, each with its items and misconceptions."""
    query = (
        "SELECT name, folder, status, earned, possible, errors, troubles FROM submission WHERE listed "
        f"ORDER BY {_ORDER}, name LIMIT ?"
    )
    for name, folder, status, earned, possible, errors, troubles in store.rows(query, [MAX_ROWS]):
        results: list[tuple[Any, ...]] = []
        muddles: list[str] = []
        if status == "graded":
            results = list(store.rows(_RESULTS, [name]))
            muddles = [id for (id,) in store.rows("SELECT DISTINCT id FROM misconception WHERE submission = ?", [name])]
        yield {
            "name": name,
            "folder": folder,
            "status": status,
            "earned": earned,
            "possible": possible,
            "attention": status in ("fault", "unreadable") or bool(errors or troubles),
            "items": {item: list(group) for item, group in groupby(results, key=lambda result: result[0])},
            "muddles": muddles,
        }


def _row(row: dict[str, Any], items: list[str], numbers: dict[str, int]) -> str:
    state = "!" if row["attention"] else ""
    if row["status"] != "graded":
        state += "w"
        cells = f"<u role=cell>{_short(row['status'])}</u>" + _EMPTY * len(items)
    else:
        whole = all(r[1] == "passed" for results in row["items"].values() for r in results)
        state += "v" if whole else "i"
        cells = f"<u role=cell>{row['earned']:.1f}</u>" + "".join(_cell(row["items"].get(item)) for item in items)
    known = " ".join(str(numbers[id]) for id in row["muddles"] if id in numbers)
    marks = f' data-m="{known}"' if known else ""
    name = _link(row["name"], row["folder"], row["status"])
    return f'<div role=row data-s="{state}"{marks}><b role=rowheader>{name}</b>{cells}</div>\n'


def _short(status: str) -> str:
    return {"fault": "fault", "unreadable": "unread.", "waiting": "–"}[status]


def _cell(results: list[tuple[Any, ...]] | None) -> str:
    """One item of one submission: a colour, and a mark or a number that says the same."""
    if not results:
        return _EMPTY
    status = overall([result[1] for result in results])
    if status in _MARKS:
        kind, mark = _MARKS[status]
        return f"<i role=cell class={kind}>{mark}</i>"
    if status == "passed":
        return "<i role=cell class=p>✓</i>"
    points = sum(result[2] for result in results)
    share = sum(result[3] for result in results) / points if points else 0.0
    if share <= 0:
        return "<i role=cell class=f>✗</i>"
    kind = "c" if share < 1 / 3 else "b" if share < 2 / 3 else "a"
    return f"<i role=cell class={kind}>{min(99, round(100 * share))}</i>"


def _footer(store: Store) -> str:
    row = store.one("SELECT min(graded_at), max(graded_at) FROM submission WHERE listed AND status = 'graded'")
    first, last = row if row and row[0] else ("", "")
    when = f"graded {first} to {last} · " if first else ""
    return (
        f"<footer><p>{_t(when)}seed {_t(store.get('seed') or '')} · gradecheck {_t(__version__)} · "
        '<a href="grades.csv">grades.csv</a></p></footer>\n'
    )


def _link(name: str, folder: str, status: str) -> str:
    if status in ("waiting", "fault"):
        return _t(name)
    file = "report.html" if status == "graded" else "unreadable.txt"
    return f'<a href="reports/{escape(quote(folder))}/{file}">{_t(name)}</a>'


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _t(text: str) -> str:
    return escape(one_line(text))
