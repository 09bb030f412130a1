"""behavior with `count_from: logs`: what users do with agents that send log records and no traces."""

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spansieve.pdata import LogBatch, Value, parse, split
from tests.log_truth import Requests, tagged

from .house import SECOND_NS, House

Told = tuple[int, dict[str, int], list[tuple[str, bool, str]]]
TOLD: dict[str, Told] = {
    "codex": (
        2,
        {"completed": 2},
        [
            ("exec_command", True, "exec_command"),
            ("exec_command", True, "none"),  # the next turn is over much later
            ("exec_command", False, "no_such_tool"),
            ("no_such_tool", False, "none"),
        ],
    ),
    "gemini": (
        3,
        {"completed": 3},
        [
            ("read_file", True, "run_shell_command"),
            ("run_shell_command", True, "run_shell_command"),
            ("run_shell_command", False, "read_file"),
            ("read_file", False, "none"),
        ],
    ),
    "claude_code": (
        4,
        {"completed": 3, "failed": 1},  # the last prompt was too long
        [("Read", True, "Bash"), ("Bash", True, "Bash"), ("Bash", False, "none")],
    ),
    "claude_code_subagent": (
        1,
        {"completed": 1},
        [
            ("Agent", True, "Bash"),
            ("Bash", True, "Bash"),
            ("Bash", False, "Read"),  # the sub-agent's
            ("Read", True, "Edit"),
            ("Edit", True, "none"),
        ],
    ),
}
"""Requests, tasks by outcome, and tools."""


def house(sent: Requests) -> House:
    """What is told once all that was `sent` is over."""
    made = House(time_ns=max(when_ns(sent)), count_from="logs")
    for signal, body in sent:
        getattr(made.behavior, signal)(parse(signal, body))
    made.pass_(400)
    made.pass_(400, step=50)
    return made


def when_ns(sent: Requests) -> Iterable[int]:
    for signal, body in sent:
        for record in LogBatch.parse(body) if signal == "logs" else ():
            yield record.time_unix_nano or record.observed_time_unix_nano


def told(made: House) -> Told:
    numbers = made.numbers()
    tasks = {key[1]: round(value) for key, value in numbers.items() if key[0] == "spansieve_tasks_total"}
    tools = [(one["tool"], one["success"], one["followed_by"]) for one in made.events("tool_used")]
    return round(numbers["spansieve_user_requests_total",]), tasks, tools


@pytest.mark.parametrize("capture", TOLD)
def test_a_capture_says_what_was_counted_by_hand_and_its_spans_nothing(capture: str) -> None:
    assert told(house(tagged(capture))) == TOLD[capture]


@pytest.mark.parametrize("capture", TOLD)
def test_it_says_the_same_in_single_records_of_any_order_sent_twice(capture: str) -> None:
    records = [one for one in tagged(capture) if one[0] == "logs"]
    pieces: Requests = [(signal, part) for signal, body in records for part, _ in split(signal, body, 1, None)] * 2
    Random(11).shuffle(pieces)
    assert told(house(pieces)) == TOLD[capture]


def test_one_user_of_four_sessions_switched_three_times() -> None:
    made = house(tagged("claude_code"))
    numbers = made.numbers()
    assert numbers["spansieve_context_switches_total",] == 3
    assert numbers["spansieve_users_active", "1d"] == 1
    assert len({one["user.id"] for one in made.events("task")}) == 1


def test_tools_of_a_turn_are_a_workflow_and_no_record_names_a_span_that_nobody_has() -> None:
    made = house(tagged("claude_code_subagent"))
    [workflow] = made.events("workflow")
    assert workflow["tools"] == ["Agent", "Bash", "Read", "Edit"]
    assert not workflow["success"]
    assert not any(record.trace_id or record.span_id for record in made.records())


def test_users_of_sub_agents_and_of_tools_that_run_at_once_have_adopted_these() -> None:
    numbers = house(tagged("claude_code_subagent")).numbers()
    adopted = {key[1] for key, value in numbers.items() if key[0] == "spansieve_feature_adoption_ratio" and value == 1}
    assert adopted == {"parallel_tools", "sub_agents"}


class Talk:
    """Records of a conversation with Claude Code, as `ai_semantics` leaves them, `at` seconds."""

    def __init__(self, **config: Any) -> None:  # noqa: ANN401
        self.house = House(count_from="logs", **config)

    def send(self, event: str, kind: str, **said: Value) -> "Talk":
        house = self.house
        request = ExportLogsServiceRequest()
        resource = request.resource_logs.add()
        resource.resource.attributes.add(key="service.name").value.string_value = "claude-code"
        resource.scope_logs.add().log_records.add(time_unix_nano=house.base_ns + round(house.now * SECOND_NS))
        [record] = batch = LogBatch.parse(request.SerializeToString())
        ids = {"user.id": "u-1", "gen_ai.conversation.id": "c-1", "spansieve.dialect": "claude_code"}
        named = {key.replace("__", "."): value for key, value in said.items()}
        record.attributes.update({"event.name": event, "spansieve.ai.kind": kind, **ids, **named})
        house.behavior.logs(LogBatch.parse(batch.encode()))
        return self

    def ask(self, prompt: str = "", *, call: bool = True, **said: Value) -> "Talk":
        self.send("user_prompt", "message", prompt=prompt, **said)
        self.house.pass_(1)
        if call:
            self.call(**{key: value for key, value in said.items() if key == "prompt__id"})
        return self

    def call(self, **said: Value) -> "Talk":
        return self.send("api_request", "model", gen_ai__usage__input_tokens=5, duration_ms=500, **said)

    def use(self, tool: str, **said: Value) -> "Talk":
        return self.send("tool_result", "tool", gen_ai__tool__name=tool, **said)

    def pass_(self, seconds: float) -> "Talk":
        self.house.pass_(seconds)
        return self

    def number(self, *key: str) -> float:
        return self.house.numbers()[key]


