"""Which submissions a folder or a CSV file holds, and what they are called."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from graders.cohort.find import CohortError, find


def submission(folder: Path) -> Path:
    (folder / "exercises").mkdir(parents=True)
    return folder


def names(source: Path, out: Path | None = None) -> list[str]:
    return [entry.name for entry in find(source, out).entries]


def test_folders_and_archives_are_submissions_and_files_are_passed_over(tmp_path: Path) -> None:
    submission(tmp_path / "eve")
    (tmp_path / "adam.zip").write_bytes(b"")
    (tmp_path / "bob.tar.gz").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    (tmp_path / "grades.xlsx").write_bytes(b"")
    (tmp_path / ".git").mkdir()
    (tmp_path / "__MACOSX").mkdir()
    found = find(tmp_path)
    assert [(e.name, e.path.name) for e in found.entries] == [
        ("adam", "adam.zip"),
        ("bob", "bob.tar.gz"),
        ("empty", "empty"),
        ("eve", "eve"),
    ]
    assert [note for note in found.notes if "grades.xlsx" in note]
    assert len(found.notes) == 1


def test_a_folder_and_an_archive_of_one_name_stay_apart(tmp_path: Path) -> None:
    submission(tmp_path / "eve")
    (tmp_path / "eve.zip").write_bytes(b"")
    (tmp_path / "eve.tar").write_bytes(b"")
    assert names(tmp_path) == ["eve", "eve.tar", "eve.zip"]


def test_what_a_platform_packed_once_more_is_unpacked_by_name(tmp_path: Path) -> None:
    (tmp_path / "Eve_123_file").mkdir()
    with zipfile.ZipFile(tmp_path / "Eve_123_file" / "work.zip", "w") as archive:
        archive.writestr("exercises/losses.py", "")
    submission(tmp_path / "Bob_124_file" / "my-repo")
    entries = find(tmp_path).entries
    assert [(e.name, e.path.name) for e in entries] == [("Bob_124_file", "my-repo"), ("Eve_123_file", "work.zip")]


def test_results_that_lie_among_the_submissions_are_not_one(tmp_path: Path) -> None:
    submission(tmp_path / "eve")
    (tmp_path / "results").mkdir()
    assert names(tmp_path, tmp_path / "results") == ["eve"]
    assert names(tmp_path) == ["eve", "results"]


def test_one_submission_is_no_cohort(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="gradecheck grade"):
        find(submission(tmp_path / "eve"))
    (tmp_path / "none").mkdir()
    with pytest.raises(CohortError, match="no submissions"):
        find(tmp_path / "none")
    with pytest.raises(CohortError, match="there is no"):
        find(tmp_path / "nowhere")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_names_paths_relative_to_itself(tmp_path: Path, delimiter: str) -> None:
    submission(tmp_path / "repos" / "a")
    text = "\ufeffName,Email,Path\nEve Noether,e@x,repos/a\n\nBob,b@x,repos/gone\n".replace(",", delimiter)
    (tmp_path / "roster.csv").write_text(text, "utf-8")
    entries = find(tmp_path / "roster.csv").entries
    assert [(e.name, e.path) for e in entries] == [
        ("Bob", tmp_path / "repos" / "gone"),
        ("Eve Noether", tmp_path / "repos" / "a"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("who,where\na,b\n", "line 1: expected a column 'path'"),
        ("path\na\nb\na\n", "line 4: 'a' stands on line 2 too"),
        ("name,path\na,\n", "line 2: the column 'path' is empty"),
        ("name,path\na,x\0y\n", "line 2"),
        ("", "line 1"),
    ],
)
def test_a_bad_table_is_one_line_that_says_where(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "roster.csv").write_text(text, "utf-8")
    with pytest.raises(CohortError) as caught:
        find(tmp_path / "roster.csv")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_report_folder_is_one_safe_part_of_a_path_and_no_two_are_the_same(tmp_path: Path) -> None:
    rows = [
        "../../etc",
        "a/b",
        "a_b",
        "Eve",
        "eve",
        "EVE",
        "con",
        "x" * 400,
        "..",
        "=1+1",
        "Zoë",
        "Zoe\u0308",
        "a\u202eb",
    ]
    table = "name,path\n" + "".join(f'"{row}",p{n}\n' for n, row in enumerate(rows))
    (tmp_path / "roster.csv").write_text(table, "utf-8")
    entries = find(tmp_path / "roster.csv").entries
    assert len(entries) == len(rows) == len({e.name for e in entries})
    folders = [e.folder for e in entries]
    assert len({folder.casefold() for folder in folders}) == len(rows)
    for folder in folders:
        assert Path(folder).name == folder
        assert folder not in (".", "..")
        assert len(folder.encode()) < 255
        assert not folder.startswith((".", "-"))
        (tmp_path / "out" / folder).mkdir(parents=True)


@pytest.mark.skipif(os.name == "nt", reason="file names are bytes here")
def test_names_that_are_not_text_are_printable_and_apart(tmp_path: Path) -> None:
    for name in (b"caf\xe9", b"caf\xe8", b"new\nline", b"new line"):
        os.makedirs(os.path.join(os.fsencode(tmp_path), name, b"exercises"))  # noqa: PTH103, PTH118 -- bytes
    entries = find(tmp_path).entries
    assert len({e.name for e in entries}) == 4
    assert all(e.name.isprintable() for e in entries)
    assert all((e.path / "exercises").is_dir() for e in entries)
