"""CARD: payment cards.

Ranges and lengths: the issuers' public tables of identification numbers (ISO/IEC 7812). No range begins with 1, as
clocks in seconds, milliseconds and nanoseconds do.
"""

import re

from .checksums import luhn
from .digits import CORE_SPACE, FOURS, SPACE, START, finder, goes_on, in_a_row, number_start, only_digits
from .family import Family, Finding, context

_TO_NINETEEN = range(16, 20)
_ISSUERS: tuple[tuple[int, int, tuple[int, ...] | range], ...] = (
    (4000, 4999, (13, 16, 19)),  # Visa
    (5100, 5599, (16,)),  # Mastercard
    (2221, 2720, (16,)),
    (3400, 3499, (15,)),  # American Express
    (3700, 3799, (15,)),
    (3000, 3059, (14, 16, 19)),  # Diners Club
    (3095, 3095, (14, 16, 19)),
    (3600, 3699, (14, 16, 19)),
    (3800, 3999, (14, 16, 19)),
    (6440, 6599, _TO_NINETEEN),  # Discover, RuPay, Elo
    (6200, 6299, _TO_NINETEEN),  # UnionPay, Discover
    (3528, 3589, _TO_NINETEEN),  # JCB
    (2131, 2131, (15,)),
    (5018, 5018, range(13, 20)),  # Maestro
    (5020, 5020, range(13, 20)),
    (5038, 5038, range(13, 20)),
    (5612, 5612, range(13, 20)),
    (5893, 5893, range(13, 20)),
    (6304, 6304, range(13, 20)),
    (6759, 6763, range(13, 20)),
    (2200, 2204, _TO_NINETEEN),  # Mir
    (5080, 5089, (16,)),  # RuPay
    (6000, 6099, (16,)),
    (6011, 6011, _TO_NINETEEN),  # Discover
    (8100, 8299, (16,)),
    (5019, 5019, (16,)),  # Dankort
    (5060, 5067, (16, 18, 19)),  # Verve, Elo
    (9792, 9792, (16,)),  # Troy
)
_LENGTHS = {prefix: lengths for low, high, lengths in _ISSUERS for prefix in range(low, high + 1)}
"""By the first four digits; of two ranges the later."""
_TESTS = frozenset(
    b"4111111111111111 4242424242424242 4444444444444448 4222222222222 5555555555554444 5454545454545454".split()
)
"""Issuers' and processors' documented test numbers that have two different digits only."""

_BARE = rb"[0-9]{13,19}"
_GROUPED = (
    rb"[0-9]{4}(S)[0-9]{4}\1[0-9]{4}\1[0-9]{4}\1[0-9]{3}",
    rb"[0-9]{4}(S)[0-9]{4}\1[0-9]{4}\1[0-9]{3,4}",
    rb"[0-9]{4}(S)[0-9]{6}\1[0-9]{4,5}",
    rb"[0-9]{4}(S)[0-9]{3}\1[0-9]{3}\1[0-9]{3}",
    rb"[0-9]{6}(S)[0-9]{13}",
)
_SHAPES = tuple(re.compile(shape.replace(b"(S)", b"(%s)" % SPACE)) for shape in (_BARE, *_GROUPED))
_PLACE = number_start(rb"[2-9][0-9]{3}(?:[0-9]{9}|[0-9]{2}%s|%s)" % (SPACE, SPACE))
_CARD_WORD = re.compile(
    rb"card|visa|maestro|master|amex|diners|discover|(?:^|[^a-z])(?:pan|cc)(?:[^a-z]|$)|credit|debit|pay|kart|carte|tarjeta"
    rb"|cart[a\xc3]|\xd0\xba\xd0\xb0\xd1\x80\xd1\x82|\xe5\x8d\xa1|\xe3\x82\xab\xe3\x83\xbc\xe3\x83\x89"
)
"""In English and its neighbours, Russian, Chinese, Japanese."""
_OTHER_ID = re.compile(
    rb"(?:trace|span|request|req|order|build)(?:[ _.-]?(?:id|no|num|number|nr))?s?[\\\"'\]]*\s*[:=#]?[\s\\\"'\[]*$"
)
_ANY_ID = re.compile(
    rb"(?:(?<![a-z])(?:id|uid|gid|pid|ts|seq|lsn|xid)|_id|serial|offset|sequence|timestamp|time"
    rb"|snowflake|nonce|rows|bytes|size|duration|seed|cursor|tracking|hash|batch|inode|epoch|nanos?|micros"
    rb"|(?:session|message|user|event|run|thread|parent|job|task|object|record|item|transaction|tweet|channel|guild)id"
    rb")s?(?:[ _](?:no|num|number))?[\\\"'\]]*\s*[:=#][\s\\\"'\[]*$"
    rb"|(?<![a-z])(?:ean|upc|gtin|imei|isbn|issn)(?:-?1[0-9])?[\\\"':=# ]*$"
)


def _is_another_number(digits: bytes, before: bytes) -> bool:
    """Whether `digits`, written without a gap, are rather an id, an article's number or a random integer of 63 bits."""
    rare = len(digits) == 13 or (len(digits) == 19 and not digits.startswith(b"62"))
    return (rare and not _CARD_WORD.search(before)) or _ANY_ID.search(before) is not None


def _is_card(text: bytes, start: int, end: int) -> bool:
    written, before = text[start:end], context(text, start)
    digits = only_digits(written)
    if goes_on(text, end) or len(digits) not in _LENGTHS.get(int(digits[:4]), ()) or not luhn(digits):
        return False
    if (len(set(digits)) < 3 and digits not in _TESTS) or _OTHER_ID.search(before):
        return False
    return not (_is_another_number(digits, before) if written == digits else in_a_row(text, start, end))


def _card(text: bytes, place: int) -> Finding | None:
    for shape in _SHAPES:
        found = shape.match(text, place)
        if found and _is_card(text, place, found.end()):
            return Finding(place, found.end(), "CARD", "card")
    return None


FAMILIES = (
    Family(
        "cards",
        ("CARD",),
        (),
        tuple(
            START + core.replace("~", CORE_SPACE)
            for core in (
                r"[2-689]\d{12}",
                FOURS,
                r"[2-6]\d{3}~\d{6}~\d{4}",
                r"[2-6]\d{3}~\d{3}~\d{3}~\d{3}",
                r"6\d{5}~\d{12}",
            )
        ),
        finder(_PLACE, _card),
    ),
)
