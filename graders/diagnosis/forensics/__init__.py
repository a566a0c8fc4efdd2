"""What the numbers themselves show, for mistakes that nobody modelled. Every sentence here is checked on all cases."""

from .report import Finding, inspect

__all__ = ["Finding", "inspect"]
