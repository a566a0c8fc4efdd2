"""gradecheck: exercises, checks and verdicts for the guide *Training and Backpropagation*."""

__version__ = "0.1.0"
