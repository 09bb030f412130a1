"""NATIONAL_ID, by shape: numbers that their form and their check digits give away.

Each shape has a pattern, in which `~` is what stands between groups, and cores that hit wherever it matches. Names of
the rules are Presidio's where it has one.
"""

import re
from collections.abc import Callable
from string import ascii_uppercase
from typing import NamedTuple

from . import checksums
from .dates import is_day
from .digits import CORE_SPACE, END, FOURS, SPACE, START, finder, goes_on, in_a_row, number_start
from .family import Family, Finding, context, right_open

_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12][0-9]|3[01])"
_NIF_LETTER = "[A-HJ-NP-TV-Z]"
_FISCAL_MONTHS = "ABCDEHLMPRST"
_FISCAL_DIGIT = "[0-9LMNP-V]"
"""A digit, or the letter in its place where two people would have the same code."""


class Shape(NamedTuple):
    """One kind of number."""

    rule: str
    pattern: str
    valid: Callable[[bytes, bytes], bool]
    """`valid(number, before)`: whether it can be one, from the number without separators and the text before it."""
    cores: tuple[str, ...]
    start: str = START
    """What the cores begin with; nothing where capitals are rare enough by themselves."""


def _always(_number: bytes, _before: bytes) -> bool:
    return True


def _checked(check: Callable[[bytes], bool]) -> Callable[[bytes, bytes], bool]:
    return lambda number, _before: check(number)


_ITIN_GROUPS = {*range(50, 66), *range(70, 89), 90, 91, 92, *range(94, 100)}


def _american(number: bytes, _before: bytes) -> bool:
    area, group, serial = number[:3], number[3:5], number[5:]
    if area in (b"000", b"666") or group == b"00" or serial == b"0000":
        return False
    return area < b"900" or int(group) in _ITIN_GROUPS


