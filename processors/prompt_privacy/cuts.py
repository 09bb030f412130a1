"""A text with findings as the pieces that stay and the slots between them: made once, filled for each trace."""

from collections.abc import Callable
from typing import NamedTuple

from spansieve.pseudonyms import Pseudonyms

from .masks import mask


class Slot(NamedTuple):
    """What stands where a finding was."""

    entity: str
    rule: str
    action: str
    """`placeholder`, `mask`, `hmac`, `drop`, `drop_attribute` or `allow`."""
    value: str
    """The finding, disguises taken off."""
    shared: bool
    """Whether its placeholder is the same in all traces."""
    start: int
    end: int
    """Where it stood in the text: offsets of bytes."""
    quote: bytes = b""
    """What has to stand around what takes its place, where that was a bare number in JSON."""


class Cut(NamedTuple):
    """A text taken apart. `pieces` are one more than `slots`."""

    pieces: tuple[bytes, ...]
    slots: tuple[Slot, ...]
    allowed: tuple[Slot, ...] = ()
    """Each finding that stays where it is."""
    withheld: tuple[str, ...] = ()
    """Why a part, or all of it, is withheld: the reasons."""
    gone: bool = False
    """Whether the attribute goes, of which this was the value."""
    refused: int = 0
    """Candidates that were nothing, for the request's budget."""

    @property
    def changes(self) -> bool:
        """Whether the text does not stay as it is."""
        return bool(self.slots or self.withheld or self.gone)

    @property
    def counts(self) -> bool:
        """Whether something is in the text, be it that it stays."""
        return self.changes or bool(self.allowed)

    @property
    def whole(self) -> bool:
        """Whether nothing of the text stays."""
        return bool(self.slots) and not any(self.pieces)


Fill = Callable[[Slot], bytes]


def stand_in(slot: Slot, pseudonyms: Pseudonyms, placeholder: Callable[[Slot], str]) -> bytes:
    """What takes the place of a finding by its action: `placeholder` makes one where that is it."""
    if slot.action == "placeholder":
        return placeholder(slot).encode()
    if slot.action == "mask":
        return mask(slot.entity, slot.value).encode()
    return pseudonyms.tag(slot.entity, slot.value).encode() if slot.action == "hmac" else b""


def filled(cut: Cut, fill: Fill) -> bytes:
    """The text with `fill` in its slots."""
    parts = [cut.pieces[0]]
    for slot, piece in zip(cut.slots, cut.pieces[1:], strict=True):
        parts += (slot.quote, fill(slot), slot.quote, piece)
    return b"".join(parts)


def withheld(reason: str) -> Cut:
    """Nothing of a text, for `reason`."""
    return Cut((b"<WITHHELD:" + reason.encode() + b">",), (), withheld=(reason,))


UNSEARCHED = withheld("error").pieces[0]
"""All that is left of a text that could not be searched."""
_OPENING, _CLOSING = b":[,", b",]}"
_BLANK = b" \t\r\n"
_SEEN = 256


def quote_for(text: bytes, start: int, end: int, *, structured: bool = False) -> bytes:
    """What has to stand around what takes the place of `text[start:end]`, so that JSON stays JSON. Where that is a bare
    number between `:`, `[` or `,` and `,`, `]` or `}`, it is the quote of its nearest key, escaped as that is; for
    everything else, nothing. `structured`: the text is known to be JSON, or a part of some.
    """
    if not text[start:end].replace(b".", b"").lstrip(b"-").isdigit():
        return b""
    before, behind = text[max(0, start - _SEEN) : start].rstrip(_BLANK), text[end : end + _SEEN].lstrip(_BLANK)
    if before[-1:] not in _OPENING or behind[:1] not in _CLOSING or not before or not behind:
        return b""
    if not (structured or _structured(text)):
        return b""
    mark = before.rfind(b'"')
    if mark < 0:
        return b'"'
    escapes = before[:mark]
    return escapes[len(escapes.rstrip(b"\\")) :] + b'"'


def _structured(text: bytes) -> bool:
    """Whether the text looks like JSON from outside."""
    inner = text.strip(_BLANK)
    return (inner[:1], inner[-1:]) in {(b"{", b"}"), (b"[", b"]")}
