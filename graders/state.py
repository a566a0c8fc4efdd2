"""What the desk remembers of one learner: `.gradecheck/state.toml`, a text file that a person can read.

    [passed]             check = digest of the files that it depends on, when it passed
    [hints]              item = how many of its three hints have been shown
    [quiz]               question = how often it was answered

It is written by an atomic rename under a lock, so that two terminals lose nothing of each other's; a damaged file is
kept beside the new one and is no reason to stop.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = ".gradecheck"
FILE = "state.toml"

_HEAD = """\
# What gradecheck remembers here. It may be deleted: then all is graded anew, and hints begin at the first.
"""


class StateError(Exception):
    """The state cannot be read or written; one line, and no reason to stop."""


@dataclass
class State:
    """The remembered facts."""

    passed: dict[str, str] = field(default_factory=dict)
    hints: dict[str, int] = field(default_factory=dict)
    quiz: dict[str, int] = field(default_factory=dict)


def read(root: Path) -> State:
    """The state of the submission at `root`; an empty one where there is none. Raises StateError for a damaged file."""
    path = root / FOLDER / FILE
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return State()
    except NotADirectoryError:
        raise StateError(f"{root / FOLDER} is a file; expected a folder for gradecheck's state") from None
    except OSError as error:
        raise StateError(f"{path}: {error.strerror}; going on without it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StateError(f"{path} is damaged ({error}); it is kept as {FILE}.damaged, and all is graded anew") from None
    return State(
        _table(data.get("passed"), str), _table(data.get("hints"), int), _table(data.get("quiz"), int)
    )


def _table(value: object, kind: type) -> dict[str, object]:  # type: ignore[misc]
    if not isinstance(value, dict):
        return {}
    return {str(k): v for k, v in value.items() if type(v) is kind}


def update(root: Path, change: Callable[[State], None]) -> None:
    """Read, change and write the state under a lock. Raises StateError where that is not possible."""
    folder = root / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        with _locked(folder):
            try:
                state = read(root)
            except StateError:
                with contextlib.suppress(OSError):
                    (folder / FILE).replace(folder / f"{FILE}.damaged")
                state = State()
            change(state)
            _write(folder, state)
    except OSError as error:
        raise StateError(
            f"cannot write {folder / FILE}: {error.strerror}; nothing is remembered of this run"
        ) from None


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder / ".lock").open("w") as file:
        until = time.monotonic() + 5
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise OSError(11, "another gradecheck is writing it") from None
                time.sleep(0.02)
        yield


def _write(folder: Path, state: State) -> None:
    lines = [_HEAD]
    for name in ("passed", "hints", "quiz"):
        lines.append(f"\n[{name}]\n")
        table: dict[str, str | int] = getattr(state, name)
        for key in sorted(table):
            value = table[key]
            lines.append(f'"{key}" = {value}\n' if isinstance(value, int) else f'"{key}" = "{value}"\n')
    handle, name = tempfile.mkstemp(prefix=".state-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("".join(lines))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(folder / FILE)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