def _british(number: bytes, _before: bytes) -> bool:
    return number[:2] not in (b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ")


_WORDS = re.compile(
    rb"person|pnr|ssn|swed|svensk|f\xc3\xb6d|born|birth|identi|national|hetu|tunnus|finn|dni|nif|nie|spain|espa"
)


def _is_clock(number: bytes, before: bytes) -> bool:
    """Whether `number`, six digits and four, may be a day and a time of day, as in the name of a backup, rather than a
    person's: of the years since 2010, and no word before it.
    """
    year, month, day, hour, minute = (int(number[at : at + 2]) for at in range(0, 10, 2))
    moment = 10 <= year < 40 and is_day(2000 + year, month, day) and hour < 24 and minute < 60
    return moment and not _WORDS.search(before)


def _swedish(number: bytes, before: bytes) -> bool:
    short = number[-10:]
    day = int(short[4:6])
    possible = is_day(2000, int(short[2:4]), day - 60 if day > 60 else day)
    return possible and checksums.luhn(short) and not _is_clock(short, before)


def _finnish(number: bytes, before: bytes) -> bool:
    short = number[:6] + number[-4:]
    return checksums.finnish(short) and not (number.isdigit() and _is_clock(short, before))


def _spanish(number: bytes, before: bytes) -> bool:
    """A number of bytes may end in the right letter."""
    return checksums.spanish(number) and (number[8:] != b"B" or _WORDS.search(before) is not None)


def _korean(number: bytes, _before: bytes) -> bool:
    return is_day(2000, int(number[2:4]), int(number[4:6]))


def _chinese(number: bytes, _before: bytes) -> bool:
    day = is_day(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return day and checksums.chinese_resident(number)


def _mexican(number: bytes, _before: bytes) -> bool:
    return is_day(2000, int(number[6:8]), int(number[8:10]))


_DEPARTMENT = r"\d[\dAB]"
_FRENCH = (
    r"\d{15}" + END,
    *(rf"[12]{gap}\d\d~?[01]\d~?{_DEPARTMENT}~?\d{{3}}" for gap in " -"),
    *(rf"[12]\d\d{gap}[01]\d~?{_DEPARTMENT}~?\d{{3}}" for gap in " -"),
    rf"[12]\d\d[01]\d~{_DEPARTMENT}~?\d{{3}}",
    rf"[12]\d\d[01]\d{_DEPARTMENT}~\d{{3}}~?\d{{3}}",
    rf"[12]\d\d[01]\d{_DEPARTMENT}\d{{3}}~\d{{3}}",
    rf"[12]\d\d[01]\d{_DEPARTMENT}\d{{6}}~\d\d",
)
"""Without gaps, and by where the first of them is."""
_NORTHERN = r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]"
"""Of the Korean, the Swedish and the Finnish one."""

SHAPES = (
    Shape("US_SSN", r"\d{3}-\d{2}-\d{4}", _american, (r"\d{3}-\d{2}-\d{4}",)),
    Shape(
        "UK_NINO",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
        _british,
        (r"[A-Za-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]",),
    ),
    Shape("IN_AADHAAR", r"[2-9]\d{3}~\d{4}~\d{4}", _checked(checksums.verhoeff), (FOURS,)),
    Shape(
        "IN_PAN",
        r"[A-Z]{3}[PCHFATBLJG][A-Z]\d{4}[A-Z]",
        _always,
        tuple(rf"[A-Z]{{3}}[PCHFATBLJG]{letter}\d{{4}}[A-Z]" for letter in ascii_uppercase),
        start="",
    ),
    Shape(
        "ES_NIF",
        rf"(?:\d{{8}}|[XYZ]-?\d{{7}})-?{_NIF_LETTER}",
        _spanish,
        (rf"\d{{8}}-?{_NIF_LETTER}", r"[XYZ]-?\d{7}"),
    ),
    Shape(
        "IT_FISCAL_CODE",
        rf"[A-Z]{{6}}{_FISCAL_DIGIT}{{2}}[{_FISCAL_MONTHS}]{_FISCAL_DIGIT}{{2}}[A-Z]{_FISCAL_DIGIT}{{3}}[A-Z]",
        _checked(checksums.italian_fiscal),
        tuple(
            rf"[A-Z]{{6}}{_FISCAL_DIGIT}{{2}}{month}{_FISCAL_DIGIT}{{2}}[A-Z]{_FISCAL_DIGIT}{{3}}[A-Z]"
            for month in _FISCAL_MONTHS
        ),
        start="",
    ),
    Shape(
        "BR_CPF",
        r"\d{3}\.\d{3}\.\d{3}-\d{2}",
        _checked(checksums.brazilian_cpf),
        (r"\d{3}\.\d{3}\.\d{3}-\d",),
    ),
    Shape(
        "CN_RESIDENT_ID",
        rf"[1-8]\d{{5}}(?:19|20)\d{{2}}{_MONTH}{_DAY}\d{{3}}[0-9Xx]",
        _chinese,
        (rf"[1-8]\d{{5}}(?:19|20)\d{{2}}{_MONTH}[0-3]\d{{4}}[0-9Xx]{END}",),
    ),
    Shape(
        "FR_NIR",
        rf"[12]~?\d{{2}}~?{_MONTH}~?(?:\d{{2}}|2[AB])~?\d{{3}}~?\d{{3}}~?\d{{2}}",
        _checked(checksums.french_nir),
        _FRENCH,
    ),
    Shape("KR_RRN", rf"\d{{2}}{_MONTH}{_DAY}-[1-8]\d{{6}}", _korean, (_NORTHERN,)),
    Shape(
        "SE_PERSONNUMMER",
        rf"(?:19|20)?\d{{2}}{_MONTH}(?:{_DAY}|[6-9]\d)[-+]\d{{4}}",
        _swedish,
        (_NORTHERN, r"[12]\d{7}[-+]\d{4}"),
    ),
    Shape("FI_HETU", rf"{_DAY}{_MONTH}\d{{2}}[-+A-FU-Y]\d{{3}}[0-9A-FHJ-NPR-Y]", _finnish, (_NORTHERN,)),
    Shape(
        "MX_CURP",
        rf"[A-Z][AEIOUX][A-Z]{{2}}\d{{2}}{_MONTH}{_DAY}[HMX][A-Z]{{2}}[B-DF-HJ-NP-TV-Z]{{3}}[A-Z0-9]\d",
        _mexican,
        (r"[A-Z]{4}\d{6}[HMX][A-Z]{2}",),
    ),
)
_LOOKS = tuple((shape, re.compile(shape.pattern.replace("~", SPACE.decode()).encode())) for shape in SHAPES)
_PLACE = number_start(b"|".join(look.pattern for _, look in _LOOKS), rb".+-")
_SEPARATORS = re.compile(rb"[^0-9A-Za-z]+")
_PART = re.compile(
    rb"(?:part|sku|order|isbn|serial|model|ticket|invoice|tracking)[ _-]?(?:no|number|num|id|nr)?"
    rb"[.\\\"']*\s*[:=#]?[\s\\\"']*$"
)


def _stands_alone(rule: str, text: bytes, start: int, end: int) -> bool:
    """Whether what stands at `[start, end)` is no part of something longer, as its rule sees it."""
    if text[start : start + 1].isalpha():
        return right_open(text, end, b"-")
    if goes_on(text, end):
        return False
    if rule == "US_SSN":
        return text[start - 1 : start] != b"/" and text[end : end + 1] != b"/"
    if rule == "IN_AADHAAR":
        return not in_a_row(text, start, end)
    return True


def _identity(text: bytes, place: int) -> Finding | None:
    for shape, look in _LOOKS:
        found = look.match(text, place)
        if found is None or not _stands_alone(shape.rule, text, place, found.end()):
            continue
        before = context(text, place)
        rule = "US_ITIN" if shape.rule == "US_SSN" and found[0] >= b"9" else shape.rule
        if shape.valid(_SEPARATORS.sub(b"", found[0]), before) and not _PART.search(before):
            return Finding(place, found.end(), "NATIONAL_ID", rule)
    return None


FAMILIES = (
    Family(
        "ids_shaped",
        ("NATIONAL_ID",),
        (),
        tuple(dict.fromkeys(shape.start + core.replace("~", CORE_SPACE) for shape in SHAPES for core in shape.cores)),
        finder(_PLACE, _identity),
    ),
)
