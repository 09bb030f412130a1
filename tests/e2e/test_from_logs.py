"""Agents that send log records and no traces, beside one that sends traces: costs, behaviour and decisions of a running
collector, by hand.
"""

import contextlib
import urllib.request
from collections import defaultdict
from pathlib import Path

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families

from spansieve.pdata import Signal, parse
from tests.captures import captured
from tests.log_truth import LOG_FOLDERS, requests

from .program import Program, eventually, export, running

CONFIG = """
receivers:
  otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}}}
  otlp/agents: {protocols: {grpc: {endpoint: "localhost:{health}"}}}
processors:
  ai_semantics: {}
  prompt_privacy: {}
  costs: {interval: 500ms, settle: 100ms, prices: PRICES}
  costs/logs: {interval: 500ms, settle: 100ms, prices: PRICES, count_from: logs}
  behavior: {interval: 500ms, settle: 500ms, disorder: 100ms, trace_wait: 2s, count_from: logs}
  decisions: {interval: 500ms, settle: 500ms, idle: 1s, count_from: logs}
exporters:
  debug: {verbosity: basic}
  file: {path: PATH}
  prometheus: {endpoint: "localhost:{status}"}
service:
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [ai_semantics, prompt_privacy, costs], exporters: [debug]}
    logs:
      receivers: [otlp/agents]
      processors: [ai_semantics, prompt_privacy, costs/logs, behavior, decisions]
      exporters: [file]
    metrics: {receivers: [costs, costs/logs, behavior, decisions], exporters: [prometheus]}
"""
PRICES = "{overrides: [{match: '^(gpt|gemini)', input_per_million: 1000, output_per_million: 10000}]}"
SENDS_SPANS = "langchain_openinference"
Numbers = dict[str, dict[tuple[str, ...], float]]
"""By agent, values by name and labels."""
WANTED: Numbers = {
    "claude_code": {  # as it says itself what calls cost
        ("spansieve_cost_usd_total", "claude-sonnet-4-5", "chat"): 0.0067482,
        ("spansieve_user_requests_total",): 4,
        ("spansieve_context_switches_total",): 3,
        ("spansieve_tool_transitions_total", "Read", "Bash"): 1,
        ("spansieve_decisions_total", "true", "tool_choice"): 2,
    },
    "claude_code_subagent": {
        ("spansieve_cost_usd_total", "claude-sonnet-4-5", "chat"): 0.0065052,
        ("spansieve_cost_usd_total", "claude-sonnet-4-5", "general-purpose"): 0.0022212,
        ("spansieve_user_requests_total",): 1,
        ("spansieve_tool_transitions_total", "Agent", "Bash"): 1,
        ("spansieve_tool_transitions_total", "Bash", "Bash"): 1,
        ("spansieve_tool_transitions_total", "Bash", "Read"): 1,
        ("spansieve_tool_transitions_total", "Read", "Edit"): 1,
        ("spansieve_decisions_total", "true", "tool_choice"): 4,
    },
    "codex": {
        ("spansieve_cost_usd_total", "gpt-5-codex", "chat"): 6.939 + 1.66,
        ("spansieve_user_requests_total",): 2,
        ("spansieve_tool_transitions_total", "exec_command", "exec_command"): 1,
        ("spansieve_tool_transitions_total", "exec_command", "no_such_tool"): 1,
        ("spansieve_decisions_total", "true", "tool_choice"): 3,
    },
    "gemini": {
        ("spansieve_cost_usd_total", "gemini-2.5-flash", "generate_content"): 8.469 + 1.82,
        ("spansieve_user_requests_total",): 3,
        ("spansieve_tool_transitions_total", "read_file", "run_shell_command"): 1,
        ("spansieve_decisions_total", "true", "tool_choice"): 3,
        ("spansieve_decisions_total", "true", "finish"): 3,
    },
    SENDS_SPANS: {  # by its spans, of which nothing but costs is counted
        ("spansieve_cost_usd_total", "gpt-4o-mini", "billing_desk"): 1.966 + 1.6,
    },
}


def test_agents_without_traces_have_costs_users_tools_and_decisions_beside_one_with_traces(tmp_path: Path) -> None:
    config = CONFIG.replace("PRICES", PRICES).replace("PATH", str(tmp_path / "logs.jsonl"))
    with running(tmp_path, config) as program:
        for _ in range(2):  # all of it comes twice
            for file, signal, body in captured():
                if file.parent.name == SENDS_SPANS and signal == "traces":
                    send(program, "grpc", signal, body, SENDS_SPANS)
            for agent in LOG_FOLDERS:
                for signal, body in requests(agent):
                    if signal == "logs":
                        send(program, "health", signal, body, agent)
        with contextlib.suppress(AssertionError):  # what differs is said below
            eventually(lambda: wanted(program) == approximately(), "all is counted")
        assert wanted(program) == approximately()
        assert not {name for name, *_ in shown(program)[SENDS_SPANS]} - {"spansieve_cost_usd_total"}
        assert b"spansieve.cost.usd" in (tmp_path / "logs.jsonl").read_bytes()
        program.check_books()
        assert program.stop() == 0


def send(program: Program, port: str, signal: Signal, body: bytes, agent: str) -> None:
    """Send what a service sent that is called `agent`."""
    batch = parse(signal, body)
    for resource in batch.resources:
        resource.attributes["service.name"] = agent
    with grpc.insecure_channel(f"localhost:{program.ports[port]}") as channel:
        export(channel, signal, batch.encode())


def approximately() -> dict[str, object]:
    return {agent: pytest.approx(numbers) for agent, numbers in WANTED.items()}


def wanted(program: Program) -> Numbers:
    """Of what is shown, what was counted by hand."""
    every = shown(program)
    return {agent: {key: every[agent][key] for key in keys} for agent, keys in WANTED.items()}


def shown(program: Program) -> Numbers:
    """The counters on /metrics."""
    found: Numbers = defaultdict(lambda: defaultdict(float))
    with urllib.request.urlopen(f"http://localhost:{program.ports['status']}/metrics", timeout=10) as answer:
        for family in text_string_to_metric_families(answer.read().decode()):
            for sample in family.samples:
                labels = dict(sample.labels)
                agent = labels.pop("job", "")
                if family.type == "counter":
                    found[agent][sample.name, *(labels[key] for key in sorted(labels))] = sample.value
    return found
