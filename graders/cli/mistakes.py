"""`gradecheck mistakes`: every mistake that can be named, and what it looks like in numbers."""

from __future__ import annotations

import json
import textwrap

import click


@click.command("mistakes", short_help="The mistakes that gradecheck can name, with what they look like in numbers.")
@click.option(
    "--subject", "-s", metavar="FUNCTION", help="Only those of one function: backward, or network.Network.backward."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON: id, title, subject, explanation, guide line, numbers.")
def mistakes(subject: str | None, as_json: bool) -> None:
    """List the mistakes that a wrong value is compared with.

    For each: its id (as in `misconceptions` of a report), its title, and what the numbers show when it is made on
    generic inputs. docs/diagnosis.md says how to add one; the texts are in data/mistakes.toml.

    \b
    gradecheck mistakes --subject backward
    gradecheck mistakes --json
    """
    from graders.diagnosis.catalogue import entries, subjects

    known = subjects()
    wanted = [s for s in known if subject is None or subject in (s, s.rsplit(".", 1)[-1], s.split(".", 1)[-1])]
    if not wanted:
        raise click.UsageError(f"no function {subject!r} has models of mistakes; expected one of {', '.join(known)}")
    found = [entry for name in wanted for entry in entries(name)]
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for name in wanted:
        own = [e for e in found if e["subject"] == name]
        click.echo(click.style(f"\n{name}", bold=True) + f"  {len(own)}")
        for entry in own:
            click.echo(f"  {entry['id']}: {entry['title']}")
            if entry["numbers"]:
                click.echo(textwrap.fill(entry["numbers"], 96, initial_indent="      ", subsequent_indent="      "))
