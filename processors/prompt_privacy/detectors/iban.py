"""IBAN: international bank account numbers.

Source: ISO 13616 and SWIFT's IBAN registry, release 101 (countries and lengths). Small letters are taken too: a
country, its exact length and modulo 97 leave one in a hundred thousand of random words.
"""

import re

from .checksums import mod97
from .digits import SPACE, START, finder, number_start
from .family import Family, Finding, right_open

_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.encode().split()
}
_NOT_WRITTEN = bytes(byte for byte in range(256) if not bytes((byte,)).isalnum())
_HEAD = re.compile(rb"([A-Z]{2}|[a-z]{2})[0-9]{2}")
_PLACE = number_start(rb"[A-Za-z]{2}[0-9]{2}[ A-Za-z0-9\xc2\xe2-]")
_REST = {
    (length, small): re.compile(rb"(?:%s?[%s0-9]){%d}" % (SPACE, b"a-z" if small else b"A-Z", length - 4))
    for length in set(_LENGTHS.values())
    for small in (False, True)
}


def _iban(text: bytes, place: int) -> Finding | None:
    head = _HEAD.match(text, place)
    if head is None:
        return None
    country = head[1].upper()
    if country not in _LENGTHS:
        return None
    rest = _REST[_LENGTHS[country], head[1].islower()].match(text, head.end())
    if rest is None or not right_open(text, rest.end()):
        return None
    written = head[0] + rest[0].translate(None, _NOT_WRITTEN)
    return Finding(place, rest.end(), "IBAN", "iban") if mod97(written) else None


FAMILIES = (
    Family(
        "iban",
        ("IBAN",),
        (),
        (  # dashes in all places or in none, or many a UUID would hit; in hexadecimal ids few letters are capitals
            START
            + r"[A-Za-z]{2}\d{2}"
            + r"(?: ?[A-Za-z0-9]{4} ?[A-Z0-9]{4} ?[A-Z0-9]{3}|-[A-Za-z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{3})",
        ),
        finder(_PLACE, _iban),
    ),
)
