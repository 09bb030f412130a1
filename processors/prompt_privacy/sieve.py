"""What in an item is to be looked at closely, told by where cores hit in it."""

from typing import NamedTuple

from spansieve.pdata import Attributes

from .memory import Held, Text
from .plans import Plan
from .search import Hits, Piece
from .walker import Walker

Stretches = list[tuple[int, int]]


class Look(NamedTuple):
    """What of an item is to be looked at."""

    held: dict[str, Held]
    """Attributes, by key, that something is in, and what."""
    rest: bool
    """Whether something may be in what else the item says."""

    @property
    def is_plain(self) -> bool:
        """Whether the attributes keep their keys, and none goes."""
        return all(isinstance(one, Text) and not one.cut.gone for one in self.held.values())


def look_at(attributes: Attributes, plan: Plan, hits: Hits, piece: Piece, walker: Walker) -> Look:
    """Where something may be in an item with these `attributes`, none of which repeats, and cores hit at `hits`."""
    raws, memory = attributes.raws(), walker.memory
    known = memory.held
    held = {key: known[pair] for key, pair in raws.items() if pair in known}
    for key in plan.special:
        if key not in held and raws[key] not in memory.clean and (found := walker.learn(raws[key])) is not None:
            held[key] = found
    left = hits.noted if hits.many else _outside(hits.noted, [raws[key] for key in held], piece)
    if not left:
        return Look(held, rest=False)
    looked = []
    for key, pair in raws.items():
        if key in held or pair in memory.clean or not (hits.many or _touches(left, pair, piece)):
            continue
        looked.append(pair)
        if (found := walker.learn(pair, suspicious=not hits.many)) is not None:
            held[key] = found
    return Look(held, rest=hits.many or bool(_outside(left, looked, piece)))


def _outside(hits: Stretches, pairs: list[bytes], piece: Piece) -> Stretches:
    """Those of `hits` that are not whole within one of `pairs`."""
    for pair in pairs:
        start = piece.place(pair)
        if start >= 0:
            end = start + len(pair)
            hits = [hit for hit in hits if hit[0] < start or hit[1] > end]
    return hits


def _touches(hits: Stretches, pair: bytes, piece: Piece) -> bool:
    start = piece.place(pair)
    end = start + len(pair)
    return start < 0 or any(hit[0] < end and hit[1] > start for hit in hits)
