"""The submissions of a cohort: a folder of folders or archives, or a CSV file with a path in each row."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from graders.learner.submission import FOLDER
from graders.report.model import clean

#: Endings of the archives that `gradecheck grade` reads.
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")

_NOT_SUBMISSIONS = {"__MACOSX", "__pycache__"}
_PATH_COLUMNS = ("path", "folder", "submission", "file")
_NAME_COLUMNS = ("name", "id", "student", "login")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_MAX_FOLDER = 100


class CohortError(Exception):
    """A cohort that can't be graded, or not further; one line for the user."""


@dataclass(frozen=True)
class Entry:
    """One submission: its name in the results, where it lies, and the name of its report folder."""

    name: str
    path: Path
    folder: str


@dataclass(frozen=True)
class Found:
    """The submissions, by name, and one line about each thing that was passed over."""

    entries: list[Entry]
    notes: list[str] = field(default_factory=list)


def find(source: Path, out: Path | None = None) -> Found:
    """Every submission of `source`; `out`, if it lies there, isn't one. Raises CohortError."""
    if source.is_dir():
        named, notes = _in_folder(source, out)
    elif source.is_file() and source.suffix.lower() in (".csv", ".tsv", ".txt"):
        named, notes = _in_table(source), []
    elif source.exists():
        raise CohortError(f"{source}: expected a folder of submissions, or a .csv file with a column 'path'")
    else:
        raise CohortError(f"there is no {source}: expected a folder of submissions, or a .csv file")
    if not named:
        raise CohortError(f"no submissions in {source}: expected a folder or an archive for each of them")
    return Found(_entries(named), notes)


def _in_folder(source: Path, out: Path | None) -> tuple[list[tuple[str, Path]], list[str]]:
    if (source / FOLDER).is_dir():
        raise CohortError(
            f"{source} is one submission (it holds {FOLDER}/): name its parent, or use `gradecheck grade`"
        )
    try:
        names = sorted(os.listdir(source))  # noqa: PTH208 -- the names alone, of very many
    except OSError as error:
        raise CohortError(f"cannot read {source}: {error.strerror}") from None
    own = out.resolve() if out is not None else None
    results = own.name if own is not None and own.parent == source.resolve() else None
    taken: dict[str, int] = {}
    kept: list[tuple[str, Path]] = []
    notes = []
    for name in names:
        path = source / name
        if name.startswith(".") or name in _NOT_SUBMISSIONS or name == results:
            continue
        folder = path.is_dir()
        if not folder and _stem(name) is None:
            notes.append(f"{clean(name, 200)} is neither a folder nor an archive: passed over")
            continue
        short = name if folder else _stem(name) or name
        taken[short] = taken.get(short, 0) + 1
        kept.append((name, path))
    named = []
    for name, path in kept:
        # alice/ and alice.zip: the archive keeps its ending, so that both have a name of their own.
        short = name if path.is_dir() else _stem(name) or name
        named.append((short if taken[short] == 1 else name, _inner(path)))
    return named, notes


def _stem(name: str) -> str | None:
    """`name` without an archive's ending, or None if it has none."""
    ending = max((e for e in ARCHIVES if name.lower().endswith(e)), key=len, default=None)
    return name[: -len(ending)] or None if ending else None


def _inner(path: Path) -> Path:
    """What a learning platform has packed once more: a folder with nothing but one archive, or one folder, in it."""
    if not path.is_dir() or (path / FOLDER).exists():
        return path
    try:
        inside = [e for e in path.iterdir() if not e.name.startswith(".") and e.name not in _NOT_SUBMISSIONS]
    except OSError:
        return path
    if len(inside) == 1 and not inside[0].is_symlink():
        only = inside[0]
        if (only.is_file() and _stem(only.name)) or (only / FOLDER).is_dir():
            return only
    return path


def _in_table(source: Path) -> list[tuple[str, Path]]:
    """Rows of a CSV file: a column `path`, and `name` if there is one. Paths are relative to the file's folder."""
    try:
        text = source.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CohortError(f"cannot read {source}: {error}; expected a CSV file in UTF-8") from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    seen: dict[str, int] = {}
    try:
        titles = [title.strip().lower() for title in next(rows, [])]
        path_at = _column(titles, _PATH_COLUMNS)
        if path_at is None:
            raise CohortError(f"{source}, line 1: expected a column 'path', found {', '.join(titles) or 'nothing'}")
        name_at = _column(titles, _NAME_COLUMNS)
        named = []
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) <= path_at or not row[path_at].strip():
                raise CohortError(f"{source}, line {rows.line_num}: the column '{titles[path_at]}' is empty")
            if "\0" in row[path_at]:
                raise CohortError(f"{source}, line {rows.line_num}: a path can't hold the character NUL")
            path = source.parent / row[path_at].strip()
            given = row[name_at].strip() if name_at is not None and len(row) > name_at else ""
            name = given or _stem(path.name) or path.name
            if name in seen:
                raise CohortError(
                    f"{source}, line {rows.line_num}: {clean(name, 100)!r} stands on line {seen[name]} too: "
                    "names must differ"
                )
            seen[name] = rows.line_num
            named.append((name, _inner(path)))
    except csv.Error as error:
        raise CohortError(f"{source}, line {rows.line_num}: not CSV: {error}") from None
    return named


def _column(titles: list[str], wanted: Iterable[str]) -> int | None:
    return next((titles.index(title) for title in wanted if title in titles), None)


def _entries(named: list[tuple[str, Path]]) -> list[Entry]:
    """Printable names and safe folders; both stay apart, also where the file system ignores case."""
    names: set[str] = set()
    folders: set[str] = set()
    entries = []
    for raw, path in named:
        mark = hashlib.sha256(os.fsencode(raw)).hexdigest()[:8]
        name = " ".join(clean(raw.encode("utf-8", "backslashreplace").decode(), 200).split())
        if not name or name in names:
            name = f"{name} {mark}".strip()
        folder = _safe(name)
        if folder != name or _folded(folder) in folders:
            folder = f"{folder}-{mark}"
        names.add(name)
        folders.add(_folded(folder))
        entries.append(Entry(name, path, folder))
    return sorted(entries, key=lambda entry: entry.name)


def _safe(name: str) -> str:
    """`name` as one part of a path that no system reads in another way."""
    kept = re.sub(r"[^\w.@+ -]", "_", name).strip(" .-")
    while len(kept.encode()) > _MAX_FOLDER:
        kept = kept[:-1]
    kept = kept.rstrip(" .")
    return "_" if not kept or _RESERVED.fullmatch(kept) else kept


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
