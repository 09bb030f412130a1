"""webhook: what is told, when, and once."""

from collections.abc import Callable
from dataclasses import replace

from spansieve.alerts import to_batch
from spansieve.plugin import Rejected
from tests.exporters.webhook.receiving import Bench, Receiver, alert_of, ended, told
from tests.spansieve.alerts.samples import SPIKE

Make = Callable[..., Bench]
BASH, GREP = "TimeoutError:bash", "KeyError:grep"


def test_a_new_group_waits_and_then_sends_all_its_alerts(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_by=["service"])
    webhook.take(alert_of(about=BASH))
    webhook.after(3)
    webhook.take(alert_of(about=GREP))
    webhook.after(1.9)
    assert receiver.requests == []
    webhook.after(0.1)
    [request] = receiver.requests
    assert sorted(told([request])[0]) == [(GREP, "firing"), (BASH, "firing")]
    assert request.json["group_labels"] == {"service": "shop"}
    assert request.json["group_key"] == '{}:{service="shop"}'
    assert (request.json["receiver"], request.json["status"]) == ("webhook", "firing")


def test_by_default_a_group_is_a_type_and_a_pattern(bench: Make, receiver: Receiver) -> None:
    webhook = bench()
    webhook.take(alert_of(about=BASH), alert_of(about=GREP), alert_of("error_regression", BASH))
    webhook.after(5)
    assert [request.json["group_labels"] for request in receiver.requests] == [
        {"type": "new_error_type", "pattern": BASH},
        {"type": "new_error_type", "pattern": GREP},
        {"type": "error_regression", "pattern": BASH},
    ]


def test_three_dots_make_every_alert_a_group(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_by=["..."], group_wait="0s")
    webhook.take(alert_of(about=BASH), alert_of(about=GREP))
    webhook.after()
    assert told(receiver.requests) == [[(BASH, "firing")], [(GREP, "firing")]]


def test_a_change_waits_for_the_next_step_of_the_interval(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_by=["service"], group_wait="0s", group_interval="1m")
    webhook.take(alert_of(about=BASH))
    webhook.after()
    webhook.after(70)
    webhook.take(alert_of(about=GREP))
    webhook.after(49)
    assert len(receiver.requests) == 1
    webhook.after(1)
    assert sorted(told(receiver.requests)[1]) == [(GREP, "firing"), (BASH, "firing")]


def test_an_update_that_changes_neither_alerts_nor_their_status_is_not_sent(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_wait="0s", group_interval="1m")
    alert = alert_of()
    webhook.take(alert)
    webhook.after()
    webhook.take(replace(alert, count=400, updated_at_ns=alert.updated_at_ns + 10**9))
    webhook.after(600)
    assert len(receiver.requests) == 1
    webhook.after(4 * 3600)
    assert [request.json["alerts"][0]["count"] for request in receiver.requests] == [12, 400]


def test_what_does_not_change_is_told_again_after_the_repeat_interval(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_wait="0s", repeat_interval="1h")
    webhook.take(alert_of())
    webhook.after()
    webhook.after(3599)
    assert len(receiver.requests) == 1
    webhook.after(1)
    webhook.after(3600)
    assert len(receiver.requests) == 3
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 3


def test_an_end_is_told_once_and_forgotten(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_wait="0s", group_interval="10s", repeat_interval="1h")
    alert = alert_of()
    webhook.take(alert)
    webhook.after()
    webhook.take(ended(alert))
    webhook.after(10)
    assert told(receiver.requests) == [[(BASH, "firing")], [(BASH, "resolved")]]
    assert receiver.requests[1].json["status"] == "resolved"
    assert receiver.requests[1].json["alerts"][0]["ends_at"] is not None
    webhook.after(100_000)
    assert len(receiver.requests) == 2
    [row] = webhook.rows()
    assert (row["alerts"], row["groups"]) == (0, 0)


def test_an_end_is_told_beside_what_goes_on(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_by=["service"], group_wait="0s", group_interval="10s")
    first, second = alert_of(about=BASH), alert_of(about=GREP)
    webhook.take(first, second)
    webhook.after()
    webhook.take(ended(first))
    webhook.after(10)
    assert receiver.requests[1].json["status"] == "firing"
    assert told(receiver.requests)[1] == [(GREP, "firing"), (BASH, "resolved")]


def test_ends_are_not_told_where_nobody_wants_them(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_wait="0s", group_interval="10s", send_resolved=False)
    alert = alert_of()
    webhook.take(alert)
    webhook.after()
    webhook.take(ended(alert))
    webhook.after(10)
    again = alert_of(updated_at_ns=alert.updated_at_ns + 10**12)
    webhook.take(again)
    webhook.after(10)
    assert [request.json["alerts"][0]["id"] for request in receiver.requests] == [alert.id, again.id]


