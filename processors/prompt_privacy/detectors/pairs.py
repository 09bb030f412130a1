r"""Name and value as two fields: `{"name": "DB_PASSWORD", "value": "X"}`, either first, in JSON, YAML, XML, and in the
arguments of command-line tools.
"""

import re
from collections.abc import Sequence

from .assignments import name_at, value_at
from .family import Family, Finding
from .keys import BRIEF, CHOSEN, KEY, LEADS, MADE, SUFFIX, Kind, kind_of
from .taking import take

_WORD = rf"(?:(?i:{CHOSEN}|{MADE})|{BRIEF}|{KEY}){SUFFIX}"
_LED = rf"(?:{LEADS}(?i:{CHOSEN}|{MADE})|{BRIEF}|{KEY}){SUFFIX}"
_QUOTE = r"[\\\"']{0,13}"
_TO_VALUE = rf"(?i:value){_QUOTE}[ \t]{{0,3}}[:=][ \t]{{0,3}}"
_NAME_FIRST = rf"{_WORD}{_QUOTE}[,:{{\s\\nrt]+{_QUOTE}(?:[A-Za-z]{{1,9}})??{_TO_VALUE}"
_VALUE_FIRST = rf"{_WORD}[\\\"']{{1,13}}[\s\\nrt]*[}}/]"

_NAMED = re.compile(
    (
        rf"({_LED})(?:{_QUOTE}+[,:{{\s\\nrt]{{1,80}}+{_QUOTE}+(?:[A-Za-z]{{1,9}})??{_TO_VALUE}"
        r"|(?P<last>[\\\"']{1,13}+[\s\\nrt]{0,80}+[}/]))"
    ).encode()
)
"""The name, and what leads from it to the value; or, where it comes last, what ends both."""
_VALUE = re.compile(_TO_VALUE.encode())
_TO_NAME = re.compile(
    (
        rf"{_QUOTE}+,?(?:\s++|\\++[nrt]?)*+{_QUOTE}+[A-Za-z]{{0,13}}(?i:name|key|id)"
        rf"{_QUOTE} {{0,3}}[:=] {{0,3}}{_QUOTE}"
    ).encode()
)
_REACH = 400
"""Bytes before a name in which its value may stand."""


def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    """The value in the field beside the one whose value has its telling word at `start`."""
    named = _NAMED.match(text, start)
    if named is None:
        return ()
    name, begins = name_at(text, named.start(1), named.end(1))
    kind = kind_of(name)
    if kind is None:
        return ()
    return _before(text, begins, kind) if named["last"] else value_at(text, named.end(), kind, "name_and_value")


def _before(text: bytes, begins: int, kind: Kind) -> Sequence[Finding]:
    place = text.rfind(b"alue", max(0, begins - _REACH), begins) - 1
    field = _VALUE.match(text, place) if place >= 0 else None
    value = take(text, field.end()) if field else None
    if field is None or value is None or _TO_NAME.fullmatch(text, value.end, begins) is None:
        return ()
    return value_at(text, field.end(), kind, "name_and_value")


FAMILIES = (Family("name_and_value", ("SECRET",), (_NAME_FIRST, _VALUE_FIRST), (), find),)
