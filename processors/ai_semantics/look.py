"""What is looked at while one span or log record is worked on, and what is to be written on it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from spansieve.pdata import Attributes, Resource, Value, Writable, decode_text, encode_pair
from spansieve.semconv.names import ORIGINAL

from .values import safely, tree_of

if TYPE_CHECKING:
    from .sources import Source

EVENT_NAME = "event.name"
"""Where loggers put the name of a span event or log record; it comes before the name in the field."""
_SEEDS = "event"


class NamedEvent:
    """A span event with the name that counts."""

    __slots__ = ("attributes", "name", "raws")

    def __init__(self, name: str, attributes: Attributes) -> None:
        """`name` is as `event_name` has it. Raises DecodeError for malformed attributes."""
        self.name = name
        self.attributes = attributes
        self.raws = attributes.raws()

    def value(self, key: str) -> Value:
        """The value of `key`; None where there is none or it is malformed."""
        raw = self.raws.get(key)
        return None if raw is None else safely(raw)


Place = tuple[str, str, int]
"""Dialect, kind and facts of an item."""


class Item(Protocol):
    """A span or a log record, as far as both are alike."""

    @property
    def attributes(self) -> Attributes:
        """What it says of itself."""

    @property
    def resource(self) -> Resource:
        """Who sent it."""


class Look:
    """One item that was recognised: its attributes as raw pairs by key, and the pairs that are to be added."""

    __slots__ = ("_name", "_trees", "dialect", "events", "facts", "index", "item", "kind", "out", "place", "read")

    def __init__(
        self,
        item: Item,
        name: bytes,
        events: Sequence[NamedEvent],
        place: Place,
        out: dict[str, bytes],
    ) -> None:
        """`name` is the span's, or that of the event which a log record is; `place` its dialect, kind and facts."""
        self.item = item
        self._name = name
        self._trees: dict[str, Any] | None = None
        self.events = events
        self.place = place
        self.dialect, self.kind, self.facts = place
        self.index: Mapping[str, bytes] = item.attributes.raws()
        self.out = out
        """Pairs to be added, by key: none of these keys is in `index`."""
        self.read: dict[str, Source] | None = None
        """Where the value of each target was found; only kept where somebody wants to know."""

    @property
    def name(self) -> str:
        """The span's name, or that of the event which a log record is."""
        return decode_text(self._name)

    def tree(self, key: str) -> Any:  # noqa: ANN401
        """What the JSON in the value of `key` holds, or the value itself where it is structured; parsed once."""
        if self._trees is None:
            self._trees = {}
        if key not in self._trees:
            self._trees[key] = tree_of(self.value(key))
        return self._trees[key]

    def raw(self, key: str) -> bytes | None:
        """The pair of `key`, there or about to be."""
        found = self.index.get(key)
        return self.out.get(key) if found is None else found

    def value(self, key: str) -> Value:
        """The value of `key`, there or about to be; None where there is none or it is malformed."""
        raw = self.raw(key)
        return None if raw is None else safely(raw)

    def text(self, key: str) -> str:
        """The text of `key`, or an empty one."""
        value = self.value(key)
        return value if isinstance(value, str) else ""

    def has(self, key: str) -> bool:
        """Whether `key` is there or about to be."""
        return key in self.index or key in self.out

    def put(self, key: str, value: Writable) -> None:
        """Have `key` written with `value`, unless it is there."""
        if not self.has(key):
            self.out[key] = encode_pair(key, value)

    def replace(self, pair: bytes, original: bytes) -> None:
        """Write another value of a key that is there at once; its old one is to be added as an original.

        Nothing where the old one would be lost: the key repeats, or has an original already.
        """
        key = decode_text(pair[2 : pair[1] + 2])
        if not self.has(f"{ORIGINAL}{key}") and not self.item.attributes.repeats:
            self.item.attributes.write(key, pair)
            self.out[f"{ORIGINAL}{key}"] = original


def event_name(own: str, attributes: Attributes, is_known: Callable[[str], object]) -> str:
    """The name of an event or record: the attribute `event.name`, else its `own` name, else the attribute `event`.

    That last one also where the own name is none that rules know: some loggers have a generic one.
    """
    raws = attributes.raws()
    if EVENT_NAME in raws:
        named = safely(raws[EVENT_NAME])
        if isinstance(named, str) and named:
            return named
    if _SEEDS not in raws or (own and is_known(own)):
        return own
    seed = safely(raws[_SEEDS])
    return seed if isinstance(seed, str) and seed else own