def test_what_began_and_ended_while_its_group_waited_is_not_told_and_counted(bench: Make, receiver: Receiver) -> None:
    webhook = bench()
    alert = alert_of()
    webhook.take(alert, ended(alert))
    webhook.after(5)
    assert receiver.requests == []
    assert webhook.count("spansieve_alerts_suppressed", "already_over") == 1


def test_without_a_wait_each_change_is_told_in_order(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_by=["..."], group_wait="0s", group_interval="200ms")
    first = alert_of()
    second = alert_of(updated_at_ns=first.updated_at_ns + 10**12)
    webhook.take(first, ended(first), second)
    webhook.after()
    webhook.after(0.2)
    webhook.after(0.2)
    assert [(one["id"], one["status"]) for request in receiver.requests for one in request.json["alerts"]] == [
        (first.id, "firing"),
        (first.id, "resolved"),
        (second.id, "firing"),
    ]


def test_an_end_of_something_unknown_is_told(bench: Make, receiver: Receiver) -> None:
    webhook = bench()
    webhook.take(ended(alert_of()))
    webhook.after(5)
    assert told(receiver.requests) == [[(BASH, "resolved")]]


def test_the_same_alert_under_a_new_id_pages_nobody(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_wait="0s", group_interval="10s")
    webhook.take(alert_of())
    webhook.after()
    webhook.take(alert_of())
    webhook.after(60)
    assert len(receiver.requests) == 1


def test_an_alert_stays_in_its_group_when_its_fields_change(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_wait="0s", group_interval="10s")
    webhook.take(SPIKE)
    webhook.after()
    assert SPIKE.pattern is not None
    other = replace(SPIKE, pattern=replace(SPIKE.pattern, key=GREP), updated_at_ns=SPIKE.updated_at_ns + 1)
    webhook.take(other)
    webhook.after(100)
    webhook.take(ended(other))
    webhook.after(100)
    assert [request.json["group_key"] for request in receiver.requests] == [
        '{}:{type="error_spike", pattern="TimeoutError:bash"}'
    ] * 2
    assert told(receiver.requests)[1] == [(GREP, "resolved")]


def test_what_comes_late_changes_nothing(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_wait="0s", group_interval="10s")
    alert = alert_of()
    end = ended(alert)
    webhook.take(alert)
    webhook.after()
    webhook.take(end, alert)
    webhook.after(10)
    webhook.after(100)
    assert told(receiver.requests) == [[(BASH, "firing")], [(BASH, "resolved")]]


def test_log_records_that_are_no_alerts_are_rejected(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_wait="0s")
    batch = to_batch([alert_of(), alert_of(about=GREP)])
    next(iter(batch)).event_name = "exception"
    assert webhook.exporter.alerts(batch) == Rejected(1, "log records that are no alerts")
    webhook.after()
    assert told(receiver.requests) == [[(GREP, "firing")]]


def test_endpoints_get_what_they_match_in_their_own_ways(bench: Make, receiver: Receiver) -> None:
    webhook = bench(
        group_wait="0s",
        endpoints=[
            {"name": "all"},
            {"name": "grep", "matchers": ['tool=~"gr.*"', 'severity!="info"'], "format": "alertmanager"},
            {"name": "none", "matchers": ['service="other"']},
        ],
    )
    webhook.take(alert_of(about=BASH), alert_of(about=GREP))
    webhook.after()
    assert [(one.json["receiver"], "version" in one.json) for one in receiver.requests] == [
        ("all", False),
        ("all", False),
        ("grep", True),
    ]
    assert webhook.count("spansieve_webhook_notifications", "all", "sent") == 2


def test_more_alerts_than_a_body_takes_are_counted(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_by=["service"], max_alerts=2)
    webhook.take(*(alert_of(about=f"Error:{at}") for at in range(5)))
    webhook.after(5)
    assert len(receiver.requests[0].json["alerts"]) == 2
    assert receiver.requests[0].json["truncated"] == 3


def test_the_status_page_shows_each_endpoint_and_what_silences_hold_back(bench: Make, receiver: Receiver) -> None:
    silence = {"matchers": ['tool="grep"'], "comment": "known"}
    webhook = bench(name="pager", silences=[silence])
    webhook.take(alert_of(about=BASH), alert_of(about=GREP))
    webhook.after(5)
    assert webhook.rows() == [
        {"endpoint": "pager", "state": "on", "alerts": 2, "silenced": 1, "groups": 2, "waiting": 0},
    ]
    assert webhook.host.statuses["webhook.silences"]() == [
        {"silence": "known", "state": "active", "alerts": 1, "latest": "KeyError:grep fails"},
    ]
    held = webhook.host.statuses["webhook.silenced"]()
    assert isinstance(held, list)
    assert [(one["summary"], one["silence"]) for one in held] == [("KeyError:grep fails", "known")]
    assert told(receiver.requests) == [[(BASH, "firing")]]
