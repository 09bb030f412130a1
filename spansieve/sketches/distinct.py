"""How many different ones there were, in 256 bytes, to about 6 %.

Source: Flajolet, Fusy, Gandouet, Meunier: HyperLogLog (2007), figure 3, with linear counting for small numbers.
"""

from collections.abc import Iterable
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


class Distinct:
    """A HyperLogLog of bytes, the same in every process: 64 bits are made of a CRC by SplitMix64's last steps."""

    __slots__ = ("_ranks",)

    def __init__(self) -> None:
        """Nothing was there."""
        self._ranks: dict[int, int] = {}
        """Registers that are not zero, by place: most patterns have few."""

    def add(self, raws: Iterable[bytes]) -> None:
        """Count these; empty ones are none."""
        ranks = self._ranks
        for raw in raws:
            if raw:
                mixed = (crc32(raw) + 1) * 0x9E3779B97F4A7C15 & _MASK
                mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
                mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
                rank = _REST + 1 - ((mixed ^ mixed >> 31) & _REST_MASK).bit_length()
                place = mixed >> _REST
                if ranks.get(place, 0) < rank:
                    ranks[place] = rank

    def join(self, other: "Distinct") -> None:
        """Add what the other counted; what both did counts once."""
        for place, rank in other._ranks.items():
            if self._ranks.get(place, 0) < rank:
                self._ranks[place] = rank

    def count(self) -> int:
        """How many there were, about."""
        zeros = _REGISTERS - len(self._ranks)
        estimate = _ALPHA * _REGISTERS**2 / (zeros + sum(_POWERS[rank] for rank in self._ranks.values()))
        if estimate <= 2.5 * _REGISTERS and zeros:
            estimate = _REGISTERS * log(_REGISTERS / zeros)
        return round(estimate)

    def state(self) -> str:
        """What to save."""
        return bytes(self._ranks.get(place, 0) for place in range(_REGISTERS)).hex()

    def load(self, state: str) -> None:
        """Take over what `state` gave."""
        self._ranks = {place: rank for place, rank in enumerate(bytes.fromhex(state)) if rank}
