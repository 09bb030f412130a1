"""The hashes of what was said, on spans and log records: taken before anything is scrubbed."""

import re
from collections.abc import Callable, Sequence

from spansieve.messages.calls import Conversation, conversation, conversation_of_record
from spansieve.messages.chain import hash_of, hashes
from spansieve.messages.growing import Growing
from spansieve.pdata import Attributes, Event, LogRecord, Span, Value, Writable
from spansieve.pseudonyms import HashConfig

from .truncation import shown

_HASH = re.compile(r"[A-Za-z0-9_-]{1,32}:[0-9a-f]{32}")
_SAID = ("spansieve.ai.prompt.hash", "spansieve.ai.input.bytes")
"""What is written even where content is kept as it is."""


class Hashing:
    """What is added to items; an item that says nothing gets nothing."""

    def __init__(self, config: HashConfig, key: bytes, key_id: str, fault: Callable[[BaseException], None]) -> None:
        """Hash with `key`; `fault` is told of what went wrong inside."""
        self._config = config
        self._key = key
        self._key_id = key_id
        self._fault = fault
        self._memory = Growing()

    def of_span(self, span: Span, *, kept: bool = False) -> dict[str, Writable]:
        """The hashes of what `span` and its events say; of `kept` content the prompt's alone. Never raises."""
        return self._hashes(lambda: conversation(span.attributes, _said(span.events), memory=self._memory), kept=kept)

    def of_record(self, record: LogRecord, name: str, *, kept: bool = False) -> dict[str, Writable]:
        """Likewise of a log record, the event `name`."""
        return self._hashes(
            lambda: conversation_of_record(name, record.body, record.attributes, memory=self._memory), kept=kept
        )

    def written(self, value: Value) -> str:
        """The hash that stands in place of content; one that stands there already stays."""
        if isinstance(value, str) and _HASH.fullmatch(value):
            return value
        return hash_of(shown(value).decode(), self._key, self._key_id)

    def _hashes(self, read: Callable[[], Conversation], *, kept: bool) -> dict[str, Writable]:
        try:
            said = read()
            if not said:
                return {}
            config = self._config
            found = hashes(said, self._key, self._key_id, template=config.template, simhash=config.simhash)
        except Exception as error:
            self._fault(error)
            return {}
        return {key: found[key] for key in _SAID if key in found} if kept else found


def _said(events: Sequence[Event]) -> list[tuple[str, Attributes]]:
    return [(event.name, event.attributes) for event in events]
