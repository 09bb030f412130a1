"""Whether `user:password` is somebody's, or only shows where one would stand."""

import math
import re
from collections import Counter

_NAMES = (
    r"pass(?:word|wd|phrase|code)?|pwd?|secret|token|key|api[_-]?key|user(?:name)?|x-oauth-basic"
    r"|(?:my|db|access|auth|api|your)[_-]?(?:pass(?:word)?|token|key|secret)|your[_-]\w*"
    r"|\[?(?:redacted|masked|hidden|removed|filtered|withheld)\]?"
)
_MADE_UP = re.compile(
    rf"(?i:{_NAMES})|\$(?:[A-Z_][A-Z0-9_]*|[a-z_]+)|%\w*%?|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|x|(.)\1\1+|(?:[*.-]|•|…)+".encode()
)
"""The name of a password, a variable of a shell, a format's directive, a constant, a mask."""
_TEMPLATE = re.compile(rb"[$#{]\{|\{[\w.]*\}|\$\(|%\(\w|<")

_TOKEN = re.compile(rb"[0-9A-Fa-f-]{32,64}|(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9_-]{20,256}|[a-z0-9]{24,256}")
_TOKEN_BITS = 3.0
"""Entropy a byte that a token has at least."""


def is_secret(userinfo: bytes) -> bool:
    """Whether `user:password`, or a token that stands for both, holds something that opens a door."""
    user, _, password = userinfo.partition(b":")
    return bool(password and not _is_made_up(password)) or is_token(user)


def is_token(word: bytes) -> bool:
    """Whether `word` is a token by its look: long, of mixed letters and digits or of hexadecimal digits."""
    return bool(_TOKEN.fullmatch(word)) and bool(re.search(rb"\d", word)) and _entropy(word) >= _TOKEN_BITS


def _is_made_up(password: bytes) -> bool:
    return bool(_MADE_UP.fullmatch(password) or _TEMPLATE.search(password))


def _entropy(word: bytes) -> float:
    """Bits a byte, as its bytes are distributed."""
    return -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())
