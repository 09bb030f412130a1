"""What a model was offered, and what it called, as far as its span still says so."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from spansieve.messages import read
from spansieve.messages.calls import tools_called
from spansieve.messages.given import Given
from spansieve.messages.jsontext import container
from spansieve.messages.reading import entries_from
from spansieve.messages.sources import OUTPUT, steps_of
from spansieve.messages.tools import collect
from spansieve.pdata import LogRecord, Span, Value
from spansieve.watching import AiSpan, ByTraits, Traits

_DEFINITIONS: Final = ("gen_ai.tool.definitions", "ai.prompt.tools", "mlflow.chat.tools", "gen_ai.agent.tools")
_FLAT: Final = {"llm.tools.0.tool.json_schema": "llm.tools.", "llm.request.functions.0.name": "llm.request.functions."}
"""First attributes of lists that are flattened, and how all of theirs begin."""
_OFFERS: Final = frozenset({*_DEFINITIONS, *_FLAT})
_CALLS: Final = (b"tool", b"Tool", b"unction")
"""One of them stands in every answer that calls a tool, in whatever shape."""
CALLED: Final = "tool_call"
"""The finish of an answer that calls tools, wherever they went."""
_CODEX: Final = "codex"
"""Its model's spans begin when the answer is over, and its tools before that: what runs next was not chosen there."""
_GEMINI: Final = "response_text"
"""The answer in Gemini CLI's records of model calls."""
_MOST_KEPT: Final = 256
_MOST_TOOLS: Final = 1_000


class Answer(NamedTuple):
    """None: it is not known."""

    offered: tuple[str, ...] | None
    called: tuple[str, ...] | None


UNKNOWN: Final = Answer(None, None)


class Where(NamedTuple):
    """Where model calls of the same traits may say something."""

    offers: bool
    """Whether attributes define tools."""
    held: tuple[str, ...]
    """The attributes that hold the answer."""
    is_codex: bool


class Answers:
    """Reads them; definitions of tools are remembered, because each call repeats them."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._offers: OrderedDict[tuple[int, int], tuple[str, ...] | None] = OrderedDict()
        self._where = ByTraits(_where)

    def may_tell(self, traits: Traits) -> bool:
        """Whether attributes of model calls with these `traits` say something."""
        return any(self._where[traits])

    def of(self, span: Span, seen: AiSpan) -> Answer:
        """What the model call `span` says. Raises DecodeError."""
        where = self._where[seen.traits]
        offered = self._offered(span) if where.offers else None
        return Answer(offered, () if where.is_codex else _called(span, seen, where.held))

    def _offered(self, span: Span) -> tuple[str, ...] | None:
        raws = span.attributes.raws()
        for key in _DEFINITIONS:
            raw = raws.get(key)
            if raw is not None:
                return self._remembered(raw, span.attributes.get(key))
        for first, start in _FLAT.items():
            if first in raws:
                return _names({key: value for key, value in span.attributes.items() if key.startswith(start)})
        return None

    def _remembered(self, raw: bytes, value: Value) -> tuple[str, ...] | None:
        key = hash(raw), len(raw)
        if key in self._offers:
            self._offers.move_to_end(key)
            return self._offers[key]
        found = self._offers[key] = tuple(_defined(container(value)))[:_MOST_TOOLS] or None
        if len(self._offers) > _MOST_KEPT:
            self._offers.popitem(last=False)
        return found


def called_by_record(record: LogRecord) -> tuple[str, ...] | None:
    """The tools that the answer in a log record of a model call calls; None where it is not there: Gemini CLI alone
    sends it. Raises DecodeError.
    """
    raw = record.attributes.raws().get(_GEMINI)
    if raw is None or not _is_readable(raw):
        return None
    said = entries_from(OUTPUT, "gemini_candidates", Given({_GEMINI: record.attributes.get(_GEMINI)}, output=True))
    return tuple([str(one.said["call"]) for one in said if isinstance(one.said, dict) and "call" in one.said])


def _names(flat: Mapping[str, Value]) -> tuple[str, ...] | None:
    schemas = collect(flat) or read("ollm_functions", Given(flat))
    return tuple(_defined(schemas))[:_MOST_TOOLS] or None


def _defined(definitions: Value) -> Iterator[str]:
    """The names of tools in any API's way to define them."""
    if isinstance(definitions, list):
        for each in definitions:
            yield from _defined(container(each))
    elif isinstance(definitions, dict):
        function = definitions.get("function")
        inner = definitions.get("function_declarations", definitions.get("functionDeclarations"))
        name = definitions.get("name", function.get("name") if isinstance(function, dict) else None)
        if isinstance(name, str) and name:
            yield name
        elif inner is not None:
            yield from _defined(inner)


def _where(traits: Traits) -> Where:
    steps = steps_of(traits.keys, frozenset(), traits.dialect, traits.kind).get(OUTPUT, ())
    return Where(
        not _OFFERS.isdisjoint(traits.keys), tuple(key for _, keys in steps for key in keys), traits.dialect == _CODEX
    )


def _called(span: Span, seen: AiSpan, keys: Sequence[str]) -> tuple[str, ...] | None:
    """The tools that the answer, which is held by `keys`, calls; empty for one that can be read and calls none."""
    raws = span.attributes.raws()
    held = [raws[key] for key in keys]
    in_events = seen.has_events and (span.events_mention(b"tool") or span.events_mention(b"function"))
    called: list[str] | None = None
    if in_events or any(map(_may_call, held)):
        called = tools_called(span.attributes, [(event.name, event.attributes) for event in span.events])
    elif any(map(_is_readable, held)):
        called = []
    if called is None or (not called and seen.traits.finish == CALLED):
        return None
    return tuple(called)


def _may_call(raw: bytes) -> bool:
    return any(word in raw for word in _CALLS)


def _is_readable(raw: bytes) -> bool:
    """Whether an answer is still what a model says, and not what stands for it since privacy took it out."""
    return b"[" in raw or b"{" in raw
