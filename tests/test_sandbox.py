"""What code in the worker can reach, in every sandbox that can be had here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import graders
import reference
from graders.learner import environment, sandbox
from graders.learner.host import Host, HostError
from graders.learner.limits import MB, Limits
from graders.learner.process import LearnerError, WorkerLost
from graders.learner.remote import Learner
from graders.learner.snapshot import Snapshot

# One module that does whatever a test says: the tests are about what can be done from inside, not about modules.
ATTEMPT = b"""
def attempt(code):
    found = {"result": None, "here": __file__}
    exec(code, found)
    return found["result"]
"""
TOKEN = "a-token-of-the-instructors"
LIMITS = Limits(memory=800 * MB, processes=40, space=64 * MB, file_size=24 * MB, entries=2000)
# "shared": bubblewrap where the kernel gives no namespaces to each check.
MODES = ("bubblewrap", "shared", "namespaces", "limits", "off")


class Box:
    """A host in one sandbox, and a check for each piece of code."""

    def __init__(self, mode: str, folder: Path) -> None:
        self.mode = mode
        name = "bubblewrap" if mode == "shared" else mode
        try:
            cage = sandbox.choose("off") if mode == "off" else sandbox.choose("auto", name)
        except sandbox.SandboxError as error:
            pytest.skip(str(error))
        assert cage.name == name
        if mode == "shared":
            cage = replace(cage, nested=False)
        self.host = Host(Snapshot(folder, {"losses.py": ATTEMPT}, {}), cage, 1, LIMITS)

    def run(self, code: str, seconds: float = 20.0) -> Any:
        """The value of `result` after `code` has run as a check of its own."""
        worker = self.host.open(seconds)
        try:
            return Learner(worker, {}).losses.attempt(code)
        finally:
            worker.close()

    @property
    def confined(self) -> bool:
        """Whether files and calls are limited at all: by namespaces, or by Landlock and a filter."""
        return self.mode != "off"


@pytest.fixture(scope="module", params=MODES)
def box(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_TOKEN", TOKEN)
        made = Box(request.param, tmp_path_factory.mktemp("submission"))
        yield made
        made.host.close()


@pytest.fixture
def confined(box: Box) -> Box:
    if not box.confined:
        pytest.skip("nothing is confined in this mode")
    if box.mode == "limits":
        from graders.learner.worker import landlock

        if not landlock.version():
            pytest.skip("this kernel has no Landlock")
    return box


def test_a_check_runs(box: Box) -> None:
    assert box.run("import numpy as np; result = float(np.ones(3).sum())") == 3.0


def test_no_network(confined: Box) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = confined.run(f"""
import socket
result = []
for family, address in ((socket.AF_INET, ("127.0.0.1", {port})), (socket.AF_INET6, ("::1", {port}))):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            socket.socket(family, kind).connect(address)
        except OSError as error:
            pass
        else:
            result.append(str(family))
""")
        assert result == []
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()


def test_files_that_are_nobodys_business_cannot_be_read(confined: Box, tmp_path: Path) -> None:
    other = tmp_path / "another" / "exercises"
    other.mkdir(parents=True)
    (other / "losses.py").write_text("a solution")
    (tmp_path / "secret").write_text("a secret")
    places = [
        str(other / "losses.py"),
        str(tmp_path / "secret"),
        str(Path(str(reference.__file__)).with_name("losses.py")),
        str(Path(str(graders.__file__))),
        str(Path(str(graders.__file__)).with_name("judge") / "journey.py"),
        str(Path(str(graders.__file__)).parent.parent / "data" / "course.toml"),
        str(Path(__file__)),
        str(Path(pytest.__file__)),
        "/etc/shadow",
        "/etc/hostname",
        "/proc/kcore",
        "/dev/mem",
        "/dev/kmsg",
    ]
    result = confined.run(f"""
result = []
for place in {places!r}:
    try:
        with open(place, "rb") as file:
            file.read(1)
            result.append(place)
    except OSError:
        pass
""")
    assert result == []


def test_nothing_of_the_kit_lies_anywhere(box: Box) -> None:
    if not box.host.cage.hides:
        pytest.skip("the whole file system is there in this mode")
    result = box.run("""
