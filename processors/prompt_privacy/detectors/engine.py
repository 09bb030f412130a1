"""All families together: is something there, and if so, where.

The cores are searched by Hyperscan, or as unions by google-re2; only where a core hits is anything decided in Python.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple, cast

import re2

from .candidates import ByEnds, ByUnion, Candidates, Core, Find, Union
from .family import Family, Finding
from .gate import Matches, gate_of

MAX_REFUSED = 2_000
"""Hits in one text that turned out to be nothing; what lies behind the last of them is withheld."""

_LAST = 1_000
"""The rank of what no family of the table finds: names of people."""

_ROUNDS = 3
_NEAR = 512
"""Bytes around a cut in which something new may be found."""
_MANY = 1_000
"""Hits of single cores in one text that are looked at one by one."""
SIDES = ("words", "digits", "contexts", "customs")
"""The unions that a family's cores are in."""
MARKS = re.compile(
    rb"<(?:[A-Z][A-Z0-9_]*(?:_[a-z]{4}|_[a-z]{8}|_[0-9]{1,6}|:[A-Za-z0-9_-]{1,32}:[0-9a-f]{32})?"
    rb"|WITHHELD:[0-9a-z ]{1,20}|TRUNCATED:[0-9]{1,12} characters)>"
)
"""What was put in place of findings before: nothing is found in it again."""

Goes = Callable[[Finding], bool]
"""Whether a finding is to go. One that stays hides nothing that it overlaps."""


class Found(NamedTuple):
    """What a text holds."""

    findings: tuple[Finding, ...]
    """In order, none overlapping another."""
    spent: int
    """From where on nobody looked, because too many candidates had been refused; -1 where all was searched."""
    refused: int
    """Candidates that were nothing."""


NOTHING = Found((), -1, 0)


class Engine:
    """What is personal or secret in texts, by the families that it was given."""

    def __init__(self, families: Iterable[Family]) -> None:
        """Compile their cores. Raises re2.error for a core that RE2 does not take."""
        families = tuple(families)
        self._rank = {entity: place for place, entity in enumerate(dict.fromkeys(_entities(families)))}
        self._sides: list[tuple[Union, tuple[Find, ...]]] = []
        for side in SIDES:
            cores = [core for family in families for core in getattr(family, side)]
            if cores:
                finders = tuple(dict.fromkeys(family.find for family in families if getattr(family, side)))
                self._sides.append((union(cores, utf8=side == "customs"), finders))
        own = [core for family in families for core in family.customs]
        self.unions: tuple[Union, ...] = tuple(one for one, _ in self._sides)
        """All cores, for whoever searches many texts in one go."""
        self.customs = self.unions[-1:] if own else ()
        """Those that are not ours, which `gate` does not know."""
        askers = _askers(families)
        self.gate = gate_of(tuple(core for core, _ in askers))
        """All of ours, likewise."""
        self._cores = [Core(side, tuple(asked), partial(union, [core])) for (core, side), asked in askers.items()]

    def suspicious(self, data: bytes, matches: Matches | None = None) -> bool:
        """Whether a core hits in `data`, which may be a text or the wire bytes around some; `matches`: what `gate` has
        told of it, if it was asked.
        """
        hits = self.gate.hits(data) if matches is None else bool(matches)
        unions = self.unions if hits is None else self.customs
        return bool(hits) or any(one.search(data) is not None for one in unions)

    def find(
        self,
        text: bytes,
        more: Sequence[Finding] = (),
        goes: Goes = lambda _: True,
        matches: Matches | None = None,
    ) -> Found:
        """What stands in `text`, UTF-8 without disguises, and `more`; of these what `goes`. Linear in its length.
        `matches`: what `gate` has told of it, if it was asked.

        What is cut makes new borders, at which something may begin that was a part of a longer word before: so a text
        is searched until nothing more is found, at most _ROUNDS times.
        """
        found = [one for one in more if goes(one)]
        matches = self.gate.matches(text) if matches is None else matches
        refused, spent, searched = 0, -1, text
        for _ in range(_ROUNDS):
            new, times, end = self._round(searched, matches, goes)
            refused += times
            spent = end if spent < 0 else spent
            found += new
            if not new or end >= 0:
                break
            searched = _marked(searched, new)
            matches = None if matches is None else self._near(searched, new)
            if not self.suspicious(searched, matches):
                break
        return Found(self._merged(found), spent, refused) if found or refused or spent >= 0 else NOTHING

    def _near(self, text: bytes, cuts: Sequence[Finding]) -> Matches | None:
        """What hits where something new may have come to be: around `cuts`."""
        found: set[tuple[int, int]] = set()
        for start, end in _stretches(cuts, len(text)):
            matches = self.gate.matches(text[start:end])
            if matches is None:
                return None
            found.update((start + place, core) for place, core in matches)
        return sorted(found)

    def _round(self, text: bytes, matches: Matches | None, goes: Goes) -> tuple[list[Finding], int, int]:
        """What one search finds, how many candidates were nothing, and from where on nobody looked (-1: nowhere)."""
        raw: list[Finding] = []
        refused, spent = 0, -1
        for candidates in self._candidates(text, matches):
            place, left = 0, MAX_REFUSED
            while (one := candidates.next(place)) is not None:
                start = one.start
                found = _ask(one.finders, text, start, one.end)
                going = [finding for finding in found if goes(finding)]
                raw += going
                place = max([start + 1, *(finding.end for finding in going)])
                left -= not found
                if left < 0:
                    spent = start if spent < 0 else min(spent, start)
                    break
            refused += MAX_REFUSED - left
        marks = [mark.span() for mark in MARKS.finditer(text)] if raw and b"<" in text else []
        return [one for one in raw if not _within(one, marks)] if marks else raw, refused, spent

    def _candidates(self, text: bytes, matches: Matches | None) -> list[Candidates]:
        """One for each side: a finding hides what else that side has in it."""
        if matches is None or len(matches) > _MANY:
            return [ByUnion(text, union, finders) for union, finders in self._sides]
        sides: dict[str, list[tuple[int, Core]]] = {}
        for end, place in matches:
            core = self._cores[place]
            sides.setdefault(core.side, []).append((end, core))
        customs = [ByUnion(text, union, finders) for union, finders in self._sides if union in self.customs]
        return [*(ByEnds(text, hits) for hits in sides.values()), *customs]

    def _merged(self, raw: list[Finding]) -> tuple[Finding, ...]:
        """None overlapping: the earlier start wins, at equal start the longer, then the table's order. What a loser
        covers beyond the winner goes with the winner, or half a token would stay; a URL's credentials alone never grow
        over their host.
        """
        merged: list[Finding] = []
        for finding in sorted(raw, key=lambda one: (one.start, -one.end, self._rank.get(one.entity, _LAST))):
            last = merged[-1] if merged else None
            if last is None or finding.start >= last.end:
                merged.append(finding)
            elif finding.end > last.end and last.entity != "URL_CREDENTIALS":
                merged[-1] = last._replace(end=finding.end)
        return tuple(merged)


