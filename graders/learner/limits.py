"""Every limit of the worker, once."""

from __future__ import annotations

from dataclasses import dataclass

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one check may use. Sizes in bytes, times in seconds."""

    memory: int = 3 * 1024 * MB
    processes: int = 96
    file_size: int = 48 * MB
    files: int = 128
    cpu_factor: float = 2.0  # CPU seconds over the wall-clock deadline: threads of numpy's may use more than one core

    def as_request(self, deadline: float) -> dict[str, int]:
        """The numbers that the worker sets for itself before the learner's code runs."""
        return {
            "memory": self.memory,
            "processes": self.processes,
            "file_size": self.file_size,
            "files": self.files,
            "cpu": int(deadline * self.cpu_factor) + 2,
        }


#: How long the worker may take to be ready (numpy's first import on a cold disk).
START = 60.0
#: How long an import of one of the learner's modules may take.
IMPORT = 20.0
#: How long cleaning up after a check may take.
END = 15.0
#: Characters of a check's own output that are kept.
OUTPUT = 8_000
