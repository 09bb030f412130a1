"""The first token of a streamed answer, where an event tells of it."""

import re
from typing import Final

from spansieve.pdata import Span

_FIRST: Final = re.compile(
    r"first.?(token|chunk)"  # OpenInference, the AI SDK
    r"|completion\.chunk$"  # OpenLLMetry: each chunk
    r"|^new_token$"  # LangSmith
    r"|\bchunk\.item\.",  # MLflow
    re.IGNORECASE,
)
_MENTIONS: Final = (b"hunk", b"oken")


def first_token_s(span: Span) -> float | None:
    """Seconds from the start of `span` to the first event that tells of a token; None where none does. Raises
    DecodeError.
    """
    if not any(map(span.events_mention, _MENTIONS)):
        return None
    times = [event.time_unix_nano for event in span.events if _FIRST.search(event.name)]
    start = span.start_time_unix_nano
    first = min((time for time in times if time >= start > 0), default=None)
    return None if first is None else (first - start) / 1e9
