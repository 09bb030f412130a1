"""behavior: what is told of what users do."""

import json
from typing import Any

import pytest

from .house import DAY, House, agent, model, span, tool

REQUESTS = ("spansieve_user_requests_total",)
RETRIES = ("spansieve_user_retries_total",)
SWITCHES = ("spansieve_context_switches_total",)
FRUSTRATIONS = ("spansieve_user_frustrations_total",)


def tasks(house: House) -> dict[str, float]:
    """Settled tasks by outcome."""
    return {key[1]: value for key, value in house.numbers().items() if key[0] == "spansieve_tasks_total"}


def test_a_request_is_a_root_with_a_user_and_is_counted_once() -> None:
    house = House()
    house.send(agent(user__id="u1"), agent("below"), model(), tool("grep"))
    assert house.numbers()[REQUESTS] == 1


def test_a_request_of_nobody_is_skipped_and_that_is_counted() -> None:
    house = House()
    house.send(agent(), tool("grep"))
    assert REQUESTS not in house.numbers()
    assert house.host.counts["spansieve_behavior_skipped", "request"] == 1
    assert house.host.counts["spansieve_behavior_skipped", "tool"] == 1


def test_without_a_user_the_thread_is_one() -> None:
    house = House()
    house.ask(thread="t1")
    numbers = house.numbers()
    assert numbers[REQUESTS] == 1
    assert numbers["spansieve_users_active", "1d"] == 1


def test_a_tool_as_root_is_no_request() -> None:
    house = House()
    house.send(tool("grep", user__id="u1"))
    assert REQUESTS not in house.numbers()


def test_an_agent_below_a_web_request_is_one_and_its_user_is_found_further_below() -> None:
    house = House()
    house.send(span("POST /ask"), agent(id=b"a" * 8), model(parent=b"a" * 8, session__id="t1"))
    house.pass_(10)
    assert house.numbers()[REQUESTS] == 1


def test_model_calls_below_a_web_request_are_one_request() -> None:
    house = House()
    house.send(span("POST /ask"), model(user__id="u1"), model(at=1, user__id="u1"))
    house.pass_(10)
    assert house.numbers()[REQUESTS] == 1


def test_a_trace_that_comes_in_parts_is_one_request_and_its_tools_are_the_users() -> None:
    house = House()
    trace = house.send(tool("grep", parent=b"r" * 8))
    house.pass_(60)
    house.send(agent(id=b"r" * 8, at=-60, lasts=60, user__id="u1"), trace=trace)
    house.pass_(70)
    assert house.numbers()[REQUESTS] == 1
    assert [one["user.id"] for one in house.events("tool_used")] == ["u1"]


def test_what_comes_after_the_root_belongs_to_its_user() -> None:
    house = House()
    trace = house.send(agent(id=b"r" * 8, user__id="u1"))
    house.pass_(30)
    house.send(tool("late", parent=b"r" * 8), trace=trace)
    house.pass_(90)
    assert house.numbers()[REQUESTS] == 1
    assert [one["user.id"] for one in house.events("tool_used")] == ["u1"]


def test_an_equal_prompt_in_the_same_thread_is_a_retry() -> None:
    house = House()
    for _ in range(2):
        house.ask(user="u1", thread="t1", spansieve__ai__prompt__hash="k1:aa")
        house.pass_(20)
    assert house.numbers()[RETRIES] == 1
    (event,) = house.events("user_retry")
    assert (event["similarity"], event["method"], event["user.id"]) == (1.0, "hash", "u1")
    assert (event["prompt_hash"], event["former_prompt_hash"]) == ("k1:aa", "k1:aa")


def test_a_paraphrase_is_a_retry_by_its_text_which_leaves_nowhere() -> None:
    house = House()
    house.ask("Please reset the password of my account", user="u1", thread="t1")
    house.pass_(20)
    house.ask("reset the password of my account now please", user="u1", thread="t1")
    house.pass_(20)
    (event,) = house.events("user_retry")
    assert event["method"] == "text"
    assert event["similarity"] >= 0.75
    assert not any("password" in str(one.encode()) for one in house.records())


def test_the_arguments_of_a_decorated_function_are_compared_by_what_they_say_not_by_their_names() -> None:
    house = House()
    for task in ("Refund invoice 4711 of Acme", "which plans do you offer", "which plans do you offer now"):
        house.ask(json.dumps({"task": task, "stream": False, "additional_args": None, "max_steps": None}), user="u1")
        house.pass_(20)
    assert house.numbers()[RETRIES] == 1


