"""Numbers in any usual notation."""

from __future__ import annotations

import tomllib

import pytest

from graders.quiz.notation import read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.085", 0.085),
        (".085", 0.085),
        ("8.5e-2", 0.085),
        ("8.5E-2", 0.085),
        ("17/200", 0.085),
        (" 17 / 200 ", 0.085),
        ("8.5 %", 0.085),
        ("8.5*10^-2", 0.085),
        ("8.5 × 10**-2", 0.085),
        ("8.5·10⁻²", 0.085),
        ("8.5 x 10^(-2)", 0.085),
        ("MSE = 0.085", 0.085),
        ("≈ 0.085", 0.085),
        ("[0.085]", 0.085),
        ("0.085.", 0.085),
        ("−0.5", -0.5),
        ("–0.5", -0.5),
        ("+.5", 0.5),
        ("-1/8", -0.125),
        ("32", 32.0),
        ("5.", 5.0),
        ("1e3", 1000.0),
    ],
)
def test_one_number(text: str, value: float) -> None:
    typed = read(text)
    assert typed.numbers is not None, typed.problem
    assert typed.numbers.shape == ()
    assert typed.numbers.values[0] == pytest.approx(value, rel=1e-15)
    assert typed.remark == ""


@pytest.mark.parametrize(
    ("text", "value"), [("0,085", 0.085), (",085", 0.085), ("8,5e-2", 0.085), ("8,5·10^-2", 0.085), ("-1,5", -1.5)]
)
def test_a_decimal_comma_is_read_with_a_remark(text: str, value: float) -> None:
    typed = read(text)
    assert typed.numbers is not None, typed.problem
    assert typed.numbers.values[0] == pytest.approx(value, rel=1e-15)
    assert "point" in typed.remark


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "got nothing"),
        ("abc", "got 'abc'"),
        ("1/0", "divides by zero"),
        ("1e999", "not finite"),
        ("nan", "got 'nan'"),
        ("inf", "got 'inf'"),
        ("0.1 0.2", "expected a number"),
        ("1.2.3", "expected a number"),
        ("__import__('os')", "expected a number"),
        ("9" * 500, "too long"),
        ("0x10", "expected a number"),
    ],
)
def test_what_is_no_number_is_told(text: str, problem: str) -> None:
    typed = read(text)
    assert typed.numbers is None
    assert problem in typed.problem


@pytest.mark.parametrize(
    ("text", "shape", "values"),
    [
        ("[0.1, 0.2]", (2,), (0.1, 0.2)),
        ("0.1 0.2", (2,), (0.1, 0.2)),
        ("0.1, 0.2", (2,), (0.1, 0.2)),
        ("(0.1; 1/5)", (2,), (0.1, 0.2)),
        ("[[0.1, 0.2], [0.3, 0.4]]", (2, 2), (0.1, 0.2, 0.3, 0.4)),
        ("[[0.1 0.2] [0.3 0.4]]", (2, 2), (0.1, 0.2, 0.3, 0.4)),
        ("[[0.1, 0.2]]", (1, 2), (0.1, 0.2)),
        ("0,1 0,2", (2,), (0.1, 0.2)),
        ("0,1; 0,2", (2,), (0.1, 0.2)),
    ],
)
def test_several_numbers(text: str, shape: tuple[int, ...], values: tuple[float, ...]) -> None:
    typed = read(text, shape)
    assert typed.numbers is not None, typed.problem
    assert (typed.numbers.shape, typed.numbers.values) == (shape, values)


def test_rows_may_be_typed_without_brackets() -> None:
    typed = read("0.1 0.2 0.3 0.4", (2, 2))
    assert typed.numbers is not None
    assert typed.numbers.shape == (2, 2)


def test_another_count_keeps_its_own_shape() -> None:
    typed = read("0.1 0.2 0.3", (2,))
    assert typed.numbers is not None
    assert typed.numbers.shape == (3,)


@pytest.mark.parametrize("text", ["[0.1, 0.2", "[[1, 2], [3]]", "[a, b]", "[]"])
def test_lists_that_are_none(text: str) -> None:
    assert read(text, (2,)).numbers is None


@pytest.mark.parametrize(
    ("text", "shape", "value"),
    [
        ("1/3", (), 1 / 3),
        ("-4", (), -4),
        ("1e-9", (), 1e-9),
        ("1/3 2", (2,), [1 / 3, 2]),
        ("[[1, 2], [3, 4e20]]", (2, 2), [[1, 2], [3, 4e20]]),
    ],
)
def test_every_digit_goes_into_the_sheet(text: str, shape: tuple[int, ...], value: object) -> None:
    assert tomllib.loads(f"x = {read(text, shape).toml()}")["x"] == value
