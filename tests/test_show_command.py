"""`gradecheck show`, run as a process: what it saves, keeps, says and opens."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

import submissions_lib as lib
from graders.show import files
from graders.show.catalogue import PICTURES

ROOT = Path(__file__).resolve().parent.parent
CODE = "from graders.cli.show import show; show(prog_name='gradecheck show')"


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "CI", "NO_COLOR")}
    given |= {"PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-c", CODE, *arguments]
    return subprocess.run(command, cwd=cwd, env=given, capture_output=True, text=True, timeout=120)


def test_without_a_name_it_lists_every_picture_and_imports_neither_numpy_nor_matplotlib(tmp_path: Path) -> None:
    done = run(cwd=tmp_path)
    assert done.returncode == 0
    for name, picture in PICTURES.items():
        assert re.search(rf"^  {name} +{re.escape(picture.line)}$", done.stdout, re.M)
    probe = "import sys; from graders.cli import show, page; print({'numpy', 'matplotlib'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_it_saves_in_pictures_and_keeps_what_was_there(tmp_path: Path) -> None:
    first = run("gradient-check", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert first.stdout == "saved pictures/gradient-check.png\n"
    path = tmp_path / "pictures" / "gradient-check.png"
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert b"26 of 26" in data  # the picture in words
    again = run("gradient-check", cwd=tmp_path)
    assert again.stdout == first.stdout  # the same picture: nothing to keep
    assert path.read_bytes() == data
    path.write_bytes(b"another picture")
    third = run("gradient-check", cwd=tmp_path)
    day = time.strftime("%Y-%m-%d", time.localtime(path.stat().st_mtime))
    assert f"what was there is kept as gradient-check-{day}.png" in third.stdout
    assert (tmp_path / "pictures" / f"gradient-check-{day}.png").read_bytes() == b"another picture"
    assert path.read_bytes() == data
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == [
        f"gradient-check-{day}.png",
        "gradient-check.png",
    ]


def test_from_below_it_saves_in_the_learners_folder(tmp_path: Path) -> None:
    lib.write(lib.right()[0], tmp_path)
    done = run("gradient-check", "--mine", cwd=tmp_path / "exercises")
    assert done.returncode == 0
    assert done.stderr == ""
    assert (tmp_path / "pictures" / "gradient-check.png").is_file()


def test_a_function_that_is_not_started_is_named_and_the_reference_drawn(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "network.py").write_text("def sigmoid(z):\n    raise NotImplementedError\n")
    done = run("gradient-check", "--mine", "--out", "g.svg", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == ("gradecheck: exercises/network.py has no Network; the picture shows the reference\n")
    assert (tmp_path / "g.svg").read_text("utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["xor", "--out", "x.gif"], "expected a file name that ends in .png, .svg or .pdf, got 'x.gif'"),
        (["backprop-trace", "--out", "x.jpg"], "ends in .png, .svg, .pdf, .gif or .html, got 'x.jpg'"),
        (["xor", "--mine"], "there is no exercises/ here or above"),
        (["--mine"], "expected the name of a picture: loss-surface, "),
        (["xr"], "'xr' is not one of 'loss-surface'"),
        (["gradient-check", "--out", "file/x.png"], "cannot write file/x.png"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_status_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "file").write_text("")
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_it_opens_the_picture_only_where_there_is_a_display(tmp_path: Path) -> None:
    commands = tmp_path / "bin"
    commands.mkdir()
    opened = tmp_path / "opened"
    viewer = commands / "xdg-open"
    viewer.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    viewer.chmod(viewer.stat().st_mode | stat.S_IXUSR)
    path = f"{commands}{os.pathsep}{os.environ['PATH']}"
    run("gradient-check", cwd=tmp_path, PATH=path, DISPLAY=":7", CI="true")
    run("gradient-check", "--no-open", cwd=tmp_path, PATH=path, DISPLAY=":7")
    time.sleep(0.3)
    assert not opened.exists()
    run("gradient-check", cwd=tmp_path, PATH=path, DISPLAY=":7")
    until = time.monotonic() + 20
    while not opened.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert opened.read_text().strip() == str((tmp_path / "pictures" / "gradient-check.png").resolve())


def test_which_viewer_opens(tmp_path: Path) -> None:
    for name in ("open", "xdg-open"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    path = {"PATH": str(tmp_path)}
    assert files.viewer({**path, "DISPLAY": ":0"}, "linux") == str(tmp_path / "xdg-open")
    assert files.viewer({**path, "WAYLAND_DISPLAY": "w", "CI": "false"}, "linux") == str(tmp_path / "xdg-open")
    assert files.viewer(path, "linux") is None
    assert files.viewer({**path, "DISPLAY": ":0", "CI": "1"}, "linux") is None
    assert files.viewer(path, "darwin") == str(tmp_path / "open")
    assert files.viewer({**path, "SSH_CONNECTION": "a b"}, "darwin") is None
    assert files.viewer({"PATH": "", "DISPLAY": ":0"}, "linux") is None


def test_copies_never_overwrite_each_other(tmp_path: Path) -> None:
    path = tmp_path / "xor.png"
    copies = []
    for k in range(4):
        copy = files.write(path, b"%d" % k)
        copies.append(copy.read_bytes() if copy else None)
    assert copies == [None, b"0", b"1", b"2"]
    assert path.read_bytes() == b"3"
    assert len(list(tmp_path.iterdir())) == 4


def test_the_trace_can_be_had_as_one_html_file(tmp_path: Path) -> None:
    done = run("backprop-trace", "--out", "trace.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "trace.html").read_text("utf-8")
    assert "http" not in text.replace("http-equiv", "")
    assert text.count("data-step=") == 16


@pytest.mark.slow
def test_the_trace_is_an_animation_unless_something_else_is_asked_for(tmp_path: Path) -> None:
    assert run("backprop-trace", cwd=tmp_path).stdout == "saved pictures/backprop-trace.gif\n"
    assert (tmp_path / "pictures" / "backprop-trace.gif").read_bytes().startswith(b"GIF89a")
