"""Unpacking a submission that comes as .zip or .tar(.gz, .bz2, .xz): only what counts, and nothing by surprise.

Of an archive only `exercises/` (at the top, or one folder down) and the few files that name the commit are taken;
the rest is passed over, however large. Entries with a path that leads outside, links and devices are refused one by
one; an archive that is damaged, encrypted or a bomb is refused as a whole. The tar reader is our own: the standard
library's reads headers of any length, and follows what they say.
"""

from __future__ import annotations

import bz2
import contextlib
import lzma
import os
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from graders.learner.submission import FOLDER, MAX_DEPTH, MAX_ENTRIES, MAX_FILE, MAX_TOTAL, SubmissionError, plain_name

MB = 2**20
MAX_ARCHIVE = 512 * MB
MAX_UNPACKED = 1024 * MB
MAX_RATIO = 200
MAX_LISTED = 60_000
_MAX_LONG_NAME = 4096
_MAX_PAX = 64 * 1024
_XZ_MEMORY = 256 * MB
_BLOCK = 512
_MAX_MEMBERS = 1000
_CHUNK = 64 * 1024

_TOO_MANY = f"an archive of more than {MAX_LISTED} entries; pack only the folder that holds {FOLDER}/"
_COMMIT_FILES = re.compile(r"\.git/(HEAD|packed-refs|refs/.*)")


@contextlib.contextmanager
def open_submission(path: Path, refused: dict[str, str] | None = None) -> Iterator[Path]:
    """The folder that holds `exercises/`: `path` itself, or a temporary one with what the archive `path` holds.

    `refused` is filled with what was not unpacked, and why. Raises SubmissionError.
    """
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="gradecheck-unpacked-") as folder:
        yield unpack(path, Path(folder), refused)


def unpack(path: Path, into: Path, refused: dict[str, str] | None = None) -> Path:
    """Unpack what counts of the archive `path` into the empty folder `into`; the folder that holds `exercises/`.

    `refused`: filled with entries that were not unpacked -> reason. Raises SubmissionError, with one line.
    """
    taken = _Taken(into, {} if refused is None else refused)
    try:
        with _open(path) as file:
            _reader(file, path)(file, taken)
    except (
        OSError, EOFError, ValueError, LookupError, ArithmeticError, RuntimeError, NotImplementedError, MemoryError,
        zipfile.BadZipFile, zlib.error, lzma.LZMAError,
    ) as error:  # fmt: skip
        why = str(error).strip().splitlines()
        raise SubmissionError(
            f"cannot unpack {path}: damaged or not complete ({why[0][:150] if why else type(error).__name__})"
        ) from error
    return _root(path, into)


def _open(path: Path) -> IO[bytes]:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise SubmissionError(f"cannot read {path}: {error.strerror}") from error
    info = os.fstat(fd)
    if not stat.S_ISREG(info.st_mode):
        os.close(fd)
        raise SubmissionError(f"expected a folder or an archive (.zip, .tar, .tar.gz, .tar.xz, .tar.bz2): {path}")
    if info.st_size > MAX_ARCHIVE:
        os.close(fd)
        raise SubmissionError(f"{path}: {info.st_size // MB} MB; archives of at most {MAX_ARCHIVE // MB} MB are read")
    return os.fdopen(fd, "rb")


def _reader(file: IO[bytes], path: Path) -> Callable[[IO[bytes], _Taken], None]:
    """What to read it with: by its first bytes, whatever its name says."""
    start = file.read(_BLOCK)
    file.seek(0)
    if len(start) == _BLOCK and _checksum_holds(start):
        return _read_tar
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _read_zip
    if start.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")):
        return _read_tar
    raise SubmissionError(f"expected a folder or an archive (.zip, .tar, .tar.gz, .tar.xz, .tar.bz2): {path}")


def _root(path: Path, into: Path) -> Path:
    if (into / FOLDER).is_dir():
        return into
    found = sorted(folder.parent for folder in into.glob(f"*/{FOLDER}") if folder.is_dir())
    if len(found) == 1:
        return found[0]
    what = "none" if not found else ", ".join(f"{folder.name}/{FOLDER}" for folder in found[:3])
    raise SubmissionError(
        f"expected one folder {FOLDER}/ in {path}, at the top or one folder down, found {what}; "
        "pack the folder that holds it"
    )


