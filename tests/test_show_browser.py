"""The trace's HTML page in a real browser: by button, by key, on a phone, without a request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graders.show import trace_html
from graders.show.hands import ReferenceHands
from graders.show.pictures import backprop_trace
from graders.show.progress import silent
from test_report_browser import BROWSER, Browser

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium here")

#: Texts of the board that can be seen.
SEEN = "[...document.querySelectorAll('svg text')].filter(t => getComputedStyle(t).visibility === 'visible')"
STEP = "document.querySelector('li.now').dataset.step"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    story = backprop_trace.numbers(ReferenceHands(), silent)
    path = tmp_path_factory.mktemp("page") / "trace.html"
    path.write_text(trace_html.render(story, "the reference", "<b>forward</b> is not started"), "utf-8")
    return path


def test_buttons_and_keys_go_from_step_to_step(browser: Browser, page: Path) -> None:
    browser.open(page, 1280)
    assert browser.evaluate(STEP) == "0"
    first = browser.evaluate(SEEN + ".length")
    browser.evaluate("document.getElementById('next').click()")
    assert browser.evaluate(STEP) == "1"
    assert "0.7100" in browser.evaluate(SEEN + ".map(t => t.textContent)")
    browser.press("ArrowRight", 39)
    assert browser.evaluate(STEP) == "2"
    assert browser.evaluate("document.querySelectorAll('.fresh').length") == 4  # a and its value, twice
    browser.press("ArrowLeft", 37)
    browser.press("ArrowLeft", 37)
    browser.press("ArrowLeft", 37)
    assert browser.evaluate(STEP) == "0"
    assert browser.evaluate(SEEN + ".length") == first
    assert browser.evaluate("document.getElementById('back').disabled") is True
    browser.press("End", 35)
    assert browser.evaluate(STEP) == "15"
    assert browser.evaluate(SEEN + ".length") == browser.evaluate("document.querySelectorAll('svg text').length")
    browser.press("Home", 36)
    assert browser.evaluate(STEP) == "0"


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_asks_for_nothing_and_breaks_nothing(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width)
    for step in range(16):
        browser.evaluate(f"show({step})")
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
    requests = [e["params"]["request"]["url"] for e in browser.events if e["method"] == "Network.requestWillBeSent"]
    assert requests == [page.as_uri()]
    methods = {event["method"] for event in browser.events}
    assert not methods & {"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"}
    assert browser.evaluate("document.querySelector('.note').textContent") == "<b>forward</b> is not started"


def test_on_a_phone_the_board_moves_to_what_is_new(browser: Browser, page: Path) -> None:
    browser.open(page, 390)
    browser.evaluate("show(5)")  # the loss, far right
    assert browser.evaluate("document.querySelector('.board').scrollLeft") > 100
    inside = """(() => {
        const board = document.querySelector('.board').getBoundingClientRect();
        const fresh = [...document.querySelectorAll('.fresh')];
        return fresh.every(t => t.getBoundingClientRect().right <= board.right);
    })()"""
    assert browser.evaluate(inside) is True


def test_everything_can_be_reached_by_keyboard(browser: Browser, page: Path) -> None:
    browser.open(page, 1280)
    browser.evaluate("window.seen = new Set()")
    for _ in range(6):
        browser.press("Tab", 9)
        browser.evaluate("window.seen.add(document.activeElement.id || document.activeElement.className)")
    # At the first step there is no way back.
    assert {"at", "board", "last", "next", "play"} <= set(browser.evaluate("[...window.seen]"))


def test_without_javascript_every_step_is_there(browser: Browser, page: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(page, 1280)
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.evaluate("[...document.querySelectorAll('ol>li')].every(li => li.checkVisibility())") is True
    assert browser.evaluate("document.getElementById('bar').checkVisibility()") is False
    assert browser.evaluate(SEEN + ".length") > 60
