"""Questions on paper: what stands in exercises/answers.toml."""

from __future__ import annotations

from graders import questions
from graders.checks.claims import NotStarted, require
from graders.diagnosis.evidence import Trouble
from graders.learner.process import LearnerError
from graders.learner.remote import Learner
from graders.report.model import Misconception


class WrongAnswer(Exception):
    """An answer that is not right, with what stands behind it."""

    def __init__(self, message: str, misconception: Misconception | None) -> None:
        super().__init__(message)
        self.message = message
        self.misconception = misconception


def read(learner: Learner) -> dict[str, object]:
    """answers.toml, parsed in the worker under its limits. Raises LearnerError with one line for what is wrong."""
    try:
        answers = learner.toml("answers.toml")
    except LearnerError as error:
        if error.trouble.kind in ("timeout", "crashed"):
            raise
        if "FileNotFoundError" in error.trouble.text:
            raise LearnerError(
                Trouble(
                    "refused",
                    "exercises/answers.toml is missing; `gradecheck reset answers` brings an empty sheet",
                    file="answers.toml",
                )
            ) from error
        raise LearnerError(
            Trouble("refused", f"exercises/answers.toml is not valid TOML: {error.trouble.text}", file="answers.toml")
        ) from error
    require(isinstance(answers, dict), "answers.toml must be a table of answers")
    return dict(answers)


def judge(question: questions.Question, answers: dict[str, object]) -> str:
    """The message to a right answer ("" or a remark on a misprint). Raises NotStarted or WrongAnswer."""
    verdict = questions.judge(question, answers.get(question.id, ""))
    if verdict.status == "passed":
        return verdict.message
    if verdict.status == "not_started":
        raise NotStarted(Trouble("not_started", verdict.message, file="answers.toml"))
    known = verdict.misconception
    raise WrongAnswer(verdict.message, Misconception(*known) if known else None)
