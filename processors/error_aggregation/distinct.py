"""How many different ones there were, in 256 bytes, to about 6 %.

Source: Flajolet, Fusy, Gandouet, Meunier: HyperLogLog (2007), figure 3, with linear counting for small numbers.
"""

from math import log
from typing import Final
from zlib import crc32

_BITS: Final = 8
_REGISTERS: Final = 1 << _BITS
_REST: Final = 64 - _BITS
_REST_MASK: Final = (1 << _REST) - 1
_MASK: Final = (1 << 64) - 1
_ALPHA: Final = 0.7213 / (1 + 1.079 / _REGISTERS)
_POWERS: Final = [2.0**-rank for rank in range(_REST + 2)]


def hash_of(raw: bytes) -> int:
    """64 bits that are the same in every process (32 of a CRC, spread by SplitMix64's last steps)."""
    mixed = (crc32(raw) + 1) * 0x9E3779B97F4A7C15 & _MASK
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
    return mixed ^ mixed >> 31


class Distinct:
    """A HyperLogLog."""

    __slots__ = ("_registers",)

    def __init__(self, state: bytes = b"") -> None:
        """Nothing was there, or what `state` gave."""
        self._registers = bytearray(state or _REGISTERS)

    def add(self, hashed: int) -> None:
        """Count what has this `hash_of`."""
        rank = _REST + 1 - (hashed & _REST_MASK).bit_length()
        place = hashed >> _REST
        self._registers[place] = max(self._registers[place], rank)

    def join(self, other: "Distinct") -> None:
        """Add what the other counted; what both did counts once."""
        self._registers[:] = bytes(map(max, self._registers, other._registers))

    def count(self) -> int:
        """How many there were, about."""
        zeros = self._registers.count(0)
        estimate = _ALPHA * _REGISTERS**2 / sum(_POWERS[rank] for rank in self._registers)
        if estimate <= 2.5 * _REGISTERS and zeros:
            estimate = _REGISTERS * log(_REGISTERS / zeros)
        return round(estimate)

    def state(self) -> bytes:
        """What to save."""
        return bytes(self._registers)
