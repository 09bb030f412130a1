"""Lines of an htpasswd file, and whether a password is the one that a line stands for.

Source: Apache HTTP Server 2.4, "Password Formats"; the formats that go-htpasswd takes. `$apr1$` is Poul-Henning Kamp's
MD5 crypt with another mark; its steps are those of FreeBSD's crypt(3).
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable

import bcrypt

_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ORDER = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5))
_MD5_CRYPT = re.compile(r"(\$apr1\$|\$1\$)([^$]{0,8})\$([./0-9A-Za-z]{22})")
_BCRYPT = re.compile(r"\$2[abxy]\$([0-9]{2})\$[./0-9A-Za-z]{53}")
_DEAREST_BCRYPT = 14
_MARKED = re.compile(r"\$[0-9a-zA-Z-]+\$|\{[A-Z0-9-]+\}")
_BCRYPT_BYTES = 72  # bcrypt never saw more of a password

Check = Callable[[bytes], bool]
"""Whether a password is the right one."""


def users_of(text: str, where: str) -> dict[str, str]:
    """Name to stored password for each line of `text`; of two lines of one name the later one counts.

    Raises ValueError, with `where` and the line's number and nothing of its content.
    """
    users = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, colon, stored = line.strip().partition(":")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not (colon and name and stored):
            raise ValueError(f"{where}: line {number} is not name:password")
        try:
            check_of(stored)
        except ValueError as error:
            raise ValueError(f"{where}: line {number}: {error}") from None
        users[name] = stored
    return users


def check_of(stored: str) -> Check:
    """How to check against `stored`. Raises ValueError for a format that is not known."""
    if found := _MD5_CRYPT.fullmatch(stored):
        mark, salt, digest = found[1].encode(), found[2].encode(), found[3]
        return lambda password: hmac.compare_digest(md5_crypt(password, salt, mark), digest)
    if found := _BCRYPT.fullmatch(stored):
        if int(found[1]) > _DEAREST_BCRYPT:
            raise ValueError(f"bcrypt's cost {found[1]} takes seconds a check: make it {_DEAREST_BCRYPT} or less")
        return lambda password: b"\0" not in password and bcrypt.checkpw(password[:_BCRYPT_BYTES], stored.encode())
    if stored.startswith(("{SHA}", "{SSHA}")):
        return _sha1(stored)
    if _MARKED.match(stored):
        raise ValueError("the password's format is not known: take bcrypt (htpasswd -B), $apr1$, {SHA} or {SSHA}")
    return lambda password: hmac.compare_digest(password, stored.encode())


def _sha1(stored: str) -> Check:
    try:
        raw = base64.b64decode(stored.partition("}")[2], validate=True)
    except binascii.Error:
        raw = b""
    digest, salt = raw[:20], raw[20:]
    if len(digest) < 20 or bool(salt) != stored.startswith("{SSHA}"):
        raise ValueError("the password is no digest of SHA-1 in base64")
    return lambda password: hmac.compare_digest(hashlib.sha1(password + salt).digest(), digest)  # noqa: S324


def md5_crypt(password: bytes, salt: bytes, mark: bytes) -> str:
    """The 22 characters behind the salt, with `mark` `$apr1$` or `$1$`."""
    inner = _md5(password + salt + password)
    first = password + mark + salt + (inner * (len(password) // 16 + 1))[: len(password)]
    bits = len(password)
    while bits:
        first += b"\0" if bits & 1 else password[:1]
        bits >>= 1
    final = _md5(first)
    for turn in range(1000):
        odd = turn & 1
        step = (password if odd else final) + (salt if turn % 3 else b"") + (password if turn % 7 else b"")
        final = _md5(step + (final if odd else password))
    return "".join(_four(final[a] << 16 | final[b] << 8 | final[c]) for a, b, c in _ORDER) + _four(final[11])[:2]


def _four(value: int) -> str:
    return "".join(_ALPHABET[value >> shift & 63] for shift in (0, 6, 12, 18))


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
