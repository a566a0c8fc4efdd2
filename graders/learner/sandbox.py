"""What is put around the whole worker: bubblewrap, namespaces, or limits alone."""

from __future__ import annotations

from dataclasses import dataclass

from graders.learner.environment import RunFolder


class SandboxError(Exception):
    """The sandbox that was asked for is not to be had; one line for the user."""


@dataclass(frozen=True)
class Sandbox:
    """`name` stands in the report."""

    name: str

    def wrap(self, command: list[str], run: RunFolder) -> list[str]:
        """The command that starts the worker inside the sandbox."""
        return command


def choose(mode: str) -> Sandbox:
    """The sandbox for `mode`: auto, required or off."""
    return Sandbox("limits")
