"""Every kind of value that a template may ask for, with the type under which it is labelled."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from . import credentials, identifiers, money, network
from .contacts import MOBILE, NATIONAL, birth_date, email, person
from .shapes import shaped

Make = Callable[[Random, str], str]


class Kind(NamedTuple):
    """`make` is given the argument behind the colon, an empty text without one."""

    type: str
    make: Make


def _by_country(shapes: dict[str, str]) -> Make:
    return lambda rng, country: shaped(rng, shapes[country or rng.choice(list(shapes))])


def _number(make: Callable[[Random], str]) -> Kind:
    return Kind("NATIONAL_ID", lambda rng, _: make(rng))


NATIONAL_IDS: tuple[Callable[[Random], str], ...] = (
    identifiers.ssn, identifiers.itin, identifiers.nino, identifiers.nhs, identifiers.aadhaar, identifiers.pan,
    identifiers.nif, identifiers.nie, identifiers.codice_fiscale, identifiers.cpf, identifiers.resident_id,
    identifiers.nir, identifiers.rrn, identifiers.personnummer, identifiers.hetu, identifiers.curp,
    identifiers.steuer_id, identifiers.pesel, identifiers.bsn, identifiers.tckn, identifiers.sin, identifiers.tfn,
    identifiers.medicare, identifiers.my_number, identifiers.za_id, identifiers.passport, identifiers.licence,
    identifiers.aba,
)  # fmt: skip
SECRETS: dict[str, Make] = {
    "token": credentials.token,
    "jwt": credentials.jwt,
    "password": credentials.password,
    "secret": credentials.secret,
    "hex-secret": credentials.hex_secret,
    "base64-secret": credentials.base64_secret,
    "basic": credentials.basic,
    "secret-shape": shaped,
    "cut-key": credentials.cut_key,
    "private-key": credentials.private_key,
    "pgp-key": credentials.pgp_key,
    "hidden-token": credentials.hidden_token,
    "hidden-key": credentials.hidden_key,
}
KINDS: dict[str, Kind] = {
    "person": Kind("PERSON", person),
    "email": Kind("EMAIL", email),
    "phone": Kind("PHONE", _by_country(MOBILE)),
    "national-phone": Kind("PHONE", _by_country(NATIONAL)),
    "phone-shape": Kind("PHONE", shaped),
    "card": Kind("CARD", money.card),
    "card-spaced": Kind("CARD", money.card_spaced),
    "card-dashed": Kind("CARD", money.card_dashed),
    "iban": Kind("IBAN", money.iban),
    "iban-spaced": Kind("IBAN", money.iban_spaced),
    "wallet": Kind("CRYPTO", money.wallet),
    "ip4": Kind("IP", network.ip4),
    "ip6": Kind("IP", network.ip6),
    "mac": Kind("MAC", network.mac),
    "born": Kind("DATE_OF_BIRTH", birth_date),
    "born-shape": Kind("DATE_OF_BIRTH", shaped),
    "userinfo": Kind("URL_CREDENTIALS", credentials.userinfo),
    "userinfo-shape": Kind("URL_CREDENTIALS", shaped),
    "sentry-key": Kind("URL_CREDENTIALS", credentials.hex_secret),
    **{name: Kind("SECRET", make) for name, make in SECRETS.items()},
    **{make.__name__: _number(make) for make in NATIONAL_IDS},
}
