"""Which items, and what in them, are worth a closer look: one search through all that was not seen before."""

from collections.abc import Iterator, Sequence
from enum import Flag, auto

from spansieve.pdata import Attributes, Rewriter

from .detectors import Union
from .memory import Memory, Text
from .plans import Plan
from .search import Joined
from .walker import Walker


class Look(Flag):
    """What of an item is to be looked at."""

    NOTHING = 0
    ATTRIBUTES = auto()
    REST = auto()


class Sieve:
    """For one request."""

    def __init__(self, walker: Walker, memory: Memory, unions: Sequence[Union]) -> None:
        """Search with `unions` what `memory` does not know; `walker` looks at KeyValues that a core hits in."""
        self._walker = walker
        self._memory = memory
        self._unions = unions

    def looks(
        self, attributes: Sequence[Attributes], plans: Sequence[Plan], rests: Sequence[Sequence[bytes]]
    ) -> list[Look]:
        """By item: its attributes, its plan, and what else it says."""
        self._learn_special(attributes, plans)
        new = [*self._new(attributes, rests)]
        hits = Joined(new).hits(self._unions)
        dirty = {new[place] for place in hits}
        self._memory.put_clean([raw for raw in new if raw not in dirty] if dirty else new)
        self._learn_dirty(attributes, dirty)
        held = self._memory.held.keys()
        return [
            (Look.NOTHING if held.isdisjoint(one.raws().values()) else Look.ATTRIBUTES)
            | (Look.NOTHING if dirty.isdisjoint(rest) else Look.REST)
            for one, rest in zip(attributes, rests, strict=True)
        ]

    def _learn_special(self, attributes: Sequence[Attributes], plans: Sequence[Plan]) -> None:
        memory = self._memory
        for one, plan in zip(attributes, plans, strict=True):
            for key in plan.special:
                raw = one.raws()[key]
                if raw not in memory.held and raw not in memory.clean:
                    self._walker.learn(raw)

    def _new(self, attributes: Sequence[Attributes], rests: Sequence[Sequence[bytes]]) -> Iterator[bytes]:
        """The pieces that nobody has looked at yet."""
        clean, held = self._memory.clean, self._memory.held
        for one, rest in zip(attributes, rests, strict=True):
            raws = one.every() if one.repeats else one.raws().values()
            if not clean.issuperset(raws):
                yield from [raw for raw in raws if raw not in clean and raw not in held]
            if not clean.issuperset(rest):
                yield from [raw for raw in rest if raw not in clean]

    def _learn_dirty(self, attributes: Sequence[Attributes], dirty: set[bytes]) -> None:
        if not dirty:
            return
        for one in attributes:
            for raw in dirty.intersection(one.every() if one.repeats else one.raws().values()):
                if raw not in self._memory.held:
                    self._walker.learn(raw, suspicious=True)


def rewrite_attributes(attributes: Attributes, rewriter: Rewriter, walker: Walker, memory: Memory) -> bool:
    """Let `rewriter` see the attributes. Where that is `walker`, only those that `memory` knows something of, if these
    keep their keys; whether one changed.
    """
    held = memory.held
    found = {key: held[raw] for key, raw in attributes.raws().items() if raw in held}
    texts = {key: one for key, one in found.items() if isinstance(one, Text) and not one.cut.gone}
    if rewriter is not walker or attributes.repeats or len(texts) < len(found):
        return attributes.rewrite(rewriter, "attribute")
    raws = attributes.raws()
    new = {key: walker.replaced(raws[key], one, "attribute") for key, one in texts.items()}
    changed = {key: raw for key, raw in new.items() if raw is not None}
    attributes.set_raw(changed)
    return bool(changed)
