"""The questions: true answers, fair verdicts, and no value that makes the judge fall over."""

from __future__ import annotations

import datetime
import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from graders import paths, questions
from graders.questions import Question, blank_answers, judge
from reference.losses import cross_entropy_loss, mse_loss
from reference.network import sigmoid
from reference.trace import backward_trace, forward_trace

ALL = questions.load()
NUMBERS = [q for q in ALL.values() if q.kind == "number"]
CHOICES = [q for q in ALL.values() if q.kind != "number"]

#: The checkpoint items that ask to explain, describe, define or list something.
IN_WORDS = ["C1.1", "C1.3", "C1.4", "C2.1", "C2.3", "C3.2", "C3.3", "C3.4", "C4.1", "C4.2", "C4.4"]

# ── The truth, recomputed ────────────────────────────────────────────────────────────────────────

FOUR = np.array([0.5, 0.8, 0.2, 0.9]), np.array([0.0, 1.0, 0.0, 1.0])
REGRESSION = np.array([2.5, 0.0, 4.0, 7.0]), np.array([3.0, -0.5, 2.0, 8.0])
TRUTH = np.array([1, 0, 1])
HEDGING, CONFIDENT = np.array([0.6, 0.4, 0.6]), np.array([0.1, 0.9, 0.1])
W1, b1 = np.array([[0.1, 0.3], [0.2, 0.4]]), np.array([0.01, 0.02])
W2, b2 = np.array([[0.5, 0.6]]), np.array([0.03])
X = np.array([0.5, 1.5])
TRACE = forward_trace(W1, b1, W2, b2, X, np.zeros(1)) | backward_trace(W1, b1, W2, b2, X, np.zeros(1))
W, DELTA = np.array([[1, 2, 0], [0, -1, 3]]), np.array([0.5, -1])


def _true_values() -> dict[str, object]:
    hedging, confident = cross_entropy_loss(HEDGING, TRUTH), cross_entropy_loss(CONFIDENT, TRUTH)
    return {
        "1.1-mse": mse_loss(*FOUR),
        "1.1-regression": mse_loss(*REGRESSION),
        "1.2-hedging": hedging,
        "1.2-confident": confident,
        "1.2-ratio": confident / hedging,
        "C2.3-numbers": W.T @ DELTA,
        **{f"2.1-{name}": value for name, value in TRACE.items()},
    }


