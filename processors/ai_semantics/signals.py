"""Signs of an error, hidden ones included: status, attributes, events, finish reasons, and what a tool's result says.

Source: the mapping, section 7 (`signals`, `not_errors`). Status alone misses failures that stand elsewhere, and
overstates where control flow is raised as an exception.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from spansieve.pdata import Value, raw_text

from .atoms import Atoms, Memory, PatternSet, fits
from .look import Look, NamedEvent
from .rules import texts
from .values import is_none, is_one_of, number, safely

MAX_SEARCHED: Final = 4096
"""Bytes of a result that are searched, at its beginning and again at its end."""
EXCEPTION: Final = "exception"
_STRUCTURE: Final = re.compile(rb"\s*([\[{\"(]|\w+[=(])")
"""How JSON and the texts of Python objects begin."""


class Signal(NamedTuple):
    """A sign of an error that was seen."""

    rank: int
    """Its place in the mapping: the first one seen gives the source."""
    source: str
    says: str = ""
    """The class that it says by itself."""
    soft: bool = False
    """Whether it may be a normal outcome."""
    key: str = ""
    """The attribute that it stands in."""
    event: NamedEvent | None = None


class _OfSpan(NamedTuple):
    """A signal in the attributes or the name of a span; `bits`: one of them has to be set."""

    signal: Signal
    dialect: str
    kinds: frozenset[str]
    need: int
    bits: int


class _OfEvent(NamedTuple):
    """A signal in an event or a log record."""

    signal: Signal
    dialect: str
    events: tuple[str, ...]
    key: str
    test: Callable[[Value], bool]
    soft_if_ok: bool

    def seen(self, event: NamedEvent, dialect: str) -> bool:
        """Whether the event, which has one of the names, gives this sign."""
        if self.dialect and self.dialect != dialect:
            return False
        raw = event.raws.get(self.key) if self.key else None
        return not self.key or (raw is not None and self.test(safely(raw)))


class _OfContent:
    """Patterns in the text that a tool gave back."""

    def __init__(self, rank: int, spec: Mapping[str, Any]) -> None:
        """Compile the patterns. Raises PatternError."""
        self.kinds = frozenset(spec["kinds"])
        self.keys: list[str] = spec["keys"]
        self.log_keys: dict[str, list[str]] = spec["log_keys"]
        self._hard = Signal(rank, spec["source"], spec["as"])
        self._soft = Signal(rank, spec["source"], spec["as"], soft=True)
        self._softs = [pattern.get("soft", False) for pattern in spec["patterns"]]
        self._structural = [pattern.get("structural", False) for pattern in spec["patterns"]]
        self._set = PatternSet(pattern["re"] for pattern in spec["patterns"])
        self._known = Memory(self._searched)

    def signal_in(self, look: Look, keys: Iterable[str]) -> Signal | None:
        """What the attributes `keys` say; a hard sign beats a soft one."""
        soft = None
        for key in keys:
            raw = look.index.get(key)
            found: Signal | None = None if raw is None else self._known[raw]
            if found is not None and not found.soft:
                return found._replace(key=key)
            soft = soft or found
        return soft

    def _searched(self, raw: bytes) -> Signal | None:
        text = raw_text(raw)
        if text is None:
            text = _as_json(safely(raw))
        found = set(self._set.match(text[:MAX_SEARCHED]))
        if len(text) > MAX_SEARCHED:
            tail = text[max(MAX_SEARCHED, len(text) - MAX_SEARCHED) :]
            found |= set(self._set.match(b"\0" + tail))  # the NUL keeps `^` from fitting in the middle
        if not found:
            return None
        quoted = not _STRUCTURE.match(text)
        is_soft = all(self._softs[place] or (quoted and self._structural[place]) for place in found)
        return self._soft if is_soft else self._hard


def _as_json(value: Value) -> bytes:
    if not isinstance(value, list | dict):
        return b""
    return json.dumps(value, default=str).encode()


class Signals:
    """All signs of errors."""

    def __init__(self, errors: Mapping[str, Any], atoms: Atoms, from_finish: Mapping[str, bool]) -> None:
        """`errors` is that section of the mapping; `from_finish` says for finish classes whether they count.

        Raises PatternError for a pattern that RE2 does not take.
        """
        self._spans: list[_OfSpan] = []
        self._events: list[_OfEvent] = []
        self._logs: list[_OfEvent] = []
        self._finish: dict[str, tuple[frozenset[str], Signal]] = {}
        self.status: Signal | None = None
        """The sign that a span's status gives, if it counts."""
        self._content: list[_OfContent] = []
        for rank, spec in enumerate(errors["signals"]):
            self._add(rank, spec, atoms)
        for word, counts in from_finish.items():
            if not counts:
                self._finish.pop(word, None)
            elif word not in self._finish:
                self._finish[word] = (
                    frozenset({"model"}),
                    Signal(len(errors["signals"]), "finish", "unknown", soft=True),
                )
        self.finishes = frozenset(self._finish)
        """Finish classes that are signs of an error."""
        self._no_types: dict[str, str] = {
            name: rule.get("kind", "") for rule in reversed(errors["not_errors"]) for name in _types(rule)
        }
        self._no_bits: list[tuple[int, str]] = [
            (atoms.value(key, wanted), rule.get("kind", ""))
            for rule in errors["not_errors"]
            for key, wanted in rule.get("attr", {}).items()
        ]
        self._of_name = Memory(self._named)
        self.content_keys = frozenset(key for content in self._content for key in content.keys)
        """Attributes in which results stand."""

    def _add(self, rank: int, spec: Mapping[str, Any], atoms: Atoms) -> None:
        signal = Signal(rank, spec["source"], spec.get("as", ""), spec.get("soft", False))
        where = texts(spec["where"])
        if "status" in where and self.status is None:
            self.status = signal
        if "finish" in where:
            self._finish = {word: (frozenset(spec["kinds"]), signal) for word in spec["class"]} | self._finish
        if "content" in where:
            self._content.append(_OfContent(rank, spec))
        if "span" in where:
            self._spans.append(_of_span(signal, spec, atoms))
        if "event" in where or "log" in where:
            found = _of_event(signal, spec)
            self._events += [found] * ("event" in where)
            self._logs += [found] * ("log" in where)
            atoms.event(found.events)

    def _named(self, event: str) -> tuple[_OfEvent, ...]:
        return tuple(one for one in self._events if any(fits(name, event) for name in one.events))

    def of_facts(self, dialect: str, kind: str, facts: int) -> tuple[Signal, ...]:
        """The signs in the attributes and the name of a span of which `facts` hold."""
        return tuple(
            one.signal
            for one in self._spans
            if (not one.dialect or one.dialect == dialect)
            and (not one.kinds or kind in one.kinds)
            and facts & one.need == one.need
            and (not one.bits or facts & one.bits)
        )

    def of_events(self, events: Iterable[NamedEvent], dialect: str, *, is_ok: bool) -> Iterator[Signal]:
        """The signs in a span's events; `is_ok`: its status says OK."""
        for event in events:
            for one in self._of_name[event.name]:
                if one.seen(event, dialect):
                    yield one.signal._replace(event=event, soft=one.signal.soft or (one.soft_if_ok and is_ok))

    def of_record(self, record: NamedEvent, dialect: str) -> Iterator[Signal]:
        """The signs in a log record."""
        for one in self._logs:
            if any(fits(name, record.name) for name in one.events) and one.seen(record, dialect):
                yield one.signal._replace(event=record)

    def of_finish(self, finish: str, kind: str) -> Signal | None:
        """The sign that a finish class is."""
        kinds, signal = self._finish.get(finish, (frozenset[str](), None))
        return signal if kind in kinds else None

    def of_content(self, look: Look, kind: str) -> Iterator[Signal]:
        """The signs in what a tool gave back, on a span of this kind."""
        for content in self._content:
            found = content.signal_in(look, content.keys) if kind in content.kinds else None
            if found is not None:
                yield found

    def searches(self, kind: str) -> bool:
        """Whether results are searched on spans of this kind."""
        return any(kind in content.kinds for content in self._content)

    def of_record_content(self, look: Look) -> Iterator[Signal]:
        """The same in a log record."""
        for content in self._content:
            found = content.signal_in(look, content.log_keys.get(look.name, ()))
            if found is not None:
                yield found

    def asked(self, facts: int) -> str | None:
        """The kind of a span whose attributes alone say that a person was asked, or None."""
        return next((kind for bit, kind in self._no_bits if facts & bit and kind), None)

    def control_flow(self, types: Sequence[str], facts: int) -> str | None:
        """The kind of span that control flow makes this one ('' = as it is), or None where it is an error.

        Frameworks raise an exception to interrupt a run for a person; `types` are those of all that was raised, and one
        of them that is no control flow makes it an error.
        """
        for bit, kind in self._no_bits:
            if facts & bit:
                return kind
        known = [self._no_types.get(name, self._no_types.get(name.rpartition(".")[2])) for name in types]
        return known[0] if known and None not in known else None


