"""What a reader is given."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from spansieve.pdata import Value


class Given(NamedTuple):
    """The content of one span or log record in a foreign shape, and what is known about its target."""

    values: Mapping[str, Value]
    """Source attributes: one for a `key`, several for `keys` and `key_pattern`, in the span's order."""

    events: Sequence[tuple[str, Mapping[str, Value]]] = ()
    """Span events, (name, attributes), in their order."""

    output: bool = False
    """The target is `gen_ai.output.messages`: the role is assistant where none is given, finish reasons are wanted."""

    failed: bool = False
    """The span has an error class: a finish reason that nobody knows is `error` instead of `stop`."""

    system: bool = False
    """The target is `gen_ai.system_instructions`, an array of parts without messages around them."""

    finish_reasons: Sequence[str] = ()
    """The span's finish reasons, one a message, for messages that have none of their own."""


def only(given: Given) -> Value:
    """The value of a source that is one attribute; None where there is none."""
    return next(iter(given.values.values()), None)
