"""Dates as people and programs write them."""

import re
import unicodedata
from datetime import date

_NUMERIC = (
    rb"(?P<y1>(?:19|20)[0-9]{2})(?P<s1>[-. ]|, ?|\\*/)(?P<m1>[0-9]{1,2})(?P=s1)(?P<d1>[0-9]{1,2})"
    rb"|(?P<a>[0-9]{1,2})(?P<s2>[-]|\\*/|\. ?| )(?P<b>[0-9]{1,2})(?P=s2)(?P<y2>(?:19|20)[0-9]{2}|[0-9]{2})"
    rb"|(?P<y3>(?:19|20)[0-9]{2})(?P<m3>[0-9]{2})(?P<d3>[0-9]{2})"
    rb"|(?P<c>[0-9]{2})(?P<d>[0-9]{2})(?P<y4>(?:19|20)[0-9]{2})"
    # year, month, day in Chinese and Japanese, and in Korean; a year of an era has two digits
    rb"|(?P<y5>(?:19|20)?[0-9]{1,2}) ?(?:\xe5\xb9\xb4|\xeb\x85\x84) ?(?P<m5>[0-9]{1,2}) ?(?:\xe6\x9c\x88|\xec\x9b\x94)"
    rb" ?(?P<d5>[0-9]{1,2}) ?(?:\xe6\x97\xa5|\xec\x9d\xbc)"
)
_NAME = rb"[A-Za-z\x80-\xff]{3,24}"
_ORDINAL = rb"(?:st|nd|rd|th|er|re|e|\xc2\xba|\xc2\xb0|\xc2\xaa|\.)?"
_OF = rb"(?: ?[ .,-] ?)?(?:of |de |del |d')?"
_YEAR = rb"(?:(?:19|20)[0-9]{2}|'?[0-9]{2})"
_NAMED = (
    rb"(?P<d6>[0-9]{1,2})%(ordinal)s%(of)s(?P<n6>%(name)s)%(of)s%(year)s"
    rb"|(?P<n7>%(name)s)\.?[ -](?P<d7>[0-9]{1,2})%(ordinal)s,?[ -]?%(year)s"
    rb"|(?:19|20)[0-9]{2}\.?[ -](?P<n8>%(name)s)[ -](?P<d8>[0-9]{1,2})"
) % {b"ordinal": _ORDINAL, b"of": _OF, b"name": _NAME, b"year": _YEAR}
_DATE = re.compile(rb"(?:" + _NAMED + rb"|" + _NUMERIC + rb")(?![0-9])")
_MONTHS = tuple(
    month
    for months in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "mai okt dez jui szep",
        "ene abr ago set dic gen mag giu lug ott fev avr aou out",
        "mei maj maart des tammi helmi maalis huhti touko kesa heina elo syys loka marras joulu",
        "styc lut kwi cze lip sie wrz paz lis gru led uno bre dub kve cerv srp zar rij pro",
        "ocak sub nis haz tem agu eyl eki kas ara ian iun iul noi",
        "янв фев мар апр мая май июн июл авг сен окт ноя дек",
    )
    for month in months.split()
)
"""The first letters of months in two dozen languages, without accents."""


def is_day(year: int, month: int, day: int) -> bool:
    """Whether there is such a day."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def date_at(text: bytes, place: int) -> int:
    """Where the date that begins at `place` ends, or -1 where none does; a year of two digits will do."""
    found = _DATE.match(text, place)
    return found.end() if found and _is_date(found) else -1


def _is_date(found: re.Match[bytes]) -> bool:
    parts = {name: part for name, part in found.groupdict().items() if part is not None}
    for name, day in (("n6", "d6"), ("n7", "d7"), ("n8", "d8")):
        if name in parts:
            return _is_month(parts[name]) and 1 <= int(parts[day]) <= 31
    numbers = [int(parts[name]) for name in parts if name[0] != "s"]
    if "y2" in parts or "y4" in parts:
        first, second, year = numbers
        return _in_some_order(first, second, year)
    return is_day(*numbers)


def _in_some_order(first: int, second: int, year: int) -> bool:
    full = year if year >= 100 else 2000 + year
    return is_day(full, first, second) or is_day(full, second, first)


def _is_month(name: bytes) -> bool:
    plain = unicodedata.normalize("NFKD", name.decode("utf-8", "replace").casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return letters.startswith(_MONTHS)