class _Taken:
    """What is taken out of an archive, within its limits."""

    def __init__(self, into: Path, refused: dict[str, str]) -> None:
        self.into = into
        self.refused = refused
        self.entries = 0
        self.total = 0

    def wants(self, name: str, size: int, kind: str) -> Path | None:
        """Where an entry goes; None if it doesn't count or is refused. `kind`: file, folder, or what else it is."""
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        relevant = parts[:1] == [FOLDER] or parts[1:2] == [FOLDER]
        for_commit = any(_COMMIT_FILES.fullmatch("/".join(parts[skip:])) for skip in (0, 1))
        if not relevant and not for_commit:
            return None
        self.entries += 1
        if self.entries > MAX_ENTRIES:
            self._refuse(FOLDER, f"more than {MAX_ENTRIES} entries")
            return None
        shown = "/".join(parts)
        reason = None
        if name.startswith(("/", "\\")) or ".." in parts:
            reason = "a path that leads outside"
        elif not all(plain_name(part) for part in parts):
            shown, reason = ascii(shown)[:300], "a name with characters that are not printable"
        elif len(parts) > MAX_DEPTH + 3:
            reason = f"more than {MAX_DEPTH} folders deep"
        elif kind not in ("file", "folder"):
            reason = kind
        elif size > MAX_FILE:
            reason = f"{size} bytes; at most {MAX_FILE} are read"
        elif self.total + size > MAX_TOTAL + 2 * MB:
            reason = f"more than {MAX_TOTAL} bytes in all"
        if reason is None:
            path = self.into.joinpath(*parts)
            try:
                (path if kind == "folder" else path.parent).mkdir(parents=True, exist_ok=True)
            except OSError:
                reason = "a file and a folder of the same name"
            else:
                if kind == "folder":
                    return None
                if not os.path.lexists(path):
                    self.total += size
                    return path
                reason = "a name that comes twice"
        self._refuse(shown, reason)
        return None

    def _refuse(self, name: str, reason: str) -> None:
        if len(self.refused) < 200:
            self.refused[name] = reason


# -- zip ------------------------------------------------------------------------------------------------------


def _read_zip(file: IO[bytes], taken: _Taken) -> None:
    if _signatures(file) > MAX_LISTED:
        raise SubmissionError(_TOO_MANY)
    size = os.fstat(file.fileno()).st_size
    budget = MAX_RATIO * size + MB
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            target = taken.wants(entry.filename, entry.file_size, _zip_kind(entry))
            if target is None:
                continue
            if entry.flag_bits & 0x1:
                raise SubmissionError("an encrypted archive; pack it without a password")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise SubmissionError("an archive compressed in an unusual way; pack it as an ordinary .zip")
            with archive.open(entry) as source:
                data = source.read(MAX_FILE + 1)
            budget -= len(data)
            if budget < 0 or len(data) > MAX_FILE:
                raise SubmissionError(f"an archive that unpacks to more than {MAX_RATIO} times its size")
            target.write_bytes(data)


def _signatures(file: IO[bytes]) -> int:
    """How often a zip's mark of a listed entry occurs: at least as often as there are entries."""
    count, tail = 0, b""
    while piece := file.read(8 * MB):
        count += (tail + piece).count(b"PK\x01\x02")
        tail = piece[-3:]
    file.seek(0)
    return count


def _zip_kind(entry: zipfile.ZipInfo) -> str:
    mode = entry.external_attr >> 16
    if entry.create_system == 3 and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a link; links are not followed" if stat.S_ISLNK(mode) else "not a regular file"
    return "folder" if entry.is_dir() else "file"


# -- tar ------------------------------------------------------------------------------------------------------


def _read_tar(file: IO[bytes], taken: _Taken) -> None:
    stream = _Stream(file)
    said: dict[str, str] = {}
    for _ in range(MAX_LISTED):
        header = stream.read(_BLOCK, may_end=True)
        if not header or header == bytes(_BLOCK):
            return
        if not _checksum_holds(header):
            raise ValueError("a header whose checksum is wrong")
        kind = header[156:157]
        size = _number(header[124:136])
        if kind == b"L":
            said["path"] = _text(stream.part(size, _MAX_LONG_NAME))
            continue
        if kind == b"x":
            said |= _pax(stream.part(size, _MAX_PAX))
            continue
        if kind in (b"g", b"K"):
            stream.skip(size)
            continue
        if "size" in said:
            size = int(said["size"])
        name = said.get("path") or _ustar_name(header)
        sparse = any(key.startswith("GNU.sparse") for key in said)
        said = {}
        target = taken.wants(name, size, "a sparse file" if sparse else _tar_kind(kind, name))
        if target is None:
            # Only these have contents, whatever size their header says.
            stream.skip(size if kind not in (b"1", b"2", b"3", b"4", b"5", b"6") else 0)
        else:
            target.write_bytes(stream.part(size, MAX_FILE))
    raise SubmissionError(_TOO_MANY)


