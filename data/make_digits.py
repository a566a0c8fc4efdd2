"""Make data/digits.npz from the UCI digits that scikit-learn brings along.

    python data/make_digits.py               write digits.npz beside this script
    python data/make_digits.py --measure     train on the digits.npz that is there, print accuracies
    … --file F                               write, or measure, F instead
    … --unshuffled                           write the digits in the order of their source

Making the file needs scikit-learn, a tool of development: neither the kit nor its tests need it.
Measuring needs nothing beyond the kit. Run it from a checkout.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from graders.datasets.npz import SIDE, read_npz, write_npz  # noqa: E402

#: Width of a digit within its 28 pixels. MNIST's is 20; three times the source's 8 trains as well,
#: loses less, and leaves a border of 2.
WIDTH = 24
#: Grey levels. The source has 17; a level between each two is smooth to the eye, and the file is
#: about 15 % smaller than with 256.
LEVELS = 33
#: The source is sorted by writer, so that its last fifth comes from hands that the rest never saw.
#: In shuffled order both parts of an ordered split are of one kind, as the project assumes.
SEED = 0


def upscaled(images: np.ndarray) -> np.ndarray:
    """Blocks of ink counts, (N, 8, 8) integers 0..16, as (N, 28, 28) uint8 0..255.

    Bilinear between the block centres, nothing but background outside. In whole numbers, so that
    every machine rounds alike.
    """
    weights, unit = _interpolation(images.shape[1], WIDTH)
    ink = weights @ images.astype(np.int64) @ weights.T
    most = 16 * unit * unit
    levels = _rounded(ink * (LEVELS - 1), most)
    border = (SIDE - WIDTH) // 2
    digits = np.zeros((len(images), SIDE, SIDE), np.uint8)
    digits[:, border:-border, border:-border] = _rounded(levels * 255, LEVELS - 1)
    return digits


def _interpolation(n_in: int, n_out: int) -> tuple[np.ndarray, int]:
    """Linear weights (n_out, n_in) as whole numbers, and the whole number that stands for 1."""
    unit = 2 * n_out
    weights = np.zeros((n_out, n_in), np.int64)
    for i in range(n_out):
        # The centre of pixel i lies at (i + 1/2) n_in / n_out - 1/2 on the scale of the blocks.
        left, share = divmod((2 * i + 1) * n_in - n_out, unit)
        for block, weight in ((left, unit - share), (left + 1, share)):
            if 0 <= block < n_in:
                weights[i, block] = weight
    return weights, unit


def _rounded(numerator: np.ndarray, denominator: int) -> np.ndarray:
    return (2 * numerator + denominator) // (2 * denominator)


def make(out: Path, *, shuffled: bool) -> None:
    """Write the digit set to `out`."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        sys.exit(
            "make_digits.py needs scikit-learn, which holds the source images: "
            "pip install scikit-learn (the kit itself does not need it)"
        )
    source = load_digits()
    # RandomState's stream is frozen, that of default_rng may change between numpy versions.
    order = np.random.RandomState(SEED).permutation(len(source.target))
    if not shuffled:
        order.sort()
    write_npz(out, upscaled(source.images)[order], source.target[order].astype(np.uint8))
    print(f"{out}: {len(order):,} digits, {out.stat().st_size / 1000:.0f} kB")


def measure(path: Path, seeds: int) -> None:
    """Print what the practice project reaches on the digits 0 to 4 in `path`."""
    from reference.digits import accuracy, prepare, train_digits

    X_train, y_train, _, X_test, _, labels_test = prepare(*read_npz(path))
    print(f"digits 0-4: {len(X_train)} train, {len(X_test)} test; [784, 64, 5], batches of 32")
    for epochs, rate in ((5, 0.5), (10, 0.5), (15, 0.5), (15, 1.0)):
        nets = (train_digits(X_train, y_train, epochs, rate, seed=seed)[0] for seed in range(seeds))
        reached = [accuracy(net, X_test, labels_test) for net in nets]
        print(
            f"{epochs:3} epochs at rate {rate}: test accuracy {np.mean(reached):.1%} on average, "
            f"{min(reached):.1%} to {max(reached):.1%} over seeds 0 to {seeds - 1}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make or measure data/digits.npz.")
    parser.add_argument("--file", type=Path, default=HERE / "digits.npz")
    parser.add_argument("--unshuffled", action="store_true", help="keep the order of the source")
    parser.add_argument("--measure", action="store_true", help="train on the digits that are there")
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds to measure with")
    chosen = parser.parse_args()
    if chosen.measure:
        measure(chosen.file, chosen.seeds)
    else:
        make(chosen.file, shuffled=not chosen.unshuffled)
