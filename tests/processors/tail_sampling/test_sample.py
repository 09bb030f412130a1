"""spansieve sample: what would be kept of recorded telemetry, on the telemetry's own clock; nothing is sent."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from spansieve.otlp.json_mapping import to_json
from tests.captures import CAPTURES
from tests.e2e.program import spansieve, typed

from .spans import request, trace_id

NOBODY: dict[str, Any] = {"policies": [], "decision_wait": "10s"}
EVERYBODY: dict[str, Any] = {"policies": [{"name": "all", "type": "always_sample"}], "decision_wait": "10s"}
CODEX, GEMINI = CAPTURES / "codex", CAPTURES / "gemini"


def config(
    folder: Path,
    sampling: Mapping[str, Any],
    *,
    before: Iterable[str] = (),
    logs: bool = False,
    more: Mapping[str, Any] | None = None,
) -> Path:
    """A file whose pipeline of traces has the processor, behind others; `more` are other processors."""
    names = [*before, "tail_sampling"]
    pipeline = {"receivers": ["otlp"], "processors": names, "exporters": ["debug"]}
    pipelines = {"traces": pipeline, **({"logs": pipeline} if logs else {})}
    file = folder / "config.yaml"
    made = {
        "receivers": {"otlp": {"protocols": {"grpc": {}}}},
        "processors": {**{name: {} for name in before}, "tail_sampling": dict(sampling), **(more or {})},
        "exporters": {"debug": {}},
        "service": {"pipelines": pipelines},
    }
    file.write_text(yaml.safe_dump(made))
    return file


def spans_file(folder: Path, *spans: dict[str, Any]) -> Path:
    file = folder / "one.traces.pb"
    file.write_bytes(request(*spans))
    return file


def run(*arguments: object) -> tuple[int, str]:
    """Exit code and all that was printed."""
    done = typed("sample", *map(str, arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def found(*arguments: object) -> dict[str, Any]:
    """What `--json` gives."""
    done = typed("sample", "--json", *map(str, arguments))
    assert done.exit_code == 0, done.output
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def many(count: int, every_ms: int) -> list[dict[str, Any]]:
    """Traces of one span, one behind the other."""
    return [{"trace": f"t{at}", "start_ms": at * every_ms} for at in range(count)]


def test_a_person_reads_what_is_kept_by_which_policy_and_how_much_a_day_that_is(tmp_path: Path) -> None:
    slow = {"name": "slow", "type": "latency", "latency": {"threshold_ms": 1000}}
    file = config(tmp_path, {"policies": [slow], "decision_wait": "10s"})
    spans = spans_file(tmp_path, *many(9, 1000), {"trace": "s", "ms": 8010, "name": "turn"})
    text = typed("sample", "--config", str(file), str(spans)).stdout
    assert text.splitlines()[:2] == [
        "tail_sampling in traces; nothing was sent",
        "2023-11-14 22:13:20.010 to 2023-11-14 22:13:28.010 UTC: 8.0 s, which is short: the figures of a day are rough",
    ]
    rows = [line.split() for line in text.splitlines()]
    assert ["seen", "10", "10"] in [row[:3] for row in rows]
    assert ["kept", "1", "10.0%", "1", "10.0%"] in [row[:5] for row in rows]
    assert ["slow", "policy", "1", "1"] in [row[:4] for row in rows]
    assert "decided: wait 1" in text
    assert "errors: 0 traces with one" in text


def test_the_day_is_reckoned_from_the_time_that_the_data_cover(tmp_path: Path) -> None:
    report = found("--config", config(tmp_path, EVERYBODY), spans_file(tmp_path, *many(25, 3_600_000)))
    assert (report["seconds"], report["short"]) == (86_400, False)
    assert report["seen"]["a_day"]["spans"] == report["kept"]["a_day"]["spans"] == 25
    alone = found("--config", config(tmp_path, EVERYBODY), spans_file(tmp_path, *many(1, 0)))
    assert (alone["kept"]["a_day"]["spans"], alone["short"]) == (None, True)


def test_errors_are_kept_and_shown(tmp_path: Path) -> None:
    file = spans_file(tmp_path, *many(3, 100), {"trace": "bad", "error": True}, {"trace": "bad", "parent": "x"})
    report = found("--config", config(tmp_path, NOBODY), file)
    assert report["errors"] == {"traces": 1, "kept": 1, "dropped": []}
    [policy] = report["policies"]
    assert (policy["policy"], policy["reason"], policy["traces"], policy["spans"]) == ("errors", "error", 1, 2)
    assert report["decided"] == {"early": 1}


def test_dropped_errors_are_listed_the_largest_first(tmp_path: Path) -> None:
    sampling = {"errors": {"keep": False}, "policies": [{"name": "p", "type": "probabilistic"}], "decision_wait": "1s"}
    one, two = {"trace": "one", "error": True}, {"trace": "two", "error": True, "name": "the\x1b[2Jturn"}
    spans = spans_file(tmp_path, one, two, {"trace": "two", "parent": "x"})
    arguments = ("--config", config(tmp_path, sampling), spans)
    report = found(*arguments)
    assert [one["trace_id"] for one in report["errors"]["dropped"]] == [
        trace_id("two").hex(),
        trace_id("one").hex(),
    ]
    text = run(*arguments)[1]
    assert "errors: 2 traces with one, 2 dropped, the largest:" in text
    assert "the\\e[2Jturn" in text


def test_the_clock_is_that_of_the_spans(tmp_path: Path) -> None:
    """Spans a second apart pass a limit of one a second, all in one request as they are: 20 at once do not."""
    limit = {"name": "rate", "type": "rate_limiting", "rate_limiting": {"spans_per_second": 1, "burst_capacity": 1}}
    sampling = {"policies": [limit], "decision_wait": "1s"}
    spread = found("--config", config(tmp_path, sampling), spans_file(tmp_path, *many(20, 1000)))
    assert spread["kept"]["traces"] == 20
    at_once = found("--config", config(tmp_path, sampling), spans_file(tmp_path, *many(20, 1)))
    assert at_once["kept"]["traces"] == 1


def test_a_late_error_brings_a_dropped_trace_back(tmp_path: Path) -> None:
    late = {"trace": "t0", "span": "late", "parent": "x", "start_ms": 60_000, "error": True}
    report = found("--config", config(tmp_path, NOBODY), spans_file(tmp_path, *many(2, 10), late))
    assert [(one["policy"], one["reason"], one["spans"]) for one in report["policies"]] == [("errors", "late_error", 2)]
    assert report["decided"] == {"late": 1}


def test_the_budget_says_what_it_came_to(tmp_path: Path) -> None:
    sampling = {**EVERYBODY, "decision_wait": "1s", "budget": {"spans_per_second": 5, "interval": "1s"}}
    arguments = ("--config", config(tmp_path, sampling), spans_file(tmp_path, *many(1500, 20)))
    report = found(*arguments)
    assert 0.05 < report["budget"]["least"] < 0.2
    assert 150 < report["kept"]["spans"] < 600
    assert "budget: probability 0." in run(*arguments)[1]


def test_errors_that_are_more_than_the_budget_are_kept_and_warned_about(tmp_path: Path) -> None:
    sampling = {**NOBODY, "budget": {"spans_per_second": 5, "interval": "1s"}}
    bad = [{**one, "error": True} for one in many(400, 20)]
    arguments = ("--config", config(tmp_path, sampling), spans_file(tmp_path, *bad))
    assert found(*arguments)["kept"]["traces"] == 400
    assert "warning: what is exempt from the budget is above it" in run(*arguments)[1]


def test_what_stands_before_the_processor_runs_too(tmp_path: Path) -> None:
    """The captured agent's failures show in content alone: `ai_semantics` marks them."""
    sampling = {**NOBODY, "errors": {"sources": ["agent", "logs"]}}
    bare = found("--config", config(tmp_path, sampling), CODEX)
    limiter = {"memory_limiter": {"check_interval": "1s", "limit_mib": 1000}}
    before = ["memory_limiter", "ai_semantics", "batch"]
    whole = found("--config", config(tmp_path, sampling, before=before, more=limiter), CODEX)
    assert bare["errors"]["traces"] == 0
    assert whole["errors"]["kept"] == whole["errors"]["traces"] > 0
    assert whole["before"] == ["ai_semantics"]


