"""`show`: what is in force, without secrets, and loadable again."""

from collections.abc import Callable

from spansieve.config.load import Loaded
from spansieve.config.show import show

Load = Callable[..., Loaded]

TEXT = """\
receivers: {otlp: {protocols: {grpc: }}}
processors: {privacy: }
exporters:
  backend:
    endpoint: https://me:hunter2@tempo:4317
    token: ${env:TOKEN}
    headers: {authorization: Bearer hunter2}
    tags: ["no", "012", "1e5", "1:30", "$${X}", "a$b", "null", "", "two\\nlines"]
    timeout: 90s
service:
  pipelines: {traces: {receivers: [otlp], processors: [privacy], exporters: [backend]}}
  telemetry: {metrics: {readers: []}}
"""


def test_secrets_are_masked_and_durations_written(load_text: Load) -> None:
    text = show(load_text(TEXT, env={"TOKEN": "hunter2"}))
    assert "hunter2" not in text
    assert "token: '****'" in text
    assert "authorization: '****'" in text
    assert "https://****@tempo:4317" in text
    assert "timeout: 1m30s" in text
    assert "shutdown_timeout: 30s" in text
    assert "old:" not in text  # deprecated, and not set


def test_what_is_shown_loads_again_as_the_same(load_text: Load) -> None:
    first = load_text(TEXT.replace("me:hunter2@", ""), env={"TOKEN": "****"})
    again = load_text(show(first))
    tags = first.exporters["backend"].config.tags  # type: ignore[attr-defined]
    assert tags == ["no", "012", "1e5", "1:30", "${X}", "a$b", "null", "", "two\nlines"]
    assert again.exporters["backend"].config.tags == tags  # type: ignore[attr-defined]
    assert again.receivers["otlp"].config == first.receivers["otlp"].config  # http stays off
    assert again.service == first.service
    assert show(again).replace("Bearer hunter2", "****") == show(first)
