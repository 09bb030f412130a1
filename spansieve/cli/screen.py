"""Tables and lines for a terminal: what fits, and what its encoding can write."""

import sys
from collections.abc import Sequence
from math import ceil
from typing import Final, NamedTuple

from rich.console import Console
from rich.text import Text

from spansieve.terminal import safe

BARS: Final = ("▁▂▃▄▅▆▇█", "_.:-=+*#")
"""A letter for nothing, and those for more and more; the second where the first can't be written."""
_MOST_TEXT: Final = 300
_UNBOUNDED: Final = 100_000
"""Columns where no terminal wraps."""


class Screen(NamedTuple):
    """What is drawn on: columns, lines (None: as many as it takes), the encoding of what is written, and whether
    texts are cut so that all columns have room.
    """

    width: int
    height: int | None
    encoding: str
    is_cut: bool

    def text(self, content: str, style: str = "", *, wraps: bool = False) -> Text:
        """`content` as far as it can be written, on one line unless it `wraps`; nothing in it is markup."""
        written = safe(content, _MOST_TEXT).encode(self.encoding, "backslashreplace").decode(self.encoding)
        return Text(written, style, no_wrap=not wraps, overflow="ellipsis" if self.is_rich else "crop")

    def line(self, values: Sequence[float], letters: int, least: float = 1) -> Text:
        """`values` as a small line of so many letters; see `sparkline`."""
        return self.text(sparkline(values, letters, BARS[not self.is_rich], least), "cyan")

    @property
    def is_rich(self) -> bool:
        """Whether letters beyond ASCII can be written."""
        try:
            (BARS[0] + "…").encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True


def console() -> Console:
    """Standard output; what goes elsewhere than to a terminal is never cut."""
    made = Console(highlight=False, markup=False, emoji=False, legacy_windows=False)
    if not made.is_terminal:
        made.width = _UNBOUNDED
    return made


def screen(of: Console, *, is_whole: bool = True) -> Screen:
    """As wide as the terminal, and unless it `is_whole` no longer."""
    height = None if is_whole or not of.is_terminal else of.height
    return Screen(of.width, height, sys.stdout.encoding or "utf-8", of.is_terminal)


def sparkline(values: Sequence[float], letters: int, bars: str = BARS[0], least: float = 1) -> str:
    """`values` as so many `letters`, each of which stands for several of them; `bars` begin with that for nothing.

    The highest letter is the greatest sum, or `least` where all sums are smaller (1 for counts).
    """
    if not values:
        return ""
    size = -(-len(values) // letters)
    sums = [sum(values[at : at + size]) for at in range(0, len(values), size)]
    most, last = max(*sums, least) or 1, len(bars) - 1
    return "".join(bars[min(last, ceil(one * last / most))] for one in sums)
