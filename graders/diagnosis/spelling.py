"""Texts that are spelt otherwise, besides another mistake: which stands for which, and what is left without that."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from .evidence import Evidence


def respelt(evidence: Evidence) -> Evidence:
    """The evidence with the right spelling put in and a fact that says so, where something else is wrong as well.

    A text stands for the one that is wanted most often where it comes, provided that this one itself never comes.
    """
    if evidence.subject != "training.verdict" or not all(isinstance(c.got, str) for c in evidence.cases):
        return evidence
    wanted = {c.expected for c in evidence.cases}
    came = {c.got for c in evidence.cases}
    stands_for: dict[str, str] = {}
    for text in sorted(came - wanted):
        likely = Counter(c.expected for c in evidence.cases if c.got == text).most_common(2)
        word, times = likely[0]
        if word in came or word in stands_for.values() or any(n == times for _, n in likely[1:]):
            return evidence
        stands_for[text] = word
    cases = [replace(c, got=stands_for.get(c.got, c.got)) for c in evidence.cases]
    cases = [replace(c, ok=c.got == c.expected) for c in cases]
    if not stands_for or all(c.ok for c in cases):
        return evidence  # nothing but the spelling, which the models and what is seen across the cases can tell
    text, word = next(iter(stands_for.items()))
    numbers = {**evidence.numbers, "right": repr(word), "instead": repr(text[:40])}
    return replace(evidence, cases=tuple(cases), facts=(*evidence.facts, "wrong-text"), numbers=numbers)
