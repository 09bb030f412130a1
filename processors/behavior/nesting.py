"""How the runs of a trace stand in each other."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from spansieve.watching import AiSpan

from .roles import ABOUT, AGENT

Plumbing = Callable[[bytes, bytes], bytes | None]
"""The parent of a span that is none of ours, by trace and id: empty of a root, None of one that did not come."""


class Nesting:
    """What stands above what in one trace."""

    def __init__(self, spans: Iterable[AiSpan], plumbing: Plumbing) -> None:
        """`spans` are all of ours."""
        self._parents = {span.span_id: span.parent_span_id for span in spans}
        self._plumbing = plumbing

    def topmost(self, runs: Sequence[AiSpan]) -> list[AiSpan]:
        """Runs that are not below another, nor within its time (what is between them may not have come), by start."""
        in_order = sorted(runs, key=lambda one: (one.start_ns, -one.end_ns))
        found: list[AiSpan] = []
        for span, above in self._below(in_order, {span.span_id for span in runs}):
            if not above and not (found and span.end_ns <= found[-1].end_ns):
                found.append(span)
        return found

    def has_sub_agents(self, runs: Sequence[AiSpan]) -> bool:
        """Whether an agent is below an agent of another name: one below an agent of its own name is the same run, seen
        twice. Where one is below such another, so is one right below one.
        """
        agents = {span.span_id: span for span in runs if ABOUT[span.traits].role == AGENT}
        names = {span_id: span.traits.agent for span_id, span in agents.items()}
        return any(
            above and (not names[above] or names[above] != span.traits.agent)
            for span, above in self._below(agents.values(), names)
        )

    def _below(self, spans: Iterable[AiSpan], ids: Container[bytes]) -> Iterator[tuple[AiSpan, bytes]]:
        """Each of `spans` with the nearest above it that is one of `ids`, as far as they came; empty where none is. No
        stretch is climbed twice.
        """
        known: dict[bytes, bytes] = {}
        for span in spans:
            at, path = span.parent_span_id, []
            while at and at not in ids and at not in known:
                path.append(at)
                known[at] = b""  # which ends circles
                parent = self._parents.get(at)
                at = (self._plumbing(span.trace_id, at) if parent is None else parent) or b""
            found = at if at in ids else known.get(at, b"")
            known.update(dict.fromkeys(path, found))
            yield span, b"" if found == span.span_id else found
