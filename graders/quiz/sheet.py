"""One value of exercises/answers.toml changed, and no other byte.

The file is the learner's: comments, order, spacing and line ends stay. So it is not parsed and printed again; a small
scanner finds where a value begins and ends, and the result is parsed to see that nothing else has changed.
"""

from __future__ import annotations

import re
import stat
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from graders import state
from graders.learner.submission import FOLDER

NAME = "answers.toml"


class SheetError(Exception):
    """The sheet cannot be read or changed; one line that says what to do."""


@dataclass
class Sheet:
    """answers.toml of the submission at `root`. `copy` is what was kept before the first change."""

    root: Path
    copy: Path | None = field(default=None, init=False)

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.root / FOLDER / NAME

    def read(self) -> dict[str, object]:
        """The answers as they are now. Raises SheetError."""
        return _parsed(self._bytes())

    def write(self, key: str, value: str) -> None:
        """Give `key` the TOML value `value`. Read anew first: an editor may have saved meanwhile. Raises SheetError."""
        try:
            with state.locked(self.root):
                before = self._bytes()
                after = replaced(before, key, value)
                if after == before:
                    return
                self._keep(before)
                mode = stat.S_IMODE(self.path.stat().st_mode)
                state.write_atomically(self.path.resolve(), after, mode)
        except OSError as error:
            raise SheetError(
                f'cannot write {self.path}: {error.strerror or error}; your answer there would be: "{key}" = {value}'
            ) from None

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            raise SheetError(f"{FOLDER}/{NAME} is missing; `gradecheck reset answers` brings an empty sheet") from None
        except OSError as error:
            raise SheetError(f"cannot read {self.path}: {error.strerror}; check its permissions") from None

    def _keep(self, data: bytes) -> None:
        """A copy, once: what the sheet was before this session."""
        if self.copy is not None:
            return
        stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
        name, number = f"answers-{stamp}", 1
        folder = self.root / state.FOLDER
        while (copy := folder / f"{name}{f'-{number}' if number > 1 else ''}.toml").exists():
            number += 1
        state.write_atomically(copy, data)
        self.copy = copy


def replaced(data: bytes, key: str, value: str) -> bytes:
    """`data` with the value of the top-level `key` replaced, or the key added. Raises SheetError."""
    old = _parsed(data)
    text = data.decode("utf-8")
    span, end_of_top = _find(text, key)
    if span is None:
        newline = "\r\n" if "\r\n" in text else "\n"
        gap = "" if end_of_top == 0 or text[:end_of_top].endswith("\n") else newline
        entry = f'{gap}"{key}" = {value}{newline}'
        new = text[:end_of_top] + entry + text[end_of_top:]
    else:
        new = text[: span[0]] + value + text[span[1] :]
    changed = new.encode("utf-8")
    wanted = {**old, key: tomllib.loads(f"x = {value}")["x"]}
    if _parsed(changed) != wanted:
        raise SheetError(f'{FOLDER}/{NAME} cannot be changed safely as it is written; write there: "{key}" = {value}')
    return changed


def _parsed(data: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        why = str(error).splitlines()[0]
        raise SheetError(
            f"{FOLDER}/{NAME} is not valid TOML: {why}; mend that line, or `gradecheck reset answers` (keeps a copy)"
        ) from None


# One token after the other, in TOML that is known to be valid: strings are skipped whole, so that a # or a ] in them
# means nothing.
_STRING = r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
_TOKEN = re.compile(
    rf"(?P<string>{_STRING})|(?P<comment>#[^\n]*)|(?P<sign>[\[\]{{}},=\n])|[^\"'#\[\]{{}},=\n]+", re.DOTALL
)
_BLANK = " \t\r"


def _find(text: str, key: str) -> tuple[tuple[int, int] | None, int]:
    """Where the value of a top-level key begins and ends, or None; and where the top level ends."""
    position = 0
    while position < len(text):
        position = _skip(text, position)
        if position >= len(text):
            break
        if text[position] == "[":
            # The first table's header: what follows is no longer the top level. Its comments go with it.
            return None, _start_of_line(text, position)
        equals = _scan(text, position, until="=")
        name = text[position:equals].strip()
        begin = equals + 1
        while begin < len(text) and text[begin] in _BLANK:
            begin += 1
        end = _scan(text, begin, until="\n#")
        stop = end
        while stop > begin and text[stop - 1] in _BLANK:
            stop -= 1
        if _unquoted(name) == key:
            return (begin, stop), len(text)
        position = end
    return None, len(text)


def _skip(text: str, position: int) -> int:
    """Past blanks, line ends and comments."""
    while position < len(text):
        if text[position] == "#":
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        elif text[position] in _BLANK + "\n":
            position += 1
        else:
            break
    return position


def _scan(text: str, position: int, until: str) -> int:
    """The next of `until` outside of strings and brackets."""
    depth = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return position
        if depth == 0 and token[0][0] in until and not token["string"]:
            return position
        if token["sign"] and token[0] in "[{":
            depth += 1
        elif token["sign"] and token[0] in "]}":
            depth -= 1
        position = token.end()
    return position


def _start_of_line(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1


def _unquoted(name: str) -> str | None:
    """A key without its quotes; None for a dotted one."""
    try:
        parsed = tomllib.loads(f"{name} = 1")
    except tomllib.TOMLDecodeError:
        return None
    (key, value), *_ = parsed.items()
    return key if value == 1 else None
