"""report.html: one page that stands alone: no script, no request, all of the learner's is text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import count

from graders.report import svg
from graders.report.html_style import style_sheet
from graders.report.markdown import MARKS
from graders.report.model import (
    STATUSES,
    CheckpointResult,
    CheckResult,
    Report,
    SectionResult,
    Status,
)
from graders.report.text import (
    CARRIED,
    GRADER_ERROR,
    WORDS,
    body,
    headline,
    location,
    number,
    one_line,
    plain,
    score,
    section_name,
    unfinished,
)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_OPEN: tuple[Status, ...] = ("failed", "timeout", "crashed", "error")


def render(
    report: Report,
    curves: Mapping[str, Sequence[float]] | None = None,
    gradients: Mapping[str, Sequence[object]] | None = None,
) -> str:
    """The page. `curves` and `gradients` are drawn where given: see `Extras`."""
    ids = count(1)
    sections = "".join(_section(section, _anchor(i), ids) for i, section in enumerate(report.sections, start=1))
    title = f"gradecheck: {score(report)}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{_t(title)}</title>\n<style>\n{style_sheet()}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#sections">Skip to the checkpoints</a>\n'
        f"{_header(report)}"
        f'<main id="sections">\n{sections}{_pictures(curves or {}, gradients or {})}</main>\n'
        f"{_footer(report)}</body>\n</html>\n"
    )


def _header(report: Report) -> str:
    statuses = [check.status for _, _, check in report.checks()]
    counts = [(status, statuses.count(status)) for status in STATUSES if status in statuses]
    said = ", ".join(f"{n} {WORDS[status]}" for status, n in counts) or "no checks"
    bar = "".join(f'<i style="flex:{n};background:var(--{status})"></i>' for status, n in counts)
    legend = "".join(
        f'<li><span class="dot" style="background:var(--{status})"></span>{n} {WORDS[status]}</li>'
        for status, n in counts
    )
    bonus = f", and {number(report.score.bonus)} bonus" if report.score.bonus else ""
    links = "".join(
        f'<li><a href="#{_anchor(i)}">{_t(section_name(section))}</a> <span class="count">{_done(section)}</span></li>'
        for i, section in enumerate(report.sections, start=1)
    )
    return (
        "<header>\n<h1>gradecheck: Training and Backpropagation</h1>\n"
        f'<p class="score">{number(report.score.earned)} '
        f"<small>of {number(report.score.possible)} points{bonus}</small></p>\n"
        f'<div class="bar" role="img" aria-label="Checks: {_t(said)}">{bar}</div>\n'
        f'<ul class="legend">{legend}</ul>\n{_notes(report)}'
        f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n</header>\n'
    )


def _notes(report: Report) -> str:
    notes = ""
    if any(check.status == "error" for _, _, check in report.checks()):
        notes += (
            '<p class="note" role="note"><strong>The grader could not carry out every check.'
            "</strong> That costs no points; the checks say “grader error”.</p>\n"
        )
    for i, (_, _, check) in enumerate(report.checks(), start=1):
        if check.status not in ("passed", "error") and not check.bonus:
            notes += (
                f'<p class="note next">Where to go next: <a href="#check-{i}">{_t(one_line(check.title))}</a></p>\n'
            )
            break
    return notes


def _section(section: SectionResult, anchor: str, ids: Iterator[int]) -> str:
    points = "".join(_checkpoint(checkpoint, ids) for checkpoint in section.checkpoints)
    return (
        f'<section aria-labelledby="{anchor}">\n<h2 id="{anchor}">{_t(section_name(section))}'
        f"<small>{_done(section)}</small></h2>\n{points}</section>\n"
    )


def _checkpoint(checkpoint: CheckpointResult, ids: Iterator[int]) -> str:
    checks = checkpoint.checks
    earned = number(sum(c.earned for c in checks))
    possible = number(sum(c.points for c in checks))
    worth = f"{earned} of {possible}" + (" bonus" if checks and all(c.bonus for c in checks) else "")
    status, word = checkpoint.status, WORDS[checkpoint.status]
    if unfinished(checkpoint):
        status, word = "not_started", "unfinished"
    opened = " open" if any(c.status in _OPEN for c in checks) else ""
    items = "".join(_check(check, next(ids)) for check in checks)
    what = f'<span class="what"><span class="name">{_t(checkpoint.id)}</span> {_t(checkpoint.text)}</span>'
    return (
        f'<details class="point"{opened}><summary>{_mark(status)}'
        f"{what}{_state(status, word)}"
        f'<span class="count">{worth}</span></summary>\n'
        f'<ol class="checks">{items}</ol></details>\n'
    )


def _check(check: CheckResult, i: int) -> str:
    kind = "wrong" if check.status in _OPEN else "calm"
    points = f"{number(check.earned)} of {number(check.points)}" + (" bonus" if check.bonus else "")
    parts = [
        f'<li id="check-{i}" class="{kind}"><div class="top">{_mark(check.status)}'
        f"<h4>{_t(check.title)}</h4>{_state(check.status, WORDS[check.status])}"
        f'<span class="count">{points}</span></div>'
    ]
    if said := headline(check):
        parts.append(f'<p class="said">{_t(said)}</p>' if kind == "wrong" else f"<p>{_t(said)}</p>")
    if more := body(check):
        parts.append(_pre(more, "Details"))
    if check.misconceptions and check.status != "passed":
        tags = "".join(f"<li>{_t(one_line(m.title))}</li>" for m in check.misconceptions)
        parts.append(f'<ul class="tags" aria-label="Looks like">{tags}</ul>')
    if check.status == "error":
        parts.append(f"<p>{GRADER_ERROR}</p>")
    if check.carried:
        parts.append(f'<p class="meta">{CARRIED}</p>')
    parts.append(f'<p class="meta">{_facts(check)}</p>')
    if check.hint and check.status != "passed":
        parts.append(f'<details class="extra"><summary>Hint</summary><p>{_t(check.hint)}</p></details>')
    if check.output.strip():
        parts.append(
            '<details class="extra"><summary>What the code printed</summary>'
            f"{_pre(check.output, 'What the code printed')}</details>"
        )
    return "".join([*parts, "</li>\n"])


def _facts(check: CheckResult) -> str:
    facts = [f"<code>{_t(one_line(check.subject))}</code>"]
    if place := location(check):
        facts.append(f"at <code>{_t(place)}</code>")
    if check.guide_line is not None:
        facts.append(f"guide, line {check.guide_line}")
    return " · ".join(facts)


def _pictures(curves: Mapping[str, Sequence[float]], gradients: Mapping[str, Sequence[object]]) -> str:
    plot = svg.curves(curves)
    maps = "".join(svg.matrix(label, values) for label, values in gradients.items())
    parts = ""
    if plot:
        parts += f'<section aria-labelledby="curves"><h2 id="curves">Loss</h2>{plot}</section>\n'
    if maps:
        parts += (
            '<section aria-labelledby="gradients"><h2 id="gradients">Gradients: '
            "yours minus the reference’s</h2><p>The stronger the colour, the larger the "
            "difference: orange where yours is too large, blue where it is too small, red where "
            f'it is not a number.</p><div class="matrices">{maps}</div></section>\n'
        )
    return parts


def _footer(report: Report) -> str:
    submission = report.submission
    facts = [
        ("Submission", submission.path),
        ("Commit", submission.commit or "none named"),
        ("Digest", submission.digest),
        ("Seed", str(report.seed)),
        ("Sandbox", report.sandbox),
        ("Time", f"{report.seconds:.1f} s"),
        ("Kit", f"gradecheck {report.kit_version}"),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{_t(one_line(value))}</dd>" for name, value in facts)
    return f'<footer><dl class="facts">{rows}</dl></footer>\n'


def _done(section: SectionResult) -> str:
    done = sum(checkpoint.status == "passed" for checkpoint in section.checkpoints)
    return f"{done} of {len(section.checkpoints)} checkpoints"


def _mark(status: Status) -> str:
    style = f'style="color:var(--{status})"'
    return f'<span class="mark" {style} aria-hidden="true">{MARKS[status]}</span>'


def _state(status: Status, word: str) -> str:
    return f'<span class="state" style="color:var(--{status})">{word}</span>'


def _pre(text: str, label: str) -> str:
    # It may scroll, so it must be reachable by keyboard.
    return f'<pre tabindex="0" role="region" aria-label="{label}">{_t(plain(text))}</pre>'


def _anchor(i: int) -> str:
    return f"section-{i}"


def _t(text: str) -> str:
    return escape(plain(text))
