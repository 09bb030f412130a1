"""What was decided of traces, for the spans that come later."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

_KINDS = 1 << 16
"""Kinds of decisions that are told apart."""
_TIMES = 1 << 40
"""Tenths of a second."""


class Decision(NamedTuple):
    """A decision as it is remembered."""

    kept: bool
    policy: str = ""
    """The name of the policy that decided."""
    threshold: int = 0
    """With which its spans are marked."""
    randomness: int | None = None
    """What is written on spans that have none: the decision was by hash."""
    final: bool = False
    """Whether a policy of type `drop` decided: errors do not bring the trace back unless they go over it."""
    told: bool = False
    """Whether a batch of later spans has been marked as decided before."""


_Kind = tuple[bool, str, int, bool, bool]
"""A decision without its randomness."""


class Decisions:
    """Decisions by trace id: the last `recent` ones, and of each sort those that its cache holds, from which the one
    that was asked for least recently goes first.
    """

    def __init__(self, recent: int, kept: int, dropped: int) -> None:
        """`kept`, `dropped`: sizes of the caches."""
        self._most = recent
        self._recent: OrderedDict[bytes, int] = OrderedDict()
        self._sizes = {True: kept, False: dropped}
        self._cached: dict[bool, OrderedDict[bytes, int]] = {
            sort: OrderedDict() for sort, size in self._sizes.items() if size
        }
        self._kinds: list[_Kind] = []
        self._places: dict[_Kind, int] = {}

    def of(self, trace_id: bytes) -> Decision | None:
        """What was decided, if it is remembered."""
        packed = self._recent.get(trace_id)
        for cache in self._cached.values():
            if trace_id in cache:
                packed = cache[trace_id]
                cache.move_to_end(trace_id)
        return None if packed is None else self._unpacked(packed)

    def age(self, trace_id: bytes, now: float) -> float:
        """Seconds since it was decided; 0 where that is not known."""
        packed = next((known[trace_id] for known in self._all() if trace_id in known), None)
        return 0.0 if packed is None else max(0.0, now - packed // _KINDS % _TIMES / 10)

    def put(self, trace_id: bytes, decision: Decision, now: float) -> list[bytes]:
        """Remember it, in place of what was decided before; what is forgotten for it."""
        packed = self._packed(decision, int(now * 10))
        gone = _added(self._recent, self._most, trace_id, packed)
        for sort, cache in self._cached.items():
            if sort is decision.kept:
                gone += _added(cache, self._sizes[sort], trace_id, packed)
            else:
                cache.pop(trace_id, None)
        if not self._cached:
            return gone
        return [old for old in dict.fromkeys(gone) if not any(old in known for known in self._all())]

    def tell(self, trace_id: bytes, decision: Decision) -> None:
        """A batch of its later spans has been marked."""
        for known in self._all():
            if trace_id in known:
                known[trace_id] = self._packed(decision._replace(told=True), known[trace_id] // _KINDS % _TIMES)

    def _all(self) -> Iterator[OrderedDict[bytes, int]]:
        yield self._recent
        yield from self._cached.values()

    def _packed(self, decision: Decision, tenths: int) -> int:
        """One number: of a million decisions, each byte counts."""
        kept, policy, threshold, randomness, final, told = decision
        place = self._place((kept, policy, threshold, final, told))
        return ((0 if randomness is None else randomness + 1) * _TIMES + tenths) * _KINDS + place

    def _unpacked(self, packed: int) -> Decision:
        kept, policy, threshold, final, told = self._kinds[packed % _KINDS]
        randomness = packed // (_KINDS * _TIMES)
        return Decision(kept, policy, threshold, randomness - 1 if randomness else None, final, told)

    def _place(self, kind: _Kind) -> int:
        place = self._places.get(kind)
        if place is None:
            if len(self._kinds) >= _KINDS:
                self._kinds, self._places = [], {}
                for known in self._all():
                    known.clear()
            place = self._places[kind] = len(self._kinds)
            self._kinds.append(kind)
        return place


def _added(known: OrderedDict[bytes, int], most: int, trace_id: bytes, packed: int) -> list[bytes]:
    """Put it last; what goes, from the first on, so that there are `most` at most."""
    known[trace_id] = packed
    known.move_to_end(trace_id)
    return [known.popitem(last=False)[0]] if len(known) > most else []
