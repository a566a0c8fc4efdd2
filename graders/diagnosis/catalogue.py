"""All mistakes with their texts and, from running each model, what it looks like in numbers."""

from __future__ import annotations

import warnings
from typing import TypedDict

import numpy as np

from . import samples, texts
from .forensics import inspect
from .recipe import RECIPES
from .troubles import describe


class Entry(TypedDict):
    """One mistake in one function."""

    id: str
    title: str
    subject: str
    explanation: str
    guide_line: int | None
    numbers: str


def subjects() -> list[str]:
    """The functions that have models, in the order of the guide."""
    return [s for s in samples.MAKERS if s in RECIPES]


def entries(subject: str) -> list[Entry]:
    """The mistakes of one function, one for each id; of several ways to make it, the first."""
    found: dict[str, Entry] = {}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for mistake in RECIPES[subject].mistakes:
            if mistake.id in found:
                continue
            words = texts.text(mistake.id, subject, mistake.says)
            found[mistake.id] = {
                "id": mistake.id,
                "title": words.title,
                "subject": subject,
                "explanation": " ".join(t for t in (words.line, words.why) if t),
                "guide_line": words.guide,
                "numbers": _numbers(subject, mistake),
            }
    return list(found.values())


def _numbers(subject: str, mistake: samples.Mistake) -> str:
    evidence = samples.evidence_for(subject, (mistake,), choice=1)
    stop = describe(evidence)
    if stop is not None:
        return stop.line
    seen = inspect(evidence)
    return seen.line if seen else ""
