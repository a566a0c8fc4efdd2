"""grades.csv and index.html: no formula, no markup of a student's, one script, and quick in a real browser."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import random
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import cohort_samples as samples
from graders.cohort import grades_csv, outputs, page, statistics
from graders.cohort.find import Entry
from graders.cohort.progress import Progress, duration
from graders.cohort.store import Store
from test_report_browser import Browser, browser, needs_browser

__all__ = ["browser"]

FORMULAS = ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "  =1", "\uff1d1+1", "|calc"]
NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title>",
    "a\u202eb",
    "x\x1b[31m",
    "Zoë Ångström",
]


def table(store: Store) -> list[dict[str, str]]:
    text = "".join(grades_csv.lines(store))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_no_cell_begins_a_formula(tmp_path: Path) -> None:
    names = FORMULAS + NASTY
    with samples.fill(tmp_path, len(names), names) as store:
        store.record_problem("+1+1", "unreadable", "=1+1")
        raw = "".join(grades_csv.lines(store)).removeprefix("\ufeff")
        for row in csv.reader(io.StringIO(raw, newline="")):
            for cell in row:
                assert not re.match(r"\s*[=+\-@|\uff1d\uff0b\uff0d\uff20]", cell), cell
        rows = table(store)
    assert len(rows) == len(names)
    assert "'+1+1" in {row["name"] for row in rows}
    assert "Zoë Ångström" in {row["name"] for row in rows}


def test_the_numbers_of_a_row_are_those_of_its_report(tmp_path: Path) -> None:
    with samples.fill(tmp_path, 60) as store:
        rows = {row["name"]: row for row in table(store)}
    draw = random.Random(1)
    report = samples.report("student-000000", draw)
    row = rows["student-000000"]
    statuses = [check.status for _, _, check in report.checks()]
    assert float(row["points"]) == report.score.earned
    assert int(row["passed"]) == statuses.count("passed")
    assert int(row["not_started"]) == statuses.count("not_started")
    for section in report.sections:
        for point in section.checkpoints:
            assert float(row[point.id]) == pytest.approx(sum(check.earned for check in point.checks), abs=1e-4)
    assert rows["student-000050"]["status"] == "unreadable"
    assert rows["student-000050"]["points"] == ""
    assert "exercises/" in rows["student-000050"]["note"]


def test_files_are_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with samples.fill(tmp_path, 5) as store:
        outputs.write(store, tmp_path)
        before = (tmp_path / "index.html").read_bytes()

        def broken(store: Store) -> list[str]:
            raise RuntimeError

        monkeypatch.setattr(page, "pieces", broken)
        with pytest.raises(RuntimeError):
            outputs.write(store, tmp_path)
    assert (tmp_path / "index.html").read_bytes() == before
    assert not list(tmp_path.glob(".*.tmp"))


class Parts(HTMLParser):
    """The page's elements, scripts and styles as a browser's tokenizer sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": []}
        self.open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open = tag

    def handle_endtag(self, tag: str) -> None:
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open in self.inside:
            self.inside[self.open].append(data)


