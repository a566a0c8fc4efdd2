"""Why a wrong value is wrong: `diagnose` turns the evidence of a failed check into words.

It knows nothing of pytest and nothing of how the learner's code was run: inputs, expected values and what came are
all that it sees.
"""

from __future__ import annotations

import warnings

import numpy as np

from .evidence import Case, Diagnosis, Evidence, Trouble

__all__ = ["Case", "Diagnosis", "Evidence", "Trouble", "diagnose"]


def diagnose(evidence: Evidence) -> Diagnosis:
    """What to tell the learner. Never raises: at worst it says the summary."""
    try:
        from .message import compose

        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compose(evidence)
    except Exception:  # a fault here must not cost the learner the report
        return Diagnosis(evidence.summary or "The value is wrong.")
