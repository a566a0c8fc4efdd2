"""Submissions that come as archives: what counts is unpacked, nothing lands elsewhere, damage is one line."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graders.learner import archive
from graders.learner.archive import open_submission, unpack
from graders.learner.commit import read_commit
from graders.learner.snapshot import take
from graders.learner.submission import MAX_FILE, SubmissionError

Files = dict[str, bytes]
FILES: Files = {
    "exercises/losses.py": b"def mse_loss(p, t): ...\n",
    "exercises/helpers/x.py": b"1",
    "README.md": b"mine",
    "data/big.bin": b"\0" * 100_000,
}


def make_zip(files: Files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def make_tar(files: Files, mode: str = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as made:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return out.getvalue()


MAKERS: dict[str, Callable[[Files], bytes]] = {
    "zip": make_zip,
    "stored": lambda files: make_zip(files, zipfile.ZIP_STORED),
    "tar": make_tar,
    "tar.gz": lambda files: make_tar(files, "w:gz"),
    "tar.bz2": lambda files: make_tar(files, "w:bz2"),
    "tar.xz": lambda files: make_tar(files, "w:xz"),
    "gnu": lambda files: make_tar(files, form=tarfile.GNU_FORMAT),
    "ustar": lambda files: make_tar(files, form=tarfile.USTAR_FORMAT),
}


def unpacked(data: bytes, tmp_path: Path, refused: dict[str, str] | None = None) -> Path:
    path = tmp_path / "submission.bin"
    path.write_bytes(data)
    into = tmp_path / "into"
    into.mkdir()
    root = unpack(path, into, refused)
    assert root.is_relative_to(into)
    # Whatever it was, nothing lies beside the two.
    assert sorted(p.name for p in tmp_path.iterdir()) == ["into", "submission.bin"]
    return root


def tree(folder: Path) -> Files:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("prefix", ["", "student-main/", "./"])
def test_what_counts_is_unpacked(kind: str, prefix: str, tmp_path: Path) -> None:
    root = unpacked(MAKERS[kind]({prefix + name: data for name, data in FILES.items()}), tmp_path)
    assert tree(root) == {name: data for name, data in FILES.items() if name.startswith("exercises/")}


def test_a_snapshot_of_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "handed-in.zip"
    path.write_bytes(make_zip(FILES | {"exercises/../x": b"", "exercises/big": b"\0" * (MAX_FILE + 1)}))
    taken = take(path)
    assert sorted(taken.files) == ["helpers/x.py", "losses.py"]
    assert taken.origin == path
    assert "at most" in taken.refused["big"]
    assert list(tmp_path.iterdir()) == [path]


def test_an_archive_names_its_commit(tmp_path: Path) -> None:
    files = {"s/.git/HEAD": b"ref: refs/heads/main\n", "s/.git/refs/heads/main": b"a" * 40, "s/exercises/x.py": b""}
    path = tmp_path / "s.tar"
    path.write_bytes(make_tar(files))
    with open_submission(path) as folder:
        assert read_commit(folder) == "a" * 40


def test_a_folder_is_opened_as_it_is(tmp_path: Path) -> None:
    with open_submission(tmp_path) as folder:
        assert folder == tmp_path


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize(
    "name",
    [
        "../exercises/x.py",
        "exercises/../../x.py",
        "/exercises/x.py",
        "exercises/./../x.py",
        "..\\exercises\\..\\..\\x.py",
        "\\exercises\\x.py",
        "exercises/a\x1bb.py",
        "exercises/" + "a" * 130,
        "exercises/" + "d/" * 12 + "x.py",
    ],
)
def test_odd_paths_are_refused_one_by_one(kind: str, name: str, tmp_path: Path) -> None:
    refused: dict[str, str] = {}
    root = unpacked(MAKERS[kind]({name: b"1", "exercises/good.py": b"2"}), tmp_path, refused)
    assert tree(root) == {"exercises/good.py": b"2"}
    assert len(refused) == 1
    assert next(iter(refused)).isprintable()


def test_paths_of_windows_are_paths(tmp_path: Path) -> None:
    root = unpacked(make_zip({"exercises\\helpers\\x.py": b"1"}), tmp_path)
    assert tree(root) == {"exercises/helpers/x.py": b"1"}


def link_in_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("exercises/good.py", b"2")
        for name, mode in (("link", stat.S_IFLNK), ("pipe", stat.S_IFIFO), ("device", stat.S_IFCHR)):
            info = zipfile.ZipInfo(f"exercises/{name}")
            info.create_system = 3
            info.external_attr = (mode | 0o777) << 16
            made.writestr(info, "/etc/passwd")
        made.writestr("exercises/link/x.py", b"3")
    return out.getvalue()


def links_in_tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, kind in (
            ("link", tarfile.SYMTYPE),
            ("hard", tarfile.LNKTYPE),
            ("pipe", tarfile.FIFOTYPE),
            ("device", tarfile.CHRTYPE),
            ("sparse", tarfile.GNUTYPE_SPARSE),
        ):
            info = tarfile.TarInfo(f"exercises/{name}")
            info.type = kind
            info.linkname = "/etc/passwd"
            made.addfile(info)
        for name in ("exercises/good.py", "exercises/link/x.py"):
            info = tarfile.TarInfo(name)
            info.size = 1
            made.addfile(info, io.BytesIO(b"2"))
    return out.getvalue()


@pytest.mark.parametrize("data", [link_in_zip(), links_in_tar()], ids=["zip", "tar"])
def test_links_and_devices_are_refused_one_by_one(data: bytes, tmp_path: Path) -> None:
    refused: dict[str, str] = {}
    root = unpacked(data, tmp_path, refused)
    assert not [p for p in root.rglob("*") if p.is_symlink()]
    assert (root / "exercises/good.py").read_bytes() == b"2"
    assert (root / "exercises/link").is_dir()
    assert refused["exercises/link"] == "a link; links are not followed"
    assert refused["exercises/device"] == "not a regular file"


def test_the_same_name_twice_and_a_file_that_is_a_folder(tmp_path: Path) -> None:
    out = io.BytesIO()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "w") as made:
        for name in ("exercises/a", "exercises/a", "exercises/a/b"):
            made.writestr(name, name)
    refused: dict[str, str] = {}
    root = unpacked(out.getvalue(), tmp_path, refused)
    assert tree(root) == {"exercises/a": b"exercises/a"}
    assert set(refused) == {"exercises/a", "exercises/a/b"}


def test_what_does_not_count_costs_nothing(tmp_path: Path) -> None:
    files = {f".venv/lib/{number}.py": b"x" * 1000 for number in range(6000)}
    root = unpacked(make_tar(files | {"exercises/x.py": b"1"}, "w:gz"), tmp_path)
    assert tree(root) == {"exercises/x.py": b"1"}


# -- bombs and damage -----------------------------------------------------------------------------------------


def test_the_largest_files_and_their_sum_are_bounded(tmp_path: Path) -> None:
    files = {f"exercises/{number}.bin": bytes([number]) * MAX_FILE for number in range(20)}
    files["exercises/larger.bin"] = b"\0" * (MAX_FILE + 1)
    refused: dict[str, str] = {}
    path = tmp_path / "a.zip"
    path.write_bytes(make_zip(files, zipfile.ZIP_STORED))
    into = tmp_path / "into"
    into.mkdir()
    root = unpack(path, into, refused)
    assert sum(map(len, tree(root).values())) <= archive.MAX_TOTAL + 2 * 2**20
    assert "at most" in refused["exercises/larger.bin"]


def fails(data: bytes, tmp_path: Path) -> str:
    with pytest.raises(SubmissionError) as raised:
        unpacked(data, tmp_path)
    text = str(raised.value)
    assert "\n" not in text
    return text


def test_a_zip_bomb(tmp_path: Path) -> None:
    data = make_zip({f"exercises/{number}": b"\0" * MAX_FILE for number in range(8)})
    assert "times its size" in fails(data, tmp_path)


def test_a_zip_that_says_less_than_it_holds(tmp_path: Path) -> None:
    data = bytearray(make_zip({"exercises/x": b"\0" * 10 * 2**20}))
    size = struct.pack("<I", 10 * 2**20)
    assert data.count(size) == 2
    fails(bytes(data).replace(size, struct.pack("<I", 100)), tmp_path)


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_tar_bomb(compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    data = compress(make_tar({"big": b"\0" * (20 * 2**20)}))
    assert "times its size" in fails(data, tmp_path)


def test_many_empty_compressed_parts(tmp_path: Path) -> None:
    assert "found none" in fails(gzip.compress(b"") * 50_000, tmp_path)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_too_many_entries(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_LISTED", 100)
    assert "entries" in fails(MAKERS[kind]({f"exercises/{number}": b"" for number in range(200)}), tmp_path)


def test_entries_that_count_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 50)
    root = unpacked(make_tar({f"exercises/{number}": b"" for number in range(200)}), tmp_path)
    assert len(tree(root)) == 50


def test_an_encrypted_zip(tmp_path: Path) -> None:
    data = bytearray(make_zip({"exercises/x.py": b"1"}))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    assert "password" in fails(bytes(data), tmp_path)


def test_an_unusual_compression(tmp_path: Path) -> None:
    assert "ordinary .zip" in fails(make_zip({"exercises/x.py": b"1"}, zipfile.ZIP_LZMA), tmp_path)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_cut_archive(kind: str, tmp_path: Path) -> None:
    data = MAKERS[kind]({"exercises/x.py": bytes(range(256)) * 40})
    assert "damaged or not complete" in fails(data[: len(data) // 3], tmp_path)


def test_a_wrong_checksum(tmp_path: Path) -> None:
    data = bytearray(make_zip({"exercises/x.py": b"12345678"}, zipfile.ZIP_STORED))
    data[data.index(b"12345678")] ^= 1
    assert "damaged" in fails(bytes(data), tmp_path)


@pytest.mark.parametrize("data", [b"", b"PK", b"hello", b"\0" * 2048, b"7z\xbc\xaf\x27\x1c", b"Rar!" + bytes(600)])
def test_what_is_no_archive(data: bytes, tmp_path: Path) -> None:
    assert "expected a folder or an archive" in fails(data, tmp_path)


def test_no_exercises_or_several(tmp_path: Path) -> None:
    assert "found none" in fails(make_zip({"README": b""}), tmp_path)
    (tmp_path / "into").rmdir()
    text = fails(make_zip({"a/exercises/x.py": b"", "b/exercises/x.py": b""}), tmp_path)
    assert "found a/exercises, b/exercises" in text


def test_no_such_file_and_no_regular_file(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="No such file"), open_submission(tmp_path / "missing"):
        pass
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SubmissionError, match="expected a folder or an archive"), open_submission(tmp_path / "pipe"):
        pass


def test_a_large_archive_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.write(b"PK\3\4")
        file.truncate(archive.MAX_ARCHIVE + 1)
    with pytest.raises(SubmissionError, match="at most 512 MB"):
        unpack(path, tmp_path)


# -- anything at all ------------------------------------------------------------------------------------------

NAMES = (
    st.lists(
        st.sampled_from(
            ["exercises", "a", "..", ".", "", "b.py", "x" * 130, "é", "\u202e", "c:", " ", "\\", ".git", "HEAD"]
        ),
        min_size=1,
        max_size=6,
    )
    .map("/".join)
    .filter(bool)
)
CONTENTS = st.binary(max_size=300)
ANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def unpack_quietly(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Unpack whatever it is: a folder below `into`, or SubmissionError, and nothing anywhere else."""
    tmp_path = tmp_path_factory.mktemp("any")
    path = tmp_path / "submission"
    path.write_bytes(data)
    into = tmp_path / "into"
    into.mkdir()
    try:
        root = unpack(path, into)
    except SubmissionError as error:
        assert "\n" not in str(error)
    else:
        assert (root / "exercises").is_dir()
        assert root.resolve().is_relative_to(into.resolve())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["into", "submission"]
    for found in into.rglob("*"):
        assert not found.is_symlink()
        assert found.is_dir() or found.stat().st_size <= MAX_FILE


@ANY
@given(files=st.dictionaries(NAMES, CONTENTS, max_size=6), kind=st.sampled_from(["zip", "tar", "tar.gz", "gnu"]))
def test_any_names(files: Files, kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    unpack_quietly(MAKERS[kind](files), tmp_path_factory)


@ANY
@given(
    kind=st.sampled_from(["zip", "stored", "tar", "tar.gz", "tar.bz2", "tar.xz", "gnu"]),
    damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
    cut=st.floats(0.1, 1),
)
def test_any_damage(
    kind: str, damage: list[tuple[float, int]], cut: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    long = "exercises/" + "long-name/" * 3 + "y" * 110
    data = bytearray(MAKERS["gnu" if kind == "gnu" else kind]({"exercises/x.py": b"12345" * 50, long: b"1"}))
    for where, value in damage:
        data[int(where * len(data))] = value
    unpack_quietly(bytes(data[: int(cut * len(data))]), tmp_path_factory)


@ANY
@given(start=st.sampled_from([b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0", b""]), rest=st.binary())
def test_any_bytes(start: bytes, rest: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    unpack_quietly(start + rest, tmp_path_factory)
