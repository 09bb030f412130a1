"""How the runs of a trace stand in each other."""

from collections.abc import Callable, Iterable, Iterator, Sequence

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
        ids = {span.span_id for span in runs}
        found: list[AiSpan] = []
        for span in sorted(runs, key=lambda one: (one.start_ns, -one.end_ns)):
            if ids.isdisjoint(self._above(span)) and not (found and span.end_ns <= found[-1].end_ns):
                found.append(span)
        return found

    def has_sub_agents(self, runs: Sequence[AiSpan]) -> bool:
        """Whether an agent is below an agent of another name: one below an agent of its own name is the same run, seen
        twice.
        """
        agents = {span.span_id: span.traits.agent for span in runs if ABOUT[span.traits].role == AGENT}
        return any(
            one in agents and (not agents[one] or agents[one] != span.traits.agent)
            for span in runs
            if span.span_id in agents
            for one in self._above(span)
        )

    def _above(self, span: AiSpan) -> Iterator[bytes]:
        """The spans above one, as far as they came."""
        at, passed = span.parent_span_id, {span.span_id}
        while at and at not in passed:
            yield at
            passed.add(at)
            parent = self._parents.get(at)
            at = (self._plumbing(span.trace_id, at) if parent is None else parent) or b""
