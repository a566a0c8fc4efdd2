"""report.html in a real browser, from a file: no error, no request, no sideways scrolling, by keyboard."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import report_samples as samples
from graders.report import html
from graders.report.html_style import DARK, LIGHT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next((path for name in BROWSERS if (path := shutil.which(name))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium here")

STATUS_COLOURS = ("passed", "failed", "not_started", "timeout", "crashed", "error")


class Browser:
    """Headless Chromium, spoken to over two pipes with the DevTools protocol."""

    def __init__(self, profile: Path) -> None:
        assert BROWSER is not None
        reads, self._send = os.pipe()
        self._receive, writes = os.pipe()

        def pipes() -> None:  # Chromium reads from descriptor 3 and writes to 4
            os.dup2(os.dup(reads), 3)
            os.dup2(os.dup(writes), 4)

        flags = "--headless --no-sandbox --disable-gpu --no-first-run --remote-debugging-pipe"
        self._process = subprocess.Popen(
            [BROWSER, *flags.split(), f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=pipes,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(reads)
        os.close(writes)
        self._numbers = itertools.count(1)
        self._rest = b""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session: str | None = None
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session := getattr(self, "_session", None):
            message["sessionId"] = session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def open(self, path: Path, width: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self._read())

    def evaluate(self, expression: str) -> Any:
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def press(self, key: str, code: int, text: str = "") -> None:
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                text=text if kind == "keyDown" else "",
            )

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._send)
        os.close(self._receive)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = os.read(self._receive, 1 << 16)
            assert data, "the browser has ended"
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


HOSTILE = (
    "<script>alert(1)</script><img src='https://evil.example/x.png' onerror=alert(1)>"
    "<style>@import 'https://evil.example/x.css'</style>" + "W" * 600
)


@pytest.fixture(scope="module", params=["realistic", "hostile"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    curves, gradients = samples.loss_curves(), samples.gradient_differences()
    if request.param == "hostile":
        report = samples.with_text(HOSTILE)
        curves = {HOSTILE + label: values for label, values in curves.items()}
        gradients = {HOSTILE: [[0.1] * 200] * 90, **gradients}
    else:
        report = samples.realistic()
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(html.render(report, curves, gradients), encoding="utf-8")
    return path


@needs_browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_opens_quietly_and_fits(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    assert (
        browser.evaluate(
            "[...document.querySelectorAll('details')].forEach(d => d.open = true),document.documentElement.scrollWidth"
        )
        <= width
    )
    methods = [event.get("method") for event in browser.events]
    requests = [
        event["params"]["request"]["url"]
        for event in browser.events
        if event.get("method") == "Network.requestWillBeSent"
    ]
    assert requests == [page.as_uri()]
    assert "Runtime.exceptionThrown" not in methods
    assert "Runtime.consoleAPICalled" not in methods
    assert "Log.entryAdded" not in methods  # a broken policy, a refused load
    assert "Page.javascriptDialogOpening" not in methods


@needs_browser
def test_everything_can_be_reached_and_opened_by_keyboard(browser: Browser, page: Path) -> None:
    browser.open(page, 1280)
    wanted = browser.evaluate(
        "[...document.querySelectorAll('a, summary, pre')].filter(e => e.checkVisibility()).length"
    )
    browser.evaluate("window.seen = new Set()")
    for _ in range(wanted):
        browser.press("Tab", 9)
        browser.evaluate("window.seen.add(document.activeElement)")
    assert browser.evaluate("window.seen.size") == wanted
    browser.evaluate("document.querySelector('details.point summary').focus()")
    before = browser.evaluate("document.querySelector('details.point').open")
    browser.press("Enter", 13, "\r")
    assert browser.evaluate("document.querySelector('details.point').open") is not before


@needs_browser
def test_the_page_has_landmarks_and_a_language(browser: Browser, page: Path) -> None:
    browser.open(page, 1280)
    roles = {node["role"]["value"] for node in browser.call("Accessibility.getFullAXTree")["nodes"] if "role" in node}
    assert {"banner", "main", "navigation", "contentinfo", "heading", "image"} <= roles
    assert browser.evaluate("document.documentElement.lang") == "en"
    assert browser.evaluate("document.title").startswith("gradecheck: ")
    ids = browser.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    links = browser.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert {link.removeprefix("#") for link in links} <= set(ids)


@needs_browser
def test_dark_mode_and_print_have_their_own_colours(browser: Browser, page: Path) -> None:
    def background(**media: Any) -> str:
        browser.call("Emulation.setEmulatedMedia", **media)
        value: str = browser.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--page')")
        return value.strip()

    browser.open(page, 1280)
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    assert background(media="", features=dark) == DARK["page"]
    assert background(media="print", features=dark) == LIGHT["page"]
    assert background(media="", features=[]) == LIGHT["page"]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("ground", ["page", "card", "inset"])
@pytest.mark.parametrize("ink", ["text", "muted", "link", *STATUS_COLOURS])
def test_text_has_enough_contrast(colours: dict[str, str], ground: str, ink: str) -> None:
    low, high = sorted((luminance(colours[ground]), luminance(colours[ink])))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_the_policy_comes_before_anything_that_it_governs() -> None:
    page = html.render(samples.realistic())
    policy = page.index("Content-Security-Policy")
    assert "default-src 'none'; style-src 'unsafe-inline'" in page[policy : policy + 120]
    assert policy < page.index("<style>")
    assert "url(" not in page
    assert "@import" not in page