def test_log_records_tell_of_errors_where_the_processor_stands_in_their_pipeline(tmp_path: Path) -> None:
    said = "requests of logs not used: no pipeline of logs names tail_sampling"
    assert said in run("--config", config(tmp_path, EVERYBODY), GEMINI)[1]
    assert said not in run("--config", config(tmp_path, EVERYBODY, logs=True), GEMINI)[1]


def test_every_recorded_agent_is_kept_whole_where_everything_is(tmp_path: Path) -> None:
    report = found("--config", config(tmp_path, EVERYBODY), CODEX, GEMINI)
    assert report["kept"]["share"]["spans"] == 1.0
    assert report["kept"]["traces"] == report["seen"]["traces"] > 40


def test_what_the_file_exporter_wrote_is_read(tmp_path: Path) -> None:
    lines = tmp_path / "telemetry.jsonl"
    lines.write_bytes(b"".join(to_json("traces", request(one)) + b"\n" for one in many(3, 1000)))
    assert found("--config", config(tmp_path, EVERYBODY), lines)["kept"]["traces"] == 3


def test_spans_that_a_filter_takes_out_are_told(tmp_path: Path) -> None:
    rules = {"traces": {"span": ['name == "op"']}}
    file = config(tmp_path, EVERYBODY, before=["filter"], more={"filter": rules})
    arguments = ("--config", file, spans_file(tmp_path, *many(3, 10), {"trace": "o", "name": "other"}))
    code, text = run(*arguments)
    assert (code, "warning: 3 spans taken out by what stands before tail_sampling" in text) == (0, True)
    assert found(*arguments)["seen"]["spans"] == 1


