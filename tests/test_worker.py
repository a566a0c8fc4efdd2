"""What the judge makes of a worker that misbehaves: a wrong value or a lost check, never more."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graders.learner import environment, packages, sandbox, watch
from graders.learner.host import Host
from graders.learner.limits import MB, OUTPUT, Limits
from graders.learner.process import LearnerError, WorkerLost, as_trouble
from graders.learner.remote import ImportFailed, Learner, Remote, calling
from graders.learner.snapshot import Snapshot
from graders.learner.worker.wire import MADE, MAX_FRAME

SOURCES = {
    "losses.py": """
import numpy as np

def attempt(code):
    found = {"result": None}
    exec(code, found)
    return found["result"]
""",
    "trace.py": "import os\nos._exit(3)\n",
    "network.py": "while True:\n    pass\n",
    "gradient_check.py": "import losses\n1 / 0\n",
    "training.py": "def train_xor():\n    raise NotImplementedError('Exercise 3.1')\n",
    "practice.py": "def split(X, y\n",
    "digits.py": "import reference\n",
}


def make_host(only: str | None, cpu_factor: float = 2.0) -> Host:
    files = {name: text.encode() for name, text in SOURCES.items()}
    limits = Limits(memory=1200 * MB, file_size=24 * MB, cpu_factor=cpu_factor)
    return Host(Snapshot(Path("exercises"), files, {}), sandbox.choose("auto", only), 3, limits)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """In whatever sandbox there is: what crosses the wire does not depend on it."""
    made = make_host(None)
    yield made
    made.close()


@pytest.fixture(scope="module", params=["auto", "limits"])
def any_host(request: pytest.FixtureRequest) -> Iterator[Host]:
    """With and without namespaces: how processes end does depend on it."""
    made = make_host(None if request.param == "auto" else request.param)
    yield made
    made.close()


@contextlib.contextmanager
def check(host: Host, seconds: float = 20.0) -> Iterator[Learner]:
    worker = host.open(seconds)
    try:
        yield Learner(worker, {})
    finally:
        worker.close()


def run(host: Host, code: str, seconds: float = 20.0) -> Any:
    with check(host, seconds) as learner:
        return learner.losses.attempt(code)


def lost(host: Host, code: str, seconds: float = 20.0) -> tuple[str, str]:
    """Kind and text of the trouble that ends the check; the next check must run."""
    worker = host.open(seconds)
    try:
        with pytest.raises(WorkerLost):
            Learner(worker, {}).losses.attempt(code)
    finally:
        worker.close()
    assert worker.lost is not None
    assert run(host, "result = 'next'") == "next"
    return worker.lost.kind, worker.lost.text


# -- ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("import os; os._exit(0)", r"ended itself \(exit status 0\)"),
        ("import os; os._exit(7)", r"ended itself \(exit status 7\)"),
        ("import os; os.abort()", "abort|ended by signal 6"),
        ("import ctypes; ctypes.string_at(0)", "segmentation fault"),
        ("import os; os.close(3); os._exit(0)", ""),
    ],
)
def test_a_process_that_ends(any_host: Host, code: str, text: str) -> None:
    kind, said = lost(any_host, code)
    assert kind == "crashed"
    assert re.search(text, said)


def test_a_process_that_kills_itself(any_host: Host) -> None:
    """The first process of a namespace takes no such signal from within; an ordinary one dies of it."""
    code = "import os; os.kill(os.getpid(), 9); result = os.getpid()"
    worker = any_host.open(20.0)
    try:
        if any_host.zygote.isolated:
            assert Learner(worker, {}).losses.attempt(code) == 1
            return
        with pytest.raises(WorkerLost):
            Learner(worker, {}).losses.attempt(code)
    finally:
        worker.close()
    assert worker.lost is not None
    assert worker.lost.text == "the process died"


@pytest.mark.parametrize("only", [None, "limits"])
def test_a_process_that_uses_up_its_cpu_time(only: str | None) -> None:
    host = make_host(only, cpu_factor=0)
    try:
        assert lost(host, "while True: pass") == ("crashed", "the process used up its CPU time")
    finally:
        host.close()


def test_a_hang_is_a_timeout(any_host: Host) -> None:
    start = time.monotonic()
    assert lost(any_host, "while True: pass", 0.4)[0] == "timeout"
    assert lost(any_host, "import time; time.sleep(60)", 0.4)[0] == "timeout"
    assert time.monotonic() - start < 30


def test_a_lost_check_stays_lost(host: Host) -> None:
    with check(host) as learner:
        for _ in range(3):
            with pytest.raises(WorkerLost):
                learner.losses.attempt("import os; os._exit(0)")


def test_system_exit_and_keyboard_interrupt_are_ordinary_exceptions(host: Host) -> None:
    for name in ("SystemExit", "KeyboardInterrupt", "GeneratorExit"):
        with pytest.raises(LearnerError, match=name):
            run(host, f"raise {name}('x')")


# -- imports --------------------------------------------------------------------------------------------------


def test_imports_that_fail(any_host: Host) -> None:
    def failure(module: str) -> ImportFailed:
        worker = any_host.open(1.0)
        try:
            with pytest.raises(ImportFailed) as raised:
                Learner(worker, {}).load(module)
        finally:
            worker.close()
        return raised.value

    assert failure("trace").trouble.kind == "crashed"
    assert failure("network").trouble.kind == "timeout"
    divided = failure("gradient_check").trouble
    assert (divided.text, divided.file, divided.line) == ("ZeroDivisionError: division by zero", "gradient_check.py", 2)
    assert failure("practice").trouble.line == 1
    assert failure("digits").trouble.missing == "reference"


def test_a_failed_import_is_remembered_for_the_run(host: Host) -> None:
    known: dict[str, LearnerError] = {}
    worker = host.open(0.5)
    try:
        with pytest.raises(ImportFailed):
            Learner(worker, known).load("network")
    finally:
        worker.close()
    worker = host.open(0.5)
    try:
        with pytest.raises(ImportFailed):
            Learner(worker, known).load("network")
        assert worker.lost is None
    finally:
        worker.close()


def test_not_started(host: Host) -> None:
    with check(host) as learner, pytest.raises(LearnerError) as raised:
        learner.training.train_xor()
    trouble = raised.value.trouble
    assert (trouble.kind, trouble.file, trouble.line) == ("not_started", "training.py", 2)


# -- the channel ----------------------------------------------------------------------------------------------

SAY = "import os, socket, struct, time\nchannel = socket.socket(fileno=os.dup(3))\n"


@pytest.mark.parametrize(
    "code",
    [
        "channel.sendall(b'\\0\\0\\0\\1?')",
        "channel.sendall(b'\\xff\\xff\\xff\\xff')",
        "channel.sendall(b'\\0\\0\\0\\5l\\xff\\xff\\xff\\xff')",
        "channel.sendall(b'\\0\\0\\0\\1i')",
        "channel.sendall(b'\\0\\0\\0\\0')",
        "data = b'l\\0\\0\\0\\1' * 5000 + b'0'; channel.sendall(struct.pack('>I', len(data)) + data)",
        "channel.sendall(b'\\0\\0\\0\\x09i' + bytes(8))",
        "channel.shutdown(socket.SHUT_RDWR)",
        "channel.shutdown(socket.SHUT_WR)",
        "os.close(3); channel.close(); time.sleep(60)",
    ],
)
def test_nonsense_on_the_channel_is_a_crash(any_host: Host, code: str) -> None:
    assert lost(any_host, SAY + code)[0] == "crashed"


@pytest.mark.parametrize(
    "code",
    [
        "channel.sendall(b'\\0\\0'); time.sleep(60)",
        "channel.sendall(struct.pack('>I', 1000))\nwhile True: channel.sendall(b'0'); time.sleep(0.05)",
        "channel.shutdown(socket.SHUT_RD); time.sleep(60)",
    ],
)
def test_a_reply_that_comes_slowly_meets_the_deadline(host: Host, code: str) -> None:
    kind, _ = lost(host, SAY + code, 0.5)
    assert kind in ("timeout", "crashed")


def test_an_answer_written_by_hand_is_no_more_than_a_value(host: Host) -> None:
    code = SAY + (
        "data = b'm\\0\\0\\0\\1s\\0\\0\\0\\5valuei' + struct.pack('>q', 42)\n"
        "channel.sendall(struct.pack('>I', len(data)) + data)"
    )
    assert run(host, code) == 42


def test_descriptors_sent_along_do_not_arrive(host: Host) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    code = SAY + (
        "data = b'm\\0\\0\\0\\1s\\0\\0\\0\\5value0'\n"
        "socket.send_fds(channel, [struct.pack('>I', len(data)) + data], [0, 1, 2] * 20)"
    )
    with check(host) as learner:
        assert learner.losses.attempt(code) is None
        during = len(list(Path("/dev/fd").iterdir()))
    assert during <= before + 2  # the channel and the output file of this check


def test_a_reply_is_never_more_than_a_frame(host: Host) -> None:
    with pytest.raises(LearnerError, match="MB"):
        run(host, f"import numpy as np; result = np.zeros({MAX_FRAME // 8})")
    with pytest.raises(LearnerError):
        run(host, f"import numpy as np; result = [np.zeros({MAX_FRAME // 32})] * 10")
    with pytest.raises(LearnerError, match="a text of"):
        run(host, "result = 'x' * 2**23")
    with pytest.raises(LearnerError, match="a list of"):
        run(host, "result = [0] * 600_000")


# -- values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("result = [object()]", "an object of type object"),
        ("result = {1: lambda: 0}", "an object of type function"),
        ("result = [{1, 2}]", "an object of type set"),
        ("import numpy as np; result = np.array(['a', 'b'])", "an array of texts"),
        ("import numpy as np; result = np.array([b'a'])", "an array of byte strings"),
        ("import numpy as np; result = np.zeros(2, dtype=[('a', 'f8')])", "an array of records (a)"),
        ("import numpy as np; result = np.array(['2020'], dtype='M8[D]')", "an array of dates"),
        ("import numpy as np; result = np.array([1, None], dtype=object)", "an array of Python objects"),
        ("import numpy as np; result = np.ma.array([1.0, 2.0], mask=[0, 1])", "a masked array"),
        ("result = [b'bytes']", "bytes"),
        ("result = 2 ** 70", "an integer of more than 64 bits"),
        ("result = {(1, 2): 3}", "a dict with keys that are neither"),
        ("result = x = []; x.append(x)", "nested more than"),
        ("import numpy as np; result = np.zeros((1,) * 20)", "an array of shape"),
        ("import numpy as np; result = np.broadcast_to(1.0, (2**29, 2**30))", "an array of shape"),
    ],
)
def test_what_is_no_plain_data_is_refused_in_words(host: Host, code: str, text: str) -> None:
    with pytest.raises(LearnerError) as raised:
        run(host, code)
    assert raised.value.trouble.kind == "refused"
    assert text in raised.value.trouble.text


def same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return type(a) is type(b) and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy as np; result = np.float64(2.5)", 2.5),
        ("import numpy as np; result = np.bool_(True)", True),
        ("import numpy as np; result = np.array(2.5)", np.array(2.5)),
        ("import numpy as np; result = np.arange(3, dtype='>i4')", np.arange(3, dtype="i4")),
        ("import numpy as np; result = np.arange(6).reshape(2, 3).T", np.arange(6).reshape(2, 3).T),
        ("import numpy as np; result = np.ma.array([1.0, 2.0])", np.array([1.0, 2.0])),
        ("import numpy as np; result = np.longdouble(0.5)", np.array(0.5)),
        (
            "import numpy as np; result = np.array([np.ones(2), np.ones(3)], dtype=object)",
            [np.ones(2), np.ones(3)],
        ),
        ("from collections import namedtuple; result = namedtuple('P', 'a b')(1, 2)", (1, 2)),
        ("from enum import IntEnum; E = IntEnum('E', 'a b'); result = [E.b]", [2]),
        ("from collections import OrderedDict; result = OrderedDict(a=1)", {"a": 1}),
        ("result = '\\ud800x'", "?x"),
        ("import numpy as np; result = np.zeros((0, 5))", np.zeros((0, 5))),
        (
            "import numpy as np\nclass A(np.ndarray):\n    def __eq__(self, other): return True\n"
            "result = np.ones(2).view(A)",
            np.ones(2),
        ),
        ("class S(str):\n    def __eq__(self, o): return True\n    __hash__ = None\nresult = S('x')", "x"),
        ("class F(float):\n    def __eq__(self, o): return True\nresult = [F(1.5)]", [1.5]),
        ("class L(list):\n    def __iter__(self): return iter([9])\nresult = L([1, 2])", [1, 2]),
        ("class D(dict):\n    def items(self): return [('pass', 1)]\nresult = D(a=1)", {"a": 1}),
    ],
)
def test_values_arrive_as_plain_data(host: Host, code: str, expected: Any) -> None:
    if "longdouble" in code:
        assert float(run(host, code)) == 0.5
    else:
        assert same(run(host, code), expected)


# -- output ---------------------------------------------------------------------------------------------------


def test_output_is_kept_up_to_a_point(host: Host) -> None:
    worker = host.open(20.0)
    try:
        Learner(worker, {}).losses.attempt("print('begins'); print('x' * 10**6)")
    finally:
        worker.close()
    assert worker.text.startswith("begins\n")
    assert len(worker.text) == OUTPUT


def test_the_output_file_can_be_cut_and_stretched(host: Host) -> None:
    for code in ("os.ftruncate(1, 20 * 2**20)", "os.lseek(1, 2**40, 0)", "os.close(1); os.close(2)"):
        worker = host.open(20.0)
        try:
            assert Learner(worker, {}).losses.attempt(f"import os; print('a'); {code}; result = 1") == 1
        finally:
            worker.close()
        assert len(worker.text) <= OUTPUT


def test_streams_may_be_replaced_or_broken(host: Host) -> None:
    for code in ("sys.stdout = None", "sys.stdout.close()", "sys.stdout = object()", "del sys.stdout"):
        assert run(host, f"import sys; {code}; result = 1") == 1


# -- the state of the worker ----------------------------------------------------------------------------------


def test_changing_the_workers_own_modules_changes_nothing_later(host: Host) -> None:
    code = """
