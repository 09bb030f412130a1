"""debug: what is printed for what passes."""

import io
import logging
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from pydantic import ValidationError

from spansieve.exporters.debug import Debug, DebugConfig
from spansieve.exporters.debug.sampling import Budget, Sampler
from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import Signal, TraceBatch, parse
from spansieve.plugin import Permanent
from spansieve.testing import ERROR, OK, FakeHost, otlp_request

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"


def printed(
    capsys: pytest.CaptureFixture[str],
    *requests: tuple[Signal, bytes],
    verbosity: str = "normal",
    **settings: Any,  # noqa: ANN401
) -> list[str]:
    """The lines that `requests` come out as."""
    exporter = Debug(DebugConfig(verbosity=verbosity, **settings), FakeHost())  # type: ignore[arg-type]
    exporter.start()
    capsys.readouterr()
    for signal, body in requests:
        getattr(exporter, signal)(parse(signal, body))
    exporter.shutdown()
    return capsys.readouterr().out.splitlines()


def capture(name: str) -> tuple[Signal, bytes]:
    """A request that a real agent sent."""
    path = CAPTURES / name
    signal: Any = path.name.split(".")[1]
    body = path.read_bytes()
    return signal, to_protobuf(signal, body) if path.suffix == ".json" else body


PYDANTIC_AI = """\
trace  4a687432f4a870afc97b29ec7290bb51  billing-desk  4 spans  147 ms
└── invoke_agent billing_desk  147 ms
    ├── execute_tool lookup_customer  92 ms
    ├── execute_tool charge_card  72 ms
    └── chat gpt-4o-mini  7.8 ms  334 in / 29 out tokens
trace  298f024c28cfe71aa3559c97478f6cd0  billing-desk  4 spans  208 ms  1 error
└── invoke_agent billing_desk  208 ms
    ├── chat gpt-4o-mini  161 ms  402 in / 41 out tokens
    ├── execute_tool sync_ledger  33 ms  ERROR: pydantic_ai.exceptions.ToolRetryError: cannot connect to postgresql://b"""

GEMINI = """\
trace  284cb7f1cf3c2a765bb03579ea469afd  gemini-cli  1 span  80 ms
└── llm_call  80 ms  gemini-2.5-flash  1211 in / 57 out tokens  agent gemini-cli
trace  4f608a49150ab0b2aea971e92fe75d28  gemini-cli  3 spans  102 ms
└── schedule_tool_calls  102 ms  agent gemini-cli
    ├── tool_call  60 ms  tool read_file
    └── tool_call  46 ms  tool run_shell_command
trace  11e409738577aa15622f7fede3527408  gemini-cli  1 span  35 ms
└── llm_call  35 ms  gemini-2.5-flash  1334 in / 29 out tokens  agent gemini-cli"""


@pytest.mark.parametrize(
    ("name", "picture"), [("pydantic_ai/002.traces.pb", PYDANTIC_AI), ("gemini/001.traces.json", GEMINI)]
)
def test_a_tree_for_each_trace(name: str, picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = picture.splitlines()
    assert [line[:119] for line in printed(capsys, capture(name))][: len(lines)] == lines


def test_basic_is_a_line_a_request(capsys: pytest.CaptureFixture[str]) -> None:
    requests = [capture(f"gemini/{name}.json") for name in ("001.traces", "002.logs", "003.metrics")]
    assert printed(capsys, *requests, ("traces", otlp_request("desk", OK, ERROR)), verbosity="basic") == [
        "traces  5 spans in 3 traces  112.9 kB  gemini-cli",
        "logs  17 records  116.7 kB  gemini-cli",
        "metrics  25 points of 11 metrics  13.7 kB  gemini-cli",
        "traces  2 spans in 1 trace  1 error  191 B  desk",
    ]


def test_logs_and_metrics_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, capture("gemini/002.logs.json"), capture("pydantic_ai/003.metrics.pb"))
    assert len(lines) == 17 + 3
    assert lines[0].startswith("14:43:57.610  -      CLI configuration loaded.  session.id=e8615713")
    assert lines[0].endswith("embedding_model=gemini-embedding-001 and 17 more")
    assert lines[17].startswith(
        "15:03:54.882  gen_ai.client.token.usage  count 6 sum 2517 min 211 max 551 {token}  histogram"
    )


