"""The few system calls that Python has no name for, through ctypes. Linux only; each raises OSError.

`PyDLL` keeps the interpreter lock during a call, which is what lets `clone` return in both processes.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import sys
from pathlib import Path

LINUX = sys.platform.startswith("linux")

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

_PR_SET_PDEATHSIG = 1
_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4

_SIGKILL = 9
_SIGCHLD = 17
_LAST_CAPABILITY = 63

#: Numbers of system calls, by machine. A machine that is not here gets no namespaces of our own and no filter.
_NUMBERS = {
    "x86_64": {"clone": 56, "capset": 126, "pivot_root": 155},
    "aarch64": {"clone": 220, "capset": 91, "pivot_root": 41},
}
#: These have the same number everywhere.
MOUNT_SETATTR = 442
LANDLOCK_CREATE_RULESET = 444
LANDLOCK_ADD_RULE = 445
LANDLOCK_RESTRICT_SELF = 446

_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_MOUNT_ATTR_RDONLY = 1
_MOUNT_ATTR_NOSUID = 2


def _open_libc() -> ctypes.PyDLL | None:
    if not LINUX:
        return None
    libc = ctypes.PyDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


_libc = _open_libc()


def known_machine() -> bool:
    """Whether this file knows the machine's system calls."""
    return LINUX and platform.machine() in _NUMBERS and sys.byteorder == "little"


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(name: str | int, *args: object) -> int:
    """A system call by name or number."""
    if _libc is None:
        raise OSError("not Linux")
    number = _NUMBERS[platform.machine()][name] if isinstance(name, str) else name
    given = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    return _check(_libc.syscall(ctypes.c_long(number), *given), str(name))


def prctl(option: int, *args: int) -> int:
    """prctl(2)."""
    if _libc is None:
        raise OSError("not Linux")
    given = [ctypes.c_ulong(a) for a in (*args, 0, 0, 0, 0)[:4]]
    return _check(_libc.prctl(option, *given), "prctl")


def clone(namespaces: int) -> int:
    """Fork into new namespaces: 0 in the child, which is the first process of its process namespace.

    As such it takes signals from outside, and from the kernel, but none from within that it does not handle.
    """
    return syscall("clone", namespaces | _SIGCHLD, 0, 0, 0, 0)


def unshare(namespaces: int) -> None:
    """Give this process namespaces of its own (a process namespace: its next child)."""
    if _libc is None:
        raise OSError("not Linux")
    _check(_libc.unshare(ctypes.c_int(namespaces)), "unshare")


def mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """mount(2)."""
    if _libc is None:
        raise OSError("not Linux")
    _check(
        _libc.mount(source.encode(), target.encode(), kind and kind.encode(), ctypes.c_ulong(flags), data.encode()),
        f"mount {target}",
    )


def read_only(target: str) -> None:
    """Make the mounts at and below `target` read-only, without setuid."""
    attributes = (ctypes.c_uint64 * 4)(_MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID, 0, 0, 0)
    path = ctypes.c_char_p(target.encode())
    syscall(MOUNT_SETATTR, _AT_FDCWD, path, _AT_RECURSIVE, ctypes.byref(attributes), ctypes.sizeof(attributes))


def change_root(new: str) -> None:
    """Make the mount `new` the root, and let go of the old one. The working folder is `/` afterwards."""
    if _libc is None:
        raise OSError("not Linux")
    os.chdir(new)
    # Root over root: the old one lies on top then, and is taken off.
    dot = ctypes.c_char_p(b".")
    syscall("pivot_root", dot, dot)
    _check(_libc.umount2(b".", MNT_DETACH), "umount")
    os.chdir("/")


def map_ids(outside: tuple[int, int], inside: tuple[int, int]) -> None:
    """In a new user namespace: let the one user and group inside be those outside."""
    for name, text in (
        ("setgroups", "deny"),
        ("gid_map", f"{inside[1]} {outside[1]} 1"),
        ("uid_map", f"{inside[0]} {outside[0]} 1"),
    ):
        fd = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(fd, text.encode())
        os.close(fd)


def become(user: int, group: int) -> None:
    """From root to that user, for good: no other groups, no capabilities."""
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)


def drop_privileges() -> None:
    """No capabilities, and no way to get any: not by set-user-ID programs either."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if os.geteuid() == 0:
        for capability in range(_LAST_CAPABILITY + 1):
            try:
                prctl(_PR_CAPBSET_DROP, capability)
            except OSError:
                break
    with contextlib.suppress(OSError):  # Linux before 4.3 has no ambient capabilities
        prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    version_3 = (ctypes.c_uint32 * 2)(0x20080522, 0)
    syscall("capset", ctypes.byref(version_3), ctypes.byref((ctypes.c_uint32 * 6)()))


def die_with_parent() -> None:
    """SIGKILL for this process when the thread that started it ends. Changing the user undoes it."""
    prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of whatever a descendant leaves behind."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def dumpable() -> bool:
    """Whether other processes of the same user may look into this one."""
    return prctl(_PR_GET_DUMPABLE) == 1


def set_dumpable(value: bool) -> None:
    """Let other processes of the same user look into this one (memory, environment, ptrace), or not."""
    prctl(_PR_SET_DUMPABLE, int(value))


def first_to_go() -> None:
    """Where the machine's memory runs out, this process goes before others."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def counts_processes_by_namespace() -> bool:
    """Whether RLIMIT_NPROC counts the processes of one user namespace only (Linux 5.14 and later)."""
    try:
        major, minor = (int(part) for part in platform.release().split("-")[0].split(".")[:2])
    except ValueError:
        return False
    return (major, minor) >= (5, 14)
