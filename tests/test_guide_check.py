"""`gradecheck guide`: any guide's blocks are run, and compared with what it says they print."""

from __future__ import annotations

import json
import os
import textwrap
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from graders.cli.guide import guide
from graders.guide import ledger, run
from graders.guide.align import Line, align
from graders.guide.check import BlockReport, check
from graders.guide.compare import Comparison, compare
from graders.guide.markdown import parse

TICKS = "```"


def block(code: str, said: str | None = None, announcement: str = "**Expected output:**") -> str:
    """A Python block and what is said of its output, in Markdown."""
    text = f"{TICKS}python\n{textwrap.dedent(code).strip()}\n{TICKS}\n"
    if said is not None:
        text += f"\n{announcement}\n\n{TICKS}\n{said}\n{TICKS}\n"
    return text


def checked(tmp_path: Path, text: str, timeout: float = 30) -> list[BlockReport]:
    path = tmp_path / "guide.md"
    path.write_bytes(text.encode())
    return check(path, timeout)


def statuses(reports: list[BlockReport]) -> list[str]:
    return [report.status for report in reports]


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(guide, [str(a) for a in arguments])


# --- finding the blocks


def test_a_block_and_its_output_are_found_by_their_lines() -> None:
    found = parse("# Title\n\n" + block("print(1)", "1")).blocks[0]
    assert (found.code.line, found.code.text) == (3, "print(1)\n")
    assert found.expected is not None
    assert (found.expected.line, found.expected.lines) == (9, ("1",))
    assert not found.approximate


@pytest.mark.parametrize(
    "announcement",
    [
        "**Expected output**",
        "**Expected output (approximate):**",
        "**Expected Output:** roughly, on one machine",
        "  - **Expected output:**",
    ],
)
def test_the_announcement_may_be_worded_freely(announcement: str) -> None:
    found = parse(block("print(1)", "1", announcement)).blocks[0]
    assert found.expected is not None
    assert found.approximate == ("approximate" in announcement)


@pytest.mark.parametrize("language", ["python", "Python", "py", "python3", "{python}", "python x=1"])
def test_python_by_its_other_names(language: str) -> None:
    assert len(parse(f"{TICKS}{language}\n1\n{TICKS}\n").blocks) == 1


@pytest.mark.parametrize("language", ["", "bash", "pycon", "text"])
def test_other_languages_are_not_run(language: str) -> None:
    assert parse(f"{TICKS}{language}\nprint(1)\n{TICKS}\n").blocks == []


def test_shell_commands_may_stand_between_code_and_output() -> None:
    text = block("print(1)") + f"{TICKS}bash\npython x.py\n{TICKS}\n" + block("", "1")[13:]
    assert parse(text).blocks[0].expected is not None


def test_indented_fences_inside_details() -> None:
    text = "<details>\n" + textwrap.indent(block("if 1:\n    print(1)", "1"), "   ") + "</details>"
    (found,) = parse(text).blocks
    assert found.code.text == "if 1:\n    print(1)\n"
    assert found.expected is not None
    assert found.expected.lines == ("1",)


def test_windows_line_ends() -> None:
    text = block("print(1)\nprint(2)", "1\n2").replace("\n", "\r\n")
    (found,) = parse(text).blocks
    assert found.code.text == "print(1)\nprint(2)\n"
    assert found.expected is not None
    assert found.expected.lines == ("1", "2")


def test_an_unterminated_fence_reaches_to_the_end() -> None:
    (found,) = parse(f"{TICKS}python\nprint(1)\n").blocks
    assert found.code.text.startswith("print(1)\n")


def test_a_longer_fence_holds_shorter_ones() -> None:
    (found,) = parse('````python\nx = """\n```\n"""\n````\n').blocks
    assert found.code.text == 'x = """\n```\n"""\n'


def test_tildes_fence_too() -> None:
    assert parse("~~~python\nprint(1)\n~~~\n").blocks[0].code.text == "print(1)\n"


def test_an_output_belongs_to_a_block_of_its_own_section() -> None:
    said = block("", "1").partition("\n\n")[2]
    text = block("print(1)") + "\n## Next\n\n**Expected output**\n" + said
    found = parse(text)
    assert found.blocks[0].expected is None
    assert len(found.orphans) == 1


