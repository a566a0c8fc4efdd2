"""`gradecheck page`: one file with verdicts, pictures and answers; whatever a learner wrote is text in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

import submissions_lib as lib
from graders import questions
from graders.questions import blank_answers
from graders.show import page as pages
from graders.show.catalogue import PICTURES
from test_report_browser import BROWSER, Browser

ROOT = Path(__file__).resolve().parent.parent
CODE = "from graders.cli.page import page; page(prog_name='gradecheck page')"
HOSTILE = "<script>alert(1)</script></main></style><img src=https://evil.example/x.png>"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    given = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    given["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-c", CODE, *arguments]
    return subprocess.run(command, cwd=cwd, env=given, capture_output=True, text=True, timeout=300)


def sheet(**given: str) -> str:
    """The empty answer sheet with some answers put in, as TOML."""
    text = blank_answers()
    for key, value in given.items():
        text, count = re.subn(rf'^"{re.escape(key)}" = .*$', f'"{key}" = {value}', text, flags=re.M)
        assert count == 1, key
    return text


ANSWERS = {
    "C2.1-sign": '"b"',
    "C2.3-numbers": "[0.5, 2, -3]",
    "C3.3-differ": '["a", "d"]',
    "C2.1-computes": f'"{HOSTILE}"',
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learner's folder with a right solution, some answers, and a digits project that is not started."""
    folder = lib.write(lib.right()[0], tmp_path_factory.mktemp("learner"), sheet(**ANSWERS))
    path = folder / "exercises" / "digits.py"
    path.write_text(
        path.read_text("utf-8") + f"\n\ndef prepare(*a, **k):\n    raise ValueError({HOSTILE!r})\n", encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def whole(folder: Path) -> Path:
    """The page with pictures."""
    done = run("--out", "out/mine.html", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "saved out/mine.html\n"
    assert "digits: prepare (exercises/digits.py, line " in done.stderr
    return folder / "out" / "mine.html"


class Elements(HTMLParser):
    """Counts elements, and collects what they would load."""

    def __init__(self) -> None:
        super().__init__()
        self.count: dict[str, int] = {}
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        self.sources += [value or "" for name, value in attrs if name in ("src", "srcset", "data", "background")]


@pytest.mark.slow
def test_the_page_holds_verdicts_pictures_and_answers(whole: Path) -> None:
    text = whole.read_text("utf-8")
    elements = Elements()
    elements.feed(text)
    assert elements.count["img"] == len(PICTURES)
    assert elements.count["main"] == 1
    assert "script" not in elements.count
    assert len(elements.sources) == 2 * len(PICTURES)  # for light and for dark
    assert all(source.startswith("data:image/png;base64,") for source in elements.sources)
    assert "&lt;script&gt;alert(1)" in text
    for name in PICTURES:
        assert f'aria-label="Picture: {name}"' in text
    assert text.count("Drawn with your own functions.") == len(PICTURES) - 1
    assert text.count("Drawn with the reference: prepare (exercises/digits.py") == 1
    assert "Compute the mean squared error" in text
    assert "raising the weight a little lowers the loss" in text
    assert "4 of 43 questions" in text


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser_it_fits_and_loads_nothing(browser: Browser, whole: Path, width: int) -> None:
    browser.open(whole, width)
    opened = "[...document.querySelectorAll('details')].forEach(d => d.open = true)"
    assert browser.evaluate(f"{opened},document.documentElement.scrollWidth") <= width
    assert browser.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 1000)") is True
    asked = [e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith("data:")] == [whole.as_uri()]
    methods = {event.get("method") for event in browser.events}
    assert not methods & {"Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening"}
    ids = browser.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    links = browser.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href').slice(1))")
    assert len(ids) == len(set(ids))
    assert {"pictures", "answers"} <= set(links) <= set(ids)
    # What may scroll sideways can be reached by keyboard.
    reachable = "[...document.querySelectorAll('.wide')].every(e => e.tabIndex === 0)"
    assert browser.evaluate(reachable) is True


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_in_the_dark_the_pictures_are_dark(browser: Browser, whole: Path) -> None:
    shown = "document.images[0].currentSrc.length + ' ' + document.images[0].currentSrc.slice(-400)"

    def source(scheme: str) -> str:
        browser.call(
            "Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": scheme}]
        )
        browser.open(whole, 1280)
        return str(browser.evaluate(shown))

    assert source("dark") != source("light")


def test_without_pictures_it_is_quick_and_keeps_the_last_page(folder: Path) -> None:
    (folder / "page.html").write_text("an older page")
    done = run("--no-pictures", cwd=folder)
    assert done.returncode == 0, done.stderr
    text = (folder / "page.html").read_text("utf-8")
    elements = Elements()
    elements.feed(text)
    assert "img" not in elements.count
    assert "#pictures" not in text
    assert 'id="answers"' in text
    kept = re.search(r"kept as (page-\S+\.html)\)", done.stdout)
    assert kept
    assert (folder / kept[1]).read_text() == "an older page"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "page.pdf"], "expected a file name that ends in .html, got 'page.pdf'"),
        ([], "there is no exercises/"),
    ],
)
def test_wrong_usage_is_one_clear_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    if arguments:
        (tmp_path / "exercises").mkdir()
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_answers_are_shown_as_given() -> None:
    asked = questions.load()

    def shown(key: str, value: object) -> str:
        return re.sub(r"<[^>]+>", "", pages._given(asked[key], value))

    right = next(option for option in asked["C2.1-sign"].options if option.key == "b")
    assert shown("C2.1-sign", "b") == f"b: {right.text}"
    assert shown("C2.1-sign", "z") == "z"
    assert shown("C2.3-numbers", [0.5, 2, -3]) == "[0.5, 2, -3]"
    assert shown("C2.3-numbers", [[1, 2], ["2/3"]]) == "[[1, 2], [2/3]]"
    assert pages._given(asked["C2.1-sign"], "<i>") == "<strong><code>&lt;i&gt;</code></strong>"
    assert len(shown("C2.3-numbers", list(range(10_000)))) <= 300
    assert shown("C2.3-numbers", {"a": {"b": 1}}).startswith("{&#x27;a&#x27;")


def test_a_page_whose_marks_have_changed_is_refused() -> None:
    with pytest.raises(ValueError, match="2 times '</main>'"):
        pages._into("</main></main>", "</main>", "x")


def test_a_picture_is_on_the_page_in_light_in_dark_and_in_words() -> None:
    one = pages.Shown(PICTURES["xor"], b"light", b"dark", "Outputs & <more>", False, "fit is not started")
    made = pages._picture(one)
    assert "data:image/png;base64,bGlnaHQ=" in made
    assert "data:image/png;base64,ZGFyaw==" in made
    assert "Outputs &amp; &lt;more&gt;" in made
    assert "Drawn with the reference: fit is not started." in made
