"""The digit sets: the bundled file, what `load` chooses, and building MNIST from files at hand."""

from __future__ import annotations

import gzip
import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from graders import paths
from graders.cli.data import data
from graders.datasets import digits, mnist
from graders.datasets.errors import DataError
from graders.datasets.fetch import RemoteFile
from graders.datasets.npz import read_npz, write_npz
from reference.digits import accuracy, prepare, train_digits
from test_idx import REAL_MNIST, idx_bytes

MAKE_DIGITS = paths.DATA / "make_digits.py"


def some_digits(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (n, 28, 28)).astype(np.uint8)
    return images, random.integers(0, 10, n).astype(np.uint8)


def write_idx_files(folder: Path, prefix: str, n: int, suffix: str = ".gz") -> None:
    folder.mkdir(exist_ok=True)
    images, labels = some_digits(n)
    for name, array in ((f"{prefix}-images-idx3", images), (f"{prefix}-labels-idx1", labels)):
        content = idx_bytes(array)
        content = gzip.compress(content) if suffix == ".gz" else content
        (folder / f"{name}-ubyte{suffix}").write_bytes(content)


@pytest.fixture
def small_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    """A MNIST of 12 + 5 digits. The checksums matter to downloads only."""
    subsets = tuple(
        mnist.Subset(
            RemoteFile(f"{prefix}-images-idx3-ubyte.gz", "", 0),
            RemoteFile(f"{prefix}-labels-idx1-ubyte.gz", "", 0),
            n,
        )
        for prefix, n in (("train", 12), ("t10k", 5))
    )
    monkeypatch.setattr(mnist, "SUBSETS", subsets)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(data, [str(argument) for argument in arguments])


def assert_one_line_error(result: Result, *expected: str, status: int = 1) -> None:
    assert result.exit_code == status, result.output
    line = result.stderr.strip().splitlines()[-1]
    assert line.startswith("Error: ")
    for text in expected:
        assert text in line
    assert "Traceback" not in result.output


# The bundled digits


def test_bundled_digits_are_in_the_guides_layout() -> None:
    bundled = digits.load("bundled")
    assert bundled.images.shape == (1797, 28, 28)
    assert bundled.images.dtype == np.uint8
    assert (bundled.images.min(), bundled.images.max()) == (0, 255)
    # As many of each digit as UCI names for the test part.
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.bincount(bundled.labels).tolist() == counts
    assert not bundled.images[:, :2].any()
    assert not bundled.images[:, :, -2:].any()
    assert bundled.name == "bundled"
    assert bundled.title == "the bundled digits (1,797 images)"


def test_bundled_file_is_small_and_loads_as_the_guide_loads_it() -> None:
    path = paths.DATA / "digits.npz"
    assert path.stat().st_size < 400_000
    with np.load(path) as stored:
        assert sorted(stored.files) == ["images", "labels"]


def test_both_parts_of_the_projects_split_hold_every_digit_alike() -> None:
    _, _, train, _, _, test = prepare(*read_npz(paths.DATA / "digits.npz"))
    assert (len(train), len(test)) == (720, 181)
    assert np.bincount(train, minlength=5).min() > 720 / 5 * 0.8
    assert np.bincount(test, minlength=5).min() > 181 / 5 * 0.7


def test_the_projects_network_learns_the_bundled_digits() -> None:
    X_train, y_train, _, X_test, _, labels_test = prepare(*read_npz(paths.DATA / "digits.npz"))
    net, losses = train_digits(X_train, y_train)
    assert accuracy(net, X_test, labels_test) > 0.95
    assert losses[-1] < losses[0] / 3


