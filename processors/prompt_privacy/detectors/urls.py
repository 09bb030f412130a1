"""Credentials in URLs and of curl: `user:password` goes, scheme and host stay. And the secrets of one-time passwords.

Sources: RFC 3986, section 3.2.1 (userinfo), and what people write although it would have to be percent-encoded; the
key URI format of authenticator apps, whose secrets are base32 (RFC 4648, section 6).
"""

import re
from collections.abc import Sequence

from .family import Family, Finding
from .userinfo import is_secret
from .values import is_placeholder

_BREAK = r"\x00-\x20\"'<>\\`"
"""What no URL has in it: the inside of a class."""

# A second @ belongs to the password, unless a list or a query begins before it.
_USERINFO = re.compile(
    rf":\\*/\\*/([^/@{_BREAK}]{{1,384}}(?=@)(?:@[^/@,;|&=?(){_BREAK}]{{1,64}}(?=@)){{0,3}})".encode()
)
_WITH_SLASH = re.compile(rf":\\*/\\*/([^/@:{_BREAK}]{{0,128}}:[^@{_BREAK}]{{1,256}})(?=@[\w.\[-])".encode())
# `p%40ss%2Fw0rd`, decoded: what seems to be a host has no dot, what follows the next @ has.
_WITH_BOTH = re.compile(
    rf":\\*/\\*/([^/@:{_BREAK}]{{0,128}}:[^/@{_BREAK}]{{1,128}}@[\w!$*~-]{{1,64}}/[^@?&={_BREAK}]{{1,128}})"
    r"(?=@[A-Za-z][\w-]*\.[\w.-]*[A-Za-z](?:[:/\s\"']|$))".encode()
)
_NO_PASSWORD = re.compile(rb"[^:@]*:(?:\d{0,5}[,/?#]|[^@]*//)")
"""A port, or the scheme of a next URL, stands where a password would."""
_DIGEST = re.compile(rb"@sha\d+:")

# Nothing that a core repeats without end may hold what the core begins with: each such place would begin a look that
# goes on to the end, at each hit anew.
_FLAGS = "(?:-[uUa]|--user|--proxy-user|--auth)"
_NO_USER = r"(?:[^\w.@%+-]|\\[nrt])"
_BEFORE_FLAG = re.compile(rf"(?:{_NO_USER})?(?=-)".encode())
_FLAG = re.compile(
    rb"(?:-[uUa]|--(?:(?:proxy-)?user|auth)(?![\w-]))(?:\\{0,8}[\"'])?,?[ =]{0,4}(?:\\{0,8}[\"'])?"
    rb"([\w.@%+\x80-\xff-]{1,128}:[^\s\"'\\`,;|)]{1,128})"
)
_OTHER_COMMAND = re.compile(rb"\b(?:docker|podman|nerdctl|kubectl|sudo|chown|rsync)\b|(?<!\\)\n")
_HTTPIE = re.compile(rb"(?<![\w/])https?(?=[ \"'\\])")
_ORACLE = re.compile(
    rb"(?:(?:sqlplus|sqlldr|impdp|expdp)(?: -[A-Za-z]{1,8})* (?:\\{0,8}[\"'])?|oracle:(?:thin|oci):)"
    rb"([\w$.]{1,64}/[^\s/@\"'\\]{1,128})(?=@)"
)
"""`sqlplus scott/tiger@db`, `jdbc:oracle:thin:scott/tiger@...`."""
_COMMAND_BYTES = 512
"""How far before its flag `curl` may stand."""


_KEY_URI = re.compile(
    rb"otpauth:\\*/\\*/[^\"'<>\n]{1,512}?[?&]secret=([A-Z2-7]{16,256})(?![A-Z0-9])=*"
    rb"|otpauth-migration:\\*/\\*/offline\?data=([A-Z0-9+/=_-]{20,4096})",
    re.IGNORECASE,
)


def _one_time(text: bytes, start: int, end: int) -> Sequence[Finding]:
    uri = _KEY_URI.match(text, start)
    if uri is None or not uri.lastindex or is_placeholder(uri[uri.lastindex]):
        return ()
    return (Finding(uri.start(uri.lastindex), uri.end(), "SECRET", "otpauth"),)


def _in_url(text: bytes, start: int) -> Sequence[Finding]:
    if not text[max(0, start - 1) : start].isalnum():
        return ()
    for pattern in (_WITH_BOTH, _USERINFO, _WITH_SLASH):
        match = pattern.match(text, start)
        if match and not _NO_PASSWORD.match(match[1]) and not _DIGEST.match(text, match.end()) and is_secret(match[1]):
            return (Finding(match.start(1), match.end(1), "URL_CREDENTIALS", "url_credentials"),)
    return ()


def _of_curl(text: bytes, start: int) -> Sequence[Finding]:
    flag = _FLAG.match(text, start)
    command = _command_before(text, start, flag[0]) if flag else -1
    if not flag or command < 0 or _OTHER_COMMAND.search(text, command, start):
        return ()
    user, password = flag[1].split(b":", 1)
    if (user.isdigit() and password.isdigit()) or not is_secret(flag[1]):
        return ()  # the ids of a user and a group
    return (Finding(flag.start(1), flag.end(1), "URL_CREDENTIALS", "curl_user"),)


def _command_before(text: bytes, start: int, flag: bytes) -> int:
    """Where the command stands whose `flag` begins at `start`: curl, or HTTPie, whose flag is another; or -1."""
    begins = max(0, start - _COMMAND_BYTES)
    if not flag.startswith((b"-a", b"--auth")):
        return text.rfind(b"curl", begins, start)
    place = text.rfind(b"http", begins, start)
    return place if place >= 0 and _HTTPIE.match(text, place) else -1


def _of_oracle(text: bytes, start: int) -> Sequence[Finding]:
    match = _ORACLE.match(text, start)
    if not match or not is_secret(match[1].replace(b"/", b":", 1)):
        return ()
    return (Finding(match.start(1), match.end(1), "URL_CREDENTIALS", "oracle_connect"),)


def _find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    if text[start : start + 1] == b":":
        return _in_url(text, start)
    flag = _BEFORE_FLAG.match(text, start)
    return _of_curl(text, flag.end()) if flag else _of_oracle(text, start)


FAMILIES = (
    Family(
        name="url_credentials",
        entities=("URL_CREDENTIALS",),
        words=(
            rf":\\*/\\*/[^/@{_BREAK}]+@",
            rf":\\*/\\*/[^/@:{_BREAK}]*:[0-9]*:*[^/@:0-9{_BREAK}](?::*[^/@:{_BREAK}]|/)*:*@",
            r"(?:sqlplus|sqlldr|impdp|expdp) [\w\\\"'-]|oracle:(?:thin|oci):[\w]+/",
            rf"{_NO_USER}{_FLAGS}[\"'\\, =]*[\w.@%+-]+:[^\s/:\"'\\]",
            rf"%20{_FLAGS}(?:%20|%3[Dd]|%2[27])*[\w.@+-]+:[^\s/:\"'\\]",
        ),
        digits=(),
        find=_find,
    ),
    Family("otpauth", ("SECRET",), (r"(?i:otpauth)(?:-migration)?[:%]",), (), _one_time),
)