def test_detailed_shows_all_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add(schema_url="https://example.org/schema")
    resource.resource.attributes.add(key="service.name").value.string_value = "desk"
    scope = resource.scope_spans.add()
    scope.scope.name, scope.scope.version = "tracer", "1.2"
    span = scope.spans.add(
        trace_id=b"\x01" * 16,
        span_id=b"\x02" * 8,
        parent_span_id=b"\x03" * 8,
        name="chat",
        kind=3,
        trace_state="a=b",
        start_time_unix_nano=1_700_000_000_000_000_000,
        end_time_unix_nano=1_700_000_001_500_000_000,
        dropped_events_count=2,
    )
    span.status.code, span.status.message = Status.STATUS_CODE_ERROR, "refused"
    span.attributes.add(key="count").value.int_value = 3
    items = span.attributes.add(key="list").value.array_value
    items.values.add().double_value = 0.5
    items.values.add().kvlist_value.values.add(key="deep").value.bool_value = True
    event = span.events.add(name="retry", time_unix_nano=1_700_000_000_250_000_000)
    event.attributes.add(key="raw").value.bytes_value = b"\x00\xff"
    span.links.add(trace_id=b"\x04" * 16, span_id=b"\x05" * 8).attributes.add(key="why")

    assert printed(capsys, ("traces", request.SerializeToString()), verbosity="detailed") == [
        "trace  01010101010101010101010101010101  desk  1 span  1.50 s  1 error",
        "├── resource  https://example.org/schema",
        "│   └── service.name: desk",
        "└── chat  1.50 s  ERROR: refused  (parent elsewhere)",
        "    ├── span  0202020202020202  parent 0303030303030303",
        "    ├── CLIENT  from 2023-11-14 22:13:20.000 to 22:13:21.500  tracer 1.2  a=b  sender left out 2 events",
        "    ├── status ERROR: refused",
        "    ├── count: 3",
        "    ├── list: [0.5, {deep: true}]",
        "    ├── event  retry  22:13:20.250",
        "    │   └── raw: 0x00ff",
        "    └── link  04040404040404040404040404040404 0505050505050505",
        "        └── why: (empty)",
    ]


def test_detailed_logs_and_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    logs = ExportLogsServiceRequest()
    record = logs.resource_logs.add().scope_logs.add().log_records.add(severity_number=17, trace_id=b"\x01" * 16)
    record.event_name = "tool.failed"
    record.body.string_value = "it broke"
    record.attributes.add(key="tool").value.string_value = "ledger"
    metrics = ExportMetricsServiceRequest()
    metric = metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="latency", unit="ms")
    metric.histogram.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
    point = metric.histogram.data_points.add(count=3, sum=12, bucket_counts=[2, 0, 1], explicit_bounds=[5, 10])
    point.attributes.add(key="tool").value.string_value = "ledger"
    point.exemplars.add(as_double=2.5)

    requests: list[tuple[Signal, bytes]] = [
        ("logs", logs.SerializeToString()),
        ("metrics", metrics.SerializeToString()),
    ]
    assert printed(capsys, *requests, verbosity="detailed") == [
        "resource",
        "└── 00:00:00.000  ERROR  tool.failed  it broke",
        "    ├── span 01010101010101010101010101010101",
        "    └── tool: ledger",
        "resource",
        "└── latency  histogram  cumulative  ms",
        "    └── 00:00:00.000  latency  count 3 sum 12 ms  histogram",
        "        ├── tool: ledger",
        "        ├── buckets <=5: 2 <=inf: 1",
        "        └── exemplar  2.5",
    ]