import os
result = []
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders.remove("proc")
    result += [os.path.join(folder, name) for name in folders if name in ("graders", "pytest", "_pytest")]
    names = ("course.toml", "journey.py", "standins.py", "gradient_check.py")
    result += [os.path.join(folder, name) for name in files if name in names]
""")
    assert result == []


def test_folders_of_others_cannot_be_listed(confined: Box, tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    places = [str(tmp_path), str(Path.home()), str(Path(str(graders.__file__)).parent), "/var", "/home", "/mnt"]
    result = confined.run(f"""
import os
result = {{}}
for place in {places!r}:
    try:
        result[place] = [name for name in os.listdir(place) if not name.startswith(".pyenv")]
    except OSError:
        pass
""")
    assert not any(result.values())


def test_nothing_can_be_written_outside(confined: Box, tmp_path: Path) -> None:
    home = Path(str(graders.__file__)).parent.parent
    places = [str(folder) for folder in (tmp_path, home, home / "reference", Path.home(), Path(os.__file__).parent)]
    places += ["/", "/etc", "/usr/lib", "/var/tmp", "/dev", "/gradecheck", "/gradecheck/kit", "/gradecheck/submission"]
    result = confined.run(f"""
import os, sys
result = []
for place in {places!r} + [entry for entry in sys.path if entry]:
    try:
        with open(os.path.join(place, "gradecheck-was-here"), "w"):
            result.append(place)
    except OSError:
        pass
""")
    assert result == []
    assert not [place for place in places if (Path(place) / "gradecheck-was-here").exists()]


def test_scratch_is_writable_and_so_is_the_copy_of_the_exercises(box: Box) -> None:
    result = box.run("""
import os, tempfile
from pathlib import Path
Path("a.txt").write_text("1")
Path(here).with_name("b.txt").write_text("2")
Path.home().joinpath("c.txt").write_text("3")
with tempfile.NamedTemporaryFile() as file:
    file.write(b"4")
result = sorted(os.listdir("."))
""")
    assert result == ["a.txt", "c.txt"]


def test_the_environment_is_a_list_of_harmless_things(box: Box) -> None:
    result = box.run("""
import os
texts = [str(dict(os.environ))]
try:
    processes = list(filter(str.isdigit, os.listdir("/proc")))
except OSError:
    processes = []
for pid in ["self", os.getppid(), *processes]:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            texts.append(file.read().decode("utf-8", "replace"))
    except OSError:
        pass
result = [sorted(os.environ), texts[:3]]
""")
    names, texts = result
    assert TOKEN not in str(texts)
    assert set(names) <= {
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH",
        "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
        "MPLBACKEND", "MPLCONFIGDIR", "PYTHONDONTWRITEBYTECODE",
    }  # fmt: skip


def test_the_judges_memory_and_environment_are_closed(box: Box) -> None:
    result = box.run(f"""
result = []
for name in ("environ", "mem", "maps"):
    try:
        with open("/proc/{os.getpid()}/" + name, "rb") as file:
            file.read(1)
            result.append(name)
    except OSError:
        pass
""")
    assert result == []


def test_the_parent_cannot_be_traced(box: Box) -> None:
    result = box.run("""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
result = [libc.ptrace(16, pid, 0, 0) for pid in {1, os.getppid()}]  # PTRACE_ATTACH
try:
    open(f"/proc/{os.getppid()}/mem", "rb")
    result.append("mem")
except OSError:
    pass
""")
    assert set(result) == {-1}


def test_only_the_channel_is_inherited(box: Box) -> None:
    result = box.run("""
import os
result = []
for fd in range(3, 1024):
    try:
        os.fstat(fd)
        result.append(fd)
    except OSError:
        pass
""")
    assert result == [3]


def test_no_standard_input(box: Box) -> None:
    with pytest.raises(LearnerError, match="EOFError"):
        box.run("input()")


def test_not_root_where_that_can_be_helped(box: Box) -> None:
    uid, capabilities, new = box.run("""
