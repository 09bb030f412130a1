"""The small messages inside a span: events, links and the status. Each is read on demand and written back on change."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Protocol, TypeVar

from .attributes import Attributes
from .home import Home
from .keys import Pairs
from .schema import CLASSES, merge, read
from .text import decode_text, encode_text
from .values import Writable, encode_pair


class StatusCode(IntEnum):
    """How a span ended, as OTLP numbers it."""

    UNSET = 0
    OK = 1
    ERROR = 2


class Lazy:
    """What views over a lazily read message share: the home that a change is saved to."""

    __slots__ = ("_home",)

    def __init__(self, home: Home) -> None:
        """Look at `home.message`."""
        self._home = home

    def _get_text(self, field: str) -> str:
        return decode_text(getattr(self._home.message, field))

    def _set_text(self, field: str, value: str) -> None:
        self._set(field, encode_text(value))

    def _set(self, field: str, value: object) -> None:
        setattr(self._home.message, field, value)
        self._home.save()


class Status(Lazy):
    """How a span ended. `code` is a StatusCode, or a newer number."""

    __slots__ = ()

    @property
    def code(self) -> int:
        """A StatusCode's number."""
        return self._home.message.code  # type: ignore[no-any-return]

    @code.setter
    def code(self, value: int) -> None:
        self._set("code", int(value))

    @property
    def message(self) -> str:
        """What a developer wrote for people to read, mostly for errors."""
        return self._get_text("message")

    @message.setter
    def message(self, value: str) -> None:
        self._set_text("message", value)


class _WithAttributes(Lazy):
    __slots__ = ("_attributes",)

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self._attributes: Attributes | None = None

    @property
    def attributes(self) -> Attributes:
        """What describes it further."""
        if self._attributes is None:
            self._attributes = Attributes(self._home.message.attributes, self._home)
        return self._attributes

    @property
    def dropped_attributes_count(self) -> int:
        """Attributes that the sender left out."""
        return self._home.message.dropped_attributes_count  # type: ignore[no-any-return]

    @dropped_attributes_count.setter
    def dropped_attributes_count(self, value: int) -> None:
        self._set("dropped_attributes_count", value)


class Event(_WithAttributes):
    """Something that happened during a span, an exception for example."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """What happened; `exception` for exceptions."""
        return self._get_text("name")

    @name.setter
    def name(self, value: str) -> None:
        self._set_text("name", value)

    @property
    def place(self) -> int:
        """Which of its span's events it is, from 0."""
        return self._home.place

    @property
    def time_unix_nano(self) -> int:
        """When, in nanoseconds since the Unix epoch."""
        return self._home.message.time_unix_nano  # type: ignore[no-any-return]

    @time_unix_nano.setter
    def time_unix_nano(self, value: int) -> None:
        self._set("time_unix_nano", value)


class Link(_WithAttributes):
    """A span elsewhere that this one belongs to as well."""

    __slots__ = ()

    @property
    def trace_id(self) -> bytes:
        """The other span's trace, 16 bytes."""
        return self._home.message.trace_id  # type: ignore[no-any-return]

    @trace_id.setter
    def trace_id(self, value: bytes) -> None:
        self._set("trace_id", value)

    @property
    def span_id(self) -> bytes:
        """The other span, 8 bytes."""
        return self._home.message.span_id  # type: ignore[no-any-return]

    @span_id.setter
    def span_id(self, value: bytes) -> None:
        self._set("span_id", value)

    @property
    def trace_state(self) -> str:
        """W3C trace state, as the header has it."""
        return self._get_text("trace_state")

    @trace_state.setter
    def trace_state(self, value: str) -> None:
        self._set_text("trace_state", value)

    @property
    def flags(self) -> int:
        """W3C trace flags in the low eight bits, OTLP's own above."""
        return self._home.message.flags  # type: ignore[no-any-return]

    @flags.setter
    def flags(self, value: int) -> None:
        self._set("flags", value)


class _Homed(Protocol):
    _home: Home


HomedT = TypeVar("HomedT", bound=_Homed)


def read_all(name: str, container: Pairs, view: Callable[[Home], HomedT]) -> list[HomedT]:
    """A view of each message `name` in `container`. Raises DecodeError."""
    return [view(Home(container, place, read(name, raw))) for place, raw in enumerate(container[:])]


def read_one(name: str, container: Pairs) -> Home:
    """The home of the singular message `name` that `container` holds the parts of. Raises DecodeError."""
    parts = container[:]
    return Home(container, 0, merge(name, parts), parts=len(parts))


def retain(views: list[HomedT], container: Pairs, keep: Callable[[HomedT], bool]) -> int:
    """Drop those of `views` that `keep` says no to, from the list and from `container`; returns how many."""
    kept = [view for view in views if keep(view)]
    dropped = len(views) - len(kept)
    if not dropped:
        return 0
    raws = container[:]
    kept_raws = [raws[view._home.place] for view in kept]
    del container[:]
    container.extend(kept_raws)
    for view in views:
        view._home.container = None
    for place, view in enumerate(kept):
        view._home.container, view._home.place = container, place
    views[:] = kept
    return dropped


def encode_event(name: str, time_unix_nano: int, attributes: Mapping[str, Writable]) -> bytes:
    """An encoded Event. Raises TypeError and ValueError for what OTLP can't hold."""
    message = CLASSES["Event"](time_unix_nano=time_unix_nano, name=encode_text(name))
    message.attributes.extend([encode_pair(key, value) for key, value in attributes.items()])
    return message.SerializeToString()  # type: ignore[no-any-return]
