"""Which files a check depends on, and the digest that says whether they have changed since it passed."""

from __future__ import annotations

import functools
import hashlib
import io
import re
import tokenize
from pathlib import PurePosixPath

from graders import __version__
from graders.course import Check
from graders.learner.snapshot import Snapshot

#: Characters of a source, and of all sources, beyond which they are not looked at more closely: nobody writes so much
#: by hand, and it takes seconds.
_LONG, _LONG_IN_ALL = 200_000, 1_000_000
_WORDLESS = (tokenize.OP, tokenize.NUMBER, tokenize.COMMENT)


def digest(check: Check, snapshot: Snapshot) -> str:
    """SHA-256 over the kit's version, the check, and every file that its module may import, directly or not."""
    names = ["answers.toml"] if check.question else sorted(closure(snapshot, f"{check.module}.py"))
    total = hashlib.sha256(f"{__version__}\0{check.id}".encode())
    for name in names:
        data = snapshot.files.get(name, b"\0missing")
        total.update(f"\0{name}\0{len(data)}\0".encode() + data)
    return total.hexdigest()[:32]


def closure(snapshot: Snapshot, start: str) -> set[str]:
    """The files whose names are mentioned in `start`, in those files, and so on: at least all that are imported."""
    stems: dict[str, list[str]] = {}
    for name in snapshot.files:
        path = PurePosixPath(name)
        # A package is mentioned by its folder's name, and then all of it may be imported.
        for part in (*path.parts[:-1], path.stem):
            stems.setdefault(part, []).append(name)
    found, todo = {start}, [start]
    while todo:
        for stem in words(snapshot, todo.pop()) & stems.keys():
            for name in stems[stem]:
                if name not in found:
                    found.add(name)
                    todo.append(name)
    return found


def words(snapshot: Snapshot, name: str) -> frozenset[str]:
    """The words of one file of a submission, as `mentioned` has them; all of them where the submission is very long."""
    source = snapshot.text(name) or ""
    if sum(len(data) for file, data in snapshot.files.items() if file.endswith(".py")) > _LONG_IN_ALL:
        return frozenset(re.findall(r"\w+", source))
    return mentioned(source)


@functools.lru_cache(maxsize=32)
def mentioned(source: str) -> frozenset[str]:
    """The words of a Python source, without its comments and docstrings: whatever it imports is among them.

    Other strings count, for `importlib.import_module("network")`. A source that is no Python counts whole.
    """
    if len(source) > _LONG:
        return frozenset(re.findall(r"\w+", source))
    words: set[str] = set()
    statement_begins = True
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.ENCODING):
                # NL is a line end within a statement or an empty line; only where no statement is open does one begin.
                statement_begins = statement_begins or token.type != tokenize.NL
                continue
            if token.type == tokenize.NAME:
                words.add(token.string)
            elif token.type not in _WORDLESS and not (token.type == tokenize.STRING and statement_begins):
                words |= set(re.findall(r"\w+", token.string))
            statement_begins = statement_begins and token.type == tokenize.COMMENT
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(re.findall(r"\w+", source))
    return frozenset(words)
