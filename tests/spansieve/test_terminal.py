"""What people read in a terminal is safe to print, and short."""

from hypothesis import given
from hypothesis import strategies as st

from spansieve.terminal import duration, moment, number, safe, shown, size


def test_numbers_times_and_sizes() -> None:
    assert [duration(ns) for ns in (0, 850_000, 1_500_000, 90_000_000, 1_300_000_000, 125_000_000_000)] == [
        "0 us",
        "850 us",
        "1.5 ms",
        "90 ms",
        "1.30 s",
        "2m05s",
    ]
    assert [size(octets) for octets in (512, 21_300, 1_400_000, 2**31)] == ["512 B", "21.3 kB", "1.4 MB", "2.1 GB"]
    assert [number(value) for value in (3, 3.0, 0.1234567, float("nan"), float("-inf"), 1e300)] == [
        "3",
        "3",
        "0.123457",
        "nan",
        "-inf",
        "1e+300",
    ]
    assert moment(2**64 - 1) == "23:34:33.709"
    assert moment(10**30) == str(10**30)
    assert shown([[[[[[[1]]]]]]], 100) == "[[[[[[...]]]]]]"
    assert shown(list(range(100)), 10) == "[0, 1, 2, ..."
    assert shown(b"\x01" * 100, 10) == "0x01010101..."


@given(st.text())
def test_safe_text_is_one_printable_line(text: str) -> None:
    found = safe(text, 50)
    assert len(found.splitlines()) <= 1
    assert found.encode() or not text
