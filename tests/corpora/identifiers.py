"""National numbers of invented people, valid by their check digits."""

import datetime
from random import Random

from .checks import luhn, mod_11_2, mod_11_10, verhoeff, weighted

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CONSONANTS = "BCDFGHJKLMNPQRSTVWXYZ"
CURP_ORDER = "0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ"
ODD_PLACES = "BAKPLCQDREVOSFTGUHMINJWZYX"
"""Italian fiscal code: the letter's place here is the value of the n-th digit or letter at an odd place."""
AGE_DAYS = 365 * 50


def digits(rng: Random, count: int, first: str = "0123456789") -> str:
    """`count` digits, the first one of `first`."""
    return rng.choice(first) + "".join(rng.choices("0123456789", k=count - 1))


def pick(rng: Random, alphabet: str, count: int) -> str:
    """`count` characters of `alphabet`."""
    return "".join(rng.choices(alphabet, k=count))


def birthday(rng: Random) -> datetime.date:
    """A day between 1950 and 1999."""
    return datetime.date(1950, 1, 1) + datetime.timedelta(days=rng.randrange(AGE_DAYS))


def ssn(rng: Random) -> str:
    """United States, social security: no area 000, 666 or 9xx."""
    area = rng.choice([number for number in range(1, 900) if number != 666])
    return f"{area:03}-{rng.randint(1, 99):02}-{rng.randint(1, 9999):04}"


def itin(rng: Random) -> str:
    """United States, taxpayer: area 9xx and one of the groups in use."""
    groups = [*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)]
    return f"9{digits(rng, 2)}-{rng.choice(groups)}-{rng.randint(1, 9999):04}"


def nino(rng: Random) -> str:
    """United Kingdom, national insurance."""
    prefix = rng.choice(["AB", "CE", "JG", "PW", "SN", "TL", "YZ", "ER"])
    return f"{prefix} {digits(rng, 2)} {digits(rng, 2)} {digits(rng, 2)} {rng.choice('ABCD')}"


def nhs(rng: Random) -> str:
    """United Kingdom, health service: modulus 11; a remainder of 10 is never issued."""
    while True:
        body = digits(rng, 9, "4679")
        check = -weighted(body, range(10, 1, -1)) % 11
        if check < 10:
            return f"{body[:3]} {body[3:6]} {body[6:]}{check}"


def aadhaar(rng: Random) -> str:
    """India: Verhoeff."""
    body = digits(rng, 11, "23456789")
    number = body + verhoeff(body)
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def pan(rng: Random) -> str:
    """India, income tax."""
    return f"{pick(rng, LETTERS, 3)}P{pick(rng, LETTERS, 1)}{digits(rng, 4)}{pick(rng, LETTERS, 1)}"


def nif(rng: Random) -> str:
    """Spain, citizens: modulus 23."""
    number = digits(rng, 8)
    return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


def nie(rng: Random) -> str:
    """Spain, foreigners: X, Y, Z count as 0, 1, 2."""
    first, number = rng.randrange(3), digits(rng, 7)
    return f"{'XYZ'[first]}{number}" + "TRWAGMYFPDXBNJZSQVHLCKE"[int(f"{first}{number}") % 23]


def codice_fiscale(rng: Random) -> str:
    """Italy, with its check letter."""
    born = birthday(rng)
    day = born.day + rng.choice([0, 40])
    body = f"{pick(rng, CONSONANTS, 6)}{born:%y}{'ABCDEHLMPRST'[born.month - 1]}{day:02}{rng.choice('ABDFHL')}"
    body += digits(rng, 3)
    values = [int(x) if x.isdigit() else LETTERS.index(x) for x in body]
    total = sum(value if place % 2 else _odd(value) for place, value in enumerate(values))
    return body + LETTERS[total % 26]


def _odd(value: int) -> int:
    return ODD_PLACES.index(LETTERS[value])


def cpf(rng: Random) -> str:
    """Brazil: two check digits, modulus 11."""
    number = digits(rng, 9)
    for _ in range(2):
        rest = weighted(number, range(len(number) + 1, 1, -1)) * 10 % 11
        number += str(rest % 10)
    return f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"


def resident_id(rng: Random) -> str:
    """China: ISO/IEC 7064 MOD 11-2."""
    region = rng.choice(["110105", "310104", "440305", "330106", "510107", "420111"])
    body = f"{region}{birthday(rng):%Y%m%d}{digits(rng, 3)}"
    return body + mod_11_2(body)


