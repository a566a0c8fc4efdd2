"""Isolation of one check from the next, inside whatever the judge has put around the whole worker."""

from __future__ import annotations

from pathlib import Path


def can_isolate_checks() -> bool:
    """Whether a check can get namespaces of its own here."""
    return False


def enter_check(isolate: bool, scratch: Path) -> None:
    """Called in the fresh process of a check, before its limits are set."""
