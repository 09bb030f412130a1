"""What agents send becomes the numbers, events and alerts that it should."""

import importlib.util
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from .metric_agents import agent_cases, wrong_numbers
from .metric_cases import cases, requests
from .metric_otlp import Case, span_id, trace_id
from .metric_runs import by_config, openmetrics_of_program, shown_by_program, through_program
from .metric_told import Told, told

EVERY = cases(
    "bounds.yaml",
    "behavior.yaml",
    "captures.yaml",
    "costs.yaml",
    "counting.yaml",
    "decisions.yaml",
    "levels.yaml",
    "rules.yaml",
    "tokens.yaml",
)
TOLD = [case for case in EVERY if "until" in case]
GROUPS = by_config(case for case in EVERY if "until" not in case)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group[0]['title']}, and {len(group) - 1} more")
def test_both_exits_show_what_was_counted_by_hand(tmp_path: Path, group: list[Case]) -> None:
    found = through_program(group, tmp_path)
    titles = {case["service"]: f"{case['title']} ({case['way']})" for case in group}
    assert {titles.get(service, service): lines for service, lines in found.items() if lines} == {}


@pytest.mark.parametrize("case", TOLD, ids=lambda case: case["title"])
def test_what_takes_time_comes_by_the_clock(tmp_path: Path, case: Case) -> None:
    if "needs" in case and not importlib.util.find_spec(case["needs"]):
        pytest.skip(f"{case['needs']} is not installed")
    assert told(case, tmp_path) == [], case["from"]


def test_every_captured_agent_has_its_tokens_and_tools_counted_once(tmp_path: Path) -> None:
    every = agent_cases("as it is")
    seen = shown_by_program(every, tmp_path)
    assert {case["title"]: lines for case in every if (lines := wrong_numbers(case, seen))} == {}


def test_so_it_is_span_by_span_from_the_last_to_the_first(tmp_path: Path) -> None:
    for case in agent_cases("backwards"):
        one = Told({**case, "watchers": ["ai_metrics"]}, tmp_path)
        one.go(requests(case, one.clock.time_ns()), 14)
        assert wrong_numbers(case, one.pushed()) == [], case["title"]


def test_openmetrics_is_strict_and_its_exemplars_lead_to_the_traces(tmp_path: Path) -> None:
    spans = [
        {"id": "a", "trace": 1, "op": "chat", "provider": "openai", "model": "gpt-4o-mini", "ms": 300},
        {"id": "b", "trace": 2, "op": "chat", "model": "gpt-4o-mini", "status": "ERROR", "error": "E", "ms": 300},
    ]
    case = {"title": "exemplars", "way": "as it is", "service": "desk", "spans": spans, "expect": {}}
    text = openmetrics_of_program(case, tmp_path)
    families = text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    samples = [sample for family in families for sample in family.samples]
    found = {
        (sample.name, sample.labels.get("status"), sample.labels.get("error_type")): sample.exemplar.labels
        for sample in samples
        if sample.exemplar
    }
    ids = [{"trace_id": trace_id(case, one).hex(), "span_id": span_id(case, one, one["id"]).hex()} for one in spans]
    assert found["ai_operation_duration_seconds_bucket", "success", None] == ids[0]
    assert found["ai_operation_duration_seconds_bucket", "error", None] == ids[1]
    assert found["model_api_errors_total", None, "unknown"] == ids[1]