def test_making_the_digits_again_gives_the_same(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    made = []
    for name in ("a.npz", "b.npz"):
        path = tmp_path / name
        subprocess.run([sys.executable, MAKE_DIGITS, "--file", path], check=True, timeout=60)
        made.append(path.read_bytes())
    assert made[0] == made[1]
    # Another zlib may compress otherwise, so the file in the tree is compared by its arrays.
    for fresh, bundled in zip(read_npz(tmp_path / "a.npz"), read_npz(paths.DATA / "digits.npz"), strict=True):
        np.testing.assert_array_equal(fresh, bundled)


def test_making_the_digits_without_scikit_learn_says_so(tmp_path: Path) -> None:
    block = "import sys, runpy; sys.modules['sklearn'] = None; sys.argv = ['x', '--file', 'y']\n"
    code = block + f"runpy.run_path({str(MAKE_DIGITS)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "needs scikit-learn" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_upscaling_keeps_shape_range_and_symmetry() -> None:
    spec = importlib.util.spec_from_file_location("make_digits", MAKE_DIGITS)
    assert spec and spec.loader
    make_digits = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_digits)
    assert not make_digits.upscaled(np.zeros((1, 8, 8))).any()
    full = make_digits.upscaled(np.full((1, 8, 8), 16))[0]
    assert (full[4:-4, 4:-4] == 255).all()
    one = np.zeros((1, 8, 8))
    one[0, 2, 3] = 16
    big = make_digits.upscaled(one)[0]
    assert np.unravel_index(big.argmax(), big.shape) == (2 + 2 * 3 + 1, 2 + 3 * 3 + 1)
    np.testing.assert_array_equal(make_digits.upscaled(one[:, ::-1])[0], big[::-1])
    np.testing.assert_array_equal(make_digits.upscaled(one.transpose(0, 2, 1))[0], big.T)


# What load chooses


def test_auto_takes_mnist_where_it_is(tmp_path: Path) -> None:
    images, labels = some_digits(7)
    write_npz(tmp_path / "mnist_data.npz", images, labels)
    loaded = digits.load(folder=tmp_path)
    assert (loaded.name, loaded.note) == ("mnist", "")
    assert loaded.title == "MNIST (7 images)"
    np.testing.assert_array_equal(loaded.images, images)
    np.testing.assert_array_equal(loaded.labels, labels)
    assert digits.load("bundled", folder=tmp_path).name == "bundled"


def test_auto_looks_in_the_kits_data_folder_and_not_in_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit, submission = tmp_path / "kit", tmp_path / "submission"
    for folder in (kit, submission, submission / "data"):
        folder.mkdir()
    (kit / "digits.npz").write_bytes((paths.DATA / "digits.npz").read_bytes())
    for folder in (submission, submission / "data"):
        write_npz(folder / "mnist_data.npz", *some_digits(3))
    monkeypatch.chdir(submission)
    monkeypatch.setattr(paths, "DATA", kit)
    assert digits.load().name == "bundled"
    write_npz(kit / "mnist_data.npz", *some_digits(4))
    assert len(digits.load().labels) == 4


def test_limit_gives_the_first_ones(tmp_path: Path) -> None:
    images, labels = some_digits(7)
    write_npz(tmp_path / "mnist_data.npz", images, labels)
    loaded = digits.load(limit=3, folder=tmp_path)
    np.testing.assert_array_equal(loaded.images, images[:3])
    np.testing.assert_array_equal(loaded.labels, labels[:3])
    assert len(digits.load("bundled", limit=10**6).labels) == 1797


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="limit should be at least 1, is 0"):
        digits.load(limit=0)
    with pytest.raises(ValueError, match="prefer should be auto, bundled or mnist, is 'both'"):
        digits.load("both")  # type: ignore[arg-type]


def _replaced(folder: Path, **arrays: np.ndarray) -> None:
    np.savez(folder / "mnist_data.npz", **arrays)


IMAGES, LABELS = some_digits(6)
DAMAGE = {
    "no zip": lambda f: (f / "mnist_data.npz").write_bytes(b"not a zip"),
    "empty": lambda f: (f / "mnist_data.npz").write_bytes(b""),
    "a folder": lambda f: (f / "mnist_data.npz").mkdir(),
    "one array": lambda f: _replaced(f, images=IMAGES),
    "other names": lambda f: _replaced(f, x_train=IMAGES, y_train=LABELS),
    "flat images": lambda f: _replaced(f, images=IMAGES.reshape(6, 784), labels=LABELS),
    "float images": lambda f: _replaced(f, images=IMAGES / 255, labels=LABELS),
    "fewer labels": lambda f: _replaced(f, images=IMAGES, labels=LABELS[:5]),
    "float labels": lambda f: _replaced(f, images=IMAGES, labels=LABELS / 1),
    "label 10": lambda f: _replaced(f, images=IMAGES, labels=LABELS + np.uint8(10)),
    "nothing": lambda f: _replaced(f, images=IMAGES[:0], labels=LABELS[:0]),
    "objects": lambda f: _replaced(f, images=IMAGES, labels=LABELS.astype(object)),
    "a huge promise": lambda f: _huge(f / "mnist_data.npz"),
}


