"""`make bench`: prints ratios of one run, on the machine where it runs; it judges nothing.

python -m bench [--runs N] [--sandbox auto|off] [--submission DIR]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench import measure


def main() -> None:
    """Print each figure beside what it is measured against."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="timed runs of each command, interleaved")
    parser.add_argument("--sandbox", default="auto", choices=["auto", "required", "off"])
    parser.add_argument("--submission", type=Path, help="a folder with filled exercises/ (default: the plain solution)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = options.submission or measure.filled(Path(folder) / "filled")
        print(
            f"submission: {root.name}, sandbox {measure.sandbox_name(options.sandbox)}, medians of {options.runs} runs"
        )
        floor, sections = measure.sections(root, options.runs, options.sandbox)
        print(f"floor: python -c 'import numpy, pytest'            {floor:8.3f} s")
        for name, seconds in sections.items():
            print(
                f"gradecheck check --section {name} --fresh            {seconds:8.3f} s   "
                f"{seconds / floor:5.2f} x floor"
            )
        whole, own, imports = measure.full_grading(root, options.sandbox, options.runs)
        print(f"learner's own calls, made directly                 {own:8.3f} s CPU")
        print(f"  and the import of numpy and matplotlib for them  {own + imports:8.3f} s CPU")
        print(
            f"gradecheck grade, judge and workers together       {whole.cpu:8.3f} s CPU "
            f"{whole.cpu / own:5.2f} x their own, {whole.cpu / (own + imports):.2f} x with the imports"
        )
        print(f"peak memory of the judge                           {whole.peak_mb:8.0f} MB")
        for name, milliseconds in measure.diagnosis().items():
            print(f"diagnosis of {name:<37} {milliseconds:8.0f} ms")
        for name, seconds in measure.save_to_verdict(root, options.sandbox).items():
            print(f"from save to verdict, {name:<28} {seconds:8.3f} s")


if __name__ == "__main__":
    main()
