"""`gradecheck watch` as a person drives it: in a pseudo-terminal, and without any terminal."""

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

from graders import paths, state

KIT = Path(__file__).resolve().parent.parent
PLAIN = Path(__file__).parent / "submissions" / "right" / "plain"
PROGRAM = "from graders.cli.watch import watch; watch(prog_name='gradecheck watch')"
STUB = '    raise NotImplementedError("losses.mse_loss: not written yet")'
RIGHT = "    return np.mean((predictions - targets) ** 2)"
TWICE = "    return 2 * np.mean((predictions - targets) ** 2)"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Stubs in a folder of their own, and a folder for temporary files."""
    shutil.copytree(paths.STUBS, tmp_path / "exercises")
    (tmp_path / "tmp").mkdir()
    return tmp_path


def environment(root: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    return kept | {
        "PYTHONPATH": str(KIT),
        "TMPDIR": str(root / "tmp"),
        "TERM": "xterm-256color",
        "PYTHONUTF8": "1",
        "PAGER": "cat",
    }


class Person:
    """Somebody at a terminal of 80 × 30."""

    def __init__(self, root: Path, *options: str) -> None:
        self.root = root
        self.here, there = pty.openpty()
        fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 80, 0, 0))
        self.before = termios.tcgetattr(there)
        self.there = there

        def lead() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "--section", "1", *options],
            cwd=root,
            env=environment(root),
            stdin=there,
            stdout=there,
            stderr=there,
            preexec_fn=lead,
        )
        self.raw = b""

    def sees(self, *words: str, seconds: float = 60.0) -> None:
        """Wait until the newest screen has all of these words: it may be only half drawn when the first are there."""
        until = time.monotonic() + seconds
        while missing := [word for word in words if word not in self.screen()]:
            left = until - time.monotonic()
            assert left > 0, f"{missing} did not come; last:\n{self.screen()}"
            assert self.read(left), f"{missing} did not come before the end; last:\n{self.screen()}"

    def read(self, seconds: float) -> bool:
        if not select.select([self.here], [], [], seconds)[0]:
            return True
        with contextlib.suppress(OSError):
            data = os.read(self.here, 65536)
            self.raw += data
            return bool(data)
        return False

    def screen(self) -> str:
        """What was drawn last, without colours."""
        newest = self.raw.decode("utf-8", "ignore").rpartition("\x1b[H")[2]
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", newest).replace("\r", "")

    def types(self, text: str) -> None:
        os.write(self.here, text.encode())

    def ends(self, seconds: float = 30.0) -> int:
        """Wait for the end; the exit status."""
        until = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < until:
            self.read(0.05)
        while select.select([self.here], [], [], 0.05)[0] and self.read(0):
            pass
        return self.process.wait(timeout=1)

    def finds_the_terminal_as_it_was(self) -> None:
        assert termios.tcgetattr(self.there) == self.before
        assert self.raw.rfind(b"\x1b[?1049l") > self.raw.rfind(b"\x1b[?1049h"), "the other screen was not left"
        assert self.raw.rfind(b"\x1b[?25h") > self.raw.rfind(b"\x1b[?25l"), "the cursor is still hidden"
        assert self.raw.rfind(b"\x1b[?7h") > self.raw.rfind(b"\x1b[?7l"), "lines are still cut"


@pytest.fixture
def person(root: Path) -> Iterator[Person]:
    made = Person(root)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
        made.process.wait()
        os.close(made.here)
        os.close(made.there)


def save(root: Path, old: str, new: str) -> None:
    """As editors do: a new file that takes the old one's name."""
    file = root / "exercises" / "losses.py"
    text = file.read_text()
    assert text.count(old) == 1
    swap = file.with_name(".losses.py.swap")
    swap.write_text(text.replace(old, new))
    swap.replace(file)


def left_behind(root: Path) -> list[str]:
    found = [str(path) for path in (root / "tmp").glob("gradecheck-*")]
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(root / "tmp").encode() in (process / "cmdline").read_bytes():
                found.append(process.name)
    return found


def test_an_hour_in_a_minute(root: Path, person: Person) -> None:
    """Stub, wrong, right, next, hint, list, reset, quit; and back where one was."""
    person.sees(
        "Not started yet: write mse_loss", "0 of 15", "n next · h hint · c check all · l list · x reset · q quit"
    )

    save(root, STUB, TWICE)
    person.sees("✗ mse_loss", "losses.py saved")
    save(root, TWICE, RIGHT)
    person.sees("Passed.", "n goes on to: mse_gradient", "graded in")
    person.types("n")
    person.sees("Not started yet: write mse_gradient")
    person.types("h")
    person.sees("h shows step 2 of 3")
    person.types("l")
    person.sees("Enter go there")
    person.types("l")
    person.sees("h hint")
    person.types("x")
    person.sees("Put exercises/losses.py back")
    person.types("y")
    person.sees("Your version is losses-")
    person.sees("0 of 15", "losses.py saved")
    person.types("q")
    assert person.ends() == 0
    person.finds_the_terminal_as_it_was()
    assert left_behind(root) == []
    (kept,) = (root / "exercises").glob("losses-*.py")
    assert RIGHT in kept.read_text()

    known = state.read(root)
    assert known.watch == {"at": "mse-gradient"}
    assert known.hints == {"mse-gradient": 1}
    assert "mse-loss" not in known.passed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_leaves_in_good_order(root: Path, person: Person, number: signal.Signals) -> None:
    save(root, STUB, "    while True:\n        pass")
    person.sees("grading")
    os.kill(person.process.pid, number)
    assert person.ends() == (0 if number == signal.SIGINT else 128 + number)
    person.finds_the_terminal_as_it_was()
    assert left_behind(root) == []