def _huge(path: Path) -> None:
    header = "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999, 28, 28), }"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("images.npy", "labels.npy"):
            archive.writestr(name, b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())


@pytest.mark.parametrize("case", DAMAGE)
def test_damaged_mnist_gives_a_note_and_the_bundled_digits(tmp_path: Path, case: str) -> None:
    DAMAGE[case](tmp_path)
    loaded = digits.load(folder=tmp_path)
    assert loaded.name == "bundled"
    assert len(loaded.labels) == 1797
    assert loaded.note.startswith("mnist_data.npz")
    assert "the bundled digits serve instead" in loaded.note
    assert "\n" not in loaded.note
    with pytest.raises(DataError, match="`gradecheck data` fetches MNIST anew"):
        digits.load("mnist", folder=tmp_path)


@pytest.mark.parametrize("position", [0.2, 0.5, 0.9])
def test_flipped_and_missing_bytes_are_noticed(tmp_path: Path, position: float) -> None:
    path = tmp_path / "mnist_data.npz"
    write_npz(path, *some_digits(6))
    good = path.read_bytes()
    at = int(len(good) * position)
    for bad in (good[:at], good[:at] + bytes([good[at] ^ 255]) + good[at + 1 :]):
        path.write_bytes(bad)
        assert digits.load(folder=tmp_path).note


def test_a_member_that_unpacks_to_too_much_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "mnist_data.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("images.npy", "w") as member,
    ):
        for _ in range(257):
            member.write(bytes(2**20))
    with pytest.raises(DataError, match="unpacks to 269,484,032 bytes"):
        digits.load("mnist", folder=tmp_path)


def test_pickled_arrays_are_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "sprung",))  # type: ignore[return-value]

    trap = np.empty(6, object)
    trap[:] = [Trap()] * 6
    _replaced(tmp_path, images=IMAGES, labels=trap)
    assert digits.load(folder=tmp_path).name == "bundled"
    assert not (tmp_path / "sprung").exists()


def test_no_mnist_is_no_news_but_asked_for_is_an_error(tmp_path: Path) -> None:
    assert digits.load(folder=tmp_path).note == ""
    with pytest.raises(DataError, match=r"mnist_data\.npz is not there; `gradecheck data`"):
        digits.load("mnist", folder=tmp_path)


# gradecheck data --from


@pytest.mark.parametrize("suffix", [".gz", ""])
def test_from_builds_train_then_test(small_mnist: None, tmp_path: Path, suffix: str) -> None:
    source, dest = tmp_path / "idx", tmp_path / "new" / "folder"
    write_idx_files(source, "train", 12, suffix)
    write_idx_files(source, "t10k", 5, suffix)
    result = run("--from", source, "--dest", dest)
    assert result.exit_code == 0, result.output
    assert "17 images" in result.stdout
    images, labels = read_npz(dest / "mnist_data.npz")
    assert (images.dtype, labels.dtype) == (np.uint8, np.uint8)
    np.testing.assert_array_equal(images, np.concatenate([some_digits(12)[0], some_digits(5)[0]]))
    np.testing.assert_array_equal(labels, np.concatenate([some_digits(12)[1], some_digits(5)[1]]))
    assert [path.name for path in dest.iterdir()] == ["mnist_data.npz"]


def test_from_knows_the_dotted_names(small_mnist: None, tmp_path: Path) -> None:
    write_idx_files(tmp_path, "t10k", 5, "")
    for path in list(tmp_path.iterdir()):
        path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    assert run("--from", tmp_path, "--dest", tmp_path).exit_code == 0
    assert len(read_npz(tmp_path / "mnist_data.npz")[1]) == 5


