"""What a user said last in a prompt, read only when it is compared: most requests never are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from spansieve.messages.calls import conversation
from spansieve.messages.entry import USER
from spansieve.messages.growing import Growing
from spansieve.messages.jsontext import container
from spansieve.messages.sources import INPUT, steps_of
from spansieve.pdata import DecodeError, Span, Value, decode_pair
from spansieve.watching import ByTraits, Traits

from .roles import ABOUT, MODEL

MAX_TEXT: Final = 2000
"""Characters of a text that are compared."""
_LARGE: Final = 16_384
"""Bytes of a prompt that are kept as they are; a larger one is read at once."""
_HISTORIES: Final = 1 << 20
"""Characters of large prompts that are remembered, so that one that grows is not read anew each time."""
_NAMES: Final = frozenset({"role", "type"})
"""Members of JSON whose values say what something is."""
_MESSAGE: Final = b"gen_ai."
"""Stands in the names of events that hold messages."""
Events = Sequence[tuple[str, Mapping[str, Value]]]


class Asked:
    """The prompt of one span, scrubbed."""

    __slots__ = ("_dialect", "_raws", "_role", "_text", "size_bytes")

    def __init__(self, raws: Mapping[str, bytes], role: str, dialect: str) -> None:
        """`raws` are the attributes that hold it."""
        self._raws = raws
        self._role = role
        self._dialect = dialect
        self._text: str | None = None
        self.size_bytes = sum(map(len, raws.values()))

    @classmethod
    def known(cls, text: str) -> "Asked":
        """One that was read."""
        asked = cls({}, "", "")
        asked._text = text
        asked.size_bytes = len(text)
        return asked

    @property
    def text(self) -> str:
        """What the user said last; empty where that is not known."""
        if self._text is None:
            try:
                said = {key: decode_pair(raw) for key, raw in self._raws.items()}
            except DecodeError:
                said = {}
            self._text = _said_last(said, (), self._role, self._dialect, None)
            self._raws = {}
        return self._text


class Prompts:
    """Finds the prompts of spans."""

    def __init__(self) -> None:
        """None was large yet."""
        self._histories = Growing(_HISTORIES)
        self._keys = ByTraits(_keys_of)

    def has(self, traits: Traits) -> bool:
        """Whether spans with these traits have a prompt in their attributes."""
        return bool(self._keys[traits])

    def of(self, span: Span, traits: Traits) -> Asked | None:
        """The prompt of `span`, an agent's, workflow's or model's with these traits; None where it has none. Raises
        DecodeError.
        """
        keys = self._keys[traits]
        if not keys:
            return self._at_once(span, traits) if span.has_events and span.events_mention(_MESSAGE) else None
        raws = span.attributes.raws()
        found = Asked({key: raws[key] for key in keys if key in raws}, ABOUT[traits].role, traits.dialect)
        return found if found.size_bytes <= _LARGE else self._at_once(span, traits)

    def _at_once(self, span: Span, traits: Traits) -> Asked:
        events = [(event.name, event.attributes) for event in span.events] if span.has_events else []
        text = _said_last(span.attributes, events, ABOUT[traits].role, traits.dialect, self._histories)
        return Asked.known(text)


def _keys_of(traits: Traits) -> tuple[str, ...]:
    """The attributes that hold the prompt, where attributes do."""
    role = ABOUT[traits].role
    steps = steps_of(traits.keys, frozenset(), traits.dialect, role).get(INPUT, ()) if role else ()
    return steps[0].keys if steps else ()


def _said_last(said: Mapping[str, Value], events: Events, role: str, dialect: str, histories: Growing | None) -> str:
    """What the user said last. A model call that answers a tool's result asks nothing anew."""
    prompt = conversation(said, events, kind=role, dialect=dialect, memory=histories).prompt
    if role == MODEL:
        prompt = prompt[-1:]
    last = next((entry for entry in reversed(prompt) if entry.role == USER), None)
    return _spoken(last.said)[:MAX_TEXT] if last is not None and isinstance(last.said, str) else ""


def _spoken(text: str) -> str:
    """The texts inside, where `text` is JSON: decorated functions have their arguments there, and names of arguments,
    switches and roles are the same whatever was asked.
    """
    inside = container(text)
    return text if isinstance(inside, str) else " ".join(_texts(inside)) or text


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in _NAMES:
                yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
