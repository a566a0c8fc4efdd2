"""Where the kit's own files lie: in a checkout beside the packages, in an installed wheel inside them."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLE = _PACKAGE / "_bundle"

#: The folder that holds `data/`.
HOME: Path = _BUNDLE if _BUNDLE.is_dir() else _PACKAGE.parent

#: course.toml, questions.toml, guide_numbers.toml, digits.npz …
DATA: Path = HOME / "data"

#: The unfilled stubs; `exercises/` in a checkout begins as a copy of them.
STUBS: Path = DATA / "stubs"
