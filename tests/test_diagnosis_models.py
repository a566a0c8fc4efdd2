"""Every model of a mistake is found by its own numbers, and told apart from the others."""

from __future__ import annotations

import tomllib
from itertools import combinations

import numpy as np
import pytest

from graders import paths
from graders.diagnosis import diagnose, samples, texts
from graders.diagnosis.evidence import Case, Evidence
from graders.diagnosis.recipe import RECIPES, UNKNOWN, Mistake, OneOf
from graders.diagnosis.search import Explanation, explain

SUBJECTS = sorted(RECIPES)


def found(evidence: Evidence) -> list[Explanation]:
    with np.errstate(all="ignore"):
        return explain(evidence)


def evidence(subject: str, *mistakes: Mistake, choice: int = 0) -> Evidence:
    with np.errstate(all="ignore"):
        return samples.evidence_for(subject, mistakes, choice=choice)


def alike(subject: str) -> list[set[str]]:
    table = tomllib.loads((paths.DATA / "mistakes.toml").read_text(encoding="utf-8"))["alike"]
    return [set(entry["ids"]) for entry in table if entry["in"] == subject]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_right_recipe_has_nothing_to_explain(subject: str) -> None:
    right = evidence(subject)
    assert len(right.cases) >= 2
    assert all(case.ok for case in right.cases)
    assert found(right) == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_model_is_named_by_its_own_numbers(subject: str) -> None:
    for mistake in RECIPES[subject].mistakes:
        given = evidence(subject, mistake, choice=5)
        assert any(not c.ok for c in given.cases), f"{mistake.id} in {mistake.part} changes nothing"
        names = {e.ids for e in found(given)}
        assert (mistake.id,) in names, f"{mistake.id} in {mistake.part}: found {names}"
        others = {id for ids in names for id in ids} - {mistake.id}
        if others:
            assert {mistake.id, *others} in alike(subject), f"{mistake.id} looks like {others}"


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
def test_other_numbers_lead_to_the_same_name(subject: str) -> None:
    """Chance is out: another seed, the same mistake."""
    usual = [m for m in RECIPES[subject].mistakes if m.rank == 1 and not m.edge][:12]
    for mistake in usual:
        with np.errstate(all="ignore"):
            given = samples.evidence_for(subject, (mistake,), seed=123, choice=1)
        if any(not c.ok for c in given.cases):
            assert (mistake.id,) in {e.ids for e in found(given)}, mistake.id


def pairs(subject: str, *ids: tuple[str, str]) -> list[tuple[str, Mistake, Mistake]]:
    by_id: dict[str, Mistake] = {}
    for m in RECIPES[subject].mistakes:
        by_id.setdefault(m.id, m)
    return [(subject, by_id[a], by_id[b]) for a, b in ids]


PAIRS = [
    *pairs(
        "network.Network.backward",
        ("negated", "one-over-n-missing"),
        ("hidden-derivative-missing", "gradient-transposed"),
        ("hidden-derivative-missing", "factor-two-missing"),
        ("bias-gradient-zero", "one-over-n-missing"),
        ("raw-error-passed-on", "bias-times-input"),
        ("gradient-times-weights", "negated"),
        ("output-derivative-missing", "z-for-activation"),
    ),
    *pairs("losses.mse_loss", ("sum-not-mean", "absolute-not-squared"), ("not-squared", "sum-not-mean")),
    *pairs("losses.cross_entropy_loss", ("log-base-ten", "sum-not-mean"), ("negated", "log-base-two")),
    *pairs("network.Network.train_step", ("ascends", "loss-after-update")),
    *pairs("network.Network.train_epoch", ("sum-not-mean", "biases-never-updated")),
    *pairs("trace.backward_trace", ("factor-two-missing", "gradient-transposed")),
    *pairs("digits.prepare", ("not-scaled", "targets-not-one-hot")),
    *pairs("gradient_check.numerical_gradients", ("divided-by-h", "biases-missing")),
]


@pytest.mark.parametrize(("subject", "one", "two"), PAIRS, ids=lambda v: getattr(v, "id", None))
def test_two_mistakes_at_once_are_both_named(subject: str, one: Mistake, two: Mistake) -> None:
    given = evidence(subject, one, two)
    message = diagnose(given)
    assert {m.id for m in message.misconceptions} >= {one.id, two.id}, message.message


def test_three_mistakes_at_once_are_named() -> None:
    (_, one, two), (_, three, _) = pairs(
        "network.Network.backward",
        ("negated", "factor-two-missing"),
        ("hidden-derivative-missing", "gradient-transposed"),
    )
    names = {m.id for m in diagnose(evidence("network.Network.backward", one, two, three)).misconceptions}
    assert names >= {"negated", "factor-two-missing", "hidden-derivative-missing"}