def _wrong_values() -> dict[tuple[str, str], object]:
    """What each known mistake comes to."""
    t = {name: np.asarray(value) for name, value in TRACE.items()}
    a1, a2, z1, z2 = t["a1"], t["a2"], t["z1"], t["z2"]
    delta1, delta2, error = t["delta1"], t["delta2"], t["dL_da2"]
    hedging, confident = cross_entropy_loss(HEDGING, TRUTH), cross_entropy_loss(CONFIDENT, TRUTH)
    values: dict[tuple[str, str], object] = {
        ("1.1-mse", "signed-errors-cancel"): 0.0,
        ("1.1-regression", "signed-errors-cancel"): np.mean(REGRESSION[0] - REGRESSION[1]) ** 2,
        ("1.2-hedging", "sum-for-mean"): 3 * hedging,
        ("1.2-hedging", "minus-forgotten"): -hedging,
        ("1.2-hedging", "log-base-10"): hedging / math.log(10),
        ("1.2-hedging", "log-base-2"): hedging / math.log(2),
        ("1.2-hedging", "second-term-left-out"): -2 * math.log(0.6) / 3,
        ("1.2-hedging", "log-p-for-target-0"): -np.mean(np.log(HEDGING)),
        ("1.2-confident", "sum-for-mean"): 3 * confident,
        ("1.2-confident", "log-base-10"): confident / math.log(10),
        ("1.2-confident", "targets-swapped"): cross_entropy_loss(CONFIDENT, 1 - TRUTH),
        ("1.2-confident", "second-term-left-out"): -2 * math.log(0.1) / 3,
        ("1.2-ratio", "ratio-inverted"): hedging / confident,
        ("1.2-ratio", "difference-for-ratio"): confident - hedging,
        ("2.1-z1", "bias-forgotten"): W1 @ X,
        ("2.1-z1", "weights-transposed"): W1.T @ X + b1,
        ("2.1-a1", "sigmoid-mirrored"): sigmoid(-z1),
        ("2.1-z2", "bias-forgotten"): W2 @ a1,
        ("2.1-z2", "activation-skipped"): W2 @ z1 + b2,
        ("2.1-a2", "sigmoid-mirrored"): sigmoid(-z2),
        ("2.1-loss", "absolute-for-squared"): a2,
        ("2.1-loss", "factor-half"): a2**2 / 2,
        ("2.1-loss", "wrong-target"): (a2 - 1) ** 2,
        ("2.1-dL_da2", "factor-2-left-out"): a2,
        ("2.1-dL_da2", "error-reversed"): -error,
        ("2.1-da2_dz2", "slope-without-a"): 1 - a2,
        ("2.1-da2_dz2", "slope-from-z"): z2 * (1 - z2),
        ("2.1-da2_dz2", "sigmoid-twice"): sigmoid(a2) * (1 - sigmoid(a2)),
        ("2.1-delta2", "sigmoid-slope-left-out"): error,
        ("2.1-delta2", "factor-2-left-out"): delta2 / 2,
        ("2.1-dL_dW2", "input-of-wrong-layer"): np.outer(delta2, X),
        ("2.1-dL_dW2", "sigmoid-slope-left-out"): np.outer(error, a1),
        ("2.1-dL_dW2", "weight-for-input"): delta2 * W2,
        ("2.1-dL_db2", "bias-gradient-zero"): 0.0,
        ("2.1-dL_db2", "bias-for-one"): delta2 * b2,
        ("2.1-dL_da1", "raw-error-passed-back"): W2.T @ error,
        ("2.1-dL_da1", "error-not-weighted"): [delta2[0], delta2[0]],
        ("2.1-da1_dz1", "slope-without-a"): 1 - a1,
        ("2.1-da1_dz1", "slope-from-z"): z1 * (1 - z1),
        ("2.1-delta1", "sigmoid-slope-left-out"): t["dL_da1"],
        ("2.1-dL_dW1", "weight-gradient-transposed"): t["dL_dW1"].T,
        ("2.1-dL_dW1", "input-of-wrong-layer"): np.outer(delta1, a1),
        ("2.1-dL_db1", "bias-gradient-times-input"): delta1 * X,
        ("2.1-dL_db1", "bias-gradient-zero"): [0.0, 0.0],
        ("C2.3-numbers", "one-path-only"): W[0] * DELTA[0],
        ("C2.3-numbers", "delta-left-out"): W.sum(axis=0),
    }
    for name, (p, target) in {"1.1-mse": FOUR, "1.1-regression": REGRESSION}.items():
        values[name, "sum-for-mean"] = np.sum((p - target) ** 2)
        values[name, "absolute-for-squared"] = np.mean(np.abs(p - target))
        values[name, "factor-half"] = mse_loss(p, target) / 2
        values[name, "root-of-mse"] = math.sqrt(mse_loss(p, target))
    return values


def _typed(value: object) -> object:
    """As it would stand in answers.toml, at full precision."""
    array = np.asarray(value, dtype=float)
    return float(array.reshape(())) if array.size == 1 and array.ndim < 2 else array.tolist()


def test_the_stored_answers_are_the_true_ones() -> None:
    true = _true_values()
    assert {q.id for q in NUMBERS} == true.keys()
    for question in NUMBERS:
        stored, expected = question.answer.values, np.ravel(np.asarray(true[question.id]))
        np.testing.assert_allclose(stored, expected, atol=6e-7, err_msg=question.id)


def test_the_known_wrong_numbers_are_what_the_mistakes_come_to() -> None:
    wrong = _wrong_values()
    stored = {(q.id, w.misconception[0]): w.value.values for q in NUMBERS for w in q.wrong}
    assert stored.keys() == wrong.keys()
    for key, values in stored.items():
        expected = np.ravel(np.asarray(wrong[key]))
        np.testing.assert_allclose(values, expected, atol=6e-7, err_msg=str(key))


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("question", NUMBERS, ids=lambda q: q.id)
def test_the_truth_passes_in_full_and_rounded_as_asked(question: Question) -> None:
    value = _true_values()[question.id]
    assert judge(question, _typed(value)).status == "passed"
    rounded = _typed(np.round(np.asarray(value), question.decimals))
    assert judge(question, rounded) == judge(question, _typed(value))
    unit = 10.0**-question.decimals
    assert judge(question, _typed(np.asarray(value) + 3 * unit)).status == "failed"
    assert judge(question, _typed(np.asarray(value) - 3 * unit)).status == "failed"


