"""The files about a whole cohort, written in one step each, so that a reader never finds half of one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from graders.cohort import grades_csv, page
from graders.cohort.find import CohortError
from graders.cohort.store import Store


def write(store: Store, out: Path) -> list[Path]:
    """grades.csv and index.html. Raises CohortError."""
    return [
        _write(out / grades_csv.FILE, grades_csv.lines(store), newline=""),
        _write(out / page.FILE, page.pieces(store), newline="\n"),
    ]


def _write(path: Path, pieces: Iterator[str], newline: str) -> Path:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            with part.open("w", encoding="utf-8", errors="replace", newline=newline) as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise CohortError(f"cannot write {path}: {error.strerror}; the results are safe in cohort.db") from None
    return path
