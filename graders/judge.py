"""The journey of one check: a fresh worker, the claim, a second chance with stand-ins, the diagnosis, the outcome.

A check that fails is run again with the reference's version of what it needs, where that has failed its own checks:
one bug costs once. Only an explicit pass counts; what the judge itself stumbles over is tried on the reference first.
"""

from __future__ import annotations

import importlib
import re
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

import reference
from graders import diagnosis, questions, unchanged
from graders.checks import answers as paper
from graders.checks.claims import NotStarted, Wrong
from graders.checks.inputs import Draw
from graders.course import DEADLINE, Check, Course
from graders.diagnosis.evidence import Case, Evidence, Trouble
from graders.learner import sandbox, standins
from graders.learner.host import Host, HostError
from graders.learner.local import LocalWorker
from graders.learner.process import LearnerError, Worker, WorkerLost
from graders.learner.remote import ImportFailed, Learner
from graders.learner.snapshot import Snapshot
from graders.learner.submission import MODULES
from graders.report.model import Misconception, Status

Standins = dict[str, dict[str, str]]

BACKWARD = "network.Network.backward"
#: Cases with more numbers than this are not given to the diagnosis.
MOST_NUMBERS = 4_000
#: Seconds for the further checks of a function that gave no result in time once.
HUNG_DEADLINE = 3.0


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