@pytest.mark.parametrize(("question", "misconception"), list(_wrong_values()), ids=lambda value: str(value))
def test_a_known_mistake_is_named(question: str, misconception: str) -> None:
    answer = judge(ALL[question], _typed(_wrong_values()[question, misconception]))
    assert answer.status == "failed"
    assert answer.misconception is not None
    assert answer.misconception[0] == misconception


def test_a_trace_with_rounded_intermediate_values_passes() -> None:
    r = 4  # everything rounded to four decimals before it is used again
    a1 = np.round(sigmoid(np.array([0.51, 0.72])), r)
    a2 = np.round(sigmoid(np.round(W2 @ a1 + b2, r)), r)
    error, slope = np.round(2 * a2, r), np.round(a2 * (1 - a2), r)
    delta2 = np.round(error * slope, r)
    back = np.round(W2.T @ delta2, r)
    delta1 = np.round(back * np.round(a1 * (1 - a1), r), r)
    steps = {
        "a1": a1,
        "a2": a2,
        "loss": np.round(a2**2, r),
        "dL_da2": error,
        "da2_dz2": slope,
        "delta2": delta2,
        "dL_dW2": np.round(np.outer(delta2, a1), r),
        "dL_da1": back,
        "delta1": delta1,
        "dL_dW1": np.round(np.outer(delta1, X), r),
    }
    verdicts = {name: judge(ALL[f"2.1-{name}"], _typed(step)) for name, step in steps.items()}
    assert {name: v.message for name, v in verdicts.items() if v.status != "passed"} == {}


GROSS = {"1.2-hedging", "1.2-ratio", "2.1-loss", "2.1-dL_da2"}


@pytest.mark.parametrize("question", [q for q in NUMBERS if q.printed], ids=lambda q: q.id)
def test_one_who_types_a_misprint_is_told_so(question: Question) -> None:
    assert question.printed is not None
    printed = np.reshape(question.printed.values, question.printed.shape)
    answer = judge(question, _typed(printed))
    assert "misprint" in answer.message
    assert f"Line {question.printed_line} of the guide prints" in answer.message
    # Wide of the truth it fails; in the last digit it passes, as a rounded calculation would.
    assert answer.status == ("failed" if question.id in GROSS else "passed")
    assert "misprint" not in judge(question, _typed(_true_values()[question.id])).message


def test_the_hedging_loss_in_the_guide_is_a_misprint() -> None:
    assert judge(ALL["1.2-hedging"], 0.6365).message.splitlines() == [
        "0.6365 is not it, though the guide says so.",
        "Line 361 of the guide prints 0.6365, which is a misprint: compute it from the formula.",
    ]


@pytest.mark.parametrize("typed", [0.085, "0.085", " 0.0850 ", "17/200", "8.5e-2", [0.085], ".085"])
def test_a_number_may_be_written_in_many_ways(typed: object) -> None:
    assert judge(ALL["1.1-mse"], typed).status == "passed"


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        ("2.1-dL_dW2", [0.185, 0.1991]),
        ("2.1-dL_dW2", [["0.185", "0.1991"]]),
        ("2.1-z1", [[0.51, 0.72]]),
        ("2.1-z1", [["0.51"], ["0.72"]]),
        ("2.1-a2", [[0.6783]]),
        ("C2.3-numbers", ["1/2", 2, "−3"]),
    ],
)
def test_axes_of_length_one_do_not_matter(question: str, typed: object) -> None:
    assert judge(ALL[question], typed).status == "passed"


@pytest.mark.parametrize(
    ("question", "typed", "says"),
    [
        ("1.1-mse", True, "Expected a number, got true or false."),
        ("1.1-mse", math.nan, "Expected a number, got a number that is not finite."),
        ("1.1-mse", "nan", "Expected a number, got the text 'nan'."),
        ("1.1-mse", 10**400, "Expected a number, got a number that is not finite."),
        ("1.1-mse", "1/0", "Expected a number, got a number that is not finite."),
        ("1.1-mse", "0,085", "the text '0,085'; decimals need a point."),
        ("1.1-mse", "__import__('os')", "got the text"),
        ("1.1-mse", "0.34/4/1", "got the text '0.34/4/1'."),
        ("1.1-mse", "٠.٠٨٥", "got the text"),
        ("1.1-mse", {"a": 1}, "Expected a number, got a table."),
        ("1.1-mse", datetime.date(2020, 1, 1), "Expected a number, got a date."),
        ("1.1-mse", [0.085, 0.085], "Expected a number, got a list of 2 numbers."),
        ("2.1-z1", 0.51, "Expected a list of 2 numbers, got a number."),
        (
            "2.1-z1",
            [0.51, ""],
            "Expected a list of 2 numbers, got a gap: one entry is still empty.",
        ),
        ("2.1-z1", [[0.51], [0.72, 1]], "got rows of different lengths."),
        (
            "2.1-dL_dW1",
            [0.1, 0.2, 0.3, 0.4],
            "Expected 2 rows of 2 numbers, got a list of 4 numbers.",
        ),
        ("1.1-mse", 0.0855, "0.0855 is close, but not it."),
        ("1.1-mse", -0.085, "the sign is reversed"),
        ("2.1-z1", [0.51, 0.9], "1 of its 2 numbers is right"),
        ("1.1-mse", 7, "7 is not it.\nRead line 254 of the guide."),
    ],
)
def test_what_is_said_to_other_values(question: str, typed: object, says: str) -> None:
    answer = judge(ALL[question], typed)
    assert answer.status == "failed"
    assert says in answer.message


