"""The one look of all pictures: Okabe and Ito's colours, which everybody can tell apart, on light or on dark.

Source of the palette: Okabe and Ito, "Color Universal Design", 2008. Colour is never the only sign: lines also differ
in their dashes, points in their shapes, and numbers are written out.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILLION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"

#: The height of a picture's head (title and what to see), in inches.
HEAD = 0.86


@dataclass(frozen=True)
class Theme:
    """Colours by what they are for. `ahead` is what flows forward or trains, `back` what flows back or tests.

    `back_ink` and `third_ink` are the same for small text, which needs more contrast than lines.
    """

    name: str
    paper: str
    ink: str
    muted: str
    line: str
    inset: str
    ahead: str
    back: str
    third: str
    fourth: str
    back_ink: str
    third_ink: str


LIGHT = Theme(
    name="light",
    paper="#ffffff",
    ink="#1c2228",
    muted="#535d68",
    line="#d3d8d6",
    inset="#f1f2ef",
    ahead=BLUE,
    back=VERMILLION,
    third=GREEN,
    fourth=PURPLE,
    back_ink="#ad4500",
    third_ink="#006b4b",
)
DARK = Theme(
    name="dark",
    paper="#1a1e22",
    ink="#e5e8ea",
    muted="#a5afb9",
    line="#3a424a",
    inset="#262c32",
    ahead=SKY,
    back=ORANGE,
    third="#2fc79a",
    fourth=PURPLE,
    back_ink=ORANGE,
    third_ink="#2fc79a",
)


@dataclass(frozen=True)
class Drawing:
    """A finished figure, and the same in words, for those who don't see it."""

    figure: Figure
    words: str


@dataclass(frozen=True)
class Sheet:
    """What a picture is drawn on.

    `own`: it shows the learner's functions. `instead`: why it doesn't, though that was asked for.
    """

    theme: Theme = LIGHT
    own: bool = False
    instead: str = ""

    @property
    def whose(self) -> str:
        """For titles."""
        if self.own:
            return "your functions"
        return "the reference, not your functions" if self.instead else "the reference"

    def figure(self, title: str, said: str, width: float, height: float) -> Figure:
        """An empty figure of so many inches, with its head: the title, whose numbers, and `said`, what to see."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height + HEAD), layout="constrained")
        total = height + HEAD
        engine: Any = figure.get_layout_engine()
        engine.set(rect=(0, 0, 1, height / total), w_pad=0.08, h_pad=0.08, wspace=0.03, hspace=0.04)
        left = 0.14 / width
        figure.suptitle(
            f"{title} · {self.whose}", x=left, y=1 - 0.12 / total, ha="left", va="top", fontsize=14, fontweight="bold"
        )
        lines = textwrap.wrap(said, int(width * 13.4))
        figure.text(left, 1 - 0.42 / total, "\n".join(lines), ha="left", va="top", color=self.theme.muted, fontsize=10)
        return figure


@contextmanager
def look(theme: Theme) -> Iterator[None]:
    """matplotlib's settings for this theme, whatever the user's own are."""
    import warnings

    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        # A learner's losses may be nan: the picture shows it, and no line on the terminal has to.
        warnings.simplefilter("ignore")
        matplotlib.rcdefaults()
        settings: Any = _settings(theme)
        matplotlib.rcParams.update(settings)
        yield


def diverging(theme: Theme) -> Colormap:
    """From `back` through the paper to `ahead`: for values with a middle."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("gradecheck", [theme.back, theme.inset, theme.ahead])


def rising(theme: Theme) -> Colormap:
    """From the paper to `ahead`: for counts."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("gradecheck-counts", [theme.paper, theme.ahead])


def _settings(theme: Theme) -> dict[str, Any]:
    from cycler import cycler

    colours = [theme.ahead, theme.back, theme.third, theme.fourth]
    return {
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "figure.facecolor": theme.paper,
        "savefig.facecolor": theme.paper,
        "text.color": theme.ink,
        "axes.facecolor": theme.paper,
        "axes.edgecolor": theme.muted,
        "axes.labelcolor": theme.ink,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "axes.prop_cycle": cycler(color=colours) + cycler(linestyle=["-", "--", "-.", ":"]),
        "grid.color": theme.line,
        "grid.linewidth": 0.7,
        "xtick.color": theme.muted,
        "ytick.color": theme.muted,
        "xtick.labelcolor": theme.ink,
        "ytick.labelcolor": theme.ink,
        "lines.linewidth": 2,
        "legend.frameon": True,
        "legend.facecolor": theme.paper,
        "legend.edgecolor": theme.line,
        "legend.framealpha": 0.9,
        "svg.hashsalt": "gradecheck",
    }
