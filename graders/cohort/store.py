"""cohort.db: what is known of every submission, in SQLite; each result is one transaction, written as it comes.

`contents` gives all that a second run must repeat: times and places on disk apart, it doesn't depend on the order, the
number of workers, or how often the run was stopped and taken up again.
"""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graders.cohort.find import CohortError, Entry
from graders.report.model import Report, clean

FILE = "cohort.db"
SCHEMA = 1

#: Seconds that a write waits for another program that holds the database.
PATIENCE = 60.0

_TABLES = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE submission (
  name TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  folder TEXT NOT NULL,                    -- below reports/
  listed INTEGER NOT NULL,                 -- 0: no longer among the submissions
  status TEXT NOT NULL,                    -- waiting | graded | unreadable | fault
  note TEXT NOT NULL DEFAULT '',           -- why it is unreadable or at fault; files that were not read
  digest TEXT,                             -- of the files, as in the report
  identity TEXT,                           -- of the files and of what was refused
  seed INTEGER, kit TEXT, mode TEXT, selection TEXT, sandbox TEXT,
  earned REAL, possible REAL, bonus REAL,
  passed INTEGER, troubles INTEGER, errors INTEGER,
  seconds REAL, cpu_judge REAL, cpu_learner REAL, memory INTEGER, graded_at TEXT
) WITHOUT ROWID;
CREATE INDEX submission_identity ON submission (identity);
CREATE TABLE result (
  submission TEXT NOT NULL REFERENCES submission (name),
  id TEXT NOT NULL,                        -- the check
  item TEXT NOT NULL, position INTEGER NOT NULL,
  status TEXT NOT NULL, carried INTEGER NOT NULL,
  points REAL NOT NULL, earned REAL NOT NULL, bonus INTEGER NOT NULL,
  headline TEXT NOT NULL, seconds REAL NOT NULL,
  PRIMARY KEY (submission, id)
) WITHOUT ROWID;
CREATE TABLE misconception (
  submission TEXT NOT NULL REFERENCES submission (name),
  id TEXT NOT NULL, check_id TEXT NOT NULL, title TEXT NOT NULL,
  PRIMARY KEY (submission, id, check_id)
) WITHOUT ROWID;
"""

#: A status that says that the code was stopped, not that it was wrong.
TROUBLES = ("timeout", "crashed")


@dataclass(frozen=True)
class Settings:
    """What a verdict depends on beside the files."""

    seed: int
    kit: str
    mode: str
    selection: str


@dataclass(frozen=True)
class Known:
    """What the database says of a submission before it is looked at."""

    status: str
    identity: str | None
    settings: Settings | None
    errors: int
    troubles: int
    folder: str

    @property
    def failed(self) -> bool:
        """Whether the last attempt ended in something else than a verdict on the code."""
        return self.status in ("unreadable", "fault") or self.errors > 0 or self.troubles > 0


class Store:
    """An open cohort.db. Everything that it raises is a CohortError of one line."""

    def __init__(self, folder: Path, *, create: bool = False, file: str = FILE, patience: float = PATIENCE) -> None:
        self.path = folder / file
        if not create and not self.path.is_file():
            raise CohortError(
                f"there is no {self.path}: expected the folder that `gradecheck cohort … --out` has written"
            )
        with self._clear():
            self._db = sqlite3.connect(self.path, timeout=patience, isolation_level=None)
            try:
                self._open(create)
            except BaseException:
                self._db.close()
                raise

    def _open(self, create: bool) -> None:
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if found > SCHEMA or (found == 0 and tables):
            raise CohortError(
                f"{self.path} has schema {found}, and this gradecheck reads schema {SCHEMA}: name another folder"
            )
        if create:
            self._db.execute("PRAGMA journal_mode=WAL")
        # A result that a power cut takes back is graded again; a killed process takes back nothing.
        self._db.execute("PRAGMA synchronous=NORMAL")
        if found == 0:
            self._db.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version={SCHEMA}; COMMIT;")

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _clear(self) -> Iterator[None]:
        """SQLite's errors as one line that says what to do."""
        try:
            yield
        except sqlite3.OperationalError as error:
            text = str(error)
            if "locked" in text or "busy" in text:
                what, advice = "is held by another program", "close that"
            elif "full" in text or "disk I/O" in text:
                what, advice = f"cannot be written ({text})", "make room"
            else:
                what, advice = f"cannot be used ({text})", "put that right"
            raise CohortError(f"{self.path} {what}: {advice}, and run the same command again") from None
        except sqlite3.DatabaseError as error:
            raise CohortError(f"{self.path} is damaged ({error}): move it away, and grade again") from None

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._clear():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, query: str, values: Iterable[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a SELECT, as they come."""
        with self._clear():
            yield from self._db.execute(query, tuple(values))

    def one(self, query: str, values: Iterable[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a SELECT."""
        return next(iter(self.rows(query, values)), None)

    # -- settings ---------------------------------------------------------------------------------------------

    def get(self, name: str) -> str | None:
        """A setting of the cohort."""
        found = self.one("SELECT value FROM setting WHERE name = ?", [name])
        return None if found is None else str(found[0])

    def put(self, **settings: str) -> None:
        """Keep settings of the cohort."""
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO setting VALUES (?, ?)", settings.items())

    # -- submissions ------------------------------------------------------------------------------------------

    def enlist(self, entries: Iterable[Entry]) -> None:
        """Make a row for each submission, and mark those that are no longer there. Results stay."""
        with self._writing() as db:
            db.execute("UPDATE submission SET listed = 0")
            db.executemany(
                "INSERT INTO submission (name, path, folder, listed, status) VALUES (?, ?, ?, 1, 'waiting') "
                "ON CONFLICT (name) DO UPDATE SET path = excluded.path, folder = excluded.folder, listed = 1",
                ((entry.name, _path(entry), entry.folder) for entry in entries),
            )

    def known(self, name: str) -> Known:
        """What is known of a submission that is enlisted."""
        row = self.one(
            "SELECT status, identity, seed, kit, mode, selection, errors, troubles, folder FROM submission "
            "WHERE name = ?",
            [name],
        )
        assert row is not None
        status, identity, seed, kit, mode, selection, errors, troubles, folder = row
        settings = None if identity is None else Settings(seed, kit, mode, selection)
        return Known(status, identity, settings, errors or 0, troubles or 0, folder)

    def twins(self, identity: str, settings: Settings) -> list[tuple[str, str]]:
        """Name and report folder of graded submissions with the same files under the same settings."""
        return [
            (name, folder)
            for name, folder in self.rows(
                "SELECT name, folder FROM submission WHERE identity = ? AND status = 'graded' AND errors = 0 "
                "AND seed = ? AND kit = ? AND mode = ? AND selection = ? ORDER BY name LIMIT 3",
                [identity, settings.seed, settings.kit, settings.mode, settings.selection],
            )
        ]

    def waiting(self, name: str) -> None:
        """Mark a submission as not graded yet: its result is about other files or settings."""
        with self._writing() as db:
            db.execute("UPDATE submission SET status = 'waiting' WHERE name = ?", [name])

    def record(
        self,
        name: str,
        identity: str,
        report: Report,
        settings: Settings,
        note: str = "",
        cpu: tuple[float, float] = (0.0, 0.0),
        memory: int = 0,
    ) -> None:
        """Write a verdict: one submission, its checks and its misconceptions, in one transaction."""
        checks = [(checkpoint, check) for _, checkpoint, check in report.checks()]
        statuses = [check.status for _, check in checks]
        values = {
            "status": "graded",
            "note": note,
            "digest": report.submission.digest,
            "identity": identity,
            "seed": settings.seed,
            "kit": settings.kit,
            "mode": settings.mode,
            "selection": settings.selection,
            "sandbox": report.sandbox,
            "earned": report.score.earned,
            "possible": report.score.possible,
            "bonus": report.score.bonus,
            "passed": statuses.count("passed"),
            "troubles": sum(status in TROUBLES for status in statuses),
            "errors": statuses.count("error"),
            "seconds": report.seconds,
            "cpu_judge": cpu[0],
            "cpu_learner": cpu[1],
            "memory": memory,
            "graded_at": _now(),
        }
        with self._writing() as db:
            self._forget(db, name)
            self._set(db, name, values)
            db.executemany(
                "INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (name, c.id, p.id, n, c.status, c.carried, c.points, c.earned, c.bonus, c.headline[:500], c.seconds)
                    for n, (p, c) in enumerate(checks)
                ),
            )
            db.executemany(
                "INSERT OR IGNORE INTO misconception VALUES (?, ?, ?, ?)",
                ((name, m.id, c.id, m.title) for _, c in checks if c.status != "passed" for m in c.misconceptions),
            )

    def record_problem(self, name: str, status: str, note: str) -> None:
        """Write that a submission could not be read ("unreadable") or graded ("fault")."""
        empty = dict.fromkeys(_RESULT_COLUMNS)
        with self._writing() as db:
            self._forget(db, name)
            self._set(db, name, {**empty, "status": status, "note": clean(note, 500), "graded_at": _now()})

    @staticmethod
    def _forget(db: sqlite3.Connection, name: str) -> None:
        db.execute("DELETE FROM result WHERE submission = ?", [name])
        db.execute("DELETE FROM misconception WHERE submission = ?", [name])

    @staticmethod
    def _set(db: sqlite3.Connection, name: str, values: dict[str, Any]) -> None:
        places = ", ".join(f"{column} = ?" for column in values)
        changed = db.execute(f"UPDATE submission SET {places} WHERE name = ?", [*values.values(), name]).rowcount
        assert changed == 1, name

    # -- the whole --------------------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        """How many of the listed submissions have each status, and how many graded ones have errors or all passed."""
        found = dict.fromkeys(("waiting", "graded", "unreadable", "fault"), 0)
        found |= dict(self.rows("SELECT status, count(*) FROM submission WHERE listed GROUP BY status"))
        row = self.one(
            "SELECT total(errors > 0), total(troubles > 0), total(passed < (SELECT count(*) FROM result "
            "WHERE result.submission = submission.name)) FROM submission WHERE listed AND status = 'graded'"
        )
        assert row is not None
        return found | {"errors": int(row[0]), "troubles": int(row[1]), "imperfect": int(row[2])}

    def keep_copy(self) -> Path:
        """A whole copy beside it, before results are overwritten: cohort.db.1, .2, …"""
        target = next(path for n in itertools.count(1) if not (path := self.path.with_name(f"{FILE}.{n}")).exists())
        with self._clear():
            self._db.execute("VACUUM INTO ?", [str(target)])
        return target

    def contents(self) -> Iterator[tuple[Any, ...]]:
        """Every row, sorted, without times, memory and where things lie."""
        yield from self.rows("SELECT 'setting', name, value FROM setting WHERE name = 'seed'")
        columns = "name, folder, listed, status, note, digest, identity, seed, kit, mode, selection, sandbox"
        numbers = "earned, possible, bonus, passed, troubles, errors"
        yield from self.rows(f"SELECT 'submission', {columns}, {numbers} FROM submission ORDER BY name")
        columns = "submission, id, item, position, status, carried, points, earned, bonus, headline"
        yield from self.rows(f"SELECT 'result', {columns} FROM result ORDER BY submission, id")
        yield from self.rows("SELECT 'misconception', * FROM misconception ORDER BY submission, id, check_id")


_RESULT_COLUMNS = (
    *("digest", "identity", "seed", "kit", "mode", "selection", "sandbox"),
    *("earned", "possible", "bonus", "passed", "troubles", "errors"),
    *("seconds", "cpu_judge", "cpu_learner", "memory"),
)


def _path(entry: Entry) -> str:
    return str(entry.path).encode("utf-8", "backslashreplace").decode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
