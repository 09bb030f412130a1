"""What is read of spans when they come is what a look at each of them would find."""

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from spansieve.failures import Rules, failure_of
from spansieve.pdata import NO_SHELL, TraceBatch, together
from spansieve.pdata.keys import pair_at
from spansieve.processors.tail_sampling.arrival import Reader
from spansieve.processors.tail_sampling.mentions import Encoded
from spansieve.processors.tail_sampling.policies.leaf_config import NumericAttributeConfig, StringAttributeConfig
from spansieve.processors.tail_sampling.policies.watching import numeric_watcher, string_watcher

TIER = KeyValue(key="tier", value=AnyValue(string_value="gold"))
DISGUISED = b"\x4a\x0e" + TIER.SerializeToString()
values = st.one_of(
    st.sampled_from(["gold", "iron", "", "x" * 200]).map(lambda text: AnyValue(string_value=text)),
    st.integers(-5, 5).map(lambda number: AnyValue(int_value=number)),
    st.just(AnyValue(string_value=DISGUISED.decode("latin-1"))),
    st.just(AnyValue()),
)
keys = st.sampled_from(["tier", "frontier", "tier.name", "retries", "error.type", "http.status_code", "error"])
pairs = st.lists(st.builds(lambda key, value: KeyValue(key=key, value=value), keys, values), max_size=4)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    made = ExportTraceServiceRequest()
    inside = made.resource_spans.add().scope_spans.add()
    for number in range(draw(st.integers(0, 6))):
        span = inside.spans.add(trace_id=bytes([number % 3]) * 16, span_id=bytes([number + 1]) * 8)
        span.attributes.extend(draw(pairs))
        if draw(st.booleans()):
            name = draw(st.sampled_from(["exception", "retry"]))
            span.events.add(name=name).attributes.extend(draw(pairs))
        span.status.code = draw(st.integers(0, 2))  # type: ignore[assignment]
    return made.SerializeToString()


@given(requests())
def test_watchers_find_what_they_find_span_by_span_and_so_do_errors(body: bytes) -> None:
    rules = Rules()
    watchers = [
        string_watcher(StringAttributeConfig(key="tier", values=["gold"])),
        numeric_watcher(NumericAttributeConfig(key="retries", min_value=2)),
        string_watcher(StringAttributeConfig(key="tier", values=["i.*n$"], enabled_regex_matching=True)),
    ]
    reader = Reader(watchers, rules)
    for _ in range(2):  # what is remembered of the first time changes nothing
        seen = {
            arrival.span.span_id: (arrival.bits, arrival.failure)
            for arrivals in reader.read(TraceBatch.parse(body)).values()
            for arrival in arrivals
        }
        assert seen == {
            span.span_id: (
                sum(watcher.span(span) << place for place, watcher in enumerate(watchers)),
                failure_of(span, rules),
            )
            for span in TraceBatch.parse(body)
        }


@given(st.lists(st.text("ab", max_size=6).map(str.encode), max_size=6), st.sampled_from([b"b", b"bb", b"aba"]))
def test_every_span_that_holds_the_bytes_is_found(wires: list[bytes], needle: bytes) -> None:
    places = Encoded(wires).holding(needle, lambda _, __: False)
    holding = [place for place, wire in enumerate(wires) if needle in wire]
    assert places == sorted(set(places))
    assert set(holding) <= set(places)


def test_a_status_whose_number_is_written_too_long_is_an_error() -> None:
    span = b"\x0a\x10" + bytes(16) + b"\x7a\x03\x18\x82\x00"
    [arrivals] = Reader([], Rules()).read(TraceBatch.parse(together([(NO_SHELL, span)]))).values()
    assert arrivals[0].failure is not None


def test_a_pair_is_read_where_it_stands_in_a_span_and_nowhere_else() -> None:
    raw = TIER.SerializeToString()
    assert pair_at(b"\x4a" + bytes([len(raw)]) + raw, 4, 4) == raw
    assert pair_at(b"\x52" + bytes([len(raw)]) + raw, 4, 4) is None
    assert pair_at(b"\x4a" + bytes([len(raw)]) + raw[:-1], 4, 4) is None
    assert pair_at(raw, 2, 4) is None
