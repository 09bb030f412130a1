"""What is read of spans when they come is what a look at each of them would find."""

from functools import reduce
from operator import or_

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from spansieve.failures import Rules, failure_of
from spansieve.literals import Literals
from spansieve.pdata import NO_SHELL, TraceBatch, together
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
        arrival = reader.read(TraceBatch.parse(body))
        for trace_id, trace in arrival.traces.items():
            spans = [span for span in TraceBatch.parse(body) if span.trace_id == trace_id]
            matched = [sum(watcher.span(span) << place for place, watcher in enumerate(watchers)) for span in spans]
            failures = [failure_of(span, rules) for span in spans]
            assert trace.bits == reduce(or_, matched)
            assert [*trace.errors] == [failure for failure in failures if failure is not None]
            assert [span.encode() for span in trace.view()] == [span.encode() for span in spans]
            assert [span.encode() for span in arrival.spans(trace_id)] == [span.encode() for span in spans]
        assert arrival.traces.keys() == {span.trace_id for span in TraceBatch.parse(body)}


spans = st.text("ab", max_size=6).map(lambda text: b"\n" + text.encode())  # as a trace's id begins, and no key


@given(st.lists(spans, max_size=6), st.sampled_from([b"b", b"bb", b"aba"]))
def test_every_span_that_holds_the_bytes_is_found(wires: list[bytes], needle: bytes) -> None:
    encoded = Encoded(wires, Literals([needle]))
    places = [*encoded.places(needle)]
    assert places == sorted(set(places))
    assert {place for place, wire in enumerate(wires) if needle in wire} <= {*places}
    every = [*encoded.chosen(needle, lambda behind: range(len(behind)))]
    assert every == sorted(every)
    assert {place for place, wire in enumerate(wires) if needle in wire} <= {*every}
    assert [*encoded.chosen(needle, lambda behind: range(1, len(behind), 2))] == every[1::2]


def test_a_status_whose_number_is_written_too_long_is_an_error() -> None:
    span = b"\x0a\x10" + bytes(16) + b"\x7a\x03\x18\x82\x00"
    [trace] = Reader([], Rules()).read(TraceBatch.parse(together([(NO_SHELL, [span])]))).traces.values()
    assert trace.error is not None


def test_what_stands_behind_a_key_rules_a_span_out_only_as_a_value_that_does_not_fit() -> None:
    watcher = string_watcher(StringAttributeConfig(key="tier", values=["gold"]))
    iron, gold = b"\x12\x06\x0a\x04iron", b"\x12\x06\x0a\x04gold"
    others = [iron + b"J", gold + b"J", iron[:-1], b"\x1a" + iron[1:], b"\x12\x86\x00" + iron[2:]]
    for _ in range(2):  # the second time it is remembered
        assert [*watcher.suspects([iron, *others])] == [2, 3, 4, 5]
        for cut in (b"", b"\x12"):
            assert 0 in watcher.suspects([cut, iron])
