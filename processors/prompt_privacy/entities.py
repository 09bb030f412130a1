"""What can be found, by name: short types, Presidio's names for them, and the kinds of national ids."""

from collections.abc import Mapping
from typing import Final

PRESIDIO: Final[Mapping[str, str]] = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP",
    "MAC_ADDRESS": "MAC",
    "ES_NIE": "ES_NIF",
    "ABA_ROUTING_NUMBER": "US_ABA_ROUTING",
}
"""Presidio's names where they differ, with ours."""

TYPES: Final = (
    "EMAIL",
    "PHONE",
    "CARD",
    "IBAN",
    "IP",
    "MAC",
    "NATIONAL_ID",
    "CRYPTO",
    "DATE_OF_BIRTH",
    "URL_CREDENTIALS",
    "SECRET",
    "PERSON",
)
"""What counters, placeholders and the configuration call what is found."""

NATIONAL_IDS: Final = (
    "US_SSN",
    "US_ITIN",
    "US_PASSPORT",
    "US_DRIVER_LICENSE",
    "US_ABA_ROUTING",
    "UK_NINO",
    "UK_NHS",
    "IN_AADHAAR",
    "IN_PAN",
    "ES_NIF",
    "IT_FISCAL_CODE",
    "BR_CPF",
    "CN_RESIDENT_ID",
    "FR_NIR",
    "KR_RRN",
    "SE_PERSONNUMMER",
    "FI_HETU",
    "MX_CURP",
    "DE_STEUER_ID",
    "PL_PESEL",
    "NL_BSN",
    "TR_TCKN",
    "CA_SIN",
    "AU_TFN",
    "AU_MEDICARE",
    "JP_MY_NUMBER",
    "ZA_ID",
)
"""Kinds of NATIONAL_ID, which the configuration may name one by one; the rule of a finding is one in small letters."""

PROTECTED: Final = frozenset({"SECRET", "URL_CREDENTIALS", "CARD", "IBAN", "NATIONAL_ID", *NATIONAL_IDS})
"""What may not stay where it is unless somebody says `i_know`."""

KNOWN: Final = (*TYPES, *NATIONAL_IDS, *PRESIDIO)
"""Every name that the configuration takes."""


def own_name(name: str) -> str:
    """Our name for what Presidio may call otherwise."""
    return PRESIDIO.get(name, name)
