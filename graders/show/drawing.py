"""From a name to a drawing: compute with the hands that were asked for, else with the reference, and draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from graders.learner.host import Host, HostError
from graders.show import style
from graders.show.catalogue import Picture
from graders.show.hands import OwnHands, ReferenceHands, UnusableError
from graders.show.progress import Progress, silent

Made = TypeVar("Made")


@dataclass(frozen=True)
class Computed:
    """A picture's numbers; `instead` says why they are the reference's where the learner's were asked for."""

    picture: Picture
    numbers: Any
    own: bool = False
    instead: str = ""

    def sheet(self, theme: style.Theme = style.LIGHT) -> style.Sheet:
        """What it is drawn on."""
        return style.Sheet(theme, self.own, self.instead)


def compute(picture: Picture, host: Host | None = None, progress: Progress = silent, memory: Any = None) -> Computed:
    """The numbers of a picture, with the learner's functions where `host` is given and they work.

    `memory`: see `kept.Memory`; what takes long is kept there.
    """
    numbers = picture.numbers()
    instead = ""
    if host is not None:
        hands = None
        try:
            hands = OwnHands(host)
            return Computed(picture, numbers(hands, progress, memory), own=True)
        except UnusableError as trouble:
            instead = trouble.reason
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
            # What comes out of the worker may be anything.
            instead = "your functions gave values that cannot be drawn"
        except HostError as error:
            instead = f"the worker for your functions did not start: {error}"
        finally:
            if hands is not None:
                hands.close()
    return Computed(picture, numbers(ReferenceHands(), progress, memory), instead=instead)


def draw(computed: Computed, theme: style.Theme = style.LIGHT) -> style.Drawing:
    """The drawing. Imports matplotlib."""
    with style.look(theme):
        drawing: style.Drawing = computed.picture.draw()(computed.numbers, computed.sheet(theme))
    return drawing


def rendered(computed: Computed, make: Callable[[Computed], Made]) -> tuple[Computed, Made]:
    """What `make` makes of the picture, and the picture: the reference's where the learner's numbers defeat it."""
    try:
        return computed, make(computed)
    except Exception:
        if not computed.own:
            raise
    numbers = computed.picture.numbers()(ReferenceHands(), silent, None)
    instead = Computed(computed.picture, numbers, instead="your functions gave values that cannot be drawn")
    return instead, make(instead)
