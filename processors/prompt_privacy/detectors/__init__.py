"""What is personal or secret in a text: where it stands, and what it is."""

from . import (
    assignments,
    births,
    cards,
    commands,
    crypto,
    disguise,
    emails,
    encoded,
    headers,
    iban,
    ids_named,
    ids_shaped,
    network,
    pairs,
    phones,
    private_key,
    prose,
    tokens,
    urls,
    wire,
)
from .disguise import Offsets, plain
from .engine import Engine, Find, Found, Union, options, union
from .family import Family, Finding, context, left_open, right_open

__all__ = [
    "FAMILIES",
    "Engine",
    "Family",
    "Find",
    "Finding",
    "Found",
    "Offsets",
    "Union",
    "context",
    "left_open",
    "options",
    "plain",
    "right_open",
    "union",
]

_DISGUISED = Family("disguised", (), disguise.WORDS, (), lambda _text, _start, _end: ())

FAMILIES: tuple[Family, ...] = (
    *emails.FAMILIES,
    *phones.FAMILIES,
    *cards.FAMILIES,
    *iban.FAMILIES,
    *ids_shaped.FAMILIES,
    *ids_named.FAMILIES,
    *network.FAMILIES,
    *crypto.FAMILIES,
    *births.FAMILIES,
    *urls.FAMILIES,
    *private_key.FAMILIES,
    *tokens.FAMILIES,
    *headers.FAMILIES,
    *assignments.FAMILIES,
    *commands.FAMILIES,
    *prose.FAMILIES,
    *pairs.FAMILIES,
    *encoded.FAMILIES,
    _DISGUISED,
    *wire.FAMILIES,
)
"""All that comes with the program, in the order of the table: at equal places the earlier wins."""
