"""Sizes as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spansieve.plugin import Config, Size


class Sized(Config):
    """One size."""

    size: Size = 0


@pytest.mark.parametrize(
    ("written", "size_bytes"),
    [
        (5, 5),
        ("5B", 5),
        ("256MiB", 2**28),
        ("20GB", 20 * 10**9),
        ("1.5 kib", 1536),
        ("0.1GB", 10**8),
        ("2TB", 2 * 10**12),
    ],
)
def test_a_size_is_a_number_or_a_text_with_a_unit(written: object, size_bytes: int) -> None:
    assert Sized.model_validate({"size": written}).size == size_bytes


@pytest.mark.parametrize("written", ["5", "MiB", "5 M", "-5MB", "1e3MB", "", -1, 1.5, True])
def test_anything_else_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        Sized.model_validate({"size": written})


@given(st.text(max_size=10))
def test_any_text_is_a_size_or_refused(text: str) -> None:
    try:
        size = Sized.model_validate({"size": text}).size
    except ValidationError:
        return
    assert size >= 0
