"""Fetch a published file: from the first mirror that has it, resumed, bounded, and checked.

What has arrived lies in `<name>.part` and stays there after a failure, so that the next attempt,
with the same mirror or another, goes on from it. Nothing else is written.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from io import FileIO
from pathlib import Path
from urllib.parse import urlsplit

from graders import __version__
from graders.datasets.errors import DataError, cause

if sys.platform != "win32":
    import fcntl

#: How often one mirror is asked for one file, as long as each time brings something.
ATTEMPTS = 4
#: Slower than this over a whole timeout counts as stalled: a trickle must not hold us for hours.
SLOWEST_BYTES_PER_SECOND = 100

_CHUNK = 2**16


@dataclass(frozen=True)
class RemoteFile:
    """A file as published: its name on every mirror, its SHA-256 in hex, its size in bytes."""

    name: str
    sha256: str
    size: int


#: Told the file and how many of its bytes are there; the count falls where a download restarts.
Progress = Callable[[RemoteFile, int], None]


class _MirrorError(Exception):
    """This mirror failed; `again` says whether asking it once more may help."""

    def __init__(self, message: str, *, again: bool = False) -> None:
        super().__init__(message)
        self.again = again


class _BrokeOffError(Exception):
    """An answer ended before the file did."""


def fetch(
    file: RemoteFile,
    folder: Path,
    mirrors: Sequence[str],
    *,
    timeout: float = 30.0,
    progress: Progress = lambda file, done: None,
) -> Path:
    """The path of `<name>.part` in `folder`, complete and with the right checksum.

    `mirrors` are http(s) addresses of folders, tried in order; `timeout` is in seconds, for each
    answer and for each stretch of silence. `http_proxy`, `https_proxy` and `no_proxy` are honoured.

    Raises DataError where no mirror gives the file, or the folder cannot be written.
    """
    part = folder / f"{file.name}.part"
    failures: list[str] = []
    with _claimed(part) as stream:
        if _size(stream) == file.size and _sha256(stream) == file.sha256:
            progress(file, file.size)
            return part
        for mirror in mirrors:
            url = mirror.rstrip("/") + "/" + file.name
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    _transfer(url, file, stream, timeout, progress)
                    return part
                except _MirrorError as error:
                    if not error.again or attempt == ATTEMPTS:
                        failures.append(f"{urlsplit(url).netloc}: {error}")
                        break
    raise DataError(
        f"{file.name} could not be fetched ({'; '.join(failures) or 'no mirror named'}): check the "
        "connection and the proxy settings, or name another source (`gradecheck data --help`)"
    )


@contextlib.contextmanager
def _claimed(part: Path) -> Iterator[FileIO]:
    """The part file, open for this process alone; an empty one is not left behind."""
    try:
        # Unbuffered: after a full disk, closing must not try to write once more.
        stream = FileIO(part, "a+")
    except OSError as error:
        raise DataError(f"{part} cannot be written: {cause(error)}") from error
    with stream:
        if sys.platform != "win32":
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise DataError(f"another download is writing {part}; wait for it") from error
            except OSError:
                pass  # a file system without locks
        try:
            yield stream
        finally:
            if _size(stream) == 0:
                with contextlib.suppress(OSError):
                    part.unlink()


def _transfer(url: str, file: RemoteFile, stream: FileIO, timeout: float, progress: Progress) -> None:
    """Bring `stream` to the whole file; raises _MirrorError where that does not succeed."""
    here = _size(stream)
    if here >= file.size:
        here = 0  # whole, and wrong
    try:
        response, start = _ask(url, here, timeout)
    except urllib.error.HTTPError as error:
        error.close()
        raise _MirrorError(_status(error.code)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _MirrorError(_reason(error, timeout)) from error
    with response:
        announced = response.headers.get("Content-Length", "")
        # An error page sent as an answer of 200 is recognised here, before it costs the part.
        if announced.isdecimal() and int(announced) != file.size - start:
            raise _MirrorError(f"announces {int(announced):,} bytes where {file.size - start:,} are missing")
        _truncate(stream, start)
        progress(file, start)
        try:
            _copy(response, start, file, stream, timeout, progress)
        except _BrokeOffError as error:
            # Worth asking again only where this answer went further than the one before.
            raise _MirrorError(str(error), again=_size(stream) > here) from error
    if _sha256(stream) != file.sha256:
        _truncate(stream, 0)
        # A resumed file may have been spoilt by its first half: then the same mirror may be right.
        raise _MirrorError("wrong SHA-256, the content is not the file published", again=start > 0)


def _ask(url: str, start: int, timeout: float) -> tuple[http.client.HTTPResponse, int]:
    """The mirror's answer, and from which byte of the file it goes on: `start` or 0."""
    if start:
        try:
            response = _open(url, {"Range": f"bytes={start}-"}, timeout)
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise
            error.close()
        else:
            if response.status == HTTPStatus.OK:
                return response, 0
            content_range = response.headers.get("Content-Range", "")
            if re.match(rf"bytes {start}-\d", content_range):
                return response, start
            response.close()
    response = _open(url, {}, timeout)
    if response.status != HTTPStatus.OK:
        response.close()
        raise _MirrorError(_status(response.status))
    return response, 0