import os
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
result = [os.getuid(), int(status["CapEff"], 16) | int(status["CapPrm"], 16), int(status["NoNewPrivs"])]
""")
    assert capabilities == 0
    assert new == 1
    if os.getuid() == 0 and box.host.cage.drop:
        assert uid != 0


# -- processes ------------------------------------------------------------------------------------------------

_NAME = f"gc-left-{os.getpid()}"  # tests of another process may be looking for theirs

LEAVE_PROCESSES = f"""
import ctypes, os, signal, time
def stay(how):
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0) if how == "orphan" else None
        return
    if how == "orphan":
        if os.fork():
            os._exit(0)
    if how != "plain":
        os.setsid()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(15, b"{_NAME}", 0, 0, 0)
    if how == "stopped":
        os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(120)
    os._exit(0)
for how in ("plain", "session", "orphan", "stopped"):
    stay(how)
time.sleep(0.1)
result = 4
"""


def left_over() -> list[int]:
    found = []
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() == _NAME and "State:\tZ" not in comm.with_name("status").read_text():
                found.append(int(comm.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/comm").exists(), reason="looks for processes in /proc")
def test_everything_that_a_check_started_ends_with_it(box: Box) -> None:
    worker = box.host.open(20.0)
    try:
        Learner(worker, {}).losses.attempt(LEAVE_PROCESSES)
        assert len(left_over()) == 4
    finally:
        worker.close()
    until = time.monotonic() + 5
    while left_over() and time.monotonic() < until:
        time.sleep(0.01)
    assert left_over() == []
    assert box.run("result = 1") == 1


JUDGE = """
import sys, time
from dataclasses import replace
from pathlib import Path
from graders.learner import environment, sandbox
from graders.learner.host import Host, HostError
from graders.learner.remote import Learner
from graders.learner.snapshot import Snapshot
mode = sys.argv[1]
only = "bubblewrap" if mode == "shared" else mode
cage = sandbox.choose("off") if mode == "off" else sandbox.choose("auto", only)
cage = replace(cage, nested=mode != "shared")
host = Host(Snapshot(Path("exercises"), {{"losses.py": {source!r}}}, {{}}), cage, 1)
Learner(host.open(60.0), {{}}).losses.attempt({code!r} + "; print(1); time.sleep(60)")
"""


@pytest.mark.skipif(not Path("/proc/self/comm").exists(), reason="looks for processes in /proc")
def test_nothing_stays_when_the_judge_is_killed(box: Box, tmp_path: Path) -> None:
    code = JUDGE.format(source=ATTEMPT, code=LEAVE_PROCESSES.replace("\nresult = 4\n", ""))
    judge = subprocess.Popen(
        [sys.executable, "-c", code, box.mode],
        env=os.environ | {"PYTHONPATH": str(Path(str(graders.__file__)).parent.parent), "TMPDIR": str(tmp_path)},
    )
    until = time.monotonic() + 30
    while len(left_over()) < 4 and judge.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    assert len(left_over()) == 4
    judge.kill()
    judge.wait()
    while left_over() and time.monotonic() < until:
        time.sleep(0.02)
    assert left_over() == []


def test_processes_are_bounded(box: Box) -> None:
    # A bounded bomb: it would be 300 processes.
    code = """
import os, time
result = 0
for _ in range(300):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    result += 1
time.sleep(5)
"""
    with pytest.raises(LearnerError) as raised:
        box.run(code)
    text = raised.value.trouble.text
    assert "BlockingIOError" in text or "processes at once" in text
    assert box.run("result = 2") == 2


def test_signals_reach_nothing_else(box: Box) -> None:
    if box.mode == "off":
        pytest.skip("nothing hides other processes in this mode")
    # Signal 0 only asks whether a signal could be sent.
    result = box.run(f"""
import os
result = []
for pid in (-1, {os.getpid()}, -{os.getpgid(0)}, {os.getppid()}, os.getppid()):
    try:
        os.kill(pid, 0)
        result.append(pid)
    except OSError:
        pass
if os.getpid() == 1:
    result = [pid for pid in result if pid not in (-1, 0)]  # everyone, and its own group: there is nobody else
