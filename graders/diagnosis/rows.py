"""Which rows of the data stand in which part of a split: each row that came is looked up in what was given.

`split` and `prepare` both make parts of rows. Whatever a learner did with them, by slices, masks or permutations,
the rows can be recognised: that says which train, which test, and whether each still has its own target.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .evidence import Case

Seen = tuple[str, dict[str, str]]
Rows = list[int]


@dataclass(frozen=True)
class Part:
    """One array of the result: which rows of the data it holds, and which it should."""

    name: str
    came: Rows
    wanted: Rows


def rows_of_split(cases: tuple[Case, ...]) -> Seen | None:
    """For X and y, cut into (X_train, y_train, X_test, y_test)."""
    return _in_all(cases, _split_parts) or _first_of(cases, _of_the_other)


def _of_the_other(case: Case) -> Seen | None:
    """A part of y that holds rows of X, or the reverse."""
    X, y = np.asarray(case.inputs["X"], dtype=float), np.asarray(case.inputs["y"], dtype=float)
    if len(case.got) != 4 or X.shape[1:] == y.shape[1:]:
        return None
    names = ("X_train", "y_train", "X_test", "y_test")
    for name, came, (other, letter) in zip(names, case.got, ((y, "y"), (X, "X")) * 2, strict=True):
        rows = _found(np.asarray(came, dtype=float), other)
        if rows:
            return "rows-of-the-other", {"part": name, "which": _rows(rows), "other": letter}
    return None


def rows_of_prepare(cases: tuple[Case, ...]) -> Seen | None:
    """For pictures and labels, filtered and cut into (X, y, labels) twice."""
    for look in (_lengths_differ, _unwanted_digit):
        found = _first_of(cases, look)
        if found is not None:
            return found
    return _in_all(cases, _prepared_parts)


def _first_of(cases: Sequence[Case], look: Any) -> Seen | None:
    """What is seen in one of the wrong cases, where all have the form that is looked at."""
    seen = [look(case) for case in cases if not case.ok]
    return next((s for s in seen if s is not None), None)


def _in_all(cases: tuple[Case, ...], parts_of: Any) -> Seen | None:
    """One statement that holds in each wrong case; in different cases it may be about other rows."""
    said: list[Seen] = []
    for case in cases:
        if case.ok:
            continue
        parts = parts_of(case)
        found = _compare(parts, case.label) if parts else None
        if found is None:
            return None
        said.append(found)
    ids = {id for id, _ in said}
    if len(ids) == 1:
        return said[-1]
    # The same code may lose a row of one data set and repeat one of another: what matters most is said, of its case.
    return min(said, key=lambda s: _GRAVITY.index(s[0]))


_GRAVITY = ("shuffled-without-targets", "overlap", "rows-repeated", "shuffled", "other-rows", "row-lost")


def _compare(parts: Sequence[Part], label: str) -> Seen | None:
    half = len(parts) // 2
    wrong = [p for p in parts if p.came != p.wanted]
    if not wrong:
        return None
    train, test = parts[0].came, parts[half].came
    torn = any(p.came != side for side, of in ((train, parts[:half]), (test, parts[half:])) for p in of)
    wanted = parts[0].wanted + parts[half].wanted
    numbers = {"case": label}
    if torn:
        unknown = any(-1 in p.came for p in parts)
        if unknown or len(wrong) == len(parts) or (train + test != wanted and sorted(train + test) == sorted(wanted)):
            a = next(p for side in (parts[:half], parts[half:]) for p in side if p.came != side[0].came)
            return "shuffled-without-targets", {**numbers, "part": a.name}
        p = wrong[0]
        good = _listed([q.name for q in parts if q not in wrong])
        return "other-rows", {
            **numbers,
            "part": _listed([q.name for q in wrong]),
            "which": _rows(p.came),
            "right": _rows(p.wanted),
            "rest": f"; {good} {'is' if ' ' not in good else 'are'} right" if good else "",
        }
    both = sorted(set(train) & set(test))
    if both:
        return "overlap", {**numbers, "how": _rows(both)}
    if len(set(train)) < len(train):
        return "rows-repeated", {
            **numbers,
            "which": _rows(sorted(i for i, times in Counter(train).items() if times > 1)),
        }
    if sorted(train + test) == sorted(wanted):
        if train == sorted(train) and test == sorted(test):
            words = {"part": parts[0].name, "which": _rows(train), "right": _rows(parts[0].wanted)}
            return "other-rows", {**numbers, **words}
        return "shuffled", numbers
    lost = sorted(set(wanted) - set(train + test))
    if lost:
        moved = train != wanted[: len(train)]
        more = f"; {parts[0].name} holds {_rows(train)} where {_rows(parts[0].wanted)} are wanted" if moved else ""
        return "row-lost", {**numbers, "which": _rows(lost), "more": more}
    return None


def _split_parts(case: Case) -> list[Part] | None:
    got = case.got
    if not isinstance(got, list | tuple) or len(got) != 4:
        return None
    X, y = np.asarray(case.inputs["X"], dtype=float), np.asarray(case.inputs["y"], dtype=float)
    n = int(case.inputs["n_train"])
    first, rest = list(range(n)), list(range(n, len(X)))
    parts = []
    for name, came, source, wanted in zip(
        ("X_train", "y_train", "X_test", "y_test"), got, (X, y, X, y), (first, first, rest, rest), strict=True
    ):
        rows = _found(np.asarray(came, dtype=float), source)
        if rows is None:
            return None
        parts.append(Part(name, rows, wanted))
    return parts


def _found(came: np.ndarray, source: np.ndarray) -> Rows | None:
    """The numbers of these rows in the source, None where one of them isn't there."""
    if came.ndim != source.ndim or came.shape[1:] != source.shape[1:]:
        return None
    a, b = came.reshape(len(came), -1), source.reshape(len(source), -1)
    found: Rows = []
    for row in a:
        same = np.flatnonzero((np.abs(b - row) <= 1e-9 * (1 + np.abs(b))).all(axis=1))
        if not len(same):
            return None
        found.append(int(same[0]))
    return found