def test_storage_is_not_opened(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    file = config(tmp_path, {**EVERYBODY, "storage": "storage", "late": {"spill": "storage"}})
    whole = yaml.safe_load(file.read_text())
    whole["extensions"] = {"storage": {"directory": str(folder)}}
    whole["service"]["extensions"] = ["storage"]
    file.write_text(yaml.safe_dump(whole))
    assert found("--config", file, spans_file(tmp_path, *many(2, 10)))["kept"]["traces"] == 2
    assert not folder.exists()


def test_spans_without_times_and_far_apart_are_taken(tmp_path: Path) -> None:
    far = {"trace": "far", "start_ms": 50 * 365 * 86_400_000}
    report = found("--config", config(tmp_path, EVERYBODY), spans_file(tmp_path, *many(2, 10), far))
    assert report["kept"]["traces"] == 3


@pytest.mark.parametrize(
    ("sampling", "arguments", "said"),
    [
        (EVERYBODY, ["nowhere.pb"], "'nowhere.pb' does not exist"),
        (EVERYBODY, ["{config}"], "is neither an OTLP request in protobuf nor OTLP JSON"),
        (EVERYBODY, ["--processor", "tail_sampling/x", "{spans}"], "no processor tail_sampling/x; choose with"),
        ({**EVERYBODY, "polices": []}, ["{spans}"], "processors.tail_sampling.polices: unknown key"),
        (EVERYBODY, ["{folder}/empty"], "nothing to sample in"),
        (EVERYBODY, ["{logs}"], "no span of"),
    ],
)
def test_a_mistake_is_told_plainly(
    tmp_path: Path, sampling: Mapping[str, Any], arguments: list[str], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    places = {
        "config": config(tmp_path, sampling),
        "spans": spans_file(tmp_path, *many(1, 0)),
        "folder": tmp_path,
        "logs": GEMINI / "002.logs.json",
    }
    code, text = run("--config", places["config"], *(one.format(**places) for one in arguments))
    assert (code, "Traceback" in text) == (2, False)
    assert said in " ".join(text.split())


def test_a_configuration_without_the_processor_in_a_pipeline_of_traces_says_so(tmp_path: Path) -> None:
    file = config(tmp_path, EVERYBODY)
    whole = yaml.safe_load(file.read_text())
    whole["service"]["pipelines"]["traces"]["processors"] = []
    file.write_text(yaml.safe_dump(whole))
    assert "no pipeline of traces names tail_sampling" in run("--config", file, CODEX)[1]
    del whole["processors"]["tail_sampling"]
    file.write_text(yaml.safe_dump(whole))
    assert "the configuration has no tail_sampling" in run("--config", file, CODEX)[1]


def test_of_several_processors_one_is_chosen(tmp_path: Path) -> None:
    file = config(tmp_path, EVERYBODY, more={"tail_sampling/none": NOBODY})
    whole = yaml.safe_load(file.read_text())
    pipelines = whole["service"]["pipelines"]
    pipelines["traces/none"] = pipelines["traces"] | {"processors": ["tail_sampling/none"]}
    file.write_text(yaml.safe_dump(whole))
    spans = spans_file(tmp_path, *many(2, 10))
    assert "has several tail_sampling; choose with --processor" in run("--config", file, spans)[1]
    assert found("--config", file, "-p", "tail_sampling/none", spans)["kept"]["traces"] == 0
    assert found("--config", file, "-p", "tail_sampling", spans)["kept"]["traces"] == 2


def test_the_real_program_has_the_verb(tmp_path: Path) -> None:
    done = spansieve("sample", "--config", str(config(tmp_path, EVERYBODY)), str(GEMINI))
    assert (done.returncode, "kept" in done.stdout) == (0, True), done.stderr
