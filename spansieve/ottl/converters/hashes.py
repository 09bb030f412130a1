"""Converters that hash texts."""

import hashlib
from collections.abc import Callable

from spansieve.actions.patterns import utf8
from spansieve.ottl.access import Get
from spansieve.ottl.signature import define, text
from spansieve.ottl.values import wrapped


def _hashing(digest: Callable[[bytes], str]) -> Callable[[Get], Get]:
    def build(value: Get) -> Get:
        return lambda item: digest(utf8(value(item)))

    return build


define("SHA256", value=text)(_hashing(lambda value: hashlib.sha256(value).hexdigest()))
define("SHA512", value=text)(_hashing(lambda value: hashlib.sha512(value).hexdigest()))
define("SHA1", value=text)(_hashing(lambda value: hashlib.sha1(value, usedforsecurity=False).hexdigest()))
define("MD5", value=text)(_hashing(lambda value: hashlib.md5(value, usedforsecurity=False).hexdigest()))


@define("FNV", value=text)
def _fnv(value: Get) -> Get:
    """FNV-1a of 64 bits, as a whole number with a sign."""

    def get(item: object) -> int:
        found = 0xCBF29CE484222325
        for byte in utf8(value(item)):
            found = ((found ^ byte) * 0x100000001B3) % 2**64
        return wrapped(found)

    return get
