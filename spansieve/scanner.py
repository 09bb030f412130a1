"""Hyperscan: many expressions looked for at once, in one look at the bytes. It has no wheel for some machines.

The engine (Vectorscan 5.4.12) misses literals that end with the last byte of short data, of 17 to 34 bytes. So zeros
are put behind whatever is searched.

Source: Hyperscan's Developer's Reference Guide, "Semantics": each end of each match is reported, its start is not.
"""

from collections.abc import Callable, Sequence
from typing import Final

try:
    import hyperscan
except ImportError:  # no wheel for this machine
    hyperscan = None  # type: ignore[assignment]

AVAILABLE: Final = hyperscan is not None
_PADDING: Final = bytes(64)

Note = Callable[[int, int], bool]
"""What is told of a hit: the place of its expression, and its end, which may be among the zeros behind the data; it
answers whether that is enough.
"""


class Scanner:
    """Expressions over bytes, compiled, in which a dot is any byte. One thread at a time may scan."""

    def __init__(self, expressions: Sequence[bytes], *, once: bool = False) -> None:
        """Compile them: hundreds take seconds. `once`: each expression is told of at most once a scan. Raises
        hyperscan.error for one that it does not take.
        """
        flags = hyperscan.HS_FLAG_DOTALL | (hyperscan.HS_FLAG_SINGLEMATCH if once else 0)
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(expressions=expressions, ids=range(len(expressions)), flags=flags)

    def scan(self, data: bytes, note: Note) -> bool:
        """Tell `note` of what hits in `data`; whether it was searched to its end."""

        def hit(place: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            return note(place, end)

        try:
            self._database.scan(data + _PADDING, match_event_handler=hit)
        except hyperscan.ScanTerminated:
            return False
        return True
