"""costs: what is written on calls, counted, shown, told, and known again after a restart."""

import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spansieve.alerts import as_json
from spansieve.dashboard import DashboardStatus, is_dashboard
from spansieve.pdata import LogBatch, TraceBatch
from spansieve.prices.library import load
from spansieve.processors.costs import Costs, CostsConfig
from tests.disk import Disk

from .house import House, chat

AGENT = {"spansieve.ai.kind": "agent", "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "coder"}
SHOP: dict[str, Any] = {"resource": {"service.name": "shop"}}
USER = {"user.id": "user-a", "tenant.id": "acme", "gen_ai.conversation.id": "c1"}


def agent(trace: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return chat(trace, "root", **{"attrs": {}, **changes}) | {"attrs": AGENT, "dur_ms": 500}


def written(batch: TraceBatch) -> list[object]:
    """The cost on each span, read from the bytes that would go out."""
    return [span.attributes.get("spansieve.cost.usd") for span in TraceBatch.parse(batch.encode())]


def status(house: House) -> DashboardStatus:
    shown = house.host.show("costs")
    assert is_dashboard(shown)
    return shown


def test_a_call_gets_its_cost_at_once_and_nothing_else_is_changed() -> None:
    house = House()
    batch = house.send(chat("t", "a"), agent("t"), chat("t", "b", attrs={"gen_ai.request.model": "unheard-of"}))
    assert written(batch) == [0.002, None, None]


def test_what_the_sender_says_is_kept_and_stands_under_our_name_too() -> None:
    house = House()
    stated = {"spansieve.cost.usd": 0.5}
    assert written(house.send(chat("t", "a", usd=0.25), chat("t", "b", attrs=stated))) == [0.25, 0.5]
    house.pass_(12)
    assert house.series("spansieve_cost_usd_total") == {("unknown_service", "small", "chat"): 0.75}


@pytest.mark.parametrize("said", [-1.0, float("nan"), float("inf"), 1e9])
def test_what_can_be_no_cost_is_priced_as_if_nobody_had_said_it(said: float) -> None:
    house = House()
    house.send(chat("t", "a", usd=said))
    house.pass_(12)
    assert house.series("spansieve_cost_usd_total") == {("unknown_service", "small", "chat"): 0.002}


def test_costs_are_booked_under_the_agent_around_the_call_by_service() -> None:
    house = House()
    house.send(agent("t", **SHOP), chat("t", "a", parent="root", **SHOP), chat("u", "b"))
    house.pass_(12)
    assert house.series("spansieve_cost_usd_total") == {
        ("shop", "small", "coder"): 0.002,
        ("unknown_service", "small", "chat"): 0.002,
    }


def test_a_call_that_two_instrumentations_report_costs_once() -> None:
    house = House()
    house.send(chat("t", "outer"), chat("t", "inner", parent="outer"))
    house.send(chat("t", "inner", parent="outer"))
    house.pass_(12)
    assert house.series("spansieve_cost_usd_total") == {("unknown_service", "small", "chat"): 0.002}


def test_a_call_without_a_known_price_is_counted_as_such_and_costs_nothing() -> None:
    house = House()
    house.send(chat("t", "a", attrs={"gen_ai.request.model": "unheard-of"}))
    house.pass_(12)
    assert house.series("spansieve_cost_unknown_total") == {("unknown_service", "unheard-of"): 1}
    assert house.series("spansieve_cost_usd_total") == {}


def test_cached_tokens_are_paid_at_their_own_price() -> None:
    own = {"match": "^small$", "input_per_million": 10, "output_per_million": 0, "cache_read_per_million": 1}
    house = House(prices={"overrides": [own]})
    cached = {"gen_ai.usage.cache_read.input_tokens": 600, "gen_ai.usage.output_tokens": 0}
    assert written(house.send(chat("t", "a", attrs=cached))) == [pytest.approx(0.0046)]


def test_burn_rates_are_those_of_the_time_that_has_passed() -> None:
    house = House()
    house.send(chat("t", "a", usd=3.0))
    house.pass_(20)
    assert house.series("spansieve_cost_burn_usd_per_hour") == {("spansieve", "5m"): 36, ("spansieve", "1h"): 3}
    assert house.series("spansieve_token_burn_per_minute") == {("spansieve", "5m"): 300, ("spansieve", "1h"): 25}
    house.pass_(600, step=10)
    assert house.series("spansieve_cost_burn_usd_per_hour") == {("spansieve", "5m"): 0, ("spansieve", "1h"): 3}


def test_a_run_costs_what_the_calls_in_it_do() -> None:
    house = House()
    for trace in ("t", "u"):
        house.send(agent(trace), chat(trace, "a", usd=1.0, parent="root"))
    house.send(chat("v", "alone", usd=50.0))
    house.pass_(12)
    [measure] = status(house)["measures"]
    assert (measure["name"], measure["value"]) == ("costPerOperation", 1)
    assert measure["shares"] == [{"label": "coder", "value": 1}]


def test_tables_show_who_spent_what_and_users_apart() -> None:
    house = House()
    house.send(chat("t", "a", usd=1.5, attrs=USER), chat("u", "b", usd=0.5))
    house.pass_(5)
    shown = status(house)
    [model] = shown["tables"]["costs by model"]
    assert (model["model"], model["usd"], model["calls"], model["tokens"]) == ("small", 2, 2, 3000)
    assert [row["operation"] for row in shown["tables"]["costs by operation"]] == ["chat"]
    found = {name: [row[name.rpartition(" ")[2]] for row in rows] for name, rows in shown["private"].items() if rows}
    assert found == {"costs by user": ["user-a"], "costs by tenant": ["acme"], "costs by thread": ["c1"]}


def whose(house: House) -> dict[str, list[object]]:
    """The names in each table."""
    shown = status(house)
    tables = {**shown["tables"], **shown["private"]}
    return {name[9:]: [row[name[9:]] for row in rows] for name, rows in tables.items() if name.startswith("costs by ")}


NOBODY: dict[str, list[object]] = {"model": ["small"], "operation": [], "user": [], "tenant": [], "thread": []}
USERS = {"model": ["small"], "operation": ["coder"], "user": ["user-a"], "tenant": ["acme"], "thread": ["c1"]}
EACH = [{"name": "each", "scope": "user", "usd": 2, "per": "month", "warn_at": [1]}]
BOTH = [*EACH, {"name": "all", "usd": 2, "per": "month", "warn_at": [1]}]


def test_a_call_whose_run_takes_minutes_counts_at_once_and_by_whose_it_is_when_the_run_has_come() -> None:
    house = House(budgets=BOTH)
    house.send(chat("t", "a", usd=1.0, parent="root"))
    house.pass_(120)
    house.send(chat("t", "b", usd=1.0, parent="step"))
    house.pass_(60)
    assert house.told() == [("all", "1", "firing")]
    assert house.series("spansieve_cost_usd_total") == {}
    assert house.series("spansieve_cost_burn_usd_per_hour") == {("spansieve", "5m"): 24, ("spansieve", "1h"): 2}
    assert whose(house) == NOBODY
    run = agent("t")
    house.send(run | {"attrs": AGENT | USER}, chat("t", "step", parent="root") | {"attrs": {}})
    house.pass_(12)
    assert house.told() == [("each", "1", "firing")]
    assert house.series("spansieve_cost_usd_total") == {("unknown_service", "small", "coder"): 2}
    assert whose(house) == USERS
    assert [row["calls"] for row in status(house)["tables"]["costs by model"]] == [2]


def test_a_call_in_a_run_that_has_come_counts_there_at_once_and_for_its_user_when_he_is_named_above() -> None:
    house = House(budgets=EACH)
    house.send(agent("t", parent="flow"), chat("t", "a", usd=3.0, parent="root"))
    house.pass_(12)
    assert house.series("spansieve_cost_usd_total") == {("unknown_service", "small", "coder"): 3}
    assert house.told() == []
    flow = {"spansieve.ai.kind": "workflow", "gen_ai.workflow.name": "triage"}
    house.send(chat("t", "flow") | {"attrs": flow | USER})
    house.pass_(5)
    assert house.told() == [("each", "1", "firing")]
    assert whose(house) == USERS


def test_a_run_that_does_not_come_in_ten_minutes_is_waited_for_no_more() -> None:
    house = House()
    house.send(chat("t", "a", usd=1.0, parent="root", attrs={"user.id": "user-a"}))
    house.pass_(600, step=10)
    assert whose(house) == NOBODY | {"user": ["user-a"]}
    house.pass_(20)
    booked = NOBODY | {"user": ["user-a"], "operation": ["chat"]}
    assert (whose(house), house.series("spansieve_cost_usd_total")) == (
        booked,
        {("unknown_service", "small", "chat"): 1},
    )
    house.send(agent("t"))
    house.pass_(20)
    assert whose(house) == booked


TREE = [
    chat("t", "flow") | {"attrs": {"spansieve.ai.kind": "workflow", "gen_ai.workflow.name": "triage"} | USER},
    agent("t", parent="flow"),
    chat("t", "step", parent="root") | {"attrs": {}},
    chat("t", "a", usd=1.0, parent="step"),
    chat("t", "b", usd=2.0, parent="root"),
    chat("t", "c", usd=4.0, parent="flow"),
    chat("t", "d", usd=8.0, parent="lost", attrs={"user.id": "user-b"}),
]


@given(st.permutations(TREE), st.lists(st.integers(0, 9), min_size=len(TREE), max_size=len(TREE)))
@settings(max_examples=30)
def test_whatever_comes_when_the_books_are_the_same(spans: list[dict[str, Any]], pauses: list[int]) -> None:
    house = House()
    for span, pause in zip(spans, pauses, strict=True):
        house.send(span)
        house.pass_(pause)
    house.costs.shutdown()
    costs = {labels[2]: usd for labels, usd in house.series("spansieve_cost_usd_total").items()}
    assert costs == {"coder": 3, "triage": 4, "chat": 8}
    shown = {**status(house)["tables"], **status(house)["private"]}
    users = {row["user"]: (row["usd"], row["calls"]) for row in shown["costs by user"]}
    assert users == {"user-a": (7, 3), "user-b": (8, 1)}
    assert [(row["usd"], row["calls"]) for row in shown["costs by model"]] == [(15, 4)]


def test_calls_whose_run_has_not_come_are_booked_at_the_stop() -> None:
    house = House()
    house.send(chat("t", "a", usd=1.0, parent="root"))
    house.pass_(60)
    house.costs.shutdown()
    assert house.series("spansieve_cost_usd_total") == {("unknown_service", "small", "chat"): 1}


def test_where_too_many_calls_wait_the_oldest_are_booked_with_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spansieve.processors.costs.enclosing.MAX_OPEN", 2)
    house = House()
    for number in range(5):
        house.send(*[chat(f"t{number}", f"a{one}", usd=1.0, parent="root") for one in range(2)])
        house.pass_(5)
    house.pass_(12)
    assert house.series("spansieve_cost_usd_total") == {("unknown_service", "small", "chat"): 6}
    assert house.host.counts["spansieve_cost_early_calls",] == 6


DAY = [{"name": "all", "usd": 10, "per": "day"}]


def test_a_budget_raises_an_alert_a_level_and_all_end_with_the_period() -> None:
    house = House(budgets=[{"name": "all", "usd": 10, "per": "hour"}])
    house.send(chat("t", "a", usd=6.0))
    house.pass_(5)
    assert house.told() == [("all", "0.5", "firing")]
    house.send(chat("t", "b", usd=5.0))
    house.pass_(5)
    assert house.told() == [("all", "0.8", "firing"), ("all", "1", "firing")]
    assert [row["type"] for row in status(house)["alerts"]] == ["cost_budget"] * 3
    house.send(chat("t", "c", usd=50.0))
    house.pass_(5)
    assert house.told() == []
    house.pass_(3600, step=60)
    assert house.told() == [("all", "0.5", "resolved"), ("all", "0.8", "resolved"), ("all", "1", "resolved")]


def test_an_alert_of_a_period_that_is_over_fires_long_enough_to_be_told() -> None:
    house = House(budgets=[{"name": "all", "usd": 10, "per": "hour", "warn_at": [1]}])
    house.send(chat("t", "a", usd=12.0, start_ms=-2 * 3_600_000))
    house.pass_(30)
    assert house.told() == [("all", "1", "firing")]
    house.pass_(60)
    assert house.told() == [("all", "1", "resolved")]


def test_an_alert_says_what_was_spent_of_what_and_no_user_in_its_summary() -> None:
    house = House(budgets=[{"name": "each", "scope": "user", "usd": 2, "per": "month", "warn_at": [1]}])
    house.send(chat("t", "a", usd=3.0, attrs=USER))
    house.pass_(5)
    [alert] = house.alerts()
    said = as_json(alert)
    assert said["type"] == "cost_budget"
    assert said["severity"] == "error"
    assert said["summary"] == "150% of budget each of one user: 3.00 of 2.00 USD in the month 2023-11 (UTC)"
    assert said["labels"]["user"] == "user-a"
    assert "user-a" not in str(status(house)["tables"])
    assert status(house)["private"]["budgets by whom"][0]["of"] == "user-a"


def test_while_there_is_no_room_alerts_wait() -> None:
    house = House(budgets=DAY)
    house.host.full = True
    house.send(chat("t", "a", usd=6.0))
    house.pass_(5)
    house.host.full = False
    house.pass_(1)
    assert house.told() == [("all", "0.5", "firing")]


def test_after_a_restart_spending_goes_on_and_nothing_is_told_twice() -> None:
    disk = Disk()
    house = House(disk, budgets=DAY)
    house.send(chat("t", "a", usd=6.0))
    house.pass_(5)
    assert house.told() == [("all", "0.5", "firing")]
    again = House(disk, at_s=5, budgets=DAY)  # the first was killed
    again.send(chat("u", "b", usd=3.0))
    again.pass_(5)
    assert again.told() == [("all", "0.8", "firing")]
    [row] = status(again)["tables"]["costs by model"]
    assert row["usd"] == 9
    again.costs.shutdown()
    last = House(disk, at_s=10, budgets=DAY)
    last.pass_(86_400, step=3600)
    assert last.told() == [("all", "0.5", "resolved"), ("all", "0.8", "resolved")]


def test_what_another_version_wrote_is_left_out_and_a_full_disk_is_told() -> None:
    disk = Disk()
    disk.kept = {"budgets": b"[1]", "alarms": b"{}", "days": b'[["x"]]', "anomalies": b"7"}
    house = House(disk, budgets=DAY, anomaly={"enabled": True})
    house.send(chat("t", "a", usd=6.0))
    disk.full = True
    house.pass_(5)
    assert house.host.counts["faults", "StorageError"] > 0
    disk.full = False
    house.pass_(12)
    assert b"firing" in disk.kept["alarms"]


def test_an_unusual_hour_raises_an_alert_that_ends_with_it() -> None:
    house = House(anomaly={"enabled": True})
    for day in range(7):
        house.send(chat(f"t{day}", "a", usd=1.0))
        house.pass_(5)
        house.pass_(86_395, step=86_395)
    house.send(chat("late", "a", usd=3.5))
    house.pass_(5)
    [alert] = house.alerts()
    assert (alert.type, alert.status, alert.labels["usual_usd"]) == ("cost_anomaly", "firing", "1")
    house.pass_(3600, step=60)
    assert [alert.status for alert in house.alerts()] == ["resolved"]


def test_calls_that_wait_at_the_stop_are_booked() -> None:
    house = House()
    house.send(chat("t", "a"))
    house.costs.shutdown()
    assert house.series("spansieve_cost_usd_total") == {("unknown_service", "small", "chat"): 0.002}


def test_without_the_price_library_own_prices_and_what_senders_say_count(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices.data", None)
    load.cache_clear()
    house = House()
    load.cache_clear()
    assert 'pip install "spansieve[cost]"' in caplog.text
    calls = [chat("t", "a"), chat("t", "b", usd=0.1), chat("t", "c", attrs={"gen_ai.request.model": "gpt-4o"})]
    assert written(house.send(*calls)) == [0.002, 0.1, None]


def test_a_processor_that_was_never_started_can_be_stopped() -> None:
    Costs(CostsConfig(), House().host).shutdown()


def test_records_pass_as_they_are() -> None:
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add(severity_number=17)
    batch = LogBatch.parse(request.SerializeToString())
    House().costs.logs(batch)
    assert batch.encode() == request.SerializeToString()
