"""Payment cards, bank accounts and wallets that belong to nobody, valid by their check digits."""

import itertools
from random import Random

from .checks import base58check, luhn, mod_97, segwit
from .identifiers import LETTERS, digits, pick

CARDS = {
    "visa": (["4"], 16),
    "mastercard": (["51", "53", "55", "2221", "2502", "2698"], 16),
    "amex": (["34", "37"], 15),
    "discover": (["6011", "65"], 16),
    "diners": (["36", "38"], 14),
    "jcb": (["3528", "3566", "3589"], 16),
    "unionpay": (["6221", "6240"], 16),
}
"""Issuer: leading digits and length."""
ACCOUNTS = {
    "DE": "{d:18}", "AT": "{d:16}", "CH": "{d:17}", "NL": "{u:4}{d:10}", "FR": "{d:10}{u:1}{d:12}", "ES": "{d:20}",
    "IT": "{u:1}{d:22}", "BE": "{d:12}", "GB": "{u:4}{d:14}", "IE": "{u:4}{d:14}", "PL": "{d:24}", "PT": "{d:21}",
    "SE": "{d:20}", "NO": "{d:11}", "DK": "{d:14}", "FI": "{d:14}", "CZ": "{d:20}", "LU": "{d:16}", "GR": "{d:23}",
    "HU": "{d:24}", "RO": "{u:4}{d:16}", "SK": "{d:20}", "TR": "{d:22}", "LT": "{d:16}", "MT": "{u:4}{d:23}",
    "SA": "{d:20}", "AE": "{d:19}", "BR": "{d:23}{u:1}{d:1}", "UA": "{d:25}", "IL": "{d:19}",
}  # fmt: skip
"""Country: the national part, from the register of ISO 13616."""


def card(rng: Random, issuer: str) -> str:
    """The bare digits of a card; without `issuer` of any."""
    prefixes, length = CARDS[issuer or rng.choice(list(CARDS))]
    while True:
        prefix = rng.choice(prefixes)
        body = prefix + digits(rng, length - 1 - len(prefix))
        if len(set(body)) > 4:
            return body + luhn(body)


def grouped(number: str, separator: str) -> str:
    """The groups as they stand on a card: 4-6-5 or 4-6-4 for the short ones, else fours."""
    cuts = [0, 4, 10, len(number)] if len(number) < 16 else [0, 4, 8, 12, 16]
    return separator.join(number[start:end] for start, end in itertools.pairwise(cuts))


def card_spaced(rng: Random, issuer: str) -> str:
    """A card in groups, blanks between them."""
    return grouped(card(rng, issuer), " ")


def card_dashed(rng: Random, issuer: str) -> str:
    """A card in groups, dashes between them."""
    return grouped(card(rng, issuer), "-")


def iban(rng: Random, country: str) -> str:
    """An account number without blanks; without `country` of any."""
    country = country or rng.choice(list(ACCOUNTS))
    account = ACCOUNTS[country]
    for slot in account.strip("{}").split("}{"):
        kind, _, count = slot.partition(":")
        account = account.replace(f"{{{slot}}}", pick(rng, LETTERS if kind == "u" else "0123456789", int(count)), 1)
    return f"{country}{98 - mod_97(f'{account}{country}00'):02}{account}"


def iban_spaced(rng: Random, country: str) -> str:
    """An account number in groups of four."""
    number = iban(rng, country)
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def wallet(rng: Random, kind: str) -> str:
    """A Bitcoin address (`p2pkh`, `p2sh`, `segwit`, `script`, `taproot`) or one of Ethereum (`eth`)."""
    kind = kind or rng.choice(["p2pkh", "p2sh", "segwit", "taproot", "eth"])
    if kind == "eth":
        return f"0x{pick(rng, '0123456789abcdef', 40)}"
    if kind.startswith("p2"):
        return base58check((b"\x00" if kind == "p2pkh" else b"\x05") + rng.randbytes(20))
    return segwit(int(kind == "taproot"), rng.randbytes(20 if kind == "segwit" else 32))