def test_from_one_subset_says_that_it_is_a_part(small_mnist: None, tmp_path: Path) -> None:
    write_idx_files(tmp_path, "t10k", 5)
    result = run("--from", tmp_path, "--dest", tmp_path)
    assert result.exit_code == 0, result.output
    assert "5 images\nOf MNIST's 17 images these are a part" in result.stdout


def test_a_complete_file_is_left_alone_and_force_builds_it_again(small_mnist: None, tmp_path: Path) -> None:
    write_idx_files(tmp_path, "train", 12)
    write_idx_files(tmp_path, "t10k", 5)
    target = tmp_path / "mnist_data.npz"
    write_npz(target, *some_digits(17, seed=9))
    before = target.read_bytes()
    result = run("--from", tmp_path, "--dest", tmp_path)
    assert result.exit_code == 0
    assert "is there and complete: 17 images" in result.stdout
    assert target.read_bytes() == before

    assert run("--from", tmp_path, "--dest", tmp_path, "--force").exit_code == 0
    assert target.read_bytes() != before
    copies = list(tmp_path.glob("mnist_data-*.npz"))
    assert [copy.read_bytes() for copy in copies] == [before]

    # The same content once more needs no second copy.
    assert run("--from", tmp_path, "--dest", tmp_path, "--force").exit_code == 0
    assert list(tmp_path.glob("mnist_data-*.npz")) == copies


def test_a_damaged_file_is_replaced_and_kept(small_mnist: None, tmp_path: Path) -> None:
    write_idx_files(tmp_path, "train", 12)
    write_idx_files(tmp_path, "t10k", 5)
    (tmp_path / "mnist_data.npz").write_bytes(b"damaged")
    result = run("--from", tmp_path, "--dest", tmp_path)
    assert result.exit_code == 0, result.output
    (copy,) = tmp_path.glob("mnist_data-*.npz")
    assert copy.read_bytes() == b"damaged"
    assert f"kept as {copy.name}" in result.stdout
    assert len(read_npz(tmp_path / "mnist_data.npz")[1]) == 17


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda f: [path.unlink() for path in f.glob("t*")], "holds none of train-images"),
        (lambda f: (f / "t10k-labels-idx1-ubyte.gz").unlink(), "but not t10k-labels"),
        (lambda f: (f / "train-images-idx3-ubyte.gz").unlink(), "but not train-images"),
        (
            lambda f: (f / "train-labels-idx1-ubyte.gz").write_bytes(b"nonsense"),
            "train-labels-idx1-ubyte.gz is no IDX file",
        ),
        (
            lambda f: (f / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(np.arange(6)))),
            "5 images, but 6 labels",
        ),
        (
            lambda f: (f / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(np.arange(20, 25)))),
            "labels should lie in 0 to 9, run from 20 to 24",
        ),
        (
            lambda f: (f / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(np.zeros((5, 8, 8))))),
            "images should be (N, 28, 28) of uint8, are (5, 8, 8)",
        ),
        (
            lambda f: (f / "t10k-images-idx3-ubyte.gz").write_bytes(
                (f / "t10k-images-idx3-ubyte.gz").read_bytes()[:-100]
            ),
            "t10k-images-idx3-ubyte.gz is a damaged gzip file",
        ),
    ],
)
def test_from_spoilt_files(small_mnist: None, tmp_path: Path, spoil: object, expected: str) -> None:
    source, dest = tmp_path / "idx", tmp_path / "dest"
    write_idx_files(source, "train", 12)
    write_idx_files(source, "t10k", 5)
    dest.mkdir()
    write_npz(dest / "mnist_data.npz", *some_digits(2))
    before = (dest / "mnist_data.npz").read_bytes()
    spoil(source)  # type: ignore[operator]
    result = run("--from", source, "--dest", dest)
    assert_one_line_error(result, expected, "mnist_data.npz is as it was (2 images)")
    assert (dest / "mnist_data.npz").read_bytes() == before
    assert [path.name for path in dest.iterdir()] == ["mnist_data.npz"]