# --- running them


def test_a_right_guide(tmp_path: Path) -> None:
    (report,) = checked(tmp_path, block("print('loss:', 0.25)", "loss: 0.25"))
    assert report.status == "same"
    assert report.as_said
    assert report.comparisons == [Comparison(8, "0.25", "0.25", "holds")]


def test_a_wrong_number_is_named_with_its_line(tmp_path: Path) -> None:
    (report,) = checked(tmp_path, block("print('a')\nprint(f'loss: {0.123:.2f}')", "a\nloss: 0.13"))
    assert report.status == "differs"
    assert report.comparisons == [Comparison(10, "0.13", "0.12", "differs")]


def test_a_block_continues_earlier_ones_of_its_section(tmp_path: Path) -> None:
    text = (
        block("x = 2\nprint('not shown again')")
        + block("def f(a):\n    return a * x", None)
        + block("items = []")
        + block("items.append(f(3))")
        + block("print(items)", "[6]")
    )
    reports = checked(tmp_path, text)
    assert statuses(reports) == ["ran", "ran", "ran", "ran", "same"]


def test_a_block_does_not_continue_another_section(tmp_path: Path) -> None:
    reports = checked(tmp_path, block("x = 2") + "\n## Next\n\n" + block("print(x)", "2"))
    assert statuses(reports) == ["ran", "failed"]
    assert "NameError" in reports[1].message


def test_a_block_that_runs_alone_is_run_alone(tmp_path: Path) -> None:
    text = block("x = 1") + block("print('x' in globals())", "False")
    assert statuses(checked(tmp_path, text)) == ["ran", "same"]


def test_a_failure_is_told_by_the_guide_s_line(tmp_path: Path) -> None:
    (report,) = checked(tmp_path, "\n\n" + block("x = 1\nx / 0"))
    assert report.status == "failed"
    assert report.message.startswith("line 5: ZeroDivisionError")
    assert report.as_said  # nothing is said of its output


def test_a_syntax_error_is_told_by_the_guide_s_line(tmp_path: Path) -> None:
    (report,) = checked(tmp_path, block("x = 1\nx = = 2", "1"))
    assert report.message.startswith("line 3: SyntaxError")
    assert not report.as_said


def test_missing_files_and_modules_are_no_failures(tmp_path: Path) -> None:
    text = (
        block("data = open('mnist_data.npz')") + block("print(len(data))", "3") + block("import no_such_module_at_all")
    )
    assert statuses(checked(tmp_path, text)) == ["missing file", "missing file", "missing module"]


def test_a_block_without_end_is_stopped(tmp_path: Path) -> None:
    reports = checked(tmp_path, block("print('a')\nwhile True: pass") + block("print(1)", "1"), 1)
    assert statuses(reports) == ["timed out", "same"]


def test_a_flood_is_stopped(tmp_path: Path) -> None:
    (report,) = checked(tmp_path, block("while True: print('x' * 1000)"))
    assert report.status == "too much output"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no memory limit on this system")
def test_memory_is_limited(tmp_path: Path) -> None:
    (report,) = checked(tmp_path, block(f"x = bytearray({2 * run.MEGABYTES} * 1024 * 1024)"))
    assert report.status == "out of memory"


def test_a_block_that_kills_itself(tmp_path: Path) -> None:
    (report,) = checked(tmp_path, block("import os\nos._exit(3)", "1"))
    assert (report.status, report.message) == ("killed", "exit status 3")


def test_exit_and_input(tmp_path: Path) -> None:
    text = block("print(1)\nraise SystemExit", "1") + block("input()")
    reports = checked(tmp_path, text)
    assert statuses(reports) == ["same", "failed"]
    assert "EOFError" in reports[1].message


def test_blocks_see_nothing_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "x")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    code = """
        import os, sys
        print("A_SECRET" in os.environ, os.environ["MPLBACKEND"], sys.flags.isolated, os.listdir())
        open("left_behind", "w")
        """
    reports = checked(tmp_path, block(code, "False Agg 1 []") + block(code, "False Agg 1 []"))
    assert statuses(reports) == ["same", "same"]
    assert [p.name for p in tmp_path.iterdir()] == ["guide.md"]


