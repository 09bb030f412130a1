"""Where in a text something may begin, in order: told by a union of cores, or by the ends of hits of single ones."""

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple, Protocol

from .family import Finding

Find = Callable[[bytes, int, int], Sequence[Finding]]

_WINDOW = 256
"""Bytes before its end in which a core's hit begins."""


class Match(Protocol):
    """Where a core stands."""

    def start(self) -> int:
        """The offset of its first byte."""

    def end(self) -> int:
        """The offset behind its last byte."""


class Union(Protocol):
    """Cores, joined into one pattern; or one."""

    def search(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Match | None:
        """The first core at or behind `pos`, and before `endpos`."""


class Candidate(NamedTuple):
    """Where a core hits, and who is to be asked about it."""

    start: int
    end: int
    finders: tuple[Find, ...]


class Candidates(Protocol):
    """Those of one text."""

    def next(self, place: int) -> Candidate | None:
        """The first that begins at or behind `place`, which never goes back."""


class ByUnion:
    """All that a union hits at; everybody whose cores are in it is to be asked."""

    __slots__ = ("_finders", "_text", "_union")

    def __init__(self, text: bytes, union: Union, finders: tuple[Find, ...]) -> None:
        """Search `text`."""
        self._text, self._union, self._finders = text, union, finders

    def next(self, place: int) -> Candidate | None:
        """Source: `Candidates`."""
        hit = self._union.search(self._text, place)
        return None if hit is None else Candidate(hit.start(), hit.end(), self._finders)


class Core:
    """A core alone, and those whom it belongs to; compiled when it hits for the first time."""

    __slots__ = ("_compile", "_pattern", "finders", "side")

    def __init__(self, side: str, finders: tuple[Find, ...], compile_it: Callable[[], Union]) -> None:
        """`side`: the union that it is in as well."""
        self.side = side
        self.finders = finders
        self._compile = compile_it
        self._pattern: Union | None = None

    @property
    def pattern(self) -> Union:
        """What google-re2 makes of it."""
        if self._pattern is None:
            self._pattern = self._compile()
        return self._pattern


class ByEnds:
    """All that single cores hit at, of which the ends are known."""

    __slots__ = ("_hits", "_text")

    def __init__(self, text: bytes, hits: Sequence[tuple[int, Core]]) -> None:
        """`hits`: ends, in order, with the core of each."""
        self._text = text
        self._hits: list[tuple[int, int, int, Core]] = []
        begun: dict[int, int] = {}
        for order, (end, core) in enumerate(hits):
            first, last = max(0, end - _WINDOW), begun.get(id(core), -1)
            start = _start(text, max(first, last + 1), end, core.pattern)
            if start < 0 <= last:  # it begins before one that ended before it
                start = _start(text, first, end, core.pattern)
            if start >= 0:
                self._hits.append((start, end, order, core))
                begun[id(core)] = max(start, last)
        heapify(self._hits)

    def next(self, place: int) -> Candidate | None:
        """Source: `Candidates`."""
        hits = self._hits
        while hits:
            start, end, order, core = heappop(hits)
            if start >= place:
                finders = dict.fromkeys(core.finders)
                while hits and hits[0][0] == start:
                    finders |= dict.fromkeys(heappop(hits)[3].finders)
                return Candidate(start, end, tuple(finders))
            if end > place and (start := _start(self._text, place, end, core.pattern)) >= 0:
                heappush(hits, (start, end, order, core))
        return None


def _start(text: bytes, place: int, end: int, pattern: Union) -> int:
    """Where `pattern` begins, at or behind `place`, if it is to end at `end`; -1 where it does not."""
    while (hit := pattern.search(text, place, end)) is not None:
        if hit.end() == end:
            return hit.start()
        place = hit.start() + 1
    return -1
