"""Records that are put together of bytes: what a receiver of them reads."""

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import SEVERITY_NUMBER_INFO, LogRecord

from spansieve.pdata import encode_pair
from spansieve.processors.behavior import records

TIMES = st.integers(0, 2**64 - 1)
TEXTS = st.text(max_size=20)
SAID = st.dictionaries(TEXTS, TEXTS | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(), max_size=3)


def some_bytes(right: int) -> st.SearchStrategy[bytes]:
    """Ids, some of them of a wrong length."""
    return st.binary(min_size=right, max_size=right) | st.binary(max_size=right + 2)


@settings(max_examples=50)
@given(st.tuples(TIMES, TIMES, some_bytes(16), some_bytes(8)), TEXTS, SAID, SAID)
def test_a_record_is_read_as_what_it_was_made_of(
    head: tuple[int, int, bytes, bytes], name: str, said: dict[str, str | float], also: dict[str, str | float]
) -> None:
    raw = records.record(*head, records.event(name, said) + records.attributes(also))
    time, observed, trace, span = head
    expected = LogRecord(
        time_unix_nano=time,
        observed_time_unix_nano=observed,
        trace_id=trace,
        span_id=span,
        event_name=name,
        severity_number=SEVERITY_NUMBER_INFO,
        severity_text="INFO",
        attributes=[KeyValue.FromString(encode_pair(key, value)) for key, value in [*said.items(), *also.items()]],
    )
    read = LogRecord.FromString(raw)
    assert read.SerializeToString(deterministic=True) == expected.SerializeToString(deterministic=True)


@given(st.lists(st.tuples(st.sampled_from(["desk", "till", ""]), st.text(max_size=400)), max_size=6))
def test_records_stand_below_their_service_in_their_order(told: list[tuple[str, str]]) -> None:
    batch = records.batch("the scope", [(service, records.event(name, {})) for service, name in told])
    names: dict[str, list[str]] = {}
    for service, name in told:
        names.setdefault(service or "unknown_service", []).append(name)
    assert len(batch) == len(told)
    request = ExportLogsServiceRequest.FromString(batch.encode())
    assert {
        around.resource.attributes[0].value.string_value: [record.event_name for record in scope.log_records]
        for around in request.resource_logs
        for scope in around.scope_logs
        if scope.scope.name == "the scope"
    } == names
