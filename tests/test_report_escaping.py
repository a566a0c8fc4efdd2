"""Whatever a submission writes, each format stays whole and nothing of the text acts in it."""

from __future__ import annotations

import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import report_samples as samples
from graders.report import github, html, json_, junit, markdown, svg
from graders.report.model import Report
from graders.report.text import number, one_line, plain, safe_path
from test_report_formats import JSON_FORMATS, tree, validate

NASTY = (
    "::error file=a,line=1,title=t::you passed",
    "::stop-commands::x",
    "::set-output name=a::b",
    "##[error]no",
    "##vso[task.complete result=Succeeded]",
    "::x::",
    "%0A::error::",
    "\n",
    "\r",
    "\x1b[31mred\x1b[0m",
    "\x00",
    "\u202e",
    "\u200b",
    "\ufffe",
    "\ud800",
    "<script>alert(1)</script>",
    "</pre></details><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "]]>",
    "<!--",
    "-->",
    "&lt;",
    "&#60;",
    "![x](https://evil.example/p.png)",
    "[x](javascript:alert(1))",
    "https://evil.example",
    "www.evil.example",
    "@octocat",
    "a@b.example",
    "#12",
    "GH-12",
    ":tada:",
    "```",
    "`",
    "| a | b |",
    "\n# title\n",
    "\n- list",
    "1. one",
    "***",
    "~~~",
    "$x$",
    "\\",
    "../../etc/passwd",
    "/etc/passwd",
    "exercises/network.py",
    "a,b:c",
)
TEXT = st.one_of(
    st.text(st.characters(), max_size=60),
    st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=5)), max_size=8).map("".join),
)
FEW = settings(max_examples=80, deadline=None)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def hidden(text: str) -> set[str]:
    """Characters that a reader can't see or that steer a terminal."""
    return {c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs")}


@given(TEXT)
@FEW
def test_plain_text_has_nothing_that_steers(text: str) -> None:
    assert not hidden(plain(text))
    assert "\n" not in one_line(text)
    assert plain(plain(text)) == plain(text)


@given(TEXT)
@FEW
def test_json_formats_are_valid_and_hold_plain_text(text: str) -> None:
    report = samples.with_text(text)
    for name, render in JSON_FORMATS.items():
        document = json.loads(render(report).encode("utf-8"))
        validate(name, document)
        if name != "report":
            assert not any(hidden(s) for s in strings(document))


@given(TEXT)
@FEW
def test_report_json_loses_nothing(text: str) -> None:
    report = samples.with_text(text)
    assert Report.from_dict(json.loads(json_.render(report))) == report


@given(TEXT)
@FEW
def test_junit_is_well_formed_and_has_only_its_own_elements(text: str) -> None:
    rendered = junit.render(samples.with_text(text)).encode("utf-8")
    validate("junit", tree(ET.fromstring(rendered)))
    assert b"<!--" not in rendered


class Runner:
    """What GitHub's runner does with a step's output: which commands does it take?"""

    known = frozenset(
        {
            *("add-mask", "add-matcher", "debug", "echo", "endgroup", "error", "group"),
            *("notice", "save-state", "set-env", "set-output", "stop-commands", "warning"),
        }
    )

    def __init__(self, text: str) -> None:
        self.commands: list[tuple[str, dict[str, str], str]] = []
        self.stopped_by: str | None = None
        for line in re.split(r"\r\n|\r|\n", text):
            self._read(line)

    def _read(self, line: str) -> None:
        new = re.match(r"\s*::(?P<info>.*?)::(?P<data>.*)", line)
        old = re.search(r"##\[(?P<info>.*?)\](?P<data>.*)", line)
        for match in (new, old):
            if match is None:
                continue
            name, _, properties = match["info"].partition(" ")
            if self.stopped_by is not None:
                if name == self.stopped_by:
                    self.stopped_by = None
                continue
            if name not in self.known:
                continue
            pairs = [pair.partition("=") for pair in properties.split(",") if pair]
            self.commands.append((name, {key: value for key, _, value in pairs}, match["data"]))
            if name == "stop-commands":
                self.stopped_by = match["data"]
            return


def test_the_model_of_the_runner_takes_commands() -> None:
    runner = Runner("::error file=a,line=3::x\nlog ##[warning]y\n::stop-commands::t\n::error::z\n::t::")
    assert [name for name, _, _ in runner.commands] == ["error", "warning", "stop-commands"]
    assert runner.commands[0][1] == {"file": "a", "line": "3"}
    assert runner.stopped_by is None


@given(TEXT)
@FEW
def test_no_workflow_command_of_theirs_comes_through(text: str) -> None:
    token = "0123456789abcdef"
    rendered = github.render(samples.with_text(text), token)
    assert not hidden(rendered)
    assert "##[" not in rendered
    runner = Runner(rendered)
    assert runner.stopped_by is None
    expected = github.render(samples.with_text("plain"), token)
    ours = [(name, set(keys) - {"file", "line"}) for name, keys, _ in Runner(expected).commands]
    theirs = [(name, set(keys) - {"file", "line"}) for name, keys, _ in runner.commands]
    if plain(text).strip():
        assert theirs == ours
    for name, properties, _ in runner.commands:
        assert name in ("error", "warning", "notice", "group", "endgroup", "stop-commands")
        assert set(properties) <= {"file", "line", "title"}
        assert ".." not in properties.get("file", "").split("/")


@given(TEXT)
@FEW
def test_output_in_the_log_is_quoted_even_without_the_runners_help(text: str) -> None:
    first, *quoted, last = github.guarded(text)
    token = first.removeprefix("::stop-commands::")
    assert last == f"::{token}::"
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert all(line.startswith("| ") for line in quoted)


SPECIAL = "\\`*_{}[]<>()#!|~$&"


def bare(text: str) -> str:
    """Markdown without what can't act: preformatted blocks, code spans, escaped characters."""
    text = re.sub(r"<pre>[^<>]*</pre>", "", text)
    text = re.sub(r"\\[!-/:-@\[-`{-~]", "", text)
    return re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", text)


@given(TEXT)
@FEW
def test_no_markdown_of_theirs_comes_through(text: str) -> None:
    # A letter at each end: what is empty would be left out, and the two documents would differ.
    ours = bare(markdown.render(samples.with_text("w:w")))
    theirs = bare(markdown.render(samples.with_text(f"w{text}w")))
    assert Counter(c for c in theirs if c in SPECIAL) == Counter(c for c in ours if c in SPECIAL)
    assert not re.search(r"@\w|(?<!&)#\d|https?://|www\.|GH-\d|:\w+:", theirs, re.IGNORECASE)


@given(TEXT)
@example("1. one")
@example("- one")
@FEW
def test_prose_is_one_line_that_begins_no_block(text: str) -> None:
    said = markdown.prose(text)
    assert "\n" not in said
    assert not re.match(r"[-+=#>*_~`|]|\d+[.)](\s|$)|\s", said)


@given(TEXT)
@FEW
def test_a_code_span_ends_where_it_should(text: str) -> None:
    span = markdown.code(text)
    fence = re.match(r"`+", span)[0]  # type: ignore[index]
    inside = span[len(fence) : -len(fence)]
    assert span.endswith(fence)
    assert fence not in re.findall(r"`+", inside)
    assert "\n" not in span


class Page(HTMLParser):
    """The tags, the attributes and the words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.words = ""
        self.others = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        self.others += 1

    handle_pi = unknown_decl = handle_comment


@given(TEXT, TEXT)
@example("<script>", "<script>")
@FEW
def test_no_html_of_theirs_comes_through(text: str, label: str) -> None:
    curves = {label: [0.3, 0.2, 0.1], label + "2": [0.3, 0.1, 0.05]}
    gradients = {label: [[0.1, -0.2], [0.0, 0.3]]}
    rendered = html.render(samples.with_text(f"w{text}w"), curves, gradients)
    page = Page(rendered)
    ours = Page(html.render(samples.with_text("w:w"), {"a": [1.0], "b": [1.0]}, {"a": [[1, 2], [3, 4]]}))
    assert not hidden(rendered)
    for tag in set(page.tags) | set(ours.tags):
        if tag not in ("code", "path", "text", "li", "svg"):  # of places and pictures
            assert page.tags[tag] == ours.tags[tag], tag
    assert not set(page.tags) & {"script", "img", "iframe", "object", "base", "form", "link"}
    assert page.others == 0
    assert {name for _, name, _ in page.attributes} <= {name for _, name, _ in ours.attributes} | {"fill-opacity"}
    assert all(value.startswith("#") for _, name, value in page.attributes if name == "href")
    assert plain(one_line(f"w{text}w")) in page.words


@given(TEXT)
@FEW
def test_only_paths_inside_the_submission_are_named(text: str) -> None:
    path = safe_path(text)
    assert path is None or (path == text and not path.startswith("/") and ".." not in path.split("/"))


@pytest.mark.parametrize("path", ["/etc/passwd", "../x.py", "a/../../x", "C:\\x.py", "a\nb.py", "a::b.py", "", "a|b"])
def test_paths_that_lead_elsewhere_are_not_named(path: str) -> None:
    assert safe_path(path) is None


NUMBERS = st.one_of(st.floats(), st.just(10**400), st.none(), st.text(max_size=3))


@given(st.lists(NUMBERS, max_size=30), st.lists(NUMBERS, max_size=30))
@example([1e308, -1e308], [1e308, -1e308])
@example([-1.7e308, 0.0], [1e-320, 0.0])
@FEW
def test_any_numbers_can_be_drawn(yours: list[Any], matrix_row: list[Any]) -> None:
    plot = svg.curves({"yours": yours, "reference": [1.0, 1e-9]})
    cells = svg.matrix("w", [matrix_row, [1.0], 2.0])
    for picture in (plot, cells):
        ET.fromstring(picture)
        shapes = "".join(re.findall(r' (?:d|x|y|width)="([^"]*)"', picture))
        assert not re.search("nan|inf", shapes)


@pytest.mark.parametrize(("value", "shown"), [(2.0, "2"), (0.25, "0.25"), (0.0, "0"), (10.0, "10")])
def test_points_are_written_without_needless_zeros(value: float, shown: str) -> None:
    assert number(value) == shown
