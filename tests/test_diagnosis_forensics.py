"""The numeric comparison: each sentence is true, and is said where it is."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from graders.diagnosis.evidence import Case, Evidence
from graders.diagnosis.forensics import inspect
from graders.diagnosis.forensics.sizes import pattern

rng = np.random.default_rng(5)
ARRAYS = [rng.normal(size=s) for s in ((3,), (5,), (2, 3), (3, 3))]


def line(change: Callable[[np.ndarray], Any], arrays: list[np.ndarray] = ARRAYS, **inputs: Any) -> str:
    cases = tuple(Case(f"case {i}", inputs, a, change(a), False) for i, a in enumerate(arrays))
    found = inspect(Evidence("some.function", "x", cases))
    return found.line if found else ""


SEEN: list[tuple[Callable[[np.ndarray], Any], str]] = [
    (lambda a: 2 * a, "2 times"),
    (lambda a: a / 2, "half of"),
    (lambda a: a / np.log(10), "1/ln 10 = 0.434 times"),
    (lambda a: 3.7 * a, "3.7 times"),
    (lambda a: -a, "wrong sign: it is the negative"),
    (lambda a: a + 0.25, "plus 0.25 throughout"),
    (lambda a: 0 * a, "0 throughout"),
    (lambda a: np.abs(a), "absolute value"),
    (lambda a: a * a, "the square of the right one"),
    (lambda a: np.round(a, 3), "rounded to 3 decimals"),
    (lambda a: a.astype(np.float32), "single precision"),
    (lambda a: a.astype(np.float16), "half precision"),
    (lambda a: a * (1 + 1e-5 * np.sin(np.arange(a.size)).reshape(a.shape)), "digits only"),
    (lambda a: a[::-1], "reverse order"),
    (lambda a: np.sort(a.reshape(-1)).reshape(a.shape), "sorted"),
    (lambda a: np.clip(a, -0.4, 0.4), "clipped to -0.4 … 0.4"),
    (lambda a: np.full_like(a, a.mean()), "mean of the right one in every element"),
    (lambda a: np.full_like(a, 0.7), "0.7 whatever the input"),
    (lambda a: a / np.linalg.norm(a), "divided by its length"),
    (lambda a: np.where(np.arange(a.size).reshape(a.shape) == 0, np.nan, a), "nan in 1 of"),
    (lambda a: a * np.linspace(1.5, 2.5, a.size).reshape(a.shape), "1.5 to 2.5 times the right one; the sign is right"),
    (lambda a: None, "None: is a return"),
    (lambda a: float(a.mean()), "it is the mean"),
    (lambda a: float(a.reshape(-1)[0]), "first element"),
    (lambda a: "no", "the text 'no' came"),
    (lambda a: a.reshape(-1, 1, order="C") if a.ndim == 1 else a[None], "in another shape"),
]


@pytest.mark.parametrize(("change", "words"), SEEN, ids=[w for _, w in SEEN])
def test_what_is_seen(change: Callable[[np.ndarray], Any], words: str) -> None:
    with np.errstate(all="ignore"):
        assert words in line(change)


def test_square_matrices_show_their_transpose() -> None:
    squares = [rng.normal(size=(n, n)) for n in (2, 3, 4)]
    assert "transposed" in line(lambda a: a.T, squares)


def test_oblong_matrices_show_their_transpose_by_shape() -> None:
    assert "it is transposed" in line(lambda a: a.T, [rng.normal(size=(2, 3))])


def test_broadcasting_shows_by_shape() -> None:
    vectors = [rng.normal(size=n) for n in (3, 4)]
    assert "broadcast" in line(lambda a: a[:, None] - a[None, :], vectors)


def test_a_ratio_that_follows_a_size_is_named_by_it() -> None:
    cases = tuple(Case(f"{n}", {"predictions": np.zeros(n)}, float(n), float(n * n), False) for n in (2, 3, 5))
    found = inspect(Evidence("losses.mse_loss", "x", cases))
    assert found is not None
    assert "n (the number of elements) times (2, 3, 5)" in found.line


def test_a_ratio_is_the_learning_rate() -> None:
    assert "the learning rate" in line(lambda a: 0.3 * a, learning_rate=0.3)


def test_right_parts_are_said_to_be_right() -> None:
    a, b = np.ones(2), np.arange(3.0)
    cases = (Case("x", {}, {"p": a, "q": b}, {"p": a, "q": 2 * b}, False),)
    found = inspect(Evidence("some.function", "x", cases))
    assert found is not None
    assert found.line == "q is 2 times the right one. p is right."


def test_rows_and_columns() -> None:
    matrices = [rng.normal(size=(3, 4)), rng.normal(size=(3, 4))]

    def second_row(a: np.ndarray) -> np.ndarray:
        out = a.copy()
        out[1] += np.arange(4) + 1
        return out

    assert "wrong in row 1 only" in line(second_row, matrices)


def test_two_words_for_one() -> None:
    cases = (Case("loss 0.5", {"final_loss": 0.5}, "Great", "Good", False),)
    found = inspect(Evidence("training.verdict", "x", cases))
    assert found is not None and found.line == "'Good' came for final_loss = 0.5, where 'Great' is right."


def test_equal_values_leave_nothing_to_say() -> None:
    assert line(lambda a: a.copy()) == ""


def layers(*sizes: int, ok: bool) -> Case:
    weights = [np.ones((o, i)) for i, o in pairwise(sizes)]
    return Case("→".join(map(str, sizes)), {"weights": weights}, 0, 0, ok)


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        ([layers(1, 1, ok=True), layers(2, 1, ok=True), layers(1, 2, ok=False)], "right for one output"),
        ([layers(2, 1, ok=True), layers(2, 3, 1, ok=False)], "right without a hidden layer"),
        ([layers(2, 3, 1, ok=True), layers(2, 3, 3, 1, ok=False)], "right with one hidden layer"),
        ([layers(2, 2, 2, ok=True), layers(2, 3, 2, ok=False)], "square"),
        ([layers(2, 1, ok=False), layers(3, 1, ok=True)], "wrong for 2→1"),
        ([layers(2, 1, ok=False)], ""),
        ([layers(2, 1, ok=True)], ""),
    ],
)
def test_what_the_wrong_cases_have_in_common(cases: list[Case], words: str) -> None:
    said = pattern(cases)
    assert words in said if words else said == ""
