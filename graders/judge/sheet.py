"""The learner's answers.toml: read once, in a worker, and judged question by question."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graders import questions
from graders.checks import answers as paper
from graders.checks.claims import NotStarted
from graders.course import Check
from graders.learner.host import Host
from graders.learner.process import LearnerError
from graders.learner.remote import Learner
from graders.learner.snapshot import Snapshot

from .outcomes import Outcome


@dataclass
class Sheet:
    """The answer sheet of one snapshot."""

    host: Host
    snapshot: Snapshot
    _answers: dict[str, object] | LearnerError | None = None

    def outcome(self, check: Check, question: str) -> Outcome:
        """What the answer to a question is worth."""
        try:
            message = paper.judge(questions.load()[question], self._read(check))
            return Outcome("passed", message)
        except NotStarted:
            return Outcome("not_started", file=check.file)
        except paper.WrongAnswer as wrong:
            known = (wrong.misconception,) if wrong.misconception else ()
            return Outcome("failed", wrong.message, known, file=check.file, line=self._line(question))
        except LearnerError as error:
            return Outcome("failed", error.trouble.text, file=check.file)

    def _read(self, check: Check) -> dict[str, object]:
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

    def _line(self, question: str) -> int | None:
        text = self.snapshot.text("answers.toml") or ""
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(rf"\s*['\"]?{re.escape(question)}['\"]?\s*=", line):
                return number
        return None
