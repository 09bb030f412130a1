"""Whether four numbers are a version or a section, and no address."""

import re

from .family import context

_BYTES = 40
"""How far before it a word may make it a version."""

_QUOTELESS = rb"[^\"'\n]*$"
_VERSION = re.compile(  # each alternative begins with a letter of its own, which `re` skips to
    rb"(?:version|chrome|build|driver|release|upgrad|downgrad|updat|bump|patch|firmware|revision|section|chapter|clause"
    rb"|v(?<!\wv)(?:er|8)?\b|rfc(?<!\wrfc) ?\d|oid(?<![a-z0-9]oid)(?![a-z])"
    rb"|object(?:_?identifier| *:$)|\^$|\xc2\xa7 ?$"
    rb"|==" + _QUOTELESS + rb"|>=" + _QUOTELESS + rb"|<=" + _QUOTELESS + rb"|~=" + _QUOTELESS + rb")(?!/)"
)
"""`chrome/120.0` has its version already."""
_LISTED = re.compile(rb"(?:(?<![.\d])\d+\.\d+\.\d+[, \t]+|\.\d+[- ,]\d*\.\d+[- ,])$")
"""Three numbers before four: a list of versions; two fractions: a drawing's path, in which a point ends a number."""
_PRODUCT = re.compile(rb"[\w.)-]/$")
_HOST = rb"\bip\b|\bip[v_-]|[_-]ip\b|\baddr|address|client|remote|peer|connect|forwarded|\bhost"
_NAMES_A_HOST = re.compile(_HOST)
_SPEAKS_OF_A_HOST = re.compile(
    _HOST + rb"|server|from|attack|block|\bban|user|login|request|\bssh\b|\bping\b|\bcurl\b|\bdial|traceroute|proxy"
    rb"|gateway|source|\bsrc|\bdst|\bdest"
)
_LINES = re.compile(rb"\n|\\n")
_ALONE = re.compile(rb"[\"'@\[]$|//$")
_BEGINS = re.compile(rb"^[\s\"']*$")
_ENDS = re.compile(rb"[\"',;]*(?:\s*(?:\n|\\n|$)| - )")
_OBJECTS = re.compile(r"1\.3\.6\.1|2\.5\.(?:4|29)\.\d+")
"""Identifiers of ISO's and ITU's tree: the internet's branch, names and extensions of certificates."""
_EXAMPLES = ("1.2.3.4", "5.6.7.8", "4.3.2.1")


def is_version(text: bytes, start: int, end: int) -> bool:
    """Whether `text[start:end]`, four numbers, is a version: `chromedriver 114.0.57.90`, `Chrome/120.0.0.0`.

    A slash may stand before an address in a URL, before one with a port, and where no product's name precedes it.
    """
    before = context(text, start, _BYTES)
    port_or_size = re.match(rb"[:/]\d", text[end : end + 2])
    if before.endswith(b"/") and _PRODUCT.search(before) and not (before.endswith(b"/ip4/") or port_or_size):
        return True
    words = [word.end() for word in _VERSION.finditer(before)]
    if words or (b"." in before and _LISTED.search(before)):
        return not _NAMES_A_HOST.search(before, words[-1] if words else 0)
    address = text[start:end].decode()
    if not _is_small(address) or port_or_size:
        return False
    before = _LINES.split(before)[-1]
    has_its_line = _BEGINS.search(before) and _ENDS.match(text, end)
    is_shown = has_its_line or _SPEAKS_OF_A_HOST.search(before) or _ALONE.search(before)
    return not is_shown or _OBJECTS.fullmatch(address) is not None


def _is_small(address: str) -> bool:
    """Whether it has the numbers of a version or a section (one of 900 addresses has): something has to say more."""
    first, *rest = map(int, address.split("."))
    return first < 32 and (rest[2] == 0 or sum(number < 10 for number in rest) >= 2) and address not in _EXAMPLES
