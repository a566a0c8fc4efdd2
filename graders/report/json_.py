"""report.json: the Report itself, laid out the same way every time."""

from __future__ import annotations

import json

from graders.report.model import Report


def render(report: Report) -> str:
    """`Report.to_dict` as JSON, keys sorted. Raises ValueError for a number that is not finite."""
    # ASCII only: no text can then fail to be written, or be read as something else.
    return json.dumps(report.to_dict(), indent=1, sort_keys=True, allow_nan=False) + "\n"
