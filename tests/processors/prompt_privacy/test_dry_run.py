"""dry_run: everything passes, is counted, and nobody may forget it or let it out of the host."""

import logging
from pathlib import Path

import pytest

from spansieve.config.load import load
from spansieve.config.problems import ConfigError
from spansieve.processors.prompt_privacy import PromptPrivacy, PromptPrivacyConfig
from spansieve.testing import OK, FakeHost, otlp_request, through

JANE = "jane.doe@acme.io"


def warnings(caplog: pytest.LogCaptureFixture) -> int:
    return sum("dry_run is true" in record.getMessage() for record in caplog.records)


def test_values_pass_as_they_are_and_are_counted() -> None:
    host = FakeHost()
    processor = PromptPrivacy(PromptPrivacyConfig(dry_run=True, audit="none"), host)
    processor.start()
    body = otlp_request("agent", OK.with_(name=f"mail {JANE}", attributes={"to": JANE}))
    [span] = through(processor, body)
    assert (span.name, dict(span.attributes)) == (f"mail {JANE}", {"to": JANE})
    assert host.counts["spansieve_privacy_findings", "placeholder", "EMAIL", "traces", "attribute"] == 1


def test_it_warns_at_the_start_and_every_ten_minutes(caplog: pytest.LogCaptureFixture) -> None:
    host = FakeHost()
    processor = PromptPrivacy(PromptPrivacyConfig(dry_run=True), host)
    with caplog.at_level(logging.WARNING, logger="spansieve"):
        processor.start()
        assert warnings(caplog) == 1
        for seconds, expected in ((599, 1), (1, 2), (1, 2), (5000, 3)):
            host.clock.advance(seconds=seconds)
            through(processor, otlp_request("agent", OK))
            assert warnings(caplog) == expected


def test_without_it_nobody_is_warned(caplog: pytest.LogCaptureFixture) -> None:
    processor = PromptPrivacy(PromptPrivacyConfig(), FakeHost())
    processor.start()
    through(processor, otlp_request("agent", OK))
    assert warnings(caplog) == 0


def config(folder: Path, processor: str, exporters: str) -> str:
    file = folder / "c.yaml"
    file.write_text(
        "receivers: {otlp: {protocols: {grpc: {}}}}\n"
        f"processors:\n  prompt_privacy:\n{processor}exporters:\n{exporters}\n"
        "service: {pipelines: {traces: {receivers: [otlp], processors: [prompt_privacy], exporters: [out]}}}\n".replace(
            "out", exporters.partition(":")[0].strip()
        )
    )
    return str(file)


FAR = "  otlp: {endpoint: 'tracing.example.com:4317'}"


def test_exporters_that_leave_the_host_are_refused_with_it(tmp_path: Path) -> None:
    path = config(tmp_path, "    audit: none\n    dry_run: true\n", FAR)
    with pytest.raises(ConfigError) as caught:
        load([path])
    assert str(caught.value) == (
        f"{path}:5:5: processors.prompt_privacy.dry_run: nothing is taken out of the data, and the exporter otlp sends "
        "it to tracing.example.com:4317, outside this host. Set dry_run: false, send to this host alone while you try "
        "it, or set i_know: true if you mean it."
    )


@pytest.mark.parametrize(
    ("processor", "exporters"),
    [
        ("    dry_run: true\n    i_know: true\n", FAR),
        ("    dry_run: false\n", FAR),
        ("    dry_run: true\n", "  otlp: {endpoint: 'localhost:14317', tls: {insecure: true}}"),
        ("    dry_run: true\n", "  otlp_http: {endpoint: 'http://127.0.0.1:14318'}"),
        ("    dry_run: true\n", "  debug: {}"),
        ("    dry_run: true\n", "  file: {path: out.jsonl}"),
    ],
)
def test_otherwise_they_are_not(tmp_path: Path, processor: str, exporters: str) -> None:
    load([config(tmp_path, processor, exporters)])
