"""alert_rules: when rules fire, and when that is over."""

from typing import Any

import pytest

from spansieve.alerts import Alert

from .house import CUMULATIVE, DELTA, OPERATIONS, OVERFLOWS, TOOLS, House, request


def until(house: House, seconds: float, **counts: Any) -> list[tuple[int, Alert]]:  # noqa: ANN401
    """Let `operations` of `counts` end every 10 s, for so long; what was told, and after how many seconds."""
    told = []
    for at in range(10, round(seconds) + 1, 10):
        house.operations(**counts)
        told += [(at, alert) for alert in house.step()]
    return told


def test_more_than_5_percent_of_errors_fire_after_a_minute() -> None:
    house = House()
    assert until(house, 100, good=20) == []
    [(at, alert)] = until(house, 300, good=10, bad=10)
    assert (alert.type, alert.status, alert.severity, alert.window_s) == ("high_error_rate", "firing", "critical", 300)
    assert at == 80, "10 of 210 is less than 5 %, 20 of 220 is more: it is true for a minute since then"
    assert alert.starts_at_ns == alert.updated_at_ns - 60_000_000_000
    assert alert.summary == "22.2 % of operations failed within 5m"
    assert alert.count == 80


def test_exactly_5_percent_do_not_fire_and_one_more_does() -> None:
    house = House()
    assert until(house, 600, good=19, bad=1) == []
    assert [alert.status for _, alert in until(house, 600, good=18, bad=2)] == ["firing"]


def test_it_is_over_at_4_percent_for_one_interval_and_not_before() -> None:
    house = House()
    [(_, fired)] = until(house, 300, good=90, bad=10)
    assert until(house, 600, good=191, bad=9) == [], "4.5 % is less than the threshold, and more than where it clears"
    [(_, over)] = until(house, 600, good=96, bad=4)
    assert (over.status, over.id, over.starts_at_ns) == ("resolved", fired.id, fired.starts_at_ns)
    assert over.ends_at_ns == over.updated_at_ns
    assert until(house, 600, good=191, bad=9) == [], "and it does not begin again between the two"


def test_what_clears_for_one_evaluation_only_goes_on() -> None:
    house = House(rules=[increase_rule(window="1m")])
    told = []
    for at in range(10, 160, 10):
        house.add({10: 5, 60: 1, 80: 5, 130: 1}.get(at, 0), "x_total")
        told += [(at, alert.status) for alert in house.step()]
    assert told == [(10, "firing"), (150, "resolved")], (
        "one is left at 70, six are there at 80, one is left from 140 on"
    )


def test_the_page_has_the_alert_while_it_fires() -> None:
    house = House()
    [(_, alert)] = until(house, 300, good=10, bad=10)
    [row] = house.rules.snapshot()["alerts"]
    assert (row["id"], row["summary"], row["status"]) == (alert.id, alert.summary, "firing")
    until(house, 600, good=100)
    assert house.rules.snapshot()["alerts"] == []


def test_fewer_than_50_operations_are_not_evaluated() -> None:
    house = House()
    assert until(house, 240, good=0, bad=2) == []
    assert house.state("high_error_rate") == "inactive"


def test_an_alert_without_samples_is_over_after_keep_firing_for() -> None:
    house = House()
    [(_, alert)] = until(house, 100, good=0, bad=30)
    over = [(at, one) for at in range(10, 600, 10) for one in house.step()]
    [(at, one)] = over
    assert (one.id, one.status) == (alert.id, "resolved")
    assert at == 350, (
        "the last operations are in the window until 290, 30 of them are too few from 280 on: then a minute"
    )


def test_a_pause_in_what_holds_begins_the_minute_anew() -> None:
    house = House(rules=[increase_rule(window="10s", **{"for": "20s"})])
    fired = []
    for at, amount in enumerate([3, 3, 0, 3, 3, 3]):
        house.add(amount, "x_total")
        fired += [at for _ in house.step()]
    assert fired == [5]


def increase_rule(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"name": "own", "increase": "x_total", "window": "1m", "threshold": 2, **changes}


def test_eleven_context_overflows_fire_at_once_and_ten_do_not() -> None:
    house = House()
    house.add(10, OVERFLOWS, model="m")
    assert house.step() == []
    house.add(1, OVERFLOWS, model="n")
    [alert] = house.step()
    assert (alert.type, alert.severity, alert.count, alert.window_s) == ("context_overflow", "warning", 11, 600)
    assert [one.status for _ in range(62) for one in house.step()] == ["resolved"]


