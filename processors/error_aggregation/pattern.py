"""A pattern: what is kept of all errors that are one ticket."""

from collections.abc import Mapping
from typing import Any

from spansieve.alerts import State
from spansieve.failures.grouping import Group
from spansieve.sketches import Distinct

from .config import ErrorAggregationConfig
from .examples import Examples
from .rates import Rates

_PATHS = 8
"""Paths counted for each pattern; the rarest gives way."""
OTHER = "other"
"""What stands for patterns that gave way."""
_SKETCHES = ("traces", "users", "sessions", "versions")
_PLAIN = ("count", "soft", "recovered", "first_ns", "last_ns", "touched")


class Life:
    """Whether something is known, and how long it has been silent. Times are nanoseconds since the epoch."""

    __slots__ = ("announced", "heard_ns", "is_regressed", "is_returning", "times")

    def __init__(self) -> None:
        """Nobody has heard of it."""
        self.announced = False
        """It is known: an alert told of it, or would have."""
        self.heard_ns = 0
        """The last error that was not soft; 0: none."""
        self.times = 0
        """Errors since it was first heard, or came back."""
        self.is_regressed = False
        self.is_returning = False
        """It came back after a long silence, which is not told yet."""

    def state(self, now_ns: int, resolve_after_ns: int) -> State:
        """What it is now."""
        if self.heard_ns and now_ns - self.heard_ns >= resolve_after_ns:
            return "resolved"
        if self.is_regressed:
            return "regressed"
        return "active" if self.times > 1 else "new"

    def settle(self) -> None:
        """It is known from now on; if it was, it is back."""
        self.is_regressed = self.is_regressed or self.is_returning
        self.is_returning, self.announced = False, True

    def saved(self) -> list[Any]:
        """What to save, fit for JSON."""
        return [getattr(self, name) for name in self.__slots__]

    def load(self, state: list[Any]) -> None:
        """Take over what `saved` gave."""
        for name, value in zip(self.__slots__, state, strict=True):
            setattr(self, name, value)


class Counted:
    """What is counted of errors. Times are nanoseconds since the epoch."""

    __slots__ = ("count", "first_ns", "gone", "is_dirty", "key", "last_ns", "life", "recovered", "soft", "touched")

    def __init__(self, key: str) -> None:
        """None was. `key` is the base key."""
        self.key = key
        self.count = self.soft = self.recovered = 0
        """All; those of them that are soft, and that a retry made good."""
        self.first_ns = self.last_ns = 0
        self.life = Life()
        self.touched = 0
        """The number of the error that was counted last, over all patterns."""
        self.is_dirty = True
        """It changed since it was saved."""
        self.gone = False
        """It gave way to another one."""

    @property
    def hard(self) -> int:
        """Errors that are not soft."""
        return self.count - self.soft

    def hit(self, count: int, first_ns: int, last_ns: int, *, soft: int, recovered: int, touched: int) -> None:
        """Count errors."""
        self.count += count
        self.soft += soft
        self.recovered += recovered
        self.last_ns = max(self.last_ns, last_ns)
        if first_ns < self.first_ns or not self.first_ns:
            self.first_ns = first_ns
        self.touched = touched
        self.is_dirty = True

    def join_counts(self, other: "Counted") -> None:
        """Add what the other counted."""
        self.count += other.count
        self.soft += other.soft
        self.recovered += other.recovered
        self.first_ns = min(self.first_ns or other.first_ns, other.first_ns)
        self.last_ns = max(self.last_ns, other.last_ns)
        self.is_dirty = True

    def counts(self) -> dict[str, Any]:
        """What to save."""
        return {name: getattr(self, name) for name in _PLAIN} | {"key": self.key, "life": self.life.saved()}

    def load_counts(self, state: Mapping[str, Any]) -> None:
        """Take over what `counts` gave."""
        for name in _PLAIN:
            setattr(self, name, state[name])
        self.life.load(state["life"])
        self.is_dirty = False


