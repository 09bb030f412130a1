"""The table of patterns: decisions by type and by how much context they were made in. Source: METRICS.md, section 4."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from spansieve.sketches import Ranked, SpaceSaving

from .decided import Decided

MOST: Final = 1_000
"""Patterns; the one that was not seen for the longest time gives way."""
MOST_INDICES: Final = 16
MOST_HASHES: Final = 10
_WATCHED_HASHES: Final = 40
"""Reasoning hashes that are counted, so that the top ones are the right ones."""


def key_of(decided: Decided) -> str:
    """Its pattern's key."""
    return f"{decided.type}:{decided.context}"


class Pattern:
    """Decisions of one key. Counts may be fractions, behind a sampler."""

    __slots__ = (
        "confidence_count",
        "count",
        "hashes",
        "indices",
        "inferred",
        "judged",
        "succeeded",
        "total_confidence",
    )

    def __init__(self) -> None:
        """None came."""
        self.count = 0.0
        self.inferred = 0.0
        self.confidence_count = 0.0
        """Those that said how sure they were."""
        self.total_confidence = 0.0
        self.judged = 0.0
        """Those of which it is known how they turned out."""
        self.succeeded = 0.0
        self.indices = [0.0] * MOST_INDICES
        """How often each of the first options was selected."""
        self.hashes: SpaceSaving[str, float] | None = None

    def add(self, one: Decided, times: int) -> None:
        """So many more."""
        weight = one.weight * times
        self.count += weight
        self.inferred += weight if one.inferred else 0
        if one.confidence is not None:
            self.confidence_count += weight
            self.total_confidence += one.confidence * weight
        self.judge(one, times)
        if one.selected is not None and one.selected < MOST_INDICES:
            self.indices[one.selected] += weight
        if one.reasoning_hash:
            self._hashes().add(one.reasoning_hash, weight)

    def judge(self, one: Decided, times: int) -> None:
        """How so many of them turned out, if that is known."""
        if one.succeeded is not None:
            self.judged += one.weight * times
            self.succeeded += one.weight * times if one.succeeded else 0

    def mean(self, *, missing_as_zero: bool) -> float | None:
        """The mean confidence; None where there is none, unless what is missing counts as 0."""
        count = self.count if missing_as_zero else self.confidence_count
        return self.total_confidence / count if count else None

    @property
    def success_rate(self) -> float | None:
        """Of those of which it is known, the share that turned out well."""
        return self.succeeded / self.judged if self.judged else None

    def top_hashes(self) -> list[Ranked[str, float]]:
        """The reasoning hashes that came most often."""
        return self.hashes.top(MOST_HASHES) if self.hashes else []

    def _hashes(self) -> SpaceSaving[str, float]:
        if self.hashes is None:
            self.hashes = SpaceSaving(_WATCHED_HASHES)
        return self.hashes

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON."""
        saved = {name: getattr(self, name) for name in self.__slots__ if name != "hashes"}
        return saved | {"hashes": [list(one) for one in self.hashes.top()] if self.hashes else []}

    @classmethod
    def loaded(cls, state: Mapping[str, Any]) -> "Pattern":
        """What `state` gave."""
        pattern = cls()
        for name in cls.__slots__:
            if name != "hashes":
                setattr(pattern, name, state[name])
        if state["hashes"]:
            pattern._hashes().load(Ranked(*one) for one in state["hashes"])
        return pattern


class Patterns:
    """All patterns."""

    def __init__(self) -> None:
        """None yet."""
        self._all: OrderedDict[str, Pattern] = OrderedDict()
        self.evicted = 0
        """Patterns that gave way."""

    def add(self, one: Decided, times: int) -> None:
        """Count a decision that was made so many times."""
        key = key_of(one)
        pattern = self._all.get(key)
        if pattern is None:
            pattern = self._all[key] = Pattern()
        else:
            self._all.move_to_end(key)
        pattern.add(one, times)
        if len(self._all) > MOST:
            self._all.popitem(last=False)
            self.evicted += 1

    def judge(self, one: Decided, times: int) -> None:
        """How so many decisions turned out that were counted before."""
        pattern = self._all.get(key_of(one))
        if pattern is not None:
            pattern.judge(one, times)

    def by_count(self) -> list[tuple[str, Pattern]]:
        """All, the most frequent first."""
        return sorted(self._all.items(), key=lambda item: item[1].count, reverse=True)

    def state(self) -> list[Any]:
        """What to save, fit for JSON, the one that was not seen for the longest time first."""
        return [[key, pattern.state()] for key, pattern in self._all.items()]

    def load(self, state: Iterable[Any]) -> None:
        """Take over what `state` gave."""
        self._all.update((str(key), Pattern.loaded(saved)) for key, saved in state)
