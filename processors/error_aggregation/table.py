"""The patterns, at most so many of them: where one more is needed, another gives way.

Source: Metwally, Agrawal, El Abbadi: Efficient Computation of Frequent and Top-k Elements in Data Streams (2005); but
of the rare ones the one goes that was not seen for the longest time.
"""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from itertools import islice
from typing import Any, Final, TypeVar

from spansieve.failures.grouping import Group, Grouper

from .config import ErrorAggregationConfig
from .examples import Examples
from .hashes import Hashes
from .pattern import OTHER, Base, Counted, Pattern
from .rates import MINUTE_NS
from .seen import Seen, example_of

MAX_EXAMPLE_BYTES: Final = 32 * 1024**2
"""What all examples take; above, each pattern keeps its first ones."""
FORGOTTEN: Final = 16_384
KNOWN: Final = 65_536
_OTHER_KEY: Final = f"{OTHER}:{OTHER}"
CountedT = TypeVar("CountedT", bound=Counted)


def least(entries: Collection[CountedT]) -> list[CountedT]:
    """Those that give way next, in order: a few of the quarter with the lowest counts, the longest unseen first."""
    rare = sorted(entries, key=lambda one: (one.count, one.touched))[: max(1, len(entries) // 4)]
    return sorted(rare, key=lambda one: one.touched)[: max(1, len(rare) // 8)]


class Table:
    """All patterns, by base key and fingerprint."""

    def __init__(self, config: ErrorAggregationConfig, grouper: Grouper) -> None:
        """There are none."""
        self._config = config
        self._grouper = grouper
        self.bases: dict[str, Base] = {}
        self.size = 0
        """Fingerprints, without what is `other`."""
        self.evicted = 0
        self.known = Hashes(KNOWN)
        """Base keys that are no news."""
        self.forgotten = Hashes(FORGOTTEN)
        """Fingerprints that gave way, with the time."""
        self._touched = self._example_bytes = 0
        self._victims: deque[tuple[Pattern, int]] = deque()
        self._base_victims: deque[tuple[Base, int]] = deque()
        self.removed: list[str] = []
        """Names of what may have been saved and is no more."""

    def find(self, seen: Seen, now_ns: int) -> Pattern:
        """The pattern of an error; `now_ns` is the clock."""
        kind = seen.kind
        pattern = kind.pattern
        if pattern is None or pattern.gone:
            pattern = kind.pattern = self._pattern_of(seen, now_ns)
        return pattern

    def count(self, pattern: Pattern, some: Sequence[Seen], latest_ns: int) -> Base:
        """Count errors, in order of their times; what is later than `latest_ns` counts as then."""
        base = self.bases[pattern.key]
        base.latest = pattern
        self._touched += 1
        minutes: dict[int, int] = {}
        paths: dict[tuple[str, ...], int] = {}
        soft = recovered = 0
        for seen in some:
            minute = min(seen.time_ns, latest_ns) // MINUTE_NS
            minutes[minute] = minutes.get(minute, 0) + 1
            paths[seen.path] = paths.get(seen.path, 0) + 1
            soft += seen.is_apart
            recovered += seen.recovered
            seen.pattern = pattern
        first_ns, last_ns = min(some[0].time_ns, latest_ns), min(some[-1].time_ns, latest_ns)
        for one in (base, pattern):
            one.hit(len(some), first_ns, last_ns, soft=soft, recovered=recovered, touched=self._touched)
        pattern.rates.add(minutes)
        for path, times in paths.items():
            pattern.went(path, times)
        self._sketch(pattern, some)
        self._exemplify(pattern.examples, some)
        return base

    @staticmethod
    def _sketch(pattern: Pattern, some: Sequence[Seen]) -> None:
        pattern.traces.add({seen.trace_id for seen in some})
        pattern.users.add({seen.user_text for seen in some})
        pattern.sessions.add({seen.thread_text for seen in some})
        pattern.versions.add({seen.source.version for seen in some})

    def _exemplify(self, examples: Examples, some: Sequence[Seen]) -> None:
        first, last = examples.places
        few = some if len(some) <= first + last else [*some[:first], *some[len(some) - last :]]
        before = examples.size_bytes
        for seen in few:
            marks = (seen.tried, seen.user_text, seen.source.version, seen.kind.model.encode("utf-8", "replace"))
            examples.add(example_of(seen), marks, room=self._example_bytes < MAX_EXAMPLE_BYTES)
        self._example_bytes += examples.size_bytes - before

    def made_good(self, seen: Seen) -> None:
        """A retry made an error good after it was counted."""
        pattern = seen.pattern
        if pattern is not None and not pattern.gone:
            for one in (self.bases[pattern.key], pattern):
                one.recovered += 1
                one.is_dirty = True

    def _pattern_of(self, seen: Seen, now_ns: int) -> Pattern:
        kind, details = seen.kind, seen.kind.details
        group = self._grouper.group(details.type, details.message, details.stack, kind.tool, kind.override)
        base = self.bases.get(group.key)
        if base is None:
            base = self._new_base(group.key, kind.shown.type, kind.tool, now_ns)
        pattern = base.patterns.get(group.fingerprint)
        if pattern is None:
            pattern = self._new_pattern(base, group, now_ns)
        pattern.template = group.template
        return pattern

    def _new_base(self, key: str, type_: str, tool: str, now_ns: int) -> Base:
        rest = self.bases.get(_OTHER_KEY)
        if len(self.bases) - (rest is not None) >= self._config.max_base:
            every = (one for one in self.bases.values() if one is not rest)
            self._evict_base(_next(self._base_victims, every), now_ns)
        base = self.bases[key] = Base(key, type_, tool)
        base.life.announced = key in self.known
        return base

    def _new_pattern(self, base: Base, group: Group, now_ns: int) -> Pattern:
        if self.size >= self._config.max_patterns:
            every = (one for some in self.bases.values() for one in some.patterns.values())
            victim = _next(self._victims, every)
            self.bases[victim.key].take_in(victim, self._config)
            self._drop(victim, now_ns)
        pattern = Pattern(group, self._config)
        gone_ns = self.forgotten.get(group.fingerprint)
        pattern.life.announced = gone_ns is not None and now_ns - gone_ns < self._config.forget * 1e9
        base.patterns[group.fingerprint] = pattern
        self.size += 1
        return pattern

    def _evict_base(self, victim: Base, now_ns: int) -> None:
        """Count all of it as other errors of another kind."""
        rest = self.bases.setdefault(_OTHER_KEY, Base(_OTHER_KEY, OTHER, OTHER))
        for pattern in victim.every():
            rest.take_in(pattern, self._config)
        rest.join_counts(victim)
        for pattern in [*victim.patterns.values()]:
            self._drop(pattern, now_ns)
        victim.gone = True
        del self.bases[victim.key]
        self._remove(victim)

    def _drop(self, pattern: Pattern, now_ns: int) -> None:
        base = self.bases[pattern.key]
        del base.patterns[pattern.fingerprint]
        if base.latest is pattern:
            base.latest = None
        self.size -= 1
        self.evicted += 1
        self._example_bytes -= pattern.examples.size_bytes
        self.forgotten.put(pattern.fingerprint, now_ns)
        self._grouper.forget(pattern.fingerprint)
        self._remove(pattern)
        pattern.shed()

    def _remove(self, one: Base | Pattern) -> None:
        if self._config.storage is not None:
            self.removed.append(name_of(one))

    def state(self) -> dict[str, Any]:
        """What changed besides the patterns, by name, fit for JSON."""
        names = {"known": self.known, "forgotten": self.forgotten}
        return {name: hashes.state() for name, hashes in names.items() if hashes.is_dirty}

    def dirty(self) -> list[Base | Pattern]:
        """What changed since it was saved."""
        every: list[Base | Pattern] = []
        for base in self.bases.values():
            every += [base, *base.patterns.values()]
        return [one for one in every if one.is_dirty]

    def load(self, bases: Iterable[Base], patterns: Iterable[Pattern]) -> None:
        """Take over what was saved, as much as there is room for."""
        for base in islice(bases, self._config.max_base + 1):
            self.bases[base.key] = base
            self._touched = max(self._touched, base.touched)
        for pattern in patterns:
            base_of = self.bases.get(pattern.key)
            if base_of is not None and self.size < self._config.max_patterns:
                base_of.patterns[pattern.fingerprint] = pattern
                self.size += 1
                self._example_bytes += pattern.examples.size_bytes


def name_of(counted: Base | Pattern) -> str:
    """A name for storing it."""
    if isinstance(counted, Base):
        return f"base/{sha256(counted.key.encode('utf-8', 'replace')).hexdigest()[:32]}"
    whole = f"{counted.key}\n{counted.fingerprint}"
    return f"pattern/{sha256(whole.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _next(queue: deque[tuple[CountedT, int]], every: Iterable[CountedT]) -> CountedT:
    """The next to give way: of those that were ranked before, unless they were seen since."""
    while queue:
        one, touched = queue.popleft()
        if not one.gone and one.touched == touched:
            return one
    queue.extend((one, one.touched) for one in least(list(every)))
    return queue.popleft()[0]
