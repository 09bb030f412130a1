"""Whether an error is the same failure as one below it."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from spansieve.pdata import Span

from .details import details_of
from .grouping.masker import Masker
from .predicate import Failure
from .words import UNKNOWN, base_key, label_of, last_part, tool_of

_MIN_SHARED: Final = 8
"""Characters from which on a message that is part of another one tells something."""
_MASKER: Final = Masker()
_MASK: Final = re.compile(r"<[^<>]*>")


class Shown(NamedTuple):
    """An error, as far as it is compared with others."""

    place: int
    """Where it stands in its forest."""
    failure: Failure
    end: int
    """Nanoseconds since the Unix epoch."""
    type: str
    """Without what qualifies it."""
    message: str
    """In lower case, each stretch of white space as one blank."""
    stack: str
    key: str
    label: str


def comparable(message: str) -> str:
    """A message as it is compared with others."""
    return " ".join(message.split()).lower()


def shown(span: Span, place: int, failure: Failure) -> Shown:
    """`failure`, which `span` at `place` is. Raises DecodeError where attributes or events are malformed."""
    details = details_of(span)
    return Shown(
        place,
        failure,
        span.end_time_unix_nano,
        last_part(details.type),
        comparable(details.message),
        details.stack,
        base_key(details.type, tool_of(span)),
        label_of(span),
    )


def is_same(above: Shown, below: Shown, last_success: int, gap_ns: int) -> bool:
    """Whether `above` is the failure `below`, an error of a descendant.

    It has to end no earlier, and has nothing of its own to say, or says the same, or names the other in its stack, or
    ends at most `gap_ns` later, the last success below it having begun (at `last_success`) before the other failed.
    """
    if above.end < below.end:
        return False
    if above.type == UNKNOWN and not above.message:
        return True
    if above.type == below.type != UNKNOWN or _share_message(above.message, below.message):
        return True
    if _names(above.stack, below.type):
        return True
    return above.end - below.end <= gap_ns and last_success < below.end


def _share_message(one: str, other: str) -> bool:
    """Whether one message quotes the other, or does but for numbers, times and names that vary."""
    if min(len(one), len(other)) < _MIN_SHARED:
        return False
    if one in other or other in one:
        return True
    shorter, longer = sorted((_masked(one), _masked(other)), key=len)
    return shorter in longer and len(_MASK.sub("", shorter)) >= _MIN_SHARED  # masks alone tell nothing


@lru_cache(512)
def _masked(message: str) -> str:
    return _MASKER.template(message)


def _names(stack: str, type_: str) -> bool:
    """Whether the type stands in the stack as a word of its own."""
    if type_ == UNKNOWN or type_ not in stack:
        return False
    return re.search(rf"(?<![\w$]){re.escape(type_)}(?![\w$])", stack) is not None
