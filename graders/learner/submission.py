"""What a submission is: a folder `exercises/` with the contract's modules, within these bounds."""

from __future__ import annotations

import unicodedata

FOLDER = "exercises"
#: The contract's modules, in the order in which they build on each other.
MODULES = ("losses", "trace", "network", "gradient_check", "training", "practice", "digits")
MAX_FILE = 2 * 2**20
MAX_TOTAL = 16 * 2**20
MAX_FILES = 400
MAX_ENTRIES = 4000
MAX_DEPTH = 6


class SubmissionError(Exception):
    """Nothing there that could be graded; the text is one line for the user."""


def plain_name(name: str) -> bool:
    """Whether a file name is text of ordinary length that can be shown."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return len(name) <= 120 and all(unicodedata.category(c)[0] != "C" for c in name)
