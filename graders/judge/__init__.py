"""From a check to its outcome: `Judge` runs the claims on one snapshot of a submission.

journey    a fresh worker, the claim, a second chance with stand-ins, the diagnosis
lending    what stands in where the learner's own is broken
outcomes   an outcome, and how each way to fail is told
sheet      the answers on paper
"""

from __future__ import annotations

from .journey import Judge, claim
from .outcomes import Outcome, definition_line, import_message

__all__ = ["Judge", "Outcome", "claim", "definition_line", "import_message"]
