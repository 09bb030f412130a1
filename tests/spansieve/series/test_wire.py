"""wire: points that are written piece by piece are those that the generated classes write."""

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Exemplar,
    Gauge,
    Histogram,
    HistogramDataPoint,
    NumberDataPoint,
    Sum,
)

from spansieve.series import wire

TIMES = st.integers(0, 2**64 - 1)
DOUBLES = st.floats(allow_nan=False)
LABELS = st.dictionaries(st.text(max_size=130), st.text(max_size=130), max_size=4)
EXEMPLARS = st.lists(st.tuples(DOUBLES, TIMES, st.binary(max_size=16), st.binary(max_size=8)), max_size=3)


def pairs_of(labels: dict[str, str]) -> list[KeyValue]:
    return [KeyValue(key=key, value=AnyValue(string_value=text)) for key, text in labels.items()]


def exemplars_of(given_: list[tuple[float, int, bytes, bytes]]) -> list[Exemplar]:
    return [
        Exemplar(as_double=value, time_unix_nano=time, trace_id=trace, span_id=span)
        for value, time, trace, span in given_
    ]


@given(labels=LABELS, start=TIMES, time=TIMES, value=st.integers(-(2**63), 2**63 - 1) | DOUBLES, some=EXEMPLARS)
def test_a_number(
    labels: dict[str, str], start: int, time: int, value: float, some: list[tuple[float, int, bytes, bytes]]
) -> None:
    pairs = pairs_of(labels)
    said = wire.number(value, [wire.exemplar(*one) for one in some])
    raw = wire.point(wire.fixed_of_number([one.SerializeToString() for one in pairs]), wire.times(start, time), said)
    wanted = NumberDataPoint(
        attributes=pairs, start_time_unix_nano=start, time_unix_nano=time, exemplars=exemplars_of(some)
    )
    if isinstance(value, int):
        wanted.as_int = value
    else:
        wanted.as_double = value
    assert Sum.FromString(raw).data_points == [wanted]
    assert Gauge.FromString(raw).data_points == [wanted]


@given(
    labels=LABELS,
    time=TIMES,
    buckets=st.tuples(st.lists(DOUBLES, max_size=20), st.lists(st.integers(0, 2**48), max_size=21)),
    total=DOUBLES,
    some=EXEMPLARS,
)
def test_a_histogram(
    labels: dict[str, str],
    time: int,
    buckets: tuple[list[float], list[int]],
    total: float,
    some: list[tuple[float, int, bytes, bytes]],
) -> None:
    pairs, (bounds, counts) = pairs_of(labels), buckets
    fixed = wire.fixed_of_histogram([one.SerializeToString() for one in pairs], bounds)
    said = wire.distribution(counts, total, [wire.exemplar(*one) for one in some])
    wanted = HistogramDataPoint(
        attributes=pairs,
        start_time_unix_nano=time // 2,
        time_unix_nano=time,
        count=sum(counts),
        sum=total,
        bucket_counts=counts,
        explicit_bounds=bounds,
        exemplars=exemplars_of(some),
    )
    assert Histogram.FromString(wire.point(fixed, wire.times(time // 2, time), said)).data_points == [wanted]


def test_a_number_that_no_integer_has_room_for_is_a_double() -> None:
    assert Sum.FromString(wire.point(b"", wire.times(0, 1), wire.number(2**63))).data_points[0].as_double == 2.0**63