def _pictures(case: Case) -> tuple[np.ndarray, np.ndarray, int, Rows, int] | None:
    """(pictures as rows, labels, n_classes, the rows to keep, how many of them train)."""
    images, labels = np.asarray(case.inputs["images"]), np.asarray(case.inputs["labels"]).astype(int)
    if not isinstance(case.got, list | tuple) or len(case.got) != 6:
        return None
    n = int(case.inputs.get("n_classes", 5))
    kept = np.flatnonzero(labels < n).tolist()
    cut = int(float(case.inputs.get("train_fraction", 0.8)) * len(kept))
    return images.reshape(len(images), -1) / 255.0, labels, n, kept, cut


def _prepared_parts(case: Case) -> list[Part] | None:
    data = _pictures(case)
    if data is None:
        return None
    rows, labels, n, kept, cut = data
    parts: list[Part] = []
    for start, wanted in ((0, kept[:cut]), (3, kept[cut:])):
        X, y, v = (np.asarray(part, dtype=float) for part in case.got[start : start + 3])
        side = ("train", "train", "test")[start // 2]
        # Other labels than all those that are kept: not the same ones elsewhere.
        if sorted(np.concatenate([case.got[2], case.got[5]]).tolist()) != sorted(labels[kept].tolist()):
            return None
        found = _found(X, rows)
        if found is None or len(found) != len(v) or y.shape != (len(v), n) or (y.sum(axis=1) != 1).any():
            return None
        parts.append(Part(f"X_{side}", found, wanted))
        for name, digits in ((f"y_{side}", y.argmax(axis=1)), (f"labels_{side}", v)):
            parts.append(Part(name, _with_labels(digits, labels, found, wanted), wanted))
    return parts


def _with_labels(digits: np.ndarray, labels: np.ndarray, found: Rows, wanted: Rows) -> Rows:
    """Labels don't say which row they are of: they are taken for those of the pictures, or for the right ones."""
    for rows in (found, wanted):
        if np.array_equal(digits, labels[np.array(rows, dtype=int)]):
            return rows
    return [-1] * len(digits)


def _lengths_differ(case: Case) -> Seen | None:
    """Not as many labels as pictures in the same part."""
    if not isinstance(case.got, list | tuple) or len(case.got) != 6:
        return None
    shapes = [np.shape(v) for v in case.got]
    if [len(s) for s in shapes] != [len(np.shape(v)) for v in case.expected]:
        return None
    wide = np.shape(case.expected[0])[1]
    if shapes[0][1] != wide:
        line = int(np.sqrt(wide))
        several = shapes[0][1] == shapes[3][1] == line and (shapes[0][0] + shapes[3][0]) % line == 0
        if several and shapes[0][0] + shapes[3][0] > shapes[1][0] + shapes[4][0]:
            return "rows-of-pictures", {"n": str(line)}
        return None
    for start, side in ((0, "train"), (3, "test")):
        n = shapes[start][0]
        for name, shape in ((f"y_{side}", shapes[start + 1]), (f"labels_{side}", shapes[start + 2])):
            if shape[0] != n:
                pictures = f"X_{side} has {n} {'row' if n == 1 else 'rows'}"
                return "lengths-differ", {"part": name, "entries": str(shape[0]), "pictures": pictures}
    return None


def _unwanted_digit(case: Case) -> Seen | None:
    """A picture of a digit that should have been left out."""
    data = _pictures(case)
    if data is None:
        return None
    rows, labels, n, _, _ = data
    found: Rows = []
    for part in (case.got[0], case.got[3]):
        came = _found(np.asarray(part, dtype=float), rows)
        if came is None:
            return None
        found += came
    unwanted = sorted({int(labels[i]) for i in found if labels[i] >= n})
    if not unwanted:
        return None
    return "unwanted-digits", {"digits": _listed([str(d) for d in unwanted]), "n": str(n)}


def bytes_wrap(cases: tuple[Case, ...]) -> Seen | None:
    """Pixels that jump down by a power of two from some brightness on: computed with bytes, which wrap around."""
    jumps = 0
    for case in cases:
        data = _pictures(case)
        if data is None:
            return None
        rows, _, _, kept, _ = data
        came = np.concatenate([np.asarray(case.got[k], dtype=float).reshape(-1) for k in (0, 3)])
        wanted = rows[kept].reshape(-1)
        if came.shape != wanted.shape:
            return None
        for scale in (255.0, 256.0):
            off = came * scale - 255 * wanted
            levels = np.unique(np.round(off, 6))
            if len(levels) == 2 and np.ptp(levels) in (64.0, 128.0, 256.0):
                jumps += 1
                break
        else:
            return None
    return ("bytes-wrap", {}) if jumps else None


def _rows(rows: Rows) -> str:
    if not rows:
        return "no rows"
    if len(rows) > 2 and rows == list(range(rows[0], rows[0] + len(rows))):
        return f"rows {rows[0]} to {rows[-1]}"
    few = [str(r) for r in rows[:5]]
    words = _listed(few) if len(rows) <= 5 else ", ".join(few) + ", …"
    return f"{'row' if len(rows) == 1 else 'rows'} {words}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def columns_permuted(cases: tuple[Case, ...]) -> Seen | None:
    """Each row is the right one with its columns in another order."""
    wrong = [c for c in cases if not c.ok]
    names: dict[str, None] = {}
    for case in wrong:
        for name, came, wanted in _beside(case):
            if came.shape != wanted.shape or came.ndim != 2:
                return None
            if np.array_equal(came, wanted):
                continue
            order = [_column(came[:, k], wanted) for k in range(came.shape[1])]
            if sorted(order) != list(range(came.shape[1])):
                return None
            names[name] = None
    return ("columns-permuted", {"part": _listed(list(names))}) if names else None


def _column(column: np.ndarray, wanted: np.ndarray) -> int:
    same = np.flatnonzero((wanted == column[:, None]).all(axis=0))
    return int(same[0]) if len(same) else -1


def _beside(case: Case) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    if not isinstance(case.got, list | tuple) or len(case.got) != len(case.expected):
        raise ValueError("another form")
    names = ("X_train", "y_train", "X_test", "y_test")
    for name, came, wanted in zip(names, case.got, case.expected, strict=True):
        yield name, np.asarray(came, dtype=float), np.asarray(wanted, dtype=float)


def ones_in_rows(cases: tuple[Case, ...]) -> Seen | None:
    """One-hot rows of zeros and ones: how many ones a row has, and where."""
    found: dict[str, Seen] = {}
    for case in cases:
        if case.ok:
            continue
        for name, came, wanted in _one_hot_parts(case):
            if came.shape != wanted.shape or not np.isin(came, (0.0, 1.0)).all():
                return None
            ones = came.sum(axis=1)
            wrong = np.flatnonzero((came != wanted).any(axis=1))
            if not len(wrong):
                continue
            several = [int(i) for i in wrong if ones[i] != 1]
            if several:
                i = several[-1]
                found["ones"] = ("ones-in-a-row", {"part": name, "row": str(i), "ones": f"{int(ones[i])}"})
            else:
                i = int(wrong[0])
                says = {"part": name, "row": str(i), "column": str(int(came[i].argmax()))}
                found["place"] = ("one-elsewhere", {**says, "label": str(int(wanted[i].argmax()))})
    return found.get("ones") or found.get("place")


def _one_hot_parts(case: Case) -> list[tuple[str, np.ndarray, np.ndarray]]:
    if not isinstance(case.expected, list | tuple):
        return [("the result", np.asarray(case.got, dtype=float), np.asarray(case.expected, dtype=float))]
    return [
        (name, np.asarray(case.got[k], dtype=float), np.asarray(case.expected[k], dtype=float))
        for k, name in ((1, "y_train"), (4, "y_test"))
    ]


LOOKS: Mapping[str, tuple[Any, ...]] = {
    "practice.split": (rows_of_split, columns_permuted),
    "digits.prepare": (rows_of_prepare, bytes_wrap, ones_in_rows),
    "digits.one_hot": (ones_in_rows,),
}


def look(subject: str) -> Any:
    """The first of this subject's looks that sees something."""

    def first(cases: tuple[Case, ...]) -> Seen | None:
        for one in LOOKS[subject]:
            try:
                seen = one(cases)
            except (TypeError, ValueError, KeyError, IndexError):  # another form than the one looked for
                continue
            if seen is not None:
                return seen
        return None

    return first
