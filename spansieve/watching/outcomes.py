"""How an AI span went, in the words of the metrics. Source: METRICS.md sections 1 (`status`) and 2
(`model_api_errors_total`); the words of types are those by which `ai_semantics` tells classes.
"""

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from spansieve.failures import GRPC_CODE, HTTP_CODES, UNKNOWN, Failure, details_of, details_of_record
from spansieve.failures.reading import Raws, number_of, text_of, value_of
from spansieve.pdata import LogRecord, Span
from spansieve.semconv import raw_mapping
from spansieve.semconv.names import ERROR_CLASS, ERROR_TYPE

from .span import AiSpan, Fate

_LATE: Final = ("timeout", "deadline")
_MOST_CHARACTERS: Final = 256
"""Of a type."""
_LATE_HTTP, _LATE_GRPC = frozenset({408, 504}), 4
_GRPC: Final = {4: "timeout", 7: "auth", 8: "rate_limited", 16: "auth"} | dict.fromkeys(
    (3, 5, 6, 9, 11, 12), "invalid_request"
)
"""Classes by status code; any other one is the server's."""


class Told(NamedTuple):
    """A failure that a log record told of."""

    fate: Fate
    is_soft: bool
    kind: str
    """Of the call; empty: not said."""
    until: float
    """Seconds, monotonic."""


def judged(span: Span, failure: Failure) -> Fate:
    """What the error of `span` is called. Raises DecodeError."""
    return _fate(span.attributes.raws(), failure, details_of(span).type)


def judged_record(record: LogRecord, failure: Failure) -> Fate:
    """What the error that `record` tells of is called. Raises DecodeError."""
    return _fate(record.attributes.raws(), failure, details_of_record(record).type)


def _fate(raws: Raws, failure: Failure, told: str) -> Fate:
    error_type = (text_of(raws, ERROR_TYPE) or told)[:_MOST_CHARACTERS]
    http = next((code for key in HTTP_CODES if (code := _code(raws, key)) is not None), None)
    if http is None:
        http = _code_in(error_type)
    grpc = _code(raws, GRPC_CODE)
    words = tuple(dict.fromkeys((*failure.classes, error_type)))
    is_late = http in _LATE_HTTP or grpc == _LATE_GRPC or any(late in word.lower() for word in words for late in _LATE)
    class_ = text_of(raws, ERROR_CLASS) or _by_words(words) or _by_code(http, grpc) or UNKNOWN
    return Fate(failure, "timeout" if is_late else "error", class_, error_type)


def _code(raws: Raws, key: str) -> int | None:
    code = number_of(value_of(raws, key)) if key in raws else None
    return None if code is None else int(code)


def _code_in(error_type: str) -> int | None:
    """The conventions write an HTTP code as the type of an error where nothing better is known."""
    digits = error_type.removeprefix("http_")
    return int(digits) if len(digits) == 3 and digits.isascii() and digits.isdigit() else None


def _by_code(http: int | None, grpc: int | None) -> str:
    if http is not None and http >= 400:
        known = {429: "rate_limited", 408: "timeout", 504: "timeout", 401: "auth", 403: "auth"}
        return known.get(http) or ("invalid_request" if http < 500 else "server_error")
    return _GRPC.get(grpc, "server_error") if grpc else ""


@lru_cache(1024)
def _by_words(words: tuple[str, ...]) -> str:
    return next((class_ for class_, pattern in _patterns() if any(map(pattern.search, words))), "")


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Specific classes before general ones."""
    errors = raw_mapping()["errors"]
    order = [*errors["precedence"]["specific"], *errors["precedence"]["general"]]
    types = [(class_, errors["classes"].get(class_, {}).get("types", ())) for class_ in order]
    return [(class_, re.compile("|".join(map(_joinable, some)))) for class_, some in types if some]


def _joinable(pattern: str) -> str:
    head = "(?i)"
    return f"(?i:{pattern.removeprefix(head)})" if pattern.startswith(head) else f"(?:{pattern})"


def heard(span: AiSpan, told: Told | None) -> None:
    """Let `span` fail as it is told, unless it knows of a failure itself; a class that it does not know it learns."""
    if told is None:
        return
    if span.failure is None:
        span.fate = told.fate
    elif span.error_class == UNKNOWN:
        span.fate = span.fate._replace(error_class=told.fate.error_class)


def repeat_failure(of: AiSpan, at: AiSpan) -> None:
    """Let `at`, which is the same call as `of`, fail as that does, unless it knows of a failure itself."""
    if at.failure is None:
        at.fate = of.fate
