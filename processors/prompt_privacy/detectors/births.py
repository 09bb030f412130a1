"""DATE_OF_BIRTH: a date behind a word that says so. The date alone is the finding; every other date stays."""

import re

from .dates import date_at
from .digits import WORD_START, finder, word_start
from .family import Family, Finding
from .words import CORE_GAP, another_key, each, gaps, spelled

_NAMES = (
    r"d\.?o\.?b\b|b day|born\b|birth(?: (?:day|date|dt))?s?"
    r"|geboren|geb\b|geburts (?:datum|tag)"
    r"|née? le|né\(e\) le|(?:date de )?naissance"
    r"|fecha (?:de )?nac(?:imiento)?|nacimiento|nacid[oa](?: el)?|nació"
    r"|(?:data di )?nascita|nat[oa] (?:il|a)\b|(?:data de )?nascimento|nascid[oa](?: em| a)?|nasceu"
    r"|geboorte (?:datum|dag)|data urodzenia|urodz(?:ony|ona|enia)|\bur\."
    r"|f(?:ö|ø)dsels? (?:dato?|datum|dag)|född|født|syntymä (?:aika|päivä)|syntynyt"
    r"|datum narození|narozen(?:á|ý)?|dátum narodenia|születési|született"
    r"|data na(?:s|ș|ş)terii|născut|doğum (?:tarihi|günü)"
    r"|дата рождения|день рождения|родил(?:ся|ась)|дата народження|γεννηθείς|γέννησης"
    r"|生年月日|誕生日|出生日期|出生年月日?|生日|出生|생년월일|생일|ngày sinh|tanggal lahir"
)
_WORDS = spelled(f"(?:{_NAMES})")
_NOT_HERE = rb"(?![A-Za-z]|[ _]?(?:place|time|rate|name|stat|control|party|card|gift|wish|event|reminder))"
_HEAD = re.compile(_WORDS.encode() + rb"(?i:" + _NOT_HERE + rb")")
WORD = word_start(_WORDS.encode())
_MOST = 16
"""Characters between the word and the date."""
_OF_A_FILE = re.compile(rb"[ T][0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}")
"""What `stat` prints behind the birth of a file, to the nanosecond."""


def _born(text: bytes, place: int) -> Finding | None:
    head = _HEAD.match(text, place)
    if head is None:
        return None
    for at in gaps(text, head.end(), _MOST):
        end = date_at(text, at)
        if end >= 0:
            kept = another_key(text[head.end() : at]) or _OF_A_FILE.match(text, end)
            return None if kept else Finding(at, end, "DATE_OF_BIRTH", "date_of_birth")
    return None


find = finder(WORD, _born)
"""Finds a date behind a word that says that it is one of birth."""

_DATE_CORE = CORE_GAP + "[0-9]"
FAMILIES = (
    Family(
        "births",
        ("DATE_OF_BIRTH",),
        (),
        (),
        find,
        contexts=(
            *(WORD_START + word + _DATE_CORE for word in each(_NAMES)),
            *("[a-z]" + word + _DATE_CORE for word in ("Birth", "Dob", "DOB")),
        ),
    ),
)
