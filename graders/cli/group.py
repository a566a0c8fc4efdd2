"""The verbs of the command line, each loaded when it is used."""

from __future__ import annotations

import importlib

import click

from graders import __version__

#: verb -> (module, name of the command): imported only when called, so that each starts fast.
_VERBS = {
    "check": ("check", "check"),
    "list": ("listing", "listing"),
    "hint": ("hint", "hint"),
    "explain": ("explain", "explain"),
    "reset": ("reset", "reset"),
    "watch": ("watch", "watch"),
    "quiz": ("quiz", "quiz"),
    "show": ("show", "show"),
    "page": ("page", "page"),
    "guide": ("guide", "guide"),
    "data": ("data", "data"),
    "grade": ("grade", "grade"),
    "new": ("new", "new"),
    "gradescope": ("gradescope", "gradescope"),
    "cohort": ("cohort", "cohort"),
    "cohort-diff": ("cohort_diff", "cohort_diff"),
    "mistakes": ("mistakes", "mistakes"),
    "doctor": ("doctor", "doctor"),
    "completion": ("completion", "completion"),
}

EPILOG = """\b
Exit status: 0 all selected checks passed · 1 some did not · 2 wrong usage · 3 the grader's own fault.

\b
A learner's hour:   gradecheck check --section 1
                    gradecheck hint C1.2
                    gradecheck check --exercise 2.2
An instructor's:    gradecheck grade student-repo --out report
"""


class Verbs(click.Group):
    """Loads a verb's module when the verb is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which one meets them."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None for an unknown word."""
        if cmd_name not in _VERBS:
            return None
        module, name = _VERBS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"graders.cli.{module}"), name)
        return command


@click.group(
    cls=Verbs, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="gradecheck")
def group() -> None:
    """Exercises, checks and verdicts for the guide Training and Backpropagation."""
