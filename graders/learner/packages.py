"""Which installed packages the learner's code may import: numpy, matplotlib, and what those need.

They are linked, one by one, into a folder of their own, so that pytest, click, the graders and the reference are not
on the worker's path at all: forbidden by absence.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec
from pathlib import Path

#: Top-level modules of numpy, matplotlib and their requirements.
TOP_LEVELS = [
    "numpy",
    "matplotlib",
    "mpl_toolkits",
    "pylab",
    "contourpy",
    "cycler",
    "kiwisolver",
    "PIL",
    "pyparsing",
    "dateutil",
    "six",
    "packaging",
    "fontTools",
]

#: Names that no file of the learner's takes over.
RESERVED = [*TOP_LEVELS, "scipy", "gradecheck_worker"]


@functools.cache
def entries() -> dict[str, Path]:
    """Entry of a site folder (package, module or folder of shared libraries) -> where it lies."""
    found: dict[str, Path] = {}
    sites: set[Path] = set()
    for name in TOP_LEVELS:
        spec = find_spec(name)
        if spec is None:
            continue
        if spec.submodule_search_locations:
            place = Path(next(iter(spec.submodule_search_locations)))
        elif spec.origin:
            place = Path(spec.origin)
        else:
            continue
        found[place.name] = place
        sites.add(place.parent)
    for site in sites:
        # Wheels keep the shared libraries that they bring beside the package: numpy.libs, pillow.libs …
        for libraries in site.glob("*.libs"):
            if libraries.name.removesuffix(".libs").lower() in {n.lower() for n in (*TOP_LEVELS, "pillow")}:
                found[libraries.name] = libraries
    return found
