"""What is personal or secret in a text: where it stands, and what it is."""

from . import checksums
from .assignments import FAMILIES as ASSIGNMENTS
from .births import FAMILIES as BIRTHS
from .candidates import Find, Union
from .cards import FAMILIES as CARDS
from .commands import FAMILIES as COMMANDS
from .crypto import FAMILIES as CRYPTO
from .disguise import WORDS, Offsets, plain
from .emails import FAMILIES as EMAILS
from .encoded import FAMILIES as ENCODED
from .engine import MARKS, Engine, Found, options, union
from .family import Family, Finding, context, left_open, right_open
from .headers import FAMILIES as HEADERS
from .iban import FAMILIES as IBAN
from .ids_named import FAMILIES as IDS_NAMED
from .ids_shaped import FAMILIES as IDS_SHAPED
from .neighbours import FAMILIES as NEIGHBOURS
from .network import FAMILIES as NETWORK
from .pairs import FAMILIES as PAIRS
from .phones import FAMILIES as PHONES
from .private_key import FAMILIES as PRIVATE_KEY
from .prose import FAMILIES as PROSE
from .tokens import FAMILIES as TOKENS
from .urls import FAMILIES as URLS
from .values import entropy
from .wire import FAMILIES as WIRE

__all__ = [
    "FAMILIES",
    "MARKS",
    "Engine",
    "Family",
    "Find",
    "Finding",
    "Found",
    "Offsets",
    "Union",
    "checksums",
    "context",
    "entropy",
    "left_open",
    "options",
    "plain",
    "right_open",
    "union",
]

FAMILIES: tuple[Family, ...] = (
    *EMAILS,
    *PHONES,
    *CARDS,
    *IBAN,
    *IDS_SHAPED,
    *IDS_NAMED,
    *NETWORK,
    *CRYPTO,
    *BIRTHS,
    *URLS,
    *PRIVATE_KEY,
    *TOKENS,
    *HEADERS,
    *ASSIGNMENTS,
    *COMMANDS,
    *PROSE,
    *PAIRS,
    *NEIGHBOURS,
    *ENCODED,
    Family("disguised", (), WORDS, (), lambda _text, _start, _end: ()),
    *WIRE,
)
"""All that comes with the program, in the order of the table: at equal places the earlier wins."""
