"""The answer sheet: an empty answers.toml, with each question in comments above its key."""

from __future__ import annotations

import textwrap

from graders.questions.loading import load
from graders.questions.model import Question

_WIDTH = 100

_HEAD = """\
# Answers to what is done on paper. Grade them a section at a time: make check section=1
#
# Put a letter or a number between the quotes or the brackets. Leave empty what isn't done yet.
#
#     "an-id" = "b"                        one letter
#     "an-id" = ["a", "d"]                 several letters
#     "an-id" = 0.51                       a number; in quotes "2/3" is one too
#     "an-id" = [0.5, 0.72]                a list of numbers
#     "an-id" = [[0.1, 0.2], [0.3, 0.4]]   rows of numbers, as numpy prints a matrix
#
# Give a number as many decimals as are asked for, or more. You may answer as often as you like."""


def blank_answers(questions: dict[str, Question] | None = None) -> str:
    """The text of an empty answers.toml for these questions, or for those of questions.toml."""
    lines = [_HEAD]
    heading = ""
    for question in (load() if questions is None else questions).values():
        if heading != _heading(question):
            heading = _heading(question)
            lines += ["", "", f"# ── {heading} ".ljust(_WIDTH, "─")]
        lines += ["", _comment(question.text.strip() + _precision(question))]
        lines += [_comment(f"{o.key}  {o.text}", indent="    ") for o in question.options]
        several = question.kind == "choices" or question.answer.shape
        lines.append(f'"{question.id}" = ' + ("[]" if several else '""'))
    return "\n".join(lines) + "\n"


def _heading(question: Question) -> str:
    if question.item.startswith("C"):
        return f"Checkpoint {question.item[1:].partition('.')[0]}"
    return f"Exercise {question.item}"


def _precision(question: Question) -> str:
    if question.kind != "number":
        return ""
    return f" ({question.decimals} decimal{'' if question.decimals == 1 else 's'})"


def _comment(text: str, indent: str = "") -> str:
    hanging = f"{indent}   " if indent else ""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=f"# {indent}",
        subsequent_indent=f"# {hanging}",
        break_on_hyphens=False,
    )
