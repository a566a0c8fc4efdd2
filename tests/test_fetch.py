"""Downloads, against mirrors on the loopback interface that behave well, badly or not at all."""

from __future__ import annotations

import gzip
import hashlib
import os
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from graders import paths
from graders.cli.data import data
from graders.datasets import fetch as fetching
from graders.datasets import mnist
from graders.datasets.errors import DataError
from graders.datasets.fetch import RemoteFile, fetch
from graders.datasets.npz import read_npz, write_npz
from test_idx import REAL_MNIST, idx_bytes

RANDOM = np.random.default_rng(0)
#: Large enough for several chunks.
CONTENT = RANDOM.bytes(300_000)
FILE = RemoteFile("digits.bin", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
WRONG = RANDOM.bytes(300_000)


class Mirror:
    """A web server of `files`; `answer` handles one GET and may be exchanged between requests."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.answer: Callable[[Mirror, Request], None] = whole
        self.asked: list[tuple[str, str | None]] = []
        self.released = threading.Event()  # what a slow answer waits for
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.asked.append((self.path, self.headers.get("Range")))
                name = self.path.rsplit("/", 1)[-1]
                if name in mirror.files:
                    mirror.answer(mirror, self)
                else:
                    self.send_error(404, "<b>\x1b[31mno such\r file")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}/mnist/"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def content(self, request: Request) -> bytes:
        return self.files[request.path.rsplit("/", 1)[-1]]

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


Request = BaseHTTPRequestHandler


def _head(request: Request, status: int, length: int | None, **headers: str) -> None:
    request.send_response(status)
    if length is not None:
        request.send_header("Content-Length", str(length))
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()


def whole(mirror: Mirror, request: Request) -> None:
    """Without Range support: always everything."""
    content = mirror.content(request)
    _head(request, 200, len(content))
    request.wfile.write(content)


def ranges(mirror: Mirror, request: Request) -> None:
    content = mirror.content(request)
    wanted = request.headers.get("Range")
    if wanted is None:
        return whole(mirror, request)
    start = int(wanted.removeprefix("bytes=").removesuffix("-"))
    if start >= len(content):
        return _head(request, 416, 0, Content_Range=f"bytes */{len(content)}")
    span = f"bytes {start}-{len(content) - 1}/{len(content)}"
    _head(request, 206, len(content) - start, Content_Range=span)
    request.wfile.write(content[start:])
    return None


def pieces(mirror: Mirror, request: Request) -> None:
    """Range support, but each answer breaks off after 100,000 bytes."""
    content = mirror.content(request)
    start = int((request.headers.get("Range") or "bytes=0-")[6:-1])
    span = f"bytes {start}-{len(content) - 1}/{len(content)}"
    _head(request, 206 if start else 200, len(content) - start, Content_Range=span)
    request.wfile.write(content[start : start + 100_000])


def half(mirror: Mirror, request: Request) -> None:
    content = mirror.content(request)
    _head(request, 200, len(content))
    request.wfile.write(content[: len(content) // 2])


def half_of_unknown_length(mirror: Mirror, request: Request) -> None:
    content = mirror.content(request)
    _head(request, 200, None)
    request.wfile.write(content[: len(content) // 2])


def endless(mirror: Mirror, request: Request) -> None:
    _head(request, 200, None)
    try:
        while not mirror.released.is_set():
            request.wfile.write(bytes(2**16))
    except OSError:
        mirror.files["cut off"] = b""


def too_long(mirror: Mirror, request: Request) -> None:
    content = mirror.content(request)
    _head(request, 200, len(content) + 1)
    request.wfile.write(content + b"+")


def page(mirror: Mirror, request: Request) -> None:
    """What a network with a login page answers to everything."""
    _head(request, 200, 20, Content_Type="text/html")
    request.wfile.write(b"<html>Log in</html>\n")


def silent(mirror: Mirror, request: Request) -> None:
    mirror.released.wait(30)


def half_then_silent(mirror: Mirror, request: Request) -> None:
    half(mirror, request)
    request.wfile.flush()
    mirror.released.wait(30)


def trickle(mirror: Mirror, request: Request) -> None:
    content = mirror.content(request)
    _head(request, 200, len(content))
    try:
        for i in range(len(content)):
            request.wfile.write(content[i : i + 1])
            if mirror.released.wait(0.05):
                return
    except OSError:
        pass


def other_range(mirror: Mirror, request: Request) -> None:
    """Answers a range with one that nobody asked for, which `Content-Range` gives away."""
    content = mirror.content(request)
    if not request.headers.get("Range"):
        return whole(mirror, request)
    _head(request, 206, len(content), Content_Range=f"bytes 0-{len(content) - 1}/{len(content)}")
    request.wfile.write(content)
    return None


def no_http(mirror: Mirror, request: Request) -> None:
    request.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")


def failing(mirror: Mirror, request: Request) -> None:
    request.send_error(503)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def serve() -> Iterator[Callable[..., Mirror]]:
    mirrors: list[Mirror] = []

    def start(answer: Callable[[Mirror, Request], None] = whole, files: dict[str, bytes] | None = None) -> Mirror:
        mirrors.append(Mirror({FILE.name: CONTENT} if files is None else dict(files)))
        mirrors[-1].answer = answer
        return mirrors[-1]

    yield start
    for mirror in mirrors:
        mirror.close()


Serve = Callable[..., Mirror]


def no_server() -> str:
    """An address at which nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


def part_of(folder: Path) -> Path:
    return folder / f"{FILE.name}.part"


# One file


@pytest.mark.parametrize("answer", [whole, ranges])
def test_a_file_arrives_whole(serve: Serve, tmp_path: Path, answer: object) -> None:
    mirror = serve(answer)
    seen: list[int] = []
    path = fetch(FILE, tmp_path, [mirror.url], progress=lambda file, done: seen.append(done))
    assert path == part_of(tmp_path)
    assert path.read_bytes() == CONTENT
    assert mirror.asked == [("/mnist/digits.bin", None)]
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, len(CONTENT))