import sys
session = sys.modules["gradecheck_worker.session"]
session.plain = session.Session.outgoing = session.Session.handle = None
sys.modules["gradecheck_worker.wire"].encode = lambda *args: b"0"
"""
    with contextlib.suppress(LearnerError):
        run(host, code)
    assert run(host, "result = 5") == 5


def test_two_checks_may_be_open_at_once(any_host: Host) -> None:
    with check(any_host) as one, check(any_host) as two:
        one.losses.attempt("import numpy; numpy.mark = 1; open('a', 'w').close()")
        code = "import os, numpy; result = [hasattr(numpy, 'mark'), os.listdir('.')]"
        assert two.losses.attempt(code) == [False, []]
        assert one.losses.attempt(code) == [True, ["a"]]
    with check(any_host) as one:
        with check(any_host) as two:
            pass
        assert one.losses.attempt("result = 1") == 1


def test_threads_and_subprocesses_work(any_host: Host) -> None:
    code = """
import concurrent.futures
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    result = list(pool.map(abs, range(-5, 0)))
"""
    assert run(any_host, code) == [5, 4, 3, 2, 1]


def test_the_host_counts_cpu(any_host: Host) -> None:
    before = any_host.usage.cpu
    run(any_host, "import time; end = time.process_time() + 0.2\nwhile time.process_time() < end: pass")
    assert any_host.usage.cpu - before > 0.15


# -- errors as data -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        None,
        7,
        [],
        {},
        {"kind": 3, "text": 4, "type": [], "frames": 5, "missing": {}},
        {"kind": "passed", "text": "x" * 10**6, "frames": [["a", 1, "b"]] * 10**4},
        {"kind": "exception", "frames": [["a", True, "b"], ["a", -1, "b"], ["a", 2**62, "b"], [1, 2, 3], "abc"]},
        {"kind": "exception", "type": np.ones(3), "text": np.ones(3)},
    ],
)
def test_any_error_reply_becomes_trouble(error: Any) -> None:
    trouble = as_trouble(error)
    assert trouble.kind in ("exception", "refused", "not_started")
    assert len(trouble.text) <= 4200
    assert len(trouble.traceback) < 10_000
    assert trouble.line is None or 0 < trouble.line < 10**6


def test_a_killed_zygote_is_replaced() -> None:
    files = {"losses.py": SOURCES["losses.py"].encode()}
    host = Host(Snapshot(Path("exercises"), files, {}), sandbox.choose("auto"), 3)
    try:
        assert run(host, "result = 1") == 1
        zygote = host.zygote
        zygote.process.kill()
        zygote.process.wait()
        zygote.control.settimeout(20)
        with contextlib.suppress(ConnectionResetError):
            while zygote.control.recv(65536):  # what runs inside the sandbox ends a moment later
                pass
        assert run(host, "result = 2") == 2
        with check(host) as learner:
            learner.load("losses")
            host.zygote.process.kill()
            with pytest.raises(WorkerLost):
                learner.losses.attempt("import time; time.sleep(20)")
        assert run(host, "result = 3") == 3
    finally:
        host.close()
    assert not host.run.root.exists()


def test_a_process_and_its_children_are_seen_from_outside() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "kept = b'x' * 2**26; print(1, flush=True); input()"], stdin=-1, stdout=-1
    )
    try:
        assert child.stdout is not None
        child.stdout.readline()
        alone = watch.below(child.pid)
        assert alone.processes == 1
        assert alone.memory > 2**26
        assert watch.below(child.pid, shared=alone.largest).memory < 2**20
        assert watch.below(os.getpid()).processes >= 2
        if Path("/bin/ps").exists():
            assert max(watch._by_ps(child.pid)) > 2**26
            assert len(watch._by_ps(os.getpid())) >= 2
    finally:
        child.communicate(b"")
    assert watch.below(child.pid).processes == 0


def test_installed_packages_stay_as_they_are() -> None:
    places = list(packages.entries().values())
    before = [place.stat().st_mode for place in places]
    run_folder = environment.prepare(Snapshot(Path("exercises"), {}, {}))
    run_folder.remove()
    assert [place.stat().st_mode for place in places] == before
    assert not run_folder.root.exists()


def test_sources_are_compiled_once_and_a_changed_one_is_read_anew(host: Host) -> None:
    code = """