def test_a_prompt_with_the_hash_of_the_one_before_is_a_retry_whatever_came_between() -> None:
    talk = Talk().ask(spansieve__ai__prompt__hash="k1:a").use("Bash").pass_(60)
    talk.ask(spansieve__ai__prompt__hash="k1:a").pass_(60).ask(spansieve__ai__prompt__hash="k1:b").pass_(400).pass_(400)
    assert talk.number("spansieve_user_retries_total") == 1
    assert talk.number("spansieve_user_requests_total") == 3
    assert talk.number("spansieve_tasks_total", "retried") == 1
    assert talk.number("spansieve_tasks_total", "completed") == 1


def test_texts_are_compared_as_privacy_left_them() -> None:
    pytest.importorskip("rapidfuzz")
    talk = Talk().ask("Please fix the failing test in the parser").pass_(30)
    talk.ask("Please fix that failing test in the parser now").pass_(30).ask(
        "What about dinner tonight, my friend"
    ).pass_(400)
    [retry] = talk.house.events("user_retry")
    assert retry["method"] == "text"


@pytest.mark.parametrize("mark", ["<REDACTED>", "[REDACTED]"])
def test_prompts_that_the_agent_withholds_are_not_alike(mark: str) -> None:
    talk = Talk().ask(mark).pass_(30).ask(mark).pass_(400)
    assert talk.number("spansieve_user_requests_total") == 2
    assert talk.number("spansieve_user_retries_total") == 0


def test_a_user_who_asks_the_same_again_and_again_is_frustrated() -> None:
    talk = Talk()
    for _ in range(5):
        talk.ask(spansieve__ai__prompt__hash="k1:a").pass_(20)
    talk.pass_(300)
    assert [alert.type for alert in talk.house.alerts()][:1] == ["user_frustration"]


def test_a_request_is_over_with_the_next_one_and_the_last_one_after_a_silence() -> None:
    talk = Talk().ask("a").pass_(60)
    assert talk.number("spansieve_user_requests_total") == 0
    talk.ask("b").pass_(10)
    assert talk.number("spansieve_user_requests_total") == 1
    talk.pass_(260)
    assert talk.number("spansieve_user_requests_total") == 1
    talk.pass_(20)
    assert talk.number("spansieve_user_requests_total") == 2


def test_what_names_its_prompt_belongs_to_that_whenever_it_comes() -> None:
    talk = Talk().ask("a", prompt__id="p-1").pass_(2).ask("b", prompt__id="p-2").use("Late", prompt__id="p-1")
    talk.pass_(1).use("Next", prompt__id="p-2").pass_(1).use("Later", prompt__id="p-1").pass_(400)
    assert {tuple(one["tools"]) for one in talk.house.events("workflow")} == {("Late", "Later")}


def test_what_comes_after_a_turn_is_over_is_no_request_of_its_own() -> None:
    talk = Talk().ask("a").pass_(400).use("Bash").pass_(1).call().pass_(400)
    assert talk.number("spansieve_user_requests_total") == 1
    assert len(talk.house.events("tool_used")) == 1


def test_a_prompt_is_a_request_also_if_nothing_follows() -> None:
    assert Talk().ask("a", call=False).pass_(400).number("spansieve_user_requests_total") == 1


def test_where_no_prompt_is_sent_the_first_call_after_a_pause_is_a_request_and_each_prompt_that_is_named() -> None:
    talk = Talk().call().pass_(60).call().pass_(400).call().pass_(400)
    assert talk.number("spansieve_user_requests_total") == 2
    named = Talk().call(prompt__id="a").pass_(10).call(prompt__id="b").pass_(10).call(prompt__id="a").pass_(400)
    assert named.number("spansieve_user_requests_total") == 2


def test_a_call_that_belongs_to_no_prompt_is_no_request_where_prompts_are_sent() -> None:
    talk = Talk().call().pass_(10).ask("a", prompt__id="p-1").pass_(400)
    assert talk.number("spansieve_user_requests_total") == 1


def test_a_bad_score_is_for_what_was_asked_before() -> None:
    bad: dict[str, Value] = {"gen_ai.evaluation.score.value": 0.1}
    talk = Talk().ask("a").pass_(10).send("gen_ai.evaluation.result", "evaluation", **bad).pass_(10).ask("b").pass_(800)
    assert talk.number("spansieve_tasks_total", "failed") == 1
    assert talk.number("spansieve_tasks_total", "completed") == 1


@pytest.mark.parametrize("key", ["mcp_server", "mcp_server_name", "mcp_server_scope"])
def test_a_tool_of_a_server_is_one_of_mcp(key: str) -> None:
    talk = Talk().ask("a").use("search", **{key: "docs"}).pass_(400)
    assert talk.number("spansieve_feature_adoption_ratio", "mcp") == 1
    assert Talk().ask("a").use("search", **{key: ""}).pass_(400).number("spansieve_feature_adoption_ratio", "mcp") == 0


def test_own_features_are_seen_in_records_and_on_who_sends_them() -> None:
    features = [{"name": "skills", "key": "skill.name"}, {"name": "here", "key": "service.name"}]
    talk = Talk(features=features).ask("a").use("Skill", skill__name="x").pass_(400)
    assert talk.number("spansieve_feature_adoption_ratio", "skills") == 1
    assert talk.number("spansieve_feature_adoption_ratio", "here") == 1