def _tar_kind(kind: bytes, name: str) -> str:
    if kind == b"5" or (kind in (b"0", b"\0") and name.endswith("/")):
        return "folder"
    if kind in (b"0", b"\0", b"7"):
        return "file"
    return "a link; links are not followed" if kind in (b"1", b"2") else "not a regular file"


def _checksum_holds(header: bytes) -> bool:
    try:
        said = _number(header[148:156])
    except ValueError:
        return False
    return said == sum(header[:148]) + 8 * 32 + sum(header[156:])


def _number(field: bytes) -> int:
    """A number of a header: octal digits, or binary after a first byte of 0x80."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\0", 1)[0].strip()
    if not re.fullmatch(rb"[0-7]*", digits):
        raise ValueError("a number that is none")
    return int(digits or b"0", 8)


def _ustar_name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def _pax(data: bytes) -> dict[str, str]:
    """Records "length key=value\\n" of an extended header."""
    found: dict[str, str] = {}
    at = 0
    while at < len(data) and data[at] != 0:
        space = data.find(b" ", at, at + 8)
        length = int(data[at:space]) if space > at else 0
        record = data[space + 1 : at + length]
        key, equals, value = record.partition(b"=")
        if length <= space - at or not equals or not value.endswith(b"\n") or at + length > len(data):
            raise ValueError("an extended header that cannot be read")
        found[_text(key)] = value[:-1].decode("utf-8", "surrogateescape")
        at += length
    if "size" in found and not re.fullmatch(r"[0-9]{1,15}", found["size"]):
        raise ValueError("an extended header with an odd size")
    return found


class _Stream:
    """The bytes of a tar, decompressed piece by piece, never more than the limits allow."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.start = file.read(_BLOCK)
        file.seek(0)
        plain = len(self.start) == _BLOCK and _checksum_holds(self.start)
        self.decompressor = None if plain else self._decompressor()
        self.members = 0
        self.buffer = bytearray()
        self.read_in = self.given_out = 0

    def _decompressor(self) -> Any:
        if self.start.startswith(b"\x1f\x8b"):
            return _Gzip()
        if self.start.startswith(b"BZh"):
            return bz2.BZ2Decompressor()
        if self.start.startswith(b"\xfd7zXZ\0"):
            return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        return None

    def read(self, count: int, may_end: bool = False) -> bytes:
        """So many bytes; none at all at the end, if it `may_end` here. Raises EOFError, SubmissionError."""
        while len(self.buffer) < count:
            more = self._more()
            if not more:
                if may_end and not self.buffer:
                    return b""
                raise EOFError("it ends in the middle")
            self.buffer += more
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def part(self, size: int, most: int) -> bytes:
        """The contents of an entry, with the padding after it taken away."""
        if size > most:
            raise ValueError(f"a part of {size} bytes where at most {most} are read")
        data = self.read(size + -size % _BLOCK)
        return data[:size]

    def skip(self, size: int) -> None:
        """Pass over an entry's contents."""
        left = size + -size % _BLOCK
        if left > MAX_UNPACKED:
            raise EOFError("an entry that is longer than the archive")
        while left:
            left -= len(self.read(min(left, _CHUNK)))

    def _more(self) -> bytes:
        if self.decompressor is None:
            return self.file.read(_CHUNK)
        while True:
            if self.decompressor.eof:
                rest = self.decompressor.unused_data or self.file.read(_CHUNK)
                self.members += 1
                if not rest.startswith(self.start[:2]) or self.members > _MAX_MEMBERS:
                    return b""
                self.decompressor = self._decompressor()  # several compressed files one after the other are one
                data = self.decompressor.decompress(rest, _CHUNK)
            elif self.decompressor.needs_input:
                piece = self.file.read(_CHUNK)
                if not piece:
                    raise EOFError("it ends in the middle")
                self.read_in += len(piece)
                data = self.decompressor.decompress(piece, _CHUNK)
            else:
                data = self.decompressor.decompress(b"", _CHUNK)
            if data:
                self.given_out += len(data)
                if self.given_out > MAX_UNPACKED or self.given_out > MAX_RATIO * self.read_in + 16 * MB:
                    raise SubmissionError(f"an archive that unpacks to more than {MAX_RATIO} times its size")
                return bytes(data)


class _Gzip:
    """zlib's decompressor with the interface of the other two."""

    def __init__(self) -> None:
        self.inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self.inner.eof

    @property
    def unused_data(self) -> bytes:
        return self.inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self.inner.unconsumed_tail

    def decompress(self, data: bytes, most: int) -> bytes:
        """At most so many bytes of what `data`, and what was left of earlier data, decompresses to."""
        return self.inner.decompress(self.inner.unconsumed_tail + data, most)
