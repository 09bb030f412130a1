"""The example of docs/instrument.md, word for word, through the real program."""

import os
import re
import subprocess
import sys
from pathlib import Path

from spansieve.pdata import Span, TraceBatch

from .program import Sink, eventually, running

PAGE = (Path(__file__).parents[2] / "docs" / "instrument.md").read_text("utf-8")
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONFIG = """
receivers: {otlp: {protocols: {http: {endpoint: "localhost:{http}"}}}}
processors: {ai_semantics: {}}
exporters: {otlp_grpc: {endpoint: "localhost:SINK", tls: {insecure: true}}}
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines: {traces: {receivers: [otlp], processors: [ai_semantics], exporters: [otlp_grpc]}}
"""


def run(example: str, endpoint: str) -> str:
    """What the example prints, sending to `endpoint`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
    env = kept | {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_SERVICE_NAME": "support"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", example], env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_pages_example_arrives_as_the_page_says(sink: Sink, tmp_path: Path) -> None:
    [example] = EXAMPLE.findall(PAGE)
    with running(tmp_path, CONFIG.replace("SINK", str(sink.port))) as program:
        assert run(example, f"http://localhost:{program.ports['http']}") == "Your order is on its way.\n"
        eventually(lambda: sink.count() == 6, "six spans arrive")
        program.check_books()

    spans: dict[str, Span] = {span.name: span for _, body in sink.bodies for span in TraceBatch.parse(body)}
    names = {span.span_id: name for name, span in spans.items()}
    assert {name: names.get(span.parent_span_id) for name, span in spans.items()} == {
        "invoke_agent support": None,
        "tools.parallel_batch": "invoke_agent support",
        "execute_tool order": "tools.parallel_batch",
        "execute_tool shipping_status": "tools.parallel_batch",
        "chat gpt-4o": "invoke_agent support",
        "execute_tool send_mail": "invoke_agent support",
    }
    assert {span.attributes["user.id"] for span in spans.values()} == {"u-17"}
    assert {span.attributes["gen_ai.conversation.id"] for span in spans.values()} == {"t-42"}
    assert [name for name, span in spans.items() if span.is_error] == ["execute_tool send_mail"]
    assert spans["chat gpt-4o"].attributes["gen_ai.usage.input_tokens"] == 412
    assert [span.attributes.get("spansieve.ai.kind") for span in spans.values()] == [
        {"invoke_agent": "agent", "execute_tool": "tool", "chat": "model"}.get(name.split()[0], "batch")
        for name in spans
    ]
    leaves = [span.attributes for span in spans.values() if not span.attributes.get("spansieve.ai.rollup")]
    assert sum(int(str(leaf.get("gen_ai.usage.input_tokens", 0))) for leaf in leaves) == 412
    assert "customer" not in str([dict(span.attributes) for span in spans.values()])