import importlib, sys
import losses
from gradecheck_worker import importing
compiled = str(losses.__file__) in importing.COMPILED
open(losses.__file__, "w").write("attempt = 'written anew'")
for name in ("losses", "exercises.losses"):
    sys.modules.pop(name, None)
result = [compiled, importlib.import_module("losses").attempt]
"""
    run(host, "result = 1")
    compiled, attempt = run(host, code)
    assert attempt == "written anew"
    assert compiled == host.zygote.isolated
    assert run(host, "import losses; result = callable(losses.attempt)") is True


def test_a_source_that_takes_long_to_compile_holds_nothing_up() -> None:
    slow = b"x = " + b"-" * 90 + b"1\n" + b"y = [" + b"(1, 2), " * 60_000 + b"]\n"
    files = {"trace.py": slow, "losses.py": SOURCES["losses.py"].encode(), "practice.py": b"def split(X, y\n"}
    host = Host(Snapshot(Path("exercises"), files, {}), sandbox.choose("auto"), 3)
    try:
        for _ in range(3):
            assert run(host, "result = 1") == 1
        with check(host) as learner, pytest.raises(ImportFailed, match="SyntaxError"):
            learner.practice.split([], [], 1)
    finally:
        host.close()


def test_what_was_made_before_is_not_made_again(host: Host) -> None:
    """Where the first of several requests makes nothing, the others have no object of earlier ones to work on."""
    with check(host) as learner:
        made = "class Net:\n    weights, biases = [], []\n    def name(self): return 'mine'\nresult = Net()"
        learner.several(calling("losses", "attempt", made), calling(MADE, "name"))
        with pytest.raises(LearnerError):
            learner.several(calling("losses", "attempt", "result = 1"), calling(MADE, "name"))


def test_several_requests_stop_at_the_first_error(host: Host) -> None:
    with check(host) as learner:
        learner.load("losses")
        good = calling("losses", "attempt", "result = [1]")
        bad = calling("losses", "attempt", "raise ValueError('second')")
        mark = calling("losses", "attempt", "import numpy; numpy.third = 1")
        assert learner.several(good, good) == [[1], [1]]
        with pytest.raises(LearnerError, match="second"):
            learner.several(good, bad, mark)
        assert learner.losses.attempt("import numpy; result = hasattr(numpy, 'third')") is False


def test_a_request_can_be_about_what_the_last_one_made(host: Host) -> None:
    with check(host) as learner:
        learner.load("losses")
        made = "class Net:\n    weights, biases = [], []\n    def name(self): return 'mine'\nresult = Net()"
        net, name = learner.several(calling("losses", "attempt", made), calling(MADE, "name"))
        assert isinstance(net, Remote)
        assert name == "mine"


def test_matplotlib_is_taken_in_when_a_check_first_plots() -> None:
    files = {"losses.py": SOURCES["losses.py"].encode()}
    host = Host(Snapshot(Path("exercises"), files, {}), sandbox.choose("auto"), 3)
    there = "import sys; result = 'matplotlib.pyplot' in sys.modules"
    try:
        assert run(host, there) is False
        worker = host.open(20.0, plotting=True)
        assert Learner(worker, {}).losses.attempt(there) is True
        worker.close()
        assert run(host, "result = 1") == 1
    finally:
        host.close()


def test_preloading_matplotlib() -> None:
    pytest.importorskip("matplotlib")
    source = b"""
def plot_loss_curve(losses, test_losses=None):
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots()
    axes.plot(losses, label="training")
    axes.set_xlabel("epoch")
    axes.legend()
    figure.savefig("loss.png")
    return figure
"""
    host = Host(Snapshot(Path("exercises"), {"practice.py": source}, {}), sandbox.choose("auto"), 3)
    worker = host.open(60.0, plotting=True)
    try:
        figure = Learner(worker, {}).practice.plot_loss_curve([3.0, 2.0, 1.0])
    finally:
        worker.close()
        host.close()
    axes = figure["axes"][0]
    assert axes["xlabel"] == "epoch"
    assert axes["legend"] == ["training"]
    assert axes["lines"][0]["y"].tolist() == [3.0, 2.0, 1.0]