def test_what_is_there_already_is_not_asked_for(serve: Serve, tmp_path: Path) -> None:
    mirror = serve()
    part_of(tmp_path).write_bytes(CONTENT)
    assert fetch(FILE, tmp_path, [mirror.url]).read_bytes() == CONTENT
    assert mirror.asked == []


def test_a_broken_off_download_is_resumed(serve: Serve, tmp_path: Path) -> None:
    mirror = serve(ranges)
    part_of(tmp_path).write_bytes(CONTENT[:120_000])
    seen: list[int] = []
    path = fetch(FILE, tmp_path, [mirror.url], progress=lambda file, done: seen.append(done))
    assert path.read_bytes() == CONTENT
    assert mirror.asked == [("/mnist/digits.bin", "bytes=120000-")]
    assert seen[0] == 120_000


def test_a_mirror_without_ranges_starts_again(serve: Serve, tmp_path: Path) -> None:
    mirror = serve(whole)
    part_of(tmp_path).write_bytes(CONTENT[:120_000])
    assert fetch(FILE, tmp_path, [mirror.url]).read_bytes() == CONTENT
    assert len(mirror.asked) == 1


def test_a_range_that_nobody_asked_for_is_not_appended(serve: Serve, tmp_path: Path) -> None:
    mirror = serve(other_range)
    part_of(tmp_path).write_bytes(CONTENT[:120_000])
    assert fetch(FILE, tmp_path, [mirror.url]).read_bytes() == CONTENT
    assert [wanted for _, wanted in mirror.asked] == ["bytes=120000-", None]


@pytest.mark.parametrize("size", [120_000, len(CONTENT), len(CONTENT) + 5])
def test_a_spoilt_part_is_thrown_away(serve: Serve, tmp_path: Path, size: int) -> None:
    mirror = serve(ranges)
    part_of(tmp_path).write_bytes((WRONG + WRONG)[:size])
    assert fetch(FILE, tmp_path, [mirror.url]).read_bytes() == CONTENT
    # Of a part that is whole and wrong, there is no rest to ask for.
    resumed = [f"bytes={size}-"] if size < len(CONTENT) else []
    assert [wanted for _, wanted in mirror.asked] == [*resumed, None]