def test_a_block_runs_as_a_program_of_its_own(tmp_path: Path) -> None:
    code = """
        import pickle, sys
        from dataclasses import dataclass

        @dataclass
        class Point:
            x: int

        if __name__ == "__main__":
            print(pickle.loads(pickle.dumps(Point(3))), Point.__annotations__["x"] is int)
            print("noise", file=sys.stderr)
        """
    assert statuses(checked(tmp_path, block(code, "Point(x=3) True"))) == ["same"]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to look into")
def test_what_a_block_has_started_ends_with_it(tmp_path: Path) -> None:
    left = tmp_path / "pid"
    code = f"""
        import os, pathlib, subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
                                 stdout=subprocess.DEVNULL)
        pathlib.Path({str(left)!r}).write_text(str(child.pid))
        print(1)
        """
    assert statuses(checked(tmp_path, block(code, "1"))) == ["same"]
    state = Path(f"/proc/{left.read_text()}/stat")
    for _ in range(300):  # a killed process may take a moment to go
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] in "ZX":
            return
        time.sleep(0.1)
    pytest.fail("it is still running")


def test_showing_a_plot_is_harmless(tmp_path: Path) -> None:
    code = """
        import matplotlib.pyplot as plt
        plt.plot([1, 2])
        plt.savefig("plot.png")
        plt.show()
        print("done")
        """
    assert statuses(checked(tmp_path, block(code, "done"))) == ["same"]


def test_output_that_no_block_can_print(tmp_path: Path) -> None:
    (report,) = checked(tmp_path, f"**Expected output:**\n\n{TICKS}\n1\n{TICKS}\n")
    assert (report.status, report.line, report.as_said) == ("no code", 3, True)


# --- comparing


def verdicts(said: str, printed: str, approximate: bool = False) -> list[str]:
    return [c.verdict for c in compare(said.split("\n"), 1, printed, approximate)]


@pytest.mark.parametrize(
    ("said", "printed", "expected"),
    [
        ("0.25", "0.2549", ["holds"]),  # at the precision of what is said
        ("0.25", "0.2551", ["differs"]),
        ("[-0.0658 -0.079 ]", "[-0.0658 -0.0793]", ["holds", "differs"]),  # it says -0.0790
        ("a = 1", "a =   1", ["holds"]),
        ("x: 1, y: 2", "x: 1, y: 3", ["holds", "differs"]),
        ("version 1.26.4", "version 2.1.0", ["environment"]),
        ("diff=3.83e-11", "diff=2.24e-12", ["environment"]),
        ("diff=3.83e-3", "diff=2.24e-3", ["differs"]),
        ("a\n\nb 1", "a\nb 1\n\n", ["holds"]),
        ("a\nb", "a", ["not printed"]),
        ("a", "a\nb", ["not said"]),
        ("a\n...\nz", "a\nb\nc\nz", []),
        ("loss 1 Yes", "loss 1 No", ["holds", "differs"]),
        ("nan", "1.0", ["not said", "not printed"]),
    ],
)
def test_comparing(said: str, printed: str, expected: list[str]) -> None:
    assert verdicts(said, printed) == expected


def test_approximately_is_within_a_tenth() -> None:
    assert verdicts("loss 0.105", "loss 0.100", approximate=True) == ["approximate"]
    assert verdicts("loss 0.15", "loss 0.10", approximate=True) == ["differs"]
    assert verdicts("loss 0.105", "loss 0.100") == ["differs"]


def test_words_that_differ_are_cut_out() -> None:
    (number, words) = compare(["rate 1 is far too slow here"], 7, "rate 1 is far great here")
    assert number.verdict == "holds"
    assert (words.line, words.said, words.printed) == (7, "too slow", "great")


