"""One kind of content, read from its source into entries."""

from typing import Final

from spansieve.pdata import Value

from . import READERS
from .canonical import entries_of, is_in_schema
from .entry import ASSISTANT, SYSTEM, USER, Entry
from .given import Given, only
from .growing import MIN_CHARACTERS, Growing
from .jsontext import as_text, container
from .limits import MAX_MESSAGES, too_large
from .parts import text
from .sources import INPUT, INSTRUCTIONS, OUTPUT

_DEFAULT_ROLES: Final = {INSTRUCTIONS: SYSTEM, INPUT: USER, OUTPUT: ASSISTANT}


def entries_from(target: str, reader: str, given: Given, memory: Growing | None = None) -> list[Entry]:
    """What the reader makes of `given` for `target`, in canonical form; [] where there is nothing.

    What is above the readers' limits is one text as it stands. Texts that are in `memory` are not read again.
    """
    if too_large(given):
        return _as_it_stands(target, given)
    value = only(given) if len(given.values) == 1 else None
    if memory is None or not isinstance(value, str) or len(value) < MIN_CHARACTERS:
        return _read(target, reader, given)[0]
    source = f"{target}:{reader}"
    known, rest = memory.find(source, value) or (None, value)
    if known is not None and not rest:
        return known.entries
    more = _messages(target, rest) if known else None
    if known is not None and more is not None and known.messages + len(more) <= MAX_MESSAGES:
        entries, count = known.entries + entries_of(more, _DEFAULT_ROLES[target]), known.messages + len(more)
    else:
        entries, count = _read(target, reader, given)
    memory.keep(source, value, entries, count)
    return entries


def _read(target: str, reader: str, given: Given) -> tuple[list[Entry], int]:
    """The entries, and of how many messages in the schema's form they are; 0 where they stood in another one."""
    messages = _messages(target, only(given)) if len(given.values) == 1 else None
    found = READERS[reader](given) if messages is None else messages
    if not isinstance(found, list):
        return [], 0
    if len(found) > MAX_MESSAGES:
        return _as_it_stands(target, given), 0
    listed: list[Value] = [{"parts": found}] if target == INSTRUCTIONS else found
    return entries_of(listed, _DEFAULT_ROLES[target]), len(messages or ())


def _messages(target: str, value: Value) -> list[Value] | None:
    """The messages of `value` where they have the schema's form: readers would only copy them."""
    found = container(value) if target != INSTRUCTIONS else None
    return found if isinstance(found, list) and all(map(is_in_schema, found)) else None


def _as_it_stands(target: str, given: Given) -> list[Entry]:
    values = list(given.values.values()) or [dict(attributes) for _, attributes in given.events]
    return entries_of([{"parts": [text(as_text(value)) for value in values]}], _DEFAULT_ROLES[target])
