"""`gradecheck completion SHELL`: the script that makes the shell complete verbs, options, items and checks."""

from __future__ import annotations

import os
import sys

import click
from click.shell_completion import get_completion_class

PROGRAM = "gradecheck"
SHELLS = ("bash", "zsh", "fish")

_HOW = {
    "bash": '# For good: put this line into ~/.bashrc\n#   eval "$(gradecheck completion bash)"\n',
    "zsh": '# For good: put this line into ~/.zshrc, after compinit\n#   eval "$(gradecheck completion zsh)"\n',
    "fish": "# For good: gradecheck completion fish > ~/.config/fish/completions/gradecheck.fish\n",
}


@click.command(short_help="Make your shell complete verbs, options, items and checks.")
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.pass_context
def completion(context: click.Context, shell: str | None) -> None:
    """Print the script that makes SHELL complete gradecheck's verbs, options, items and checks with Tab.

    Without SHELL, your login shell is meant.

    \b
    eval "$(gradecheck completion bash)"     now; in ~/.bashrc, for good
    eval "$(gradecheck completion zsh)"      in ~/.zshrc, after compinit
    gradecheck completion fish > ~/.config/fish/completions/gradecheck.fish
    """
    name = shell or os.path.basename(os.environ.get("SHELL", ""))  # noqa: PTH119
    if name not in SHELLS:
        raise click.UsageError(f"expected one of {', '.join(SHELLS)}, and your login shell is {name or 'not known'}")
    kind = get_completion_class(name)
    assert kind is not None
    script = kind(context.find_root().command, {}, PROGRAM, "_GRADECHECK_COMPLETE").source()
    click.echo(_HOW[name] + script)
    if sys.stdout.isatty():
        click.echo(f'This was only printed. To use it: eval "$(gradecheck completion {name})"', err=True)
