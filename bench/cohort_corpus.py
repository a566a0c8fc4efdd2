"""A generated cohort: right, wrong, unfinished, hostile, empty and damaged submissions, the same ones for a seed.

    python -m bench.cohort_corpus FOLDER --count 300 [--seed 1]

Made from tests/submissions. Each student's files differ in a comment, so that each is graded, apart from a few copies.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
STUBS = CHECKOUT / "data" / "stubs"
sys.path.insert(0, str(CHECKOUT / "tests"))

import submissions_lib as lib  # noqa: E402

HANGS = """

def mse_loss(predictions, targets):
    while True:
        pass
"""
DIES = """

def mse_loss(predictions, targets):
    import os
    os.abort()
"""


def generate(folder: Path, count: int, seed: int = 1) -> Counter[str]:
    """Write `count` submissions into `folder`, and return how many there are of each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(seed)
    kinds = list(_KINDS)
    weights = [weight for weight, _ in _KINDS.values()]
    made: Counter[str] = Counter()
    for n in range(count):
        # The first ones are one of each kind, so that a small cohort has them all.
        kind = kinds[n] if n < len(kinds) else draw.choices(kinds, weights)[0]
        _KINDS[kind][1](folder, f"student-{n:06d}", draw)
        made[kind] += 1
    return made


def _laid(pool: list[lib.Submission]) -> Callable[[Path, str, random.Random], None]:
    def make(folder: Path, name: str, draw: random.Random) -> None:
        submission = draw.choice(pool)
        root = _write(submission, folder / name)
        _sign(root, name)

    return make


def _write(submission: lib.Submission, root: Path) -> Path:
    if submission.base == "stubs":
        shutil.copytree(STUBS, root / "exercises")
    lib.write(submission, root, (STUBS / "answers.toml").read_text("utf-8"))
    return root


def _sign(root: Path, name: str) -> None:
    (root / "exercises" / "who.txt").write_text(f"{name}\n", "utf-8")


def _unfinished(folder: Path, name: str, draw: random.Random) -> None:
    """The first few modules done, the rest as they were given."""
    root = folder / name
    shutil.copytree(STUBS, root / "exercises")
    for path, text in list(lib.plain().items())[: draw.randint(1, 6)]:
        (root / path).write_text(str(text), "utf-8")
    _sign(root, name)


def _untouched(folder: Path, name: str, draw: random.Random) -> None:
    shutil.copytree(STUBS, folder / name / "exercises")


def _zipped(folder: Path, name: str, draw: random.Random) -> None:
    (folder / f"{name}.zip").write_bytes(_zip(name))


def _tarred(folder: Path, name: str, draw: random.Random) -> None:
    with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as archive:
        for path, text in {**lib.plain(), "exercises/who.txt": name}.items():
            data = str(text).encode()
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def _zip(name: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in {**lib.plain(), "exercises/who.txt": name}.items():
            archive.writestr(path, text)
    return data.getvalue()


def _damaged(folder: Path, name: str, draw: random.Random) -> None:
    data = bytearray(_zip(name))
    if draw.random() < 0.5:
        data = data[: len(data) // 2]
    else:
        for _ in range(40):
            data[draw.randrange(len(data))] ^= 0xFF
    (folder / f"{name}.zip").write_bytes(bytes(data))


def _empty(folder: Path, name: str, draw: random.Random) -> None:
    (folder / name).mkdir()


def _appended(code: str) -> Callable[[Path, str, random.Random], None]:
    def make(folder: Path, name: str, draw: random.Random) -> None:
        root = lib.write(lib.right()[0], folder / name)
        with (root / "exercises" / "losses.py").open("a", encoding="utf-8") as file:
            file.write(code)
        _sign(root, name)

    return make


def _harmless() -> list[lib.Submission]:
    """Attacks that leave nothing behind, and end soon, also where there is no cage."""
    return [each for each in lib.hostile() if not each.needs_cage and each.make_hook is None]


_KINDS: dict[str, tuple[float, Callable[[Path, str, random.Random], None]]] = {
    "right": (30, _laid(lib.right())),
    "wrong": (30, _laid(lib.wrong())),
    "two mistakes": (8, _laid(lib.pairs())),
    "unfinished": (12, _unfinished),
    "untouched": (4, _untouched),
    "hostile": (4, _laid(_harmless())),
    "zip": (4, _zipped),
    "tar": (2, _tarred),
    "damaged archive": (2, _damaged),
    "empty": (2, _empty),
    "hangs": (1, _appended(HANGS)),
    "dies": (1, _appended(DIES)),
}


def main() -> None:
    """Generate a cohort, and say of what."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    made = generate(options.folder, options.count, options.seed)
    print(", ".join(f"{n} {kind}" for kind, n in made.items()))


if __name__ == "__main__":
    main()
