"""Spans that are kept apart from their requests, as bytes, and put together to requests again.

A shell is an envelope without what it holds: fields of protobuf may stand in any order, so a shell followed by spans is
the envelope of these spans, unknown fields included.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from google.protobuf.unknown_fields import UnknownFieldSet

from .schema import CLASSES, Wire, read
from .tree import encode_field, field_head

_RESOURCE_SPANS, _SCOPE_SPANS, _SPANS = 1, 2, 2
"""Numbers of the fields that hold them."""


class Shell(NamedTuple):
    """Who sent a span, and what made it: a ResourceSpans and a ScopeSpans on the wire, without what they hold."""

    resource: bytes
    scope: bytes


NO_SHELL = Shell(b"", b"")
"""Nobody said anything."""


def shell_of(message: Wire, held: str, kept: str) -> bytes:
    """`message` without the field `held`; `kept` is the message that says who it is."""
    shell = CLASSES[message.DESCRIPTOR.name]()
    if len(UnknownFieldSet(message)):
        shell.CopyFrom(message)
        shell.ClearField(held)
        return shell.SerializeToString()  # type: ignore[no-any-return]
    if message.HasField(kept):
        getattr(shell, kept).CopyFrom(getattr(message, kept))
    if message.HasField("schema_url"):
        shell.schema_url = message.schema_url
    return shell.SerializeToString()  # type: ignore[no-any-return]


Piece = tuple[Shell, Sequence[bytes]]
"""Encoded spans, with what is around them."""


def together(pieces: Iterable[Piece]) -> bytes:
    """An `ExportTraceServiceRequest` of encoded spans; those of equal shells share their envelopes, in the order in
    which the shells come first.
    """
    resources: dict[bytes, dict[bytes, list[bytes]]] = {}
    for (resource, scope), raws in pieces:
        resources.setdefault(resource, {}).setdefault(scope, []).extend(raws)
    return b"".join(
        encode_field(_RESOURCE_SPANS, b"".join((resource, *(_scope(scope, raws) for scope, raws in scopes.items()))))
        for resource, scopes in resources.items()
    )


def _scope(shell: bytes, raws: list[bytes]) -> bytes:
    spans = b"".join([part for raw in raws for part in (_span_head(len(raw)), raw)])
    return encode_field(_SCOPE_SPANS, shell + spans)


@lru_cache(8192)  # spans have few different sizes
def _span_head(size: int) -> bytes:
    return field_head(_SPANS, size)


def apart(body: bytes) -> Iterator[Piece]:
    """The encoded spans of an `ExportTraceServiceRequest`, scope by scope, with what is around them; makes no views.
    Raises DecodeError.
    """
    for resource in read("TracePieces", body).resource_spans:
        scopes = [(scope.spans[:], _without(scope, "spans")) for scope in resource.scope_spans]
        around = _without(resource, "scope_spans")
        for raws, scope in scopes:
            yield Shell(around, scope), raws


def _without(message: Wire, held: str) -> bytes:
    message.ClearField(held)
    return message.SerializeToString()  # type: ignore[no-any-return]
