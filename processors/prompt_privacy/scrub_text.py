"""A text of any length, scrubbed in windows that overlap.

A window is searched as a whole, and let go up to a line's end well before its own: whatever begins there was seen with
all that follows it. What is let go stays in sight for a while, as findings hang on what stands before them.
"""

from collections.abc import Callable
from typing import NamedTuple

from .cuts import Cut, Slot, withheld
from .detectors.engine import MAX_REFUSED
from .people import MAX_PEOPLE, NOBODY, People, owners_of_homes
from .scrubber import Asked, Scrubber

WINDOW = 256 * 1024
SMALLEST = 8 * 1024
"""A window that is too much to be searched is halved down to so many bytes; what is too much then is withheld."""
AHEAD = 20 * 1024
"""Bytes behind what is let go: a private key has 16 KB at most."""
BEHIND = 1024
"""Bytes before a window that are searched with it."""


class Place(NamedTuple):
    """Where something stands: from 1, the column in characters."""

    line: int = 1
    column: int = 1

    def after(self, text: bytes) -> "Place":
        """The place behind `text`."""
        lines = text.count(b"\n")
        column = len(text[text.rfind(b"\n") + 1 :].decode(errors="replace"))
        return Place(self.line + lines, column + 1) if lines else Place(self.line, self.column + column)


class Texts:
    """Texts of one source, one after the other: `feed` their parts, and `end` each."""

    def __init__(
        self,
        scrubber: Scrubber,
        fill: Callable[[Slot], bytes],
        note: Callable[[Place, Slot], None],
        *,
        learns: bool,
        changes: bool,
    ) -> None:
        """`fill` says what takes the place of a finding, `note` is told of each. `learns`: the owners of home
        directories are looked for from there on. Without `changes` all is found, and nothing replaced.
        """
        self._scrubber = scrubber
        self._fill = fill
        self._note = note
        self._learns = learns
        self._changes = changes
        self._people = NOBODY
        self.place = Place()
        """Where the text that was not let go yet begins."""
        self._size = WINDOW
        self._before = self._text = b""
        self.structured = False
        """Whether the text is JSON, or a part of some."""

    def feed(self, part: bytes) -> bytes:
        """What can be let go once `part` follows."""
        done = b""
        for start in range(0, len(part), WINDOW):
            self._text += part[start : start + WINDOW]
            while len(self._text) >= WINDOW:
                done += self._window()
        return done

    def end(self) -> bytes:
        """The rest of the text; another one may begin."""
        done = b""
        while self._text:
            done += self._window(last=True)
        self._before = b""
        return done

    def alone(self, line: bytes) -> bytes:
        """A line of JSON, between two texts."""
        if len(line) < WINDOW and not self._scrubber.suspicious(line, self._asked(line).people):
            self.skip(line)
            return line
        self.structured = True
        done = self.feed(line) + self.end()
        self.structured = False
        return done

    def skip(self, text: bytes) -> None:
        """Go behind `text`, which somebody else scrubs; between two texts."""
        self.place = self.place.after(text)

    def _window(self, *, last: bool = False) -> bytes:
        size, cut = self._searched()
        last = last and size == len(self._text)
        if "budget" in cut.withheld or "error" in cut.withheld:
            return self._withheld(size, cut)
        free = size if last else _border(self._text, size)
        free, parts = self._apart(cut, free, last=last)
        self._go(free)
        return b"".join(parts)

    def _searched(self) -> tuple[int, Cut]:
        """How much of the text could be searched, and what is in it and before it."""
        while True:
            size = min(self._size, len(self._text))
            seen = self._before + self._text[:size]
            cut = self._scrubber.cut(seen, asked=self._asked(seen)) or Cut((seen,), ())
            if size <= SMALLEST or not ("budget" in cut.withheld or "error" in cut.withheld):
                if cut.refused < MAX_REFUSED // 2:
                    self._size = min(WINDOW, 2 * self._size)
                return size, cut
            self._size = max(SMALLEST, size // 2)

    def _asked(self, seen: bytes) -> Asked:
        names = owners_of_homes(seen) - self._people.names if self._learns else None
        if names:
            self._people = People(frozenset(sorted(self._people.names | names)[:MAX_PEOPLE]))
        return Asked(self._people, structured=self.structured)

    def _apart(self, cut: Cut, free: int, *, last: bool) -> tuple[int, list[bytes]]:
        """What can be let go of the text up to `free` or a little less, and the parts of that, scrubbed."""
        base, at, place = len(self._before), 0, self.place
        parts: list[bytes] = []
        for slot in sorted((*cut.slots, *cut.allowed), key=lambda one: one.start):
            start, end = max(slot.start - base, at), slot.end - base
            if end <= at:
                continue  # it was let go with the window before
            if start >= free:
                break
            if end > free:
                free = end if last or start == 0 else start
                if free == start:
                    break
            place = place.after(self._text[at:start])
            self._note(place, slot)
            place = place.after(self._text[start:end])
            parts += (self._text[at:start], self._instead(slot, start, end))
            at = end
        parts.append(self._text[at:free])
        return free, parts

    def _instead(self, slot: Slot, start: int, end: int) -> bytes:
        if slot.action == "allow" or not self._changes:
            return self._text[start:end]
        return slot.quote + self._fill(slot) + slot.quote

    def _withheld(self, size: int, cut: Cut) -> bytes:
        """The first `size` bytes, of which the end could not be searched, or all."""
        mark = withheld(cut.withheld[-1]).pieces[0]
        known = (cut.slots[-1].end if cut.slots else 0) + len(cut.pieces[-1]) - len(mark)
        known, parts = self._apart(cut, max(0, known - len(self._before)), last=True)
        rest = self._text[known:size]
        slot = Slot("WITHHELD", cut.withheld[-1], "withheld", "", shared=False, start=known, end=size)
        self._note(self.place.after(self._text[:known]), slot)
        self._go(size)
        end = b"\n" if rest.endswith(b"\n") else b""
        return b"".join((*parts, mark + end if self._changes else rest))

    def _go(self, size: int) -> None:
        gone = self._text[:size]
        self.place = self.place.after(gone)
        self._before = (self._before[-BEHIND:] + gone)[-BEHIND:]
        self._text = self._text[size:]


def _border(text: bytes, size: int) -> int:
    """Up to where a window of `size` bytes is let go: behind a line, where one ends within reach."""
    most = size - min(AHEAD, size // 2)
    line = text.rfind(b"\n", most // 2, most) + 1
    while not line and most > 1 and text[most] & 0xC0 == 0x80:  # not within a character
        most -= 1
    return line or most