@pytest.mark.parametrize(
    ("user", "thread", "wait"), [("u2", "", 20), ("u1", "t2", 20), ("u1", "", 400)], ids=["user", "thread", "late"]
)
def test_another_user_or_thread_or_a_long_wait_makes_no_retry(user: str, thread: str, wait: float) -> None:
    house = House()
    house.ask("what is the weather in Oslo", user="u1")
    house.pass_(wait)
    house.ask("what is the weather in Oslo", user=user, thread=thread)
    assert RETRIES not in house.numbers()


def test_the_prompt_of_the_first_model_call_stands_for_an_agent_that_says_nothing() -> None:
    house = House()
    for _ in range(2):
        house.send(agent(user__id="u1"), model(spansieve__ai__prompt__hash="k1:aa"))
        house.pass_(20)
    assert house.numbers()[RETRIES] == 1


def test_a_model_call_that_answers_a_tool_is_no_retry_of_the_call_before() -> None:
    house = House()
    asked = '{"role": "user", "parts": [{"type": "text", "content": "how warm is it in Oslo today"}]}'
    call = '{"role": "assistant", "parts": [{"type": "tool_call", "id": "1", "name": "w", "arguments": {}}]}'
    answer = '{"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "response": "3"}]}'
    for messages in (f"[{asked}]", f"[{asked}, {call}, {answer}]"):
        house.send(model(session__id="t1", gen_ai__input__messages=messages))
        house.pass_(20)
    numbers = house.numbers()
    assert numbers[REQUESTS] == 2
    assert RETRIES not in numbers


def test_requests_that_come_out_of_order_are_put_in_order() -> None:
    house = House()
    house.ask("and in Bergen then", user="u1", thread="t2", at=4)
    house.pass_(2)
    house.ask("how warm is it in Oslo", user="u1", thread="t1")
    house.pass_(30)
    (event,) = house.events("context_switch")
    assert (event["from"], event["to"]) == ("t1", "t2")


def test_a_change_of_thread_tells_how_long_the_stay_was_and_whether_the_user_was_there_before() -> None:
    house = House()
    for thread in ("a", "b", "a"):
        house.ask(user="u1", thread=thread)
        house.pass_(120)
    told = [(one["from"], one["to"], one["switch_duration"], one["returned"]) for one in house.events("context_switch")]
    assert told == [("a", "b", 120.0, False), ("b", "a", 120.0, True)]
    assert house.numbers()[SWITCHES] == 2


def test_a_thread_left_for_more_than_half_an_hour_is_not_returned_to() -> None:
    house = House()
    for thread in ("a", "b", "a"):
        house.ask(user="u1", thread=thread)
        house.pass_(2000, step=50)
    assert [one["returned"] for one in house.events("context_switch")] == [False, False]


def test_the_fourth_retry_within_five_minutes_is_frustration_and_raises_one_alert() -> None:
    house = House()
    for _ in range(8):
        house.ask("why does it not work", user="u1", thread="t1")
        house.pass_(30)
    assert house.numbers()[FRUSTRATIONS] == 1
    (alert,) = house.alerts()
    assert (alert.type, alert.severity, alert.count, alert.window_s) == ("user_frustration", "warning", 4, 300)
    assert alert.labels == {"service": "agent"}
    assert alert.example is not None
    assert (alert.example.user_id, alert.example.thread_id) == ("u1", "t1")
    (row,) = house.behavior.snapshot()["alerts"]
    assert (row["id"], row["status"], "u1" in str(row)) == (alert.id, "firing", False)
    house.pass_(300)
    assert house.behavior.snapshot()["alerts"] == []
    assert [one.status for one in house.alerts()] == ["firing", "resolved"]


def test_three_retries_are_none_nor_are_those_of_several_users() -> None:
    house = House()
    for _ in range(4):
        house.ask("why does it not work", user="u1", thread="t1")
        house.ask("why does it not work", user="u2", thread="t2")
        house.pass_(30)
    assert FRUSTRATIONS not in house.numbers()


def test_after_half_an_hour_a_user_may_be_frustrated_again() -> None:
    house = House()
    for _ in range(70):
        house.ask("why does it not work", user="u1", thread="t1")
        house.pass_(30)
    assert house.numbers()[FRUSTRATIONS] == 2


def test_tools_tell_what_followed_them() -> None:
    house = House()
    house.send(agent(user__id="u1", lasts=9), tool("grep", at=1), tool("read", at=3, failed=True))
    house.pass_(90)
    told = [(one["tool"], one["success"], one["followed_by"]) for one in house.events("tool_used")]
    assert told == [("grep", True, "read"), ("read", False, "none")]
    numbers = house.numbers()
    assert {key: value for key, value in numbers.items() if key[0] == "spansieve_tool_transitions_total"} == {
        ("spansieve_tool_transitions_total", "grep", "read"): 1
    }


