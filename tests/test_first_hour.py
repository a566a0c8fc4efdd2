"""One who follows docs/first-hour.md literally gets what it says: a script types it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

KIT = Path(__file__).resolve().parent.parent
PAGE = KIT / "docs" / "first-hour.md"
STUBS = KIT / "data" / "stubs"

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="the page is about make")


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """Every fenced block: its kind and its lines."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(kind, body.splitlines()) for kind, body in found]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """What `git clone` gives, and `.venv` as the first `make` leaves it, with this Python in it."""
    clone = tmp_path / "gradecheck"
    clone.mkdir()
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(KIT / name, clone)
    shutil.copytree(STUBS, clone / "exercises")
    (clone / ".venv" / "bin").mkdir(parents=True)
    command = clone / ".venv" / "bin" / "gradecheck"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{KIT}" exec "{sys.executable}" -m graders "$@"\n')
    command.chmod(0o755)
    (clone / ".venv" / ".installed").touch()
    return tmp_path


class Terminal:
    """A terminal of 80 × 40 with a command in it."""

    def __init__(self, command: str, folder: Path) -> None:
        self.here, there = pty.openpty()
        fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
        odd = ("NO_COLOR", "COLUMNS", "LINES", "MAKEFLAGS", "MAKELEVEL")
        known = {name: value for name, value in os.environ.items() if name not in odd}
        self.process = subprocess.Popen(
            ["sh", "-c", command],
            cwd=folder,
            env=known | {"TERM": "xterm-256color", "PYTHONUTF8": "1"},
            stdin=there,
            stdout=there,
            stderr=there,
            start_new_session=True,
        )
        os.close(there)
        self.raw = b""

    def read(self, seconds: float) -> bool:
        if select.select([self.here], [], [], seconds)[0]:
            with contextlib.suppress(OSError):
                data = os.read(self.here, 65536)
                self.raw += data
                return bool(data)
            return False
        return self.process.poll() is None

    def text(self) -> str:
        """All that was printed, or the newest screen where a screen is drawn; without colours."""
        newest = self.raw.decode("utf-8", "ignore").rpartition("\x1b[H")[2]
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", newest).replace("\r", "")

    def types(self, text: str) -> None:
        os.write(self.here, text.encode())

    def shows(self, lines: list[str], seconds: float = 60.0) -> None:
        """Wait until these lines are there."""
        until = time.monotonic() + seconds
        while missing(lines, self.text()):
            assert time.monotonic() < until, told(lines, self.text())
            if not self.read(0.2):
                break
        assert not missing(lines, self.text()), told(lines, self.text())

    def ends(self, seconds: float = 60.0) -> int:
        until = time.monotonic() + seconds
        while self.read(0.2):
            assert time.monotonic() < until, f"it does not end:\n{self.text()}"
        return self.process.wait(timeout=20)

    def close(self) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=20)
        os.close(self.here)


def missing(expected: list[str], shown: str) -> str:
    """The first expected line that does not come, in order; "" where all do. `…` stands for anything."""
    lines = iter([" ".join(line.split()) for line in shown.splitlines()])
    for line in expected:
        wanted = " ".join(line.split())
        if wanted in ("", "…"):
            continue
        pattern = re.escape(wanted).replace("…", ".*")
        if not any(re.match(pattern, one) for one in lines):
            return line
    return ""


def told(expected: list[str], shown: str) -> str:
    return f"the page says {missing(expected, shown)!r}; what came:\n{shown}"


def commands(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each `$ command` of a console block, with the lines that it shows."""
    command, shown = "", []
    for line in lines:
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], []
        else:
            shown.append(line)
    if command:
        yield command, shown


def edit(root: Path, lines: list[str]) -> None:
    """`# file, function: in place of the raise` (or of that line): the function's last line becomes the others."""
    head = re.fullmatch(r"# (\S+), (\w+): in place of (the raise|that line)", lines[0])
    assert head is not None, lines[0]
    file, name, what = root / head[1], head[2], head[3]
    text = file.read_text("utf-8")
    begin = text.index(f"def {name}(")
    following = text.find("\n\n\n", begin)
    end = len(text) if following < 0 else following
    body = text[begin:end].rstrip().splitlines()
    assert ("raise NotImplementedError" in body[-1]) == (what == "the raise"), body[-1]
    swap = file.with_name(f"{file.name}.swap")
    swap.write_text(text[:begin] + "\n".join([*body[:-1], *lines[1:]]) + text[end:], "utf-8")
    swap.replace(file)


def test_the_first_hour(desk: Path) -> None:
    folder = desk
    watching: Terminal | None = None
    typed: list[str] = []
    try:
        for kind, lines in blocks(PAGE.read_text("utf-8")):
            if kind == "python":
                edit(folder, lines)
            elif kind == "watch":
                assert watching is not None
                watching.shows(lines)
            elif kind == "keys":
                assert watching is not None
                watching.types(lines[0])
                if lines[0] == "q":
                    assert watching.ends() == 0
            else:
                assert kind == "console", kind
                for command, shown in commands(lines):
                    typed.append(command)
                    if command.startswith("git clone "):
                        assert (folder / command.split()[-1]).is_dir()
                    elif command.startswith("cd "):
                        folder /= command[3:]
                    else:
                        if watching is not None:
                            watching.close()
                        watching = Terminal(command, folder)
                        if command.startswith("make watch"):
                            watching.shows(shown)
                        else:
                            run(watching, shown)
    finally:
        if watching is not None:
            watching.close()
    assert "make watch section=1" in typed
    assert sum(command.startswith("make check") for command in typed) == 3


def run(terminal: Terminal, shown: list[str]) -> None:
    """A command that ends by itself; lines that begin with `> ` are typed when it asks."""
    for line in shown:
        if line.startswith("> "):
            terminal.shows(["> "])
            terminal.types(line[2:] + "\n")
    terminal.ends()
    assert not missing(shown, terminal.text()), told(shown, terminal.text())


def test_every_command_of_the_page_is_a_make_target() -> None:
    targets = set(re.findall(r"^([a-z][a-z -]*):", (KIT / "Makefile").read_text("utf-8"), re.MULTILINE))
    names = {name for target in targets for name in target.split()}
    used = set(re.findall(r"`make (\w+)|\$ make (\w+)", PAGE.read_text("utf-8")))
    assert {a or b for a, b in used} <= names


def test_a_page_that_says_something_else_is_caught() -> None:
    assert missing(["a", "…", "c d"], "a\nb\nc   d\n") == ""
    assert missing(["x 1…9 y"], "x 1 to 9 y") == ""
    assert missing(["b", "a"], "a\nb\n") == "a"
    assert missing(["0 of 15"], "1 of 15") == "0 of 15"
