"""Questions on paper: what `data/questions.toml` asks, and what an answer is worth.

`load()` gives the questions by id, `judge(question, answer)` the verdict on one value of
answers.toml, `blank_answers()` an empty answer sheet (as does `python -m graders.questions`).
"""

from graders.questions.judging import judge
from graders.questions.loading import load
from graders.questions.model import Answer, Misconception, Option, Question, WrongNumber
from graders.questions.sheet import blank_answers
from graders.questions.values import Numbers

__all__ = [
    "Answer",
    "Misconception",
    "Numbers",
    "Option",
    "Question",
    "WrongNumber",
    "blank_answers",
    "judge",
    "load",
]
