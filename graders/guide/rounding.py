"""How a true value is written into the ledger, and whether it agrees with what is printed."""

from __future__ import annotations

import math
import re

from .numbers import agree, decimals_of, value_of

#: The number inside what a guide claims: >80%, 30,000+, 3.6x.
_CLAIM = re.compile(r"(?P<bound>>?)\s*(?P<number>[-+]?[\d,]*\.?\d+\.?(?:[eE][-+]?\d+)?)(?P<plus>\+?)")

Value = float | int | str


def verdict_on(printed: str, true: Value, decimals: int | None = None) -> str:
    """Return "holds" or "differs": at the printed precision, or within the bound of ">80%"."""
    if isinstance(true, str):
        return "holds" if printed == true else "differs"
    claim = _parse(printed)
    stated = value_of(claim["number"])
    if claim["bound"] or claim["plus"]:
        return "holds" if true >= stated else "differs"
    return "holds" if agree(stated, true, _places(printed, decimals)) else "differs"


def rounded(true: Value, printed: str, decimals: int | None = None) -> Value:
    """The true value with two more places than are printed, and at least three digits."""
    if isinstance(true, str):
        return true
    if float(true).is_integer():
        return float(true) if "." in printed else int(true)
    places = _places(printed, decimals) + 2
    for_three_digits = 2 - math.floor(math.log10(abs(true)))
    return round(float(true), max(places, min(for_three_digits, 3 * abs(places)))) + 0.0


def at_precision(printed: str, true: Value, decimals: int | None = None) -> str:
    """The true value as the guide would have printed it."""
    if isinstance(true, str):
        return true
    number = _parse(printed)["number"].lower()
    if "e" in number:
        return f"{true:.{decimals_of(number.partition('e')[0])}e}"
    places = max(_places(printed, decimals), 0)
    if places == 0 and not float(true).is_integer():
        return f"{true:g}"  # "6 times" for 6.25
    return f"{true:.{places}f}"


def _places(printed: str, decimals: int | None) -> int:
    """The decimal places that the text vouches for, unless they are known better."""
    return decimals_of(_parse(printed)["number"]) if decimals is None else decimals


def _parse(printed: str) -> dict[str, str]:
    match = _CLAIM.search(printed)
    if match is None:
        raise ValueError(f"expected a number in {printed!r}, to compare with the recomputed one")
    return match.groupdict()
