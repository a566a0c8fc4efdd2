"""System calls that no exercise needs and a cheat might: refused with EPERM by a filter in the kernel.

What is refused: the network, other processes' memory, places where state outlives a process (keyrings, System V IPC,
message queues, memory files, what the page cache holds, the kernel's log), new namespaces and mounts, other priorities
(who has the lowest takes long to end), and signals to older processes where there is no process namespace to hide them.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import platform
import struct

from . import kernel

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_REFUSED = {
    "x86_64": {
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "perf_event_open": 298,
        "bpf": 321, "userfaultfd": 323, "add_key": 248, "request_key": 249, "keyctl": 250,
        "shmget": 29, "shmat": 30, "shmctl": 31, "semget": 64, "msgget": 68, "mq_open": 240, "memfd_create": 319,
        "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161,
        "open_by_handle_at": 304, "name_to_handle_at": 303, "fanotify_init": 300, "quotactl": 179, "acct": 163,
        "init_module": 175, "finit_module": 313, "kexec_load": 246, "kexec_file_load": 320, "reboot": 169,
        "swapon": 167, "migrate_pages": 256, "move_pages": 279, "setpriority": 141,
        "sched_setaffinity": 203, "sched_setscheduler": 144, "sched_setparam": 142, "sched_setattr": 314,
        "preadv2": 327, "fadvise64": 221, "mincore": 27, "readahead": 187, "syslog": 103,
    },
    "aarch64": {
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "perf_event_open": 241,
        "bpf": 280, "userfaultfd": 282, "add_key": 217, "request_key": 218, "keyctl": 219,
        "shmget": 194, "shmat": 196, "shmctl": 195, "semget": 190, "msgget": 186, "mq_open": 180, "memfd_create": 279,
        "unshare": 97, "setns": 268, "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51,
        "open_by_handle_at": 265, "name_to_handle_at": 264, "fanotify_init": 262, "quotactl": 60, "acct": 89,
        "init_module": 105, "finit_module": 273, "kexec_load": 104, "kexec_file_load": 294, "reboot": 142,
        "swapon": 224, "migrate_pages": 238, "move_pages": 239, "setpriority": 140,
        "sched_setaffinity": 122, "sched_setscheduler": 119, "sched_setparam": 118, "sched_setattr": 274,
        "preadv2": 286, "fadvise64": 223, "mincore": 232, "readahead": 213, "syslog": 116,
    },
}  # fmt: skip

#: The newer calls have one number on every machine.
_REFUSED_EVERYWHERE = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_open": 434, "pidfd_getfd": 438, "mount_setattr": 442, "memfd_secret": 447,
    "cachestat": 451,
}  # fmt: skip

#: Calls that are looked at more closely.
_INSPECTED = {
    "x86_64": {
        "socket": 41, "clone": 56, "kill": 62, "tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129,
        "rt_tgsigqueueinfo": 297, "prlimit64": 302, "fcntl": 72, "ioctl": 16, "prctl": 157,
    },
    "aarch64": {
        "socket": 198, "clone": 220, "kill": 129, "tkill": 130, "tgkill": 131, "rt_sigqueueinfo": 138,
        "rt_tgsigqueueinfo": 240, "prlimit64": 261, "fcntl": 25, "ioctl": 29, "prctl": 167,
    },
}  # fmt: skip
_CLONE3 = 435

_NAMESPACES = (
    kernel.CLONE_NEWNS
    | kernel.CLONE_NEWCGROUP
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUSER
    | kernel.CLONE_NEWPID
    | kernel.CLONE_NEWNET
)
_AF_UNIX = 1
_FCNTL_SIGNALS = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX
_IOCTL_TERMINAL = (0x5412, 0x541C, 0x8901, 0x8902)  # TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP
_PR_SET_PDEATHSIG = 1

# Classic BPF: load a word of seccomp_data, compare it, return.
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_NR, _ARCH = 0, 4


def _argument(index: int) -> int:
    """Where the low half of an argument lies (little-endian)."""
    return 16 + 8 * index


class _Program:
    def __init__(self) -> None:
        self.code: list[tuple[int, int, int, int]] = []

    def add(self, operation: int, value: int, yes: int = 0, no: int = 0) -> None:
        self.code.append((operation, yes, no, value & 0xFFFFFFFF))

    def refuse(self, number: int = errno.EPERM) -> None:
        self.add(_RETURN, _ERRNO | number)

    def allow(self) -> None:
        self.add(_RETURN, _ALLOW)

    def when(self, operation: int, value: int, then: int) -> None:
        """If the comparison holds, do the next `then` instructions, else jump over them."""
        self.add(operation, value, 0, then)

    def of(self, call: int, body: _Program) -> None:
        """For this system call, `body`, which ends with a return."""
        self.when(_JUMP_EQUAL, call, len(body.code))
        self.code += body.code

    def bytes(self) -> bytes:
        return b"".join(struct.pack("<HBBI", *instruction) for instruction in self.code)


def _only(index: int, allowed: int, number: int) -> _Program:
    body = _Program()
    body.add(_LOAD, _argument(index))
    body.when(_JUMP_EQUAL, allowed, 1)
    body.allow()
    body.refuse(number)
    return body


def _not_among(index: int, values: tuple[int, ...]) -> _Program:
    body = _Program()
    body.add(_LOAD, _argument(index))
    for value in values:
        body.when(_JUMP_EQUAL, value, 1)
        body.refuse()
    body.allow()
    return body


def _no_bits(index: int, bits: int) -> _Program:
    body = _Program()
    body.add(_LOAD, _argument(index))
    body.when(_JUMP_BITS, bits, 1)
    body.refuse()
    body.allow()
    return body


def _younger_only(mine: int, never: tuple[int, ...]) -> _Program:
    """Signals: to itself, its own group, and processes started later (its children); not to everyone (-1)."""
    body = _Program()
    body.add(_LOAD, _argument(0))
    for pid in never:
        for value in (pid, -pid):
            body.when(_JUMP_EQUAL, value, 1)
            body.refuse()
    body.when(_JUMP_EQUAL, 0, 1)
    body.allow()
    # Groups, as unsigned numbers from 0x80000000: those from -mine downwards.
    body.when(_JUMP_AT_LEAST, 0x100000000 - mine + 1, 1)
    body.refuse()
    body.when(_JUMP_AT_LEAST, mine, 1)
    body.allow()
    body.refuse()
    return body


@functools.cache
def _filter(visible: tuple[int, ...] | None, mine: int) -> bytes:
    machine = platform.machine()
    calls = _INSPECTED[machine]
    program = _Program()
    program.add(_LOAD, _ARCH)
    program.add(_JUMP_EQUAL, _AUDIT_ARCH[machine], 1, 0)
    program.refuse(errno.ENOSYS)
    program.add(_LOAD, _NR)
    # The x32 numbers of x86_64 would go round the list.
    program.when(_JUMP_AT_LEAST, 0x40000000, 1)
    program.refuse(errno.ENOSYS)
    for call in (*_REFUSED[machine].values(), *_REFUSED_EVERYWHERE.values()):
        program.when(_JUMP_EQUAL, call, 1)
        program.refuse()
    # Its flags lie in memory, where a filter cannot look; the C library goes back to clone.
    program.when(_JUMP_EQUAL, _CLONE3, 1)
    program.refuse(errno.ENOSYS)
    program.of(calls["clone"], _no_bits(0, _NAMESPACES))
    program.of(calls["socket"], _only(0, _AF_UNIX, errno.EACCES))
    program.of(calls["ioctl"], _not_among(1, _IOCTL_TERMINAL))
    program.of(calls["prctl"], _not_among(0, (_PR_SET_PDEATHSIG,)))
    if visible is not None:
        program.of(calls["fcntl"], _not_among(1, _FCNTL_SIGNALS))
        for name in ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
            program.of(calls[name], _younger_only(mine, visible))
        program.of(calls["prlimit64"], _younger_only(mine, visible))
    program.allow()
    return program.bytes()


class _SockFprog(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def available() -> bool:
    """Whether the filter is known for this machine. Whether the kernel takes it shows when it is installed."""
    return kernel.known_machine()


def prepare() -> None:
    """Make the filter of processes in namespaces of their own, which is the same for all, before they fork."""
    _filter(None, 0)


def install(visible: tuple[int, ...] | None) -> None:
    """Put the filter on this process and all that it starts; privileges must have been dropped. Raises OSError.

    `visible`: None where a process namespace hides everything else, else processes that must not get signals.
    """
    code = _filter(visible, os.getpid() if visible is not None else 0)
    program = _SockFprog(len(code) // 8, code)
    pr_set_seccomp, mode_filter = 22, 2
    kernel.prctl(pr_set_seccomp, mode_filter, ctypes.addressof(program))
