"""A page of one's own: the report's page, with pictures and answers put into it. No script, no request."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from graders import questions
from graders.checks import answers as paper
from graders.checks.claims import Wrong
from graders.learner.host import Host, HostError
from graders.learner.process import LearnerError
from graders.learner.remote import Learner
from graders.questions import Question
from graders.report import html
from graders.report.model import Report, Status
from graders.report.text import WORDS, one_line
from graders.show import drawing, output, style
from graders.show.catalogue import PICTURES, Picture
from graders.show.kept import Memory
from graders.show.progress import Progress

#: Dots per inch on the page: sharp enough on a screen, and a page of a few megabytes.
DPI = 100

#: What answers.toml holds where nothing is answered.
_NOTHING: tuple[object, ...] = ("", None, [])

#: Seconds for reading answers.toml.
_READING = 20.0


@dataclass(frozen=True)
class Shown:
    """A picture on the page, for light and for dark, as PNG."""

    picture: Picture
    light: bytes
    dark: bytes
    words: str
    own: bool
    instead: str


@dataclass(frozen=True)
class Answers:
    """The values of answers.toml, by question; `trouble` says why there are none."""

    given: Mapping[str, object]
    trouble: str = ""


def read_answers(host: Host) -> Answers:
    """What stands in answers.toml, parsed in the worker."""
    try:
        worker = host.open(_READING)
    except HostError as error:
        return Answers({}, f"The worker did not start: {error}")
    try:
        return Answers(paper.read(Learner(worker, {})))
    except LearnerError as error:
        return Answers({}, one_line(error.trouble.text))
    except Wrong as wrong:
        return Answers({}, one_line(str(wrong)))
    finally:
        worker.close()


def pictures(host: Host, memory: Memory, progress: Progress, say: Callable[[str, str], None]) -> list[Shown]:
    """Every picture, with the learner's functions where they work. `say(name, instead)` after each."""
    computed: dict[object, drawing.Computed] = {}
    shown = []
    for picture in PICTURES.values():
        # Two pictures of one training are trained for once.
        work = picture.numbers()
        if work in computed:
            once = computed[work]
            ready = drawing.Computed(picture, once.numbers, once.own, once.instead)
        else:
            ready = computed[work] = drawing.compute(picture, host, progress, memory)
        ready, (light, dark, words) = drawing.rendered(ready, _both)
        say(picture.name, ready.instead)
        shown.append(Shown(picture, light, dark, words, ready.own, ready.instead))
    return shown


def _both(computed: drawing.Computed) -> tuple[bytes, bytes, str]:
    light, dark = drawing.draw(computed, style.LIGHT), drawing.draw(computed, style.DARK)
    return (
        output.figure_bytes(light, ".png", style.LIGHT, DPI),
        output.figure_bytes(dark, ".png", style.DARK, DPI),
        light.words,
    )


def render(report: Report, shown: list[Shown], answers: Answers) -> str:
    """The whole page."""
    page = html.render(report)
    links = '<li><a href="#answers">Answers</a></li>'
    if shown:
        links = '<li><a href="#pictures">Pictures</a></li>' + links
    page = _into(page, "</ul></nav>", links)
    page = _into(page, "</style>", _RULES)
    page = _into(page, "</main>", _pictures(shown) + _answers(report, answers))
    # The pictures are part of the page itself; nothing else may be loaded.
    return page.replace("default-src 'none';", "default-src 'none'; img-src data:;", 1)


def _into(page: str, before: str, text: str) -> str:
    """`text` put before a mark that the page has exactly once: all of the learner's in it is escaped."""
    if page.count(before) != 1:
        raise ValueError(f"the report's page has {page.count(before)} times {before!r}, expected once")
    return page.replace(before, text + before)


def _pictures(shown: list[Shown]) -> str:
    if not shown:
        return ""
    return (
        '<section aria-labelledby="pictures"><h2 id="pictures">Pictures</h2>'
        f"{''.join(_picture(one) for one in shown)}</section>\n"
    )


