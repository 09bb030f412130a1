"""Whether a span or log record failed, and how: what the signs say together.

Source: the mapping, section 7. The status stays as it is; what is found is written beside it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from spansieve.pdata import Span, StatusCode, Value, Writable, encode_pair
from spansieve.semconv.names import ERROR_CLASS, ERROR_SOFT, ERROR_SOURCE, ERROR_TYPE, NO_ERROR, PROVIDER

from .evidence import UNKNOWN, Classifier, Evidence
from .look import Look, NamedEvent
from .signals import EXCEPTION, Signal, Signals
from .values import number

_CODES: Final = ("http.response.status_code", "http.status_code", "status_code")
_MESSAGES: Final = ("exception.message", "error.message")
_NO_TYPES: Final = frozenset({"", "none", "OK"})
_ERROR_CODES: Final = range(400, 600)


class Verdict(NamedTuple):
    """What was found: a class, or `none`."""

    name: str
    source: str = ""
    soft: bool = False
    type: str = ""
    """What `error.type` becomes where it is missing; empty for soft errors."""
    kind: str = ""
    """The kind of span that control flow makes this one."""
    signals: tuple[Signal, ...] = ()
    """The signs, the most telling first."""

    def pairs(self, look: Look) -> dict[str, bytes]:
        """The pairs to write."""
        values: dict[str, Writable] = {ERROR_CLASS: self.name}
        if self.source:
            values[ERROR_SOURCE] = self.source
        if self.soft:
            values[ERROR_SOFT] = True
        if self.type and not self.soft:
            values[ERROR_TYPE] = self.type
        return {key: encode_pair(key, value) for key, value in values.items() if not look.has(key)}


class Judge:
    """Finds errors. Raises PatternError for a pattern that RE2 does not take."""

    def __init__(self, errors: Mapping[str, Any], signals: Signals) -> None:
        """`errors` is that section of the mapping."""
        self._signals = signals
        self._classifier = Classifier(errors)

    def span(self, look: Look, span: Span, seen: Iterable[Signal], finish: str, *, searches: bool) -> Verdict | None:
        """The verdict on a span. `seen` are the signs in its attributes, `finish` is its finish class; `searches`:
        it has results to be searched.
        """
        found = list(seen)
        if searches:
            found += self._signals.of_content(look, look.kind)
        code = span.status_code
        if code == StatusCode.ERROR and self._signals.status:
            found.append(self._signals.status)
        if look.events:
            found += self._signals.of_events(look.events, look.dialect, is_ok=code == StatusCode.OK)
        ended = self._signals.of_finish(finish, look.kind) if finish else None
        if ended:
            found.append(ended)
        if not found:
            return None
        message = span.status.message if code == StatusCode.ERROR else ""
        return self._decide(look, found, message)

    def record(self, look: Look, record: NamedEvent, *, failed: bool) -> Verdict | None:
        """The verdict on a log record; `failed`: its name alone says that something did."""
        found = [*self._signals.of_record(record, look.dialect), *self._signals.of_record_content(look)]
        stated = look.value(ERROR_TYPE)
        if not found and isinstance(stated, str) and stated not in _NO_TYPES:
            found.append(Signal(0, ERROR_TYPE, key=ERROR_TYPE))
        if failed and not found:
            found.append(Signal(0, "event", event=record))
        return self._decide(look, found, "") if found else None

    def _decide(self, look: Look, found: list[Signal], message: str) -> Verdict:
        if len(found) > 1:
            found.sort(key=lambda signal: (signal.soft, signal.rank))
        types = [*_types(look, found)]
        control = self._signals.control_flow(_raised(look, types, message), look.facts)
        if control is not None:
            return Verdict(NO_ERROR, kind=control, signals=tuple(found))
        evidence = self._evidence(look, found, types, message)
        name = self._classifier.class_of(evidence)
        return Verdict(name, found[0].source, found[0].soft, _type_of(name, evidence), signals=tuple(found))

    def _evidence(self, look: Look, found: Sequence[Signal], types: list[str], message: str) -> Evidence:
        says = next((signal.says for signal in found if signal.says), "")
        return Evidence(
            look.kind,
            look.text(PROVIDER),
            tuple(types),
            tuple(text for text in (message, *_messages(look, found)) if text),
            tuple(dict.fromkeys((*_codes(look, found), *_numbers(types)))),
            says,
            all(signal.says for signal in found),
        )


def _exceptions(look: Look) -> Iterator[NamedEvent]:
    """Exception events, the last first."""
    return (event for event in reversed(look.events) if event.name == EXCEPTION)


def _types(look: Look, found: Iterable[Signal]) -> Iterator[str]:
    """Types of errors: what the span says, its exceptions, and the attributes that gave a sign."""
    values: list[Value] = [look.value(ERROR_TYPE), look.value("exception.type")]
    values += [event.value("exception.type") for event in _exceptions(look)]
    values += [look.value(signal.key) for signal in found if signal.key.endswith("type")]
    values += [signal.event.value(ERROR_TYPE) for signal in found if signal.event is not None]
    return (str(value) for value in dict.fromkeys(v for v in values if isinstance(v, str | int)) if value != "")


def _raised(look: Look, types: Sequence[str], message: str) -> list[str]:
    """Types of what was raised; some exporters have them in front of the message alone, as `GraphInterrupt(...)`."""
    messages = [message, *(event.value("exception.message") for event in _exceptions(look))]
    leading = [found.group(1) for text in messages if isinstance(text, str) and (found := _LEADING.match(text))]
    named = [name for name in types if name not in _BARE]
    return named or leading or list(types)


_LEADING: Final = re.compile(r"([A-Za-z_][\w.]{0,100})[(:]")
_BARE: Final = frozenset({"Exception", "BaseException", "builtins.Exception"})


def _messages(look: Look, found: Iterable[Signal]) -> Iterator[str]:
    values: list[Value] = [event.value("exception.message") for event in _exceptions(look)]
    values += [look.value(key) for key in _MESSAGES]
    for signal in found:
        if signal.event is not None:
            values += [signal.event.value(key) for key in (*_MESSAGES, "error")]
        elif signal.key and signal.source == "attribute":
            values.append(look.value(signal.key))
    return (value for value in dict.fromkeys(v for v in values if isinstance(v, str)))


def _codes(look: Look, found: Iterable[Signal]) -> Iterator[int]:
    values = [look.value(key) for key in _CODES if look.has(key)]
    for signal in found:
        if signal.event is not None:
            values += [signal.event.value(key) for key in _CODES]
    for value in values:
        code = number(value)
        if code is not None and code in _ERROR_CODES:
            yield int(code)


def _numbers(types: Iterable[str]) -> Iterator[int]:
    return (int(word) for word in types if word.isdigit() and len(word) == 3 and int(word) in _ERROR_CODES)


def _type_of(name: str, evidence: Evidence) -> str:
    """What stands for the error in one word: its type, its HTTP code, else its class."""
    if evidence.types:
        return evidence.types[0]
    if evidence.codes:
        return str(evidence.codes[0])
    return "_OTHER" if name == UNKNOWN else name