@pytest.mark.parametrize("good", [[], [("success", 15)]])
def test_tools_of_which_less_than_80_percent_succeed_fire_even_if_none_does(good: list[tuple[str, int]]) -> None:
    house = House()
    for status, count in [*good, ("error", 20)]:
        house.add(count, TOOLS, status=status, tool="bash")
    [alert] = [one for _ in range(14) for one in house.step()]
    assert (alert.type, alert.severity, alert.count) == ("tool_degradation", "critical", 20)


def test_by_tool_each_has_an_alert_of_its_own() -> None:
    house = House(rules=[{"name": "tool_degradation", "by": ["tool"]}])
    for tool, good in (("bash", 10), ("grep", 100), ("ls", 5)):
        house.add(good, TOOLS, status="success", tool=tool)
        house.add(10 if tool == "ls" else 20, TOOLS, status="error", tool=tool)
    [alert] = [one for _ in range(14) for one in house.step()]
    assert alert.labels == {"tool": "bash"}
    assert alert.summary == "only 33.3 % of tool executions succeeded within 5m (tool=bash)"
    house.add(100, TOOLS, status="error", tool="grep")
    [other] = [one for _ in range(14) for one in house.step()]
    assert other.labels == {"tool": "grep"}
    assert other.fingerprint != alert.fingerprint


def test_retries_of_users_above_30_percent_fire_after_5_minutes() -> None:
    house = House()
    told = []
    for at in range(10, 400, 10):
        house.add(10, "spansieve_user_requests_total")
        house.add(4, "spansieve_user_retries_total")
        told += [(at, alert.type) for alert in house.step()]
    assert told == [(320, "user_frustration_spike")], "20 requests are there after 20 s"


def test_the_token_budget_is_off_until_there_is_one_and_clears_at_nine_tenths() -> None:
    house = House(budget_tokens_per_minute=600)
    assert [row["rule"] for row in House().rows()].count("token_budget_exceeded") == 0
    states: list[tuple[int, str]] = []
    for at in range(10, 1500, 10):
        amount = 100 if at <= 400 else 120 if at <= 800 else 95 if at <= 1200 else 80
        house.add(amount, "ai_tokens_total", type="prompt")
        states += [(at, alert.status) for alert in house.step()]
    assert [status for _, status in states] == ["firing", "resolved"]
    assert states[0][0] == 530, "the budget itself is not too much; more than it is, after two minutes"
    assert states[1][0] == 1310, "95 % of it is not the end; at 1300 the window holds 200 s of 95 % and 100 s of 80 %"


def test_a_label_may_be_matched_in_each_way_and_a_histogram_is_addressed_as_prometheus_names_it() -> None:
    numerator = {"metric": f"{OPERATIONS}_bucket", "matchers": ['le="0.5"', "status=~succ.*", 'status!="x"']}
    rule = {"name": "fast", "numerator": numerator, "denominator": f"{OPERATIONS}_count", "op": "<", "threshold": 0.5}
    house = House(rules=[rule, {"name": "high_error_rate", "enabled": False}])
    house.operations(good=4, bad=6)
    [alert] = house.step()
    assert alert.type == "fast"
    assert alert.summary == "fast is 40 %, < 50 % over 5m"


def test_metrics_of_sdks_have_the_names_and_labels_that_prometheus_gives_them() -> None:
    rule = increase_rule(increase='llm_calls_seconds_sum{job="shop/web",gen_ai_token_type="input"}', by=["job"])
    house = House(rules=[rule])
    now, sender = house.host.clock.time_ns(), {"service.name": "web", "service.namespace": "shop"}
    points = [({"gen_ai.token.type": "input"}, 8.0), ({"gen_ai.token.type": "output"}, 100.0)]
    house.send(request("llm.calls_seconds", points, start_ns=now - 10, time_ns=now, resource=sender))
    [alert] = house.step()
    assert (alert.labels, alert.count) == ({"job": "shop/web"}, 4)


def test_counts_since_the_last_time_add_up_as_cumulative_ones_do() -> None:
    alerts = []
    for temporality in (CUMULATIVE, DELTA):
        house = House()
        begin = house.host.clock.time_ns()
        for at in range(1, 13):
            house.host.clock.advance(seconds=10)
            now = house.host.clock.time_ns()
            count = at if temporality == CUMULATIVE else 1
            points = [({"status": "success"}, 5.0 * count), ({"status": "error"}, 5.0 * count)]
            start = begin if temporality == CUMULATIVE else now - 10
            house.send(request(OPERATIONS, points, start_ns=start, time_ns=now, temporality=temporality))
            house.rules.tick()
        alerts.append([(alert.summary, alert.count, alert.starts_at_ns) for alert in house.told()])
    assert alerts[0] == alerts[1] != []


