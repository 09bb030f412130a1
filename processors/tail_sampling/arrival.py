"""What is read of spans when they come, once: everything that decisions need."""

from collections.abc import Sequence
from typing import NamedTuple

from spansieve.failures import Failure, Rules, failure_of
from spansieve.pdata import Shell, Span, TraceBatch

from .facts import TraceFacts
from .mentions import Encoded
from .policies import Watcher

_SIGNS = (b"error", b"status_code", b"exception", b"\x18\x02", b"\x18\x82\x00", b"\x18\x82\x80")
"""One of these stands in the bytes of each span that is an error: a part of an attribute's key, an event's name, or the
status ERROR, whose number a sender may write longer than it need be.
"""


def _never(_: bytes, __: int) -> bool:
    return False


class Arrival(NamedTuple):
    """A span that came in."""

    span: Span
    wire: bytes
    shell: Shell
    bits: int
    """Which watchers it, or its resource, is what they look for."""
    failure: Failure | None
    root: bool


class Reader:
    """Reads the spans of requests."""

    def __init__(self, watchers: Sequence[Watcher], rules: Rules) -> None:
        """Each watcher sets the bit of its place; `rules` say what a failure is."""
        self._watchers = watchers
        self._rules = rules

    def read(self, batch: TraceBatch) -> dict[bytes, list[Arrival]]:
        """All spans by trace, in order. Raises DecodeError where one is malformed inside."""
        spans = list(batch)
        wires = [span.encode() for span in spans]
        encoded = Encoded(wires)
        around = self._around(batch)
        found = self._found(spans, encoded)
        failures = self._failures(spans, encoded)
        traces: dict[bytes, list[Arrival]] = {}
        for place, (span, wire) in enumerate(zip(spans, wires, strict=True)):
            shell, bits = around[id(span.scope)]
            arrival = Arrival(span, wire, shell, bits | found.get(place, 0), failures.get(place), span.is_root)
            traces.setdefault(span.trace_id, []).append(arrival)
        return traces

    def _around(self, batch: TraceBatch) -> dict[int, tuple[Shell, int]]:
        """By the `id` of scopes: what is around their spans, and what is found in their resources."""
        shells = batch.shells()
        bits = {
            id(resource): sum(watcher.resource(resource) << place for place, watcher in enumerate(self._watchers))
            for resource in batch.resources
        }
        return {id(scope): (shells[id(scope)], bits[id(scope.resource)]) for scope in batch.scopes}

    def _found(self, spans: Sequence[Span], encoded: Encoded) -> dict[int, int]:
        """By places of spans: which watchers they are what they look for, none left out."""
        found: dict[int, int] = {}
        for bit, watcher in enumerate(self._watchers):
            for place in self._candidates(watcher, len(spans), encoded):
                if watcher.span(spans[place]):
                    found[place] = found.get(place, 0) | 1 << bit
        return found

    @staticmethod
    def _candidates(watcher: Watcher, count: int, encoded: Encoded) -> Sequence[int]:
        return encoded.holding(watcher.needle, watcher.rules_out) if watcher.needle else range(count)

    def _failures(self, spans: Sequence[Span], encoded: Encoded) -> dict[int, Failure]:
        """By places of spans: the errors that they are."""
        suspects = {place for sign in _SIGNS for place in encoded.holding(sign, _never)}
        found = ((place, failure_of(spans[place], self._rules)) for place in sorted(suspects))
        return {place: failure for place, failure in found if failure is not None}


def fill(trace: TraceFacts, arrivals: Sequence[Arrival]) -> None:
    """Add spans to their trace."""
    for arrival in arrivals:
        trace.add(arrival.span, arrival.bits, arrival.wire, arrival.shell)
        if arrival.failure is not None:
            trace.errors.append(arrival.failure)