def _open(url: str, headers: dict[str, str], timeout: float) -> http.client.HTTPResponse:
    agent = {"User-Agent": f"gradecheck/{__version__}", "Accept-Encoding": "identity"}
    request = urllib.request.Request(url, headers=agent | headers)
    # A new opener each time reads the proxy variables as they are now.
    response: http.client.HTTPResponse = urllib.request.build_opener().open(request, timeout=timeout)
    return response


def _copy(
    response: http.client.HTTPResponse,
    start: int,
    file: RemoteFile,
    stream: FileIO,
    timeout: float,
    progress: Progress,
) -> None:
    done = start
    window_began, window_done = time.monotonic(), done
    while True:
        try:
            chunk = response.read1(_CHUNK)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _BrokeOffError(
                f"broke off after {done:,} of {file.size:,} bytes, {_reason(error, timeout)}"
            ) from error
        if not chunk:
            break
        if done + len(chunk) > file.size:
            _truncate(stream, 0)
            raise _MirrorError(f"sends more than the {file.size:,} bytes of the file")
        _write(stream, chunk)
        done += len(chunk)
        progress(file, done)
        elapsed = time.monotonic() - window_began
        if elapsed > timeout:
            if done - window_done < elapsed * SLOWEST_BYTES_PER_SECOND and done < file.size:
                raise _MirrorError(f"too slow, {done - window_done:,} bytes in {elapsed:.0f} s")
            window_began, window_done = time.monotonic(), done
    if done < file.size:
        raise _BrokeOffError(f"broke off after {done:,} of {file.size:,} bytes")


def _size(stream: FileIO) -> int:
    return stream.seek(0, 2)


def _sha256(stream: FileIO) -> str:
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()


def _truncate(stream: FileIO, size: int) -> None:
    try:
        stream.truncate(size)
    except OSError as error:
        raise DataError(f"{stream.name} cannot be written: {cause(error)}") from error


def _write(stream: FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    try:
        while rest:  # a disk that is nearly full takes only a piece
            rest = rest[stream.write(rest) :]
    except OSError as error:
        raise DataError(f"{stream.name} cannot be written: {cause(error)}") from error


def _status(code: int) -> str:
    """An HTTP status in our own words: the server's may be anything."""
    try:
        return f"HTTP {code} {HTTPStatus(code).phrase}"
    except ValueError:
        return f"HTTP {code}"


def _reason(error: BaseException, timeout: float) -> str:
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(inner, TimeoutError):
        return f"no answer within {timeout:g} s"
    if isinstance(inner, (http.client.BadStatusLine, http.client.UnknownProtocol)):
        return "no answer in HTTP"  # the exception would quote the server
    return cause(inner) if isinstance(inner, BaseException) else cause(error)
