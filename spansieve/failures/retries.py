"""Errors that a later try of the same operation made good."""

from collections.abc import Hashable

from spansieve.pdata import Span
from spansieve.semconv.names import REQUEST_MODEL, SAME_ARGUMENTS

from .forest import Forest, NodeT
from .reading import text_of
from .words import tool_of


def recovered(forest: Forest[Span]) -> set[int]:
    """The places of errors after whose end a success of the same operation began. Linear in spans."""
    failed = {place: operation_of(forest.spans[place]) for place, failure in enumerate(forest.failures) if failure}
    tried = set(failed.values())
    latest: dict[Hashable, int] = {}  # the start of the last success of each
    for place, span in enumerate(forest.spans if failed else ()):
        if succeeded(forest, place) and (operation := operation_of(span)) in tried:
            latest[operation] = max(latest.get(operation, 0), span.start_time_unix_nano)
    return {
        place
        for place, operation in failed.items()
        if operation in latest and latest[operation] >= forest.spans[place].end_time_unix_nano
    }


def succeeded(forest: Forest[NodeT], place: int) -> bool:
    """Whether nothing failed there; what is no error by the rules alone, as a cancelled call, is no success either."""
    return forest.failures[place] is None and not forest.spans[place].is_error


def operation_of(span: Span) -> Hashable:
    """Equal for tries of one thing: a tool with equal arguments, else a name with the same parent and model."""
    raws = span.attributes.raws()
    tool = tool_of(span)
    arguments = next((raws[key] for key in SAME_ARGUMENTS if key in raws), None) if tool else None
    if arguments is not None:
        return tool, arguments
    return span.raw_name, span.parent_span_id, text_of(raws, REQUEST_MODEL)
