"""What a trace that is kept says about why: attributes on its root, and the trace state of its spans."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from spansieve.pdata import Span, Writable

from .decide import Reason
from .probability import rewritten

POLICY = "tailsampling.policy"
COMPOSITE = "tailsampling.composite_policy"
CACHED = "tailsampling.cached_decision"
REASON = "spansieve.sampling.reason"
DECIDED = "spansieve.sampling.decided"
PARTIAL = "spansieve.sampling.partial"

Decided = Literal["wait", "root", "early", "eviction", "oversize", "shutdown", "restart", "late"]


class Record(NamedTuple):
    """Why a trace is kept."""

    policy: str
    reason: Reason
    decided: Decided
    sub: str = ""
    partial: bool = False
    """Whether spans of it are known to be missing."""

    def attributes(self) -> dict[str, Writable]:
        """As attributes of a span."""
        said: dict[str, Writable] = {POLICY: self.policy, REASON: self.reason, DECIDED: self.decided}
        if self.sub:
            said[COMPOSITE] = self.sub
        if self.partial:
            said[PARTIAL] = True
        return said


def write(spans: Sequence[Span], record: Record, where: Literal["root", "all", "none"]) -> None:
    """Say on those of the trace's `spans` that `where` means why they are kept."""
    if where != "none":
        for span in spans if where == "all" else [root_of(spans)]:
            span.attributes.update(record.attributes())


def root_of(spans: Sequence[Span]) -> Span:
    """The one without a parent, else the earliest."""
    return min(spans, key=lambda span: (not span.is_root, span.start_time_unix_nano))


def restate(spans: Sequence[Span], threshold: int, randomness: int | None) -> int:
    """Write into the trace states of the spans how likely it was that they were kept; how many could not be read."""
    failed = 0
    for span in spans:
        before = span.trace_state
        after = rewritten(before, threshold, randomness)
        if after is None:
            failed += 1
        elif after != before:
            span.trace_state = after
    return failed