""")
    assert result == []


def test_its_own_children_can_be_ended(box: Box) -> None:
    result = box.run("""
import multiprocessing, subprocess, sys, threading, time
process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
process.start()
process.terminate()
process.join(20)
heard = []
thread = threading.Thread(target=heard.append, args=(1,))
thread.start()
thread.join()
result = [process.exitcode, heard]
""")
    assert result == [-15, [1]]


def test_the_worker_that_is_killed_is_replaced(box: Box) -> None:
    """The check that does it has crashed (or hit nothing); the next one runs."""
    try:
        box.run("import os, time; os.kill(os.getppid(), 9); time.sleep(0.2)")
    except LearnerError as error:
        assert error.trouble.kind in ("crashed", "exception")
    assert box.run("result = 3") == 3


def test_a_stopped_worker_is_a_timeout_and_the_next_check_runs(box: Box) -> None:
    try:  # the first process of a namespace does not stop for itself
        assert box.run("import os, signal; os.kill(os.getpid(), signal.SIGSTOP); result = os.getpid()", 0.4) == 1
    except WorkerLost as lost:
        assert lost.trouble.kind == "timeout"
    assert box.run("result = 3") == 3


# -- memory and files -----------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="Linux only")
def test_a_check_is_the_first_to_go_when_memory_runs_out(box: Box) -> None:
    code = (
        "import resource; result = [open('/proc/self/oom_score_adj').read(), *resource.getrlimit(resource.RLIMIT_CORE)]"
    )
    assert box.run(code) == ["1000\n", 1, 1]


def test_memory_of_one_process_is_bounded(box: Box) -> None:
    with pytest.raises(LearnerError, match="MemoryError"):
        box.run("result = len(bytearray(2**30))")


def test_memory_of_many_processes_is_bounded_together(box: Box) -> None:
    code = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        kept = b"x" * (250 * 2**20)
        time.sleep(60)
        os._exit(0)
time.sleep(20)
"""
    with pytest.raises(WorkerLost, match="in all processes together"):
        box.run(code)
    assert box.run("result = 4") == 4


def test_files_are_bounded(box: Box) -> None:
    with pytest.raises(LearnerError, match=r"File too large|wrote more"):
        box.run("""
with open("one", "wb") as file:
    for _ in range(100):
        file.write(bytes(2**20))
""")
    code = """
import time
for number in range(30):
    with open(str(number), "wb") as file:
        file.write(bytes(10 * 2**20))
time.sleep(5)
"""
    with pytest.raises(LearnerError, match=r"No space|in the scratch folder"):
        box.run(code)
    assert box.run("import os; result = os.listdir('.')") == []


def test_odd_folders_are_cleaned_up(box: Box) -> None:
    assert (
        box.run("""
import os
from pathlib import Path
start = os.getcwd()
for _ in range(150):
    os.mkdir("d")
    os.chdir("d")
os.chdir(start)
os.makedirs("locked/inner")
Path("locked/inner/file").touch()
os.symlink("/", "link")
os.mkfifo("pipe")
os.chmod("locked/inner", 0)
os.chmod("locked", 0)
os.chmod(".", 0)
result = 1
""")
        == 1
    )
    assert box.run("import os; result = os.listdir('.')") == []


# -- state ----------------------------------------------------------------------------------------------------

MARK = """
import builtins, ctypes, os, sys
import numpy as np
places = [".", "..", "../..", "/tmp", "/dev/shm", "/var/tmp", os.path.dirname(here), os.path.expanduser("~")]
places += [entry for entry in sys.path if entry]
libc = ctypes.CDLL(None, use_errno=True)
libc.shmget.argtypes = (ctypes.c_int, ctypes.c_size_t, ctypes.c_int)
"""

WRITE_STATE = (
    MARK
    + """
for place in places:
    try:
        with open(os.path.join(place, "gc-state"), "w"):
            pass
    except OSError:
        pass
np.mark = builtins.mark = 1
os.environ["MARK"] = "1"
np.random.seed(5)
libc.shmget(4711, 4096, 0o1600)
libc.mq_open(b"/gc-state", 0o102, 0o600, None)
libc.syscall(248, b"user", b"gc-state", b"x", 1, -4)  # add_key to the user's keyring (x86_64)
"""
)

