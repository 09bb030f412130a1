"""Whether the value behind a secret's name is a secret: strict for machines' values, lenient for people's passwords."""

import re

from .emails import is_address
from .headers import is_basic
from .keys import Kind
from .taking import JUDGED
from .values import (
    entropy,
    has_digit,
    has_letter,
    is_code,
    is_mixed,
    is_number,
    is_path,
    is_placeholder,
    is_reference,
    is_uuid,
    is_wordy,
)

MAX_PASSWORD = 256
"""Bytes; what is longer is a text."""

_SPECIAL = re.compile(rb"[!@#$%^&*+=?~|\xc2\xc3]")
_SPECIAL_BARE = re.compile(rb"[!@#$%^*~\xc2\xc3]")
_HEX = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_COUNTED = re.compile(rb"[A-Za-z_-]+[0-9]+|(?:ses|sess|session|conv|thread|msg|run)[_-].*")
_TOKEN = re.compile(rb"[A-Za-z0-9+/=_.~:@!#$%^&*|-]+")
_RULES = re.compile(rb"required\||nullable\||\|(?:required|max:|confirmed)|string\||min:|regex:")
"""Rules that forms state about a field of a name, written as strings."""
_STARTS = frozenset(b" ,;)]}:.>")
_PROSE = frozenset(
    b"a an and are as at be by can cannot characters enter error field for from has have if in incorrect invalid is it"
    b" length long max min missing must need no not of on optional or please required see set should string than that"
    b" the this to token too use used using value via was when with wrong you your password passwords least contain mot"
    b" passwort".split()
)
_DICEWARE = re.compile(rb"[a-z]{3,12}(?:[ -][a-z]{3,12}){3,9}")


def is_secret(value: bytes, kind: Kind, *, quoted: bool) -> bool:
    """Whether `value`, which stands behind a name of `kind`, is a secret. Without quotes it may be code.

    An address that stands where a secret has to stand is one.
    """
    if len(value) < 6 or value[0] in _STARTS or (kind is Kind.PASSWORD and len(value) > MAX_PASSWORD):
        return False
    value = value[:JUDGED]
    if value[0] in b"+=" and (not quoted or value[-1] in b"+=&, ("):  # strings that code puts together
        return False
    if kind is Kind.BASIC:
        return is_basic(value)
    if kind in (Kind.PASSWORD, Kind.SECRET) and is_address(value):
        return not is_placeholder(value)
    if _is_plain(value, quoted=quoted) or is_reference(value) or (not quoted and is_code(value)):
        return False
    good = is_password(value, quoted=quoted) if kind is Kind.PASSWORD else is_random(value, kind)
    return good and not is_placeholder(value)


def _is_plain(value: bytes, *, quoted: bool) -> bool:
    """Whether `value` is letters of one case without digits: cheap to see, and the most common of all."""
    if has_digit(value) or not (value.islower() or value.isupper()):
        return False
    return value.isalpha() or (not quoted and _SPECIAL_BARE.search(value) is None)


def is_password(value: bytes, *, quoted: bool) -> bool:
    """Whether `value` may be what a person chose: a digit or a special sign among letters, or several words."""
    if is_path(value) or _RULES.search(value) is not None:
        return False
    if b" " in value or b"\t" in value:
        return quoted and is_phrase(value)
    if not has_letter(value):
        return quoted and has_digit(value) and (is_plain_digits(value) or not is_number(value))
    if has_digit(value):
        return quoted or not _is_variable(value)
    special = _SPECIAL if quoted else _SPECIAL_BARE
    if special.search(value) is not None:
        return not is_wordy(value.strip(b"!?*&=+|$@"))
    return is_mixed(value) and not is_wordy(value.strip(b"&*")) and entropy(value) >= 3


def is_plain_digits(value: bytes) -> bool:
    """Whether `value` is digits alone, as `"123456"`."""
    return value.isdigit()


_VARIABLE = re.compile(
    rb"(?:[a-z]+_)*(?:pass(?:w(?:or)?d)?|pwd|secret|token|key|arg|param|value|str|var|sha|md|base|hash|utf)_?[0-9]{1,3}"
    rb"|[0-9][0-9.]*(?:px|r?em|[mun]s|[kKMG]i?[Bb]|pt|[kKMG]?Hz)"
)
_TYPE = re.compile(rb"(?:[A-Z][a-z]+[0-9]{0,3})+[A-Z][a-z]+[0-9]?")


def _is_variable(value: bytes) -> bool:
    """Whether bare `value`, digits and all, is named as variables and types are: `password1`, `Base64String`."""
    return (
        _VARIABLE.fullmatch(value) is not None
        or _TYPE.fullmatch(value) is not None
        or _SNAKE.fullmatch(value) is not None
    )


_SNAKE = re.compile(rb"[a-z]+[0-9]?(?:_[a-z]+[0-9]?){1,6}|[A-Z]+[0-9]?(?:_[A-Z]+[0-9]?){1,6}")


def is_phrase(value: bytes) -> bool:
    """Whether `value`, of several words, is a password: no prose, and a digit, a special sign, or four plain words."""
    words = value.split()
    if len(words) > 8 or any(word.lower().strip(b".,:;!?()'\"") in _PROSE for word in words):
        return False
    if any(not has_letter(word) and not has_digit(word) for word in words) or re.search(rb"[\"'{}()<>;=`]", value):
        return False
    return _DICEWARE.fullmatch(value) is not None or has_digit(value) or _SPECIAL.search(value) is not None


def is_random(value: bytes, kind: Kind) -> bool:
    """Whether `value` was made by a machine: 12 bytes or more, a digit (or from 16 bytes letters of both cases),
    entropy of 3 bits a byte or more, no words. Of some kinds more is asked. What costs most is asked last.
    """
    if len(value) < 12 or not has_letter(value) or _TOKEN.fullmatch(value) is None or not _is_of(value, kind):
        return False
    if is_number(value) or is_path(value) or is_wordy(value):
        return False
    if has_digit(value):
        return entropy(value) >= (3.2 if kind is Kind.KEY else 3)
    return len(value) >= 16 and _is_of_two_cases(value) and entropy(value) >= 3.5


def _is_of_two_cases(value: bytes) -> bool:
    """Whether `value`, without a digit, is no name as `kEnumerable` and `PyObject` are either."""
    return is_mixed(value) and not is_wordy(value[1:]) and not is_wordy(value[2:])


def _is_of(value: bytes, kind: Kind) -> bool:
    """Whether `value` may be of that kind, by what it is made of."""
    if kind is Kind.SECRET:
        return True
    if is_uuid(value):
        return False
    if kind is Kind.KEY:
        return len(value) >= 16 and _HEX.fullmatch(value) is None
    if kind is Kind.SESSION:
        return _COUNTED.fullmatch(value) is None
    return b"=" not in value.removesuffix(b"==")
