"""The one number that is looked up first: it may save a comparison, never change its outcome."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.diagnosis.canon import canon
from graders.diagnosis.landmark import landmark_of

NUMBERS = st.floats(-1e6, 1e6) | st.sampled_from([0.0, np.nan, np.inf, 1e-300, 1e300])
ARRAYS = st.lists(NUMBERS, min_size=1, max_size=4).map(np.array)
NESTED = st.recursive(
    NUMBERS | ARRAYS | st.none() | st.integers(-9, 9) | ARRAYS.map(lambda a: np.array([a > 0])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc") | st.integers(0, 3), inner),
    max_leaves=6,
)


def changed(value: Any, factor: float) -> Any:
    """The same with every number multiplied."""
    if isinstance(value, dict):
        return {key: changed(part, factor) for key, part in reversed(value.items())}
    if isinstance(value, list):
        return [changed(part, factor) for part in value]
    return value if value is None or isinstance(value, bool) else value * factor


@given(NESTED, NESTED, st.sampled_from([1.0, 1 + 1e-12, 1 + 1e-7, 2.0]))
def test_nothing_that_agrees_is_far(got: Any, other: Any, factor: float) -> None:
    mine = canon(got)
    mark = landmark_of(got, mine.numbers)
    if mark is None:
        return
    with np.errstate(all="ignore"):
        for value in (other, changed(got, factor)):
            theirs = canon(value)
            if mark.far(value, 1e-6):
                assert not theirs.same_form(mine) or theirs.distance(mine) > 1e-6


@pytest.mark.parametrize(
    ("got", "other"),
    [
        (3.0, 4.0),
        (np.array([1.0, -5.0]), [1.0, 5.0]),
        ([np.ones((2, 2)), np.array([[1.0, 2.0]])], [np.ones((2, 2)), np.array([[1.0, 3.0]])]),
        ({"loss": 0.1, "weights": [np.eye(2) * 7]}, {"weights": [np.eye(2) * 6], "loss": 0.1}),
        ({1: 0.5, 0.1: 2.0}, {0.1: 1.0, 1: 0.5}),
    ],
)
def test_another_value_is_seen_at_once(got: Any, other: Any) -> None:
    mark = landmark_of(got, canon(got).numbers)
    assert mark is not None and mark.far(other, 1e-6)
    assert not mark.far(got, 1e-6)


def test_what_has_no_such_place_is_left_to_the_comparison() -> None:
    mark = landmark_of([1.0, 2.0, 3.0], np.array([1.0, 2.0, 3.0]))
    assert mark is not None
    assert not any(mark.far(value, 1e-6) for value in (None, "three", [1.0], {"a": 1.0}, np.ones(2), 5.0))


def test_there_is_none_among_zeros_or_without_end() -> None:
    assert all(landmark_of(a, a) is None for a in (np.zeros(3), np.array([]), np.array([1.0, np.inf])))
