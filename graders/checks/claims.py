"""How a check says that something must hold: `agree` on values, `require` for everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graders.checks import tolerance
from graders.diagnosis.evidence import Case, Evidence, Trouble
from graders.learner.process import LearnerError, WorkerLost
from graders.learner.remote import Function, ImportFailed

Inputs = Mapping[str, Any]
Cases = list[tuple[str, Inputs]]


class Wrong(Exception):
    """The claim does not hold; the evidence goes to diagnosis."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence.summary)
        self.evidence = evidence


class NotStarted(Exception):
    """The function under test is still the stub."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.text)
        self.trouble = trouble


class Either(tuple[Any, ...]):
    """Several right values: any of them will do, and the first is the one that is shown."""


@dataclass(frozen=True)
class Within:
    """A right value, and how far from it (elementwise) the contract lets another one be, beyond rounding."""

    value: Any
    slack: Any


def agree(
    run: Callable[..., Any],
    truth: Callable[..., Any],
    cases: Iterable[tuple[str, Inputs]],
    close: tolerance.Close = tolerance.values,
) -> None:
    """`run(**inputs)` must give what `truth(**inputs)` gives, for every case, from the smallest on.

    All cases are run, so that the evidence shows which are right. Raises Wrong, NotStarted, or the learner's import
    error.
    """
    done = []
    for label, inputs in cases:
        right = truth(**inputs)
        near = close
        if isinstance(right, Within):
            right, near = right.value, tolerance.within(right.slack)
        options = right if isinstance(right, Either) else (right,)
        expected = options[0]
        try:
            got = run(**inputs)
        except ImportFailed:
            raise
        except WorkerLost as lost:
            done.append(Case(label, inputs, expected, lost.trouble, False))
            raise Wrong(Evidence("", "", tuple(done), summary=lost.trouble.text)) from lost
        except LearnerError as error:
            if error.trouble.kind == "not_started":
                raise NotStarted(error.trouble) from error
            got = error.trouble
        ok = not isinstance(got, Trouble) and any(tolerance.matches(got, option, near) for option in options)
        done.append(Case(label, inputs, expected, got, ok))
    if not all(case.ok for case in done):
        raise Wrong(Evidence("", "", tuple(done), summary=_first_difference(done)))


def require(holds: bool, summary: str, *facts: str, **numbers: Any) -> None:
    """`holds`, or Wrong with the mistakes (`facts`, ids of data/mistakes.toml) that the check has seen."""
    if not holds:
        raise Wrong(Evidence("", "", facts=facts, numbers=numbers, summary=summary))


def untouched(before: Iterable[Any], after: Iterable[Any], names: Iterable[str]) -> None:
    """The arguments after a call must be what they were."""
    for name, old, new in zip(names, before, after, strict=False):
        require(
            tolerance.matches(new, old, np.array_equal),
            f"{name} was changed by the call; work on a copy, or make a new array",
            "arguments-changed",
            argument=name,
        )


def agree_untouched(
    function: Function, truth: Callable[..., Any], cases: Iterable[tuple[str, Inputs]], given: Inputs
) -> None:
    """`agree`, and a call must leave the arguments as `given`: where neither holds, both are handed over."""
    try:
        agree(function, truth, cases)
    except Wrong as wrong:
        try:
            untouched(given.values(), function.observed(*given.values()).after, given)
        except Wrong as changed:
            seen = changed.evidence
            raise Wrong(replace(wrong.evidence, facts=seen.facts, numbers=seen.numbers)) from None
        except LearnerError:
            pass  # what stops the code is told by the cases
        raise
    untouched(given.values(), function.observed(*given.values()).after, given)


def better_seen(
    edge: Wrong, run: Callable[..., Any], truth: Callable[..., Any], cases: Iterable[tuple[str, Inputs]]
) -> Wrong:
    """What to say of a failure on extreme inputs, given moderate ones.

    A mistake that shows on those as well is no matter of the extremes. But where moderate inputs give finite numbers,
    nan, inf and warnings at the extremes are a mistake of their own: both are handed over.
    """
    try:
        agree(run, truth, cases)
    except Wrong as inside:
        values = [tolerance.numbers(case.got) for case in inside.evidence.cases]
        finite = all(value is not None and bool(np.isfinite(value).all()) for value in values)
        if finite and edge.evidence.numbers.get("stops"):
            seen = edge.evidence
            return Wrong(replace(inside.evidence, facts=seen.facts, numbers=seen.numbers, summary=seen.summary))
        return inside
    return edge


def is_pair(value: Any) -> bool:
    """Whether a function that returns two things has returned two: a tuple, a list, or an array of two rows."""
    if isinstance(value, np.ndarray):
        return value.ndim > 0 and len(value) == 2
    return isinstance(value, (tuple, list)) and len(value) == 2


def _first_difference(cases: list[Case]) -> str:
    case = next(case for case in cases if not case.ok)
    got = case.got.text if isinstance(case.got, Trouble) else short(case.got)
    return f"{case.label}: expected {short(case.expected)}, got {got}"


def short(value: Any, limit: int = 200) -> str:
    """A value on one line, cut where it gets long."""
    text = " ".join(repr(_beginning(value, [limit])).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _beginning(value: Any, room: list[int]) -> Any:
    """As much of nested lists and dicts as can stand in so many characters: a whole one may take seconds to write."""
    kind = type(value)
    if kind is np.ndarray and value.ndim > 3:  # numpy leaves out the middle of long axes only
        return f"an array of shape {value.shape}"
    if kind not in (list, tuple, dict):
        return value
    kept = []
    for item in value.items() if kind is dict else value:
        if room[0] < 0:
            break
        room[0] -= 1
        kept.append((item[0], _beginning(item[1], room)) if kind is dict else _beginning(item, room))
    return kind(kept)
