"""What a message says: its parts, the case to paste, the words for code that stops, and that it never fails."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from graders.diagnosis import diagnose, samples
from graders.diagnosis.evidence import Case, Diagnosis, Evidence, Trouble
from graders.diagnosis.facts import SAME, refined
from graders.diagnosis.figures import instead
from graders.diagnosis.recipe import RECIPES
from graders.diagnosis.smallest import literal, show, smallest
from graders.diagnosis.spelling import respelt
from graders.diagnosis.texts import known

BACKWARD = "network.Network.backward"


def made(subject: str, *ids: str) -> Evidence:
    by_id = {m.id: m for m in reversed(RECIPES[subject].mistakes)}
    with np.errstate(all="ignore"):
        return samples.evidence_for(subject, tuple(by_id[i] for i in ids), choice=1)


def headline(d: Diagnosis) -> str:
    return d.message.split("\n", 1)[0]


def test_the_first_line_says_what_is_wrong_and_what_is_right() -> None:
    found = diagnose(made(BACKWARD, "hidden-derivative-missing"))
    assert headline(found).startswith("Your layer-1 and layer-2 gradients lack the sigmoid derivative")
    assert "1/(a(1−a))" in headline(found)
    assert "Layer 3 is right" in headline(found)
    assert [m.id for m in found.misconceptions] == ["hidden-derivative-missing"]
    assert found.guide_line == 609


def test_a_message_has_three_parts() -> None:
    found = diagnose(made(BACKWARD, "one-over-n-missing"))
    parts = found.message.split("\n\n")
    assert "1/n" in parts[0]
    assert "Right for one output, wrong for more than one" in parts[1]
    assert "expected = " in parts[1] and "got = " in parts[1]
    assert parts[-1] == f"Where to look: line {found.guide_line} of the guide."


def test_alternatives_are_both_said() -> None:
    found = diagnose(made("network.Network.train_step", "update-lost"))
    assert headline(found).startswith("Either: ")
    assert {m.id for m in found.misconceptions} == {"update-lost", "target-ignored"}


def test_two_mistakes_are_counted() -> None:
    line = headline(diagnose(made("losses.mse_loss", "sum-not-mean", "absolute-not-squared")))
    assert line.startswith("Two mistakes at once: (1)") and "(2)" in line


def test_facts_come_first_and_in_our_words() -> None:
    found = diagnose(
        Evidence(
            "network.Network.forward",
            "forward",
            facts=("arguments-changed",),
            numbers={"argument": "x"},
            summary="x was changed",
        )
    )
    assert headline(found) == "The call changed its argument x: the caller's array isn't the same afterwards."
    assert [m.id for m in found.misconceptions] == ["argument-changed"]


def test_every_renamed_fact_has_words() -> None:
    assert all(known(id) for id in SAME.values())


def test_facts_are_made_precise_by_their_numbers() -> None:
    assert refined("no-clipping", {"prediction": 1.0})[0] == "clipped-on-one-side"
    assert refined("no-clipping", {"prediction": 1.0, "eps": 1e-12})[0] == "clipped-on-one-side"
    assert refined("no-clipping", {"prediction": 1.0, "eps": 1e-20})[0] == "eps-rounded-away"
    assert refined("no-clipping", {"prediction": 0.0})[0] == "no-clipping"
    assert refined("clip-too-coarse", {"got": 0.0})[0] == "infinity-replaced-by-zero"
    assert refined("clip-too-coarse", {"got": 4.60517})[1]["eps"] == "about 0.01"


def test_figures_are_read() -> None:
    def figure(*lines: tuple[Any, Any]) -> dict[str, Any]:
        return {"axes": [{"lines": [{"x": x, "y": y} for x, y in lines]}]}

    values = [0.5, 0.1, 0.3, 0.2]
    steps = [0, 1, 2, 3]
    assert instead(figure((steps, sorted(values))), values) == (
        "values-transformed",
        {"how": "their values in sorted order"},
    )
    assert instead(figure((steps, np.log10(values))), values)[0] == "values-transformed"  # type: ignore[index]
    assert instead(figure((steps[1:], values[1:])), values) == ("values-missing", {})
    assert instead(figure((values, steps)), values) == ("axes-swapped", {})
    assert instead(figure(([], [])), values) == ("empty-figure", {})
    assert instead(figure(([1], [0.2])), values) == ("losses-not-plotted", {})
    other = [9.0, 8.0, 7.0, 6.0]
    assert instead(figure((steps, other), (steps, other)), values) == ("same-curve", {})
    assert instead(figure((steps, other)), values) is None


STOPS = [
    (
        "ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0 (size 1 is different from 2)",
        "matrix product",
    ),
    ("ValueError: operands could not be broadcast together with shapes (2,) (3,)", "(2,) (3,)"),
    ("ValueError: shapes (1,2) and (1,) not aligned: 2 (dim 1) != 1 (dim 0)", "(1,2) with (1,)"),
    ("IndexError: list index out of range", "past the end"),
    ("KeyError: 'z1'", "'z1'"),
    ("AttributeError: 'Network' object has no attribute 'z_values'", "self.z_values"),
    ("NameError: name 'sigmoid' is not defined", "sigmoid"),
    ("UnboundLocalError: cannot access local variable 'delta'", "before it has a value"),
    ("TypeError: unsupported operand type(s) for -: 'NoneType' and 'float'", "None"),
    ("TypeError: backward() missing 1 required positional argument: 'target'", "arguments"),
    ("ZeroDivisionError: division by zero", "divides by zero"),
    ("RecursionError: maximum recursion depth exceeded", "without end"),
    ("ModuleNotFoundError: No module named 'torch'", "import"),
    ("ValueError: math domain error", "domain"),
    ("SomethingElse: never heard of", "SomethingElse"),
]


@pytest.mark.parametrize(("text", "words"), STOPS, ids=[t.split(":")[0] + str(i) for i, (t, _) in enumerate(STOPS)])
def test_code_that_stops_gets_a_good_line(text: str, words: str) -> None:
    trouble = Trouble("exception", text, "  File network.py, line 31", "exercises/network.py", 31)
    cases = (
        Case("1→1", {}, 1.0, 1.0, True),
        Case("2→2→1", {}, 1.0, trouble, False),
    )
    line = headline(diagnose(Evidence(BACKWARD, "x", cases, summary=text)))
    assert words in line, line
    assert line.startswith("backward")
    assert "first stops for 2→2→1" in line


def test_a_shape_error_of_square_layers_names_the_transpose() -> None:
    found = diagnose(made(BACKWARD, "weights-not-transposed"))
    assert "weights-not-transposed" in {m.id for m in found.misconceptions}


@pytest.mark.parametrize(("kind", "words"), [("timeout", "too long"), ("crashed", "process"), ("refused", "looked at")])
def test_other_troubles(kind: Any, words: str) -> None:
    cases = (Case("1→1", {}, 1.0, Trouble(kind, "5 seconds"), False),)
    assert words in headline(diagnose(Evidence(BACKWARD, "x", cases)))


def test_the_smallest_case_can_be_pasted() -> None:
    evidence = made(BACKWARD, "negated")
    case = smallest(evidence.cases)
    assert case is not None and case.label == "1→1"
    space: dict[str, Any] = {"np": np}
    exec(show(case), space)
    assert np.array_equal(space["weights"][0], case.inputs["weights"][0])
    assert np.array_equal(space["got"][0][0], case.got[0][0])


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        -0.1,
        np.nan,
        np.inf,
        3,
        True,
        None,
        "a",
        [1, 2.5],
        (1,),
        {"a": np.ones(2)},
        np.arange(6).reshape(2, 3),
        np.zeros((0, 4)),
    ],
    ids=repr,
)
def test_literals_are_python(value: Any) -> None:
    back = eval(literal(value), {"np": np})
    np.testing.assert_equal(back, value)


def test_large_values_are_cut_short() -> None:
    assert len(literal(np.zeros((28, 28)))) < 200
    assert len(literal(list(range(100_000)))) < 4001
    assert "(28, 28)" in literal(np.zeros((28, 28)))


def test_a_fault_in_diagnosis_falls_back_on_the_summary() -> None:
    broken = Evidence(BACKWARD, "x", None, summary="expected 1, got 2")  # type: ignore[arg-type]
    assert diagnose(broken).message == "expected 1, got 2"


PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.floats(allow_nan=False), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(subject=st.sampled_from(sorted(RECIPES)), got=PLAIN, ok=st.booleans())
def test_any_value_gets_a_message(subject: str, got: Any, ok: bool) -> None:
    label, inputs = samples.inputs_for(subject)[0]
    right = samples.first(RECIPES[subject].value(inputs), 0)
    cases = (Case(label, inputs, right, got, False), Case("again", inputs, right, right, ok))
    found = diagnose(Evidence(subject, "x", cases, summary="expected something else"))
    assert found.message
    assert "\n" not in headline(found)
    assert len(found.message) < 30_000


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expected=PLAIN, got=PLAIN)
def test_any_pair_of_values_gets_a_message(expected: Any, got: Any) -> None:
    cases = (Case("a", {"x": 1}, expected, got, False), Case("b", {}, expected, expected, True))
    assert diagnose(Evidence("some.function", "x", cases, summary="no")).message


def test_huge_and_odd_values_are_survived() -> None:
    cyclic: list[Any] = []
    cyclic.append(cyclic)
    odd: list[Any] = [
        [0.0] * 200_000,
        np.zeros((2000, 600)),
        10**400,
        cyclic,
        np.array([1 + 2j]),
        np.array(["a"]),
        {1: {2: {3: {4: {5: {6: {7: 8}}}}}}},
        object(),
        float,
    ]
    for subject in (BACKWARD, "losses.mse_loss", "practice.fit", "digits.prepare"):
        label, inputs = samples.inputs_for(subject)[0]
        right = samples.first(RECIPES[subject].value(inputs), 0)
        for value in odd:
            found = diagnose(Evidence(subject, "x", (Case(label, inputs, right, value, False),), summary="wrong"))
            assert found.message and len(found.message) < 30_000


def verdicts(*pairs: tuple[float, str]) -> Evidence:
    """What a verdict answered to some losses."""
    wanted = [(v, "Too slow/stuck" if v > 0.2 else "Learning slowly" if v > 0.01 else "Good") for v, _ in pairs]
    cases = [
        Case(f"loss {v:g}", {"final_loss": v}, word, got, got == word)
        for (v, word), (_, got) in zip(wanted, pairs, strict=True)
    ]
    return Evidence("training.verdict", "rate-verdict", tuple(cases))


def test_another_spelling_hides_no_other_mistake() -> None:
    slow, slowly, good = "too slow", "Learning slowly", "Good"
    answers = (0.5, slow), (0.22, slow), (0.2, slow), (0.19, slowly), (0.01, slowly), (0.009, good)
    found = diagnose(verdicts(*answers))
    assert {m.id for m in found.misconceptions} == {"wrong-text", "boundary"}, found.message
    assert "'too slow'" in found.message.split("\n", 1)[1]  # the case is shown as it came


def test_another_spelling_alone_is_told_alone() -> None:
    found = diagnose(verdicts((0.5, "too slow"), (0.3, "too slow"), (0.2, "Learning slowly"), (0.005, "Good")))
    assert {m.id for m in found.misconceptions} == {"wrong-text"}, found.message


def test_a_word_that_also_comes_right_is_no_spelling() -> None:
    seen = verdicts((0.5, "too slow"), (0.3, "Too slow/stuck"), (0.2, "too slow"), (0.005, "Good"))
    assert respelt(seen) is seen
