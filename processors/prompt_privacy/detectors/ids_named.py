"""NATIONAL_ID, by name: numbers that are nothing without the word before them.

Where the name stands right before its number the check digits are not asked for: a mistyped id is personal too. Where
other words lie between, or the name means other things as well, they are.
"""

import re
from typing import NamedTuple

from .digits import WORD_START, finder, goes_on, only_digits, word_start
from .family import Family, Finding
from .id_names import NAMES, Name
from .words import CORE_GAP, WORD_END, another_key, each, gaps, only_filler, spelled

_QUALIFIER = spelled(
    r"(?: (?:numbers?|num|no|nr|nbr|nummer|número|numer|numaras.{1,2}|id|code|card|№|n°|nº|#|号码?|番号))?"
)


class _Look(NamedTuple):
    name: Name
    head: re.Pattern[bytes]
    number: re.Pattern[bytes]


_LOOKS = tuple(
    _Look(name, re.compile((spelled(f"(?:{name.names})") + _QUALIFIER).encode() + WORD_END), re.compile(name.number))
    for name in NAMES
)
_ALL_NAMES = "|".join(name.names for name in NAMES)
WORD = word_start(spelled(f"(?:{_ALL_NAMES})").encode())
_BETWEEN = 12
_GROUPS = re.compile(rb"[0-9]+")
_GROUP_END = re.compile(rb"[0-9](?![0-9])")
_DATE = re.compile(
    rb"(?:19|20)[0-9]{2}[-./][01]?[0-9][-./][0-3]?[0-9]|[0-3]?[0-9][-./][0-3]?[0-9][-./](?:19|20)?[0-9]{2}"
)


def _fitting(name: Name, text: bytes, found: re.Match[bytes], checked: bool) -> int:
    """Where the number ends: behind the groups that together have its length, one more or less where it may be
    mistyped; -1 where none do.
    """
    if not name.lengths:
        return found.end() if not goes_on(text, found.end()) else -1
    ends = [found.end(), *(found.start() + group.end() for group in _GROUP_END.finditer(found[0]))]
    ends = [end for end in reversed(ends) if not goes_on(text, end)]
    counts = {end: only_digits(text[found.start() : end]) for end in ends}
    if checked and min(map(len, _GROUPS.findall(found[0]))) < 2:  # a row of small numbers
        return -1
    if checked:
        return next((end for end, digits in counts.items() if len(digits) in name.lengths and name.check(digits)), -1)
    exact = (end for end, digits in counts.items() if len(digits) in name.lengths)
    near = (end for end, digits in counts.items() if {len(digits) - 1, len(digits) + 1} & set(name.lengths))
    return next(exact, next(near, -1))


def _identity(look: _Look, text: bytes, start: int) -> Finding | None:
    for at in gaps(text, start, _BETWEEN):
        found = look.number.match(text, at)
        if found is None:
            continue
        between = text[start:at]
        if another_key(between) or _DATE.fullmatch(found[0]) or len(set(only_digits(found[0]))) < 2:
            return None
        end = _fitting(look.name, text, found, look.name.strict or not only_filler(between))
        return Finding(at, end, "NATIONAL_ID", look.name.rule) if end >= 0 else None
    return None


def _named(text: bytes, place: int) -> Finding | None:
    for look in _LOOKS:
        head = look.head.match(text, place)
        found = _identity(look, text, head.end()) if head else None
        if found:
            return found
    return None


find = finder(WORD, _named)
"""Finds a number behind its name."""

_CAMEL = (
    *("SSN", "Ssn", "SocialSec", "NHS", "Nhs", "Nino", "NINO", "NationalI", "BSN", "Bsn", "CPF", "Cpf", "TaxFile"),
    *("TFN", "Tfn", "PESEL", "Pesel", "Passport", "Driver", "Routing", "Aadhaar", "Personnummer", "Medicare"),
    *("SIN", "Sin"),
)
_GLUED = "身份证|身份證|マイナンバー|個人番号|주민등록번호|주민번호|護照|护照|旅券|パスポート|여권"
"""Names in scripts that have no blanks: the number may follow at once."""
_NUMBER_CORE = r"(?:[^0-9A-Za-z]|(?i:n[uor]|code|card|id))" + CORE_GAP + "[0-9]{2}"
FAMILIES = (
    Family(
        "ids_named",
        ("NATIONAL_ID",),
        (),
        (),
        find,
        contexts=(
            *(WORD_START + name + _NUMBER_CORE for name in each(_ALL_NAMES)),
            *("[a-z]" + name + _NUMBER_CORE for name in _CAMEL),
            *(name + CORE_GAP + "[0-9]{2}" for name in each(_GLUED)),
        ),
    ),
)
