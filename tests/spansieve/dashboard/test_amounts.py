"""Values of measures as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.dashboard import MEASURES, Unit
from spansieve.dashboard.amounts import amount


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0423, "ratio", "4.23 %"),
        (1.0, "ratio", "100 %"),
        (0.0, "ratio", "0 %"),
        (0.0031, "seconds", "3.1 ms"),
        (4.214, "seconds", "4.21 s"),
        (64.3, "seconds", "64.3 s"),
        (754, "seconds", "12 min"),
        (3_725, "seconds", "1 h 2 min"),
        (90_000, "seconds", "1 d 1 h"),
        (49_300.4, "per_minute", "49,300/min"),
        (0.25, "number", "0.25"),
        (18_400.6, "number", "18,401"),
        (0.04123, "usd", "$0.0412"),
        (1234.5, "usd", "$1,234.50"),
        (0.0000676, "usd", "$0.0000676"),
        (1e-9, "usd", "<$0.000001"),
        (0, "usd", "$0.00"),
        (182_000.0, "bytes", "182.0 kB"),
        (None, "usd", "-"),
    ],
)
def test_values_have_their_unit_and_the_digits_that_count(value: float | None, unit: Unit, text: str) -> None:
    assert amount(value, unit) == text


@given(st.floats(0, 1e12), st.sampled_from([one.unit for one in MEASURES.values()]))
def test_every_value_is_short(value: float, unit: Unit) -> None:
    assert 1 < len(amount(value, unit) + " ") <= 24
