"""answers.toml: one value is changed, and no other byte."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from graders import paths, questions
from graders.quiz.sheet import Sheet, SheetError, replaced

BLANK = (paths.STUBS / "answers.toml").read_bytes()


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "answers.toml").write_bytes(BLANK)
    return Sheet(tmp_path)


def changed_line(before: bytes, after: bytes) -> list[tuple[bytes, bytes]]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    assert len(old) == len(new)
    return [(a, b) for a, b in zip(old, new, strict=True) if a != b]


@pytest.mark.parametrize("key", list(questions.load()))
def test_each_answer_of_the_sheet_is_one_line(key: str) -> None:
    ((old, new),) = changed_line(BLANK, replaced(BLANK, key, "[0.25]"))
    assert old.partition(b"=")[0] == new.partition(b"=")[0]
    assert tomllib.loads(new.decode()) == {key: [0.25]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"k" = ""  # mine', '"k" = 1  # mine'),
        ("'k'=\"a # b\"#c", "'k'=1#c"),
        ("k = 'x'", "k = 1"),
        ("\t k\t=\t2.5e3 \t\r\n# end\r\n", "\t k\t=\t1 \t\r\n# end\r\n"),
        ('k = [\n  "a", # ]\n  "b",\n] # end\nz = 2\n', "k = 1 # end\nz = 2\n"),
        ('k = """\na"]\n# no comment\n"""\nz = 2', "k = 1\nz = 2"),
        ("k = '''x\n= y'''", "k = 1"),
        ('k = """four""""\nz = 1', "k = 1\nz = 1"),
        ("k = {a = [1, '}'], b = 2}\n", "k = 1\n"),
        ('"a" = "\\"k\\" = 3"\nk = true', '"a" = "\\"k\\" = 3"\nk = 1'),
        ('# k = 7\nk = ""', "# k = 7\nk = 1"),
        ('x.k = 2\nk = ""\n[t]\nk = ""\n', 'x.k = 2\nk = 1\n[t]\nk = ""\n'),
        ('"\\u006b" = 2', '"\\u006b" = 1'),
        ("k = [[1, 2],\n     [3, 4]]\n\n\n", "k = 1\n\n\n"),
    ],
)
def test_only_the_value_changes(before: str, after: str) -> None:
    assert replaced(before.encode(), "k", "1") == after.encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '"k" = 1\n'),
        ("a = 2", 'a = 2\n"k" = 1\n'),
        ("a = 2\r\n", 'a = 2\r\n"k" = 1\r\n'),
        ("a = 2\n# about t\n[t]\nk = 3\n", 'a = 2\n# about t\n"k" = 1\n[t]\nk = 3\n'),
        ("[t]\nk = 3\n", '"k" = 1\n[t]\nk = 3\n'),
    ],
)
def test_a_missing_key_is_added_at_the_top_level(before: str, after: str) -> None:
    assert replaced(before.encode(), "k", "1") == after.encode()


@pytest.mark.parametrize("text", [b'k = "', b"k = 1\nk = 2\n", b"\xff", b"k 1\n"])
def test_a_sheet_that_is_no_toml_is_left_alone(sheet: Sheet, text: bytes) -> None:
    sheet.path.write_bytes(text)
    with pytest.raises(SheetError, match="not valid TOML"):
        sheet.write("k", "1")
    assert sheet.path.read_bytes() == text


def test_a_missing_sheet_says_how_to_get_one(sheet: Sheet) -> None:
    sheet.path.unlink()
    with pytest.raises(SheetError, match="gradecheck reset answers"):
        sheet.read()


def test_a_copy_is_kept_before_the_first_change_only(sheet: Sheet) -> None:
    sheet.write("1.1-mse", "0.085")
    sheet.write("1.2-ratio", "4.5")
    assert sheet.copy is not None
    assert sheet.copy.read_bytes() == BLANK
    assert list(sheet.copy.parent.glob("answers-*.toml")) == [sheet.copy]
    assert list(sheet.path.parent.iterdir()) == [sheet.path], "nothing lies about in exercises/"


def test_no_copy_where_nothing_changes(sheet: Sheet) -> None:
    sheet.write("1.1-mse", '""')
    assert sheet.copy is None


def test_what_an_editor_saved_meanwhile_stays(sheet: Sheet) -> None:
    sheet.write("1.1-mse", "0.085")
    sheet.path.write_bytes(sheet.path.read_bytes().replace(b'"1.2-ratio" = ""', b'"1.2-ratio" = 4.5'))
    sheet.write("1.2-hedging", "0.5108")
    read = sheet.read()
    assert (read["1.1-mse"], read["1.2-ratio"], read["1.2-hedging"]) == (0.085, 4.5, 0.5108)


def test_permissions_stay(sheet: Sheet) -> None:
    sheet.path.chmod(0o640)
    sheet.write("1.1-mse", "0.085")
    assert sheet.path.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_sheet_that_cannot_be_written_names_the_answer(sheet: Sheet) -> None:
    sheet.path.parent.chmod(0o500)
    with pytest.raises(SheetError, match=r'"1\.1-mse" = 0\.085'):
        sheet.write("1.1-mse", "0.085")