def test_ctrl_c_is_typed(root: Path, person: Person) -> None:
    person.sees("Not started yet")
    person.types("\x03")
    assert person.ends() == 0
    person.finds_the_terminal_as_it_was()


def test_ctrl_z_and_back(root: Path, person: Person) -> None:
    person.sees("Not started yet")
    # A stop that the kernel sends is ignored where no shell would notice; it is sent by hand here, and the process
    # then stops by itself, after it has put the terminal back.
    os.kill(person.process.pid, signal.SIGTSTP)
    until = time.monotonic() + 20
    while b"\x1b[?1049l" not in person.raw and time.monotonic() < until:
        person.read(0.05)
    os.kill(person.process.pid, signal.SIGCONT)
    while person.raw.rfind(b"\x1b[?1049h") < person.raw.rfind(b"\x1b[?1049l") and time.monotonic() < until:
        person.read(0.05)
    person.sees("Not started yet")
    save(root, STUB, RIGHT)
    person.sees("Passed.")
    person.types("q")
    assert person.ends() == 0
    person.finds_the_terminal_as_it_was()


def test_a_terminal_that_is_closed_ends_it(root: Path) -> None:
    made = Person(root)
    made.sees("Not started yet")
    os.close(made.there)
    os.close(made.here)
    made.process.wait(timeout=30)
    assert left_behind(root) == []


def test_an_exception_puts_the_terminal_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = "import graders.watch.view as v; v.whole = lambda *a: 1 / 0; " + PROGRAM
    monkeypatch.setattr(sys.modules[__name__], "PROGRAM", broken)
    made = Person(root)
    assert made.ends() == 1
    assert b"ZeroDivisionError" in made.raw
    made.finds_the_terminal_as_it_was()
    assert left_behind(root) == []


def test_the_reference_is_shown_when_the_section_is_done(root: Path) -> None:
    shutil.copy(PLAIN / "losses.py", root / "exercises")
    sheet = root / "exercises" / "answers.toml"
    for key, value in RIGHT_ANSWERS.items():
        text = sheet.read_text()
        sheet.write_text(text.replace(f'"{key}" = ""', f'"{key}" = {value}'))
    made = Person(root)
    made.sees("Section 1 is done. You can now:")
    made.types("r")
    until = time.monotonic() + 20
    while b"losses.mse_loss: the reference" not in made.raw and time.monotonic() < until:
        made.read(0.05)
    assert b"losses.mse_loss: the reference" in made.raw
    made.types("qq")
    assert made.ends() == 0
    made.finds_the_terminal_as_it_was()


RIGHT_ANSWERS = {
    "1.1-mse": "0.085",
    "1.1-regression": "1.375",
    "1.2-hedging": "0.5108",
    "1.2-confident": "2.3026",
    "1.2-ratio": "4.5",
    "C1.1-measures": '"c"',
    "C1.3-why": '"b"',
    "C1.3-saturated": '"d"',
    "C1.4-price": '"a"',
    "C1.4-target-0": '"c"',
}


# -- without a terminal -------------------------------------------------------------------------------------------


@pytest.fixture
def piped(root: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", PROGRAM, "--section", "1"],
        cwd=root,
        env=environment(root),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()


def lines_until(process: subprocess.Popen[str], words: str) -> list[str]:
    assert process.stdout is not None
    found = []
    for line in process.stdout:
        found.append(line.rstrip("\n"))
        if words in line:
            return found
    raise AssertionError(f"{words!r} did not come:\n" + "\n".join(found))


def test_without_a_terminal_it_prints_lines(root: Path, piped: subprocess.Popen[str]) -> None:
    assert piped.stdin is not None
    lines_until(piped, "(a letter, then Enter)")
    save(root, STUB, TWICE)
    shown = lines_until(piped, "(a letter, then Enter)")
    assert any(line.startswith("  ✗ mse_loss") for line in shown)
    assert not any("\x1b" in line for line in shown), "no colours, no clearing"
    piped.stdin.write("n\n")
    piped.stdin.flush()
    lines_until(piped, "Not started yet: write mse_gradient")
    piped.stdin.close()
    save(root, TWICE, RIGHT)
    lines_until(piped, "(losses.py saved)")
    assert piped.poll() is None, "the end of the input is no reason to stop watching"
    piped.terminate()
    assert piped.wait(timeout=30) == 128 + signal.SIGTERM
    assert left_behind(root) == []
