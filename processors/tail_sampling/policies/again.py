"""What was said of the traces that were asked about last: a late root may have one asked about again, and it is still
one trace.
"""

from collections import OrderedDict
from typing import Generic, TypeVar

MOST = 10_000
"""Traces; the one that was asked about first is forgotten."""

ValueT = TypeVar("ValueT")


class Said(Generic[ValueT]):
    """A value for each trace id, at most MOST."""

    def __init__(self) -> None:
        """Nothing was said."""
        self._known: OrderedDict[bytes, ValueT] = OrderedDict()

    def put(self, trace_id: bytes, value: ValueT) -> None:
        """Remember it, in place of what was said before."""
        self._known[trace_id] = value
        self._known.move_to_end(trace_id)
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    def of(self, trace_id: bytes) -> ValueT | None:
        """What was said of it, if that is remembered."""
        return self._known.get(trace_id)
