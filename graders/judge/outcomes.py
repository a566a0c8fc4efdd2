"""What becomes of a check: the outcome, and how each way to fail is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from graders.course import Check
from graders.diagnosis.evidence import Evidence, Trouble
from graders.learner.remote import ImportFailed
from graders.learner.snapshot import Snapshot
from graders.report.model import Misconception, Status


@dataclass(frozen=True)
class Outcome:
    """What became of one check."""

    status: Status
    message: str = ""
    misconceptions: tuple[Misconception, ...] = ()
    carried: bool = False
    file: str | None = None
    line: int | None = None
    guide_line: int | None = None
    output: str = ""
    traceback: str = ""
    seconds: float = 0.0
    evidence: Evidence | None = None  # of a failure that is not diagnosed yet


@dataclass(frozen=True)
class Teller:
    """Tells failures in the words and with the places of one snapshot."""

    snapshot: Snapshot

    def failed(self, check: Check, evidence: Evidence) -> Outcome:
        """A failure with its evidence; only what stands in the end is diagnosed."""
        trouble = next((case.got for case in evidence.cases if isinstance(case.got, Trouble) and not case.ok), None)
        file, line = self.place(check, trouble)
        return Outcome(
            "failed",
            evidence.summary,
            file=file,
            line=line,
            traceback=trouble.traceback if trouble else "",
            evidence=replace(evidence, subject=check.subject, check=check.id),
        )

    def lost(self, check: Check, trouble: Trouble, seconds: float) -> Outcome:
        file, line = self.place(check, None)
        name = check.subject.partition(".")[2]
        if trouble.kind == "timeout":
            message = f"{name} gave no result within {seconds:g} seconds: a loop that does not end, or very slow code"
        else:
            message = f"{name}: {trouble.text}"
        return Outcome("timeout" if trouble.kind == "timeout" else "crashed", message, file=file, line=line)

    def import_failed(self, failure: ImportFailed) -> Outcome:
        trouble = failure.trouble
        file = trouble.file or f"{failure.module}.py"
        if f"{failure.module}.py" not in self.snapshot.files and trouble.kind == "exception":
            refused = self.snapshot.refused.get(f"{failure.module}.py")
            why = (
                f"was not read ({refused})"
                if refused
                else f"is missing; `gradecheck reset {failure.module}` brings the stub back"
            )
            return Outcome("failed", f"exercises/{failure.module}.py {why}", file=f"exercises/{failure.module}.py")
        status: Status = trouble.kind if trouble.kind in ("timeout", "crashed") else "failed"
        return Outcome(
            status,
            import_message(failure.module, trouble),
            file=f"exercises/{file}",
            line=trouble.line,
            traceback=trouble.traceback,
        )

    def file(self, check: Check, trouble: Trouble | None) -> str:
        if trouble is not None and trouble.file and trouble.file in self.snapshot.files:
            return f"exercises/{trouble.file}"
        return check.file

    def place(self, check: Check, trouble: Trouble | None) -> tuple[str, int | None]:
        """File and line to open: where it raised, else where the function begins."""
        if trouble is not None and trouble.line and trouble.file in self.snapshot.files:
            return f"exercises/{trouble.file}", trouble.line
        return check.file, definition_line(self.snapshot, check.subject)


def definition_line(snapshot: Snapshot, subject: str) -> int | None:
    """The line on which the learner defines `subject`, found by its text: their source is never parsed here."""
    module, *path = subject.split(".")
    lines = (snapshot.text(f"{module}.py") or "").splitlines()
    start, indent = 0, ""
    for depth, name in enumerate(path):
        kind = "class" if depth < len(path) - 1 else r"(?:async\s+)?def"
        pattern = re.compile(rf"{indent}{kind}\s+{re.escape(name)}\b")
        found = next((i for i in range(start, len(lines)) if pattern.match(lines[i])), None)
        if found is None:
            return start or None
        start, indent = found + 1, r"\s+"
    return start or None


def import_message(module: str, trouble: Trouble) -> str:
    """One line for a module that cannot be imported."""
    where = f"exercises/{trouble.file}" if trouble.file else f"exercises/{module}.py"
    if trouble.line:
        where += f", line {trouble.line}"
    if trouble.kind in ("timeout", "crashed"):
        return f"{trouble.text.replace('no result', 'not finished')}: what runs at import must end by itself"
    if trouble.text.startswith("ModuleNotFoundError") and trouble.missing:
        top = trouble.missing.partition(".")[0]
        if top in ("reference", "graders", "tests"):
            return f"{where}: import {top} is not allowed: the exercises must stand on their own"
        return (
            f"{where}: {top} cannot be imported: there is no file of that name in exercises/, and only the standard "
            "library, numpy and matplotlib are allowed (and scipy.special.expit)"
        )
    return f"{where}: {module}.py cannot be imported: {trouble.text}"
