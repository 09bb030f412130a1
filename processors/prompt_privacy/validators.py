"""What a pattern of the user's own may ask of what it found: a check digit, or that it looks random."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, Literal

Validator = Literal["luhn", "mod97", "verhoeff", "entropy"]

MIN_ENTROPY = 3.0
"""Bits a character."""

_NOT_DIGIT = re.compile(r"[^0-9]+")
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]+")
_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
"""Verhoeff's permutation; the digit at place i from the right is turned i times."""


def luhn(text: str) -> bool:
    """The digits of `text`, two at least, pass ISO/IEC 7812-1, annex B."""
    digits = [int(sign) for sign in reversed(_NOT_DIGIT.sub("", text))]
    doubled = sum(digit * 2 - 9 * (digit > 4) for digit in digits[1::2])
    return len(digits) >= 2 and (sum(digits[::2]) + doubled) % 10 == 0


def mod97(text: str) -> bool:
    """The letters and digits of `text`, letters as 10 to 35, are 1 modulo 97 (ISO 7064 MOD 97-10); what begins as an
    IBAN does, with two letters and two digits, is read with these four at its end (ISO 13616).
    """
    compact = _NOT_ALPHANUMERIC.sub("", text.upper())
    if re.match("[A-Z]{2}[0-9]{2}", compact):
        compact = compact[4:] + compact[:4]
    return len(compact) >= 3 and int("".join(str(int(sign, 36)) for sign in compact[:1000])) % 97 == 1


def verhoeff(text: str) -> bool:
    """The digits of `text`, two at least, pass Verhoeff's check in the dihedral group of ten."""
    digits = [int(sign) for sign in reversed(_NOT_DIGIT.sub("", text))]
    check = 0
    for place, digit in enumerate(digits):
        for _ in range(place % 8):
            digit = _TURN[digit]  # noqa: PLW2901 (turned in place)
        check = _product(check, digit)
    return len(digits) >= 2 and check == 0


def _product(one: int, other: int) -> int:
    """In the dihedral group of ten: 0 to 4 turn a pentagon, 5 to 9 mirror it first."""
    if one < 5:
        return (one + other) % 5 + (5 if other >= 5 else 0)
    return (one - other) % 5 + (0 if other >= 5 else 5)


def entropy(text: str) -> bool:
    """The characters of `text` have MIN_ENTROPY bits each, by Shannon's measure."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts) >= MIN_ENTROPY


VALIDATORS: Final[Mapping[Validator, Callable[[str], bool]]] = {
    "luhn": luhn,
    "mod97": mod97,
    "verhoeff": verhoeff,
    "entropy": entropy,
}
