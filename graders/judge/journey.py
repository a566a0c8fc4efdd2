"""The journey of one check: a fresh worker, the claim, a second chance with stand-ins, the diagnosis, the outcome.

A check that fails is run again with the reference's version of what it needs, where that has failed its own checks:
one bug costs once. Only an explicit pass counts; what the judge itself stumbles over is tried on the reference first.
"""

from __future__ import annotations

import importlib
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import reference
from graders import diagnosis, unchanged
from graders.checks.claims import NotStarted, Wrong
from graders.checks.inputs import Draw
from graders.course import DEADLINE, Check, Course
from graders.diagnosis.evidence import Case, Evidence, Trouble, manageable
from graders.learner import sandbox
from graders.learner.host import Host, HostError
from graders.learner.local import LocalWorker
from graders.learner.process import LearnerError, Worker, WorkerLost
from graders.learner.remote import ImportFailed, Learner
from graders.learner.snapshot import Snapshot
from graders.learner.submission import FOLDER, MODULES

from .lending import Lender, Standins
from .outcomes import Outcome, Teller
from .sheet import Sheet

BACKWARD = "network.Network.backward"
#: Seconds for the further checks of a function that gave no result in time once.
HUNG_DEADLINE = 3.0


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
        self.lender = Lender(self.course, self.snapshot, self._bare)
        self._tell = Teller(self.snapshot)
        self._sheet = Sheet(self.host, self.snapshot)
        self._plotting: dict[str, bool] = {}
        self._hung: set[str] = set()

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
                return self._sheet.outcome(check, check.question)
            hung = [need for need in check.needs if need in self._hung]
            given = self.lender.lend(check, hung)
            first = self._attempt(check, given, self._deadline(check))
            if first.status == "passed" and not given:
                return self._without_cancelling(check, first)
            if first.status in ("passed", "error"):
                return replace(first, carried=bool(given))
            broken = [need for need in check.needs if not self.subject_stands(need)]
            given = self.lender.lend(check, broken)
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

        Only a wrong value counts against it: code that leans on more of its own backward() than the contract promises,
        on gradients that it keeps in the network, say, may raise with another one, or change no parameter.
        """
        if BACKWARD not in check.needs or self.subject_stands(BACKWARD) or self._backward_accumulates():
            return first
        broken = [need for need in check.needs if not self.subject_stands(need)]
        second = self._attempt(check, self.lender.lend(check, broken), check.deadline)
        raised = second.evidence is None or any(isinstance(case.got, Trouble) for case in second.evidence.cases)
        if second.status != "failed" or raised:
            return first
        told = self._diagnosed(second)
        return first if any(m.id == "update-lost" for m in told.misconceptions) else told

    def _backward_accumulates(self) -> bool:
        """Whether backward() is right but for a second call, to which it adds the first: no value that could cancel."""
        failed = [o for c in self.course.of_subject(BACKWARD) if (o := self.outcome(c)).status != "passed"]
        return {m.id for o in failed for m in o.misconceptions} == {"accumulates-over-calls"}

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
        learner = Learner(worker, self.lender.failed_with(given))
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
            outcome = Outcome("not_started", file=self._tell.file(check, stub.trouble), line=stub.trouble.line)
        except ImportFailed as failure:
            outcome = self._tell.import_failed(failure)
        except WorkerLost as failure:
            lost = failure.trouble
        except LearnerError as error:
            if error.trouble.kind == "not_started":
                outcome = Outcome("not_started", file=self._tell.file(check, error.trouble), line=error.trouble.line)
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
            outcome = self._tell.lost(check, worker.lost or lost, deadline)
        elif outcome is None and wrong is not None:
            outcome = self._tell.failed(check, wrong)
        assert outcome is not None
        return replace(outcome, output=worker.text)

    def _worker(self, check: Check, given: Standins, deadline: float) -> Worker | LocalWorker:
        if self.in_process:
            return LocalWorker(self.host, given)
        return self.host.open(deadline, self.plots(check.module), given)

    def _bare(self, module: str) -> Worker | LocalWorker:
        """A worker to import a module in, and nothing else."""
        return LocalWorker(self.host, {}) if self.in_process else self.host.open(DEADLINE, self.plots(module))

    def plots(self, module: str) -> bool:
        """Whether this module, or a file that it may import, speaks of matplotlib."""
        if module not in self._plotting:
            files = (name for name in unchanged.closure(self.snapshot, f"{module}.py") if name.endswith(".py"))
            self._plotting[module] = any("matplotlib" in unchanged.words(self.snapshot, name) for name in files)
        return self._plotting[module]

    def _diagnosed(self, outcome: Outcome) -> Outcome:
        if outcome.evidence is None:
            return outcome
        found = diagnosis.diagnose(manageable(outcome.evidence))
        return replace(
            outcome,
            message=found.message or outcome.message,
            misconceptions=found.misconceptions,
            guide_line=found.guide_line,
            evidence=None,
        )

    def _stumbled(self, check: Check, error: Exception) -> Outcome:
        """The judge's own code tripped: over the learner's value, if the reference passes; else it is our fault."""
        if not self._reference_passes(check):
            lines = traceback.format_exception(error)[-3:]
            return Outcome("error", f"The grader's own fault in {check.id}: {error!r}\n" + "".join(lines))
        file, line = self._tell.place(check, None)
        return Outcome(
            "failed",
            f"{check.subject.partition('.')[2]} returned something that cannot be compared: expected the kind of value "
            "that its docstring names",
            file=file,
            line=line,
        )

    def _reference_passes(self, check: Check) -> bool:
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


def claim(check: Check) -> Callable[[Learner, Draw], Any]:
    """The function in graders/checks/ that a check names."""
    module = importlib.import_module(f"graders.checks.{check.module}")
    function: Callable[[Learner, Draw], Any] = getattr(module, "test_" + check.id.replace("-", "_"))
    return function