def nir(rng: Random) -> str:
    """France: 97 minus the number modulo 97."""
    body = f"{rng.choice('12')}{birthday(rng):%y%m}{rng.randint(1, 95):02}{rng.randint(1, 909):03}{digits(rng, 3)}"
    number = body + f"{97 - int(body) % 97:02}"
    return " ".join([number[0], *(number[i : i + 2] for i in (1, 3, 5)), number[7:10], number[10:13], number[13:]])


def rrn(rng: Random) -> str:
    """South Korea: century and sex, then a check digit of modulus 11."""
    body = f"{birthday(rng):%y%m%d}{rng.choice('12')}{digits(rng, 5)}"
    check = (11 - weighted(body, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10
    return f"{body[:6]}-{body[6:]}{check}"


def personnummer(rng: Random) -> str:
    """Sweden: Luhn over the ten digits."""
    day, number = f"{birthday(rng):%y%m%d}", digits(rng, 3)
    return f"{day}-{number}{luhn(day + number)}"


def hetu(rng: Random) -> str:
    """Finland: modulus 31 as a letter."""
    day, number = f"{birthday(rng):%d%m%y}", f"{rng.randint(2, 899):03}"
    return f"{day}-{number}" + "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(day + number) % 31]


def curp(rng: Random) -> str:
    """Mexico, with its check digit."""
    letters = pick(rng, CONSONANTS, 1) + rng.choice("AEIOU") + pick(rng, CONSONANTS, 2)
    place = rng.choice(["DF", "JC", "NL", "MC", "VZ"])
    body = f"{letters}{birthday(rng):%y%m%d}{rng.choice('HM')}{place}{pick(rng, CONSONANTS, 3)}0"
    total = sum((18 - i) * CURP_ORDER.index(character) for i, character in enumerate(body))
    return body + str(-total % 10)


def steuer_id(rng: Random) -> str:
    """Germany: one digit twice among the first ten, ISO/IEC 7064 MOD 11,10."""
    ten = rng.sample("0123456789", 9)
    ten.insert(rng.randrange(1, 9), rng.choice(ten))
    if ten[0] == "0":
        ten.reverse()
    body = "".join(ten)
    return body + mod_11_10(body)


def pesel(rng: Random) -> str:
    """Poland: weights 1 3 7 9."""
    body = f"{birthday(rng):%y%m%d}{digits(rng, 4)}"
    return body + str(-weighted(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)


def bsn(rng: Random) -> str:
    """The Netherlands: the eleven-proof."""
    while True:
        body = digits(rng, 8, "1234567")
        check = weighted(body, range(9, 1, -1)) % 11
        if check < 10:
            return f"{body}{check}"


def tckn(rng: Random) -> str:
    """Turkey: two check digits."""
    nine = digits(rng, 9, "123456789")
    values = [int(digit) for digit in nine]
    tenth = (sum(values[0::2]) * 7 - sum(values[1::2])) % 10
    return f"{nine}{tenth}{(sum(values) + tenth) % 10}"


def sin(rng: Random) -> str:
    """Canada: Luhn."""
    body = digits(rng, 8, "1234567")
    number = body + luhn(body)
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def tfn(rng: Random) -> str:
    """Australia, tax: modulus 11."""
    while True:
        number = digits(rng, 9, "123456789")
        if weighted(number, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0:
            return f"{number[:3]} {number[3:6]} {number[6:]}"


def medicare(rng: Random) -> str:
    """Australia, health: modulus 10, then the number of the card."""
    body = digits(rng, 8, "23456")
    return f"{body[:4]} {body[4:]}{weighted(body, [1, 3, 7, 9, 1, 3, 7, 9]) % 10} {rng.randint(1, 4)}"


def my_number(rng: Random) -> str:
    """Japan: modulus 11."""
    body = digits(rng, 11, "123456789")
    rest = weighted(body, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    number = body + str(0 if rest < 2 else 11 - rest)
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def za_id(rng: Random) -> str:
    """South Africa: Luhn."""
    body = f"{birthday(rng):%y%m%d}{digits(rng, 4)}08"
    return body + luhn(body)


def passport(rng: Random) -> str:
    """United States: a letter and eight digits, or nine digits."""
    return rng.choice([f"{rng.choice('ACEX')}{digits(rng, 8)}", digits(rng, 9, "3456")])


def licence(rng: Random) -> str:
    """A driver licence as California (a letter, seven digits) writes it."""
    return f"{rng.choice('BCDEFNY')}{digits(rng, 7)}"


def aba(rng: Random) -> str:
    """A United States bank's routing number: weights 3 7 1."""
    body = f"{rng.choice(['02', '07', '11', '12', '26', '31'])}{digits(rng, 6)}"
    return body + str(-weighted(body, [3, 7, 1, 3, 7, 1, 3, 7]) % 10)
