"""ai_semantics: what leaves for what arrives."""

from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost, SpanSpec, otlp_request, through


def test_a_span_that_no_rule_knows_keeps_its_bytes() -> None:
    body = otlp_request("shop", SpanSpec("GET /", attributes={"http.request.method": "GET", "url.path": "/"}))
    processor = AiSemantics(AiSemanticsConfig(), FakeHost())
    [span] = through(processor, body)
    assert dict(span.attributes) == {"http.request.method": "GET", "url.path": "/"}
