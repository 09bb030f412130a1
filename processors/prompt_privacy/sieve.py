"""What in an item is to be looked at closely, told by where cores hit in it."""

from collections.abc import Mapping
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
    if not hits.many and not _outside(hits.noted, piece.alone([raws[key] for key in held])):
        return Look(held, rest=False)
    places = None if hits.many else piece.places([*raws.values()])
    if places is None:
        return Look(held | _learned(raws, held, walker), rest=True)
    starts = dict(zip(raws, places, strict=True))
    left = _outside(hits.noted, [(starts[key], starts[key] + len(raws[key])) for key in held])
    if not left:
        return Look(held, rest=False)
    touched = {key: raws[key] for key, start in starts.items() if _touches(left, start, start + len(raws[key]))}
    stretches = [(starts[key], starts[key] + len(raw)) for key, raw in touched.items()]
    return Look(held | _learned(touched, held, walker, suspicious=True), rest=bool(_outside(left, stretches)))


def _learned(
    raws: Mapping[str, bytes], held: Mapping[str, Held], walker: Walker, *, suspicious: bool = False
) -> dict[str, Held]:
    """What those of `raws` hold that are not known yet."""
    clean = walker.memory.clean
    unknown = {key: raw for key, raw in raws.items() if key not in held and raw not in clean}
    learned = {key: walker.learn(raw, suspicious=suspicious) for key, raw in unknown.items()}
    return {key: found for key, found in learned.items() if found is not None}


def _outside(hits: Stretches, stretches: Stretches) -> Stretches:
    """Those of `hits` that are not whole within one of `stretches`. One byte may stand out at the end, such as the tag
    of the next field: from there on the search went on, so what begins there has hits of its own.
    """
    for start, end in stretches:
        hits = [hit for hit in hits if hit[0] < start or hit[1] > end + 1]
    return hits


def _touches(hits: Stretches, start: int, end: int) -> bool:
    for first, last in hits:  # noqa: SIM110 (asked of each attribute, most often about one hit)
        if first < end and last > start:
            return True
    return False
