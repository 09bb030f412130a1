"""What was said in one call of a model or tool, read from a span or from log records of any dialect."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from spansieve.pdata import DecodeError, Value
from spansieve.semconv.names import DIALECT, KIND, OPERATION

from .canonical import arguments_of, is_in_schema, result_text, says_something, with_system
from .entry import SYSTEM, Entry, normal
from .given import Given
from .growing import Growing
from .jsontext import container
from .reading import entries_from
from .sources import ARGUMENTS, INPUT, INSTRUCTIONS, OUTPUT, RESULT, Step, Steps, record_steps_of, steps_of

Attributes = Mapping[str, Value]
Events = Sequence[tuple[str, Attributes]]
"""Span events, or what log records say: (name, attributes), in their order."""

_KINDS: Final = {
    **dict.fromkeys(("chat", "text_completion", "generate_content"), "model"),
    **dict.fromkeys(("invoke_agent", "create_agent"), "agent"),
    "execute_tool": "tool",
}
"""What operations are, for spans that nobody gave a kind."""


@dataclass(slots=True)
class Conversation:
    """What was said in one call, in canonical form. Lists and entries may be shared: not to be changed."""

    prompt: list[Entry] = field(default_factory=list)
    """What the model was given, system instructions first."""
    completion: list[Entry] = field(default_factory=list)
    """What it answered."""
    arguments: Value = None
    """What a tool was given: None where that is not known, {} where it was nothing."""
    result: str = ""
    """What a tool answered."""

    @property
    def system(self) -> list[Entry]:
        """The system instructions: the first entry of the prompt, or none."""
        return self.prompt[:1] if self.prompt and self.prompt[0].role == SYSTEM else []

    def __bool__(self) -> bool:
        """Whether there is any content."""
        return bool(self.prompt or self.completion or self.result) or self.arguments is not None


def conversation(
    attributes: Attributes,
    events: Events = (),
    *,
    kind: str | None = None,
    dialect: str | None = None,
    memory: Growing | None = None,
) -> Conversation:
    """What a span says was said: of each kind of content the first source that is there.

    Kind and dialect are what `ai_semantics` wrote, unless they are given; with a `memory`, histories that grow from
    call to call are read once. Never raises: what is malformed is no content, what is no JSON is text, what is above
    the readers' limits is one text as it stands.
    """
    try:
        keys = tuple(attributes)
    except DecodeError:
        return Conversation()
    kind = kind_of(_text(attributes, KIND), _text(attributes, OPERATION)) if kind is None else kind
    dialect = _text(attributes, DIALECT) if dialect is None else dialect
    steps = steps_of(keys, frozenset([name for name, _ in events]), dialect, kind)
    return _read(steps, attributes, events, memory) if steps else Conversation()


def tools_called(attributes: Attributes, events: Events = ()) -> list[str] | None:
    """The tools that the answer of a model call calls, by name, in order, whatever instrumentation wrote it down; None
    where the answer is not there. Without reading what was asked. Never raises.
    """
    try:
        keys = tuple(attributes)
    except DecodeError:
        return None
    standard = container(_value(attributes, OUTPUT)) if OUTPUT in keys else None
    if isinstance(standard, list) and all(map(is_in_schema, standard)):
        return [*_calls_of(standard)]
    kind = kind_of(_text(attributes, KIND), _text(attributes, OPERATION))
    steps = steps_of(keys, frozenset([name for name, _ in events]), _text(attributes, DIALECT), kind)
    entries = _first(steps.get(OUTPUT, ()), attributes, events, None)
    if not entries:
        return None
    return [str(entry.said["call"]) for entry in entries if isinstance(entry.said, dict) and "call" in entry.said]


def _calls_of(messages: Sequence[Value]) -> Iterator[str]:
    """The tools called in messages of the schema, which needs no reader."""
    for message in messages:
        parts = message.get("parts") if isinstance(message, dict) else None
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and part.get("type") in ("tool_call", "server_tool_call"):
                yield str(part.get("name") or "")


def conversation_of_record(
    name: str, body: Value, attributes: Attributes, *, memory: Growing | None = None
) -> Conversation:
    """What a log record says was said; `name` is its event's. Never raises.

    A `gen_ai.*.message` alone is a prompt of one message: `conversation_of_events` takes all those of a call.
    """
    if name == "gen_ai.choice" or (name.startswith("gen_ai.") and name.endswith(".message")):
        return conversation_of_events([(name, said_by_record(body, attributes))])
    inside = container(body)
    if not isinstance(inside, dict):
        inside = {}
    said = said_by_record(inside, attributes)
    found = conversation(said if name.startswith("gen_ai.") else attributes, memory=memory)
    if found:
        return found
    if "input" in inside or "output" in inside:  # AWS' distribution: request and answer side by side
        given, answered = Given({"": inside.get("input")}), Given({"": inside.get("output")}, output=True)
        prompt = entries_from(INPUT, "openai_request", given, memory)
        return _whole([], prompt, entries_from(OUTPUT, "openai_response", answered, memory))
    return _read(record_steps_of(tuple(said), name), attributes, (), memory)


def conversation_of_events(events: Events) -> Conversation:
    """What `gen_ai.*.message` and `gen_ai.choice` say, be they span events or, by `said_by_record`, log records of one
    span. Never raises.
    """
    prompt = entries_from(INPUT, "events", Given({}, events))
    return _whole([], prompt, entries_from(OUTPUT, "events", Given({}, events, output=True)))


def said_by_record(body: Value, attributes: Attributes) -> Attributes:
    """What a log record says, as the attributes of a span event would. Never raises."""
    inside = container(body)
    try:
        said = dict(attributes)
    except DecodeError:
        said = {}
    if isinstance(inside, dict):
        return said | inside
    return said if body is None else said | {"content": body}


def kind_of(kind: str, operation: str) -> str:
    """The kind of a span that says these of itself; "" for unknown."""
    return kind or _KINDS.get(operation, "")


def _text(attributes: Attributes, key: str) -> str:
    value = _value(attributes, key)
    return value if isinstance(value, str) else ""


def _value(attributes: Attributes, key: str) -> Value:
    try:
        return attributes.get(key)
    except DecodeError:
        return None


def _read(steps: Steps, attributes: Attributes, events: Events, memory: Growing | None) -> Conversation:
    targets = (INSTRUCTIONS, INPUT, OUTPUT)
    whole = _whole(*(_first(steps.get(target, ()), attributes, events, memory) for target in targets))
    for value in _values(steps.get(ARGUMENTS, ()), attributes, events):
        if not isinstance(value, str) or normal(value):
            whole.arguments = arguments_of(value)
            break
    results = (result_text(value) for value in _values(steps.get(RESULT, ()), attributes, events))
    whole.result = next(filter(None, results), "")
    return whole


def _whole(instructions: list[Entry], prompt: list[Entry], completion: list[Entry]) -> Conversation:
    prompt = with_system(instructions, prompt)
    return Conversation(prompt if says_something(prompt) else [], completion if says_something(completion) else [])


def _first(steps: Sequence[Step], attributes: Attributes, events: Events, memory: Growing | None) -> list[Entry]:
    """What the first source has that has anything."""
    for source, keys in steps:
        if source.events:
            chosen = [event for event in events if event[0] in source.events]
            given = Given(_last(chosen, source.keys[0]) if source.keys else {}, () if source.keys else chosen)
        else:
            given = Given({key: value for key in keys if (value := _value(attributes, key)) is not None})
        given = given._replace(output=source.target == OUTPUT, system=source.target == INSTRUCTIONS)
        if found := entries_from(source.target, source.reader, given, memory):
            return found
    return []


def _values(steps: Sequence[Step], attributes: Attributes, events: Events) -> Iterator[Value]:
    """What each source has, where it is one value."""
    for source, keys in steps:
        if source.events:
            yield from _last([event for event in events if event[0] in source.events], source.keys[0]).values()
        elif (value := _value(attributes, keys[0])) is not None:
            yield value


def _last(events: Events, key: str) -> Attributes:
    """The attribute `key` of the last event that has it."""
    for _, attributes in reversed(events):
        if (value := _value(attributes, key)) is not None:
            return {key: value}
    return {}
