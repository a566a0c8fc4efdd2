"""Which files a check may open, where there is no namespace to hide the others: Landlock, Linux 5.13 and later."""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from . import kernel

_CREATE_VERSION = 1
_RULE_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_FIRST_VERSION = (1 << 13) - 1
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_SCOPE_SOCKETS_AND_SIGNALS = 3


def version() -> int:
    """The kernel's version of Landlock; 0 without it."""
    if not kernel.known_machine():
        return 0
    try:
        return kernel.syscall(kernel.LANDLOCK_CREATE_RULESET, 0, 0, _CREATE_VERSION)
    except OSError:
        return 0


class Rules:
    """A set of rules that is made once and put on every check's process, with that check's own folder added."""

    def __init__(self, readable: Iterable[str], devices: Iterable[str]) -> None:
        """`readable`: files and folders to read (and run). `devices`: device files to read and write."""
        found = version()
        handled = _FIRST_VERSION | (_REFER if found >= 2 else 0) | (_TRUNCATE if found >= 3 else 0)
        scoped = _SCOPE_SOCKETS_AND_SIGNALS if found >= 6 else 0
        size = 24 if found >= 6 else 8
        attributes = ctypes.create_string_buffer(struct.pack("<QQQ", handled, 0, scoped), 24)
        self._handled = handled
        self.fd = kernel.syscall(kernel.LANDLOCK_CREATE_RULESET, ctypes.byref(attributes), size, 0)
        os.set_inheritable(self.fd, False)
        for path in readable:
            self._add(path, _READ)
        for path in devices:
            self._add(path, _READ_FILE | _WRITE_FILE)

    def _add(self, path: str, rights: int) -> None:
        with contextlib.suppress(FileNotFoundError, PermissionError, NotADirectoryError):
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                if not stat.S_ISDIR(os.fstat(fd).st_mode):
                    rights &= _ON_FILES
                rule = ctypes.create_string_buffer(struct.pack("<Qi", rights & self._handled, fd), 12)
                kernel.syscall(kernel.LANDLOCK_ADD_RULE, self.fd, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
            finally:
                os.close(fd)

    def enter(self, own: str) -> None:
        """Only what the rules name from now on, and everything below `own`."""
        self._add(own, self._handled)
        self._add("/proc/self", _READ)
        kernel.syscall(kernel.LANDLOCK_RESTRICT_SELF, self.fd, 0)
        os.close(self.fd)
