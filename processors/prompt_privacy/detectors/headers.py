"""Credentials in headers: the schemes of `Authorization`, and cookies.

Source: RFC 9110, section 11.4; RFC 7617 (basic); RFC 6265, section 4 (cookies).
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence

from . import tokens
from .borders import begins
from .family import MAX_CANDIDATE, Family, Finding
from .taking import JUDGED
from .values import entropy, has_digit, has_letter, is_mixed, is_placeholder, is_wordy

_SCHEME = r"(?i:bearer|basic|digest|negotiate)[ +]{1,2}[A-Za-z0-9+/._~=-]{12}"
_SCHEME_AND_VALUE = re.compile(rb"(?i:(bearer|basic|digest|negotiate))[ +]{1,3}([A-Za-z0-9+/._~=-]{12,})")

_FIRST = b"bdnBDNcC "
"""What schemes, cookies and the flag begin with."""

_COOKIE = r"(?i:cookies?)[^A-Za-z].{0,6}[\w.%-]{1,13}[\w.%-]{0,13}="
_FLAG = r" -b ?[\\\"']{0,13}[\w.-]{0,13}(?i:sess|sid|token|auth|jwt|csrf|remember)[\w.-]{0,13}="
_COOKIE_OPENS = re.compile(
    rb"(?:(?i:cookies?)(?:\\{0,15}[\"'\]]){0,2}[ ]{0,3}[:= ][ ]{0,3}\[?| -b[ ]?)(?:\\{0,15}[\"'`]){0,2}"
)
"""A header, a dictionary, or curl's short flag."""
_PAIR = re.compile(rb"[ ]?([^\s=;,\"'\\<>]{1,80})=(?:\\{0,15}\")?([^\s;,\"'\\]{0,%d})" % JUDGED)
_ENDS = re.compile(rb"(?:\\{0,15}\")?")
_SEPARATORS = tuple(bytes((byte,)) for byte in b" ;,\t\n\r\v\f\"'\\")
_ATTRIBUTE = re.compile(
    rb"[ ]?(?:secure|httponly|partitioned|(?:expires|path|domain|max-age|samesite)=[^;\"'\\\n]{0,64})", re.I
)
_TELLING = re.compile(rb"sess|sid|token|auth|jwt|csrf|xsrf|remember", re.I)


def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    """The credentials behind a scheme, or the values of a cookie header's telling pairs."""
    if text[start : start + 1] not in _FIRST:
        return ()
    scheme = _SCHEME_AND_VALUE.match(text, start, start + MAX_CANDIDATE)
    if scheme is not None:
        return _credentials(text, scheme)
    opening = _COOKIE_OPENS.match(text, start)
    return tuple(_cookies(text, opening.end())) if opening else ()


def _credentials(text: bytes, scheme: re.Match[bytes]) -> Sequence[Finding]:
    if not begins(text, scheme.start()):
        return ()
    token = tokens.at(text, scheme.start(2))
    if token is not None:
        return (token,)
    value = scheme[2].rstrip(b".")
    good = is_basic(value) if scheme[1].lower() == b"basic" else is_credential(value)
    return (Finding(scheme.start(2), scheme.start(2) + len(value), "SECRET", "authorization_scheme"),) if good else ()


def is_basic(value: bytes) -> bool:
    """Whether `value` is base64 of `user:password`."""
    value = value[:JUDGED]
    try:
        plain = b64decode(value + b"=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return False
    return b":" in plain and _CONTROL.search(plain) is None


_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


def is_credential(value: bytes) -> bool:
    """Whether `value` may be what follows `Bearer`: a digit, and entropy of 3 bits a byte or more."""
    value = value[:JUDGED]
    return (
        len(value) >= 12
        and (has_digit(value) or (len(value) >= 20 and is_mixed(value)))
        and not is_wordy(value)
        and not is_placeholder(value)
        and entropy(value) >= 3
    )


def _cookies(text: bytes, place: int) -> Iterator[Finding]:
    limit = min(len(text), place + MAX_CANDIDATE)
    while place < limit:
        attribute = _ATTRIBUTE.match(text, place, limit)
        pair = attribute or _PAIR.match(text, place, limit)
        if pair is None:
            return
        place = pair.end()
        if attribute is None:
            place = _value_end(text, place, limit) if len(pair[2]) == JUDGED else place
            if _TELLING.search(pair[1]) and is_cookie(pair[2]):
                yield Finding(pair.start(2), place, "SECRET", "cookie")
            quote = _ENDS.match(text, place, limit)
            place = quote.end() if quote else place
        if place >= limit or text[place] not in b";,":
            return
        place += 1


def _value_end(text: bytes, place: int, limit: int) -> int:
    """Where a value ends that goes on at `place`."""
    for separator in _SEPARATORS:  # each look is quick, and ends where the one before found something
        found = text.find(separator, place, limit)
        limit = found if found >= 0 else limit
    return limit


def is_cookie(value: bytes) -> bool:
    """Whether `value` may be a session's: 8 bytes or more, mixed, no placeholder and no number."""
    return (
        len(value) >= 8
        and has_letter(value)
        and is_mixed(value)
        and (has_digit(value) or entropy(value) >= 3)
        and not is_placeholder(value)
        and not (is_wordy(value) and not has_digit(value))
    )


FAMILIES = (Family("header", ("SECRET",), (_SCHEME, _COOKIE, _FLAG), (), find),)
