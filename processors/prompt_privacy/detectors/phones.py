"""PHONE: international numbers, North American ones, and national ones behind a word that says so."""

import re
from collections.abc import Iterator
from itertools import islice

from .calling_codes import can_be_dialled, country_code
from .digits import CORE_SPACE, SPACE, START, WORD_START, finder, goes_on, number_start, only_digits, word_start
from .family import Family, Finding, context, left_open
from .words import CORE_GAP, WORD_END, another_key, each, gaps, spelled

_NAMES = (
    r"tele phone|téléphone|telef(?:oon|on|ax|ono|one)(?:nummer|szám)?|phones?|mobil(?:e|telefon|nummer|ny)?"
    r"|handy(?: (?:nummer|nr))?|cell(?:phone|ular)?|celular|cellulare|móvil|tél|fax|whats app|wa\.me|viber|sms"
    r"|(?:call|ring|text|reach) (?:me|us|him|her)|ruf nummer|durchwahl|portable|contact (?:number|no)|hot line"
    r"|appel(?:ez|er|le) (?:le|au|moi|nous)|(?:llá|chia)ma(?:me|nos|mi|ci)|me lig(?:a|ue)|ligue para"
    r"|ruf(?:en)? (?:mich|uns|sie)|erreichbar"
    r"|numer telefonu|komórk[ai]|telemóvel|puhelin|телефон|тел\.|моб\.|電話|电话|手机|携帯|전화|휴대폰|τηλέφωνο|κινητό"
)
_WORDS = spelled(f"(?:{_NAMES})")
_SUFFIX = (
    rb"(?i:[ _.-]{0,2}(?:numbers?|num|no|nr|nummer|nbr|home|work|mobile|cell|office|e164|raw|primary|main)|_?[1-9])?"
)
_HEAD = re.compile(_WORDS.encode() + _SUFFIX + WORD_END)
WORD = word_start(_WORDS.encode())
_NUMBER_START = number_start(rb"\+\(?[1-9]|\([2-9][0-9]{2}\)|[2-9][0-9]{2}[.-]|1[-. ]\(?[2-9]")
_CALLED = re.compile(_WORDS.encode())
_BETWEEN = rb"(?: ?[-.] ?| ?\\*/ ?| ?\(|\)[-/.]?(?:%(space)s)?|%(space)s)" % {b"space": SPACE}
_NATIONAL = re.compile(rb"\(?[0-9](?:%s?[0-9]){6,14}" % _BETWEEN)
_INTERNATIONAL = re.compile(rb"\+\(?[1-9](?:%s?[0-9]){6,16}" % _BETWEEN)
_AMERICAN = re.compile(
    rb"(?:1[-. ])?(?:\([2-9][0-9]{2}\)(?:%s)?|[2-9][0-9]{2}(?P<s>[-.]))[2-9][0-9]{2}(?(s)(?P=s)|[-.])[0-9]{4}" % SPACE
)
_EXTENSION = re.compile(rb"(?: ?x| ext\.? ?)[0-9]{1,6}(?![0-9A-Za-z])")
_GROUP_END = re.compile(rb"[0-9](?![0-9])")
_DAY = rb"(?:19|20)[0-9]{2}[-./ ][01][0-9][-./ ][0-3][0-9](?![0-9])"
_NO_PHONE = re.compile(
    rb"%s|[0-3]?[0-9][-./][01]?[0-9][-./](?:19|20)[0-9]{2}(?![-./]?[0-9])"
    rb"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}$|(?:19|20)[0-9]{2} ?- ?(?:19|20)[0-9]{2}$" % _DAY
)
"""Dates, IP addresses, ranges of years."""
_ADDED_DAY = re.compile(rb"\+" + _DAY)
"""A line of a log which a patch adds."""
_FRACTION = re.compile(rb"(?:0|[1-9][0-9]*)\.[0-9]+")
_OTHER_NUMBER = re.compile(
    rb"(?:isbn|order|invoice|ticket|tracking|serial|part|sku|build|version|case|ref|\bid|breakpoint|width|size|screen"
    rb"|viewport|model|port)s?[ _.#-]*(?:id|no|number|num|nr)?[\\\"']*\s*[:=#]?[\s\\\"'(]*$"
)
_COORDINATES = re.compile(rb"\+(?:[0-9]{4}-[0-9]{5}|[0-9]{6}-[0-9]{7})")
"""ISO 6709: degrees and minutes, as the tables of time zones write places."""
_CLOCK = re.compile(rb"1[4-9][0-9]{8}(?:[0-9]{3})?")
_NEXT_LINE = re.compile(rb"[a-z)\]][^\n]*\n.*", re.DOTALL)
"""Behind other words, what stands in the next line is something else."""
_SUM = re.compile(rb"[0-9)\]] *$")
_ADDED_LINE = re.compile(rb"(?:@@ -|\+\+\+ |diff --git).*\n$|(?:^|\n|\\n)-[^\n]*(?:\n|\\n)$", re.DOTALL)
_DIFF_LOOK = 200
_TRIES = 5
"""Groups of a row of digits that may be too many; a telephone number is followed by one or two."""


