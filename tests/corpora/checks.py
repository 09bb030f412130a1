"""Check digits, each as the issuer defines it, and the two encodings of Bitcoin addresses."""

import hashlib
from collections.abc import Iterable, Sequence

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
DIHEDRAL = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
PERMUTATION = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip
INVERSE = "0432156789"
"""The three tables of Verhoeff's scheme: product in the dihedral group, permutation by place, inverse."""


def luhn(body: str) -> str:
    """The digit that makes `body` valid by ISO/IEC 7812-1, annex B."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def verhoeff(body: str) -> str:
    """The digit that makes `body` valid by Verhoeff's scheme."""
    state = 0
    for place, digit in enumerate(reversed(body), start=1):
        state = int(DIHEDRAL[state][int(PERMUTATION[place % 8][int(digit)])])
    return INVERSE[state]


def weighted(body: str, weights: Sequence[int]) -> int:
    """The sum of each digit times its weight."""
    return sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))


def mod_97(text: str) -> int:
    """The remainder of ISO/IEC 7064 MOD 97-10, letters written as 10 to 35."""
    return int("".join(str(int(character, 36)) for character in text)) % 97


def mod_11_2(body: str) -> str:
    """The check character of ISO/IEC 7064 MOD 11-2."""
    total = 0
    for digit in body:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11]


def mod_11_10(body: str) -> str:
    """The check digit of ISO/IEC 7064 MOD 11,10."""
    product = 10
    for digit in body:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def base58check(payload: bytes) -> str:
    """`payload` with the first four bytes of its double SHA-256, in base 58."""
    raw = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(raw), ""
    while number:
        number, place = divmod(number, 58)
        text = BASE58[place] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def segwit(version: int, program: bytes, prefix: str = "bc") -> str:
    """The address of a witness program: BIP 173 (version 0) and BIP 350 (later ones)."""
    words = [version, *_words(program)]
    spread = [ord(character) >> 5 for character in prefix] + [0] + [ord(character) & 31 for character in prefix]
    constant = 0x2BC830A3 if version else 1
    check = _polymod([*spread, *words, *[0] * 6]) ^ constant
    return f"{prefix}1" + "".join(BECH32[word] for word in [*words, *(check >> 5 * (5 - i) & 31 for i in range(6))])


def _words(program: bytes) -> list[int]:
    bits = "".join(f"{byte:08b}" for byte in program)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[start : start + 5], 2) for start in range(0, len(bits), 5)]


def _polymod(words: Iterable[int]) -> int:
    check = 1
    for word in words:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ word
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check