def test_rounding_is_not_a_mistake() -> None:
    """Values that differ by rounding alone never look like a model, even where a check is strict."""
    rng = np.random.default_rng(0)
    for subject in SUBJECTS:
        right = evidence(subject)
        cases = tuple(Case(c.label, c.inputs, c.expected, _rounded(c.expected, rng), False) for c in right.cases)
        assert found(Evidence(subject, "x", cases)) == [], subject


def _rounded(value: object, rng: np.random.Generator) -> object:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value * (1 + 1e-15 * rng.normal(size=value.shape))
    if isinstance(value, float):
        return value * (1 + 1e-15)
    if isinstance(value, list | tuple):
        return type(value)(_rounded(v, rng) for v in value)
    if isinstance(value, dict):
        return {k: _rounded(v, rng) for k, v in value.items()}
    return value


def test_noise_is_not_explained() -> None:
    """Numbers from nowhere are named by no model and no combination of models."""
    rng = np.random.default_rng(3)
    for subject in ("network.Network.backward", "network.Network.train_step", "losses.mse_gradient"):
        right = evidence(subject)
        cases = tuple(Case(c.label, c.inputs, c.expected, _noise(c.expected, rng), False) for c in right.cases)
        assert found(Evidence(subject, "x", cases)) == [], subject


def _noise(value: object, rng: np.random.Generator) -> object:
    if isinstance(value, list | tuple):
        return type(value)(_noise(v, rng) for v in value)
    if isinstance(value, dict):
        return {k: _noise(v, rng) for k, v in value.items()}
    return rng.normal(size=np.shape(value))


def test_one_contradicting_case_is_enough_to_say_nothing() -> None:
    (_, mistake, _) = pairs("losses.mse_loss", ("sum-not-mean", "factor-two"))[0]
    given = evidence("losses.mse_loss", mistake)
    last = given.cases[-1]
    spoilt = Case(last.label, last.inputs, last.expected, float(last.got) + 0.01, False)
    cases = (*given.cases[:-1], spoilt)
    assert not any("sum-not-mean" in e.ids for e in found(Evidence("losses.mse_loss", "x", cases)))


def test_every_mistake_has_its_words() -> None:
    table = set(texts.ids())
    for subject, recipe in RECIPES.items():
        for mistake in recipe.mistakes:
            assert mistake.id in table, f"{mistake.id} of {subject} has no entry in data/mistakes.toml"
            said = texts.text(mistake.id, subject, mistake.says)
            assert said.title and said.line and said.guide
            assert "{" not in said.line + said.title + said.why, said.line
            assert "  " not in said.line and "()" not in said.line, said.line


def test_every_text_is_used() -> None:
    """An entry that nothing can name is a leftover."""
    code = "\n".join(
        p.read_text(encoding="utf-8")
        for folder in ("diagnosis", "checks")
        for p in (paths.HOME / "graders" / folder).rglob("*.py")
    )
    twins = {texts.text(id, "").twin for id in texts.ids()}
    unused = [id for id in texts.ids() if f'"{id}"' not in code and id not in twins]
    assert unused == []


def test_no_text_gives_the_line_of_code_away() -> None:
    for id in texts.ids():
        for subject in SUBJECTS:
            words = texts.text(id, subject)
            for part in (words.title, words.line, words.why):
                assert "np." not in part and "self.weights" not in part, part


def test_alike_groups_are_known_mistakes() -> None:
    for subject in SUBJECTS:
        known = {m.id for m in RECIPES[subject].mistakes}
        for group in alike(subject):
            assert group <= known
            assert len(group) >= 2


def test_values_that_depend_on_an_unknown_order_match_any_of_them() -> None:
    subject = "network.Network.train_epoch"
    mistake = next(m for m in RECIPES[subject].mistakes if m.id == "loss-of-last-example" and m.part == "run")
    label, inputs = samples.inputs_for(subject)[1]
    value = RECIPES[subject].value(inputs, (mistake,))
    assert isinstance(value, OneOf) and len(value.values) == len(inputs["X"])
    for choice in range(len(value.values)):
        given = evidence(subject, mistake, choice=choice)
        assert ("loss-of-last-example",) in {e.ids for e in found(given)}, label


def test_the_same_evidence_gives_the_same_answer() -> None:
    recipe = RECIPES["network.Network.backward"]
    one, two = list(combinations([m for m in recipe.mistakes if m.rank == 1], 2))[7]
    given = evidence("network.Network.backward", one, two)
    assert diagnose(given) == diagnose(given)
    assert UNKNOWN is not None
