"""One text: what of it stays, what goes, and why."""

import re
from collections.abc import Callable
from typing import NamedTuple

from .cuts import Cut, Slot, quote_for, withheld
from .detectors import Engine, Finding, Offsets, plain
from .people import NOBODY, People
from .policy import SECRETS, Policy

_TELLING = (b": 0", b": Aa0", b"\x12\x0b\n\x090", b": 0123456789")
"""Values behind a key: where a core hits in one of these, the key tells what its value is."""
_KEYS, _KEY_BYTES = 4096, 256
"""Keys remembered, and how long one may be for that."""
_SIZE = re.compile(rb"<WITHHELD:[0-9]{1,19} bytes>\Z")
_MARK_BYTES = 40


class Asked(NamedTuple):
    """What is to be looked for in a text."""

    people: People = NOBODY
    secrets_only: bool = False
    """Whether personal data may stay: in content that is kept, and under keys that are allowed."""
    structured: bool = False
    """Whether the text is known to be JSON, or a part of some."""


ALL = Asked()


class Scrubber:
    """Texts, by the detectors and the policy. Remembers nothing but which keys tell what their values are."""

    def __init__(
        self, engine: Engine, policy: Policy, max_scan_bytes: int, fault: Callable[[BaseException], None]
    ) -> None:
        """Texts longer than `max_scan_bytes` are cut there; `fault` is told of what went wrong inside."""
        self._engine = engine
        self._policy = policy
        self.max_scan_bytes = max_scan_bytes
        self._fault = fault
        self._telling: dict[bytes, bool] = {}

    def cut(self, text: bytes, key: bytes = b"", asked: Asked = ALL) -> Cut | None:
        """`text`, the value of `key`, taken apart; None where nothing is in it. Never raises: what can't be searched is
        withheld.
        """
        try:
            return self._shortened(text, key, asked) if self._is_long(text) else self._cut(text, key, asked)
        except Exception as error:
            self._fault(error)
            return withheld("error")

    def _is_long(self, text: bytes) -> bool:
        """Whether it is to be cut; one that was before is as long as it may be, and its mark."""
        if len(text) <= self.max_scan_bytes:
            return False
        mark = _SIZE.search(text[-_MARK_BYTES:])
        return mark is None or len(text) - len(mark[0]) > self.max_scan_bytes

    def _shortened(self, text: bytes, key: bytes, asked: Asked) -> Cut:
        end = _border(text, self.max_scan_bytes)
        rest = b"<WITHHELD:%d bytes>" % (len(text) - end)
        cut = self._cut(text[:end], key, asked) or Cut((text[:end],), ())
        return cut._replace(pieces=(*cut.pieces[:-1], cut.pieces[-1] + rest), withheld=(*cut.withheld, "size"))

    def _cut(self, text: bytes, key: bytes, asked: Asked) -> Cut | None:
        telling = self.tells(key)
        matches = self._engine.gate.matches(text)
        if not (telling or self._engine.suspicious(text, matches) or asked.people.suspicious(text)):
            return None
        clear, offsets = plain(text)
        before = key + b": " if telling else b""
        searched = before + clear if before else clear
        original = _Original(searched, len(before), offsets)
        allowed: dict[Slot, None] = {}
        found = self._engine.find(
            searched,
            asked.people.find(searched),
            lambda one: self._goes(one, original, asked, allowed),
            matches if searched is text else None,
        )
        if not found.findings and not allowed and found.spent < 0:
            return Cut((text,), (), refused=found.refused) if found.refused else None
        cut = self._apart(text, found.findings, original, structured=asked.structured)
        cut = cut._replace(allowed=tuple(allowed), refused=found.refused)
        return _ended(cut, text, original.start(found.spent))

    def suspicious(self, data: bytes, people: People) -> bool:
        """Whether something may be in `data`, a text or the wire bytes around some; or one of `people`."""
        return self._engine.suspicious(data) or people.suspicious(data)

    def tells(self, key: bytes) -> bool:
        """Whether `key` says what its value is, such as a password: the value is looked at together with it then."""
        known = self._telling.get(key)
        if known is None:
            known = bool(key) and any(self._engine.suspicious(key + value) for value in _TELLING)
            if len(self._telling) >= _KEYS:
                self._telling.clear()
            if len(key) <= _KEY_BYTES:
                self._telling[key] = known
        return known

    def _goes(self, finding: Finding, original: "_Original", asked: Asked, allowed: dict[Slot, None]) -> bool:
        """Whether it does not stay; what stays because it is allowed is noted in `allowed`."""
        if asked.secrets_only and finding.entity not in SECRETS:
            return False
        start, end = original.stretch(finding)
        value = original.value(finding)
        name, shared = self._policy.action(finding.entity, finding.rule, value)
        if name == "allow" and start < end:
            allowed[Slot(finding.entity, finding.rule, name, value, shared, start, end)] = None
        return name not in {"", "allow"}

    def _apart(self, text: bytes, findings: tuple[Finding, ...], original: "_Original", *, structured: bool) -> Cut:
        pieces: list[bytes] = []
        slots: list[Slot] = []
        at, whole = 0, False
        for finding in findings:
            start, end = original.stretch(finding)
            if end <= max(at, start):
                continue
            value = original.value(finding)
            name, shared = self._policy.action(finding.entity, finding.rule, value)
            if name in {"", "allow"}:  # it goes; only with what it covers besides does it look like what may stay
                name = "placeholder"
            pieces.append(text[at : max(at, start)])
            quote = quote_for(text, start, end, structured=structured)
            slots.append(Slot(finding.entity, finding.rule, name, value, shared, start, end, quote))
            whole = whole or name == "drop_attribute" or (name == "drop" and end - start == len(text))
            at = end
        return Cut((*pieces, text[at:]), tuple(slots), gone=whole)


class _Original(NamedTuple):
    """Where what was found in `searched` stands in the text itself: behind its key, and with its disguises on."""

    searched: bytes
    before: int
    offsets: Offsets | None

    def stretch(self, finding: Finding) -> tuple[int, int]:
        start, end = max(0, finding.start - self.before), max(0, finding.end - self.before)
        return (start, end) if self.offsets is None else self.offsets.original(start, end)

    def start(self, place: int) -> int:
        """Of one place; -1 stays -1."""
        if place < 0:
            return -1
        place = max(0, place - self.before)
        return place if self.offsets is None else self.offsets.original(place, place)[0]

    def value(self, finding: Finding) -> str:
        return self.searched[max(finding.start, self.before) : finding.end].decode(errors="replace")


def _ended(cut: Cut, text: bytes, spent: int) -> Cut | None:
    """What lies behind `spent` (-1: nothing does) is withheld. None where all stays and nobody counts it."""
    if spent < 0:
        return cut if cut.changes or cut.allowed or cut.refused else None
    slots = tuple(slot for slot in cut.slots if slot.start < spent)
    at = slots[-1].end if slots else 0
    last = text[at : max(at, _border(text, spent))] + b"<WITHHELD:budget>"
    pieces = (*cut.pieces[: len(slots)], last)
    allowed = tuple(slot for slot in cut.allowed if slot.start < spent)
    return cut._replace(pieces=pieces, slots=slots, allowed=allowed, withheld=(*cut.withheld, "budget"))


def _border(text: bytes, place: int) -> int:
    """`place`, or the start of the character that it lies in."""
    for start in range(place, max(place - 4, -1), -1):
        if start >= len(text) or text[start] & 0xC0 != 0x80:
            return start
    return place
