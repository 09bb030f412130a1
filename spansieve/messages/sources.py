"""Where each dialect has the content of a call: the table of `mapping.yaml`, compiled.

The entries by which `ai_semantics` builds the standard attributes serve here too, behind the standard attributes
themselves; after them come the keys of which the table only says what kind of content they hold. Source: the mapping,
`attributes` with `content: true`, and `content_keys`.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from itertools import product
from re import split
from typing import Any, Final, NamedTuple

from spansieve.semconv import content_keys, raw_mapping
from spansieve.semconv.names import TOOL_ARGUMENTS

INPUT: Final = "gen_ai.input.messages"
OUTPUT: Final = "gen_ai.output.messages"
INSTRUCTIONS: Final = "gen_ai.system_instructions"
ARGUMENTS: Final = TOOL_ARGUMENTS
RESULT: Final = "gen_ai.tool.call.result"

_READERS: Final = {INPUT: "openai_request", OUTPUT: "openai_response", INSTRUCTIONS: "openai_request"}
"""What reads values without a reader of their own, the standard attributes first: any API's request or answer."""
_ROLES: Final = {"prompt": INPUT, "completion": OUTPUT, "tool_args": ARGUMENTS, "tool_result": RESULT}
"""What content keys hold, by their role. Those of `system` may be descriptions, of which no model knows."""
_MOST_KEYS: Final = 512
"""What spans with more attributes have is not remembered."""
_TARGETS: Final = (INSTRUCTIONS, INPUT, OUTPUT, ARGUMENTS, RESULT)


class Source(NamedTuple):
    """Attributes, or events, that hold one kind of content."""

    target: str
    keys: tuple[str, ...] = ()
    """Attributes; with `events` the one attribute of theirs, or none: all that they say."""
    start: str = ""
    """What the keys of all further attributes begin with."""
    events: frozenset[str] = frozenset()
    reader: str = ""
    """The reader for messages; empty: the value itself."""
    dialects: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    """Dialects and kinds that it holds for; empty: all."""


class Step(NamedTuple):
    """A source that is there, with those of its attributes that are."""

    source: Source
    keys: tuple[str, ...]


Steps = Mapping[str, tuple[Step, ...]]


def steps_of(keys: tuple[str, ...], events: frozenset[str], dialect: str, kind: str) -> Steps:
    """By target: where a span with these attributes and events may have it, in the order in which to look.

    Dialect and kind may be empty, for unknown: then only what holds for all of them counts.
    """
    return (_known_steps if len(keys) <= _MOST_KEYS else _steps)(keys, events, dialect, kind)


def _steps(keys: tuple[str, ...], events: frozenset[str], dialect: str, kind: str) -> Steps:
    found: dict[str, list[Step]] = {}
    for source in _sources():
        if source.dialects and dialect not in source.dialects:
            continue
        if (source.kinds and _role(kind) not in source.kinds) or not _wanted(source.target, kind):
            continue
        held = _held(source, keys)
        if not source.events.isdisjoint(events) if source.events else held:
            found.setdefault(source.target, []).append(Step(source, held))
    return {target: tuple(steps) for target, steps in found.items()}


_known_steps = lru_cache(maxsize=1024)(_steps)


@lru_cache(maxsize=1024)
def record_steps_of(keys: tuple[str, ...], name: str) -> Steps:
    """The same for a log record of that name, of which the table only says what kind of content its keys hold."""
    name = _names().get(name, name)
    found: dict[str, list[Step]] = {}
    for pattern, source in _record_sources():
        if source.keys[0] in keys and fnmatchcase(name, pattern):
            found.setdefault(source.target, []).append(Step(source, source.keys))
    return {target: tuple(steps) for target, steps in found.items()}


def _held(source: Source, keys: tuple[str, ...]) -> tuple[str, ...]:
    there = tuple(key for key in source.keys if key in keys)
    return tuple(key for key in keys if key.startswith(source.start)) if source.start else there


def _role(kind: str) -> str:
    """A tool that a person has to approve was called as any other."""
    return "tool" if kind == "approval" else kind


def _wanted(target: str, kind: str) -> bool:
    kinds = _kinds()[target]
    return not (kind and kinds) or kind in kinds


@cache
def _kinds() -> Mapping[str, frozenset[str]]:
    """The kinds of spans that each target is for; none: all."""
    entries = [entry for entry in raw_mapping()["attributes"] if entry["target"] in _TARGETS]
    return {entry["target"]: frozenset(entry.get("kinds", ())) for entry in entries}


@cache
def _sources() -> tuple[Source, ...]:
    entries = [entry for entry in raw_mapping()["attributes"] if entry["target"] in _TARGETS]
    standard = [Source(target, (target,), reader=_READERS.get(target, "")) for target in _TARGETS]
    listed = [_compiled(entry["target"], spec) for entry in entries for spec in entry["sources"]]
    known = {key for source in (*standard, *listed) for key in source.keys}
    rest = (source for event, source in _by_role("span") if not event and known.isdisjoint(source.keys))
    return (*standard, *listed, *rest)


@cache
def _record_sources() -> tuple[tuple[str, Source], ...]:
    return tuple((pattern, source) for pattern, source in _by_role("log") if pattern)


@cache
def _names() -> Mapping[str, str]:
    """Other names of records, each with the one that counts."""
    several = [rule["event"] for rule in raw_mapping()["logs"] if isinstance(rule["event"], list)]
    return {name: names[0] for names in several for name in names}


def _compiled(target: str, spec: Mapping[str, Any]) -> Source:
    pattern = spec.get("key_pattern", "")
    keys = [spec["key"]] if "key" in spec else spec.get("keys", [])
    events: list[str] = _braces(spec.get("span_events", ""))
    if "span_event_attr" in spec:
        event, key = spec["span_event_attr"]
        events, keys = [event], [key]
    return Source(
        target,
        tuple(keys),
        pattern.removesuffix("*"),
        frozenset(events),
        spec.get("transform", "").removeprefix("messages:") or _READERS.get(target, ""),
        frozenset(spec.get("dialects", ())),
        frozenset(spec.get("kinds", ())),
    )


def _by_role(where: str) -> Iterator[tuple[str, Source]]:
    """The keys that are said to hold content there, each with the names of the records or events that they stand in."""
    for row in content_keys(raw_mapping()):
        target = _ROLES.get(row.role)
        if target and where in row.places and "*" not in row.key:
            dialects = frozenset([row.dialect] if row.dialect else ())
            yield row.event, Source(target, (row.key,), reader=_READERS.get(target, ""), dialects=dialects)


def _braces(pattern: str) -> list[str]:
    """The names that `gen_ai.{user,tool}.message` stands for."""
    parts = [part.split(",") for part in split(r"[{}]", pattern)]
    return ["".join(chosen) for chosen in product(*parts)] if pattern else []
