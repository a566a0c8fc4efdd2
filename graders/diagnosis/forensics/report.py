"""From the cases to one true line: which parts are wrong, and how they relate to the right ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..evidence import Case, Evidence, Trouble
from .chain import faults
from .layers import factor_by_unit
from .leaves import GRADIENTS, Leaf, as_array, leaves
from .quantities import made_with
from .reductions import reduced
from .relations import APPROXIMATE, Relation, close, relate
from .structure import Structural, structure

NOUNS = {
    "losses.mse_loss": "loss",
    "losses.cross_entropy_loss": "loss",
    "losses.mse_gradient": "gradient",
    "losses.cross_entropy_gradient": "gradient",
    "losses.loss_table": "table",
    "network.sigmoid": "sigmoid",
    "network.sigmoid_derivative": "derivative",
    "digits.accuracy": "accuracy",
    "digits.decayed_rate": "rate",
    "digits.one_hot": "one-hot matrix",
}
TRAINED = {
    "network.Network.train_step",
    "network.Network.train_epoch",
    "practice.fit",
    "training.train_xor",
}


#: Relations of a higher rank are vague: what a case's own quantities explain is said instead.
PLAIN = 2


@dataclass(frozen=True)
class Finding:
    """`line` is one sentence or two; `ids` are mistakes that the numbers alone prove."""

    line: str
    ids: tuple[str, ...] = ()


@dataclass
class _Group:
    """Leaves of one kind over all wrong cases, as pairs (expected, got)."""

    label: str
    pairs: list[tuple[np.ndarray, np.ndarray]]
    inputs: list[Mapping[str, Any]]
    leaves: list[Leaf]


def inspect(evidence: Evidence) -> Finding | None:
    """One line for the wrong cases that gave a value, or None where nothing can be said."""
    wrong = [c for c in evidence.cases if not c.ok and not isinstance(c.got, Trouble)]
    if not wrong:
        return None
    form = _structural(evidence.subject, wrong)
    if form is not None:
        return form
    groups, right = _groups(evidence.subject, wrong)
    if not groups:
        groups, right = _groups(evidence.subject, wrong, 1e-11)
    if not groups:
        return _one_element(wrong) or _words(wrong)
    plain = relate(groups[0].pairs, groups[0].inputs)
    if plain is None or plain.rank > PLAIN or plain.id == "not-finite":
        terms = reduced(evidence.subject, evidence.cases)
        if terms:
            return Finding(f"The {NOUNS[evidence.subject]} {terms}.", ("other-terms",))
    if evidence.subject == "network.Network.__init__" and _drawn_otherwise(groups):
        return Finding(DRAWN, ("drawn-otherwise",))
    vague = _vague(evidence.subject, groups)
    steps = faults(evidence.subject, wrong) if vague else ""
    if steps:
        kept = f" {_up(_listed(right))} {'are' if len(right) > 1 else 'is'} right." if 0 < len(right) <= 6 else ""
        return Finding(f"{_up(steps)}.{kept}", ("wrong-step",))
    return _describe(evidence.subject, groups, right)


#: No two random numbers have a ratio that says anything.
DRAWN = (
    "The weights are other random numbers than the seed gives in the stub: drawn in another way, or in another order."
)


def _drawn_otherwise(groups: list[_Group]) -> bool:
    """Whether weights have come that have nothing to do with the right ones."""
    weights = [g for g in groups if g.label.startswith("weights")]
    found = [relate(g.pairs, g.inputs) for g in weights]
    return bool(weights) and all(relation is None or relation.rank > PLAIN for relation in found)


def _vague(subject: str, groups: list[_Group]) -> bool:
    """Whether the wrong parts, as they stand, aren't all related to the right ones in a plain way."""
    if len(groups) > 1 and _together(groups) is not None:
        return False
    for group in groups:
        found = relate(group.pairs, group.inputs)
        if found is None or found.rank > PLAIN:
            return True
    return len(groups) > 1


