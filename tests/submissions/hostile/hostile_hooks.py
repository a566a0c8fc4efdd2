"""What git can't hold: links, FIFOs, devices, sparse files, odd names. Each gets the submission's root."""

from __future__ import annotations

import contextlib
import os
import py_compile
import shutil
import socket
import sys
from pathlib import Path


def links_out(root: Path) -> None:
    """The faked function is right only when a link that leaves the submission is followed."""
    outside = root.parent / f"{root.name}-outside.py"
    outside.write_text("def gradient(p, t):\n    return 2 * (p - t) / p.size\n")
    (root / "exercises" / "outside.py").symlink_to(outside)
    (root / "exercises" / "passwd").symlink_to("/etc/passwd")
    source = root / "exercises" / "losses.py"
    source.write_text(
        source.read_text()
        + "\n\ntry:\n    from outside import gradient as mse_gradient\n"
        + "except ImportError:\n    mse_gradient = lambda p, t: 0.0\n"
    )


def link_module(root: Path) -> None:
    module = root / "exercises" / "trace.py"
    outside = root.parent / f"{root.name}-trace.py"
    shutil.move(module, outside)
    module.symlink_to(outside)


def link_folder(root: Path) -> None:
    outside = root.parent / f"{root.name}-exercises"
    shutil.move(root / "exercises", outside)
    (root / "exercises").symlink_to(outside, target_is_directory=True)


def link_loop(root: Path) -> None:
    folder = root / "exercises"
    (folder / "again").symlink_to(".", target_is_directory=True)
    (folder / "a.py").symlink_to("b.py")
    (folder / "b.py").symlink_to("a.py")
    (folder / "up").symlink_to("..", target_is_directory=True)


def fifo(root: Path) -> None:
    for name in ("trace.py", "answers.toml", "notes.txt"):
        path = root / "exercises" / name
        path.unlink(missing_ok=True)
        os.mkfifo(path)


def device(root: Path) -> None:
    folder = root / "exercises"
    before = Path.cwd()
    os.chdir(folder)  # the path of a socket is limited to about a hundred bytes
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("socket.py")
    finally:
        os.chdir(before)
    with contextlib.suppress(OSError):
        os.mknod(folder / "zero.py", 0o020644, os.makedev(1, 5))


def sparse_file(root: Path) -> None:
    with (root / "exercises" / "large.bin").open("wb") as out, contextlib.suppress(OSError):
        out.truncate(40 * 2**30)


def sparse_module(root: Path) -> None:
    with (root / "exercises" / "trace.py").open("wb") as out, contextlib.suppress(OSError):
        out.truncate(4 * 2**30)


def odd_names(root: Path) -> None:
    folder = os.fsencode(root / "exercises")
    for name in (
        b"two\nlines.py", b"\x1b[31mred.py", b"<img src=x onerror=alert(1)>.py", b"\xff\xfe.py",
        b"::notice::passed.py", b"-rf", b"a" * 250, b" ", b"%2e%2e", b"co\tlon:.py", b"$(id).py",
        "\u202egpj.py".encode(), b"`touch x`.py", b"'; DROP TABLE results; --.py",
    ):  # fmt: skip
        with contextlib.suppress(OSError), open(os.path.join(folder, name), "wb") as out:
            out.write(b"x = 1\n")


def many_files(root: Path) -> None:
    folder = root / "exercises" / "many"
    folder.mkdir()
    for number in range(10_000):
        (folder / f"f{number}.txt").touch()


def deep_folders(root: Path) -> None:
    folder = root / "exercises"
    with contextlib.suppress(OSError):
        for _ in range(200):
            folder = folder / "deeper"
            folder.mkdir()
        (folder / "end.py").write_text("x = 1\n")


def module_is_folder(root: Path) -> None:
    module = root / "exercises" / "trace.py"
    module.unlink()
    module.mkdir()
    (module / "__init__.py").write_text("raise SystemExit(0)\n")


def unreadable(root: Path) -> None:
    """Without effect for root, who reads everything: then the module is emptied too."""
    module = root / "exercises" / "trace.py"
    module.write_text("")
    module.chmod(0)


def case_twins(root: Path) -> None:
    for name in ("Losses.py", "trace.PY", "NETWORK.py"):
        path = root / "exercises" / name
        if not path.exists():
            path.write_text("raise SystemExit(0)\n")


def extension_module(root: Path) -> None:
    """Files that are no extensions, under names that Python prefers to losses.py."""
    tag = sys.implementation.cache_tag
    for name in (f"losses.{tag}-x86_64-linux-gnu.so", "losses.abi3.so", "network.so", "trace.pyd"):
        (root / "exercises" / name).write_bytes(b"\x7fELF" + bytes(60))


def no_exercises(root: Path) -> None:
    shutil.rmtree(root / "exercises")
    (root / "README.md").write_text("I have done them all.\n")


def git_config(root: Path) -> None:
    git = root / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "objects").mkdir()
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs" / "heads" / "main").write_text("0123456789" * 4 + "\n")
    run = "touch /tmp/gradecheck-hostile-git"
    (git / "config").write_text(
        f'[core]\n\trepositoryformatversion = 0\n\tfsmonitor = "{run}"\n\tpager = "{run}"\n'
        f'\tsshCommand = "{run}"\n\teditor = "{run}"\n[diff]\n\texternal = "{run}"\n'
        f'[alias]\n\tlog = "!{run}"\n'
    )
    hooks = git / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "pre-commit", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\n{run}\n")
        (hooks / name).chmod(0o755)


def false_bytecode(root: Path) -> None:
    """Right code as bytecode, marked as current, beside a wrong source."""
    module = root / "exercises" / "losses.py"
    wrong = module.read_text()
    right = wrong.replace("return np.zeros(1)", "return 2 * (predictions - targets) / predictions.size")
    module.write_text(right)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    for folder in ("exercises", "."):
        cached = root / folder / "__pycache__" / f"losses.{sys.implementation.cache_tag}.pyc"
        py_compile.compile(str(module), cfile=str(cached), invalidation_mode=mode)
    module.write_text(wrong)


def parser_bomb(root: Path) -> None:
    nested = "(" * 199 + ")" * 199
    chain = "x = " + "-" * 200_000 + "1\n"
    (root / "exercises" / "trace.py").write_text(f"x = {nested}\n{chain}")


def long_line(root: Path) -> None:
    module = root / "exercises" / "trace.py"
    module.write_text(module.read_text() + "\n# " + "x" * 30_000_000 + "\n" + "#\n" * 1_000_000)


def answers_deep(root: Path) -> None:
    (root / "exercises" / "answers.toml").write_text("a = " + "[" * 100_000 + "]" * 100_000 + "\n")


def answers_huge(root: Path) -> None:
    with (root / "exercises" / "answers.toml").open("w") as out:
        for number in range(200):
            out.write(f'k{number} = "' + "x" * 2**20 + '"\n')


def answers_dotted(root: Path) -> None:
    (root / "exercises" / "answers.toml").write_text(".".join(["a"] * 50_000) + " = 1\n")


def answers_digits(root: Path) -> None:
    (root / "exercises" / "answers.toml").write_text("mse = " + "9" * 5_000_000 + "\n")
