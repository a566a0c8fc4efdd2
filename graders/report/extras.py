"""What a report may show beside the verdicts: numbers to be drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Extras:
    """`curves`: label → losses. `gradients`: tensor → (n_out, n_in) or (n_out,) differences.

    A difference is the learner's gradient minus the reference's. The numbers may come from a
    learner's code: nan, infinite and huge ones are drawn as such. The first curve is the learner's.
    """

    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
    gradients: Mapping[str, Sequence[object]] = field(default_factory=dict)
