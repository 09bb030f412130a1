"""How many objects a request would become, counted on its bytes before any is made.

The smallest span takes two bytes on the wire and some hundred in memory, so a limit on bytes alone is none on memory
and time. Source: protobuf's wire format; the field numbers of OTLP's envelopes.
"""

from typing import Final

from .schema import Signal

MAX_OBJECTS: Final = 250_000
"""Items of a request with their envelopes, and the parts of its largest items. SDKs send some hundred items at once."""
SMALL_BYTES: Final = 2 * MAX_OBJECTS
"""Requests up to here are not counted: they can hold no more than they may."""
_LARGE_ITEM_BYTES: Final = 64 * 1024
"""Items from here on are counted with their attributes, events, links or data points."""
_Ways = tuple[tuple[frozenset[int], int], ...]
_ITEMS: Final[_Ways] = (
    (frozenset({1}), 0),
    (frozenset({2, 1000}), 0),
    (frozenset({2}), _LARGE_ITEM_BYTES),
)
"""The fields that lead down, each with the size from which they are followed: a request's resources, their scopes (once
under another number), and their items."""
_POINTS: Final[_Ways] = (
    *_ITEMS,
    (frozenset({5, 7, 9, 10, 11}), _LARGE_ITEM_BYTES),
    (frozenset({1}), _LARGE_ITEM_BYTES),
)
"""For metrics the kinds of data, and their points, as well."""


class _Crowded(Exception):
    """More than MAX_OBJECTS."""


def is_crowded(signal: Signal, body: bytes) -> bool:
    """Whether `body`, a request of `signal`, holds more than MAX_OBJECTS. Bytes that are no request are not: it is
    for the parser to say what is wrong with them.
    """
    if len(body) <= SMALL_BYTES:
        return False
    try:
        _count(body, (0, len(body)), _POINTS if signal == "metrics" else _ITEMS, MAX_OBJECTS)
    except _Crowded:
        return True
    except (IndexError, ValueError):
        return False
    return False


def _count(body: bytes, span: tuple[int, int], ways: _Ways, room: int) -> int:
    """What is left of `room` after the fields of the message in `body` at `span`, and of those that `ways` lead to.

    Raises _Crowded, and ValueError or IndexError for what is no message.
    """
    at, end = span
    inside, followed_from = ways[0] if ways else (frozenset[int](), 0)
    while at < end:
        room -= 1
        if room < 0:
            raise _Crowded
        tag, at = _varint(body, at)
        kind = tag & 7 if tag > 7 else -1  # no field has the number 0
        if kind == 2:
            size, at = _varint(body, at)
            if tag >> 3 in inside and size >= followed_from:
                room = _count(body, (at, min(at + size, end)), ways[1:], room)
            at += size
        elif kind == 0:
            _, at = _varint(body, at)
        elif kind in {1, 5}:
            at += 8 if kind == 1 else 4
        else:
            raise ValueError
    return room


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = body[at]
    at += 1
    if value < 128:
        return value, at
    value &= 127
    shift = 7
    while shift < 64:
        more = body[at]
        at += 1
        value |= (more & 127) << shift
        if more < 128:
            return value, at
        shift += 7
    raise ValueError