def test_a_tool_of_the_next_request_follows_within_a_minute_and_one_of_another_user_does_not() -> None:
    house = House()
    house.send(agent(user__id="u1"), tool("grep"))
    house.pass_(20)
    house.send(agent(user__id="u2"), tool("write"))
    house.send(agent(user__id="u1"), tool("read"))
    house.pass_(120)
    told = {one["tool"]: one["followed_by"] for one in house.events("tool_used")}
    assert told == {"grep": "read", "read": "none", "write": "none"}


def test_a_task_is_completed_when_nothing_follows_for_five_minutes() -> None:
    house = House()
    house.ask("how warm is it in Oslo", user="u1")
    house.pass_(290)
    assert tasks(house) == {}
    house.pass_(60)
    assert tasks(house) == {"completed": 1}


def test_a_retry_goes_on_with_the_task_and_its_end_counts() -> None:
    house = House()
    for failed in (True, False):
        house.ask("how warm is it in Oslo", user="u1", failed=failed)
        house.pass_(60)
    house.pass_(400)
    numbers = house.numbers()
    assert tasks(house) == {"retried": 1}
    assert (numbers["spansieve_task_retries_sum",], numbers["spansieve_task_retries_count",]) == (1, 1)


def test_a_task_whose_last_request_failed_is_failed() -> None:
    house = House()
    house.ask("how warm is it in Oslo", user="u1", failed=True)
    house.pass_(400)
    assert tasks(house) == {"failed": 1}


def test_a_bad_score_or_a_thumb_that_points_down_fails_a_task() -> None:
    house = House()
    traces = [house.ask(user=f"u{number}", thread=f"t{number}") for number in range(5)]
    house.log("gen_ai.evaluation.result", traces[0], gen_ai__evaluation__score__value=0.2)
    house.log("gen_ai.evaluation.result", traces[1], gen_ai__evaluation__score__value=0.5)
    house.log("user.thumbs_down", traces[2])
    house.pass_(20)
    house.log("feedback", gen_ai__conversation__id="t3", value="down")
    house.log("feedback", gen_ai__conversation__id="t4", value="up")
    house.pass_(400)
    assert tasks(house) == {"failed": 3, "completed": 2}


def test_a_score_on_a_span_of_the_trace_fails_its_task() -> None:
    house = House()
    house.send(
        agent(user__id="u1"),
        span("evaluate", spansieve__ai__kind="evaluation", gen_ai__evaluation__score__value=0.1),
    )
    house.pass_(400)
    assert tasks(house) == {"failed": 1}


def test_sessions_of_a_recording_that_is_sent_to_a_running_collector_are_over_too() -> None:
    house = House()
    house.pass_(60)
    for ago in (DAY, DAY - 7200):
        house.ask(user="u1", thread=f"t{ago}", at=-ago)
        house.pass_(20)
    assert house.numbers()["spansieve_session_seconds_count",] == 1


def test_a_session_is_over_after_half_an_hour_of_silence() -> None:
    house = House()
    for _ in range(3):
        house.ask(user="u1", thread="t1")
        house.pass_(600)
    assert ("spansieve_session_seconds_count",) not in house.numbers()
    house.pass_(1900, step=50)
    numbers = house.numbers()
    assert numbers["spansieve_session_seconds_count",] == 1
    assert numbers["spansieve_session_seconds_sum",] == 1201


def test_sequences_of_tools_that_many_traces_have_are_workflows() -> None:
    house = House()
    for number in range(12):
        house.send(
            agent(user__id=f"u{number}", lasts=9),
            tool("search", at=1),
            tool("search", at=2),
            tool("read", at=3, failed=number < 3),
            tool("write", at=4),
        )
        house.pass_(20)
    assert house.table("workflows") == [
        {"tools": "search → read → write", "length": 3, "support": 12, "success_rate": 0.75}
    ]
    assert house.events("workflow")[0]["tools"] == ["search", "read", "write"]


