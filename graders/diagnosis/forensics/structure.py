"""Wrong kinds of value: nothing returned, a number for an array, shapes, lengths, missing keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .leaves import _of_arrays, as_array, name_of


@dataclass(frozen=True)
class Structural:
    """`id` of the mistake where the form alone proves it, and the sentence."""

    id: str
    text: str
    path: tuple[Any, ...] = ()


def structure(subject: str, expected: Any, got: Any, path: tuple[Any, ...] = ()) -> Structural | None:
    """The first thing in which `got` isn't formed like `expected`, or None."""
    name = name_of(subject, path)
    the = f"the {name}" if " " in name or name in ("result", "table", "output", "loss") else name
    if got is None and expected is not None:
        if not path:
            return Structural("no-return", "The function returns None: is a return statement missing?")
        return Structural("none-inside", f"{_up(the)} is None.", path)
    if isinstance(expected, Mapping):
        return _mapping(subject, expected, got, path, the)
    wanted = None if isinstance(expected, bool) else as_array(expected)
    if isinstance(expected, bool | str | np.bool_):
        return _word(expected, got, path, the)
    if wanted is not None and not _of_arrays(expected):
        return _array(expected, wanted, got, path, the)
    if isinstance(expected, list | tuple):
        return _sequence(subject, expected, got, path, the)
    return None


def _mapping(subject: str, expected: Mapping[Any, Any], got: Any, path: tuple[Any, ...], the: str) -> Structural | None:
    if not isinstance(got, Mapping) and not path and subject in RETURNS:
        return _returned(subject, got)
    if not isinstance(got, Mapping):
        return Structural(
            "not-a-dict",
            f"{_up(the)} should be a dict with the keys {_keys(expected)}; {kind(got)} came.",
            path,
        )
    missing = [k for k in expected if k not in got]
    if missing:
        if {str(k) for k in expected} == {str(k) for k in got} and len(got) == len(expected):
            return Structural(
                "keys-are-strings",
                f"The keys of the dict are {_keys(got)}: texts, where numbers are wanted.",
                path,
            )
        plural = "keys" if len(missing) > 1 else "key"
        return Structural(
            "key-missing",
            f"The {plural} {_keys(missing)} {'are' if len(missing) > 1 else 'is'} missing from the result; "
            f"it has {_keys(got) or 'none'}.",
            path,
        )
    swapped = _swapped(expected, got)
    if swapped:
        return Structural("keys-swapped", f"{' and '.join(swapped)} are swapped in the result.", path)
    for key in expected:
        found = structure(subject, expected[key], got[key], (*path, key))
        if found:
            return found
    return None


def _swapped(expected: Mapping[Any, Any], got: Mapping[Any, Any]) -> list[str]:
    """The two keys of which each holds what belongs under the other, where all the rest is right; else []."""

    def holds(key: Any, of: Any) -> bool:
        came, wanted = as_array(got[key]), as_array(expected[of])
        return came is not None and wanted is not None and _same(came, wanted)

    wrong = [key for key in expected if not holds(key, key)]
    if len(wrong) == 2 and holds(*wrong) and holds(*reversed(wrong)):
        return [str(key) for key in wrong]
    return []


#: What these functions return, where a check gathers more than that into one dict.
RETURNS = {
    "training.train_xor": "(net, losses)",
    "digits.train_digits": "(net, losses)",
    "practice.fit": "(train_losses, test_losses)",
}


def _returned(subject: str, got: Any) -> Structural:
    wanted = RETURNS[subject]
    if isinstance(got, list | tuple) and wanted.startswith("(net"):
        nets = [hasattr(v, "weights") for v in got]
        if len(got) == 2 and nets == [False, True]:
            return Structural(
                "results-swapped", f"The results come in the wrong order: {wanted} is wanted, (losses, net) came."
            )
        if got and not any(nets) and all(as_array(v) is not None for v in got):
            return Structural(
                "net-missing", f"The net is missing from the result: {wanted} is wanted, only the losses came."
            )
    if hasattr(got, "weights"):
        return Structural(
            "losses-missing", f"The losses are missing from the result: {wanted} is wanted, only the net came."
        )
    if (
        subject == "practice.fit"
        and isinstance(got, list | tuple)
        and got
        and all(isinstance(v, list | tuple | np.ndarray) and np.size(v) == 2 for v in got)
    ):
        return Structural(
            "results-interleaved", f"A list of pairs came, one for each epoch: {wanted} is wanted, two lists."
        )
    came = kind(got)
    if isinstance(got, list | tuple) and len(got) == 2:
        came = f"a pair of {kind(got[0])} and {kind(got[1])}"
    return Structural("results-not-a-pair", f"The function should return {wanted}; {came} came.")


