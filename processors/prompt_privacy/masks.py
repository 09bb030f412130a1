"""Masks: the shape of a value and the little of it that a reader may see, such as `j***@c***.io`.

A mask is nothing that a detector takes for data, whatever the value was: stars stand where data would go on. It holds
no quotes, backslashes or control characters, so that JSON stays JSON, and its length tells nothing.
"""

import re
from collections.abc import Callable, Mapping

STARS = "***"

_NOT_DIGIT = re.compile(r"[^0-9]+")
_TOP_LEVEL = re.compile(r"[A-Za-z]{2,24}")
_LETTER = re.compile(r"[A-Z]")
_IBAN = re.compile(r"[A-Za-z]{2}[0-9]{2}")
_V4 = re.compile(r"\s*([0-9]{1,3})\.")
_V6 = re.compile(r"\s*([0-9A-Fa-f]{1,4}):")
_MAC = re.compile(r"[0-9A-Fa-f]{2}")
_TWO_DIGIT_COUNTRIES = re.compile("2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
"""Country codes of two digits (ITU-T E.164, annex); 1 and 7 have one digit, all others three."""


def mask(entity: str, value: str | bytes) -> str:
    """What a reader may see of `value`, text or UTF-8. Types without a shape, own ones among them, give `<TYPE>`."""
    text = value if isinstance(value, str) else value.decode("utf-8", "replace")
    shape = _SHAPES.get(entity)
    return shape(text) if shape is not None else f"<{entity}>"


def _first(text: str) -> str:
    """The first character, if it is a letter or digit."""
    return text[:1] if text[:1].isalnum() else ""


def _tail(text: str, size: int, hidden: int) -> str:
    """The last `size` characters, or stars where not at least `hidden` stand before them."""
    return text[-size:] if len(text) >= size + hidden else "*" * size


def _email(text: str) -> str:
    local, _, host = text.rpartition("@")
    domain, dot, top = host.rpartition(".")
    if not dot or not _TOP_LEVEL.fullmatch(top):
        return f"{_first(local)}{STARS}@{STARS}"
    return f"{_first(local)}{STARS}@{_first(domain)}{STARS}.{top}"


def _phone(text: str) -> str:
    digits = _NOT_DIGIT.sub("", text)
    country = f"+{_country(digits)} " if text.lstrip().startswith("+") and len(digits) >= 8 else ""
    return f"{country}*** ***{_tail(digits, 2, 5)}"


def _country(digits: str) -> str:
    if digits[0] in "17":
        return digits[0]
    return digits[:2] if _TWO_DIGIT_COUNTRIES.match(digits) else digits[:3]


def _card(text: str) -> str:
    return f"**** **** **** {_tail(_NOT_DIGIT.sub('', text), 4, 8)}"


def _iban(text: str) -> str:
    compact = "".join(sign for sign in text if sign.isascii() and sign.isalnum()).upper()
    country = compact[:2] if _IBAN.match(compact) else "**"
    tail = _LETTER.sub("*", _tail(compact, 4, 8))  # with letters in it, it would look like the beginning of one
    return f"{country}** **** **** {tail}"


def _national_id(text: str) -> str:
    compact = "".join(sign for sign in text if sign.isascii() and sign.isalnum())
    return f"*****{_tail(compact, 2, 4)}"


def _ip(text: str) -> str:
    v4, v6 = _V4.match(text), _V6.match(text)
    return f"{v4[1]}.*.*.*" if v4 else f"{v6[1]}:***" if v6 else STARS


def _mac(text: str) -> str:
    pairs = _MAC.findall(text)
    return f"**:**:**:**:**:{pairs[-1] if len(pairs) == 6 else '**'}"


def _crypto(text: str) -> str:
    compact = "".join(sign for sign in text if sign.isascii() and sign.isalnum())
    return f"{STARS}{_tail(compact, 4, 16)}"


def _birth(_: str) -> str:
    return "****-**-**"


def _person(text: str) -> str:
    return f"{_first(text)}{STARS}"


_SHAPES: Mapping[str, Callable[[str], str]] = {
    "EMAIL": _email,
    "PHONE": _phone,
    "CARD": _card,
    "IBAN": _iban,
    "NATIONAL_ID": _national_id,
    "IP": _ip,
    "MAC": _mac,
    "CRYPTO": _crypto,
    "DATE_OF_BIRTH": _birth,
    "PERSON": _person,
}