READ_STATE = (
    MARK
    + """
result = [place for place in places if os.path.exists(os.path.join(place, "gc-state"))]
result += [name for name in ("np.mark", "builtins.mark") if hasattr(eval(name.split(".")[0]), "mark")]
result += ["environ"] * ("MARK" in os.environ)
result += ["shm"] * (libc.shmget(4711, 4096, 0o600) >= 0)
result += ["mq"] * (libc.mq_open(b"/gc-state", 0) >= 0)
result += ["key"] * (libc.syscall(249, b"user", b"gc-state", None, 0) >= 0)
"""
)


def test_no_state_passes_from_one_check_to_the_next(confined: Box) -> None:
    assert confined.run(READ_STATE) == []
    confined.run(WRITE_STATE)
    assert confined.run(READ_STATE) == []


def test_the_page_cache_holds_no_notes(confined: Box) -> None:
    """Which pages of a shared file lie in memory could be asked and changed, and so would outlast a check."""
    asked = """
import os
fd = os.open(os.__file__, os.O_RDONLY)
result = []
for ask in (lambda: os.preadv(fd, [bytearray(1)], 0, os.RWF_NOWAIT), lambda: os.posix_fadvise(fd, 0, 0, 4)):
    try:
        ask()
        result.append("answered")
    except PermissionError:
        pass
"""
    assert confined.run(asked) == []


def test_a_check_stays_the_first_to_go_where_memory_runs_out(confined: Box) -> None:
    if not confined.host.zygote.isolated:
        pytest.skip("checks have no /proc of their own here")
    code = """
from pathlib import Path
place = Path("/proc/self/oom_score_adj")
try:
    place.write_text("0")
except OSError:
    pass
result = place.read_text().strip()
"""
    assert confined.run(code) == "1000"


def test_memory_and_the_scratch_folder_are_fresh_in_every_mode(box: Box) -> None:
    box.run("""
import os, sys
import numpy as np
np.mark = 1
open("state", "w").close()
open(here, "a").write("broken =")
try:
    open("../../state", "w").close()
except OSError:
    pass
""")
    assert box.run("import os, numpy as np; result = [hasattr(np, 'mark'), os.listdir('.')]") == [False, []]


def test_checks_cannot_be_told_apart_by_their_process_id(box: Box) -> None:
    first = box.run("import os; result = os.getpid()")
    if not box.host.zygote.isolated:
        pytest.skip("checks have no process namespaces here")
    assert first == box.run("import os; result = os.getpid()")


LISTEN = """
import os, socket, time
if os.fork() == 0:
    os.setsid()
    server = socket.socket(socket.AF_UNIX)
    server.bind("\\0gradecheck-left-over")
    server.listen()
    os.write(ready[1], b"x")
    time.sleep(600)
    os._exit(0)
"""
CONNECT = """
import socket, time
result = []
for _ in range(20):
    try:
        socket.socket(socket.AF_UNIX).connect("\\0gradecheck-left-over")
        result.append("reached")
    except OSError:
        time.sleep(0.001)
"""


def test_a_socket_leads_from_no_check_to_the_next(box: Box) -> None:
    box.run("import os; ready = os.pipe()" + LISTEN + "os.read(ready[0], 1)")
    assert box.run(CONNECT) == []


def test_the_next_checks_process_is_out_of_reach(confined: Box) -> None:
    # It waits while this one runs: none of its numbers, names or files may be seen.
    seen = confined.run("""
import os
result = []
for pid in range(1, 400):
    if pid not in (os.getpid(), os.getppid()):
        try:
            os.kill(pid, 0)
            result.append(pid)
        except OSError:
            pass
""")
    if confined.host.zygote.isolated:
        assert set(seen) <= {1}
    assert confined.run("result = 'next'") == "next"


def test_the_cage_cannot_be_left_again(confined: Box) -> None:
    result = confined.run("""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
result = [
    libc.unshare(0x10000000),
    libc.unshare(0x00020000),
    libc.mount(b"none", b"/", b"tmpfs", 0, None),
    libc.umount2(b"/tmp", 2),
    libc.chroot(b"."),
    libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0),
    libc.setuid(0) if os.getuid() else -1,
]
""")
    assert result == [-1] * 7


