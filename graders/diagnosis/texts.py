"""The words for each mistake, from data/mistakes.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graders import paths


@dataclass(frozen=True)
class Text:
    """What is said of one mistake: `title` names it, `line` is the first line of a message, `why` explains."""

    id: str
    title: str
    line: str
    why: str
    guide: int | None
    twin: str | None = None


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((paths.DATA / "mistakes.toml").read_text(encoding="utf-8"))


def known(id: str) -> bool:
    """Whether the mistake has an entry."""
    return id in _table().get("mistake", {})


def ids() -> list[str]:
    """All ids, in the order of the file."""
    return list(_table()["mistake"])


def text(id: str, subject: str, says: Mapping[str, Any] | None = None) -> Text:
    """The words for a mistake in a function. An id without an entry still gets some: its own words."""
    entry = _table().get("mistake", {}).get(id, {})
    own = entry.get("in", {}).get(subject, {})
    title = own.get("title") or entry.get("title") or id.replace("-", " ")
    line = own.get("line") or (own.get("title") and title) or entry.get("line") or title
    values = {**entry.get("defaults", {}), **own.get("defaults", {}), **(says or {})}
    values["function"] = subject.rsplit(".", 1)[-1]
    return Text(
        id,
        _fill(title, values),
        _fill(line, values),
        _fill(own.get("why") or entry.get("why", ""), values),
        own.get("guide") or entry.get("guide") or guide_line(subject),
        entry.get("twin"),
    )


def guide_line(subject: str) -> int | None:
    """Where the guide treats this function."""
    line = _table().get("guide", {}).get(subject)
    return int(line) if isinstance(line, int) else None


def _fill(template: str, values: Mapping[str, Any]) -> str:
    """Placeholders without a value vanish, with the brackets or the comma around them."""

    def value(match: re.Match[str]) -> str:
        word = match.group(1)
        if word.endswith("_"):  # in brackets of its own, if there is one
            return f" ({values[word[:-1]]})" if values.get(word[:-1]) else ""
        return str(values.get(word, ""))

    # A sentence of the file may hold braces in mathematics: only {word} is a placeholder.
    filled = re.sub(r"\{([a-z_]+)\}", value, template)
    filled = re.sub(r"\s*\(\s*\)", "", filled)
    filled = re.sub(r"[ ]{2,}", " ", filled)
    return re.sub(r"\s+([.,;:])", r"\1", filled).strip()
