"""Every text of an item, one after the other, for whoever has to see and may have to change them all.

What is changed is encoded again up to the item; everything else keeps its bytes. Views of the parts that were changed
are made afresh when somebody looks.
"""

from typing import Protocol

from .home import Home
from .schema import Wire, merge, read, unknown

MAX_DEPTH = 16
"""Arrays and maps that may stand inside each other for their texts to be looked at; deeper ones are withheld."""


class Rewriter(Protocol):
    """Decides what becomes of texts. `where` says what a text is: see `rewrite_span` and its kin."""

    def text(self, raw: bytes, where: str) -> bytes | None:
        """What takes the place of the text `raw` (UTF-8, or nearly); None: it stays. An event's name, even an empty
        one, is shown before its attributes.
        """

    def pair(self, raw: bytes, where: str) -> bytes | None:
        """What takes the place of the KeyValue `raw`; None: it stays; empty: it goes."""

    def value(self, raw: bytes, where: str) -> bytes | None:
        """What takes the place of the AnyValue `raw`; None: it stays; empty: it goes."""

    def hidden(self, raw: bytes) -> bool:
        """Whether what nobody is shown of `raw` goes: fields that OTLP did not have when this was written, and those
        that others behind them replace.
        """


def rewrite_span(message: Wire, rewriter: Rewriter) -> bool:
    """The texts of a Span but for its attributes: `name`, `trace_state`, `event`, `link`, `status`. Whether one
    changed.

    Raises DecodeError where it is malformed inside.
    """
    changed = _field(message, "name", rewriter, "name")
    changed |= _field(message, "trace_state", rewriter, "trace_state")
    changed |= _parts(message.events, "Event", rewriter, "event")
    changed |= _parts(message.links, "Link", rewriter, "link")
    changed |= _status(message.status, rewriter)
    return _shed(message, rewriter) or changed


def rewrite_record(message: Wire, rewriter: Rewriter) -> bool:
    """The texts of a LogRecord but for its attributes: `name` (its event's), `severity`, `body`. As `rewrite_span`."""
    changed = _field(message, "event_name", rewriter, "name")
    changed |= _field(message, "severity_text", rewriter, "severity")
    changed |= _body(message.body, rewriter)
    return _shed(message, rewriter) or changed


def rewrite_metric(message: Wire, rewriter: Rewriter) -> bool:
    """The texts of a Metric and its points: `name`, `description`, `unit`, and `attribute` (metadata, points and
    exemplars). As `rewrite_span`.
    """
    changed = False
    for field in ("name", "description", "unit"):
        changed |= _field(message, field, rewriter, field)
    changed |= rewrite_pairs(message.metadata, rewriter, "attribute")
    kind = message.WhichOneof("data")
    for point in getattr(message, kind).data_points if kind else ():
        changed |= rewrite_pairs(point.attributes, rewriter, "attribute")
        changed |= _parts(getattr(point, "exemplars", []), "Exemplar", rewriter, "attribute")
        changed |= _shed(point, rewriter)
    if kind:
        changed |= _shed(getattr(message, kind), rewriter)
    return _shed(message, rewriter) or changed


def rewrite_resource(message: Wire, rewriter: Rewriter) -> bool:
    """The texts of what holds a resource: `resource` all of them. As `rewrite_span`."""
    changed = _field(message, "schema_url", rewriter, "resource")
    if message.HasField("resource"):
        changed |= rewrite_pairs(message.resource.attributes, rewriter, "resource")
        changed |= _parts(message.resource.entity_refs, "EntityRef", rewriter, "resource")
        changed |= _shed(message.resource, rewriter)
    return _shed(message, rewriter) or changed


def rewrite_scope(message: Wire, rewriter: Rewriter) -> bool:
    """The texts of what holds a scope: `scope` all of them. As `rewrite_span`."""
    changed = _field(message, "schema_url", rewriter, "scope")
    if message.HasField("scope"):
        changed |= _field(message.scope, "name", rewriter, "scope")
        changed |= _field(message.scope, "version", rewriter, "scope")
        changed |= rewrite_pairs(message.scope.attributes, rewriter, "scope")
        changed |= _shed(message.scope, rewriter)
    return _shed(message, rewriter) or changed


def rewrite_pairs(container: Wire, rewriter: Rewriter, where: str) -> bool:
    """Each KeyValue of `container`; whether one changed."""
    pair = rewriter.pair
    gone = changed = False
    for place, raw in enumerate(container[:]):
        new = pair(raw, where)
        if new is not None:
            container[place] = new
            changed = True
            gone = gone or not new
    if gone:
        left = [raw for raw in container[:] if raw]
        del container[:]
        container.extend(left)
    return changed


def _field(message: Wire, field: str, rewriter: Rewriter, where: str) -> bool:
    raw = getattr(message, field)
    new = rewriter.text(raw, where) if raw else None
    if new is None:
        return False
    setattr(message, field, new)
    return True


def _parts(container: Wire, name: str, rewriter: Rewriter, where: str) -> bool:
    """The messages `name` of `container`: their names and attributes."""
    changed = False
    for place, raw in enumerate(container[:]):
        message = read(name, raw)
        overwritten = message.ByteSize() < len(raw) and rewriter.hidden(raw)
        if _part(message, name, rewriter, where) or overwritten:
            container[place] = message.SerializeToString()
            changed = True
    return changed


