"""explain: what it says was written is what the processor writes, and why is told of each value."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.cli import main
from spansieve.cli.recording import Recorded, read
from spansieve.clock import SystemClock
from spansieve.pdata import LogBatch, LogRecord, Signal, Span, TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.processors.ai_semantics.explained import Explained
from spansieve.processors.ai_semantics.explainer import Explainer
from spansieve.processors.ai_semantics.origins import UNTOLD
from spansieve.processors.ai_semantics.summary import Summary
from spansieve.testing import FakeHost, otlp_request
from tests.captures import CAPTURES
from tests.e2e.program import spansieve
from tests.truth import Seen

from .cases import cases

FOLDERS = sorted(file.parent for top in ("captures", "agents") for file in CAPTURES.parent.glob(f"{top}/*/expect.json"))
every_capture = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
EVERYTHING: dict[str, Any] = {
    "semconv": "dev",
    "content": True,
    "drop_originals": True,
    "rename_spans": True,
    "mark_scope": True,
    "errors": {"set_status": True, "from_finish": {"length": True}},
    "cost": {"enabled": True},
}
CONFIG = """
receivers: {otlp: {protocols: {grpc: {}}}}
processors: {ai_semantics: {}, ai_semantics/renaming: {rename_spans: true}, batch: {}}
exporters: {debug: {}}
service: {pipelines: {traces: {receivers: [otlp], processors: [ai_semantics], exporters: [debug]}}}
"""
PYDANTIC, CODEX, GEMINI = CAPTURES / "pydantic_ai", CAPTURES / "codex", CAPTURES / "gemini"


def requests(folder: Path) -> Iterable[Recorded]:
    return (one for one in read(folder) if one.signal != "metrics")


def processed(processor: AiSemantics, one: Recorded) -> tuple[list[Span | LogRecord], bytes]:
    """The items of a request as the processor leaves them, and the request."""
    if one.signal == "traces":
        spans = TraceBatch.parse(one.body)
        processor.traces(spans)
        return list(spans), spans.encode()
    records = LogBatch.parse(one.body)
    processor.logs(records)
    return list(records), records.encode()


def as_they_came(one: Recorded) -> list[dict[str, bytes]]:
    batch = TraceBatch.parse(one.body) if one.signal == "traces" else LogBatch.parse(one.body)
    return [dict(item.attributes.raws()) for item in batch]


def run(*arguments: object, stdin: bytes | None = None) -> tuple[int, str]:
    """Exit code and all that was printed."""
    done = CliRunner().invoke(main, ["explain", *map(str, arguments)], input=stdin, prog_name="spansieve")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def items(*arguments: object, stdin: bytes | None = None) -> list[dict[str, Any]]:
    """What `--json` gives."""
    code, text = run("--json", *arguments, stdin=stdin)
    assert code == 0, text
    return [json.loads(line) for line in text.splitlines()]


def request(name: str, **attributes: str | int) -> bytes:
    """A request of one span."""
    message = ExportTraceServiceRequest.FromString(otlp_request("agent"))
    span = message.resource_spans.add().scope_spans.add().spans.add()
    span.name, span.trace_id, span.span_id = name, bytes(range(16)), bytes(range(8))
    for key, value in attributes.items():
        pair = span.attributes.add(key=key.replace("__", "."))
        setattr(pair.value, "string_value" if isinstance(value, str) else "int_value", value)
    return message.SerializeToString()


@cache
def both(config: str) -> tuple[Explainer, AiSemantics]:
    """Who tells and who does, of one configuration (JSON); for all requests the same, since both are stateless."""
    settings = AiSemanticsConfig.model_validate_json(config)
    return Explainer(settings, SystemClock()), AiSemantics(settings, FakeHost())


def broken(config: Mapping[str, Any], one: Recorded) -> list[str]:
    """Where what is told of a request is not what the processor does to it, or not told whole."""
    explainer, processor = both(json.dumps(config, sort_keys=True))
    left, _ = processed(processor, one)
    three = zip(explainer.explain(one), left, as_they_came(one), strict=True)
    return [f"{told.name}: {what}" for told, item, before in three for what in _broken(told, item, before)]


def _broken(told: Explained, item: Span | LogRecord, before: dict[str, bytes]) -> Iterable[str]:
    after = item.attributes.raws()
    if told.attributes != after:
        yield "it does not leave as the processor has it"
    if {one.key: one.value for one in told.written} != {
        key: item.attributes[key] for key, raw in after.items() if before.get(key) != raw
    }:
        yield "not all that was written is told, or more"
    if {change.split()[0] for change in told.changes if "was removed" in change} != before.keys() - after.keys():
        yield "not all that was removed is told, or more"
    yield from (f"from where is {one.key}?" for one in told.written if one.origin in {"", UNTOLD})


@every_capture
@pytest.mark.parametrize("settings", [{}, EVERYTHING], ids=["default", "everything"])
def test_what_it_says_was_written_is_what_the_processor_writes(folder: Path, settings: dict[str, Any]) -> None:
    assert [what for one in requests(folder) for what in broken(settings, one)] == []


def test_and_so_it_is_for_every_case_of_the_document() -> None:
    found = []
    for case in cases():
        signal: Signal = "traces" if case.signal == "traces" else "logs"
        found += broken(case.config, Recorded(case.title, signal, case.request().SerializeToString(), 1))
    assert found == []


@every_capture
def test_the_summary_counts_as_consumers_do(folder: Path) -> None:
    (explainer, processor), summary = both("{}"), Summary()
    for one in requests(folder):
        for explained in explainer.explain(one):
            summary.add(explained)
    seen = Seen((one.signal, processed(processor, one)[1]) for one in requests(folder))
    assert (summary.input_tokens, summary.output_tokens) == (seen.tokens("input"), seen.tokens("output"))
    assert set(summary.sessions) == seen.values("gen_ai.conversation.id")


def test_a_span_is_shown_with_its_rules_and_what_each_value_was_read_from() -> None:
    code, text = run(GEMINI, "--span", _span(GEMINI, "llm_call"))
    assert code == 0
    assert "dialect gemini_cli         by dialects.gemini_cli.detect[" in text
    assert "model, generate_content    by operations.gemini_cli[0]" in text
    assert "    spansieve.original.gen_ai.operation.name = llm_call " in text
    assert "<- what stood in gen_ai.operation.name" in text


def _span(folder: Path, name: str) -> str:
    return next(str(one["span_id"]) for one in items(folder) if (one["signal"], one["name"]) == ("traces", name))


def test_a_value_that_was_changed_is_shown_as_it_was_read(tmp_path: Path) -> None:
    (tmp_path / "one.pb").write_bytes(
        request("x", openinference__span__kind="LLM", llm__model_name="gpt-4o", llm__provider="OpenAI")
    )
    _, text = run(tmp_path / "one.pb")
    assert "gen_ai.request.model = gpt-4o" in text
    assert text.split("gen_ai.request.model = gpt-4o")[1].splitlines()[0].split() == ["<-", "llm.model_name"]
    assert text.split("gen_ai.provider.name = openai")[1].splitlines()[0].split() == ["<-", "llm.provider:", "OpenAI"]


def test_failures_are_told_with_the_signs_that_were_seen() -> None:
    written = [pair for one in items(CAPTURES.parent / "agents" / "claude_code") for pair in one["written"]]
    origins = {pair["from"] for pair in written if pair["key"] == "spansieve.error.class"}
    assert "status; attribute success; http status_code" in origins
    assert any(origin.startswith("a span below: ") for origin in origins)


def test_values_that_could_not_be_used_are_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "one.pb").write_bytes(request("x", openinference__span__kind="LLM", llm__token_count__prompt="many"))
    assert items(tmp_path / "one.pb")[0]["skipped"] == [{"target": "gen_ai.usage.input_tokens", "reason": "type"}]
    assert "gen_ai.usage.input_tokens: skipped, the value is not of its type" in run(tmp_path / "one.pb")[1]


def test_what_says_nothing_is_a_count_and_with_all_each() -> None:
    code, text = run(CODEX)
    assert code == 0
    assert "\nwithout meaning unless they fail: 1," in text
    assert " (--all shows each): fs.get_metadata " in text
    assert "fs.get_metadata\n" not in text
    assert "fs.get_metadata\n" in run(CODEX, "--all")[1]
    everything = items(CODEX, "--all")
    assert len(everything) == sum(one.items for one in requests(CODEX))
    assert any(not one["dialect"] for one in everything)


def test_content_is_a_length_unless_it_is_asked_for(tmp_path: Path) -> None:
    secret = "my password is hunter2"
    (tmp_path / "one.pb").write_bytes(
        request("tool.search", tool__name="search", tool__parameters=secret, input__value=secret)
    )
    (tmp_path / "config.yaml").write_text(CONFIG.replace("ai_semantics: {}", "ai_semantics: {content: true}"))
    arguments = (tmp_path / "one.pb", "--config", tmp_path / "config.yaml", "--processor", "ai_semantics")
    for form in ((), ("--json",)):
        assert "hunter2" not in run(*arguments, *form)[1]
        assert "hunter2" in run(*arguments, *form, "--content")[1]
    assert "gen_ai.tool.call.arguments = (22 characters)" in run(*arguments)[1]


def test_what_stands_in_spans_does_not_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "one.pb").write_bytes(request("tool.\x1b[2J", tool__name="\x1b]0;x\x07", llm__model_name="\x9b31m\n"))
    for form in ((), ("--json",), ("--content",), ("--all",)):
        _, text = run(tmp_path / "one.pb", *form)
        assert not {"\x1b", "\x07", "\x9b"} & set(text)


def test_only_what_was_asked_for_is_shown_and_counted() -> None:
    trace = items(PYDANTIC)[0]["trace_id"]
    assert {one["trace_id"] for one in items(PYDANTIC, "--trace", trace[:6].upper())} == {trace}
    code, text = run(PYDANTIC, "--span", "zz")
    assert (code, "no span or log record has a span id that begins with zz" in text) == (2, True)


def test_json_lines_and_standard_input_are_read(tmp_path: Path) -> None:
    bodies = [json.dumps(json.loads(file.read_bytes())) for file in sorted(GEMINI.glob("[0-9]*.json"))]
    (tmp_path / "all.jsonl").write_text("\n".join(bodies))
    expected = [one | {"source": ""} for one in items(GEMINI)]
    assert [one | {"source": ""} for one in items(tmp_path / "all.jsonl")] == expected
    assert [one | {"source": ""} for one in items("-", stdin="\n".join(bodies).encode())] == expected
    pretty = json.dumps(json.loads(bodies[0]), indent=2).encode()
    assert items("-", stdin=pretty)[0]["source"] == "(standard input)"
    binary = sorted(PYDANTIC.glob("*.traces.pb"))[0].read_bytes()
    assert items("-", stdin=binary)[0]["dialect"] == "pydantic_ai"


def test_the_configuration_of_a_file_is_used(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    code, text = run(GEMINI, "--config", config, "--processor", "ai_semantics/renaming")
    assert code == 0
    assert "the span's name is " in text
    assert "the span's name is " not in run(GEMINI, "--config", config, "--processor", "ai_semantics")[1]


def test_rules_of_ones_own_are_named_by_their_place(tmp_path: Path) -> None:
    rules = (
        "{dialects: [{id: acme, detect: [{attr_prefix: 'acme.'}]}], "
        "operations: {acme: [{op: chat, kind: model, usage: leaf}]}, "
        "attributes: [{target: gen_ai.request.model, sources: [{key: acme.llm}]}]}"
    )
    (tmp_path / "config.yaml").write_text(CONFIG.replace("ai_semantics: {}", f"ai_semantics: {{rules: {rules}}}"))
    (tmp_path / "one.pb").write_bytes(request("ask", acme__llm="gpt-4o"))
    [one] = items(tmp_path / "one.pb", "-c", tmp_path / "config.yaml", "-p", "ai_semantics")
    assert (one["dialect"], one["detected_by"]) == ("acme", "rules.dialects[0].detect[0]")
    assert (one["kind"], one["rule"]) == ("model", "rules.operations.acme[0]")
    assert {
        "key": "gen_ai.request.model",
        "value": "gpt-4o",
        "from": "acme.llm",
        "read": {"acme.llm": {"value": "gpt-4o"}},
    } in one["written"]


@pytest.mark.parametrize(
    ("config", "arguments", "said"),
    [
        (CONFIG, (), "choose with --processor one of ai_semantics, ai_semantics/renaming"),
        (CONFIG, ("--processor", "batch"), "has no processor batch; choose with --processor one of"),
        (CONFIG.replace("ai_semantics", "attributes"), (), "processors.attributes"),
        (CONFIG.replace("rename_spans", "rename_span"), (), "unknown key. Did you mean rename_spans?"),
        ("receivers: [", (), "config.yaml:1"),
        (
            CONFIG.replace("rename_spans: true", "cost: {enabled: true, file: nowhere.yaml}"),
            ("--processor", "ai_semantics/renaming"),
            "processors.ai_semantics/renaming: prices: nowhere.yaml can't be read",
        ),
    ],
)
def test_mistakes_in_the_configuration_end_with_two(
    tmp_path: Path, config: str, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "config.yaml").write_text(config)
    code, text = run(PYDANTIC, "--config", tmp_path / "config.yaml", *arguments)
    assert (code, said in text) == (2, True), text


def test_a_configuration_without_the_processor_says_so(tmp_path: Path) -> None:
    plain = CONFIG.replace("ai_semantics: {}, ai_semantics/renaming: {rename_spans: true}, ", "")
    (tmp_path / "config.yaml").write_text(plain.replace("[ai_semantics]", "[batch]"))
    code, text = run(PYDANTIC, "--config", tmp_path / "config.yaml")
    assert (code, "configures no ai_semantics" in text) == (2, True)
    code, text = run(PYDANTIC, "--processor", "ai_semantics")
    assert (code, "there is no --config" in text) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.txt", b"nothing of the kind", "notes.txt: is neither an OTLP request in protobuf nor OTLP JSON"),
        ("bad.jsonl", b'{"resourceSpans": []}\n{', "bad.jsonl:2: is not JSON"),
        ("other.json", b"{}", "has none of the keys resourceSpans"),
        ("empty.traces.pb", b"", "there are no spans and no log records in it"),
    ],
)
def test_a_file_that_can_not_be_explained_ends_with_two(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    code, text = run(tmp_path / name)
    assert (code, said in text) == (2, True), text


def test_nothing_is_told_twice_when_a_second_spansieve_looks(tmp_path: Path) -> None:
    _, processor = both("{}")
    for number, one in enumerate(requests(PYDANTIC)):
        (tmp_path / f"{number}.{one.signal}.pb").write_bytes(processed(processor, one)[1])
    again: list[Explained] = [
        explained
        for one in requests(tmp_path)
        for explained in Explainer(AiSemanticsConfig(), SystemClock()).explain(one)
    ]
    assert again
    assert not [one for one in again if one.changed]


def test_the_command_explains_a_capture() -> None:
    done = spansieve("explain", str(PYDANTIC))
    assert (done.returncode, done.stderr) == (0, "")
    assert "execute_tool lookup_customer" in done.stdout
    assert "tokens, each counted once: " in done.stdout
