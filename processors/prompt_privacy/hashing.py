"""The hashes of what was said, on spans and log records: taken before anything is scrubbed."""

import re
from collections.abc import Callable, Mapping, Sequence

from spansieve.messages.chain import INPUT_BYTES, PROMPT_HASH, hash_of
from spansieve.messages.fingerprints import Fingerprints
from spansieve.pdata import Attributes, DecodeError, Event, LogRecord, Span, Value
from spansieve.pseudonyms import HashConfig

from .truncation import shown

_EVER = (PROMPT_HASH, INPUT_BYTES)
"""What is written even where content is kept as it is."""
_WRITTEN = frozenset(
    f"spansieve.ai.{name}"
    for name in ("prompt.hash", "system.hash", "completion.hash", "tool.args_hash", "tool.result_hash")
)
"""Where hashes are written."""
_HASH = re.compile(r"[A-Za-z0-9_-]{1,32}:[0-9a-f]{32}")


class Hashing:
    """What is added to items, as KeyValues by key; an item that says nothing gets nothing."""

    def __init__(self, config: HashConfig, key: bytes, key_id: str, fault: Callable[[BaseException], None]) -> None:
        """Hash with `key`; `fault` is told of what went wrong inside."""
        self._key = key
        self._key_id = key_id
        self._fault = fault
        self._fingerprints = Fingerprints(key, key_id, template=config.template, simhash=config.simhash)

    def of_span(self, span: Span, *, kept: bool) -> Mapping[str, bytes]:
        """The hashes of what `span` and its events say; of content that is `kept` the prompt's alone. Raises
        DecodeError where it is malformed inside.
        """
        if self._is_hashed(span.attributes):
            return {}
        events: Sequence[Event] = span.events if span.has_events else ()
        return self._some(lambda: self._fingerprints.of(span.attributes, events), kept=kept)

    def of_record(self, record: LogRecord, name: str, *, kept: bool) -> Mapping[str, bytes]:
        """Likewise of a log record, the event `name`."""
        if self._is_hashed(record.attributes):
            return {}
        return self._some(lambda: self._fingerprints.of_record(name, record.body, record.attributes), kept=kept)

    @staticmethod
    def _is_hashed(attributes: Attributes) -> bool:
        """Whether a processor before this one wrote hashes, of what it has taken out since."""
        raws = attributes.raws()
        if raws.keys().isdisjoint(_WRITTEN):
            return False
        return any(_HASH.fullmatch(str(attributes.get(key))) for key in _WRITTEN if key in raws)

    def written(self, value: Value) -> str:
        """The hash that stands in place of content; one that stands there already stays."""
        if isinstance(value, str) and _HASH.fullmatch(value):
            return value
        return hash_of(shown(value).decode(errors="replace"), self._key, self._key_id)

    def _some(self, make: Callable[[], Mapping[str, bytes]], *, kept: bool) -> Mapping[str, bytes]:
        try:
            found = make()
        except DecodeError:
            raise
        except Exception as error:
            self._fault(error)
            return {}
        return {key: found[key] for key in _EVER if key in found} if kept else found
