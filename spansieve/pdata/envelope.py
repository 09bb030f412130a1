"""The envelopes around items: the resource that sent them and the scope that made them."""

from .attributes import Attributes
from .rewrite import Rewriter, rewrite_resource, rewrite_scope
from .schema import Wire, unknown
from .text import decode_text, encode_text


class Resource:
    """Who sent the items: the `resource` of one ResourceSpans, ResourceLogs or ResourceMetrics, shared by all its
    items.
    """

    __slots__ = ("_attributes", "_message")

    def __init__(self, message: Wire) -> None:
        """Look at `message`, the envelope that the resource stands in."""
        self._message = message
        self._attributes: Attributes | None = None

    @property
    def message(self) -> Wire:
        """The envelope; for this package."""
        return self._message

    @property
    def attributes(self) -> Attributes:
        """What describes the sender, `service.name` first of all."""
        if self._attributes is None:
            self._attributes = Attributes(self._message.resource.attributes)
        return self._attributes

    @property
    def dropped_attributes_count(self) -> int:
        """Attributes that the sender left out."""
        return self._message.resource.dropped_attributes_count  # type: ignore[no-any-return]

    @dropped_attributes_count.setter
    def dropped_attributes_count(self, value: int) -> None:
        self._message.resource.dropped_attributes_count = value

    @property
    def schema_url(self) -> str:
        """The schema that the resource's names follow."""
        return decode_text(self._message.schema_url)

    @schema_url.setter
    def schema_url(self, value: str) -> None:
        self._message.schema_url = encode_text(value)

    def encode(self) -> bytes:
        """What it says, on the wire: the resource alone, and its schema, without what it holds."""
        return encode_envelope(self._message, "resource")

    def rewrite(self, rewriter: Rewriter) -> bool:
        """Let `rewriter` see every text of it; whether one changed. Its attributes are to be read again then."""
        changed = rewrite_resource(self._message, rewriter)
        if changed:
            self._attributes = None
        return changed


class Scope:
    """What made the items: the `scope` (an instrumentation library, mostly) of one ScopeSpans, ScopeLogs or
    ScopeMetrics.
    """

    __slots__ = ("_attributes", "_message", "resource")

    def __init__(self, message: Wire, resource: Resource) -> None:
        """Look at `message`, the envelope that the scope stands in, within that of `resource`."""
        self._message = message
        self.resource = resource
        self._attributes: Attributes | None = None

    @property
    def name(self) -> str:
        """The library's name."""
        return decode_text(self._message.scope.name)

    @name.setter
    def name(self, value: str) -> None:
        self._message.scope.name = encode_text(value)

    @property
    def version(self) -> str:
        """The library's version."""
        return decode_text(self._message.scope.version)

    @version.setter
    def version(self, value: str) -> None:
        self._message.scope.version = encode_text(value)

    @property
    def attributes(self) -> Attributes:
        """What describes the library."""
        if self._attributes is None:
            self._attributes = Attributes(self._message.scope.attributes)
        return self._attributes

    @property
    def dropped_attributes_count(self) -> int:
        """Attributes that the sender left out."""
        return self._message.scope.dropped_attributes_count  # type: ignore[no-any-return]

    @dropped_attributes_count.setter
    def dropped_attributes_count(self, value: int) -> None:
        self._message.scope.dropped_attributes_count = value

    @property
    def schema_url(self) -> str:
        """The schema that the items' names follow."""
        return decode_text(self._message.schema_url)

    @schema_url.setter
    def schema_url(self, value: str) -> None:
        self._message.schema_url = encode_text(value)

    @property
    def message(self) -> Wire:
        """The envelope; for this package."""
        return self._message

    def encode(self) -> bytes:
        """What it says, on the wire: the scope alone, and its schema, without what it holds."""
        return encode_envelope(self._message, "scope")

    def rewrite(self, rewriter: Rewriter) -> bool:
        """Let `rewriter` see every text of it; whether one changed. Its attributes are to be read again then."""
        changed = rewrite_scope(self._message, rewriter)
        if changed:
            self._attributes = None
        return changed


def encode_envelope(message: Wire, field: str) -> bytes:
    """The message in `field` of an envelope, and behind it its schema URL and the fields that nobody knows."""
    head = getattr(message, field).SerializeToString() if message.HasField(field) else b""
    tail = unknown(message)
    if message.schema_url or tail:
        return b"\n".join((head, message.schema_url, *tail))
    return head
