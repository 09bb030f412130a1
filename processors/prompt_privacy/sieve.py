"""What in an item is to be looked at closely, told by where cores hit in it."""

from typing import NamedTuple

from spansieve.pdata import Attributes

from .memory import Held, Text
from .plans import Plan
from .search import Hits, Piece
from .walker import Walker


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
    left = _outside(hits, [raws[key] for key in held], piece)
    if not left:
        return Look(held, rest=False)
    for key, pair in raws.items():
        if key in held or pair in memory.clean:
            continue
        outside = _outside(left, [pair], piece)
        if len(outside) < len(left):
            left = outside
            if (found := walker.learn(pair, suspicious=True)) is not None:
                held[key] = found
    return Look(held, rest=bool(left))


def _outside(hits: Hits, pairs: list[bytes], piece: Piece) -> Hits:
    """Those of `hits` that touch none of `pairs`."""
    for pair in pairs:
        place = piece.place(pair)
        if place >= 0:
            hits = [hit for hit in hits if hit[1] <= place or hit[0] >= place + len(pair)]
    return hits
