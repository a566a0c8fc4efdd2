"""Network.train_epoch with the gradients of a batch divided by something else than its size."""

from __future__ import annotations

from .recipe import TrainEpoch

TE = TrainEpoch
TE.usual(
    "divisor",
    {
        "sum-not-mean": lambda r, m: 1.0,
        "nominal-batch-size": lambda r, m: r.shared.size,
        "divided-by-n": lambda r, m: r.shared.n,
        "averaged-twice": lambda r, m: m * m,
    },
)
TE.mistake("nominal-batch-size", "divisor", says={"instead": "32"})(lambda r, m: 32.0)
for _part, _whose in (("weight_divisor", "the weights"), ("bias_divisor", "the biases")):
    _what = f"The gradients of a batch are added up for {_whose}, where their mean is wanted."
    _where = f"{_whose}' part"
    TE.mistake("sum-not-mean", _part, says={"what": _what})(lambda r, m: 1.0)
    TE.mistake("nominal-batch-size", _part, says={"where": _where})(lambda r, m: r.shared.size)
    TE.mistake("divided-by-n", _part, says={"where": _where})(lambda r, m: r.shared.n)
    TE.mistake("averaged-twice", _part, rank=1, says={"where": _where})(lambda r, m: m * m)
TE.rare(
    "divisor",
    {
        "divided-by-outputs": lambda r, m: m * r.shared.y.shape[-1],
        "n-minus-one": lambda r, m: max(m - 1, 1),
        "n-plus-one": lambda r, m: m + 1,
    },
)