def _structural(subject: str, wrong: Sequence[Case]) -> Finding | None:
    found: list[tuple[Case, Structural]] = []
    for case in wrong:
        s = structure(subject, case.expected, case.got)
        if s is not None:
            found.append((case, s))
    if not found:
        return None
    case, first = found[-1]  # the largest shows its shape best
    ids = {s.id for _, s in found}
    text = first.text
    if len(found) < len(wrong):
        text = f"For {case.label}: {text[:1].lower()}{text[1:]}"
    return Finding(text, (first.id,) if len(ids) == 1 else ())


def _groups(subject: str, wrong: Sequence[Case], rtol: float = 1e-6) -> tuple[list[_Group], list[str]]:
    groups: dict[str, _Group] = {}
    seen_right: dict[str, bool] = {}
    for case in wrong:
        for leaf in leaves(subject, case.expected, case.got):
            label = _label(subject, leaf, case)
            leaf_ok = close(leaf.got, leaf.expected, rtol)
            seen_right[label] = seen_right.get(label, True) and leaf_ok
            if leaf_ok:
                continue
            group = groups.setdefault(label, _Group(label, [], [], []))
            group.pairs.append(_pair(subject, leaf, case))
            group.inputs.append(case.inputs)
            group.leaves.append(leaf)
    return list(groups.values()), [label for label, ok in seen_right.items() if ok]


def _pair(subject: str, leaf: Leaf, case: Case) -> tuple[np.ndarray, np.ndarray]:
    """For parameters after training: the change, which is what training is about."""
    if subject == "trace.updated_parameters" and leaf.name in case.inputs:
        old = np.asarray(case.inputs[leaf.name], dtype=float)
        return leaf.expected - old, leaf.got - old
    if subject in TRAINED and leaf.path and leaf.path[0] in ("weights", "biases"):
        before = case.inputs.get(leaf.path[0])
        if isinstance(before, list | tuple):
            old = np.asarray(before[leaf.path[1]], dtype=float)
            return leaf.expected - old, leaf.got - old
    return leaf.expected, leaf.got


def _label(subject: str, leaf: Leaf, case: Case) -> str:
    if subject in GRADIENTS and len(leaf.path) == 2:
        kind = "weight" if leaf.path[0] == 0 else "bias"
        last = leaf.path[1] == len(case.inputs["weights"]) - 1
        return f"{kind} gradient of the {'output layer' if last else 'hidden layers'}"
    if subject in TRAINED and leaf.path and leaf.path[0] in ("weights", "biases"):
        return f"change of the {leaf.path[0]}"
    if leaf.path and leaf.path[0] == "activations":
        return "list of saved activations"
    if subject == "trace.updated_parameters":
        return f"change of {leaf.name}"
    if leaf.name == "result":
        return NOUNS.get(subject, "result")
    return leaf.name


def _describe(subject: str, groups: list[_Group], right: list[str]) -> Finding | None:
    ids: list[str] = []
    together = _together(groups)
    chain = subject in ("trace.forward_trace", "trace.backward_trace") and len(groups) > 1
    if chain and (together is None or together.id == "precision-lost"):
        return _first_of_chain(subject, groups, right)
    if together is not None:
        what = _name_all(subject, groups, right)
        sentence = f"{what} {together.text}."
        ids += [together.id] if together.id else []
    else:
        said: dict[str, list[str]] = {}  # what is said → of which parts
        for group in groups[:6]:
            own: list[str] = []
            text = _one(subject, group, own)
            if text and (len(said) < 2 or text in said):
                said.setdefault(text, []).append(group.label)
                ids += own
        if not said:
            return None
        if len(said) > 1 and any(APPROXIMATE in text for text in said):
            # What is further off elsewhere is no matter of precision here.
            said = {text.replace(APPROXIMATE, ""): labels for text, labels in said.items()}
            ids = [id for id in ids if id != "precision-lost"]
        parts = [f"{_listed(labels)} {_plural(text, labels)}" for text, labels in said.items()]
        sentence = _up("; ".join(parts)) + "."
        rest = [g.label for g in groups if not any(g.label in labels for labels in said.values())]
        if rest:
            sentence += f" Wrong too: {', '.join(_the(label) for label in rest[:4])}."
    if right and len(right) <= 4:
        plural = "are" if len(right) > 1 else "is"
        sentence += f" {_up(_listed(right))} {plural} right."
    return Finding(sentence, tuple(dict.fromkeys(i for i in ids if i)))


