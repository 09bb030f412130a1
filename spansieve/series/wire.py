"""Data points on the wire, piece by piece: what stays the same of a series is written once.

Source: opentelemetry/proto/metrics/v1/metrics.proto, NumberDataPoint, HistogramDataPoint and Exemplar.
"""

from collections.abc import Iterable, Sequence
from struct import Struct, pack
from typing import Final

from spansieve.pdata import encode_field

_POINTS: Final = 1
_NUMBER_ATTRIBUTES, _NUMBER_EXEMPLARS = 7, 5
_HISTOGRAM_ATTRIBUTES, _HISTOGRAM_EXEMPLARS = 9, 8
_BUCKETS, _BOUNDS = 6, 7
_SPAN_ID, _TRACE_ID = 4, 5
_TIMES: Final = Struct("<BQBQ")
_TIME: Final = Struct("<BQ")
_INT: Final = Struct("<Bq")
_DOUBLE: Final = Struct("<Bd")
_TOTALS: Final = Struct("<BQBd")
_MEASURED: Final = Struct("<BQBd")
_INT64: Final = 2**63


def point(fixed: bytes, times: bytes, values: bytes) -> bytes:
    """A data point, as its list has it: what stays the same, when it was, and what it says."""
    return encode_field(_POINTS, b"".join((times, fixed, values)))


def fixed_of_number(pairs: Iterable[bytes]) -> bytes:
    """What stays the same of a sum's or gauge's points: attributes, given as KeyValues."""
    return b"".join([encode_field(_NUMBER_ATTRIBUTES, pair) for pair in pairs])


def fixed_of_histogram(pairs: Iterable[bytes], bounds: Sequence[float]) -> bytes:
    """What stays the same of a histogram's points."""
    attributes = b"".join([encode_field(_HISTOGRAM_ATTRIBUTES, pair) for pair in pairs])
    return encode_field(_BOUNDS, pack(f"<{len(bounds)}d", *bounds)) + attributes


def times(start_ns: int, time_ns: int) -> bytes:
    """Since when a point counts, and when it was so, in nanoseconds since the Unix epoch; 0: it says no start."""
    return _TIMES.pack(0x11, start_ns, 0x19, time_ns) if start_ns else _TIME.pack(0x19, time_ns)


def number(value: float, exemplars: Iterable[bytes] = ()) -> bytes:
    """What a sum or gauge says: an integer where `value` is one that has room."""
    is_int = isinstance(value, int) and -_INT64 <= value < _INT64
    said = _INT.pack(0x31, value) if is_int else _DOUBLE.pack(0x21, value)
    return b"".join((said, *(encode_field(_NUMBER_EXEMPLARS, one) for one in exemplars)))


def distribution(counts: Sequence[int], total: float, exemplars: Iterable[bytes] = ()) -> bytes:
    """What a histogram says."""
    buckets = encode_field(_BUCKETS, pack(f"<{len(counts)}Q", *counts))
    said = _TOTALS.pack(0x21, sum(counts), 0x29, total)
    return b"".join((said, buckets, *(encode_field(_HISTOGRAM_EXEMPLARS, one) for one in exemplars)))


def exemplar(value: float, time_ns: int, trace_id: bytes, span_id: bytes) -> bytes:
    """A value, when it was measured, and the span that it was measured in."""
    measured = _MEASURED.pack(0x11, time_ns, 0x19, value)
    return measured + encode_field(_SPAN_ID, span_id) + encode_field(_TRACE_ID, trace_id)
