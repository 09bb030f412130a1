"""What a pattern of the user's own may ask of what it found: a check digit, or that it looks random."""

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal

from .detectors import checksums
from .detectors import entropy as bits

Validator = Literal["luhn", "mod97", "verhoeff", "entropy"]

MIN_ENTROPY = 3.0
"""Bits a byte."""
_MOST = 1000
"""Letters and digits that are reckoned with."""

_NOT_DIGIT = re.compile(r"[^0-9]+")
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]+")


def luhn(text: str) -> bool:
    """The digits of `text`, two at least, pass ISO/IEC 7812-1, annex B."""
    digits = _NOT_DIGIT.sub("", text)
    return len(digits) >= 2 and checksums.luhn(digits.encode())


def mod97(text: str) -> bool:
    """The letters and digits of `text`, letters as 10 to 35, are 1 modulo 97 (ISO 7064 MOD 97-10); what begins as an
    IBAN does, with two letters and two digits, is read with these four at its end (ISO 13616).
    """
    compact = _NOT_ALPHANUMERIC.sub("", text.upper())[:_MOST]
    if not re.match("[A-Z]{2}[0-9]{2}", compact):
        compact = compact[-4:] + compact[:-4]  # as `checksums.mod97` turns it, it is read as it stands
    return len(compact) >= 3 and checksums.mod97(compact.encode())


def verhoeff(text: str) -> bool:
    """The digits of `text`, two at least, pass Verhoeff's check in the dihedral group of ten."""
    digits = _NOT_DIGIT.sub("", text)
    return len(digits) >= 2 and checksums.verhoeff(digits.encode())


def entropy(text: str) -> bool:
    """The bytes of `text` have MIN_ENTROPY bits each, by Shannon's measure."""
    return bits(text.encode("utf-8", "surrogatepass")) >= MIN_ENTROPY


VALIDATORS: Final[Mapping[Validator, Callable[[str], bool]]] = {
    "luhn": luhn,
    "mod97": mod97,
    "verhoeff": verhoeff,
    "entropy": entropy,
}
