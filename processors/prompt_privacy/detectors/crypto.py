"""Addresses of wallets, where a word near them says that money is meant.

Sources: Bitcoin's base58check (versions 0 and 5); BIP 173 and BIP 350 (bech32, bech32m); Ethereum's twenty bytes,
written in hexadecimal digits.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import reduce

from .family import Family, Finding, context, is_escape, left_open, right_open

_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_OF_BASE58 = bytes.maketrans(_BASE58, bytes(range(58)))
_OF_BECH32 = bytes.maketrans(_BECH32, bytes(range(32)))
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_REMAINDERS = [0] * 32
for _bit, _part in enumerate(_GENERATOR):
    _REMAINDERS = [one ^ _part if top >> _bit & 1 else one for top, one in enumerate(_REMAINDERS)]
"""What each value of the five bits that are shifted out adds to the checksum."""
_BECH32_SUMS = (1, 0x2BC830A3)
"""What the checksum leaves: of bech32, and of bech32m."""

_WORDS = "btc|bitcoin|wallet|donat|address|send|pay|ethereum|crypto|usdt|usdc"
_NEAR = re.compile(rf"{_WORDS}|\beth\b|\bsent\b|transfer|deposit".encode())
_NEAR_BYTES = 128
"""How far behind its word an address may begin: a list of some may follow."""
_RUN = re.compile(rb"[0-9A-Za-z]{26,64}")
_BEGINS = re.compile(
    (
        rf"(?P<word>(?=[bwdaspecuBWDASPECU])(?i:{_WORDS}))|0[xX][0-9A-Fa-f]{{40}}"
        r"|(?P<segwit>bc1[qp][02-9ac-hj-np-z]{10,70}|BC1[QP][02-9AC-HJ-NP-Z]{10,70})"
    ).encode()
)
"""A word that says that money is meant, twenty bytes of Ethereum, or bech32."""


def is_base58check(address: bytes) -> bool:
    """Whether `address` is one of Bitcoin's of the first kinds: 21 bytes and the four of their checksum."""
    number = 0
    for digit in address.translate(_OF_BASE58):
        number = number * 58 + digit
    if number >= 1 << 200:
        return False
    raw = number.to_bytes(25, "big")
    check = hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4]
    return raw[0] in (0, 5) and raw[-4:] == check


def is_bech32(address: bytes) -> bool:
    """Whether the checksum of `address`, in small letters and with the prefix `bc`, is right."""
    total = _PREFIX_SUM
    for value in address[3:].translate(_OF_BECH32):
        total = _with(total, value)
    return total in _BECH32_SUMS


def _with(total: int, value: int) -> int:
    return (total & 0x1FFFFFF) << 5 ^ value ^ _REMAINDERS[total >> 25]


_PREFIX_SUM = reduce(_with, (*(letter >> 5 for letter in b"bc"), 0, *(letter & 31 for letter in b"bc")), 1)
"""The checksum as far as the prefix goes."""


def _find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    match = _BEGINS.match(text, start)
    if match is None:
        return ()
    if match["word"]:
        return tuple(_base58(text, start))
    whole = left_open(text, start) and right_open(text, match.end())
    if not whole or not (is_bech32(match[0].lower()) if match["segwit"] else _is_paid_to(text, match)):
        return ()
    return (Finding(start, match.end(), "CRYPTO", "bech32" if match["segwit"] else "ethereum"),)


def _base58(text: bytes, start: int) -> Iterator[Finding]:
    for run in _RUN.finditer(text, start, start + _NEAR_BYTES + 64):
        begin = run.start() + is_escape(text, run.start())
        word = text[begin : run.end()]
        if (
            re.fullmatch(rb"[13][1-9A-HJ-NP-Za-km-z]{25,34}", word)
            and right_open(text, run.end())
            and is_base58check(word)
        ):
            yield Finding(begin, run.end(), "CRYPTO", "base58check")


def _is_paid_to(text: bytes, match: re.Match[bytes]) -> bool:
    """Nothing in forty digits says what they are (the checksum of mixed case is optional): the words around do."""
    around = context(text, match.start()) + b" " + text[match.end() : match.end() + 24].lower()
    return _NEAR.search(around) is not None


FAMILIES = (
    Family(
        name="crypto",
        entities=("CRYPTO",),
        words=(
            rf"(?i:{_WORDS})(?:.{{0,12}}[^0-9A-Za-z]|.{{0,12}}\\[nrtbf])[13][1-9A-HJ-NP-Za-km-z]{{8}}",
            r"bc1[qp][02-9ac-hj-np-z]{8}",
            r"BC1[QP][02-9AC-HJ-NP-Z]{8}",
            r"0[xX][0-9A-Fa-f]{13}[0-9A-Fa-f]{13}",
        ),
        digits=(),
        find=_find,
    ),
)
