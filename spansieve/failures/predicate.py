"""What an error is: one predicate for all that keep, count or explain errors."""

from collections.abc import Callable, Collection, Iterable
from typing import Final, Literal, NamedTuple, get_args

from spansieve.pdata import Event, LogRecord, Span, StatusCode, Value
from spansieve.semconv.names import ERROR_CLASS, ERROR_SOFT, ERROR_TYPE, NO_ERROR

from .reading import Raws, exceptions_of, number_of, text_of, value_of

Source = Literal["status", "exception", "attributes", "agent", "logs"]
"""Where an error shows: see `failure_of` and, for `logs`, `failure_of_record`."""
SOURCES: Final[tuple[Source, ...]] = get_args(Source)
SEVERE: Final = 17
"""The severity number of ERROR; what is above is worse."""
_ERROR: Final = int(StatusCode.ERROR)


class Rules(NamedTuple):
    """What counts as an error."""

    sources: Collection[Source] = SOURCES
    soft: bool = False
    """Whether what may be a normal outcome counts too."""
    ignore_classes: Collection[str] = ("cancelled",)
    """An error of one of these classes is none; upper and lower case are alike."""


class Failure(NamedTuple):
    """An error that was found."""

    source: Source
    """The first of SOURCES in which it shows."""
    classes: tuple[str, ...] = ()
    """As far as present: `spansieve.error.class`, `error.type`, and the types of its exceptions, the last one first."""
    soft: bool = False
    """It may be a normal outcome: marked so, and not with a status or severity of an error."""


def failure_of(span: Span, rules: Rules) -> Failure | None:
    """The error that `span` is by `rules`, None where it is none.

    * `status`: its status is ERROR;
    * `exception`: it has an event of that name, whatever its status;
    * `attributes`: `error.type` is a text, `error` is true, an HTTP status code is 429 or from 500 on, or a gRPC one is
      neither 0 (OK) nor 1 (cancelled);
    * `agent`: it has `spansieve.error.class`.

    One with `spansieve.error.soft` counts only with a status of ERROR, an exception, or where the rules say so. The
    class `none`, control flow that was raised as an exception, is no error whatever else is said. Of several exceptions
    the last one is the span's, so it alone can be ignored. Raises DecodeError where attributes or events are malformed.
    """
    raws, has_events, has_error_status = span.attributes.raws(), span.has_events, span.status_code == _ERROR
    if not has_error_status and not has_events and SIGNS.isdisjoint(raws):
        return None
    exceptions = exceptions_of(span) if has_events else []
    source = _source(raws, has_error_status, exceptions, rules.sources)
    if source is None:
        return None
    is_soft = not has_error_status and value_of(raws, ERROR_SOFT) is True
    if is_soft and not exceptions and not rules.soft:
        return None
    types = [text_of(event.attributes.raws(), "exception.type") for event in reversed(exceptions)]
    return None if _is_ignored(raws, types[:1], rules) else Failure(source, _classes(raws, types), is_soft)


def failure_of_record(record: LogRecord, rules: Rules) -> Failure | None:
    """The error that a log record is by `rules`, None where it is none or `logs` are no source.

    It is one with a severity from ERROR on, an `exception.type`, or `spansieve.error.class`: that alone is not enough
    where it is soft, unless the rules say so. Raises DecodeError where attributes are malformed.
    """
    if "logs" not in rules.sources:
        return None
    raws = record.attributes.raws()
    is_severe = record.severity_number >= SEVERE
    type_ = text_of(raws, "exception.type")
    if not is_severe and not type_ and ERROR_CLASS not in raws:
        return None
    is_soft = not is_severe and value_of(raws, ERROR_SOFT) is True
    if is_soft and not type_ and not rules.soft:
        return None
    return None if _is_ignored(raws, [type_], rules) else Failure("logs", _classes(raws, [type_]), is_soft)


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and value != ""


def _is_http_error(value: Value) -> bool:
    code = number_of(value)
    return code is not None and (code >= 500 or code == 429)


def _is_grpc_error(value: Value) -> bool:
    return number_of(value) not in {None, 0, 1}


_TESTS: Final[tuple[tuple[str, Callable[[Value], bool]], ...]] = (
    (ERROR_TYPE, _is_text),
    ("error", lambda value: value is True),
    ("http.response.status_code", _is_http_error),
    ("http.status_code", _is_http_error),
    ("rpc.grpc.status_code", _is_grpc_error),
)
"""The attributes that may say it, with what each has to be for that."""
SIGNS: Final = frozenset({ERROR_CLASS, *(key for key, _ in _TESTS)})
"""Attributes that may tell of an error: a span with none of them, without events and with a status other than ERROR is
none.
"""


def _source(
    raws: Raws, has_error_status: bool, exceptions: Collection[Event], sources: Collection[Source]
) -> Source | None:
    if has_error_status and "status" in sources:
        return "status"
    if exceptions and "exception" in sources:
        return "exception"
    if "attributes" in sources:
        for key, fails in _TESTS:
            if key in raws and fails(value_of(raws, key)):
                return "attributes"
    return "agent" if ERROR_CLASS in raws and "agent" in sources else None


def _classes(raws: Raws, types: Iterable[str]) -> tuple[str, ...]:
    names = (text_of(raws, ERROR_CLASS), text_of(raws, ERROR_TYPE), *types)
    return tuple(dict.fromkeys(name for name in names if name))


def _is_ignored(raws: Raws, types: Iterable[str], rules: Rules) -> bool:
    if text_of(raws, ERROR_CLASS).lower() == NO_ERROR:
        return True
    return _share(_classes(raws, types), rules.ignore_classes)


def _share(some: Iterable[str], others: Iterable[str]) -> bool:
    return not {one.lower() for one in some}.isdisjoint([one.lower() for one in others])
