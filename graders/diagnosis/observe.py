"""Mistakes that show only when several cases are laid side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from . import rows
from .evidence import Case, Evidence, Trouble
from .maths import gradients

Seen = tuple[str, dict[str, str]]


def observe(evidence: Evidence) -> list[Seen]:
    """(id, words) of everything that comparing the cases proves."""
    found: list[Seen] = []
    for look in LOOKS.get(evidence.subject, ()):
        try:
            seen = look(evidence.cases)
        except (TypeError, ValueError, KeyError, AttributeError):  # another form than the one looked for
            continue
        if seen is not None:
            found.append(seen)
    return found


def _count_ignored(argument: str, key: str, id: str) -> Callable[[tuple[Case, ...]], Seen | None]:
    """As many entries in each case, whatever number was asked for."""

    def look(cases: tuple[Case, ...]) -> Seen | None:
        pairs = []
        for case in cases:
            if not isinstance(case.got, Mapping) or key not in case.got:
                return None
            asked = case.inputs.get(argument)
            if not isinstance(asked, int):
                continue
            pairs.append((asked, int(np.size(case.got[key]))))
        if len(pairs) < 2 or len({a for a, _ in pairs}) < 2:
            return None
        came = {n for _, n in pairs}
        if len(came) == 1 and all(not c.ok for c in cases if c.inputs.get(argument) not in came):
            n = came.pop()
            return (id, {"instead": f"{n} losses"}) if n > 1 else None
        return None

    return look


def _steps_make_no_difference(cases: tuple[Case, ...]) -> Seen | None:
    """The same loss for a rate and seed after different numbers of steps."""
    seen: dict[tuple[float, int], dict[int, float]] = {}
    for case in cases:
        if not isinstance(case.got, Mapping):
            return None
        for rate, loss in case.got.items():
            if isinstance(rate, float) and isinstance(loss, float):
                key = (rate, int(case.inputs["seed"]))
                seen.setdefault(key, {})[int(case.inputs["steps"])] = loss
    several = [list(v.values()) for v in seen.values() if len(v) > 1]
    if several and all(len(set(v)) == 1 and v[0] == v[0] for v in several):
        return "steps-ignored", {}
    return None


def _one_word_wrong(cases: tuple[Case, ...]) -> Seen | None:
    """One of the four texts is always another text."""
    wrong = [c for c in cases if not c.ok]
    if any(isinstance(c.got, Trouble) or not isinstance(c.got, str) for c in wrong):
        return None
    pairs = {(c.expected, c.got) for c in wrong}
    legal = {c.expected for c in cases}
    right = {c.expected for c in cases if c.ok}
    if pairs and all(got not in legal and e not in right for e, got in pairs):
        e, got = sorted(pairs)[0]
        return "wrong-text", {"right": repr(e), "instead": repr(got[:40])}
    return None


def _clipped_steps(cases: tuple[Case, ...]) -> Seen | None:
    """Every step is the gradient, cut off at one and the same size."""
    bounds = []
    for case in (c for c in cases if not c.ok):
        if not isinstance(case.got, Mapping):
            return None
        i = case.inputs
        _, wg, bg = gradients(i["weights"], i["biases"], np.asarray(i["x"], float), np.asarray(i["target"], float))
        old = [np.asarray(p, dtype=float) for p in (*i["weights"], *i["biases"])]
        new = [np.asarray(p, dtype=float) for p in (*case.got["weights"], *case.got["biases"])]
        if [p.shape for p in new] != [p.shape for p in old]:
            return None
        moved = np.concatenate([((p - q) / i["learning_rate"]).reshape(-1) for p, q in zip(old, new, strict=True)])
        wanted = np.concatenate([g.reshape(-1) for g in (*wg, *bg)])
        bound = float(np.abs(moved).max())
        if not 0 < bound < np.abs(wanted).max() or not np.allclose(moved, wanted.clip(-bound, bound), 1e-6, 1e-12):
            return None
        bounds.append(bound)
    if len(bounds) < 2 or max(bounds) - min(bounds) > 1e-6 * max(bounds):
        return None
    return "gradient-clipped", {"bound": f"{bounds[0]:.3g}"}


def _lost_in_rounding(cases: tuple[Case, ...]) -> Seen | None:
    """Near the right gradients, and all multiples of the rounding of a loss: the step is too small."""
    numbers = []
    for case in cases:
        if isinstance(case.got, Trouble):
            return None
        for got, expected in zip(_flat(case.got), _flat(case.expected), strict=True):
            if got.shape != expected.shape or np.abs(got - expected).max(initial=0) > 0.2:
                return None
            numbers.append(got.reshape(-1))
    values = np.concatenate(numbers) if numbers else np.empty(0)
    if values.size < 6 or not values.any():
        return None
    for power in range(10, 17):
        steps = values * 2 * 10.0**-power / 2.0**-60
        if np.abs(steps).max() < 1e7 and np.abs(steps - np.round(steps)).max() < 1e-3:
            return "step-too-small", {"h": f"1e-{power}"}
    return None


def _flat(value: Any) -> list[np.ndarray]:
    return [np.asarray(g, dtype=float) for part in value for g in part]


def _one_branch(cases: tuple[Case, ...]) -> Seen | None:
    """A sigmoid that is right on one side of 0, and wrong throughout on the other."""
    signs: dict[bool, set[bool]] = {True: set(), False: set()}
    for case in cases:
        z, got = np.asarray(case.inputs["z"], dtype=float), np.asarray(case.got, dtype=float)
        if got.shape != np.shape(case.expected):
            return None
        right = np.isclose(got, case.expected, rtol=1e-7, atol=1e-11)
        for side in (True, False):
            here = (z > 0) if side else (z < 0)
            signs[side] |= set(np.atleast_1d(right)[np.atleast_1d(here)].tolist())
    for side, words in ((True, "positive"), (False, "negative")):
        if signs[side] == {False} and signs[not side] == {True}:
            return "sigmoid-branch-wrong", {"side": words, "other": "negative" if side else "positive"}
    return None


def _elements_mixed(key: str) -> Callable[[tuple[Case, ...]], Seen | None]:
    """Right for a number by itself, wrong wherever there are several."""

    def look(cases: tuple[Case, ...]) -> Seen | None:
        one = [c for c in cases if np.size(c.inputs[key]) == 1]
        more = [c for c in cases if np.size(c.inputs[key]) > 1]
        if not one or not more or not all(c.ok for c in one) or any(c.ok for c in more):
            return None
        values = [(np.asarray(c.got, dtype=float), np.asarray(c.expected)) for c in more]
        if any(g.shape != e.shape or np.isclose(g, e, rtol=1e-7, atol=1e-11).any() for g, e in values):
            return None
        # One and the same factor, or one shape of number, is said by what compares the numbers.
        if any(np.ptp(g / e) < 1e-9 or np.allclose(g, e, rtol=1e-3, atol=1e-3) for g, e in values):
            return None
        return "elements-mixed", {"argument": key}

    return look


def _one_target(cases: tuple[Case, ...]) -> Seen | None:
    """A table that is right for the one target, and wrong for the other."""
    seen: dict[float, set[bool]] = {}
    for case in cases:
        seen.setdefault(float(np.ravel(case.inputs["target"])[0]), set()).add(case.ok)
    if any(isinstance(c.got, Trouble) or np.shape(c.got) != np.shape(c.expected) for c in cases):
        return None
    for wrong, right in ((0.0, 1.0), (1.0, 0.0)):
        if seen.get(wrong) == {False} and seen.get(right) == {True}:
            columns = ("prediction", "mse", "cross-entropy", "ratio")
            bad = [c for c in cases if not c.ok]
            off = [n for i, n in enumerate(columns) if not all(np.allclose(c.got[:, i], c.expected[:, i]) for c in bad)]
            if "cross-entropy" not in off:  # the other columns treat both targets alike: their numbers say more
                return None
            return "one-target-wrong", {"wrong": f"{wrong:g}", "right": f"{right:g}", "columns": ", ".join(off)}
    return None


def _given_net_unchanged(cases: tuple[Case, ...]) -> Seen | None:
    """The network that was given is as it was, while losses fall or rise: it isn't the one that is trained."""
    ran = [c for c in cases if isinstance(c.got, Mapping)]
    if len(ran) < 2 or any(c.ok for c in ran):
        return None
    moves = False
    for case in ran:
        for name in ("weights", "biases"):
            before, after = case.inputs[name], case.got[name]
            if not all(np.array_equal(a, b) for a, b in zip(before, after, strict=True)):
                return None
        losses = np.asarray(case.got["train_losses"], dtype=float).reshape(-1)
        moves = moves or bool(losses.size > 1 and np.ptp(losses) > 0)
    return ("another-net", {}) if moves else None


LOOKS: dict[str, tuple[Callable[[tuple[Case, ...]], Any], ...]] = {
    "training.train_xor": (_count_ignored("steps", "losses", "steps-ignored"),),
    "digits.train_digits": (_count_ignored("epochs", "losses", "epochs-ignored"),),
    "practice.fit": (_count_ignored("epochs", "train_losses", "epochs-ignored"), _given_net_unchanged),
    "training.learning_rate_sweep": (_steps_make_no_difference,),
    "training.verdict": (_one_word_wrong,),
    "practice.split": (rows.look("practice.split"),),
    "digits.prepare": (rows.look("digits.prepare"),),
    "digits.one_hot": (rows.look("digits.one_hot"),),
    "network.Network.train_step": (_clipped_steps,),
    "network.sigmoid": (_one_branch, _elements_mixed("z")),
    "network.sigmoid_derivative": (_elements_mixed("a"),),
    "losses.loss_table": (_one_target,),
    "gradient_check.numerical_gradients": (_lost_in_rounding,),
}
