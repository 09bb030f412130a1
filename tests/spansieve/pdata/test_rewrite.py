"""Every text of an item is shown, with its place; what is not changed keeps its bytes."""

from collections.abc import Callable

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import LogBatch, MetricBatch, TraceBatch, encode_pair, encode_value
from tests.captures import CAPTURES


class Seeing:
    """Remembers what it is shown, and changes what `change` says."""

    def __init__(self, change: Callable[[bytes], bytes | None] = lambda _: None) -> None:
        self.seen: list[tuple[str, bytes]] = []
        self._change = change

    def text(self, raw: bytes, where: str) -> bytes | None:
        self.seen.append((where, raw))
        return self._change(raw)

    pair = value = text

    def hidden(self, _raw: bytes) -> bool:
        return False


def a_request_of_spans() -> bytes:
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add(schema_url="urn:r")
    resource_spans.resource.attributes.add(key="r").value.string_value = "1"
    scope_spans = resource_spans.scope_spans.add(schema_url="urn:s")
    scope_spans.scope.name, scope_spans.scope.version = "lib", "2"
    scope_spans.scope.attributes.add(key="s").value.int_value = 1
    span = scope_spans.spans.add(name="n", trace_state="a=b", trace_id=b"t" * 16, span_id=b"s" * 8)
    span.attributes.add(key="k").value.bool_value = True
    event = span.events.add(name="e")
    event.attributes.add(key="ek").value.string_value = "ev"
    link = span.links.add(trace_state="l=m")
    link.attributes.add(key="lk").value.string_value = "lv"
    span.status.message = "failed"
    return request.SerializeToString()


def test_a_span_shows_every_text_it_has() -> None:
    (span,) = TraceBatch.parse(a_request_of_spans())
    seeing = Seeing()
    assert not span.rewrite_rest(seeing)
    assert not span.attributes.rewrite(seeing, "attribute")
    assert seeing.seen == [
        ("name", b"n"),
        ("trace_state", b"a=b"),
        ("event", b"e"),
        ("event", encode_pair("ek", "ev")),
        ("link", b"l=m"),
        ("link", encode_pair("lk", "lv")),
        ("status", b"failed"),
        ("attribute", encode_pair("k", True)),
    ]


def test_a_resource_and_a_scope_show_their_texts() -> None:
    batch = TraceBatch.parse(a_request_of_spans())
    seeing = Seeing()
    assert not batch.resources[0].rewrite(seeing)
    assert not batch.scopes[0].rewrite(seeing)
    assert seeing.seen == [
        ("resource", b"urn:r"),
        ("resource", encode_pair("r", "1")),
        ("scope", b"urn:s"),
        ("scope", b"lib"),
        ("scope", b"2"),
        ("scope", encode_pair("s", 1)),
    ]
    assert b"urn:r" in batch.resources[0].encode()
    assert b"lib" in batch.scopes[0].encode()


def test_what_was_read_before_is_read_again_after_a_change() -> None:
    (span,) = TraceBatch.parse(a_request_of_spans())
    assert dict(span.attributes) == {"k": True}
    assert span.events[0].attributes["ek"] == "ev"
    change = {
        encode_pair("k", True): encode_pair("k", "new"),
        encode_pair("ek", "ev"): encode_pair("ek", "event"),
        b"failed": b"mended",
    }
    assert span.rewrite_rest(Seeing(change.get))
    assert span.attributes.rewrite(Seeing(change.get), "attribute")
    assert dict(span.attributes) == {"k": "new"}
    assert span.events[0].attributes["ek"] == "event"
    assert span.status.message == "mended"


def test_a_pair_goes_where_nothing_takes_its_place() -> None:
    (span,) = TraceBatch.parse(a_request_of_spans())
    gone = Seeing(lambda raw: b"" if raw == encode_pair("k", True) else None)
    assert span.attributes.rewrite(gone, "attribute")
    assert len(span.attributes) == 0


def test_a_log_record_shows_its_texts_and_its_body() -> None:
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add(event_name="e", severity_text="WARN")
    record.attributes.add(key="k").value.double_value = 0.5
    record.body.string_value = "text"
    (view,) = LogBatch.parse(request.SerializeToString())
    seeing = Seeing()
    assert not view.rewrite_rest(seeing)
    assert seeing.seen == [("name", b"e"), ("severity", b"WARN"), ("body", encode_value("text"))]
    assert view.rewrite_rest(Seeing(lambda raw: encode_value("other") if raw == encode_value("text") else None))
    assert view.body == "other"


def test_a_metric_shows_its_texts_and_those_of_points_and_exemplars() -> None:
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    metrics.add(name="bare")
    metric = metrics.add(name="m", description="d", unit="s")
    metric.metadata.add(key="mk").value.string_value = "mv"
    point = metric.sum.data_points.add(as_int=1)
    point.attributes.add(key="k").value.string_value = "v"
    point.exemplars.add(as_int=1).filtered_attributes.add(key="x").value.string_value = "y"
    batch = MetricBatch.parse(request.SerializeToString())
    bare, full = batch.every_metric()
    seeing = Seeing()
    assert not bare.rewrite(seeing)
    assert not full.rewrite(seeing)
    assert seeing.seen == [
        ("name", b"bare"),
        ("name", b"m"),
        ("description", b"d"),
        ("unit", b"s"),
        ("attribute", encode_pair("mk", "mv")),
        ("attribute", encode_pair("k", "v")),
        ("attribute", encode_pair("x", "y")),
    ]


def test_a_batch_that_forgets_its_views_shows_and_sends_what_was_changed_beside_them() -> None:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    metric.gauge.data_points.add(as_int=1).attributes.add(key="k").value.string_value = "v"
    batch = MetricBatch.parse(request.SerializeToString())
    (point,) = batch
    assert point.attributes["k"] == "v"
    batch.every_metric()[0].rewrite(Seeing(lambda raw: encode_pair("k", "w") if raw == encode_pair("k", "v") else None))
    batch.forget()
    assert [point.attributes["k"] for point in MetricBatch.parse(batch.encode())] == ["w"]
    assert [point.attributes["k"] for point in batch] == ["w"]


def test_items_that_nobody_changes_keep_their_bytes() -> None:
    for file in sorted(CAPTURES.glob("*/*.traces.pb")):
        body = file.read_bytes()
        batch = TraceBatch.parse(body)
        assert not any(span.rewrite_rest(Seeing()) for span in batch)
        assert not any(span.attributes.rewrite(Seeing(), "attribute") for span in batch)
        assert batch.encode() == body
