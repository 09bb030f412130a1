"""The heaviest keys of a stream, in bounded memory.

    top = SpaceSaving[str, int](500)
    gone = top.add("key", 3)    # the key that gave way, or None
    top.get("key")              # Ranked("key", amount=3, error=0), or None
    top.top(20)                 # the heaviest ones, heaviest first
    top.merge(other)            # as if what `other` saw had come here

Source: Metwally, Agrawal, El Abbadi, "Efficient computation of frequent and top-k elements in data streams" (2005); to
merge: Agarwal and others, "Mergeable summaries" (2012).
"""

from collections.abc import Hashable, Iterable, Iterator
from heapq import heapify, heappush, heapreplace, nlargest
from itertools import count
from typing import Generic, NamedTuple, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
AmountT = TypeVar("AmountT", int, float)


class Ranked(NamedTuple, Generic[KeyT, AmountT]):
    """A key that is kept. What it truly has lies between `least` and `amount`."""

    key: KeyT
    amount: AmountT
    """Never too low."""
    error: AmountT
    """The most by which `amount` may be too high; 0 while nothing had to give way."""

    @property
    def least(self) -> AmountT:
        """What it has at least."""
        return self.amount - self.error


class SpaceSaving(Generic[KeyT, AmountT]):
    """At most `capacity` keys; where all places are taken, the lightest key gives way to a new one, which begins with
    its amount. So each key that has more than the whole divided by `capacity` is kept.

    Adding to a key that is kept is a look into a dict; a new key costs O(log capacity) when all places are taken.
    """

    def __init__(self, capacity: int) -> None:
        """Know no key. Raises ValueError for a capacity below 1."""
        if capacity < 1:
            raise ValueError(f"capacity is {capacity}, and it takes 1 at least")
        self.capacity = capacity
        self.replaced = 0
        """Keys that gave way, in all."""
        self._amounts: dict[KeyT, AmountT] = {}
        self._errors: dict[KeyT, AmountT] = {}
        """Of those that took another's place."""
        self._heap: list[tuple[AmountT, int, KeyT]] = []
        """Each key once, with an amount that it once had: so the first one that still has it is the lightest."""
        self._turn = count()

    def add(self, key: KeyT, amount: AmountT) -> KeyT | None:
        """Give `amount` (not negative) to `key`; returns the key that gave way, if one did."""
        amounts = self._amounts
        if key in amounts:
            amounts[key] += amount
            return None
        if len(amounts) < self.capacity:
            amounts[key] = amount
            heappush(self._heap, (amount, next(self._turn), key))
            return None
        return self._replace(key, amount)

    def get(self, key: KeyT) -> Ranked[KeyT, AmountT] | None:
        """What `key` has; None where it is not kept."""
        if key not in self._amounts:
            return None
        return Ranked(key, self._amounts[key], self._errors.get(key, 0))

    def top(self, most: int | None = None) -> list[Ranked[KeyT, AmountT]]:
        """The heaviest `most` keys (None: all), heaviest first; of equal ones those that came first."""
        amounts = self._amounts
        heaviest = nlargest(len(amounts) if most is None else most, amounts, key=amounts.__getitem__)
        return [Ranked(key, amounts[key], self._errors.get(key, 0)) for key in heaviest]

    def merge(self, other: "SpaceSaving[KeyT, AmountT]") -> None:
        """Take in what `other` saw: amounts of the same key are added. What one of them does not keep may have had as
        much there as the lightest that it keeps.
        """
        mine, its = self._floor(), other._floor()
        keys = list(dict.fromkeys([*self._amounts, *other._amounts]))
        amounts = {key: self._amounts.get(key, mine) + other._amounts.get(key, its) for key in keys}
        errors = {
            key: self._error(key, mine) + other._error(key, its)
            for key in keys
            if key in self._errors or key in other._errors or key not in self._amounts or key not in other._amounts
        }
        kept = nlargest(self.capacity, keys, key=amounts.__getitem__)
        self.replaced += other.replaced + len(keys) - len(kept)
        self._hold(Ranked(key, amounts[key], errors.get(key, 0)) for key in kept)

    def load(self, kept: Iterable[Ranked[KeyT, AmountT]]) -> None:
        """Take over what `top` gave, in place of what is there; at most `capacity` of it."""
        self._hold(nlargest(self.capacity, kept, key=lambda one: one.amount))

    def __len__(self) -> int:
        """How many keys are kept."""
        return len(self._amounts)

    def __iter__(self) -> Iterator[KeyT]:
        """The keys that are kept."""
        return iter(self._amounts)

    def _replace(self, key: KeyT, amount: AmountT) -> KeyT:
        lightest = self._settle()
        floor = self._amounts.pop(lightest)
        self._errors.pop(lightest, None)
        self._amounts[key] = floor + amount
        if floor:
            self._errors[key] = floor
        heapreplace(self._heap, (floor + amount, next(self._turn), key))
        self.replaced += 1
        return lightest

    def _settle(self) -> KeyT:
        """Put the lightest key first in the heap."""
        heap, amounts = self._heap, self._amounts
        amount, turn, key = heap[0]
        while amounts[key] != amount:
            heapreplace(heap, (amounts[key], turn, key))
            amount, turn, key = heap[0]
        return key

    def _floor(self) -> AmountT:
        """The most that a key may have which is not kept."""
        return self._amounts[self._settle()] if len(self._amounts) == self.capacity else 0

    def _error(self, key: KeyT, floor: AmountT) -> AmountT:
        return self._errors.get(key, 0) if key in self._amounts else floor

    def _hold(self, kept: Iterable[Ranked[KeyT, AmountT]]) -> None:
        held = list(kept)
        self._amounts = {one.key: one.amount for one in held}
        self._errors = {one.key: one.error for one in held if one.error}
        self._turn = count()
        self._heap = [(one.amount, next(self._turn), one.key) for one in held]
        heapify(self._heap)