def _picture(one: Shown) -> str:
    line = escape(one.picture.line[:1].upper() + one.picture.line[1:])
    whose = "Drawn with your own functions." if one.own else f"Drawn with the reference: {one_line(one.instead)}."
    return (
        f'<figure class="picture"><h3>{line}</h3>'
        f'<div class="wide" tabindex="0" role="region" aria-label="Picture: {escape(one.picture.name)}"><picture>'
        f'<source media="(prefers-color-scheme:dark)" srcset="{_data(one.dark)}">'
        f'<img src="{_data(one.light)}" alt="{line}; in words below"></picture></div>'
        f"<figcaption>{escape(whose)} {escape(one_line(one.words, 1000))}</figcaption></figure>\n"
    )


def _data(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _answers(report: Report, answers: Answers) -> str:
    verdicts = {check.id: check.status for _, _, check in report.checks()}
    asked = questions.load()
    trouble = f'<p class="note">{escape(answers.trouble)}</p>' if answers.trouble else ""
    answered = [question for question in asked.values() if answers.given.get(question.id, "") not in _NOTHING]
    rows = "".join(
        _answer(question, answers.given[question.id], verdicts.get(f"answer-{question.id}", "not_started"))
        for question in answered
    )
    return (
        '<section aria-labelledby="answers"><h2 id="answers">Answers'
        f"<small>{len(answered)} of {len(asked)} questions</small></h2>{trouble}"
        f'<ol class="answers">{rows}</ol>{_open([q for q in asked.values() if q not in answered])}</section>\n'
    )


def _open(rest: list[Question]) -> str:
    if not rest:
        return ""
    rows = "".join(f"<li>{_asked(question)}</li>" for question in rest)
    count = f"{len(rest)} question{'s' if len(rest) > 1 else ''}"
    return (
        f'<details class="point open-questions"><summary><span class="what">{count} without an answer</span></summary>'
        f"<ol>{rows}</ol></details>\n"
    )


def _asked(question: Question) -> str:
    return f'<span class="name">{escape(question.item)}</span> {escape(one_line(question.text, 1000))}'


def _answer(question: Question, given: object, status: Status) -> str:
    return (
        f"<li><p>{_asked(question)}</p>"
        f'<p class="given">{_given(question, given)} '
        f'<span class="state" style="color:var(--{status})">{WORDS[status]}</span></p></li>\n'
    )


def _given(question: Question, value: object) -> str:
    """The answer as it was given; a chosen letter with its text."""
    texts = {option.key: option.text for option in question.options}
    keys = [value] if isinstance(value, str) else value
    if texts and isinstance(keys, list) and all(isinstance(key, str) and key.strip() in texts for key in keys):
        chosen = [f"{key.strip()}: {texts[key.strip()]}" for key in keys]
        return "<strong>" + "<br>".join(escape(one_line(line, 600)) for line in chosen) + "</strong>"
    return f"<strong><code>{escape(one_line(_typed(value), 300))}</code></strong>"


def _typed(value: Any) -> str:
    """A value of TOML in a form that can be read."""
    if isinstance(value, list):
        return "[" + ", ".join(_typed(item) for item in value[:50]) + "]"
    return value if isinstance(value, str) else repr(value)


_RULES = """
h3{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
figure.picture{position:relative}
.wide{overflow-x:auto}
figure.picture img{display:block;width:100%;min-width:42rem;height:auto;border-radius:.25rem}
.answers{list-style:none;padding:0;margin:0}
.answers>li{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .9rem;margin:.5rem 0}
.answers .name,.open-questions .name{margin-right:.4rem}
.open-questions ol{list-style:none;margin:0;padding:.2rem .9rem .8rem}
.open-questions li{padding:.2rem 0}
.given{display:flex;flex-wrap:wrap;gap:.2rem .9rem;align-items:baseline}
.given strong{font-weight:600}
@media print{figure.picture img{min-width:0}}
"""
