"""Whether SQLite will silently leave out what stands in a write-ahead log.

SQLite takes a log up to the first frame whose checksum fails and forgets the rest, since that is how an interrupted
write ends. Where more transactions of the same log stand behind that frame, something else happened, and we say so.
Source: SQLite, "Database File Format", section 4 (The Write-Ahead Log).
"""

import struct
from pathlib import Path
from typing import NamedTuple

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_LITTLE, _BIG = 0x377F0682, 0x377F0683
_MASK = 0xFFFFFFFF


class Frame(NamedTuple):
    """One page as a transaction wrote it. `commits` is not 0 in the last frame of a transaction."""

    commits: int
    salts: tuple[int, int]
    sums: tuple[int, int]
    summed: bytes
    """What the checksum goes on over: the start of the frame's header, and the page."""


def lost_transactions(path: Path) -> int:
    """Transactions in the log `path` that SQLite will not read, though they were written; 0 for a log in order."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return 0
    if len(raw) < _HEADER.size:
        return 0
    magic, _, page_bytes, _, *salts_and_sums = _HEADER.unpack_from(raw)
    salts, sums = tuple(salts_and_sums[:2]), tuple(salts_and_sums[2:])
    order = "<" if magic == _LITTLE else ">"
    frames = _frames(raw, page_bytes)
    good = magic in {_LITTLE, _BIG} and checksum(raw[:24], (0, 0), order) == sums
    if not good:
        return sum(bool(frame.commits) for frame in _frames(raw, 16 * 1024))
    for at, frame in enumerate(frames):
        sums = checksum(frame.summed, sums, order)
        if frame.salts != salts or sums != frame.sums:
            rest = frames[at:]
            blank = any(one.salts == (0, 0) for one in rest)  # nobody writes such a frame: what it was can't be told
            return max(int(blank), sum(bool(one.commits) for one in rest if one.salts == salts))
    return 0


def _frames(raw: bytes, page_bytes: int) -> list[Frame]:
    """The whole frames of a log."""
    size = _FRAME.size + page_bytes
    frames = []
    for start in range(_HEADER.size, len(raw) - size + 1, size):
        _, commits, one, two, *sums = _FRAME.unpack_from(raw, start)
        summed = raw[start : start + 8] + raw[start + _FRAME.size : start + size]
        frames.append(Frame(commits, (one, two), (sums[0], sums[1]), summed))
    return frames


def checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    """SQLite's checksum of `data` (a multiple of 8 bytes), gone on with from `sums`."""
    one, two = sums
    for first, second in struct.iter_unpack(f"{order}2I", data):
        one = one + first + two & _MASK
        two = two + second + one & _MASK
    return one, two