def test_names_are_text_and_the_policy_names_the_only_script(tmp_path: Path) -> None:
    names = FORMULAS + NASTY
    with samples.fill(tmp_path, len(names), names) as store:
        text = "".join(page.pieces(store))
    parts = Parts()
    parts.feed(text)
    tags = [tag for tag, _ in parts.tags]
    assert tags.count("script") == tags.count("style") == tags.count("title") == 1
    assert "img" not in tags
    for _, attributes in parts.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    policy = next(a["content"] for _, a in parts.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "unsafe" not in policy
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256("".join(parts.inside[kind]).encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_the_page_links_to_each_report_and_puts_trouble_first(tmp_path: Path) -> None:
    with samples.fill(tmp_path, 70) as store:
        text = "".join(page.pieces(store))
    rows = re.findall(r'<div role=row data-s="(\w*!?\w*)".*?<b role=rowheader>(.*?)</b>', text)
    assert len(rows) == 70
    assert "student-000060" in rows[0][1]
    assert "student-000050" in rows[1][1]
    assert 'href="reports/folder-0/report.html"' in text
    attention = text[text.index('id="attention"') : text.index('id="scores"')]
    assert attention.index("student-000060") < attention.index("student-000050") < attention.index("grader error")


def test_statistics_count_submissions_once(tmp_path: Path) -> None:
    with samples.fill(tmp_path, 80) as store:
        for muddle in statistics.misconceptions(store):
            holders = {n for (n,) in store.rows("SELECT submission FROM misconception WHERE id = ?", [muddle.id])}
            assert muddle.count == len(holders)
            assert set(muddle.names) <= holders
        found = statistics.scores(store)
        assert found is not None
        assert sum(found.bins) == found.count == store.counts()["graded"]
        hardest = statistics.checks(store)
        assert [check.passed for check in hardest] == sorted(check.passed for check in hardest)
        assert {check.total for check in hardest} == {found.count}


def test_an_empty_cohort_has_a_page_too(tmp_path: Path) -> None:
    with Store(tmp_path, create=True) as store:
        store.enlist([Entry("a", Path("a"), "a")])
        outputs.write(store, tmp_path)
    assert "0 of 1 graded" in (tmp_path / "index.html").read_text("utf-8")


@needs_browser
@pytest.mark.parametrize("count", [120, pytest.param(2000, marks=pytest.mark.slow)])
def test_the_page_sorts_and_filters_in_a_browser(browser: Browser, tmp_path: Path, count: int) -> None:
    names = [f"Student {n}" for n in range(count)]
    names[7] = NASTY[0]
    with samples.fill(tmp_path, count, names) as store:
        outputs.write(store, tmp_path)
    for width in (390, 1280):
        browser.open(tmp_path / "index.html", width)
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
    assert browser.evaluate("document.getElementById('rows').children.length") == count

    def shown() -> list[str]:
        found: list[str] = browser.evaluate(
            "[...document.getElementById('rows').children].filter(r => !r.hidden).map(r => r.firstChild.textContent)"
        )
        return found

    head = "document.querySelectorAll('#heat [role=columnheader] button')"
    browser.evaluate(f"{head}[0].click()")
    students = [name for name in shown() if name.startswith("Student")]
    assert students == sorted(students, key=lambda name: int(name.split()[1]))
    browser.evaluate(f"{head}[1].click()")
    scores = browser.evaluate(
        "[...document.getElementById('rows').children].map(r => parseFloat(r.children[1].textContent))"
    )
    numbers = [score for score in scores if score is not None and score == score]
    assert numbers == sorted(numbers, reverse=True)
    browser.evaluate(
        "(()=>{const s=document.getElementById('state');s.value='!';s.dispatchEvent(new Event('change'))})()"
    )
    assert 0 < len(shown()) < count
    browser.evaluate("document.querySelector('button.show').click()")
    with Store(tmp_path) as store:
        assert len(shown()) == statistics.misconceptions(store)[0].count
    browser.evaluate(
        "(()=>{const s=document.getElementById('muddle');s.value='';s.dispatchEvent(new Event('change'))})()"
    )
    assert len(shown()) == count
    methods = {event.get("method") for event in browser.events}
    assert not methods & {"Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening"}
    requests = [e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"]
    assert requests == [(tmp_path / "index.html").as_uri()]


def test_progress_tells_done_rate_time_left_running_and_errors() -> None:
    stream = io.StringIO()
    progress = Progress("log", stream)
    progress.start(10)
    for n in range(4):
        progress.finished(f"s{n}", "graded")
    progress.finished("s4", "unreadable", "no exercises/")
    text = progress.text(["s5", "s6"])
    assert text.startswith("5 of 10 · ")
    assert " left · 1 error · running s5, s6" in text
    assert stream.getvalue() == "s4: no exercises/\n"


@pytest.mark.parametrize(
    ("seconds", "text"), [(40, "40 s"), (600, "10 min"), (12_000, "3 h 20 min"), (200_000, "2 d 7 h")]
)
def test_durations_are_told_as_people_do(seconds: float, text: str) -> None:
    assert duration(seconds) == text
