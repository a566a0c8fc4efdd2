"""Every limit of the worker, once."""

from __future__ import annotations

from dataclasses import dataclass

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one check may use. Sizes in bytes, times in seconds."""

    memory: int = 3 * 1024 * MB  # of one process, and of all that a check started together
    processes: int = 96
    file_size: int = 48 * MB
    files: int = 128
    space: int = 256 * MB  # of all files in the scratch folder together
    entries: int = 20_000  # of the scratch folder, with those below
    cpu_factor: float = 2.0  # CPU seconds over the wall-clock deadline: threads of numpy's may use more than one core

    def of_a_process(self, others: int) -> dict[str, int]:
        """The numbers that a check's process sets for itself before the learner's code runs.

        `others`: how many processes of this user there are already, where they count too.
        """
        return {
            "memory": self.memory,
            "processes": self.processes,
            "others": others,
            "file_size": self.file_size,
            "files": self.files,
            "space": self.space,
            "entries": self.entries,
        }

    def cpu(self, deadline: float) -> int:
        """CPU seconds of a check that has so many seconds of wall-clock time."""
        return int(deadline * self.cpu_factor) + 2


#: How long the worker may take to be ready (numpy's first import on a cold disk).
START = 60.0
#: How long an import of one of the learner's modules may take.
IMPORT = 20.0
#: How long cleaning up after a check may take.
END = 15.0
#: How long a sandbox may take to show that it works.
PROBE = 20.0
#: How often a check that takes long is looked at, for the memory and the number of its processes.
WATCH = 0.25
#: Characters of a check's own output that are kept.
OUTPUT = 8_000
