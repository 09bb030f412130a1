"""The keys of `service`."""

from collections.abc import Callable

import pytest

from spansieve.config.load import Loaded

Load = Callable[..., Loaded]
Problems = Callable[..., list[str]]

PIPELINE = """\
receivers: {otlp: }
processors: {privacy: }
exporters: {backend: }
service:
  pipelines: {traces: {receivers: [otlp], processors: [privacy], exporters: [backend]}}
"""


def test_defaults(load_text: Load) -> None:
    service = load_text(PIPELINE).service
    assert service.shutdown_timeout == 30
    assert service.workers == 1
    assert (service.telemetry.logs.level, service.telemetry.logs.encoding) == ("info", "console")
    assert (service.telemetry.metrics.level, service.telemetry.metrics.endpoint) == ("normal", "localhost:8888")


@pytest.mark.parametrize(
    ("metrics", "endpoint"),
    [
        ("", "localhost:8888"),
        ("{level: none}", ""),
        ("{level: Detailed}", "localhost:8888"),
        ("{endpoint: 0.0.0.0:9}", "0.0.0.0:9"),
        ("{endpoint: ''}", ""),
        ("{readers: []}", ""),
        ("{readers: [{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 9999}}}}]}", "0.0.0.0:9999"),
        ("{readers: [{pull: {exporter: {prometheus: {host: '::', without_units: true}}}}]}", "[::]:8888"),
        ("{readers: [{pull: {exporter: {prometheus: }}}]}", "localhost:8888"),
    ],
)
def test_where_the_metrics_are(load_text: Load, metrics: str, endpoint: str) -> None:
    loaded = load_text(PIPELINE + f"  telemetry: {{metrics: {metrics}}}\n")
    assert loaded.service.telemetry.metrics.endpoint == endpoint


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("workers: 0", "service.workers: must be at least 1; found 0."),
        ("workers: 65", "service.workers: must be at most 64; found 65."),
        ("workers: auto", "service.workers: must be a whole number"),
        ("workers: 4", "receivers.otlp: can't be shared by several service.workers: this receiver does not share"),
        (
            "worker: 4",
            "Did you mean workers?\nKnown keys: extensions, pipelines, shutdown_timeout, workers, telemetry.",
        ),
        ("shutdown_timeout: 5", "a duration needs a unit"),
        ("telemetry: {logs: {level: warning}}", "Did you mean warn?"),
        ("telemetry: {logs: {encoding: yaml}}", "must be one of console, json"),
        ("telemetry: {metrics: {readers: [{periodic: {}}]}}", "periodic readers are not supported"),
        ("telemetry: {metrics: {readers: [{pull: {exporter: {otlp: }}}]}}", "prometheus: is required and missing"),
        (
            "telemetry: {metrics: {endpoint: 'a:1', readers: [{pull: {exporter: {prometheus: }}}]}}",
            "endpoint and readers say the same thing",
        ),
        ("telemetry: {metrics: {level: some}}", "must be one of none, basic, normal, detailed"),
        ("telemetry: {resource: {service.name: 5}}", "must be a text; found 5. Put it into quotes."),
        ("pipelins: {}", "Did you mean pipelines?"),
    ],
)
def test_what_is_wrong(problems: Problems, line: str, said: str) -> None:
    assert said in "\n".join(problems(PIPELINE + f"  {line}\n"))


def test_what_go_has_and_we_do_not_is_a_warning(load_text: Load) -> None:
    logs = "logs: {level: WARN, development: true, disable_caller: true, sampling: {}}"
    lines = (
        f"  workers: 1\n  telemetry: {{{logs}, metrics: {{views: []}}, traces: {{}}, resource: {{a: null, b: c}}}}\n"
    )
    loaded = load_text(PIPELINE + lines)
    assert [warning.path.rpartition(".")[2] for warning in loaded.warnings] == [
        "development", "disable_caller", "sampling", "views", "traces"
    ]  # fmt: skip
    assert loaded.service.telemetry.logs.level == "warn"
    assert loaded.service.telemetry.resource == {"a": None, "b": "c"}
