"""What stands above a span: for whom it was, in whose run, and whether its tokens may be told of once more."""

from dataclasses import dataclass, replace
from typing import Final

from .span import AiSpan
from .trace import MAX_DEPTH, Note, Trace


@dataclass(slots=True)
class Above:
    """All that encloses a span, as far as it has come; of each the nearest that says it, empty where none does."""

    user: str
    tenant: str
    thread: str
    run: str
    """The name of an agent or workflow."""
    bears_tokens: bool
    """Whether a span that waits bears tokens."""
    in_ai: bool
    """Whether an AI span encloses it."""
    in_run: bool
    """Whether the run of an agent or workflow encloses it."""
    has_call: bool
    """Whether, up to that run, a model call waits; so says `has_tool` of a tool."""
    has_tool: bool
    end: bytes
    """The span that has not come yet, empty where all have, up to the root."""


TOP: Final = Above("", "", "", "", False, False, False, False, False, b"")


class Aboves(dict[bytes, Above]):
    """What encloses a span with a given parent. It is found when it is first asked for: no stretch of a trace is
    climbed twice.
    """

    def __init__(self, trace: Trace) -> None:
        """Nothing was climbed."""
        super().__init__({b"": TOP})
        self._trace = trace

    def __missing__(self, at: bytes) -> Above:
        links = self._trace.links
        path: list[bytes] = []
        while at not in self:
            parent = links.get(at)
            if parent is None:
                self[at] = replace(TOP, end=at)
                break
            path.append(at)
            self[at] = TOP  # which ends circles
            if len(path) == MAX_DEPTH:
                at = b""
                break
            at = parent
        found = self[at]
        for one in reversed(path):
            span = self._trace.known(one)
            if span is not None:
                found = _with(span, found)
            self[one] = found
        return found


def _with(span: AiSpan | Note, above: Above) -> Above:
    traits, waits, is_run = span.traits, isinstance(span, AiSpan), span.traits.is_run
    return Above(
        span.user or above.user,
        span.tenant or above.tenant,
        span.thread or above.thread,
        (is_run and (traits.agent or traits.workflow)) or above.run,
        above.bears_tokens or (isinstance(span, AiSpan) and span.bears_tokens),
        True,
        is_run or above.in_run,
        not is_run and (above.has_call or (waits and bool(traits.call))),
        not is_run and (above.has_tool or (waits and traits.is_tool)),
        above.end,
    )
