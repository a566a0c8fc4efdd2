"""What an answer is worth, and why."""

from __future__ import annotations

from graders.questions.model import Answer, Question
from graders.questions.values import Numbers, is_blank, read_keys, read_numbers, shown


def judge(question: Question, answer: object) -> Answer:
    """The verdict on an answer as answers.toml gives it. Any value is judged, none raises."""
    if is_blank(answer):
        return Answer("not_started", f"Not answered yet: read line {question.guide} of the guide.")
    if question.kind == "number":
        return _judge_numbers(question, answer)
    return _judge_choice(question, answer)


def _judge_numbers(question: Question, answer: object) -> Answer:
    truth, tolerance = question.answer, question.tolerance
    typed = read_numbers(answer)
    if isinstance(typed, str):
        return Answer("failed", f"Expected {truth.description}, got {typed}.")
    if typed.kept != truth.kept:
        return Answer("failed", f"Expected {truth.description}, got {typed.description}.")

    right = [_close(v, t, tolerance) for v, t in zip(typed.values, truth.values, strict=True)]
    misprint = _copied_misprint(question, typed, right)
    if all(right):
        return Answer("passed", f"Right.\n{misprint}".rstrip())
    if misprint:
        return Answer("failed", f"{typed} is not it, though the guide says so.\n{misprint}")
    for wrong in question.wrong:
        if _agree(typed, wrong.value, tolerance):
            return Answer("failed", f"{typed} is not it.\n{wrong.why}", wrong.misconception)
    if _agree(typed, truth.map(lambda value: -value), tolerance):
        why = "The size is right, the sign is reversed."
        return Answer("failed", f"{typed} is not it.\n{why}", ("sign-reversed", "sign reversed"))
    if _agree(typed, truth, 10 * tolerance):
        advice = f"Keep six decimals on the way, and round to {question.decimals} at the end."
        return Answer("failed", f"{typed} is close, but not it.\n{advice}")
    are = "is" if sum(right) == 1 else "are"
    part = f"; {sum(right)} of its {len(right)} numbers {are} right" if any(right) else ""
    return Answer("failed", f"{typed} is not it{part}.\nRead line {question.guide} of the guide.")


def _copied_misprint(question: Question, typed: Numbers, right: list[bool]) -> str:
    """What to tell one who typed what the guide misprints; "" for everybody else."""
    if question.printed is None:
        return ""
    unit = 10.0**-question.decimals
    triples = zip(typed.values, question.printed.values, question.answer.values, strict=True)
    copied = [_close(v, p, 0.49 * unit) and not _close(p, t, 0.5 * unit) for v, p, t in triples]
    if not any(copied) or not all(c or r for c, r in zip(copied, right, strict=True)):
        return ""
    printed = f"Line {question.printed_line} of the guide prints {question.printed}"
    if all(right):
        rounded = question.answer.map(lambda value: round(value, question.decimals))
        return f"{printed}, a misprint in the last digit: the formula gives {rounded}."
    return f"{printed}, which is a misprint: compute it from the formula."


def _judge_choice(question: Question, answer: object) -> Answer:
    several = question.kind == "choices"
    options = {option.key: option for option in question.options}
    keys = read_keys(answer)
    if isinstance(keys, str):
        wanted = 'letters, as ["a", "b"]' if several else 'a letter, as "a"'
        return Answer("failed", f"Expected {wanted}; got {keys}.")
    unknown = [key for key in keys if key not in options]
    if unknown or not keys:
        got = shown(unknown[0]) if unknown else "nothing that can be read"
        return Answer("failed", f"Expected one of the options {', '.join(options)}; got {got}.")
    if len(keys) > 1 and not several:
        return Answer("failed", f"Expected one option; got {len(keys)}.")

    mistakes = [options[key] for key in keys if not options[key].right]
    if mistakes:
        verdict = f"Not {', '.join(option.key for option in mistakes)}."
        reasons = [f"{option.key}: {option.why}" for option in mistakes]
        return Answer("failed", "\n".join([verdict, *reasons]), mistakes[0].misconception)
    if len(keys) < len(question.right_keys):
        all_of_them = len(question.right_keys)
        return Answer("failed", f"Right as far as it goes: {len(keys)} of {all_of_them} chosen.")
    return Answer("passed", "\n".join(["Right.", *(f"{k}: {options[k].why}" for k in keys)]))


def _agree(a: Numbers, b: Numbers, tolerance: float) -> bool:
    pairs = zip(a.values, b.values, strict=False)
    return a.kept == b.kept and all(_close(v, w, tolerance) for v, w in pairs)


def _close(a: float, b: float, tolerance: float) -> bool:
    return abs(a - b) <= tolerance
