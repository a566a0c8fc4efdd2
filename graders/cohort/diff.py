"""Two gradings of a cohort side by side: who changed, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graders.cohort.store import Store

_COLUMNS = "name, status, note, identity, kit, seed, selection, mode, earned, possible, bonus"


@dataclass(frozen=True)
class Turn:
    """A check whose status changed; what it said before and says now."""

    check: str
    before: str
    after: str
    headline: str


@dataclass(frozen=True)
class Change:
    """One submission that isn't what it was; `reasons` are the differences that can have caused it."""

    name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reasons: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = field(default=())

    @property
    def points(self) -> float:
        """By how much the points changed, the bonus among them."""

        def total(row: dict[str, Any] | None) -> float:
            return 0.0 if row is None else (row["earned"] or 0.0) + (row["bonus"] or 0.0)

        return round(total(self.after) - total(self.before), 6)


def changes(before: Store, after: Store) -> Iterator[Change]:
    """Every submission whose verdict differs, by name. Both databases are read in step, never as a whole."""
    left, right = _submissions(before), _submissions(after)
    a, b = next(left, None), next(right, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a["name"] < b["name"]):
            assert a is not None
            yield Change(a["name"], a, None)
            a = next(left, None)
        elif a is None or b["name"] < a["name"]:
            yield Change(b["name"], None, b)
            b = next(right, None)
        else:
            turns = tuple(_turns(before, after, a["name"]))
            if turns or any(a[key] != b[key] for key in ("status", "note", "earned", "possible", "bonus")):
                yield Change(a["name"], a, b, tuple(_reasons(a, b)), turns)
            a, b = next(left, None), next(right, None)


def _submissions(store: Store) -> Iterator[dict[str, Any]]:
    names = _COLUMNS.split(", ")
    for row in store.rows(f"SELECT {_COLUMNS} FROM submission WHERE listed ORDER BY name"):
        yield dict(zip(names, row, strict=True))


def _turns(before: Store, after: Store, name: str) -> Iterator[Turn]:
    old, new = _results(before, name), _results(after, name)
    for check in [*new, *(check for check in old if check not in new)]:
        was, now = old.get(check, ("not graded", "")), new.get(check, ("not graded", ""))
        if was[0] != now[0]:
            yield Turn(check, was[0], now[0], now[1] or was[1])


def _results(store: Store, name: str) -> dict[str, tuple[str, str]]:
    query = (
        "SELECT result.id, result.status, headline FROM result JOIN submission ON name = result.submission "
        "WHERE result.submission = ? AND submission.status = 'graded' ORDER BY position"
    )
    return {id: (status, headline) for id, status, headline in store.rows(query, [name])}


def _reasons(a: dict[str, Any], b: dict[str, Any]) -> Iterator[str]:
    if "graded" not in (a["status"], b["status"]) or None in (a["identity"], b["identity"]):
        yield f"was {a['status']}, is {b['status']}"
        return
    if a["identity"] != b["identity"]:
        yield "other files"
    if a["kit"] != b["kit"]:
        yield f"another kit ({a['kit']}, then {b['kit']})"
    if a["selection"] != b["selection"]:
        yield "another selection of checks"
    if a["seed"] != b["seed"]:
        yield f"another seed ({a['seed']}, then {b['seed']})"
    if a["mode"] != b["mode"]:
        yield f"another sandbox setting ({a['mode']}, then {b['mode']})"
    if all(a[key] == b[key] for key in ("identity", "kit", "selection", "seed", "mode")):
        yield "nothing that a verdict depends on: its code behaves differently each time, or ran into a limit"


def open_either(path: Path) -> Store:
    """The database in a cohort's folder, or a kept copy of one (cohort.db.1). Raises CohortError."""
    return Store(path) if path.is_dir() or not path.exists() else Store(path.parent, file=path.name)
