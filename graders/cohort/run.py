"""Grading a cohort into a folder: what is still to do, each job once, every result written as it comes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from graders.cohort import kit, task
from graders.cohort.engine import Engine, Traffic
from graders.cohort.find import CohortError, Entry, Found
from graders.cohort.progress import Progress
from graders.cohort.reading import read
from graders.cohort.store import FILE, Settings, Store
from graders.cohort.task import Job
from graders.course import Check
from graders.learner.snapshot import Snapshot
from graders.learner.submission import SubmissionError
from graders.report import writer
from graders.report.model import Report, clean

REPORTS = "reports"
UNREADABLE = "unreadable.txt"
#: After so many faults without one verdict between them, it is the machine, and the run ends.
MAX_FAULTS = 25


@dataclass(frozen=True)
class Order:
    """What is to be done. `seed` None: the cohort's own, or a new one."""

    found: Found
    out: Path
    checks: Sequence[Check]
    seed: int | None = None
    mode: str = "required"
    formats: Sequence[str] = ("json", "html")
    only_failed: bool = False
    fresh: bool = False


@dataclass
class Run:
    """One run over a cohort; use it inside `opened`."""

    order: Order
    store: Store
    settings: Settings
    progress: Progress
    stop: Callable[[], bool] = lambda: False
    _same: dict[str, list[Entry]] = field(default_factory=dict)
    _facts: dict[str, tuple[str, str | None]] = field(default_factory=dict)  # name -> note, commit
    _kept: Path | None = None

    def grade(self, engine: Engine, task: Callable[[Job], dict[str, Any]] = task.grade) -> bool:
        """Grade all that is to be graded. Returns whether it came to the end. Raises CohortError."""
        entries = self.order.found.entries
        self.store.enlist(entries)
        self.progress.start(len(entries), seed=self.settings.seed, kit=self.settings.kit)
        traffic = Traffic(engine, task)
        faults = 0

        def tick() -> None:
            self.progress.tick([self._same[str(under.key)][0].name for under in traffic.running.values()])

        for key, result in traffic.results(self._jobs(), self.stop, tick):
            group = self._same.pop(str(key))
            faults = faults + 1 if "fault" in result else 0
            self._record(str(key), group, result)
            if faults >= MAX_FAULTS:
                raise CohortError(f"{faults} submissions in a row could not be graded; the last: {result['fault']}")
        return not self.stop()

    # -- what is to do ----------------------------------------------------------------------------------------

    def _jobs(self) -> Iterator[tuple[Hashable, Job]]:
        """Lazily, one job for each set of files that has no verdict yet; all else is settled on the way."""
        for entry in self.order.found.entries:
            if self.stop():
                return
            known = self.store.known(entry.name)
            if self.order.only_failed and not known.failed:
                self.progress.finished(entry.name, "unchanged")
                continue
            try:
                snapshot = read(entry.path)
            except SubmissionError as error:
                self._unreadable(entry, clean(str(error), 500), known.status)
                continue
            files = identity(snapshot)
            note = "; ".join(f"{name} was not read: {why}" for name, why in list(snapshot.refused.items())[:5])
            self._facts[entry.name] = clean(note, 500), getattr(snapshot, "commit", None)
            if files in self._same:
                self._same[files].append(entry)
                continue
            if not self.order.only_failed:
                current = known.status == "graded" and known.identity == files and known.settings == self.settings
                # The grader's own errors are never final: they are tried again by every run.
                if current and not known.errors and self._complete(entry):
                    self.progress.finished(entry.name, "unchanged")
                    del self._facts[entry.name]
                    continue
                if self._copy(entry, files):
                    continue
            if known.status == "graded":
                self._keep()
                self.store.waiting(entry.name)
            self._same[files] = [entry]
            yield (
                files,
                Job(
                    snapshot,
                    tuple(check.id for check in self.order.checks),
                    self.settings.seed,
                    self.settings.mode,
                    self.settings.kit,
                ),
            )

    def _complete(self, entry: Entry) -> bool:
        """Whether its reports are all there; those that can be made from report.json are made."""
        folder = self.folder(entry)
        wanted = {"json", *self.order.formats}
        if all((folder / writer.FILES[name]).is_file() for name in wanted):
            return True
        report = load(folder)
        if report is None:
            return False
        self._write(entry, report)
        return True

    def _copy(self, entry: Entry, files: str) -> bool:
        """Whether the verdict on the same files, given earlier to somebody else, could be taken over."""
        for name, folder in self.store.twins(files, self.settings):
            report = load(self.order.out / REPORTS / folder)
            if report is not None and name != entry.name:
                self._verdict(entry, files, report, "copied")
                return True
        return False

    def _keep(self) -> None:
        """A copy of the database before this run overwrites the first verdict in it."""
        if self._kept is None:
            self._kept = self.store.keep_copy()
            self.progress.warn(f"earlier results are kept in {self._kept}: gradecheck cohort-diff compares")

    # -- results ----------------------------------------------------------------------------------------------

    def _record(self, files: str, group: list[Entry], result: dict[str, Any]) -> None:
        if "fault" in result:
            text = clean(str(result["fault"]), 500)
            for entry in group:
                self._problem(entry, "fault", text)
            return
        report = Report.from_dict(result["report"])
        cpu, memory = tuple(result["cpu"]), result["memory"]
        for n, entry in enumerate(group):
            self._verdict(
                entry, files, report, "copied" if n else "graded", (0.0, 0.0) if n else cpu, 0 if n else memory
            )

    def _verdict(
        self,
        entry: Entry,
        files: str,
        report: Report,
        what: str,
        cpu: tuple[float, ...] = (0.0, 0.0),
        memory: int = 0,
    ) -> None:
        """The report first, its row second: a row says that its report is there."""
        note, commit = self._facts.pop(entry.name)
        report = replace(report, submission=replace(report.submission, path=clean(str(entry.path)), commit=commit))
        self._write(entry, report)
        self.store.record(entry.name, files, report, self.settings, note, (cpu[0], cpu[1]), memory)
        errors = [check for _, _, check in report.checks() if check.status == "error"]
        self.progress.finished(
            entry.name,
            "errors" if errors else what,
            f"grader error in {errors[0].id}: {errors[0].headline}" if errors else "",
            earned=report.score.earned,
            possible=report.score.possible,
            bonus=report.score.bonus,
            seconds=report.seconds,
        )

    def _write(self, entry: Entry, report: Report) -> None:
        try:
            folder = self.folder(entry)
            writer.write(report, folder, self.order.formats)
            (folder / UNREADABLE).unlink(missing_ok=True)
        except (writer.ReportError, OSError) as error:
            raise CohortError(f"{error}; put that right, and run the same command again") from None

    def _unreadable(self, entry: Entry, text: str, status: str) -> None:
        if status == "graded":
            self._keep()
        self._problem(entry, "unreadable", text)

    def _problem(self, entry: Entry, status: str, text: str) -> None:
        folder = self.folder(entry)
        try:
            writer.prepare(folder)
            if status == "unreadable":
                writer.write_file(text + "\n", folder / UNREADABLE)
        except (writer.ReportError, OSError) as error:
            raise CohortError(f"{error}; put that right, and run the same command again") from None
        self._facts.pop(entry.name, None)
        self.store.record_problem(entry.name, status, text)
        self.progress.finished(entry.name, status, text)

    def folder(self, entry: Entry) -> Path:
        """Where an entry's reports lie."""
        return self.order.out / REPORTS / entry.folder


