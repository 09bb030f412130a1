"""error_aggregation: what becomes of errors, told by the alerts that are sent and the patterns that are shown."""

import pytest

from spansieve.pdata import TraceBatch
from tests.e2e.sampling_cases import body, span_id

from .house import House, error, errors, success

NEW, SPIKE = "new_error_type", "error_spike"
KEY = "TimeoutError:fetch"


def test_batches_go_on_untouched_at_once() -> None:
    house = House()
    request = body([error("a") | {"attrs": {}}, success("a") | {"attrs": {}}], house.base_ns)
    batch = TraceBatch.parse(request)
    house.aggregation.traces(batch)
    assert batch.encode() == request
    assert house.aggregation.held("traces") == 0


def test_an_error_waits_for_what_belongs_to_it() -> None:
    house = House()
    house.send(error("a"))
    house.pass_(0.9, step=0.1)
    assert house.told() == []
    house.pass_(0.2, step=0.1)
    assert house.told() == [(NEW, "firing", KEY)]


def test_an_alert_tells_what_broke_where_for_whom() -> None:
    house = House()
    attributes = {"gen_ai.agent.name": "coder", "user.id": "u1", "attempt.of": 3}
    house.send(error("a", attrs=attributes, resource={"service.name": "shop", "session.id": "s1"}))
    house.pass_(1.5)
    (alert,) = house.alerts()
    assert alert.pattern is not None
    assert alert.example is not None
    assert (alert.summary, alert.count, alert.severity) == ("New error: TimeoutError in fetch", 1, "warning")
    assert alert.labels == {"service": "shop", "tool": "fetch"}
    assert (alert.pattern.type, alert.pattern.tool, alert.pattern.state) == ("TimeoutError", "fetch", "new")
    example = alert.example
    assert (example.agent, example.user_id, example.thread_id, example.tool) == ("coder", "u1", "s1", "fetch")
    assert example.metadata["attempt.of"] == 3
    assert alert.path == ("tool:fetch",)


def test_agent_user_and_conversation_are_those_of_the_spans_above() -> None:
    house = House()
    above = {"gen_ai.agent.name": "coder", "user.id": "u1", "gen_ai.conversation.id": "c1"}
    house.send(
        error("a", span="t", parent="s"),
        success("a", span="s", parent="w", tool="step"),
        success("a", span="w", attrs=above, tool="none"),
    )
    house.pass_(1.5)
    (alert,) = house.alerts()
    assert alert.example is not None
    assert (alert.example.agent, alert.example.user_id, alert.example.thread_id) == ("coder", "u1", "c1")
    (pattern,) = house.patterns()
    assert (pattern["users"], pattern["sessions"]) == (1, 1)


def test_a_spike_is_one_alert_that_is_told_anew_now_and_then_and_ends() -> None:
    house = House()
    house.send(*errors(11, t=-2))
    house.pass_(1.5)
    (first,) = [one for one in house.alerts() if one.type == SPIKE]
    for _ in range(20):
        house.send(error(f"more{house.now}"))
        house.pass_(1.0)
    later = [one for one in house.alerts() if one.type == SPIKE]
    assert {one.id for one in later} == {first.id}
    assert [one.count for one in later] == sorted(one.count for one in later)
    assert len(later) == 2  # at most every ten seconds
    house.pass_(150.0)
    (last,) = [one for one in house.alerts() if one.type == SPIKE and one.status == "resolved"]
    assert last.id == first.id
    assert last.ends_at_ns is not None
    assert 110 < (last.ends_at_ns - first.starts_at_ns) / 1e9 < 150  # ten are left after about 80 s, and a window more


def test_a_spike_in_the_past_is_told_before_it_is_over() -> None:
    house = House()
    house.send(*errors(11, t=-400))
    house.pass_(1.2)
    assert (SPIKE, "firing", KEY) in house.told()
    house.pass_(3.0)
    assert (SPIKE, "resolved", KEY) in house.told()


def test_what_comes_back_within_a_spike_is_part_of_it() -> None:
    house = House()
    house.send(*errors(11, t=-2))
    house.pass_(30)
    house.send(*errors(11, t=-2, prefix="u"))
    house.pass_(60)
    assert sum(one[0] == SPIKE and one[1] == "resolved" for one in house.told()) == 0


def test_a_cascade_counts_once_with_its_path_and_a_late_ancestor_makes_the_path_longer() -> None:
    house = House()
    agent = error("c", -0.2, span="a", parent="w", name="invoke_agent coder", type="TimeoutError")
    workflow = error("c", -0.1, span="w", name="invoke_workflow main", type="TimeoutError")
    for one in (agent, workflow):
        del one["tool"]
    house.send(error("c", -0.3, span="t", parent="a"), agent)
    house.pass_(1.5)
    (alert,) = house.alerts()
    assert alert.path == ("tool:fetch", "agent:coder")
    house.send(workflow)
    house.pass_(1.5)
    assert house.told() == []
    (pattern,) = house.patterns()
    assert (pattern["count"], pattern["path"]) == (1, "tool:fetch → agent:coder → workflow:main")
    assert house.host.counts["spansieve_error_cascades",] == 2


def test_another_failure_below_is_named() -> None:
    house = House()
    agent = error("c", -0.1, span="a", name="invoke_agent coder", type="BudgetExceeded", message="no money left")
    del agent["tool"]
    house.send(error("c", -5, span="t", parent="a"), agent | {"dur_ms": 9000})
    house.pass_(1.5)
    about = {alert.pattern.key: alert for alert in house.alerts() if alert.pattern}
    agent_example = about["BudgetExceeded:unknown"].example
    assert agent_example is not None
    assert agent_example.metadata["spansieve.error.caused_by"] == KEY


