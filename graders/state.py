"""What the desk remembers of one learner: `.gradecheck/state.toml`, a text file that a person can read.

    [passed]             check = digest of the files that it depends on, when it passed
    [hints]              item or check = how many of its three hints have been shown
    [quiz]               question = how often it was answered
    [drills]             drill = how often it was solved
    [watch]              at = the check that `gradecheck watch` was left at

It is written by an atomic rename under a lock, so that two terminals lose nothing of each other's. Of a damaged file
every line that can still be read counts, and the file itself is kept beside the new one. Tables that this version does
not know, from a newer one, stay as they are.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = ".gradecheck"
FILE = "state.toml"

#: Seconds to wait for another gradecheck that is writing; one write takes milliseconds.
PATIENCE = 5.0

_HEAD = """\
# What gradecheck remembers here. It may be deleted: then all is graded anew, and hints begin at the first.
#   passed: check = digest of its files when it passed    hints: item or check = hints shown
#   quiz: question = times answered    drills: drill = times solved    watch: where it was left
"""

_STRINGS = ("passed", "watch")
_COUNTS = ("hints", "quiz", "drills")


@dataclass
class State:
    """The remembered facts. `other` are the tables of other versions, which are only passed on."""

    passed: dict[str, str] = field(default_factory=dict)
    hints: dict[str, int] = field(default_factory=dict)
    quiz: dict[str, int] = field(default_factory=dict)
    drills: dict[str, int] = field(default_factory=dict)
    watch: dict[str, str] = field(default_factory=dict)
    other: dict[str, dict[str, str | int | float | bool]] = field(default_factory=dict)


class StateError(Exception):
    """The state cannot be read or written; one line, and no reason to stop. `state` is what could be read."""

    def __init__(self, text: str, state: State | None = None) -> None:
        super().__init__(text)
        self.state = state or State()


def read(root: Path) -> State:
    """The state of the submission at `root`; an empty one where there is none. Raises StateError for a damaged file."""
    path = root / FOLDER / FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return State()
    except NotADirectoryError:
        raise StateError(f"{root / FOLDER} is a file; expected a folder for gradecheck's state") from None
    except OSError as error:
        raise StateError(f"cannot read {path}: {error.strerror}; going on without it") from None
    try:
        return _state(tomllib.loads(data.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        why = str(error).splitlines()[0]
        raise StateError(
            f"{path} is damaged ({why}); what can be read of it counts, and the next write keeps a copy of it",
            _salvage(data),
        ) from None


def update(root: Path, change: Callable[[State], None]) -> None:
    """Read, change and write the state under a lock. Raises StateError where that is not possible."""
    folder = root / FOLDER
    try:
        with locked(root):
            try:
                state = read(root)
            except StateError as error:
                state = error.state
                with contextlib.suppress(FileNotFoundError):
                    write_atomically(_free_name(folder / f"{FILE}.damaged"), (folder / FILE).read_bytes())
            change(state)
            write_atomically(folder / FILE, _text(state).encode())
    except OSError as error:
        raise StateError(
            f"cannot write {folder / FILE}: {error.strerror or error}; nothing is remembered of this run"
        ) from None


@contextlib.contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the lock of the submission at `root`. Raises OSError where it is not to be had in time."""
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder / ".lock").open("a") as file:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise OSError(11, "another gradecheck has been writing it for seconds") from None
                time.sleep(0.02)
        # Nobody else writes now: what a killed process began may go.
        for left in folder.glob(".writing-*"):
            left.unlink(missing_ok=True)
        yield


def write_atomically(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write `data` beside `path` and rename it there: a reader sees the old file or the new one. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _state(data: dict[str, object]) -> State:
    state = State(
        **{name: _table(data.get(name), str) for name in _STRINGS},  # type: ignore[arg-type]
        **{name: _table(data.get(name), int) for name in _COUNTS},  # type: ignore[arg-type]
    )
    for name, table in data.items():
        if name not in (*_STRINGS, *_COUNTS) and isinstance(table, dict) and re.fullmatch(r"\w+", name):
            state.other[name] = {k: v for k, v in table.items() if isinstance(v, str | int | float)}
    return state


def _table(value: object, kind: type) -> dict[str, object]:
    if not isinstance(value, dict):
        return {}
    return {str(k): v for k, v in value.items() if type(v) is kind}


def _salvage(data: bytes) -> State:
    """What can be read of a damaged file, line by line: each fact stands on a line of its own."""
    found: dict[str, dict[str, object]] = {}
    table = ""
    for line in data[: 4 * 2**20].decode("utf-8", "replace").splitlines():
        header = re.fullmatch(r"\s*\[(\w+)\]\s*", line)
        if header:
            table = header[1]
        elif table and "=" in line and "\ufffd" not in line:
            with contextlib.suppress(tomllib.TOMLDecodeError, RecursionError):
                found.setdefault(table, {}).update(tomllib.loads(line))
    return _state(dict(found))


def _text(state: State) -> str:
    lines = [_HEAD]
    tables: dict[str, dict[str, str | int | float | bool]] = {
        name: getattr(state, name) for name in ("passed", "hints", "quiz", "drills", "watch")
    }
    for name, table in (tables | state.other).items():
        lines.append(f"\n[{name}]\n")
        lines += [f"{_quoted(key)} = {_value(table[key])}\n" for key in sorted(table)]
    return "".join(lines)


def _value(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for the one control character that JSON lets through.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _free_name(path: Path) -> Path:
    """`path`, or `path`-2, -3 …: the first that is not taken."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free
