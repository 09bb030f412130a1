"""One trace that has an error: what else is known of it, and which of its errors count."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from spansieve.failures import Judged, TracedError, forest_from, joined, operation_of
from spansieve.pdata import NO_SPAN, Span, read

from .seen import Passed, Seen

MAX_ERRORS: Final = 512
MAX_PASSED: Final = 512
"""Of one trace; above, the oldest goes. An error that went counts by itself."""
MAX_OPEN: Final = 64
"""Operations that a success is compared with: those that failed last."""


class Verdict(NamedTuple):
    """What became of errors of a trace."""

    merged: int
    """Of those that were due: the same failure as another one."""
    good: list[Seen]
    """Counted before, and made good by now."""
    moved: list[tuple[Seen, tuple[str, ...]]]
    """Counted before; the path is another one now. With the former."""


class Trace:
    """A trace."""

    __slots__ = ("errors", "passed", "size_bytes", "touched")

    def __init__(self) -> None:
        """Nothing of it is known."""
        self.errors: dict[bytes, Seen] = {}
        """By span, the first that came first."""
        self.passed: dict[bytes, bytes | Passed] = {}
        """Spans that are no errors: as bytes, until somebody looks."""
        self.touched = 0.0
        self.size_bytes = 0

    @property
    def spans(self) -> int:
        """How many are remembered."""
        return len(self.errors) + len(self.passed)

    @property
    def waits(self) -> bool:
        """Whether an error of it is not judged yet."""
        return any(not seen.is_settled for seen in self.errors.values())

    def look(self, span_id: bytes) -> Passed | None:
        """A span that is no error."""
        found = self.passed.get(span_id)
        if isinstance(found, bytes):
            found = self.passed[span_id] = Passed(found)
        return found

    def above(self, one: Seen | Passed) -> Iterator[Seen | Passed]:
        """What stands above, the nearest first."""
        at, gone = one.parent_span_id, {one.span_id}
        while at not in gone and at not in NO_SPAN:
            gone.add(at)
            found = self.errors.get(at) or self.look(at)
            if found is None:
                return
            yield found
            at = found.parent_span_id

    def judge(self, due: Sequence[Seen], gap_ns: int) -> Verdict:
        """Find out which of `due` count, and what changes for those that did before."""
        hard = [seen for seen in self.errors.values() if not seen.is_apart]
        alone = due if len(hard) < 2 else [seen for seen in due if seen.is_apart or not self._holds(seen)]
        for seen in alone:
            seen.path = seen.kind.path
        verdict = Verdict(0, _known_good(hard), []) if len(hard) < 2 else self._joined(hard, due, gap_ns)
        for seen in due:
            seen.is_settled = True
        return verdict

    def _holds(self, seen: Seen) -> bool:
        return self.errors.get(seen.span_id) is seen

    def _joined(self, hard: Sequence[Seen], due: Sequence[Seen], gap_ns: int) -> Verdict:
        _number(hard)
        nodes: list[Judged[Seen | Passed]] = [Judged(seen, seen.kind.failure) for seen in hard]
        forest = forest_from(nodes + [Judged(one, None) for one in self._between(hard)])
        errors, good = [], set()
        for place, (one, failure) in enumerate(zip(forest.spans, forest.failures, strict=True)):
            if failure is not None and isinstance(one, Seen):
                errors.append(one.kind.shown._replace(place=place, end=one.end_time_unix_nano))
                if one.recovered:
                    good.add(place)
        return _verdict(joined(forest, errors, good, gap_ns), set(map(id, due)))

    def _between(self, hard: Sequence[Seen]) -> list[Seen | Passed]:
        """What connects errors, and what succeeded since the first of them."""
        first = min(seen.end_time_unix_nano for seen in hard)
        every = [one for span_id in [*self.passed] if (one := self.look(span_id))]
        since = [one for one in every if one.start_time_unix_nano >= first]
        starts: list[Seen | Passed] = [*hard, *since]
        chains = [one for start in starts for one in self.above(start)]
        soft = [seen for seen in self.errors.values() if seen.is_apart]
        found = {id(one): one for one in (*since, *chains, *soft)}
        counted = set(map(id, hard))
        return [one for one in found.values() if id(one) not in counted]


def _known_good(errors: Sequence[Seen]) -> list[Seen]:
    """Those that were made good since they were counted."""
    found = [seen for seen in errors if seen.recovered and not seen.is_good]
    for seen in found:
        seen.is_good = True
    return [seen for seen in found if seen.pattern is not None]


def _number(errors: Sequence[Seen]) -> None:
    """Number the attempts of each operation."""
    attempts: dict[Hashable, int] = defaultdict(int)
    for seen in sorted(errors, key=lambda one: one.start_time_unix_nano):
        attempts[seen.operation] += 1
        if not seen.is_settled:
            seen.attempt = attempts[seen.operation]


def _verdict(found: Iterable[TracedError[Seen | Passed]], due: set[int]) -> Verdict:
    merged, good, moved = 0, [], []
    for error in found:
        seen = error.span
        if not isinstance(seen, Seen):
            continue
        if id(seen) in due:
            seen.path, seen.caused_by = error.path, error.caused_by
            seen.recovered = error.recovered
            merged += not error.is_root_cause
        elif seen.pattern is not None:
            if error.path and error.path != seen.path:
                moved.append((seen, seen.path))
                seen.path = error.path
            if error.recovered and not seen.is_good:
                good.append(seen)
        if error.recovered:
            seen.is_good = True
    return Verdict(merged, good, moved)


def make_good(errors: Iterable[Seen], wires: Sequence[bytes]) -> bool:
    """Mark those of `errors` as recovered of whose operation one of `wires`, spans that are no errors, is a success
    after them; whether one of them had been judged. Raises DecodeError.
    """
    tried: dict[Hashable, list[Seen]] = defaultdict(list)
    for seen in errors:
        if not seen.recovered and not seen.is_apart:
            tried[seen.operation].append(seen)
    late = False
    text = b"".join(wires) if tried else b""
    for operation in [*tried][-MAX_OPEN:]:
        some = tried[operation]
        needle = some[0].tried if some[0].tried and some[0].kind.tool else some[0].raw_name
        if needle not in text:
            continue
        for wire in wires:
            if needle in wire:
                late |= _try(some, operation, wire)
    return late


def _try(errors: Sequence[Seen], operation: Hashable, wire: bytes) -> bool:
    message = read("Span", wire)
    before = [seen for seen in errors if message.start_time_unix_nano >= seen.end_time_unix_nano]
    span = Span(message, errors[0].source.scope)
    if not before or span.is_error or operation_of(span) != operation:
        return False
    for seen in before:
        seen.recovered = True
    return any(seen.is_settled for seen in before)
