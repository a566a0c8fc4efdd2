"""The loop: saved files, keys and outcomes come in, a screen goes out."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import click

from graders import course, state, unchanged
from graders.course import Check
from graders.judge import Outcome
from graders.learner.sandbox import Sandbox
from graders.learner.snapshot import Snapshot, take
from graders.learner.submission import FOLDER, SubmissionError
from graders.report.terminal import Screen
from graders.watch import compare, keys, rounds, view, watcher
from graders.watch.rounds import Ended, Judged, Round
from graders.watch.session import Session, in_order

#: Puts an exercise module back to its stub; returns the copy that it kept, or None where nothing had to be done.
Reset = Callable[[str], Path | None]

#: The terminal is gone (a closed window, a lost connection), or the reader of our lines: nothing is left to be shown.
_GONE = (errno.EIO, errno.EPIPE, errno.EBADF, errno.ENXIO)

_PAGERS = {signal.SIGINT: signal.SIG_IGN, signal.SIGTSTP: signal.SIG_DFL}

#: Seconds between two writes of what has passed, while a long round is under way.
REMEMBER = 2.0


@dataclass
class Options:
    """What to watch, and how. `make_screen` gives the Screen for the terminal as it is now."""

    root: Path
    checks: list[Check]
    seed: int
    cage: Sandbox
    reset: Reset
    make_screen: Callable[[], Screen]
    plain: bool = False


@dataclass
class _Signals:
    """Signals that have arrived; each also wakes the loop."""

    end: int = 0
    suspend: bool = False
    resized: bool = False


@dataclass
class Watch:
    """One run of the loop."""

    options: Options
    session: Session = field(init=False)
    round: Round | None = None

    def __post_init__(self) -> None:
        self.session = Session(course.load(), in_order(self.options.checks))
        self.snapshot = Snapshot(self.options.root, {}, {})
        self.watcher = watcher.Watcher(self.options.root / FOLDER)
        self.terminal: keys.Terminal | None = None
        self.signals = _Signals()
        self._wake_read, self._wake_write = os.pipe()
        for fd in (self._wake_read, self._wake_write):
            os.set_blocking(fd, False)
        self._digests: dict[str, str] = {}  # of the newest snapshot
        self._graded: dict[str, str] = {}  # of the snapshot that each outcome comes from
        self._began = self._remembered_at = time.monotonic()
        self._known = state.State()
        self._stdin_open = True
        self._typed = ""
        self._shown: list[str] = []
        self._dirty = True

    # -- the whole --------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Until q, a signal, or the end of the terminal. Returns the exit status."""
        notifier = watcher.notifier(self.options.root / FOLDER, self.wake)
        with contextlib.ExitStack() as stack:
            stack.callback(self._close)
            if notifier is not None:
                stack.callback(notifier.stop)
            stack.enter_context(self._handlers())
            if not self.options.plain:
                self.terminal = stack.enter_context(keys.Terminal())
            self._show()
            rounds.warm(self.session.scope)
            self._begin()
            while not self.signals.end:
                if notifier is not None:
                    self.watcher.interval = watcher.INTERVAL_NOTIFIED if notifier.alive else watcher.INTERVAL
                if self.signals.suspend:
                    self._suspend()
                try:
                    self._show()
                    if not self._turn():
                        return 0
                except OSError as error:
                    if error.errno not in _GONE:
                        raise
                    return 0
        return 0 if self.signals.end == signal.SIGINT else 128 + self.signals.end

    def wake(self) -> None:
        """End the wait, from any thread."""
        with contextlib.suppress(OSError):
            os.write(self._wake_write, b"w")

    def _close(self) -> None:
        if self.round is not None:
            self.round.stop()
            self._drain()
        self._remember()
        for fd in (self._wake_read, self._wake_write):
            os.close(fd)

    def _turn(self) -> bool:
        """Wait for something and deal with it. False: the learner leaves."""
        wait = [self._wake_read] if self.round is None else [self._wake_read, self.round.fd]
        source = self._key_source()
        if source is not None:
            wait.append(source)
        ready, _, _ = select.select(wait, [], [], self.watcher.patience)
        if self._wake_read in ready:
            with contextlib.suppress(BlockingIOError):
                while os.read(self._wake_read, 4096):
                    pass
        if self.signals.resized:
            self.signals.resized, self._dirty = False, True
        if source is not None and source in ready and not self._keys():
            return False
        self._drain()
        saved = self.watcher.saved()
        if saved:
            self._grade(saved)
        return True

    # -- grading ----------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        try:
            self._known = state.read(self.options.root)
        except state.StateError as error:
            self._known = error.state
            self.session.notes.append(str(error))
        self.session.hints.update(self._known.hints)
        at = self.session.course.by_id.get(self._known.watch.get("at", ""))
        if at in self.session.scope:
            self.session.at = at
        self._grade(set())

    def _grade(self, saved: set[str], everything: bool = False) -> None:
        """Judge what has changed since it was judged last; `everything`: all of it."""
        if self.round is not None:
            self.round.stop()
            self._drain()
        self.session.notes = []
        try:
            self.snapshot = take(self.options.root)
        except SubmissionError as error:
            self.session.notes = [str(error)]
            self._dirty = True
            return
        self.session.notes += [f"exercises/{name} was not read: {why}" for name, why in self.snapshot.refused.items()]
        self._digests = {check.id: unchanged.digest(check, self.snapshot) for check in self.session.scope}
        if everything:
            self._graded.clear()
        elif not self._graded:
            self._recall()
        todo = self._first_things_first(self._todo())
        self.session.begin(saved, todo)
        self._began = time.monotonic()
        self._dirty = True
        if not todo:
            self.session.end(0.0, _clock())
            self.session.settle()
            return
        stale = {check.id for check in todo}
        known = {name: outcome for name, outcome in self.session.outcomes.items() if name not in stale}
        self.round = Round(self.snapshot, todo, known, self.options.seed, self.options.cage)
        self.round.start()

    def _todo(self) -> list[Check]:
        """What has not been judged as it stands now."""
        return [check for check in self.session.scope if self._graded.get(check.id) != self._digests[check.id]]

    def _recall(self) -> None:
        """What passed in an earlier run and has not changed since passes still."""
        for check in self.session.scope:
            if self._known.passed.get(check.id) == self._digests[check.id]:
                self.session.put(check, Outcome("passed"))
                self._graded[check.id] = self._digests[check.id]

    def _first_things_first(self, todo: list[Check]) -> list[Check]:
        """The check that is looked at, then its section, then the rest."""
        at = self.session.at or (todo[0] if todo else None)
        return sorted(todo, key=lambda check: (check != at, at is None or check.section != at.section))

    def _drain(self) -> None:
        """Take the outcomes that have come."""
        if self.round is None:
            return
        for event in self.round.events():
            self._dirty = True
            if isinstance(event, Ended):
                self._ended(event)
                return
            self._judged(event)
        if time.monotonic() - self._remembered_at > REMEMBER:
            self._remember()

    def _judged(self, event: Judged) -> None:
        self._graded[event.check.id] = self._digests[event.check.id]
        todo = self._first_things_first(self._todo())
        self.session.take(event.check, event.outcome, todo)
        here = event.check.section
        if self.session.at is None and (not todo or todo[0].section != here) and self.session.open_in(here):
            # What to do first is known now; the other sections follow while one reads.
            self.session.settle()

    def _ended(self, event: Ended) -> None:
        self.round = None
        self.session.end(time.monotonic() - self._began, _clock(), event.error)
        self.session.settle()
        self._remember()

    def _remember(self) -> None:
        """Write down what passes, what no longer does, the hints, and where the learner stands."""
        self._remembered_at = time.monotonic()
        passed = {
            name: self._graded[name]
            for name, outcome in self.session.outcomes.items()
            if outcome.status == "passed" and not outcome.carried and name in self._graded
        }
        # The grader's own fault says nothing about what passed before.
        gone = {n for n, o in self.session.outcomes.items() if o.carried or o.status not in ("passed", "error")}
        hints, at = self.session.hints, self.session.at

        def change(now: state.State) -> None:
            now.passed = {n: d for n, d in now.passed.items() if n not in gone} | passed
            for name, steps in hints.items():
                now.hints[name] = max(steps, now.hints.get(name, 0))
            if at is not None:
                now.watch["at"] = at.id

        after = state.State(dict(self._known.passed), dict(self._known.hints), watch=dict(self._known.watch))
        change(after)
        known = self._known
        if (after.passed, after.hints, after.watch) == (known.passed, known.hints, known.watch):
            return
        try:
            state.update(self.options.root, change)
            self._known = after
        except state.StateError as error:
            if str(error) not in self.session.notes:
                self.session.notes.append(str(error))
                self._dirty = True

    # -- keys -------------------------------------------------------------------------------------------------

    def _key_source(self) -> int | None:
        if self.terminal is not None:
            return self.terminal.fd
        return sys.stdin.fileno() if self._stdin_open else None

    def _keys(self) -> bool:
        pressed = self.terminal.read() if self.terminal is not None else self._lines()
        if pressed is None:
            if self.terminal is not None:
                return False
            self._stdin_open = False
            return True
        for number, key in enumerate(pressed):
            before = self.session.at
            command = self.session.press(key, fresh=number == 0 or self.terminal is None)
            self._dirty = True
            if command == "quit":
                return False
            if command == "check-all":
                self._grade(set(), everything=True)
            elif command == "reset":
                self._reset()
            elif command == "compare":
                self._compare()
            if self.session.at != before:
                self.session.notes = []
        self._remember()
        return True

    def _lines(self) -> list[str] | None:
        """The first letter of each line of standard input; None at its end."""
        data = os.read(sys.stdin.fileno(), 4096)
        if not data:
            return None
        *lines, self._typed = (self._typed + data.decode("utf-8", "replace")).split("\n")
        return [line.strip()[:1].lower() or "n" for line in lines]

    def _reset(self) -> None:
        check = self.session.at
        if check is None:
            return
        try:
            kept = self.options.reset(check.module)
        except (OSError, click.ClickException) as error:
            self.session.notes = [f"{check.file} was not reset: {error}"]
            return
        # The watcher sees the new file by itself.
        told = f"{check.file} is the stub again."
        self.session.notes = [told + (f" Your version is {kept.name}." if kept else "")]

    def _compare(self) -> None:
        at = self.session.at
        if at is None:
            return
        passed = {check.id for check in self.session.course.checks() if self.session.passed(check)}
        still_open = compare.open_subjects(self.session.course.checks(), passed)
        width = self.options.make_screen().width
        text = compare.text(self.session.course, at.section, self.snapshot, still_open, width)
        if self.terminal is None:
            click.echo(text)
            return
        # Ctrl-C and Ctrl-Z are the pager's while it is there.
        old = {number: signal.signal(number, how) for number, how in _PAGERS.items()}
        try:
            with self.terminal.lent():
                click.echo_via_pager(text)
        finally:
            for number, handler in old.items():
                signal.signal(number, handler)
        self._shown = []

    # -- the screen -------------------------------------------------------------------------------------------

    def _show(self) -> None:
        if not self._dirty:
            return
        self._dirty = False
        screen = self.options.make_screen()
        if self.terminal is not None:
            _, rows = self.terminal.size()
            lines = view.whole(self.session, screen, rows)
            if lines != self._shown:
                self.terminal.draw(lines)
                self._shown = lines
            return
        if not self.session.settled():
            return  # only what is certain is printed: lines cannot be taken back
        lines = view.plain(self.session, screen)
        if lines == self._shown:
            return
        self._shown = lines
        if self._stdin_open:
            lines = [*lines, view.keys(screen, view.help_for(self.session)) + "   (a letter, then Enter)"]
        click.echo("\n".join(["", *lines]))
        sys.stdout.flush()

    # -- signals ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _handlers(self) -> Iterator[None]:
        """Signals set a mark and wake the loop, which then leaves in good order."""

        def end(number: int, _frame: FrameType | None) -> None:
            self.signals.end = self.signals.end or number

        def suspend(_number: int, _frame: FrameType | None) -> None:
            self.signals.suspend = True

        def resized(_number: int, _frame: FrameType | None) -> None:
            self.signals.resized = True

        handlers: dict[int, Any] = dict.fromkeys((signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT), end)
        if not self.options.plain:
            handlers |= {signal.SIGTSTP: suspend, signal.SIGWINCH: resized}
        old_fd = signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        old = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            for number, handler in old.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(old_fd)

    def _suspend(self) -> None:
        """Ctrl-Z: give the terminal back, stop, and on `fg` draw anew. A check under way begins again."""
        self.signals.suspend = False
        terminal = self.terminal
        if terminal is None:
            return
        if self.round is not None:
            self.round.stop()
            self._drain()
        with terminal.lent():
            handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, handler)
        self._shown, self._dirty = [], True
        self._grade(set())


def summary(session: Session, screen: Screen) -> str:
    """The last line, after the screen is gone."""
    done = sum(session.passed(check) for check in session.scope)
    total = len(session.scope)
    return f"{screen.bar(done, total)} {done} of {total} checks pass. gradecheck watch goes on from here."


def _clock() -> str:
    return time.strftime("%H:%M:%S")