def _ends(text: bytes, found: re.Match[bytes]) -> Iterator[int]:
    """Where the number may end: behind each group, the last first, where nothing goes on; with its extension."""
    for group in reversed(list(_GROUP_END.finditer(text, found.start(), found.end()))):
        extension = _EXTENSION.match(text, group.end())
        if extension or not goes_on(text, group.end()):
            yield extension.end() if extension else group.end()


def _is_added_line(text: bytes, place: int) -> bool:
    """Whether the plus at `place` is that of a line which a patch adds."""
    return _ADDED_LINE.search(text[max(0, place - _DIFF_LOOK) : place]) is not None


def _is_fraction(number: bytes) -> bool:
    """Whether `number` is `+3.14` rather than `+49.301234567`, as registries of domains write it."""
    before, dot, behind = number[1:].partition(b".")
    return bool(dot) and before.isdigit() and behind.isdigit() and country_code(before) != before


def _international(text: bytes, place: int) -> Finding | None:
    found = _INTERNATIONAL.match(text, place)
    if found is None or not left_open(text, place, b"+") or _is_added_line(text, place):
        return None
    if _ADDED_DAY.match(found[0]) or _COORDINATES.fullmatch(found[0]):
        return None
    for end in islice(_ends(text, found), _TRIES):
        number = text[place : min(end, found.end())]
        if can_be_dialled(only_digits(number)) and not _is_fraction(number):
            return (
                None
                if _SUM.search(text[max(0, place - 8) : place]) and number[1:].isdigit()
                else Finding(place, end, "PHONE", "phone_international")
            )
    return None


def _american(text: bytes, place: int) -> Finding | None:
    found = _AMERICAN.match(text, place)
    if found is None:
        return None
    extension = _EXTENSION.match(text, found.end())
    before = context(text, place)
    if (not extension and goes_on(text, found.end())) or _OTHER_NUMBER.search(before):
        return None
    if found["s"] == b"." and not _CALLED.search(before):
        return None
    return Finding(place, extension.end() if extension else found.end(), "PHONE", "phone_north_america")


def _number(text: bytes, place: int) -> Finding | None:
    return _international(text, place) if text[place : place + 1] == b"+" else _american(text, place)


def _national(text: bytes, place: int) -> Finding | None:
    head = _HEAD.match(text, place)
    if head is None:
        return None
    for at in gaps(text, head.end(), 24):
        if text[at : at + 1] == b"+":
            return _international(text, at)
        found = _NATIONAL.match(text, at)
        if found:
            between = text[head.end() : at]
            end = 0 if another_key(between) else _national_end(text, found, between.lower())
            return Finding(at, end, "PHONE", "phone_national") if end else None
    return None


def _national_end(text: bytes, found: re.Match[bytes], between: bytes) -> int:
    """Where the number ends, 0 where it is no telephone number."""
    if (
        _NO_PHONE.match(found[0])
        or _FRACTION.fullmatch(found[0])
        or _OTHER_NUMBER.search(between)
        or _NEXT_LINE.search(between)
    ):
        return 0
    for end in _ends(text, found):
        digits = only_digits(text[found.start() : end])
        if 7 <= len(digits) <= 13 and len(set(digits)) >= 3:
            is_clock = _CLOCK.fullmatch(text[found.start() : end]) and re.search(rb"[a-z]", between)
            return 0 if is_clock else end
    return 0


national = finder(WORD, _national)
"""Finds a number behind a word that says that it is one of a telephone."""

_DIAL = r"[0-9 ()./\\%\xa0\xc2\xe2\x80\x89\xaf-]"
"""Digits and what stands between them, with the bytes of no-break and thin spaces, and with `%20`."""
_FAR = r"(?:[^A-Za-z]|(?i:n[uor]))" + CORE_GAP + r".{0,8}[0-9(]" + _DIAL + "{4}"
FAMILIES = (
    Family(
        "phones",
        ("PHONE",),
        (),
        (
            r"\+[1-9]" + _DIAL + "{7}",
            r"\+\([1-9]" + _DIAL + "{7}",
            *(START + before + rf"[2-9]\d{{2}}\){CORE_SPACE}?[2-9]\d{{2}}[-.]\d{{4}}" for before in ("", r"1[-. ]\(")),
            START + r"(?:1[-. ])?[2-9]\d{2}[-.][2-9]\d{2}[-.]\d{4}",
        ),
        finder(_NUMBER_START, _number),
    ),
    Family(
        "phones_named",
        ("PHONE",),
        (),
        (),
        national,
        contexts=(
            *(WORD_START + word + _FAR for word in each(_NAMES)),
            *("[a-z]" + word + _FAR for word in ("Phone", "Mobile", "Tel", "Fax", "Cell", "Sms", "SMS")),
        ),
    ),
)