def identity(snapshot: Snapshot) -> str:
    """The digest of the files, and of what was refused: a verdict may speak of a file that was not read."""
    if not snapshot.refused:
        return snapshot.digest
    return hashlib.sha256(json.dumps([snapshot.digest, sorted(snapshot.refused.items())]).encode()).hexdigest()


def load(folder: Path) -> Report | None:
    """The report that lies in `folder`, or None if there is none that can be read."""
    try:
        return Report.from_dict(json.loads((folder / writer.FILES["json"]).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextlib.contextmanager
def opened(order: Order, progress: Progress, stop: Callable[[], bool] = lambda: False) -> Iterator[Run]:
    """A run with its folder locked and its database open. Raises CohortError."""
    try:
        order.out.mkdir(parents=True, exist_ok=True)
        (order.out / REPORTS).mkdir(exist_ok=True)
    except OSError as error:
        raise CohortError(
            f"cannot write to {order.out}: {error.strerror or error}; expected a folder, or a new name"
        ) from None
    with _locked(order.out):
        seed = order.seed
        if order.fresh and (order.out / FILE).exists():
            seed = _set_aside(order, progress) if seed is None else (_set_aside(order, progress), seed)[1]
        with Store(order.out, create=True) as store:
            kept = store.get("seed")
            if seed is None:
                seed = secrets.randbelow(2**31) if kept is None else int(kept)
            selection = hashlib.sha256("\n".join(check.id for check in order.checks).encode()).hexdigest()[:16]
            settings = Settings(seed, kit.version(), order.mode, selection)
            store.put(seed=str(seed))
            yield Run(order, store, settings, progress, stop)


def _set_aside(order: Order, progress: Progress) -> int | None:
    """--fresh: the old database becomes a copy, and only its seed is taken over."""
    seed = None
    try:
        with Store(order.out) as store:
            kept = store.get("seed")
            seed = None if kept is None else int(kept)
            copy = store.keep_copy()
        progress.warn(f"earlier results are kept in {copy}: gradecheck cohort-diff compares")
    except CohortError as error:
        copy = order.out / f"{FILE}.damaged"
        shutil.copy(order.out / FILE, copy)
        progress.warn(f"{error}; it is kept as {copy}")
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        (order.out / name).unlink(missing_ok=True)
    return seed


@contextlib.contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Two runs never write to one folder."""
    import fcntl

    with (out / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CohortError(f"another gradecheck is grading into {out}: wait for it, or name another --out") from None
        except OSError:
            pass  # a file system without locks
        yield


@contextlib.contextmanager
def scratch(out: Path) -> Iterator[Path]:
    """A folder for the workers' temporary files. One that a killed run has left is removed first."""
    note = out / ".scratch"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        left = Path(note.read_text("utf-8"))
        if left.name.startswith("gradecheck-cohort-") and left.stat().st_uid == os.getuid():
            shutil.rmtree(left, ignore_errors=True)
    try:
        folder = Path(tempfile.mkdtemp(prefix="gradecheck-cohort-"))
        # A worker that gives up root must be able to reach its own folder below this one, and to list nothing.
        folder.chmod(0o711)
        note.write_text(str(folder), "utf-8")
    except OSError as error:
        raise CohortError(f"cannot write to {out}: {error.strerror or error}") from None
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)
        note.unlink(missing_ok=True)