# -- choosing -------------------------------------------------------------------------------------------------


def test_off_and_odd_modes() -> None:
    assert sandbox.choose("off").name == "off"
    with pytest.raises(sandbox.SandboxError, match=r"expected --sandbox auto\|required\|off, got 'on'"):
        sandbox.choose("on")


def test_required_refuses_in_one_line_where_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_problem", lambda name: "not here")
    with pytest.raises(sandbox.SandboxError) as raised:
        sandbox.choose("required")
    text = str(raised.value)
    assert "bubblewrap: not here; namespaces: not here" in text
    assert "install bubblewrap" in text
    assert "\n" not in text
    chosen = sandbox.choose("auto")
    assert chosen.name == "limits"
    assert chosen.note.startswith("bubblewrap: not here")


def test_a_sandbox_is_presumed_and_the_worker_shows_whether_it_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: no permission' >&2\nexit 1\n")
    broken.chmod(0o755)
    problem = sandbox._problem
    problem.cache_clear()
    monkeypatch.setattr(sandbox, "_bubblewrap_path", lambda: str(broken))
    snapshot = Snapshot(tmp_path, {"losses.py": ATTEMPT}, {})
    try:
        presumed = sandbox.presumed("auto")
        assert (presumed.name, presumed.presumed) == ("bubblewrap", "auto")
        host = Host(snapshot, presumed, 1, LIMITS)
        try:
            worker = host.open(20.0)
            assert Learner(worker, {}).losses.attempt("result = 5") == 5
            worker.close()
            assert host.cage.name in ("namespaces", "limits")
            assert host.cage.presumed == ""
        finally:
            host.close()
        monkeypatch.setattr(sandbox, "_problem", lambda name: "not here")
        host = Host(snapshot, sandbox.presumed("required"), 1, LIMITS)
        with pytest.raises(sandbox.SandboxError, match="no sandbox can be used here"):
            host.open(20.0)
        host.close()
    finally:
        problem.cache_clear()


def test_a_bubblewrap_on_the_callers_path_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sandbox._bubblewrap_path() != str(fake)


def test_a_check_keeps_its_priority(box: Box) -> None:
    """Its process ends all others that it has started: with the lowest priority it would wait for them for ever."""
    if box.mode not in ("bubblewrap", "namespaces"):
        pytest.skip("all processes are killed one by one")
    code = """
import os, resource
result = []
for name, attempt in {
    "policy": lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)),
    "processors": lambda: os.sched_setaffinity(0, {0}),
    "priority": lambda: os.nice(19),
}.items():
    try:
        attempt()
        result.append(name)
    except PermissionError:
        pass
resource.prlimit(os.getpid(), resource.RLIMIT_NOFILE)
"""
    assert box.run(code) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_user_of_its_own_is_given_back() -> None:
    snapshot = Snapshot(Path("exercises"), {"losses.py": ATTEMPT}, {})
    first = environment.prepare(snapshot, drop=True)
    second = environment.prepare(snapshot, drop=True)
    assert first.user is not None
    assert second.user is not None
    assert first.user != second.user
    first.remove()
    third = environment.prepare(snapshot, drop=True)
    second.remove()
    third.remove()
    assert third.user == first.user


@pytest.mark.parametrize("presumed", ["", "auto"])
def test_without_a_free_user_nothing_runs_as_root(presumed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "free_user", lambda: None)
    monkeypatch.setattr(sandbox, "choose", lambda mode: sandbox.Sandbox("off", note=mode))
    snapshot = Snapshot(Path("exercises"), {"losses.py": ATTEMPT}, {})
    wanted = sandbox.Sandbox("off", drop=True, presumed=presumed)
    if not presumed:
        with pytest.raises(HostError, match="no user id is free"):
            Host(snapshot, wanted, 1)
        return
    host = Host(snapshot, wanted, 1)
    host.close()
    assert host.cage == sandbox.Sandbox("off", note="auto")
