"""Check digits of cards, accounts and personal numbers.

Each function takes digits (or letters and digits) without separators, of the length that its number has, and says
whether they agree; none raises.
"""

from collections.abc import Sequence
from functools import reduce


def _table(rows: str) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(digit) for digit in row) for row in rows.split())


_VERHOEFF_PRODUCT = _table(
    "0123456789 1234067895 2340178956 3401289567 4012395678 5987604321 6598710432 7659821043 8765932104 9876543210"
)
_VERHOEFF_PLACE = _table("0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258")
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")
_OF_BASE36 = {byte: str(int(chr(byte), 36)) for byte in b"0123456789abcdefghijklmnopqrstuvwxyz"}
_FISCAL_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def weighted(digits: bytes, weights: Sequence[int]) -> int:
    """The sum of each digit by its weight, as far as there are weights."""
    return sum((digit - 48) * weight for digit, weight in zip(digits, weights, strict=False))


def luhn(digits: bytes) -> bool:
    """ISO/IEC 7812-1, annex B: cards, Canadian, South African and Swedish numbers."""
    tail = digits[::-1]
    doubled = tail[1::2].translate(_DOUBLED)
    return (sum(tail[::2]) + sum(doubled) - 48 * len(digits)) % 10 == 0


def mod97(text: bytes) -> bool:
    """ISO 7064 MOD 97-10 as ISO 13616 uses it: an IBAN, letters in either case."""
    return int("".join(map(_OF_BASE36.__getitem__, (text[4:] + text[:4]).lower()))) % 97 == 1


def verhoeff(digits: bytes) -> bool:
    """Verhoeff's dihedral check: Aadhaar."""
    places = enumerate(reversed(digits))
    return reduce(lambda sum_, at: _VERHOEFF_PRODUCT[sum_][_VERHOEFF_PLACE[at[0] % 8][at[1] - 48]], places, 0) == 0


def chinese_resident(text: bytes) -> bool:
    """GB 11643: ISO 7064 MOD 11-2 over 17 digits, X for ten."""
    last = 10 if text[17:].upper() == b"X" else text[17] - 48
    return (weighted(text[:17], [2 ** (17 - place) % 11 for place in range(17)]) + last) % 11 == 1


def spanish(text: bytes) -> bool:
    """NIF and NIE: the letter is the number modulo 23, with X, Y, Z as 0, 1, 2."""
    number = int(text[:8].translate(bytes.maketrans(b"XYZ", b"012")))
    return b"TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == text[8]


def italian_fiscal(text: bytes) -> bool:
    """Codice fiscale: odd and even places have values of their own, the last is the sum modulo 26."""
    values = [byte - 48 if byte < 58 else byte - 65 for byte in text[:15]]
    return (sum(_FISCAL_ODD[value] for value in values[::2]) + sum(values[1::2])) % 26 == text[15] - 65


def brazilian_cpf(digits: bytes) -> bool:
    """Two digits modulo 11; of one digit repeated they agree too, and that is nobody's."""

    def check(known: bytes) -> int:
        return weighted(known, range(len(known) + 1, 1, -1)) * 10 % 11 % 10 + 48

    return len(set(digits)) > 1 and check(digits[:9]) == digits[9] and check(digits[:10]) == digits[10]


def french_nir(text: bytes) -> bool:
    """The key is 97 less the number modulo 97; 2A and 2B, Corsica, count as 19 and 18."""
    number = int(text[:13].replace(b"2A", b"19").replace(b"2B", b"18"))
    return 97 - number % 97 == int(text[13:])


def finnish(text: bytes) -> bool:
    """HETU without its sign of the century: date and serial number modulo 31 name the last character."""
    return b"0123456789ABCDEFHJKLMNPRSTUVWXY"[int(text[:9]) % 31] == text[9]


def korean(digits: bytes) -> bool:
    """RRN, as it was given out until 2020: modulo 11."""
    return (11 - weighted(digits[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10 == digits[12] - 48


def british_nhs(digits: bytes) -> bool:
    """Modulo 11, weights 10 to 2."""
    return (weighted(digits[:9], range(10, 1, -1)) + digits[9] - 48) % 11 == 0


def german_tax(digits: bytes) -> bool:
    """Steuerliche Identifikationsnummer: ISO 7064 MOD 11,10."""
    product = 10
    for digit in digits[:10]:
        product = ((digit - 48 + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == digits[10] - 48


def polish_pesel(digits: bytes) -> bool:
    """Modulo 10, weights 1 3 7 9."""
    return weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def dutch_bsn(digits: bytes) -> bool:
    """The proof by eleven: weights 9 to 2, and -1."""
    return weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def turkish(digits: bytes) -> bool:
    """T.C. kimlik: the tenth digit from odd and even places, the eleventh from all before it."""
    tenth = (7 * sum(digit - 48 for digit in digits[:9:2]) - sum(digit - 48 for digit in digits[1:8:2])) % 10
    return digits[0] != 48 and tenth == digits[9] - 48 and sum(d - 48 for d in digits[:10]) % 10 == digits[10] - 48


def australian_tax(digits: bytes) -> bool:
    """TFN: modulo 11; the older ones have eight digits."""
    weights = (1, 4, 3, 7, 5, 8, 6, 9, 10) if len(digits) == 9 else (10, 7, 8, 4, 6, 3, 5, 1)
    return weighted(digits, weights) % 11 == 0


def australian_medicare(digits: bytes) -> bool:
    """The ninth digit, modulo 10; the tenth counts the card, an eleventh the person."""
    return digits[0] in b"23456" and weighted(digits[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == digits[8] - 48


def japanese(digits: bytes) -> bool:
    """My Number: modulo 11, remainders 0 and 1 give 0."""
    rest = weighted(digits, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest <= 1 else 11 - rest) == digits[11] - 48


def bank_routing(digits: bytes) -> bool:
    """ABA: weights 3 7 1, and a Federal Reserve district."""
    district = int(digits[:2])
    return weighted(digits, (3, 7, 1) * 3) % 10 == 0 and (1 <= district <= 12 or 21 <= district <= 32)