def _part(message: Wire, name: str, rewriter: Rewriter, where: str) -> bool:
    changed = _shed(message, rewriter)
    if name == "Exemplar":
        return rewrite_pairs(message.filtered_attributes, rewriter, where) or changed
    if name == "EntityRef":
        return _entity(message, rewriter, where) or changed
    field = "name" if name == "Event" else "trace_state"
    new = rewriter.text(getattr(message, field), where)
    if new is not None:
        setattr(message, field, new)
    return rewrite_pairs(message.attributes, rewriter, where) or changed or new is not None


def _entity(message: Wire, rewriter: Rewriter, where: str) -> bool:
    changed = _field(message, "schema_url", rewriter, where)
    changed |= _field(message, "type", rewriter, where)
    for texts in (message.id_keys, message.description_keys):
        for place, raw in enumerate(texts[:]):
            new = rewriter.text(raw, where)
            if new is not None:
                texts[place] = new
                changed = True
    return changed


def _shed(message: Wire, rewriter: Rewriter) -> bool:
    """Drop the fields that nobody knows, of `message` and all that was read with it, where they are to go."""
    texts = unknown(message)
    if not texts or not rewriter.hidden(b"\n".join(texts)):
        return False
    message.DiscardUnknownFields()
    return True


def bare(message: Wire, raw: bytes) -> bool:
    """Whether `raw`, which `message` was read from, holds what does not count: fields that nobody knows, and those that
    others behind them replace. `message` has none of them then.
    """
    message.DiscardUnknownFields()
    return int(message.ByteSize()) < len(raw)


def _status(container: Wire, rewriter: Rewriter) -> bool:
    parts = container[:]
    if not parts:
        return False
    home = Home(container, 0, merge("Status", parts), parts=len(parts))
    overwritten = home.message.ByteSize() < sum(map(len, parts)) and rewriter.hidden(b"".join(parts))
    shed = _shed(home.message, rewriter) or overwritten
    if not _field(home.message, "message", rewriter, "status") and not shed:
        return False
    home.save()
    return True


def _body(container: Wire, rewriter: Rewriter) -> bool:
    parts = container[:]
    if not parts:
        return False
    raw = parts[0] if len(parts) == 1 else merge("AnyValue", parts).SerializeToString()
    new = rewriter.value(raw, "body")
    if new is None and len(parts) > 1 and rewriter.hidden(b"".join(parts)):
        new = raw
    if new is None:
        return False
    container[:] = [new] if new else []
    return True


class TextRewriter(Protocol):
    """Decides what becomes of single texts inside a value; `key` is the nearest key above it, UTF-8."""

    def string(self, raw: bytes, key: bytes) -> bytes | None:
        """What takes the place of the text; None: it stays."""

    def key(self, raw: bytes) -> bytes | None:
        """What takes the place of a key; None: it stays."""

    def number(self, value: int | float, key: bytes) -> bytes | None:
        """The text that takes the place of a number; None: it stays."""

    def binary(self, raw: bytes, key: bytes) -> bytes | None:
        """The bytes that take the place of a bytes value; None: it stays."""

    def next_key(self, raw: bytes, key: bytes) -> bytes:
        """The key of what stands behind the text `raw` in an array under `key`: the arguments of a command are one."""

    def deep(self, key: bytes) -> bytes:
        """The text that takes the place of what is nested more than MAX_DEPTH deep."""


def rewrite_value(message: Wire, rewriter: TextRewriter, key: bytes, depth: int = MAX_DEPTH) -> bool:
    """The texts of an AnyValue message, arrays and maps below it included; whether one changed."""
    kind = message.WhichOneof("value")
    if kind == "string_value":
        return _put(message, "string_value", rewriter.string(message.string_value, key))
    if kind in {"int_value", "double_value"}:
        return _put(message, "string_value", rewriter.number(getattr(message, kind), key))
    if kind == "bytes_value":
        return _put(message, "bytes_value", rewriter.binary(message.bytes_value, key))
    if kind in {"array_value", "kvlist_value"}:
        return _nested(message, kind, rewriter, key, depth)
    return False


def _nested(message: Wire, kind: str, rewriter: TextRewriter, key: bytes, depth: int) -> bool:
    entries = getattr(message, kind).values
    if not entries:
        return False
    if depth == 0:
        return _put(message, "string_value", rewriter.deep(key))
    if kind == "array_value":
        return _array(entries, rewriter, key, depth)
    changed = False
    for entry in entries:
        changed |= rewrite_value(entry.value, rewriter, entry.key, depth - 1)
        changed |= _put(entry, "key", rewriter.key(entry.key))
    return changed


def _array(entries: Wire, rewriter: TextRewriter, key: bytes, depth: int) -> bool:
    changed, before = False, b""
    for entry in entries:
        behind = rewriter.next_key(before, key) if before else key
        before = entry.string_value
        changed |= rewrite_value(entry, rewriter, behind, depth - 1)
    return changed


def _put(message: Wire, field: str, new: bytes | None) -> bool:
    if new is None:
        return False
    setattr(message, field, new)
    return True
