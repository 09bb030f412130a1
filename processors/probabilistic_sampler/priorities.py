"""The priority that an item brings, as the threshold that it forces; None where it forces nothing."""

from spansieve.actions.text import as_double
from spansieve.pdata import Value
from spansieve.sampling import ALWAYS, NEVER, threshold_of


def span_priority(value: Value) -> int | None:
    """`sampling.priority` of a span, a number or its text: 0 drops, more keeps, less and other types say nothing."""
    if isinstance(value, bool):
        return None
    number = as_double(value)
    if number == 0:
        return NEVER
    return ALWAYS if number is not None and number > 0 else None


def record_priority(value: Value, precision: int) -> int | None:
    """The percentage that a log record asks for: 0 drops, 100 and more keeps; other types and less say nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if value == 0:
        return NEVER
    if value >= 100:
        return ALWAYS
    try:
        return threshold_of(value / 100, precision)
    except ValueError:
        return None
