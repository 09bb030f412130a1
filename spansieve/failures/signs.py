"""Which of many encoded spans may be errors, found by one look over their bytes: nothing is decoded for it.

What the predicate goes by leaves signs on the wire: the status ERROR, an event's name, an attribute's key. An HTTP or
gRPC code is a sign only where it is not plainly one of a success, because healthy calls have one as well. So a span
without a sign is no error, and one with a sign has to be asked. (A status whose message ends in the bytes 12 02 looks
like a number in an attribute; no text does.)
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import re2

from spansieve.scanner import AVAILABLE, Scanner

_HTTP: Final = (
    rb"(?:\x10http|\x19http\.response)\.status_code(?:[^\x12]|\x12(?:[^\x02\x03\x05]|\x02[^\x18]"
    rb"|\x03(?:[^\x18]|\x18(?:.[^\x01-\x03]|[\xad\xf4-\xff]\x03))"  # a number of two bytes: 429, or from 500 on
    rb"|\x05(?:[^\x0a]|\x0a(?:[^\x03]|\x03(?:[^1-4]|429)))))"  # a text of three characters
)
_GRPC: Final = (
    rb"\x14rpc\.grpc\.status_code(?:[^\x12]|\x12(?:[^\x02\x03]|\x02(?:[^\x18]|\x18[^\x00\x01])"
    rb"|\x03(?:[^\x0a]|\x0a(?:[^\x01]|\x01[^01]))))"  # all but OK and CANCELLED, as a number and as a text
)
_SIGNS: Final = (
    rb"(?:[^\x02]|[^\x0a\x12]\x02)\x18\x02",  # the status ERROR; behind 0a 02 and 12 02 stands the number 2 of a value
    rb"\x18\x82[\x00\x80]",  # the same, its number written longer than it need be
    rb"\x12\x09exception",
    rb"\x05error",
    rb"\x0aerror\.type",
    rb"\x15spansieve\.error\.class",
    _HTTP,
    _GRPC,
)
_BETWEEN: Final = b"\0\0"
"""Between two spans, so that a sign at an end has bytes around it."""


class Signs:
    """Looks for signs of errors. One thread at a time may ask."""

    def __init__(self, *, scanned: bool = AVAILABLE) -> None:
        """Make ready, in some milliseconds; `scanned`: by Hyperscan."""
        options = re2.Options()
        options.dot_nl, options.log_errors = True, False
        options.encoding = re2.Options.Encoding.LATIN1
        self._union = re2.compile(b"|".join(_SIGNS), options)
        self._scanner = Scanner(_SIGNS) if scanned else None

    def any(self, data: bytes) -> bool:
        """Whether `data`, one span or many, holds a sign."""
        if self._scanner is None:
            return self._union.search(data) is not None
        return not self._scanner.scan(data, _enough)

    def places(self, spans: Sequence[bytes]) -> list[int]:
        """The places of those of `spans`, each encoded, that hold a sign, in order."""
        data = _BETWEEN.join((b"", *spans, b""))
        ends = list(accumulate(len(span) + len(_BETWEEN) for span in spans))
        return sorted({bisect_right(ends, at - len(_BETWEEN) - 1) for at in self._ends(data)} - {len(spans)})

    def _ends(self, data: bytes) -> list[int]:
        if self._scanner is None:
            return [found.end() for found in self._union.finditer(data)]
        ends: list[int] = []

        def note(_: int, end: int) -> bool:
            ends.append(end)
            return False

        self._scanner.scan(data, note)
        return ends


def _enough(*_: int) -> bool:
    return True
