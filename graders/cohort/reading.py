"""Reading a submission, once: its files, or one line about why there are none."""

from __future__ import annotations

from pathlib import Path

from graders.learner.snapshot import Snapshot, take
from graders.learner.submission import SubmissionError


def read(path: Path) -> Snapshot:
    """The files of a folder's or an archive's exercises/. Raises SubmissionError, whatever is wrong with it."""
    try:
        return take(path)
    except SubmissionError:
        raise
    except Exception as error:  # a reader's bug, a dying disk: one submission's trouble, not the cohort's
        raise SubmissionError(f"{path} cannot be read: {type(error).__name__}: {error}") from error
