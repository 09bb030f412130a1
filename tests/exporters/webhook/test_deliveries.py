"""webhook: what people see of what became of alerts."""

from collections.abc import Callable

from spansieve.exporters.webhook.deliveries import MAX_ALERTS, Deliveries
from tests.exporters.webhook.receiving import Bench, Receiver, alert_of, ended

Make = Callable[..., Bench]


def test_an_alert_waits_is_tried_and_is_sent(bench: Make, receiver: Receiver) -> None:
    receiver.say(503)
    webhook = bench(group_wait="5s")
    alert = alert_of()
    webhook.take(alert)
    assert webhook.deliveries() == {alert.id: ("waits", "")}
    webhook.after(5)
    assert webhook.deliveries() == {alert.id: ("retries", "HTTP 503")}
    webhook.after(60)
    assert webhook.deliveries() == {alert.id: ("sent", "")}
    webhook.take(alert)
    assert webhook.deliveries() == {alert.id: ("sent", "")}, "nothing is new of it"


def test_its_end_is_told_as_well(bench: Make) -> None:
    webhook = bench(group_wait="0s", group_interval="1m")
    alert = alert_of()
    webhook.take(alert)
    webhook.after()
    webhook.take(ended(alert))
    assert webhook.deliveries() == {alert.id: ("waits", "")}
    webhook.after(60)
    assert webhook.deliveries() == {alert.id: ("sent", "")}


def test_what_nobody_was_told_is_said_with_the_reason(bench: Make, receiver: Receiver) -> None:
    receiver.say(400)
    refused, gone = bench(group_wait="0s"), alert_of()
    refused.take(gone)
    refused.after()
    assert refused.deliveries() == {gone.id: ("given_up", "HTTP 400")}


def test_what_is_over_the_limit_is_in_a_summary(bench: Make) -> None:
    webhook = bench(group_by=["..."], group_wait="0s", rate_limit={"per_minute": 1})
    first, second = alert_of(about="A:one"), alert_of(about="B:two")
    webhook.take(first, second)
    webhook.after()
    states = webhook.deliveries()
    assert {states[first.id][0], states[second.id][0]} == {"sent", "summed_up"}


def test_a_silenced_alert_is_not_among_them(bench: Make) -> None:
    webhook = bench(group_wait="0s", silences=[{"matchers": ["tool=bash"]}])
    webhook.take(alert_of())
    webhook.after()
    assert webhook.deliveries() == {}


def test_the_last_ones_are_shown() -> None:
    deliveries, alerts = Deliveries("team"), [alert_of() for _ in range(MAX_ALERTS + 1)]
    deliveries.became(alerts, "waits", 1)
    deliveries.became(alerts[1:2], "sent", 2)
    rows = deliveries.rows()
    assert [row["alert"] for row in rows] == [one.id for one in (*alerts[2:], alerts[1])]
    assert rows[-1]["endpoint"] == "team"
