"""Files that the kit hands out: a student's repo, and the scripts of a Gradescope autograder."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def fill(name: str, **values: str) -> str:
    """The template `name` ("student/Makefile") with each `@key@` replaced by its value."""
    text = (_HERE / name).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text
