"""How many threads numpy's linear algebra uses: one.

With matrices of this size, more of them only wait for each other; and each grading of a cohort has one core.
"""

from __future__ import annotations

#: Environment variables, which count only before numpy is imported.
ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