def test_detailed_shows_exponential_buckets_and_what_stands_in_exemplars(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = ExportMetricsServiceRequest()
    metric = metrics.resource_metrics.add().scope_metrics.add().metrics.add(name="latency")
    point = metric.exponential_histogram.data_points.add(count=6, scale=2, zero_count=1)
    point.positive.offset = -1
    point.positive.bucket_counts.extend([2, 0, 3])
    exemplar = point.exemplars.add(as_int=4, trace_id=b"\x01" * 16)
    exemplar.filtered_attributes.add(key="tool").value.string_value = "ledger"

    assert printed(capsys, ("metrics", metrics.SerializeToString()), verbosity="detailed")[3:] == [
        "        ├── scale 2, zeros 1",
        "        ├── positive buckets -1: 2 1: 3",
        "        └── exemplar  4  trace 01010101010101010101010101010101  tool=ledger",
    ]


def spans(*names: tuple[int, int, int]) -> bytes:
    """A trace of spans given as (id, parent's id, start)."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for own, parent, start in names:
        scope.spans.add(
            trace_id=b"\x01" * 16,
            span_id=own.to_bytes(8, "big") if own else b"",
            parent_span_id=parent.to_bytes(8, "big") if parent else b"",
            start_time_unix_nano=start,
            end_time_unix_nano=start,
            name=f"span {own}",
        )
    return request.SerializeToString()


def tree(capsys: pytest.CaptureFixture[str], *names: tuple[int, int, int]) -> list[str]:
    return [line.replace("  0 us", "") for line in printed(capsys, ("traces", spans(*names)))[1:]]


def test_siblings_stand_by_their_start_and_orphans_at_the_top(capsys: pytest.CaptureFixture[str]) -> None:
    assert tree(capsys, (3, 1, 30), (2, 1, 20), (1, 0, 10), (5, 9, 5)) == [
        "├── span 5  (parent elsewhere)",
        "└── span 1",
        "    ├── span 2",
        "    └── span 3",
    ]


def test_circles_repeated_ids_and_no_ids_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert tree(capsys, (1, 2, 10), (2, 1, 20), (3, 3, 5), (4, 0, 1), (4, 0, 2), (0, 4, 3), (0, 0, 4)) == [
        "├── span 4",
        "│   └── span 0",
        "├── span 4",
        "├── span 0",
        "├── span 3",
        "└── span 1",
        "    └── span 2",
    ]


def test_a_chain_of_ten_thousand_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    lines = tree(capsys, *((n, n - 1, n) for n in range(1, 10_001)))
    assert len(lines) == 10_000
    assert max(map(len, lines)) < 130


@pytest.mark.parametrize("verbosity", ["normal", "detailed"])
def test_a_narrow_terminal_loses_nothing(verbosity: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal("utf-8", terminal=True)
    monkeypatch.setattr(sys, "stdout", stream)
    exporter = Debug(DebugConfig(verbosity=verbosity), FakeHost())
    exporter.start()
    exporter.traces(parse("traces", spans(*((n, n - 1, n) for n in range(1, 31)))))  # type: ignore[arg-type]
    assert [n for n in range(1, 31) if f"span {n} " not in stream.getvalue().replace("\x1b[0m", " ")] == []


def test_content_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b[2J\x07[red]x[/red] :smile: \u202ereversed\u2028\r\n\x9b31m" + "a" * 500
    span = ERROR.with_(
        name=evil, message=evil, attributes={"gen_ai.tool.name": evil, "gen_ai.request.model": evil, evil: evil}
    )
    for verbosity in ("basic", "normal", "detailed"):
        lines = printed(capsys, ("traces", otlp_request(evil, span)), verbosity=verbosity)
        text = "\n".join(lines)
        assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in text.replace("\n", ""))
        assert not {"\u202e", "\u2028"} & set(text)
        assert "\\e[2J\\x07[red]x[/red] :smile: \\u202ereversed\\u2028\\r\\n\\x9b31m" in text
    assert len(lines) < 20


def test_what_cannot_be_decoded_costs_itself_alone(capsys: pytest.CaptureFixture[str]) -> None:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(name="good")
    good = request.SerializeToString()
    span = b"\x2a\x03bad" + b"\x4a\x02\xff\xff" + b"\x5a\x02\xff\xff" + b"\x7a\x01\xff"  # attributes, events, status
    bad = b"\x0a" + bytes([len(span) + 4]) + b"\x12" + bytes([len(span) + 2]) + b"\x12" + bytes([len(span)]) + span
    for verbosity in ("basic", "normal", "detailed"):
        lines = printed(capsys, ("traces", good + bad), verbosity=verbosity)
    assert any("bad  0 us  (not readable)" in line for line in lines)
    assert any("good" in line for line in lines)


class Terminal(io.StringIO):
    """A stream that says what it is."""

    def __init__(self, encoding: str, terminal: bool) -> None:
        """Empty."""
        super().__init__()
        self._encoding, self._terminal = encoding, terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """What it can write."""
        return self._encoding

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._terminal


def test_a_terminal_gets_colours_and_no_other_stream_does(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    outputs = {}
    for terminal in (True, False):
        stream = Terminal("utf-8", terminal)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            exporter = Debug(DebugConfig(verbosity="normal"), FakeHost())
            exporter.start()
            exporter.traces(parse("traces", otlp_request("desk", ERROR.with_(message="word " * 60))))  # type: ignore[arg-type]
        outputs[terminal] = stream.getvalue()
    assert "\x1b[1;31mERROR: word" in outputs[True]
    assert "\x1b" not in outputs[False]
    assert len(outputs[False].splitlines()) == 2 < len(outputs[True].splitlines())


def test_a_stream_that_can_not_write_all_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal("ascii", terminal=False)
    monkeypatch.setattr(sys, "stdout", stream)
    exporter = Debug(DebugConfig(verbosity="normal"), FakeHost())
    exporter.start()
    exporter.traces(parse("traces", otlp_request("desk", OK.with_(name="größe"))))  # type: ignore[arg-type]
    assert "gr\\xf6\\xdfe" in stream.getvalue()
    assert stream.getvalue().isascii()


def test_a_closed_stream_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.close(read)
    exporter = Debug(DebugConfig(), FakeHost())
    with pytest.raises(Permanent, match="closed"):
        exporter.traces(parse("traces", otlp_request("desk", OK)))  # type: ignore[arg-type]
    exporter.start()
    with os.fdopen(write, "wb", buffering=0) as pipe:
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(pipe, write_through=True))
        with pytest.raises(Permanent, match="output closed"):
            exporter.traces(parse("traces", otlp_request("desk", OK)))  # type: ignore[arg-type]
    monkeypatch.undo()


def test_files_are_added_to_and_are_their_owners_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "debug.txt"
    for _ in range(2):
        lines = printed(
            capsys, ("traces", otlp_request("desk", OK)), verbosity="basic", output_paths=["stdout", str(path)]
        )
        assert len(lines) == 1
    assert path.read_text().splitlines() == lines * 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_programs_own_log(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.INFO, "spansieve"):
        assert printed(capsys, ("traces", otlp_request("desk", OK)), use_internal_logger=True) == []
    assert [record.getMessage().split()[0] for record in caplog.records] == ["trace", "└──"]


def test_sampling_is_by_the_second() -> None:
    def shows(sampler: Sampler, now: float, times: int) -> str:
        return "".join("x" if sampler.shows(now) else "." for _ in range(times))

    every = Sampler(initial=2, thereafter=1)
    assert shows(every, 1.0, 6) == "xxxxxx"
    third = Sampler(initial=2, thereafter=3)
    assert shows(third, 1.0, 8) == "xx..x..x"
    assert shows(third, 1.9, 1) == "."
    assert shows(third, 2.0, 3) == "xx."
    assert shows(Sampler(initial=1, thereafter=0), 1.0, 4) == "x..."


def test_two_places_at_once_are_refused() -> None:
    with pytest.raises(ValidationError, match="only while use_internal_logger is false"):
        DebugConfig(use_internal_logger=True, output_paths=["stderr"])
    with pytest.raises(ValidationError, match="output_paths"):
        DebugConfig(output_paths=[])


def test_above_its_budget_a_request_is_one_line_until_time_has_passed() -> None:
    budget = Budget(10)
    assert budget.affords(15, 0.0)
    assert not budget.affords(15, 0.0)
    assert budget.affords(5, 0.0)
    assert budget.affords(5, 1.0)
    assert Budget(10).affords(1_000, 0.0)
    assert Budget(0).affords(1_000_000, 0.0)


def test_a_burst_is_drawn_as_far_as_the_budget_goes_and_summed_up_beyond(capsys: pytest.CaptureFixture[str]) -> None:
    exporter = Debug(DebugConfig(verbosity="normal", items_per_second=3), FakeHost())
    exporter.start()
    for name in ("one", "two", "three"):
        exporter.traces(TraceBatch.parse(otlp_request("agent", *[OK.with_(name=name)] * 3)))
    lines = capsys.readouterr().out.splitlines()
    assert "two" in "".join(lines)
    assert "three" not in "".join(lines)
    assert "3 spans" in lines[-1]
