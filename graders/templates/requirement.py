"""What pip is told to install where the kit sets up another place."""

from __future__ import annotations

import re

from graders import __version__

# Nothing that a shell, make or YAML could take for its own: the text stands in files of all three.
_SAFE = re.compile(r"[A-Za-z0-9./][A-Za-z0-9 ._+@:/=<>!~\[\],-]*")


def requirement(text: str | None = None) -> str:
    """`text`, or this version of the kit. Raises ValueError for what isn't plain."""
    if text is None:
        return f"gradecheck=={__version__}"
    if not _SAFE.fullmatch(text):
        raise ValueError(
            f"--requirement {text!r}: expected what pip installs, such as 'gradecheck==1.2' or "
            "'gradecheck @ https://…/gradecheck-1.2-py3-none-any.whl', without quotes, $ or #"
        )
    return text
