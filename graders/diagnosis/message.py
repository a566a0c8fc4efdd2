"""The three parts of a message: what is wrong, how it shows, where to look."""

from __future__ import annotations

from collections.abc import Sequence

from graders.report.model import Misconception

from . import smallest, texts
from .evidence import Diagnosis, Evidence, Trouble
from .facts import refined, unwrapped
from .forensics import inspect
from .forensics.report import right_parts, wrong_layers
from .forensics.sizes import pattern
from .observe import observe
from .search import Explanation, explain
from .spelling import respelt
from .troubles import describe


def compose(evidence: Evidence) -> Diagnosis:
    """Facts of the check, then models of mistakes, then what stopped the code, then the numbers themselves."""
    shown = unwrapped(evidence)
    evidence = respelt(shown)
    lines: list[str] = []
    why: list[str] = []
    ids: list[str] = []
    guide: int | None = None
    titles: dict[str, str] = {}

    def name(id: str, says: object = None) -> texts.Text:
        t = texts.text(id, evidence.subject, says if isinstance(says, dict) else None)
        ids.append(id)
        titles.setdefault(id, t.title)
        if t.twin:
            ids.append(t.twin)
            titles.setdefault(t.twin, texts.text(t.twin, evidence.subject).title)
        return t

    for fact in evidence.facts:
        id, says = refined(fact, evidence.numbers, evidence.summary)
        if not texts.known(id):
            lines.append(_sentence(evidence.summary))
            continue
        t = name(id, says)
        if _sentence(t.line) in lines:
            continue  # two facts of one name, told by the words of one of them
        lines.append(_sentence(t.line))
        why.append(t.why)
        guide = guide or t.guide

    explanations = explain(evidence) if evidence.cases else []
    seen = [] if explanations else observe(evidence)
    for id, says in seen:
        t = name(id, says)
        lines.append(_sentence(t.line))
        why.append(t.why)
    if explanations:
        line, reasons, line_of_guide = _explained(evidence, explanations, name)
        lines.append(line)
        why += reasons
        guide = guide or line_of_guide
    elif not seen and any(not c.ok for c in evidence.cases):
        line = _unexplained(evidence, name, why)
        if line:
            lines.append(line)

    first = " ".join(lines) or evidence.summary or "The value is wrong."
    parts = [_one_line(first)]
    if (not lines or evidence.facts) and evidence.summary and evidence.summary != first:
        parts.append(evidence.summary)
    parts += _shows(shown)
    reasons = [w for w in dict.fromkeys(why) if w]
    if reasons:
        parts.append("\n".join(reasons))
    guide = guide or texts.guide_line(evidence.subject)
    if guide:
        parts.append(f"Where to look: line {guide} of the guide.")
    unique = tuple(Misconception(i, titles[i]) for i in dict.fromkeys(ids))
    return Diagnosis("\n\n".join(parts), unique, guide)


def _explained(
    evidence: Evidence, explanations: Sequence[Explanation], name: object
) -> tuple[str, list[str], int | None]:
    assert callable(name)
    alternatives: list[str] = []
    layers = wrong_layers(evidence)
    why: list[str] = []
    guide: int | None = None
    for explanation in explanations:
        said: dict[str, texts.Text] = {}
        alone = len({m.id for m in explanation.mistakes}) == 1  # else which layers are wrong isn't the doing of one
        for m in explanation.mistakes:
            t = name(m.id, {**(layers if alone else {}), **(m.says or {})})
            if m.id not in said:
                said[m.id] = t
        sentences = [_sentence(t.line) for t in said.values()]
        why += [t.why for t in said.values()]
        guide = guide or next((t.guide for t in said.values() if t.guide), None)
        if len(sentences) == 1:
            alternatives.append(sentences[0])
        else:
            number = {2: "Two", 3: "Three"}.get(len(sentences), str(len(sentences)))
            listed = " ".join(f"({i}) {s}" for i, s in enumerate(sentences, 1))
            alternatives.append(f"{number} mistakes at once: {listed}")
    alternatives = list(dict.fromkeys(alternatives))
    if len(alternatives) == 1:
        line = alternatives[0]
        if explanations[0].raised:
            line = f"The code stops as it would with this mistake: {line}"
    else:
        line = " Or: ".join([f"Either: {alternatives[0]}", *alternatives[1:]])
        line += " On these inputs the numbers are the same."
    if len(explanations) == 1 or len(alternatives) == 1:
        right = right_parts(evidence)
        if right:
            line += f" {right}"
    return line, why, guide


def _unexplained(evidence: Evidence, name: object, why: list[str]) -> str:
    assert callable(name)
    stop = describe(evidence)
    if stop is not None:
        if stop.id and texts.known(stop.id):
            t = name(stop.id)
            why.append(t.why)
        return stop.line
    found = inspect(evidence)
    if found is None:
        return ""
    for id in found.ids:
        if texts.known(id):
            why.append(name(id).why)
    return found.line


def _shows(evidence: Evidence) -> list[str]:
    case = smallest.smallest(evidence.cases)
    if case is None:
        return []
    words = pattern(evidence.cases)
    head = f"The smallest case that goes wrong ({case.label})"
    if words:
        head = f"{words[:1].upper()}{words[1:]}. {head}"
    out = [f"{head}:\n{_indent(smallest.show(case))}"]
    if isinstance(case.got, Trouble) and case.got.traceback:
        out.append(_indent(case.got.traceback.strip()[-1500:]))
    return out


def _indent(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".?!…" else text + "."


def _one_line(text: str) -> str:
    return " ".join(text.split())