def _first_of_chain(subject: str, groups: list[_Group], right: list[str]) -> Finding | None:
    """In a trace each number follows from those before it: the first wrong one is what to look at."""
    ids: list[str] = []
    text = _one(subject, groups[0], ids)
    if not text:
        return None
    line = f"{groups[0].label} is the first that is wrong: it {text}."
    if right:
        line += f" {_up(_listed(right[:6]))} {'are' if len(right) > 1 else 'is'} right."
    return Finding(line, tuple(ids))


def _together(groups: list[_Group]) -> Relation | None:
    if len(groups) == 1:
        return None
    pairs, inputs = [p for g in groups for p in g.pairs], [i for g in groups for i in g.inputs]
    if _repeats(pairs):
        return None
    found = relate(pairs, inputs)
    if found is not None and found.id == "not-finite" and not all(_bad(group) for group in groups):
        return None
    return found if found is not None and found.rank <= 2 and " element" not in found.text else None


def _bad(group: _Group) -> bool:
    return any(not np.isfinite(g).all() for _, g in group.pairs)


def _repeats(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> bool:
    """The same number again and again, as an output that is also the last activation: nothing follows from it twice."""
    e, g = pairs[0]
    return e.size == 1 and all(a.size == 1 and a.item() == e.item() and b.item() == g.item() for a, b in pairs)


def _name_all(subject: str, groups: list[_Group], right: list[str]) -> str:
    if subject in GRADIENTS:
        kinds = {g.label.split()[0] for g in groups}
        places = {g.label.split(" of the ")[-1] for g in groups}
        kind = "" if len(kinds) > 1 else kinds.pop() + " "
        where = "" if len(places) > 1 else f" of the {places.pop()}"
        if kind or where or not right:
            return f"Every {kind}gradient{where}"
    return "Every one of " + ", ".join(_the(g.label) for g in groups[:5])


def _one(subject: str, group: _Group, ids: list[str]) -> str:
    if subject in GRADIENTS:
        special = factor_by_unit(group.leaves, group.inputs)
        if special:
            return special
    found = relate(group.pairs, group.inputs)
    if (found is None or found.rank > PLAIN) and subject == "trace.updated_parameters":
        # Not the change but the parameter itself may be related to the right one.
        whole = relate([(leaf.expected, leaf.got) for leaf in group.leaves], group.inputs)
        if whole is not None and whole.rank <= PLAIN:
            return f"can't be right: {group.leaves[0].name} itself {whole.text}"
    if (found is None or found.rank > PLAIN) and subject in TRAINED and group.leaves[0].path[:1] != ("loss",):
        whole = relate([(leaf.expected, leaf.got) for leaf in group.leaves], group.inputs)
        if whole is not None and whole.rank <= PLAIN and " element" not in whole.text:
            return f"can't be right: what stands in them afterwards {whole.text}"
    if found is None or found.rank > PLAIN:
        made = made_with(subject, _shown(group), group.inputs)
        if made:
            return made
    if found is None:
        e, g = group.pairs[-1]
        if e.size == 1:
            return f"is {float(g.reshape(-1)[0]):.6g} where {float(e.reshape(-1)[0]):.6g} is right"
        return "is wrong"
    if found.id:
        ids.append(found.id)
    return found.text


def _one_element(wrong: Sequence[Case]) -> Finding | None:
    """Arrays of one element where a number is wanted: nothing else is wrong with them."""
    for case in wrong:
        for path, expected, got in _beside(case.expected, case.got):
            if np.ndim(expected) == 0 and np.shape(got) in ((1,), (1, 1)):
                what = str(path[-1]) if path else "the result"
                kind_ = "a list" if isinstance(got, list) else f"an array of shape {np.shape(got)}"
                return Finding(
                    f"{kind_.capitalize()} came where {what} should be one number: the number in it is right.",
                    ("array-not-number",),
                )
    return None


def _beside(expected: Any, got: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """Pairs of plain values at the same place of both."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key in expected:
            if key in got:
                yield from _beside(expected[key], got[key], (*path, key))
    elif isinstance(expected, int | float | np.number | np.ndarray) and as_array(got) is not None:
        yield path, expected, got


def _shown(group: _Group) -> list[Leaf]:
    """The leaves with the pairs that are compared: for updates, the changes."""
    return [replace(leaf, expected=e, got=g) for leaf, (e, g) in zip(group.leaves, group.pairs, strict=True)]


def _words(wrong: Sequence[Case]) -> Finding | None:
    """Results that are texts or bools: say the first one, or what they have in common."""
    if all("bug" in case.inputs for case in wrong):
        return Finding(_bugs(wrong))
    case = wrong[0]
    if isinstance(case.expected, str | bool | np.bool_):
        inputs = ", ".join(
            f"{k} = {v:g}" for k, v in case.inputs.items() if isinstance(v, int | float) and not isinstance(v, bool)
        )
        where = f" for {inputs}" if inputs else f" ({case.label})"
        return Finding(f"{_show(case.got)} came{where}, where {_show(case.expected)} is right.")
    return None


def _bugs(wrong: Sequence[Case]) -> str:
    """Which right gradients a check refuses, and which planted bugs it lets through."""
    refused = [c.label.removesuffix(", right gradients") for c in wrong if c.expected]
    missed = list(dict.fromkeys(str(c.inputs["bug"]) for c in wrong if not c.expected))
    said = [f"right gradients are refused ({', '.join(refused)})"] if refused else []
    if missed:
        more = f" and {len(missed) - 4} more" if len(missed) > 4 else ""
        said.append(f"planted bugs get through: {', '.join(missed[:4])}{more}")
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def _show(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _plural(text: str, labels: list[str]) -> str:
    if len(labels) == 1 and not labels[0].startswith(("weights", "biases")):
        return text
    text = text.replace("has the wrong sign: it is the negative of the right one", "is the negative of the right one")
    for one, many in (("is ", "are each "), ("has ", "each have "), ("agrees ", "each agree ")):
        if text.startswith(one):
            return many + text[len(one) :]
    return text


def _the(label: str) -> str:
    """Names of variables and keys stand as they are, everything else gets an article."""
    plain = label in NOUNS.values() or label in ("result", "loss") or " " in label
    return f"the {label}" if plain else label


def _listed(labels: list[str]) -> str:
    return " and ".join([", ".join(map(_the, labels[:-1])), _the(labels[-1])] if len(labels) > 1 else map(_the, labels))


def _up(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith(("the ", "every ", "it ")) else text


def right_parts(evidence: Evidence) -> str:
    """ "Layer 2 is right." where some layers of the wrong gradients are right in the deepest wrong case, else ""."""
    case, good = _by_layer(evidence)
    right = [layer for layer, ok in good.items() if ok]
    if case is None or not right or len(right) == len(good):
        return ""
    which = f"Layer {right[0]} is" if len(right) == 1 else f"Layers {' and '.join(map(str, right))} are"
    return f"{which} right (in {case.label})."


def wrong_layers(evidence: Evidence) -> dict[str, str]:
    """{"wrong_layers": "layer-1 and layer-2"} of the deepest wrong case, for the texts; {} where there is none."""
    _, good = _by_layer(evidence)
    wrong = [f"layer-{layer}" for layer, ok in good.items() if not ok]
    return {"wrong_layers": " and ".join(wrong)} if wrong else {}


def _by_layer(evidence: Evidence) -> tuple[Case | None, dict[int, bool]]:
    """The deepest wrong case, and which of its layers have right gradients."""
    good: dict[int, bool] = {}
    if evidence.subject not in GRADIENTS:
        return None, good
    wrong = [c for c in evidence.cases if not c.ok and not isinstance(c.got, Trouble)]
    deep = [c for c in wrong if len(c.inputs["weights"]) > 1]
    if not deep:
        return None, good
    case = max(deep, key=lambda c: len(c.inputs["weights"]))
    for leaf in leaves(evidence.subject, case.expected, case.got):
        if leaf.layer is not None:
            good[leaf.layer] = good.get(leaf.layer, True) and close(leaf.got, leaf.expected)
    return case, good