def _types(rule: Mapping[str, Any]) -> tuple[str, ...]:
    return texts(rule.get("exception_type", ()))


def _of_span(signal: Signal, spec: Mapping[str, Any], atoms: Atoms) -> _OfSpan:
    keys = texts(spec.get("key", ()))
    bits = 0
    for key in keys:
        bits |= atoms.test(key, _test(spec), f"signal {spec.get('value')} {spec.get('gte')} {spec.get('not_value')}")
    need = atoms.name(spec["name"]) if "name" in spec else 0
    key = keys[0] if keys else ""
    return _OfSpan(signal._replace(key=key), spec.get("dialect", ""), frozenset(spec.get("kinds", ())), need, bits)


def _of_event(signal: Signal, spec: Mapping[str, Any]) -> _OfEvent:
    soft_if = spec.get("soft_if", {})
    key = spec.get("key", "")
    return _OfEvent(
        signal._replace(key=key), spec.get("dialect", ""), texts(spec["event"]), key, _test(spec), bool(soft_if)
    )


def _test(spec: Mapping[str, Any]) -> Callable[[Value], bool]:
    if "value" in spec:
        return is_one_of(spec["value"])
    if "gte" in spec:
        least = spec["gte"]
        return lambda value: (found := number(value)) is not None and found >= least
    if "not_value" in spec:
        refused = is_one_of(spec["not_value"])
        return lambda value: not is_none(value) and not refused(value)
    return lambda value: not is_none(value)