@dataclass
class Judge:
    """Judges checks of one snapshot; each at most once. `started`: workers that are already there."""

    course: Course
    snapshot: Snapshot
    seed: int
    cage: sandbox.Sandbox
    in_process: bool = False
    on_outcome: Callable[[Check, Outcome], None] | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    started: Host | None = None

    def __post_init__(self) -> None:
        self.host = self.started or Host(self.snapshot, self.cage, self.seed)
        self._failed_imports: dict[str, dict[str, LearnerError]] = {}
        self._plotting: dict[str, bool] = {}
        self._hung: set[str] = set()
        self._alone: dict[str, bool] = {}
        self._answers: dict[str, object] | LearnerError | None = None

    def close(self) -> None:
        """End the workers."""
        self.host.close()

    def prepare(self, checks: list[Check]) -> None:
        """Import what these checks need: best done while the worker gets ready."""
        for check in checks:
            if not check.question:
                claim(check)
                self.plots(check.module)

    # -- one check --------------------------------------------------------------------------------------------

    def outcome(self, check: Check) -> Outcome:
        """The outcome of a check, judged now or earlier in this run."""
        if check.id not in self.outcomes:
            start = time.monotonic()
            outcome = self._judge(check)
            self.outcomes[check.id] = replace(outcome, seconds=time.monotonic() - start)
            if outcome.status == "timeout":
                self._hung.add(check.subject)
            if self.on_outcome:
                self.on_outcome(check, self.outcomes[check.id])
        return self.outcomes[check.id]

    def subject_stands(self, subject: str) -> bool:
        """Whether a function passes its own checks (the bonus apart)."""
        checks = [check for check in self.course.of_subject(subject) if not check.bonus]
        return all(self.outcome(check).status == "passed" for check in checks or self.course.of_subject(subject))

    def _judge(self, check: Check) -> Outcome:
        try:
            if check.question:
                return self._answer(check, check.question)
            hung = [need for need in check.needs if need in self._hung]
            given = self._standins(check, hung)
            first = self._attempt(check, given, self._deadline(check))
            if first.status == "passed" and not given:
                return self._without_cancelling(check, first)
            if first.status in ("passed", "error"):
                return replace(first, carried=bool(given))
            broken = [need for need in check.needs if not self.subject_stands(need)]
            given = self._standins(check, broken)
            if not given:
                return self._diagnosed(first)
            second = self._attempt(check, given, check.deadline)
            if second.status == "passed":
                return replace(second, carried=True)
            return self._diagnosed(second)
        except HostError as error:
            return Outcome("error", f"The grader could not start a worker: {error}")

    def _without_cancelling(self, check: Check, first: Outcome) -> Outcome:
        """A pass on top of a broken backward() may be two mistakes that cancel: it must hold with a right one too.

        Only a wrong value counts against it: code that leans on more of its own backward() than the contract promises
        may raise with another one.
        """
        if BACKWARD not in check.needs or self.subject_stands(BACKWARD):
            return first
        broken = [need for need in check.needs if not self.subject_stands(need)]
        second = self._attempt(check, self._standins(check, broken), check.deadline)
        raised = second.evidence is None or any(isinstance(case.got, Trouble) for case in second.evidence.cases)
        return first if second.status != "failed" or raised else self._diagnosed(second)

    def _deadline(self, check: Check) -> float:
        """Seconds for a first attempt.

        What has hung in one of its checks gets little time in the others: the whole must end, too. Where something
        that the check needs is known to be broken, the first attempt is a formality; the second has all the time.
        """
        if check.subject in self._hung:
            return min(check.deadline, HUNG_DEADLINE)
        broken = any(
            other.id in self.outcomes and self.outcomes[other.id].status != "passed"
            for need in check.needs
            for other in self.course.of_subject(need)
        )
        return min(check.deadline, DEADLINE) if broken else check.deadline

    def _attempt(self, check: Check, given: Standins, deadline: float) -> Outcome:
        """Run the claim once, in a fresh worker."""
        worker = self._worker(check, given, deadline)
        key = ",".join(f"{module}.{name}" for module, names in given.items() for name in names)
        learner = Learner(worker, self._failed_imports.setdefault(key, {}))
        outcome: Outcome | None = None
        wrong: Evidence | None = None
        lost: Trouble | None = None
        stumble: Exception | None = None
        try:
            claim(check)(learner, Draw(self.seed, check.id))
            outcome = Outcome("passed")
        except Wrong as failure:
            wrong = failure.evidence
            last = wrong.cases[-1].got if wrong.cases else None
            if isinstance(last, Trouble) and last.kind in ("timeout", "crashed"):
                lost = last
        except NotStarted as stub:
            outcome = Outcome("not_started", file=self._file(check, stub.trouble), line=stub.trouble.line)
        except ImportFailed as failure:
            outcome = self._import_failed(failure)
        except WorkerLost as failure:
            lost = failure.trouble
        except LearnerError as error:
            if error.trouble.kind == "not_started":
                outcome = Outcome("not_started", file=self._file(check, error.trouble), line=error.trouble.line)
            else:
                wrong = Evidence("", "", (Case("a call", {}, None, error.trouble, False),), summary=error.trouble.text)
        except HostError:
            raise
        except Exception as error:
            stumble = error
        finally:
            worker.close()
        if stumble is not None:
            # Only now: what is left of the learner's processes must not slow down the reference.
            self.host.settle()
            outcome = self._stumbled(check, stumble)
        if lost is not None:
            # Closing the worker may have told why it died.
            outcome = self._lost(check, worker.lost or lost, deadline)
        elif outcome is None and wrong is not None:
            outcome = self._failed(check, wrong)
        assert outcome is not None
        return replace(outcome, output=worker.text)

    def _worker(self, check: Check, given: Standins, deadline: float) -> Worker | LocalWorker:
        if self.in_process:
            return LocalWorker(self.host, given)
        return self.host.open(deadline, self.plots(check.module), given)

    def plots(self, module: str) -> bool:
        """Whether this module, or a file that it may import, speaks of matplotlib."""
        if module not in self._plotting:
            files = (name for name in unchanged.closure(self.snapshot, f"{module}.py") if name.endswith(".py"))
            self._plotting[module] = any("matplotlib" in unchanged.words(self.snapshot, name) for name in files)
        return self._plotting[module]

    # -- outcomes ---------------------------------------------------------------------------------------------

    def _failed(self, check: Check, evidence: Evidence) -> Outcome:
        """A failure with its evidence; only what stands in the end is diagnosed."""
        trouble = next((case.got for case in evidence.cases if isinstance(case.got, Trouble) and not case.ok), None)
        file, line = self._place(check, trouble)
        return Outcome(
            "failed",
            evidence.summary,
            file=file,
            line=line,
            traceback=trouble.traceback if trouble else "",
            evidence=replace(evidence, subject=check.subject, check=check.id),
        )

    def _diagnosed(self, outcome: Outcome) -> Outcome:
        if outcome.evidence is None:
            return outcome
        found = diagnosis.diagnose(_small(outcome.evidence))
        return replace(
            outcome,
            message=found.message or outcome.message,
            misconceptions=found.misconceptions,
            guide_line=found.guide_line,
            evidence=None,
        )

    def _lost(self, check: Check, trouble: Trouble, seconds: float) -> Outcome:
        file, line = self._place(check, None)
        name = check.subject.partition(".")[2]
        if trouble.kind == "timeout":
            message = f"{name} gave no result within {seconds:g} seconds: a loop that does not end, or very slow code"
        else:
            message = f"{name}: {trouble.text}"
        return Outcome("timeout" if trouble.kind == "timeout" else "crashed", message, file=file, line=line)

    def _import_failed(self, failure: ImportFailed) -> Outcome:
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

    def _stumbled(self, check: Check, error: Exception) -> Outcome:
        """The judge's own code tripped: over the learner's value, if the reference passes; else it is our fault."""
        if not self._reference_passes(check):
            lines = traceback.format_exception(error)[-3:]
            return Outcome("error", f"The grader's own fault in {check.id}: {error!r}\n" + "".join(lines))
        file, line = self._place(check, None)
        return Outcome(
            "failed",
            f"{check.subject.partition('.')[2]} returned something that cannot be compared: expected the kind of value "
            "that its docstring names",
            file=file,
            line=line,
        )

    def _reference_passes(self, check: Check) -> bool:
        from graders.learner.submission import FOLDER

        folder = Path(str(reference.__file__)).parent
        files = {f"{name}.py": (folder / f"{name}.py").read_bytes() for name in MODULES}
        judge = Judge(self.course, Snapshot(folder.parent / FOLDER, files, {}), self.seed, self.host.cage)
        try:
            with_reference = judge.host.open(check.deadline, judge.plots(check.module), {})
            try:
                claim(check)(Learner(with_reference, {}), Draw(self.seed, check.id))
            finally:
                with_reference.close()
        except Exception:
            return False
        finally:
            judge.close()
        return True

    # -- where ------------------------------------------------------------------------------------------------

    def _file(self, check: Check, trouble: Trouble | None) -> str:
        if trouble is not None and trouble.file and trouble.file in self.snapshot.files:
            return f"exercises/{trouble.file}"
        return check.file

    def _place(self, check: Check, trouble: Trouble | None) -> tuple[str, int | None]:
        """File and line to open: where it raised, else where the function begins."""
        if trouble is not None and trouble.line and trouble.file in self.snapshot.files:
            return f"exercises/{trouble.file}", trouble.line
        return check.file, definition_line(self.snapshot, check.subject)

    # -- stand-ins --------------------------------------------------------------------------------------------

    def _standins(self, check: Check, broken: list[str]) -> Standins:
        """Texts that replace what is broken: whole modules that cannot be imported, functions, groups of methods."""
        unimportable = self._unimportable() - {check.module}
        if unimportable:
            imported = {Path(name).stem for name in unchanged.closure(self.snapshot, f"{check.module}.py")}
            unimportable &= imported | {need.partition(".")[0] for need in check.needs}
        given: Standins = {module: {"": self._lent(module, check)} for module in unimportable}
        methods: set[str] = set()
        for need in broken:
            module, _, name = need.partition(".")
            if module in unimportable:
                continue
            if name.startswith("Network."):
                methods.add(name.removeprefix("Network."))
            else:
                given.setdefault(module, {})[name] = standins.function_source(name)
        tested = check.subject.removeprefix("network.Network.")
        if methods & {"forward", "backward"}:
            # They may share state of the learner's own, so they are replaced together, where both are needed.
            methods |= {need.removeprefix("network.Network.") for need in check.needs} & {"forward", "backward"}
        methods.discard(tested)
        if methods:
            given.setdefault("network", {})["Network"] = standins.methods_source("Network", methods)
        return given

    def _lent(self, module: str, check: Check) -> str:
        """The reference's module, without what this check doesn't need: that could be its answer in other words."""
        graded = {other.subject for other in self.course.checks() if other.module == module and not other.question}
        return standins.module_source(module) + standins.blanks(graded - set(check.needs))

    def _unimportable(self) -> set[str]:
        """The contract's modules that keep others from being imported: a syntax error in one file costs that file."""
        failures = self._failed_imports.get("", {})
        culprits = {Path(f.trouble.file).stem if f.trouble.file else module for module, f in failures.items()}
        return {module for module in culprits & set(MODULES) if self._fails_alone(module)}

    def _fails_alone(self, module: str) -> bool:
        """Whether a module cannot be imported by itself either: who is to blame was said by the learner's own code."""
        if module not in self._alone:
            worker = LocalWorker(self.host, {}) if self.in_process else self.host.open(DEADLINE, self.plots(module))
            try:
                Learner(worker, {}).load(module)
                self._alone[module] = False
            except LearnerError:
                self._alone[module] = True
            finally:
                worker.close()
        return self._alone[module]

    # -- answers on paper -------------------------------------------------------------------------------------

    def _answer(self, check: Check, question: str) -> Outcome:
        try:
            message = paper.judge(questions.load()[question], self._read_answers(check))
            return Outcome("passed", message)
        except NotStarted:
            return Outcome("not_started", file=check.file)
        except paper.WrongAnswer as wrong:
            known = (wrong.misconception,) if wrong.misconception else ()
            return Outcome("failed", wrong.message, known, file=check.file, line=self._answer_line(question))
        except LearnerError as error:
            return Outcome("failed", error.trouble.text, file=check.file)

    def _read_answers(self, check: Check) -> dict[str, object]:
        if self._answers is None:
            worker = self.host.open(check.deadline)
            try:
                self._answers = paper.read(Learner(worker, {}))
            except LearnerError as error:
                self._answers = error
            finally:
                worker.close()
        if isinstance(self._answers, LearnerError):
            raise self._answers
        return self._answers

    def _answer_line(self, question: str) -> int | None:
        text = self.snapshot.text("answers.toml") or ""
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(rf"\s*['\"]?{re.escape(question)}['\"]?\s*=", line):
                return number
        return None