class Pattern(Counted):
    """One fingerprint."""

    __slots__ = ("cause_type", "examples", "fingerprint", "frames", "paths", "rates", "template", *_SKETCHES)

    def __init__(self, group: Group, config: ErrorAggregationConfig) -> None:
        """Nothing was counted in it."""
        super().__init__(group.key)
        self.fingerprint = group.fingerprint
        self.template = group.template
        self.frames = tuple(group.frames)
        self.cause_type = group.cause_type
        self.rates = Rates()
        self.traces, self.users, self.sessions, self.versions = Distinct(), Distinct(), Distinct(), Distinct()
        self.paths: dict[tuple[str, ...], int] = {}
        self.examples = Examples(config.examples)

    @property
    def path(self) -> tuple[str, ...]:
        """The one seen most."""
        return max(self.paths, key=self.paths.__getitem__, default=())

    def went(self, path: tuple[str, ...], times: int = 1, instead_of: tuple[str, ...] | None = None) -> None:
        """Count a path; one that turned out to be longer is counted in place of the former."""
        if instead_of is not None and self.paths.get(instead_of):
            self.paths[instead_of] -= 1
        self.paths[path] = self.paths.get(path, 0) + times
        if len(self.paths) > _PATHS:
            del self.paths[min(self.paths, key=self.paths.__getitem__)]
        self.is_dirty = True

    def shed(self) -> None:
        """Let go of what is large: errors that were counted in it still know it for a while."""
        self.gone = True
        for name in ("rates", "paths", "examples", *_SKETCHES):
            delattr(self, name)

    def join(self, other: "Pattern") -> None:
        """Add what the other counted."""
        self.join_counts(other)
        self.rates.join(other.rates)
        for name in _SKETCHES:
            getattr(self, name).join(getattr(other, name))

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON."""
        return self.counts() | {
            "fingerprint": self.fingerprint,
            "template": self.template,
            "frames": self.frames,
            "cause_type": self.cause_type,
            "rates": [self.rates.minutes.state(), self.rates.hours.state()],
            "distinct": [getattr(self, name).state() for name in _SKETCHES],
            "paths": [[path, times] for path, times in self.paths.items()],
            "examples": self.examples.state(),
        }

    @classmethod
    def loaded(cls, state: Mapping[str, Any], config: ErrorAggregationConfig) -> "Pattern":
        """The one that gave `state`. Raises LookupError, TypeError and ValueError for what is none."""
        said = (state["template"], tuple(state["frames"]), state["cause_type"])
        pattern = cls(Group(state["key"], state["fingerprint"], *said), config)
        pattern.load_counts(state)
        minutes, hours = state["rates"]
        pattern.rates.minutes.load(minutes)
        pattern.rates.hours.load(hours)
        for name, registers in zip(_SKETCHES, state["distinct"], strict=True):
            getattr(pattern, name).load(registers)
        pattern.paths = {tuple(path): times for path, times in state["paths"]}
        pattern.examples.load(state["examples"])
        return pattern


class Base(Counted):
    """One `type:tool`, and the fingerprints below it."""

    __slots__ = ("latest", "other", "patterns", "tool", "type")

    def __init__(self, key: str, type_: str, tool: str) -> None:
        """Nothing was counted in it. `tool` is empty where there is none."""
        super().__init__(key)
        self.type = type_
        self.tool = tool
        self.patterns: dict[str, Pattern] = {}
        """By fingerprint."""
        self.other: Pattern | None = None
        """What those counted that gave way."""
        self.latest: Pattern | None = None
        """The one that was counted in last, if it is still there."""

    def every(self) -> list[Pattern]:
        """All of it."""
        return [*self.patterns.values(), *([self.other] if self.other else ())]

    def take_in(self, other: Pattern, config: ErrorAggregationConfig) -> None:
        """Count what another pattern did, which gave way, as `other`."""
        if self.other is None:
            self.other = Pattern(Group(self.key, OTHER, OTHER, (), ""), config)
        self.other.join(other)
        self.is_dirty = True

    def state(self) -> dict[str, Any]:
        """What to save, fit for JSON; the patterns are saved by themselves."""
        other = None if self.other is None else self.other.state()
        return self.counts() | {"type": self.type, "tool": self.tool, "other": other}

    @classmethod
    def loaded(cls, state: Mapping[str, Any], config: ErrorAggregationConfig) -> "Base":
        """The one that gave `state`. Raises LookupError, TypeError and ValueError for what is none."""
        base = cls(state["key"], state["type"], state["tool"])
        base.load_counts(state)
        base.other = Pattern.loaded(state["other"], config) if state["other"] else None
        return base