def _askers(families: Iterable[Family]) -> dict[tuple[str, str], dict[Find, None]]:
    """Who is to be asked where a core hits, by the core and its side."""
    found: dict[tuple[str, str], dict[Find, None]] = {}
    for side in SIDES[:-1]:
        for family in families:
            for core in getattr(family, side):
                found.setdefault((core, side), {})[family.find] = None
    return found


def _stretches(cuts: Sequence[Finding], size: int) -> list[tuple[int, int]]:
    """What lies within _NEAR bytes of `cuts`, in a text of `size` bytes."""
    found: list[tuple[int, int]] = []
    for one in sorted(cuts):
        start, end = max(0, one.start - _NEAR), min(size, one.end + _NEAR)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _within(finding: Finding, stretches: list[tuple[int, int]]) -> bool:
    """Whether it lies in one of `stretches`, which are in order and overlap nowhere."""
    place = bisect_right(stretches, (finding.start, sys.maxsize)) - 1
    return place >= 0 and finding.end <= stretches[place][1]


def _marked(text: bytes, findings: list[Finding]) -> bytes:
    """`text` with marks in place of `findings`, each as long as what it stands for."""
    left = bytearray(text)
    for one in findings:
        size = one.end - one.start
        left[one.start : one.end] = b"<" + b"A" * (size - 2) + b">" if size > 2 else b" " * size
    return bytes(left)


def _ask(finders: tuple[Find, ...], text: bytes, start: int, end: int) -> list[Finding]:
    return [finding for find in finders for finding in find(text, start, end)]


def _entities(families: tuple[Family, ...]) -> list[str]:
    return [entity for family in families for entity in family.entities]


def options(*, utf8: bool = False) -> re2.Options:
    """How RE2 reads patterns and texts here: as bytes, unless `utf8`, and with `.` for any of them."""
    chosen = re2.Options()
    chosen.encoding = re2.Options.Encoding.UTF8 if utf8 else re2.Options.Encoding.LATIN1
    chosen.dot_nl = True
    chosen.log_errors = False
    chosen.max_mem = 32 << 20
    return chosen


def union(cores: Sequence[str], *, utf8: bool = False) -> Union:
    """`cores` joined and compiled. Raises re2.error with the reason for one that RE2 does not take."""
    joined = "|".join(f"(?:{core})" for core in cores)
    chosen = options(utf8=utf8)
    chosen.never_capture = True
    return cast("Union", re2.compile(joined.encode("utf-8" if utf8 else "latin-1"), chosen))