def test_what_was_counted_before_anybody_looked_is_not_counted_and_what_is_new_is() -> None:
    house = House()
    day_ago = house.host.clock.time_ns() - 86_400 * 10**9
    house.start_ns = day_ago
    house.add(1000, OVERFLOWS, model="old")
    assert house.step() == []
    house.add(10, OVERFLOWS, model="old")
    assert house.step() == []
    house.add(1, OVERFLOWS, model="new")
    assert [alert.count for alert in house.step()] == [11]


def test_a_counter_that_begins_anew_counts_from_nothing() -> None:
    house = House()
    house.add(6, OVERFLOWS)
    assert house.step() == []
    house.counters.clear()
    house.start_ns = house.host.clock.time_ns()
    house.add(6, OVERFLOWS)
    assert [alert.count for alert in house.step()] == [12], "the value is the same, the start is not"


def test_what_clients_can_count_down_is_not_taken_and_the_page_says_so() -> None:
    house = House(rules=[increase_rule()])
    house.add(5, "x_total")
    body = request("x_total", [({}, 5)], start_ns=1, time_ns=house.host.clock.time_ns())
    house.send(body.replace(b"\x10\x02\x18\x01", b"\x10\x02\x18\x00"))  # no more is_monotonic
    assert "rules count what only grows" in next(row["note"] for row in house.rows() if row["rule"] == "own")


def test_more_than_fifty_series_are_folded_and_those_with_nothing_to_say_make_room() -> None:
    house = House(rules=[increase_rule(by=["tool"], threshold=0)])
    for tool in range(60):
        house.add(1, "x_total", tool=str(tool))
    alerts = house.step()
    assert len(alerts) == 50
    assert alerts[-1].labels == {"tool": "other"}
    assert alerts[-1].count == 11
    assert house.host.counts["spansieve_alert_rules_folded",] == 11
    assert len([one for _ in range(20) for one in house.step() if one.status == "resolved"]) == 50
    house.add(1, "x_total", tool="new")
    assert [alert.labels for alert in house.step()] == [{"tool": "new"}]


def test_a_burn_rate_fires_when_both_windows_burn() -> None:
    house = House(burn_rate={}, rules=[{"name": "high_error_rate", "enabled": False}])
    assert until(house, 3600, good=100) == []
    told = until(house, 1200, good=50, bad=50)
    assert [(alert.type, alert.severity, alert.labels["window"]) for _, alert in told] == [
        ("error_budget_burn", "warning", "6h"),
        ("error_budget_burn", "critical", "1h"),
    ]
    assert len({alert.fingerprint for _, alert in told}) == 2
    over = until(house, 600, good=100)
    assert [(alert.severity, alert.status) for _, alert in over] == [("critical", "resolved")], (
        "the short window is over"
    )


def test_alerts_wait_while_there_is_no_room() -> None:
    house = House()
    house.host.full = True
    house.add(11, OVERFLOWS)
    assert house.step() == []
    house.host.full = False
    house.rules.tick()
    assert [alert.type for alert in house.told()] == ["context_overflow"]
    assert house.host.counts["spansieve_alerts", "firing", "context_overflow"] == 1


def test_a_week_in_a_minute_is_judged_by_the_time_of_the_clock() -> None:
    house = House()
    house.add(11, OVERFLOWS)
    [alert] = house.step(3600)
    assert alert.status == "firing", "they came since the last look, an hour ago"
    house.step(3600)
    assert [one.status for one in house.step(3600)] == ["resolved"]


def test_the_page_says_what_each_rule_measures_and_when_it_would_fire() -> None:
    house = House()
    until(house, 40, good=10, bad=10)
    row = house.rows()[0]
    assert (row["rule"], row["state"], row["value"], row["samples"]) == ("high_error_rate", "pending", "50 %", 80)
    assert (row["condition"], row["min_samples"]) == ("> 5 % over 5m", 50)
    assert (row["since"], row["fires_at"]) == ("2023-11-14T22:13:50Z", "2023-11-14T22:14:50Z")
    assert house.rows()[1]["note"] == "no spansieve_context_overflows_total came yet"


def test_a_metric_that_does_not_come_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    house = House()
    until(house, 3600, good=10)
    told = [record.getMessage() for record in caplog.records if "context_overflow" in record.getMessage()]
    assert told == ["context_overflow is inactive: no spansieve_context_overflows_total came yet"]