def _small(evidence: Evidence) -> Evidence:
    """The evidence without its largest cases: small ones tell as much, and a diagnosis must be quick.

    Where all that go wrong are large, the smallest of them is kept, unless that is very large too. Where far more came
    than was wanted, nothing is kept.
    """
    sizes = [_size(case.inputs) for case in evidence.cases]
    wrong = min((size for case, size in zip(evidence.cases, sizes, strict=True) if not case.ok), default=0)
    if wrong > 10 * MOST_NUMBERS:
        return replace(evidence, cases=())
    most = max(MOST_NUMBERS, wrong)
    came = (case for case in evidence.cases if not isinstance(case.got, Trouble))
    if any(_size(case.got) > 10 * max(most, _size(case.expected)) for case in came):
        return replace(evidence, cases=())
    return replace(evidence, cases=tuple(c for c, size in zip(evidence.cases, sizes, strict=True) if size <= most))


def _size(value: Any) -> int:
    """How many numbers there are in a case's inputs."""
    if isinstance(value, Mapping):
        return sum(_size(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return sum(_size(item) for item in value)
    return int(value.size) if isinstance(value, np.ndarray) else 1


def claim(check: Check) -> Callable[[Learner, Draw], Any]:
    """The function in graders/checks/ that a check names."""
    module = importlib.import_module(f"graders.checks.{check.module}")
    function: Callable[[Learner, Draw], Any] = getattr(module, "test_" + check.id.replace("-", "_"))
    return function


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