# ── Choices ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("question", CHOICES, ids=lambda q: q.id)
def test_the_right_options_pass_and_each_wrong_one_is_explained(question: Question) -> None:
    keys = list(question.right_keys)
    passed = judge(question, keys if question.kind == "choices" else keys[0])
    assert passed.status == "passed"
    assert all(o.why in passed.message for o in question.options if o.right)
    for option in question.options:
        if option.right:
            assert option.misconception is None
            continue
        chosen = [*keys[1:], option.key] if question.kind == "choices" else option.key
        answer = judge(question, chosen)
        assert answer.status == "failed"
        assert answer.misconception == option.misconception
        assert f"{option.key}: {option.why}" in answer.message
        assert not any(o.why in answer.message for o in question.options if o.right)


@pytest.mark.parametrize("typed", ["b", "B", " b) ", ["b"], "b."])
def test_a_letter_may_be_written_in_many_ways(typed: object) -> None:
    assert judge(ALL["C1.3-why"], typed).status == "passed"


@pytest.mark.parametrize("typed", [["f", "c", "a"], "a, c, f", "A C F", ["a", "a", "c", "f"]])
def test_letters_may_be_written_in_many_ways(typed: object) -> None:
    assert judge(ALL["C4.4-three"], typed).status == "passed"


@pytest.mark.parametrize(
    ("question", "typed", "says"),
    [
        ("C1.3-why", "e", "Expected one of the options a, b, c, d; got 'e'."),
        ("C1.3-why", ["b", "c"], "Expected one option; got 2."),
        ("C1.3-why", 2, 'Expected a letter, as "a"; got a number.'),
        ("C1.3-why", False, "got true or false."),
        ("C1.3-why", ")", "got nothing that can be read."),
        ("C4.4-three", [1, 2, 3], 'Expected letters, as ["a", "b"]; got a number in the list.'),
        ("C4.4-three", ["a", "c"], "Right as far as it goes: 2 of 3 chosen."),
        ("C4.4-three", list("abcdef"), "Not b, d, e."),
    ],
)
def test_what_is_said_to_other_letters(question: str, typed: object, says: str) -> None:
    answer = judge(ALL[question], typed)
    assert answer.status == "failed"
    assert says in answer.message


# ── Any value at all ─────────────────────────────────────────────────────────────────────────────


def _nested(depth: int) -> list:
    value: list = ["a"]
    for _ in range(depth):
        value = [1, value]
    return value


def _odd_values() -> Iterator[object]:
    yield from (
        0,
        1,
        -0.0,
        math.inf,
        10**5000,
        -(2**20000),
        True,
        "a" * 10**6,
        "\x00\x1b[31m",
        "\n",
    )
    yield from ({}, {"x": []}, [{}], [[]], [[[[]]]], [[[[[["x"]]]]]], [None], [True], _nested(200))
    yield from (["a"] * 10**5, [0.5] * 10**5, [[0.5] * 99] * 99, "1" * 10**5, "1e999", "0/0")
    yield from ("1" * 10**5 + "x", "1" * 5000 + "/" + "1" * 5000 + "x")
    yield from (datetime.datetime.now(), datetime.time(1, 2), "١", "½", "+", "-", ".", "/", "1/")


@pytest.mark.parametrize("question", ["1.1-mse", "2.1-dL_dW1", "C1.3-why", "C4.4-three"])
def test_no_value_makes_the_judge_fall_over(question: str) -> None:
    for value in _odd_values():
        answer = judge(ALL[question], value)
        assert answer.status in {"failed", "not_started"}, str(value)[:40]
        first = answer.message.splitlines()[0]
        assert len(first) < 200
        assert "\x1b" not in first