def test_a_range_beyond_the_mirrors_end_starts_again(serve: Serve, tmp_path: Path) -> None:
    short = serve(ranges, {FILE.name: CONTENT[:1000]})
    part_of(tmp_path).write_bytes(CONTENT[:2000])
    with pytest.raises(DataError, match="announces 1,000 bytes where 300,000 are missing"):
        fetch(FILE, tmp_path, [short.url])
    assert [wanted for _, wanted in short.asked] == ["bytes=2000-", None]
    assert part_of(tmp_path).read_bytes() == CONTENT[:2000]


def test_a_mirror_that_breaks_off_is_asked_for_the_rest(serve: Serve, tmp_path: Path) -> None:
    mirror = serve(pieces)
    assert fetch(FILE, tmp_path, [mirror.url]).read_bytes() == CONTENT
    assert [wanted for _, wanted in mirror.asked] == [None, "bytes=100000-", "bytes=200000-"]


def test_the_next_mirror_goes_on_where_the_first_stopped(serve: Serve, tmp_path: Path) -> None:
    first, second = serve(half_then_silent), serve(ranges)
    path = fetch(FILE, tmp_path, [first.url, second.url], timeout=0.2)
    assert path.read_bytes() == CONTENT
    assert second.asked[0][1] == "bytes=150000-"


BAD_ANSWERS = {
    half: "broke off after 150,000 of 300,000 bytes",
    half_of_unknown_length: "broke off after 150,000 of 300,000 bytes",
    endless: "sends more than the 300,000 bytes",
    too_long: "announces 300,001 bytes where 300,000 are missing",
    page: "announces 20 bytes",
    silent: "no answer within 0.2 s",
    half_then_silent: "broke off after 150,000 of 300,000 bytes, no answer within 0.2 s",
    trickle: "too slow",
    no_http: "no answer in HTTP",
    failing: "HTTP 503 Service Unavailable",
}


@pytest.mark.parametrize("answer", BAD_ANSWERS, ids=lambda answer: answer.__name__)
def test_a_bad_mirror_gives_one_line_and_the_next_one_serves(
    serve: Serve, tmp_path: Path, answer: Callable[[Mirror, Request], None]
) -> None:
    bad, good = serve(answer), serve(ranges)
    with pytest.raises(DataError) as caught:
        fetch(FILE, tmp_path, [bad.url], timeout=0.2)
    message = str(caught.value)
    assert message.startswith(f"digits.bin could not be fetched ({bad.host}: ")
    assert BAD_ANSWERS[answer] in message
    assert "\n" not in message
    # Asked again only where the first time brought something, and for the rest.
    assert len(bad.asked) == (2 if "broke off" in message else 1)
    part = part_of(tmp_path)
    assert not part.exists() or CONTENT.startswith(part.read_bytes())
    assert fetch(FILE, tmp_path, [bad.url, good.url], timeout=0.2).read_bytes() == CONTENT


def test_an_endless_answer_is_cut_off(serve: Serve, tmp_path: Path) -> None:
    mirror = serve(endless)
    with pytest.raises(DataError, match="sends more than"):
        fetch(FILE, tmp_path, [mirror.url])
    assert not part_of(tmp_path).exists()
    mirror.released.wait(0.2)
    assert "cut off" in mirror.files


def test_wrong_content_is_not_kept(serve: Serve, tmp_path: Path) -> None:
    bad, good = serve(ranges, {FILE.name: WRONG}), serve(ranges)
    with pytest.raises(DataError, match="wrong SHA-256"):
        fetch(FILE, tmp_path, [bad.url])
    assert len(bad.asked) == 1
    assert list(tmp_path.iterdir()) == []
    assert fetch(FILE, tmp_path, [bad.url, good.url]).read_bytes() == CONTENT


def test_the_servers_own_words_are_not_repeated(serve: Serve, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"HTTP 404 Not Found\)") as caught:
        fetch(FILE, tmp_path, [serve(files={}).url])
    assert "no such" not in str(caught.value)


def test_every_mirror_is_named_when_none_serves(serve: Serve, tmp_path: Path) -> None:
    nobody = no_server()
    with pytest.raises(DataError) as caught:
        fetch(FILE, tmp_path, [serve(failing).url, nobody])
    assert "HTTP 503" in str(caught.value)
    assert f"; {nobody[7:-1]}: Connection refused)" in str(caught.value)


