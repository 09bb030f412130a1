"""Masks: the little that a reader may see, and nothing that looks like data again."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.prompt_privacy.entities import TYPES
from spansieve.processors.prompt_privacy.masks import mask

DATA = re.compile(
    r"[0-9]{5}|[0-9][ .-][0-9]{2}|[\w+%.-]@|@[\w-]+\.[a-z]|:[^@\s/]+@|[A-Z]{2}[0-9]{2}|(?:[0-9]{1,3}\.){2}[0-9]|"
    r"(?:[0-9a-f]{2}:){2}|[0-9a-f]{3}:[0-9a-f]|[1-9][0-9]{3}-[0-9]|(?i:secret|password|token|key)[\"']?\s*[:=]"
)
"""Pieces that every candidate of the detectors has, and no mask may have."""


@pytest.mark.parametrize(
    ("entity", "value", "masked"),
    [
        ("EMAIL", "jane@corp.io", "j***@c***.io"),
        ("EMAIL", "Jane.Roe+x@mail.corp.co.uk", "J***@m***.uk"),
        ("EMAIL", "élodie@société.fr", "é***@s***.fr"),
        ("EMAIL", '"odd name"@x.io', "***@x***.io"),
        ("EMAIL", "jane@localhost", "j***@***"),
        ("EMAIL", "no address", "***@***"),
        ("CARD", "4111 1111 1111 1111", "**** **** **** 1111"),
        ("CARD", "378282246310005", "**** **** **** 0005"),
        ("CARD", "1111", "**** **** **** ****"),
        ("PHONE", "+49 170 1234567", "+49 *** ***67"),
        ("PHONE", "+491701234567", "+49 *** ***67"),
        ("PHONE", "+1 (206) 904-6591", "+1 *** ***91"),
        ("PHONE", "+353 85 123 4567", "+353 *** ***67"),
        ("PHONE", "0170 1234567", "*** ***67"),
        ("PHONE", "12", "*** *****"),
        ("IBAN", "de89 3704 0044 0532 0130 00", "DE** **** **** 3000"),
        ("IBAN", "?", "**** **** **** ****"),
        ("IBAN", "MT84 MALT 0110 0001 2345 MTLC AST0 01AA", "MT** **** **** 01**"),
        ("NATIONAL_ID", "123-45-6789", "*****89"),
        ("NATIONAL_ID", "12345678-Z", "*****8Z"),
        ("NATIONAL_ID", "1", "*******"),
        ("IP", "203.0.113.77", "203.*.*.*"),
        ("IP", "2A01:4f8::1", "2A01:***"),
        ("IP", "::1", "***"),
        ("MAC", "aa-bb-cc-00-11-2f", "**:**:**:**:**:2f"),
        ("MAC", "?", "**:**:**:**:**:**"),
        ("CRYPTO", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "***5mdq"),
        ("DATE_OF_BIRTH", "1 May 1990", "****-**-**"),
        ("URL_CREDENTIALS", "jane:hunter2", "<URL_CREDENTIALS>"),
        ("SECRET", "ghp_0123456789", "<SECRET>"),
        ("PERSON", "Jane", "J***"),
        ("EMPLOYEE_ID", "EMP-123456", "<EMPLOYEE_ID>"),
    ],
)
def test_a_mask_keeps_what_a_reader_may_see(entity: str, value: str, masked: str) -> None:
    assert mask(entity, value) == mask(entity, value.encode()) == masked


VALUES = (
    st.text(max_size=80)
    | st.text(alphabet="0123456789 -+.()", max_size=40)
    | st.emails()
    | st.ip_addresses().map(str)
    | st.from_regex(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", fullmatch=True)
)


@given(st.sampled_from(TYPES), VALUES)
def test_no_mask_looks_like_data_or_breaks_json(entity: str, value: str) -> None:
    masked = mask(entity, value)
    assert len(masked) <= 40
    assert not DATA.search(masked)
    assert json.dumps(masked, ensure_ascii=False) == f'"{masked}"'
    assert masked.isprintable()


@given(st.sampled_from(TYPES), st.binary(max_size=60))
def test_any_bytes_have_a_mask(entity: str, value: bytes) -> None:
    mask(entity, value).encode()


@given(st.sampled_from(["SECRET", "URL_CREDENTIALS", "DATE_OF_BIRTH", "OWN"]), VALUES)
def test_of_some_types_nothing_survives(entity: str, value: str) -> None:
    assert mask(entity, value) == mask(entity, "")


@given(st.text(alphabet="0123456789", min_size=12, max_size=40))
def test_never_more_than_the_last_four_digits_survive(value: str) -> None:
    for entity, most in (("CARD", 4), ("PHONE", 2), ("NATIONAL_ID", 2), ("IBAN", 4)):
        assert re.sub("[^0-9]", "", mask(entity, value)) == value[-most:]