def test_table_rows_are_paired_by_their_numbers() -> None:
    said = [Line(i, t) for i, t in enumerate(["0.1 0.25 Too slow", "0.5 0.06 Slow", "2 0.1 Great"])]
    ours = [Line(0, t) for t in ["0.1 0.02 Slow", "0.5 0.01 Great", "2 0.1 Great", "9 9 Great"]]
    pairs = align(said, ours)
    assert [(a and a.text[:3], b and b.text[:3]) for a, b in pairs] == [
        ("0.1", "0.1"), ("0.5", "0.5"), ("2 0", "2 0"), (None, "9 9"),
    ]  # fmt: skip


def test_long_outputs_are_paired_too() -> None:
    said = [f"step {i}" for i in range(2000)]
    printed = "\n".join(f"step {i}" for i in range(2001))
    comparisons = compare(said, 1, printed)
    assert sum(c.verdict == "holds" for c in comparisons) == 2000
    assert [c.verdict for c in comparisons if c.verdict != "holds"] == ["not said"]


# --- the command


def test_the_table_and_its_counts() -> None:
    result = invoke()
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].split() == ["line", "what", "printed", "recomputed", "verdict"]
    rows = ledger.load()
    assert len(lines) == len(rows) + 4
    assert lines[-1].startswith(f"{len(rows)} rows: ")


def test_one_verdict_only() -> None:
    result = invoke("--verdict", "differs", "--json")
    rows = json.loads(result.output)
    assert len(rows) == sum(row.verdict == "differs" for row in ledger.load())
    assert {row["verdict"] for row in rows} == {"differs"}


def test_json_rows_have_just_these_fields() -> None:
    rows = json.loads(invoke("--json").output)
    assert len(rows) == len(ledger.load())
    assert {tuple(row) for row in rows} == {("line", "what", "printed", "recomputed", "verdict")}


def test_overfitting_is_shown_beside_the_guide_s() -> None:
    result = invoke("--overfitting")
    assert result.exit_code == 0
    assert "0.025678" in result.output  # what the guide says of epoch 1999 …
    assert "0.012433" in result.output  # … what its code gives …
    assert "0.063850" in result.output  # … and the kit's setting


def test_exit_status_of_a_check(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text(block("print(1)", "1") + block("1 / 0"))
    assert invoke("--check", path).exit_code == 0
    path.write_text(block("print(1)", "2"))
    result = invoke("--check", path)
    assert result.exit_code == 1
    assert "line 8: says 2, prints 1" in result.output


def test_a_check_as_json(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text(block("print(1)", "2"))
    result = invoke("--check", path, "--json", "--timeout", "20")
    assert result.exit_code == 1
    (report,) = json.loads(result.output)
    assert (report["line"], report["status"], report["expected_line"]) == (1, "differs", 7)
    assert report["comparisons"] == [{"line": 8, "said": "2", "printed": "1", "verdict": "differs", "is_number": True}]


@pytest.mark.parametrize("text", ["", "# Only words\n", f"{TICKS}bash\nls\n{TICKS}\n"])
def test_a_guide_without_blocks(tmp_path: Path, text: str) -> None:
    path = tmp_path / "guide.md"
    path.write_text(text)
    result = invoke("--check", path)
    assert (result.exit_code, result.output) == (0, "no Python blocks\n")
    assert json.loads(invoke("--check", path, "--json").output) == []


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text(block(r"print('\x1b[2Jgone')", "here"))
    result = invoke("--check", path)
    assert result.exit_code == 1
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "can't be read (No such file or directory)"),
        ("directory", "got a directory"),
        (b"abc\xff", "expected UTF-8 text, got another byte at position 3"),
        (b"a\0b", "got a binary file"),
    ],
)
def test_bad_paths_are_one_clear_line(tmp_path: Path, content: bytes | str | None, expected: str) -> None:
    path = tmp_path / "guide.md"
    if content == "directory":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    result = invoke("--check", path)
    assert result.exit_code == 2
    (error,) = result.output.splitlines()
    assert expected in error


@pytest.mark.parametrize(
    "arguments",
    [
        ["--verdict", "wrong"],
        ["--timeout", "-1"],
        ["--check", "guide.md", "--overfitting"],
        ["--verdict", "holds", "--overfitting"],
        ["extra"],
    ],
)
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    assert invoke(*arguments).exit_code == 2
