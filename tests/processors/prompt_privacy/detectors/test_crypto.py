"""crypto: checksums of wallet addresses, by the vectors of their definitions."""

import pytest

from spansieve.processors.prompt_privacy.detectors.crypto import is_base58check, is_bech32


@pytest.mark.parametrize("address", [b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", b"3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"])
def test_base58check_holds_for_an_address_and_for_none_with_one_letter_changed(address: bytes) -> None:
    assert is_base58check(address)
    assert not is_base58check(address[:-1] + b"x")
    assert not is_base58check(address[:10] + b"Z" + address[11:])


@pytest.mark.parametrize(
    "address",
    [
        b"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",  # BIP 173
        b"bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",  # BIP 350
        b"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ],
)
def test_bech32_holds_for_an_address_and_for_none_with_one_letter_changed(address: bytes) -> None:
    assert is_bech32(address)
    assert not is_bech32(address[:-1] + b"q")
    assert not is_bech32(address[:9] + b"7" + address[10:])


def test_a_number_too_large_for_an_address_is_none() -> None:
    assert not is_base58check(b"3" + b"z" * 34)
