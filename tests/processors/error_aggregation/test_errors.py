"""spansieve errors FILE...: what would become of recorded errors, on the telemetry's own clock; nothing is sent."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from spansieve.alerts.status import AlertRow, ErrorsStatus
from tests.e2e.program import typed
from tests.e2e.sampling_cases import body

from .house import error, errors, success

NEW, SPIKE, REGRESSION = "new_error_type", "error_spike", "error_regression"
NOW_NS = 1_700_000_000_000_000_000
HOUR = 3600.0


def config(
    folder: Path, *before: str, processors: Mapping[str, Any] | None = None, names: tuple[str, ...] | None = None
) -> Path:
    """A file whose pipeline of traces has the processor, behind others."""
    made = {"error_aggregation": {"storage": "storage"}} if processors is None else processors
    pipeline = {"receivers": ["otlp"], "exporters": ["debug"]}
    names = ("error_aggregation",) if names is None else names
    file = folder / "config.yaml"
    settings = {
        "receivers": {"otlp": {"protocols": {"grpc": {}}}},
        "processors": {**{name: {} for name in before}, **made},
        "exporters": {"debug": {}},
        "extensions": {"storage": {"directory": str(folder / "never")}},
        "service": {"extensions": ["storage"], "pipelines": {"traces": {**pipeline, "processors": [*before, *names]}}},
    }
    file.write_text(yaml.safe_dump(settings))
    return file


def spans_file(folder: Path, *spans: Mapping[str, Any]) -> Path:
    file = folder / "one.traces.pb"
    file.write_bytes(body([{"attrs": {}, "status": "UNSET", **one} for one in spans], NOW_NS))
    return file


def found(*arguments: object) -> ErrorsStatus:
    """What `--json` gives."""
    done = typed("errors", "--json", *map(str, arguments))
    assert done.exit_code == 0, done.output
    status: ErrorsStatus = json.loads(done.stdout)
    return status


def raised(alerts: list[AlertRow]) -> list[tuple[str, str, str]]:
    """Types, keys and how it stands with them, in order of their beginning."""
    begun = sorted(alerts, key=lambda one: one["starts_at"])
    return [(one["type"], one["pattern"], one["status"]) for one in begun]


def test_a_person_reads_patterns_and_the_alerts_that_would_have_been_raised(tmp_path: Path) -> None:
    spans = spans_file(tmp_path, *errors(11, t=0, step=1.0), error("k", t=HOUR, type="KeyError", message="no 'a'"))
    text = typed("errors", "--config", str(config(tmp_path)), str(spans)).stdout
    rows = [line.split() for line in text.splitlines()]
    assert text.splitlines()[0] == (
        "2 patterns, 1 alert fires: error_aggregation in traces; nothing was sent, 2023-11-14 23:13:22 UTC"
    )
    assert [row[:2] for row in rows[2:5]] == [["fires", NEW], ["resolved", NEW], ["resolved", SPIKE]]
    assert ["resolved", "11", "0", "0", "60", "min", "0", "TimeoutError:fetch", "timed", "out"] in [
        row[:10] for row in rows
    ]
    assert not (tmp_path / "never").exists()


def test_waits_ages_and_silences_are_those_of_the_data(tmp_path: Path) -> None:
    day = 24 * HOUR
    spans = [error("a"), error("b", t=5 * day), success("b", t=5 * day + 1), error("c", t=8 * day)]
    status = found("-c", config(tmp_path), spans_file(tmp_path, *spans))
    key = "TimeoutError:fetch"
    assert raised(status["alerts"]) == [(NEW, key, "resolved"), (REGRESSION, key, "firing")]
    assert status["alerts"][0]["starts_at"].startswith("2023-11-22")
    [pattern] = status["patterns"]
    assert (pattern["count"], pattern["recovered"], pattern["state"]) == (3, 1, "regressed")


def test_nothing_is_shown_that_privacy_takes_out(tmp_path: Path) -> None:
    secret = "no account for jane.doe@example.org with password=tr0ub4dor and card 4111 1111 1111 1111"
    stack = 'Traceback (most recent call last):\n  File "/app/pay.py", line 3, in jane_doe\n    f()\n' + secret
    spans = spans_file(tmp_path, error("a", error={"type": "PayError", "message": secret, "stack": stack}))
    file = config(tmp_path, "ai_semantics", "prompt_privacy")
    for output in (typed("errors", "-c", str(file), str(spans)).output, json.dumps(found("-c", file, spans))):
        assert "no account for <email> with password=<SECRET> and card <CARD>" in output
        for one in ("jane.doe", "tr0ub4dor", "4111"):
            assert one not in output


def test_what_stands_before_it_is_named_and_what_remembers_is_left_out(tmp_path: Path) -> None:
    file = config(tmp_path, "ai_semantics", "tail_sampling")
    spans = spans_file(tmp_path, error("a"))
    done = typed("errors", "-c", str(file), str(spans))
    assert "behind ai_semantics; nothing was sent" in done.stdout
    assert "these did not run, since they are stateful: tail_sampling" in done.stderr


@pytest.mark.parametrize(
    ("processors", "names", "arguments", "words"),
    [
        ({}, (), (), "the configuration has no error_aggregation: write one under processors"),
        (None, (), (), "no pipeline of traces names error_aggregation"),
        (None, None, ("-p", "error_aggregation/x"), "no processor error_aggregation/x; choose with --processor"),
        (None, None, ("--follow",), "--follow and --endpoint are for a running collector"),
    ],
)
def test_what_can_not_be_done_is_said_in_a_line(
    tmp_path: Path, processors: dict[str, Any] | None, names: tuple[str, ...] | None, arguments: tuple[str], words: str
) -> None:
    file = config(tmp_path, "ai_semantics", processors=processors, names=names)
    spans = spans_file(tmp_path, error("a"))
    done = typed("errors", "-c", str(file), str(spans), *arguments)
    assert done.exit_code == 2
    assert words in done.output


def test_a_recording_of_nothing_that_gets_there_is_refused(tmp_path: Path) -> None:
    metrics = tmp_path / "one.metrics.pb"
    request = ExportMetricsServiceRequest()
    request.resource_metrics.add().scope_metrics.add().metrics.add(name="tokens").sum.data_points.add(as_int=1)
    metrics.write_bytes(request.SerializeToString())
    done = typed("errors", "-c", str(config(tmp_path)), str(metrics))
    assert done.exit_code == 2
    assert "reaches error_aggregation" in done.output


def test_the_help_names_options_and_the_other_command() -> None:
    done = typed("errors", "--help")
    for words in ("--follow", "--json", "--endpoint", "[OPTIONS] [FILE...]", "fingerprint  Show the pattern"):
        assert words in done.output
    assert "show " not in done.output.lower().split("commands:")[1].replace("show the pattern", "")
