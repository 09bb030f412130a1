"""What was seen before makes no difference to what leaves, nor to what is counted."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import LogBatch, TraceBatch
from spansieve.processors.prompt_privacy import PromptPrivacy
from spansieve.processors.prompt_privacy.detectors import FAMILIES, Engine
from spansieve.testing import FakeHost

from .requests import TRACE, pair, privacy, scrubbed, spans_of, value

Engine(FAMILIES).gate.compile()

MAIL = "jane.doe@acme-mail.io"
TEXTS = st.sampled_from(
    [
        *("a", "of 3 files", "", "naïve", f"write to {MAIL}", MAIL, f"{MAIL}, bob@acme-mail.io", "4111 1111 1111 1111"),
        *("password=hunter22xyz", "card 4111111111111111", "fr 1 85 05 78 006 084 36", "ok 4111 1111 1111 1112"),
        *("Maria Lindqvist", "by Maria Lindqvist", "/home/mlindqvist/x", "ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"),
    ]
)
KEYS = st.sampled_from(
    ["note", "user.name", "user.id", "gen_ai.input.messages", "session.id", "a", "db.password", MAIL]
)
VALUES = st.one_of(TEXTS, TEXTS, TEXTS, st.lists(TEXTS, max_size=2), st.integers(0, 4), st.just(4111111111111111))
SPANS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "attributes": st.lists(st.tuples(KEYS, VALUES), max_size=4),
        "event": st.none() | TEXTS,
        "status": TEXTS,
        "trace": st.sampled_from([TRACE, b"o" * 16, b""]),
    }
)
SETTINGS: list[dict[str, Any]] = [
    {},
    {"dry_run": True, "i_know": True},
    {"audit": "none"},
    {"content": {"prompt": "hash"}, "debug_sample": {"ratio": 0.5}},
    {"entities": {"EMAIL": "drop_attribute", "CARD": "mask", "PERSON": "allow"}},
    {"allow": {"keys": ["note"]}},
]


def request(spans: list[dict[str, Any]]) -> bytes:
    made = ExportTraceServiceRequest()
    inside = made.resource_spans.add().scope_spans.add()
    for number, one in enumerate(spans, 1):
        span = inside.spans.add(trace_id=one["trace"], span_id=number.to_bytes(8, "big"), name=one["name"])
        span.attributes.extend(pair(key, said) for key, said in one["attributes"])
        span.status.message = one["status"]
        if one["event"] is not None:
            span.events.add(name="e").attributes.append(pair("note", one["event"]))
    return made.SerializeToString()


def left(processor: PromptPrivacy, body: bytes) -> bytes:
    batch = TraceBatch.parse(body)
    processor.traces(batch)
    return batch.encode()


def findings(host: FakeHost) -> Counter[Any]:
    return Counter({key: count for key, count in host.counts.items() if key[0] == "spansieve_privacy_findings"})


@pytest.mark.parametrize("options", SETTINGS)
@settings(max_examples=50)
@given(before=st.lists(SPANS, max_size=4), spans=st.lists(SPANS, min_size=1, max_size=4))
def test_a_request_leaves_as_if_it_were_the_first(
    options: dict[str, Any], before: list[dict[str, Any]], spans: list[dict[str, Any]]
) -> None:
    host, fresh = FakeHost(), FakeHost()
    processor, body = privacy(host, **options), request(spans)
    for _ in range(2):
        left(processor, request(before))
        left(processor, request([*before, *spans]))
    counted = findings(host)
    assert left(processor, body) == left(privacy(fresh, **options), body)
    assert findings(host) - counted == findings(fresh)


def test_what_is_new_in_an_item_is_found_beside_what_is_known() -> None:
    processor = privacy()
    scrubbed(processor, spans_of(*[{"note": MAIL}] * 3))
    known, other, named = scrubbed(processor, spans_of({"note": MAIL}, {"note": MAIL, "b": "bob@acme-mail.io"}, {}))
    assert known.attributes["note"] == other.attributes["note"]
    assert "bob" not in repr(other.attributes)
    assert not named.attributes
    (named,) = scrubbed(processor, spans_of({"note": MAIL}, name=f"for {MAIL}"))
    assert MAIL not in named.name


def test_records_are_counted_each_time() -> None:
    host = FakeHost()
    processor = privacy(host)
    made = ExportLogsServiceRequest()
    inside = made.resource_logs.add().scope_logs.add()
    for _ in range(3):
        record = inside.log_records.add(trace_id=TRACE, body=value("done"))
        record.attributes.append(pair("note", MAIL))
    batch = LogBatch.parse(made.SerializeToString())
    processor.logs(batch)
    assert MAIL.encode() not in batch.encode()
    assert len({str(record.attributes["note"]) for record in batch}) == 1
    assert host.counts["spansieve_privacy_findings", "placeholder", "EMAIL", "logs", "attribute"] == 3