def _word(expected: Any, got: Any, path: tuple[Any, ...], the: str) -> Structural | None:
    if isinstance(expected, bool | np.bool_):
        if isinstance(got, bool | np.bool_) or (isinstance(got, np.ndarray) and got.dtype == bool and got.size == 1):
            return None
        return Structural("not-a-bool", f"{_up(the)} should be True or False (a bool); {kind(got)} came.", path)
    if isinstance(got, str):
        return None
    return Structural("not-a-text", f"{_up(the)} should be a text such as {expected!r}; {kind(got)} came.", path)


def _array(expected: Any, wanted: np.ndarray, got: Any, path: tuple[Any, ...], the: str) -> Structural | None:
    came = as_array(got)
    if came is None:
        if isinstance(got, list | tuple) and len(got) and not isinstance(expected, list | tuple):
            return Structural("list-not-array", f"{_up(the)} should be {_form(wanted)}; {kind(got)} came.", path)
        return Structural("wrong-kind", f"{_up(the)} should be {_form(wanted)}; {kind(got)} came.", path)
    if isinstance(got, np.ndarray) and got.dtype == bool and wanted.ndim and _same(came, wanted):
        return Structural("bools-not-numbers", f"True and False came where {the} should hold numbers, 1 and 0.", path)
    if came.shape == wanted.shape or (wanted.ndim == 0 and came.size == 1):
        return None
    if wanted.ndim == 0:
        hint = _reduced(came, float(wanted))
        return Structural(
            "array-not-number",
            f"An array of shape {came.shape} came where {the if path else 'the result'} should be one number{hint}.",
            path,
        )
    short_list = isinstance(got, list | tuple) and wanted.ndim == 1  # one entry, not one number
    if came.ndim == 0 or (came.size == 1 and wanted.size > 1 and not short_list):
        hint = _which(wanted, float(came.reshape(-1)[0]))
        return Structural(
            "scalar-not-array",
            f"One number came where {the} should be {_form(wanted)}: its shape is lost{hint}.",
            path,
        )
    if isinstance(got, list | tuple) and _of_arrays(got) and not isinstance(expected, list | tuple):
        return _several(wanted, list(got), path, the)
    return _shapes(wanted, came, path, the)


def _several(wanted: np.ndarray, got: list[Any], path: tuple[Any, ...], the: str) -> Structural:
    """Several arrays where one is wanted: is it among them?"""
    text = f"{_up(the)} should be one array of shape {_shape(wanted)}; {kind(got)} came"
    among = [i for i, a in enumerate(got) if _same(np.asarray(a, dtype=float), wanted)]
    right = f": entry {among[0]} of it is the right array" if among else ""
    return Structural("list-not-array", f"{text}{right}.", path)


def _shapes(wanted: np.ndarray, came: np.ndarray, path: tuple[Any, ...], the: str) -> Structural | None:
    text = f"{_up(the)} should have the shape {_shape(wanted)} and has {_shape(came)}"
    if came.ndim == 2 and came.T.shape == wanted.shape:
        same = _same(came.T, wanted)
        if same:
            return Structural("transposed", f"{text}: it is transposed.", path)
        return Structural("wrong-shape", f"{text}, as if it were transposed.", path)
    if came.size == wanted.size:
        if _same(came.reshape(wanted.shape), wanted):
            how = "flattened" if came.ndim < wanted.ndim else "in another shape"
            return Structural(
                "flattened" if came.ndim < wanted.ndim else "wrong-shape",
                f"{text}: the right numbers, {how}.",
                path,
            )
        return Structural("wrong-shape", f"{text}.", path)
    if wanted.ndim == 1 and came.shape == (wanted.size, wanted.size):
        return Structural(
            "broadcast",
            f"{text}: an (n,) array and an (n, 1) array were broadcast to every pair.",
            path,
        )
    if came.ndim == wanted.ndim and came.shape[1:] == wanted.shape[1:]:
        more = came.shape[0] - wanted.shape[0]
        k = min(came.shape[0], wanted.shape[0])
        if more < 0 and k and _same(came, wanted[:k]):
            return Structural("last-missing", f"{text}: the last {-more} {_rows(-more)} missing.", path)
        if more < 0 and k and _same(came, wanted[-more:]):
            return Structural("first-missing", f"{text}: the first {-more} {_rows(-more)} missing.", path)
        if more > 0 and k and _same(came[:k], wanted):
            return Structural(
                "rows-too-many", f"{text}: {more} {'row' if more == 1 else 'rows'} too many at the end.", path
            )
    extra = _column_too_many(wanted, came)
    if extra is not None:
        return Structural("wrong-shape", f"{text}: column {extra} (counted from 0) is one too many.", path)
    return Structural("wrong-shape", f"{text}.", path)


