"""The submission's sources compiled once for all checks: in a process of its own, before any of its code has run.

Nothing is executed here, so no check has a hand in what the next one gets. A source that does not compile, or takes
too long, is left out: each check that imports it meets its error by itself.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import resource
import select
import signal
import struct
import warnings
from collections.abc import Callable
from pathlib import Path

#: CPU seconds and bytes of memory for compiling everything; sources written by hand take milliseconds.
SECONDS = 2
MEMORY = 1 << 30
#: Bytes of all code together.
MOST = 16 << 20

_SIZES = struct.Struct(">II")


class Compiling:
    """A process that compiles; `codes` has what is done, marshalled, by file name."""

    def __init__(self, root: Path, files: dict[str, bytes], alone: Callable[[], None]) -> None:
        """Start it on `files`, which will lie below `root`. `alone` is called in the new process first."""
        self.codes: dict[str, bytes] = {}
        read, write = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(read)
                alone()
                _compile(root, files, write)
            finally:
                os._exit(0)
        os.close(write)
        self._pipe = read
        self._data = b""
        self._over = False

    def done(self) -> dict[str, bytes]:
        """What is done by now."""
        while not self._over and select.select([self._pipe], [], [], 0)[0]:
            piece = os.read(self._pipe, 1 << 20)
            self._data += piece
            self._take()
            if not piece or sum(map(len, self.codes.values())) > MOST:
                self._end()
        return self.codes

    def _take(self) -> None:
        """Whole records of the data so far. What is in them is unmarshalled by checks only."""
        while len(self._data) >= _SIZES.size:
            name, code = _SIZES.unpack_from(self._data)
            end = _SIZES.size + name + code
            if len(self._data) < end:
                return
            text = self._data[_SIZES.size : _SIZES.size + name].decode("utf-8", "replace")
            self.codes[text] = self._data[_SIZES.size + name : end]
            self._data = self._data[end:]

    def _end(self) -> None:
        self._over = True
        os.close(self._pipe)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def _compile(root: Path, files: dict[str, bytes], write: int) -> None:
    """Write a record for each source that compiles."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    for name, data in files.items():
        if not name.endswith(".py"):
            continue
        try:
            code = marshal.dumps(compile(data, str(root / name), "exec", dont_inherit=True))
        except Exception:
            continue
        encoded = name.encode("utf-8", "replace")
        record = _SIZES.pack(len(encoded), len(code)) + encoded + code
        while record:
            record = record[os.write(write, record) :]