@pytest.mark.parametrize("blank", ["", "  ", [], ["", ""], [[], []], [["", ""], ["", ""]], None])
@pytest.mark.parametrize("question", ["1.1-mse", "2.1-dL_dW1", "C1.3-why", "C4.4-three"])
def test_an_empty_answer_is_not_started(question: str, blank: object) -> None:
    answer = judge(ALL[question], blank)
    assert answer.status == "not_started"
    assert answer.misconception is None


# ── The file ─────────────────────────────────────────────────────────────────────────────────────


def test_every_item_in_words_has_a_question() -> None:
    items = {q.item for q in CHOICES}
    assert set(IN_WORDS) <= items
    assert {q.item for q in NUMBERS} >= {"1.1", "1.2", "2.1"}


def test_every_option_is_explained_in_a_sentence() -> None:
    for question in CHOICES:
        assert len(question.options) >= 4
        for option in question.options:
            assert option.text, question.id
            assert option.why.endswith("."), (question.id, option.key)
            assert option.right or option.misconception is not None
        assert [o.key for o in question.options] == list("abcdef"[: len(question.options)])


def test_the_right_option_is_in_no_favourite_place() -> None:
    places = [q.right_keys[0] for q in CHOICES if q.kind == "choice"]
    assert all(places.count(key) <= len(places) / 2 for key in set(places))
    assert len(set(places)) == 4


def test_one_misconception_has_one_name() -> None:
    titles: dict[str, str] = {}
    pairs = [o.misconception for q in CHOICES for o in q.options if o.misconception]
    pairs += [w.misconception for q in NUMBERS for w in q.wrong]
    for name, title in pairs:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name), name
        assert titles.setdefault(name, title) == title


def test_no_wrong_number_is_within_tolerance_of_the_truth() -> None:
    for question in NUMBERS:
        for wrong in question.wrong:
            assert wrong.value.shape == question.answer.shape, question.id
            gaps = np.abs(np.subtract(wrong.value.values, question.answer.values))
            assert gaps.max() > 10 * question.tolerance, (question.id, wrong.misconception)


def test_the_answer_sheet_is_up_to_date() -> None:
    # Comments and keys only: in a learner's checkout the answers may be there already.
    sheet, blank = (paths.STUBS / "answers.toml").read_text("utf-8"), blank_answers()
    asked = [[line for line in text.splitlines() if line[:1] == "#"] for text in (sheet, blank)]
    assert asked[0] == asked[1], "run: python -m graders.questions > exercises/answers.toml"
    assert tomllib.loads(sheet).keys() == tomllib.loads(blank).keys()


def test_the_answer_sheet_asks_everything_and_is_empty() -> None:
    sheet = blank_answers()
    answers = tomllib.loads(sheet)
    assert list(answers) == list(ALL)
    assert all(judge(ALL[key], value).status == "not_started" for key, value in answers.items())
    assert all(len(line) <= 100 for line in sheet.splitlines())


def test_a_faulty_question_is_named(tmp_path: Path) -> None:
    def problem(text: str) -> str:
        file = tmp_path / "questions.toml"
        file.write_text(text, "utf-8")
        with pytest.raises(ValueError, match=r"^questions\.toml: ") as error:
            questions.load(file)
        return str(error.value)

    start = '[[question]]\nid = "q"\nitem = "1.1"\ntext = "?"\nguide = 1\n'
    number = start + 'kind = "number"\nanswer = 1\n'
    option = '[[question.option]]\nkey = "a"\ntext = "x"\nwhy = "y"\n'
    assert "question q: the field 'decimals' is missing" in problem(number)
    assert "question q: the kind is one of" in problem(start + 'kind = "essay"\n')
    assert "no field 'colour'" in problem(number + "decimals = 1\ncolour = 1\n")
    assert "expected numbers, got the text" in problem(number.replace("= 1\n", '= "x"\n') + "decimals = 1\n")
    assert "printed has another shape" in problem(number + "decimals = 1\nprinted = [1, 2]\n")
    assert "the id is used twice" in problem((number + "decimals = 1\n") * 2)
    assert "'misconception' is missing" in problem(start + 'kind = "choice"\n' + option)
    right = option + "right = true\n"
    assert "two options have the same key" in problem(start + 'kind = "choice"\n' + right * 2)
    both = right + right.replace('"a"', '"b"')
    assert "2 options of this choice are right" in problem(start + 'kind = "choice"\n' + both)
    assert "not valid TOML" in problem("[[question")