def _column_too_many(wanted: np.ndarray, came: np.ndarray) -> int | None:
    """The column without which the others are right."""
    if wanted.ndim != 2 or came.shape != (wanted.shape[0], wanted.shape[1] + 1):
        return None
    return next((k for k in range(came.shape[1]) if _same(np.delete(came, k, axis=1), wanted)), None)


def _sequence(subject: str, expected: Any, got: Any, path: tuple[Any, ...], the: str) -> Structural | None:
    if not isinstance(got, list | tuple):
        if isinstance(got, np.ndarray) and got.ndim and len(got) == len(expected):
            got = list(got)
        else:
            return Structural("wrong-kind", f"{_up(the)} should have {len(expected)} parts; {kind(got)} came.", path)
    if len(got) != len(expected):
        return Structural(
            "wrong-length",
            f"{_up(the)} should have {len(expected)} {'entry' if len(expected) == 1 else 'entries'} "
            f"and has {len(got)}{_which_are(list(expected), list(got))}.",
            path,
        )
    for i, (e, g) in enumerate(zip(expected, got, strict=True)):
        found = structure(subject, e, g, (*path, i))
        if found:
            return found
    return None


def _which_are(expected: list[Any], got: list[Any]) -> str:
    """Of a list that is too short or too long: what is missing or too many, where all the others are right."""
    more = len(got) - len(expected)
    if not expected or not got:
        return ""
    if more < 0:
        ends = (("last", expected[:more], got), ("first", expected[-more:], got))
    else:
        ends = (("last", expected, got[:-more]), ("first", expected, got[more:]))
    number = "" if abs(more) == 1 else f" {abs(more)}"
    for end, wanted, came in ends:
        if all(_equal(e, g) for e, g in zip(wanted, came, strict=True)):
            return f": the {end}{number} {'is' if more in (1, -1) else 'are'} {'missing' if more < 0 else 'too many'}"
    return ""


def _equal(e: Any, g: Any) -> bool:
    a, b = as_array(e), as_array(g)
    return a is not None and b is not None and _same(b, a)


def kind(value: Any) -> str:
    """What sort of value this is, with an article."""
    if value is None:
        return "None"
    if isinstance(value, bool | np.bool_):
        return f"the bool {bool(value)}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, int | float | np.number):
        return f"the number {float(value):.6g}" if abs(float(value)) < 1e300 else "a huge number"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, Mapping):
        return f"a dict with the keys {_keys(value)}" if value else "an empty dict"
    if isinstance(value, list | tuple):
        what = "list" if isinstance(value, list) else "tuple"
        return f"a {what} of {len(value)}" if value else f"an empty {what}"
    return f"a value of type {type(value).__name__}"


def _keys(keys: Any) -> str:
    names = [repr(k) for k in list(keys)[:8]]
    return ", ".join(names) + (", …" if len(keys) > 8 else "")


def _up(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith("the ") else text


def _form(wanted: np.ndarray) -> str:
    return "one number" if wanted.ndim == 0 else f"an array of shape {_shape(wanted)}"


def _shape(a: np.ndarray) -> str:
    return str(tuple(int(n) for n in a.shape))


def _rows(n: int) -> str:
    return "row is" if n == 1 else "rows are"


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-6, atol=1e-12, equal_nan=True))


def _reduced(came: np.ndarray, wanted: float) -> str:
    with np.errstate(all="ignore"):
        for name, value in (("mean", came.mean() if came.size else np.nan), ("sum", came.sum())):
            if np.isclose(value, wanted, rtol=1e-6, atol=1e-12):
                return f": its {name} would be right, so the values were never reduced to their {name}"
    return ""


def _which(wanted: np.ndarray, value: float) -> str:
    if wanted.size == 0:
        return ""
    with np.errstate(all="ignore"):
        for name, of in (
            ("mean", wanted.mean()),
            ("sum", wanted.sum()),
            ("first element", wanted.reshape(-1)[0]),
            ("last element", wanted.reshape(-1)[-1]),
        ):
            if np.isclose(value, of, rtol=1e-6, atol=1e-12):
                return f"; it is the {name} of the right one"
    return ""