@pytest.mark.parametrize("url", ["http://a b/", "http://127.0.0.1:99999/", f"http://{'a' * 99}/"])
def test_an_impossible_address_is_an_error_like_any_other(tmp_path: Path, url: str) -> None:
    with pytest.raises(DataError, match="could not be fetched"):
        fetch(FILE, tmp_path, [url], timeout=1)


def test_a_proxy_is_respected(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve()
    monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
    assert fetch(FILE, tmp_path, ["http://mirror.invalid/mnist"]).read_bytes() == CONTENT
    assert proxy.asked == [("http://mirror.invalid/mnist/digits.bin", None)]


def test_a_full_disk_is_said_at_once(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = serve(), serve()
    monkeypatch.setattr(fetching, "FileIO", NearlyFull)
    with pytest.raises(DataError, match=r"\.part cannot be written: No space left on device"):
        fetch(FILE, tmp_path, [first.url, second.url])
    assert second.asked == []
    assert CONTENT.startswith(part_of(tmp_path).read_bytes())


class NearlyFull(fetching.FileIO):
    """A file on a disk with room for 100,000 bytes, of which it takes 1,000 at a time."""

    def write(self, content: object, /) -> int:
        if self.seek(0, 2) >= 100_000:
            raise OSError(28, "No space left on device")
        return super().write(memoryview(content)[:1000])  # type: ignore[call-overload]


def test_a_part_that_cannot_be_opened(serve: Serve, tmp_path: Path) -> None:
    part_of(tmp_path).mkdir()
    with pytest.raises(DataError, match=r"\.part cannot be written: Is a directory"):
        fetch(FILE, tmp_path, [serve().url])


@pytest.mark.skipif(sys.platform == "win32", reason="files are not locked there")
def test_two_downloads_do_not_write_one_file(serve: Serve, tmp_path: Path) -> None:
    mirror = serve(silent)

    def wait_for_nothing() -> None:
        with pytest.raises(DataError):
            fetch(FILE, tmp_path, [mirror.url], timeout=10)

    first = threading.Thread(target=wait_for_nothing)
    first.start()
    while not mirror.asked:
        first.join(0.01)
    with pytest.raises(DataError, match="another download is writing"):
        fetch(FILE, tmp_path, [mirror.url])
    mirror.released.set()
    first.join()


# gradecheck data


def _idx_gz(*shape: int) -> bytes:
    values = np.random.default_rng(sum(shape)).integers(0, 10, shape)
    return gzip.compress(idx_bytes(values), mtime=0)


SMALL = {
    "train-images-idx3-ubyte.gz": _idx_gz(12, 28, 28),
    "train-labels-idx1-ubyte.gz": _idx_gz(12),
    "t10k-images-idx3-ubyte.gz": _idx_gz(5, 28, 28),
    "t10k-labels-idx1-ubyte.gz": _idx_gz(5),
}


def subset(files: dict[str, bytes], prefix: str, n_items: int) -> mnist.Subset:
    images, labels = (
        RemoteFile(name, hashlib.sha256(content).hexdigest(), len(content))
        for name, content in files.items()
        if name.startswith(prefix)
    )
    return mnist.Subset(images, labels, n_items)


@pytest.fixture
def small_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    """A MNIST of 12 + 5 digits, with its own checksums."""
    subsets = (subset(SMALL, "train", 12), subset(SMALL, "t10k", 5))
    monkeypatch.setattr(mnist, "SUBSETS", subsets)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(data, [str(argument) for argument in arguments])


def test_the_published_table() -> None:
    files = [file for subset in mnist.SUBSETS for file in subset[:2]]
    assert [file.name for file in files] == list(SMALL)
    assert all(len(bytes.fromhex(file.sha256)) == 32 for file in files)
    assert sum(subset.n_items for subset in mnist.SUBSETS) == 70_000


@pytest.mark.skipif(not REAL_MNIST.is_dir(), reason="the real MNIST files are not at hand")
@pytest.mark.parametrize("answer", [whole, pieces, half_then_silent])
def test_the_real_files_pass_their_checksums(
    serve: Serve, tmp_path: Path, answer: Callable[[Mirror, Request], None]
) -> None:
    test_set = mnist.SUBSETS[1]
    real = {file.name: (REAL_MNIST / file.name).read_bytes() for file in test_set[:2]}
    first, second = serve(answer, real), serve(ranges, real)
    for file in test_set[:2]:
        path = fetch(file, tmp_path, [first.url, second.url], timeout=0.5)
        assert path.read_bytes() == real[file.name]


def test_data_fetches_and_writes_train_then_test(serve: Serve, small_mnist: None, tmp_path: Path) -> None:
    mirror = serve(ranges, SMALL)
    dest = tmp_path / "new"
    result = run("--mirror", mirror.url, "--dest", dest)
    assert result.exit_code == 0, result.output
    assert f"{dest / 'mnist_data.npz'}: 17 images" in result.stdout
    images, labels = read_npz(dest / "mnist_data.npz")
    assert (images.shape, images.dtype, labels.dtype) == ((17, 28, 28), np.uint8, np.uint8)
    assert gzip.decompress(SMALL["train-labels-idx1-ubyte.gz"])[8:] == labels[:12].tobytes()
    assert gzip.decompress(SMALL["t10k-images-idx3-ubyte.gz"])[16:] == images[12:].tobytes()
    assert [path.name for path in dest.iterdir()] == ["mnist_data.npz"]

    before, asked = (dest / "mnist_data.npz").read_bytes(), len(mirror.asked)
    again = run("--mirror", mirror.url, "--dest", dest)
    assert "is there and complete" in again.stdout
    assert len(mirror.asked) == asked

    forced = run("--mirror", mirror.url, "--dest", dest, "--force")
    assert forced.exit_code == 0
    assert len(mirror.asked) == 2 * asked
    assert (dest / "mnist_data.npz").read_bytes() == before


def test_data_uses_the_known_mirrors_in_turn(
    serve: Serve, small_mnist: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    down, up = serve(failing, SMALL), serve(ranges, SMALL)
    monkeypatch.setattr(mnist, "MIRRORS", (down.url, up.url))
    assert run("--dest", tmp_path).exit_code == 0
    assert len(up.asked) == 4
    other = serve(ranges, SMALL)
    assert run("--dest", tmp_path, "--force", "--mirror", other.url).exit_code == 0
    assert (len(other.asked), len(up.asked)) == (4, 4)


def test_data_resumes_after_a_failure(serve: Serve, small_mnist: None, tmp_path: Path) -> None:
    name = "t10k-images-idx3-ubyte.gz"
    mirror = serve(ranges, {**SMALL, name: SMALL[name][:0]})
    assert run("--mirror", mirror.url, "--dest", tmp_path).exit_code == 1
    parts = sorted(path.name for path in tmp_path.iterdir())
    assert parts == ["train-images-idx3-ubyte.gz.part", "train-labels-idx1-ubyte.gz.part"]
    (tmp_path / f"{name}.part").write_bytes(SMALL[name][:700])
    mirror.files = dict(SMALL)
    mirror.asked.clear()
    assert run("--mirror", mirror.url, "--dest", tmp_path).exit_code == 0
    assert mirror.asked == [
        (f"/mnist/{name}", "bytes=700-"),
        ("/mnist/t10k-labels-idx1-ubyte.gz", None),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["mnist_data.npz"]


@pytest.mark.parametrize("answer", [*BAD_ANSWERS, None], ids=lambda a: getattr(a, "__name__", a))
@pytest.mark.parametrize("there", [0, 2])
def test_data_fails_in_one_line_and_leaves_what_was_there(
    serve: Serve, small_mnist: None, tmp_path: Path, answer: object, there: int
) -> None:
    target = tmp_path / "mnist_data.npz"
    if there:
        some = np.zeros((there, 28, 28), np.uint8)
        write_npz(target, some, np.zeros(there, np.uint8))
    before = target.read_bytes() if there else None
    url = serve(answer, SMALL).url if answer else no_server()
    result = run("--mirror", url, "--dest", tmp_path, "--timeout", "0.15")
    assert result.exit_code == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: train-images-idx3-ubyte.gz could not be fetched (127.0.0.1:")
    kept = f"mnist_data.npz is as it was ({there} images)"
    assert line.endswith(kept if there else "the bundled digits go on serving")
    assert (target.read_bytes() if there else None) == before


def test_data_refuses_wrong_content(serve: Serve, small_mnist: None, tmp_path: Path) -> None:
    name = "t10k-labels-idx1-ubyte.gz"
    other = bytearray(SMALL[name])
    other[-5] ^= 1
    result = run("--mirror", serve(ranges, {**SMALL, name: bytes(other)}).url, "--dest", tmp_path)
    assert result.exit_code == 1
    assert f"{name} could not be fetched" in result.stderr
    assert "wrong SHA-256" in result.stderr
    assert not (tmp_path / "mnist_data.npz").exists()


def test_data_with_the_right_checksum_but_no_idx_inside(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {**SMALL, "t10k-labels-idx1-ubyte.gz": gzip.compress(b"not IDX")}
    subsets = (subset(files, "train", 12), subset(files, "t10k", 5))
    monkeypatch.setattr(mnist, "SUBSETS", subsets)
    result = run("--mirror", serve(ranges, files).url, "--dest", tmp_path)
    assert result.exit_code == 1
    assert "t10k-labels-idx1-ubyte.gz.part is no IDX file" in result.stderr
    assert not (tmp_path / "mnist_data.npz").exists()


def test_data_shows_plain_lines_without_a_terminal(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Stored, not compressed: large enough for its quarters to be told.
    large = gzip.compress(idx_bytes(np.zeros((2000, 28, 28))), compresslevel=0, mtime=0)
    files = {
        "train-images-idx3-ubyte.gz": large,
        "train-labels-idx1-ubyte.gz": gzip.compress(idx_bytes(np.zeros(2000)), mtime=0),
    }
    monkeypatch.setattr(mnist, "SUBSETS", (subset(files, "train", 2000),))
    result = run("--mirror", serve(ranges, files).url, "--dest", tmp_path)
    assert result.exit_code == 0
    lines = result.stderr.splitlines()
    assert len([line for line in lines if "images" in line]) == 4
    assert lines[0].startswith("train-images-idx3-ubyte.gz: 0.")
    assert lines[0].endswith(" s left")
    assert lines[3] == "train-images-idx3-ubyte.gz: 1.6 of 1.6 MB"
    assert "\x1b" not in result.output
    assert "\r" not in result.output


SCRIPT = """
    import sys
    sys.path.insert(0, {tests!r})
    import test_fetch
    from graders.datasets import mnist
    mnist.SUBSETS = tuple(test_fetch.subset(test_fetch.SMALL, *what)
                          for what in (("train", 12), ("t10k", 5)))
    from graders.cli.data import data
    data()
"""


def _command(*arguments: str | Path) -> list[str]:
    script = textwrap.dedent(SCRIPT).format(tests=str(Path(__file__).parent))
    return [sys.executable, "-c", script, *map(str, arguments)]


def test_data_as_a_process(serve: Serve, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(paths.HOME)}
    good = _command("--mirror", serve(ranges, SMALL).url, "--dest", tmp_path)
    done = subprocess.run(good, capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "17 images" in done.stdout

    bad = _command("--mirror", no_server(), "--dest", tmp_path / "other")
    done = subprocess.run(bad, capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Connection refused" in done.stderr
    assert done.stderr.strip().endswith("the bundled digits go on serving")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_data_draws_a_bar_in_a_terminal(serve: Serve, tmp_path: Path) -> None:
    import pty

    judge, terminal = pty.openpty()
    command = _command("--mirror", serve(ranges, SMALL).url, "--dest", tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(paths.HOME), "TERM": "xterm"}
    with subprocess.Popen(command, stderr=terminal, stdout=subprocess.PIPE, env=environment) as run:
        os.close(terminal)
        seen = b""
        try:
            while piece := os.read(judge, 4096):
                seen += piece
        except OSError:
            pass  # how a terminal says that its other end was closed
        os.close(judge)
    assert run.returncode == 0
    assert seen.count(b"100%") == 4
    assert b"train-images-idx3-ubyte.gz" in seen
