"""What policies are made of: votes, what a policy is asked and answers, and watchers, which see each span once."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from spansieve.pdata import Resource, Span
from spansieve.plugin import Clock
from spansieve.sampling import ALWAYS

if TYPE_CHECKING:
    from ..config import ErrorsConfig
    from ..facts import TraceFacts
    from .config import AnyPolicyConfig
    from .sessions import SessionPolicy


class Vote(Enum):
    """What a policy says of a trace; the inverted ones are `invert_match`'s."""

    SAMPLE = "sample"
    NOT_SAMPLE = "not_sample"
    DROP = "drop"
    INVERT_SAMPLE = "invert_sample"
    INVERT_NOT_SAMPLE = "invert_not_sample"

    __hash__ = object.__hash__  # each is there once, and votes are counted by the million

    @property
    def samples(self) -> bool:
        """Whether it counts as `sample` inside another policy, where inverted votes are plain ones."""
        return self is Vote.SAMPLE or self is Vote.INVERT_SAMPLE


class Verdict(NamedTuple):
    """A vote, and how likely it was."""

    vote: Vote
    threshold: int = ALWAYS
    """T: the trace was let through with the probability that this leaves."""
    sub: str = ""
    """The name of the sub-policy that `composite` followed."""
    randomness: int | None = None
    """What T was compared with, where that was a hash and not the trace's own randomness."""


class Now(NamedTuple):
    """When policies are asked. `late`: once more, for a late root; what spends tokens votes not_sample then."""

    time_ns: int
    monotonic: float
    late: bool = False


class PolicyError(Exception):
    """A policy casts no vote. The text names types and functions, and never content."""


class Policy(Protocol):
    """One policy of a processor. It may hold state, and spends it when it is asked."""

    name: str

    def vote(self, trace: "TraceFacts", now: Now) -> Verdict:
        """What it says of `trace` at its decision. Raises PolicyError."""


class Watcher(Protocol):
    """Looks at each span once, when it arrives, so that a decision decodes nothing again."""

    needle: bytes
    """A span whose wire bytes don't hold this can't match, so it need not be asked about; empty: always ask."""

    def span(self, span: Span) -> bool:
        """Whether the span itself matches."""

    def suspects(self, behind: Sequence[bytes]) -> Sequence[int]:
        """`behind` is what stands behind each `needle` in many spans: the places of those whose spans may match."""

    def resource(self, resource: Resource) -> bool:
        """Whether the resource matches, and so every span under it. Asked once for each resource of a request."""


def nothing_reported(_: str) -> None:
    """For who has nobody to warn."""


def no_pseudonyms(_: str, __: Sequence[str]) -> list[str]:
    """For who has no privacy in front."""
    return []


@dataclass(frozen=True, slots=True)
class BuildContext:
    """What a processor gives to the making of its policies."""

    clock: Clock
    errors: "ErrorsConfig"
    pseudonyms: Callable[[str, Sequence[str]], list[str]] = no_pseudonyms
    """The texts that privacy writes for a value under each of some keys."""
    warn: Callable[[str], None] = nothing_reported


@dataclass(slots=True)
class Building:
    """The policies of one processor while they are made: makers take watchers and sub-policies from it."""

    context: BuildContext
    make: "Callable[[AnyPolicyConfig, Building], Policy]"
    """Makes any policy."""
    watchers: list[Watcher] = field(default_factory=list)
    inverted: "list[AnyPolicyConfig]" = field(default_factory=list)
    """Those with `invert_match`."""
    sessions: "list[SessionPolicy]" = field(default_factory=list)
    """Those that are to be told of decisions."""
    _indexes: dict[Hashable, int] = field(default_factory=dict)

    def policy(self, config: "AnyPolicyConfig") -> Policy:
        """The policy of a configuration, sub-policies and all."""
        return self.make(config, self)

    def watch(self, key: Hashable, make: Callable[[], Watcher]) -> int:
        """The index of the watcher `key`, which `make` makes if there is none yet: equal leaves share one."""
        index = self._indexes.get(key)
        if index is None:
            index = self._indexes[key] = len(self.watchers)
            self.watchers.append(make())
        return index


class Policies(NamedTuple):
    """All policies of a processor, in the order that they are asked in."""

    drops: Sequence[Policy]
    """Those of type `drop`, which come first."""
    others: Sequence[Policy]
    watchers: Sequence[Watcher]
    """Bit `i` of a trace says that `watchers[i]` matched one of its spans or their resources."""
    sessions: "Sequence[SessionPolicy]" = ()
    """Those that are to be told of decisions."""