def test_features_are_those_of_the_users_of_the_week() -> None:
    own = {"name": "beta", "key": "app.channel", "values": ["beta"]}
    house = House(features=[own])
    house.send(agent(user__id="u1", app__channel="beta"), tool("a", spansieve__ai__parallel=True))
    house.send(
        agent(user__id="u2", id=b"1" * 8),
        span("send", parent=b"1" * 8, id=b"2" * 8),
        agent("other", parent=b"2" * 8),
    )
    house.send(agent(user__id="u3"), span("call", spansieve__ai__kind="tool", mcp__method__name="tools/call"))
    house.send(agent(user__id="u4"), model(gen_ai__request__stream=True))
    numbers = house.numbers()
    found = {key[1]: value for key, value in numbers.items() if key[0] == "spansieve_feature_adoption_ratio"}
    assert found == {
        "parallel_tools": 0.25,
        "sub_agents": 0.25,
        "mcp": 0.25,
        "handoff": 0,
        "retrieval": 0,
        "streaming": 0.25,
        "beta": 0.25,
    }


def test_the_share_of_users_who_come_back_is_known_after_eight_days() -> None:
    house = House(events=[])
    ratio = ("spansieve_return_user_ratio",)
    for number in range(10):
        house.ask(user=f"u{number}")
    assert ratio not in house.numbers()
    house.pass_(7.5 * 86400, step=3600)
    for number in range(4):
        house.ask(user=f"u{number}")
    house.ask(user="new")
    house.pass_(3600, step=600)
    assert ratio not in house.numbers()
    house.pass_(86400, step=3600)
    numbers = house.numbers()
    assert numbers[ratio] == 0.4
    assert numbers["spansieve_users_active", "7d"] == 5


def test_tokens_a_user_are_those_of_counted_calls() -> None:
    house = House()
    used: dict[str, Any] = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20}
    house.send(agent(user__id="u1", spansieve__ai__rollup=True, **used), model(**used))
    house.send(agent(user__id="u2"))
    house.pass_(20)
    assert house.measure("tokensPerUser")["value"] == 60


def test_events_that_were_not_asked_for_are_not_made() -> None:
    house = House(events=["user_retry"])
    house.send(agent(user__id="u1"), tool("grep"))
    house.pass_(400)
    assert list(house.records()) == []


def test_while_there_is_no_room_events_and_alerts_wait() -> None:
    house = House()
    house.host.full = True
    for _ in range(5):
        house.ask("why does it not work", user="u1", thread="t1")
        house.pass_(20)
    house.host.full = False
    house.pass_(10)
    assert len(house.events("user_retry")) == 4
    assert len(house.alerts()) == 1


def test_prompts_of_traces_that_are_not_over_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.processors.behavior.traces.MAX_BYTES", 2_000)
    prompt = json.dumps([{"role": "user", "content": "x" * 800}])
    house = House()
    for user in "abcd":
        house.send(model(user__id=user, parent=b"awaited!", gen_ai__input__messages=prompt))
        house.pass_(5)
    assert house.host.counts["spansieve_behavior_forgotten", "traces"] == 2
    assert house.numbers()[REQUESTS] == 2


def test_of_more_events_at_once_than_may_wait_the_oldest_are_lost_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.processors.behavior.events.MAX_WAITING", 10)
    house = House(events=["tool_used"])
    house.host.full = True
    house.send(agent(user__id="u1"), *(tool(f"tool {number}") for number in range(50)))
    house.pass_(120)
    house.host.full = False
    house.pass_(5)
    assert len(house.events("tool_used")) == 10
    assert house.host.counts["spansieve_behavior_forgotten", "events"] == 40


def test_a_sender_whose_clock_is_ahead_for_years_is_told_of_as_if_it_were_right() -> None:
    house = House()
    years = 3 * 365 * 86_400.0
    for failed in (True, False):
        house.ask("how warm is it in Oslo", user="u1", at=years, failed=failed)
        house.ask(user="u2", service="right")
        house.pass_(60)
    house.pass_(400)
    assert tasks(house) == {"retried": 1, "completed": 2}
    assert house.numbers()["spansieve_users_active", "1d"] == 2


@pytest.mark.parametrize("lasts", [0.0, -2e9, 3e9])
def test_one_span_with_an_impossible_time_spoils_nothing_of_what_comes_after_it(lasts: float) -> None:
    house = House()
    house.ask("how warm is it in Oslo", user="u1", thread="t1", at=8e9, lasts=lasts)
    house.pass_(20)
    for _ in range(2):
        house.ask("why does it not work", user="u2", thread="t2")
        house.pass_(30)
    house.pass_(400)
    assert house.numbers()["spansieve_users_active", "1d"] >= 1
    assert len(house.events("user_retry")) == 1
    first = house.base_ns
    assert all(
        first <= one.time_unix_nano < first + 600 * 10**9
        for one in house.records()
        if one.attributes["user.id"] == "u2"
    )
