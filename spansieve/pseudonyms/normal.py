"""One spelling of a value, so that its spellings get one pseudonym. Disguises were taken off before."""

import ipaddress
import re
from collections.abc import Callable, Mapping

_NOT_HEX = re.compile(r"[^0-9a-f]+")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_NOT_DIGIT = re.compile(r"[^0-9]+")


def text_of(value: str | bytes) -> str:
    """`value` as text; bytes that are no UTF-8 stay apart from each other."""
    return value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")


def normal(entity: str, value: str | bytes) -> str:
    """The one spelling of `value`, by its type: e-mail in small letters, telephone and card numbers as digits, IBAN and
    national ids as capital letters and digits, addresses as they are written by RFC 5952, MAC as small hex digits; all
    else as it is. So is what has nothing left then.
    """
    text = text_of(value)
    spell = _SPELLINGS.get(entity)
    return (spell(text) or text) if spell is not None else text


def _digits(text: str) -> str:
    return _NOT_DIGIT.sub("", text)


def _capitals(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", text).upper()


def _hex(text: str) -> str:
    return _NOT_HEX.sub("", text.lower())


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return text


_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "EMAIL": str.lower,
    "PHONE": _digits,
    "CARD": _digits,
    "IBAN": _capitals,
    "NATIONAL_ID": _capitals,
    "IP": _address,
    "MAC": _hex,
}