def test_attempts_are_numbered() -> None:
    house = House(new_error={"level": "base"}, alert_recovered=True, spike={"threshold": 2})
    house.send(*(error("r", -9.0 + at, span=str(at), parent="p") for at in range(3)))
    house.pass_(1.5)
    (spike,) = [alert for alert in house.alerts() if alert.type == SPIKE]
    assert spike.example is not None
    assert spike.example.metadata["spansieve.error.attempt"] == 3


def test_a_retry_that_comes_after_the_error_was_counted_still_makes_it_good() -> None:
    house = House()
    house.send(error("r", parent="p"))
    house.pass_(5)
    house.send(success("r", parent="p"))
    house.pass_(1)
    (pattern,) = house.patterns()
    assert (pattern["count"], pattern["recovered"]) == (1, 1)
    house.send(success("r", parent="p", span="3"))
    house.pass_(1)
    assert house.patterns()[0]["recovered"] == 1


def test_too_many_waiting_errors_are_judged_sooner() -> None:
    house = House(max_pending=3, cascade_wait="60s")
    house.send(*errors(5))
    house.pass_(0.5)
    assert house.patterns()[0]["count"] == 2


def test_a_record_of_an_error_counts_with_its_span_as_one() -> None:
    house = House()
    span = error("l", span="1")
    house.send(span)
    house.log("l", "the call failed", span_id=span_id("l", "1"))
    house.log("m", "nobody saw a span of it", span_id=span_id("m", "1"))
    house.pass_(1.5)
    assert sorted(house.told()) == [(NEW, "firing", KEY), (NEW, "firing", "unknown:unknown")]


def test_a_record_that_comes_before_the_error_of_its_span_gives_way_to_it() -> None:
    house = House()
    house.log("l", "the call failed", span_id=span_id("l", "1"))
    house.send(error("l", span="1"))
    house.pass_(1.5)
    assert house.told() == [(NEW, "firing", KEY)]
    house.log("k", "the call failed", span_id=span_id("k", "1"))
    house.pass_(1.5)
    house.send(error("k", span="1"))
    house.pass_(1.5)
    assert sum(one["count"] for one in house.patterns()) == 2


def test_records_without_a_trace_tell_nothing() -> None:
    house = House()
    house.log("", "lost")
    house.pass_(1.5)
    assert house.told() == []


def test_while_there_is_no_room_alerts_wait() -> None:
    house = House()
    house.host.full = True
    house.send(error("a"))
    house.pass_(3)
    assert house.alerts() == []
    house.host.full = False
    house.pass_(0.5)
    assert house.told() == [(NEW, "firing", KEY)]


def test_what_still_waits_at_the_end_is_judged_where_nothing_keeps_it() -> None:
    house = House(cascade_wait="60s")
    house.send(error("a"))
    house.aggregation.shutdown()
    assert house.told() == [(NEW, "firing", KEY)]


def test_what_is_counted() -> None:
    house = House(ignore_classes=["mine"], ignore=[{"tool": "noisy"}], soft="ignore")
    house.send(
        error("a"),
        error("b", type="mine"),
        error("c", tool="noisy"),
        success("d", attrs={"spansieve.error.class": "exit", "spansieve.error.soft": True}),
    )
    house.pass_(1.5)
    counts = house.host.counts
    assert counts["spansieve_errors", "false", "fetch", "TimeoutError"] == 1
    assert [counts["spansieve_errors_ignored", reason] for reason in ("class", "rule", "soft")] == [1, 1, 1]
    assert counts["spansieve_error_patterns",] == 1
    assert counts["spansieve_alerts", "firing", NEW] == 1


def test_why_an_alert_was_not_raised_is_counted() -> None:
    house = House(warm_up="5s", storm={"alerts": 1, "window": "60s"})
    house.send(error("a"), error("b", -700, tool="old"))
    house.send(error("c", -3, tool="retried", parent="p"), success("c", -2, tool="retried", parent="p"))
    house.pass_(6)
    house.send(*(error(f"n{at}", tool=f"t{at}") for at in range(3)))
    house.pass_(2)
    counts = house.host.counts
    found = {
        reason: counts["spansieve_alerts_suppressed", reason] for reason in ("warm_up", "age", "recovered", "storm")
    }
    assert found == {"warm_up": 1, "age": 1, "recovered": 1, "storm": 2}


def test_labels_of_the_error_metric_are_bounded() -> None:
    house = House(spike={"threshold": 10_000})
    house.send(*(error(f"t{at}", tool=f"tool{at}") for at in range(250)))
    house.pass_(2)
    labels = [key for key in house.host.counts if key[0] == "spansieve_errors"]
    assert len(labels) <= 201
    assert sum(house.host.counts[key] for key in labels) == 250


@pytest.mark.parametrize("size", [100, 5_000])
def test_large_spans_are_kept_small_and_still_connect(size: int) -> None:
    house = House()
    content = {"gen_ai.prompt": "x" * size, "gen_ai.agent.name": "coder"}
    house.send(
        error("a", span="t", parent="s", attrs=content), success("a", span="s", attrs=content, tool="step", parent="w")
    )
    house.pass_(1.5)
    (alert,) = house.alerts()
    assert alert.example is not None
    assert alert.example.agent == "coder"


def test_a_snapshot_is_plain_data() -> None:
    house = House()
    house.send(error("a"))
    house.pass_(1.5)
    shown = house.host.statuses["error_aggregation"]()
    assert isinstance(shown, dict)
    assert shown["patterns"][0]["key"] == KEY
    assert shown["patterns"][0]["last_hour"]["sparkline"][-1] == 1
    assert [(one["type"], one["status"]) for one in shown["alerts"]] == [(NEW, "firing")]
