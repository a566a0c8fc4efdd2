"""What counts as the same value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graders.checks.tolerance import differences, gradients, matches, numbers, truth_value, within


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (1.0, 1.0),
        (np.array(1.0), 1.0),
        (1, 1.0),
        (1.0 + 1e-9, 1.0),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        ((1, 2), np.array([1.0, 2.0])),
        ([np.array([1.0]), 2.0][0], np.array([1.0])),
        (np.array([[1.0], [2.0]]), [np.array([1.0]), np.array([2.0])]),
        ((np.ones((2, 2)), np.ones(2)), [np.ones((2, 2)), np.ones(2)]),
        ({"a": 1.0, "more": "text"}, {"a": 1.0}),
        (True, True),
        (1, True),
        (np.array(False), False),
        ("Good", "Good"),
    ],
)
def test_the_same(got: Any, expected: Any) -> None:
    assert matches(got, expected)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (1.0 + 1e-5, 1.0),
        (np.array([1.0]), 1.0),
        (True, 1.0),
        (None, 1.0),
        ("1.0", 1.0),
        (float("nan"), 1.0),
        (float("inf"), 1.0),
        (np.ones((3, 1)), np.ones(3)),
        (np.ones(4), np.ones(3)),
        (np.array([np.nan, 1.0]), np.array([np.nan, 1.0])),
        (np.array([1.0 + 0j]), np.array([1.0])),
        ([np.ones(2)], [np.ones(2), np.ones(2)]),
        (1.0, [1.0]),
        (np.array(1.0), [1.0]),
        ({"b": 1.0}, {"a": 1.0}),
        ([("a", 1.0)], {"a": 1.0}),
        (None, False),
        (2, True),
        (np.array([True]), True),
        (0.0, False),
        ("good", "Good"),
        ([[1.0], [1.0, 2.0]], np.ones((2, 1))),
        (["a", "b"], np.ones(2)),
    ],
)
def test_not_the_same(got: Any, expected: Any) -> None:
    assert not matches(got, expected)


def test_gradients_near_zero_count_only_where_the_truth_is_zero() -> None:
    assert gradients(np.zeros(3), np.zeros(3))
    assert not gradients(np.zeros(3), np.full(3, 1e-3))
    assert not gradients(np.full(3, 1e-3) * (1 + 1e-5), np.full(3, 1e-3))
    assert gradients(np.full(3, 1e-3) * (1 + 1e-7), np.full(3, 1e-3))


def test_what_a_contract_leaves_open_is_elementwise() -> None:
    close = within(np.array([0.0, 0.1]))
    assert close(np.array([1.0, 2.05]), np.array([1.0, 2.0]))
    assert not close(np.array([1.05, 2.0]), np.array([1.0, 2.0]))
    assert not close(np.array([1.0, 2.2]), np.array([1.0, 2.0]))


def test_forward_differences_are_not_central_ones() -> None:
    assert differences(np.array([0.1]), np.array([0.1 + 1e-9]))
    assert not differences(np.array([0.1]), np.array([0.1 + 3e-7]))


def test_numbers_are_real_and_no_truth_values() -> None:
    assert numbers([1, 2.5]) is not None
    for value in (True, [True, False], "1", None, {"a": 1}, [1, "2"], [[1], [1, 2]], np.array([1j])):
        assert numbers(value) is None


def test_truth_values() -> None:
    assert truth_value(np.array(1)) is True
    assert truth_value(3) is None
    assert truth_value("yes") is None