def test_an_error_without_any_mnist_names_the_bundled_digits(small_mnist: None, tmp_path: Path) -> None:
    result = run("--from", tmp_path, "--dest", tmp_path)
    assert_one_line_error(result, "the bundled digits go on serving")


def test_a_destination_that_cannot_be(small_mnist: None, tmp_path: Path) -> None:
    write_idx_files(tmp_path, "t10k", 5)
    (tmp_path / "file").write_text("in the way")
    result = run("--from", tmp_path, "--dest", tmp_path / "file" / "below")
    assert_one_line_error(result, "cannot be made", "Not a directory")


def test_an_unwritable_destination(small_mnist: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx_files(tmp_path, "t10k", 5)
    # Permissions do not stop every user, so the system's answer is stood in for.
    monkeypatch.setattr("graders.cli.data.os.access", lambda path, mode: path != tmp_path / "dest")
    result = run("--from", tmp_path, "--dest", tmp_path / "dest")
    assert_one_line_error(result, "is not writable: name another with --dest")


@pytest.mark.parametrize("step", ["write", "copy", "rename"])
def test_a_disk_that_fills_up_leaves_what_was_there(
    small_mnist: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    source, dest = tmp_path / "idx", tmp_path / "dest"
    write_idx_files(source, "train", 12)
    write_idx_files(source, "t10k", 5)
    dest.mkdir()
    write_npz(dest / "mnist_data.npz", *some_digits(2))
    before = (dest / "mnist_data.npz").read_bytes()

    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    name = {
        "write": "numpy.lib.format.write_array",
        "copy": "graders.datasets.mnist.shutil.copy2",
        "rename": "pathlib.Path.replace",
    }[step]
    monkeypatch.setattr(name, full)
    result = run("--from", source, "--dest", dest)
    assert_one_line_error(result, "cannot be written: No space left on device", "as it was")
    assert (dest / "mnist_data.npz").read_bytes() == before
    assert not list(dest.glob("*.part"))


def test_default_folder_is_the_kits_or_else_data_below_the_current_one(
    small_mnist: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, kit = tmp_path / "idx", tmp_path / "kit"
    write_idx_files(source, "t10k", 5)
    kit.mkdir()
    monkeypatch.setattr(paths, "DATA", kit)
    monkeypatch.chdir(tmp_path)
    assert run("--from", source).exit_code == 0
    assert (kit / "mnist_data.npz").is_file()

    real_access = mnist.os.access
    monkeypatch.setattr("graders.cli.data.os.access", lambda path, mode: path != kit and real_access(path, mode))
    result = run("--from", source)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "data" / "mnist_data.npz").is_file()
    assert f"it looks in {kit}" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "no/such/folder"],
        ["--from", ".", "--mirror", "http://localhost/"],
        ["--mirror", "ftp://localhost/mnist/"],
        ["--mirror", "file:///etc/"],
        ["--mirror", "localhost/mnist"],
        ["--mirror", "http://"],
        ["--mirror", "http://[::1/"],
        ["--mirror", "http://localhost:port/"],
        ["--mirror", "http://me:secret@localhost/"],
        ["--mirror", "http://localhost/?file="],
        ["--timeout", "0"],
        ["--timeout", "soon"],
        ["extra"],
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    result = run("--dest", tmp_path / "dest", *arguments)
    assert_one_line_error(result, status=2)
    assert "secret" not in result.output
    assert not (tmp_path / "dest").exists()


@pytest.mark.skipif(not REAL_MNIST.is_dir(), reason="the real MNIST files are not at hand")
def test_from_the_real_files(tmp_path: Path) -> None:
    result = run("--from", REAL_MNIST, "--dest", tmp_path)
    assert result.exit_code == 0, result.output
    assert "10,000 images\nOf MNIST's 70,000 images these are a part" in result.stdout
    loaded = digits.load("mnist", folder=tmp_path)
    assert loaded.title == "MNIST (10,000 images)"
    assert loaded.labels[:5].tolist() == [7, 2, 1, 0, 4]
