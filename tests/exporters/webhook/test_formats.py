"""webhook: bodies."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from referencing import Registry, Resource

from spansieve.alerts import Alert
from spansieve.exporters.webhook.config import EndpointConfig, WebhookConfig
from spansieve.exporters.webhook.formats import Request, requests_of
from spansieve.exporters.webhook.notification import MAX_BODY_BYTES, Notification, Unsendable
from spansieve.exporters.webhook.slack_body import escaped
from tests.exporters.webhook.receiving import Bench, Receiver, alert_of, ended
from tests.spansieve.alerts.samples import EXAMPLE, PATTERN, SPIKE, alerts

Make = Callable[..., Bench]
DOCS = Path(__file__).parents[3] / "docs"
URL = "https://hooks.example/alerts"
JAEGER = {"jaeger": {"base": "https://jaeger.example/"}}


def settings(**given: Any) -> EndpointConfig:  # noqa: ANN401
    """An endpoint."""
    [endpoint] = WebhookConfig(**({"url": URL, "links": [JAEGER]} | given)).targets
    return endpoint.settings


def notification(*shown: Alert, labels: Mapping[str, str] | None = None) -> Notification:
    """One of `shown`, all of it news."""
    return Notification(
        id="msg_1",
        receiver="webhook",
        group_key='{}:{type="error_spike"}',
        group_labels=labels if labels is not None else {"type": "error_spike"},
        alerts=shown,
        news=frozenset(alert.fingerprint for alert in shown),
    )


def body(request: Request) -> Any:  # noqa: ANN401
    return json.loads(request.body)


SCHEMAS = {name: json.loads((DOCS / f"{name}-v1.schema.json").read_text()) for name in ("alert", "webhook")}
REGISTRY: Registry[Any] = Registry().with_resources(
    (one["$id"], Resource.from_contents(one)) for one in SCHEMAS.values()
)


def check(schema: str, value: object) -> None:
    """Hold `value` against a published schema."""
    jsonschema.Draft202012Validator(SCHEMAS[schema], registry=REGISTRY).validate(value)


@examples(max_examples=25)
@given(st.lists(alerts, min_size=1, max_size=3))
def test_the_own_body_is_what_its_schema_says(shown: list[Alert]) -> None:
    [request] = requests_of(notification(*shown), settings())
    check("webhook", body(request))
    assert list(body(request)) == [
        "schema",
        "receiver",
        "status",
        "group_key",
        "group_labels",
        "alerts",
        "truncated",
        "external_url",
    ]


def test_a_real_body_is_what_its_schema_says(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_by=["service"], links=[JAEGER])
    webhook.take(SPIKE, ended(alert_of()), alert_of(about="A:b"))
    webhook.after(5)
    check("webhook", receiver.requests[0].json)
    assert receiver.requests[0].json["alerts"][0]["links"] == [
        {"name": "trace", "url": f"https://jaeger.example/trace/{EXAMPLE.trace_id.hex()}"}
    ]


@examples(max_examples=25)
@given(st.lists(alerts, min_size=1, max_size=3))
def test_every_format_makes_a_body_of_every_alert(shown: list[Alert]) -> None:
    for more in ({"format": "alertmanager"}, {"format": "slack"}, {"format": "pagerduty", "routing_key": "r"}):
        for request in requests_of(notification(*shown), settings(**more)):
            assert body(request)
            assert len(request.body) <= MAX_BODY_BYTES


def test_the_body_of_alertmanager() -> None:
    firing = replace(SPIKE, labels={"service": "shop", "team.name": "desk"})
    done = ended(alert_of())
    [request] = requests_of(
        notification(firing, done), settings(format="alertmanager", external_url="https://c.example")
    )
    said = body(request)
    assert said["version"] == "4"
    assert (said["status"], said["receiver"], said["truncatedAlerts"]) == ("firing", "webhook", 0)
    assert said["groupLabels"] == {"alertname": "error_spike"}
    assert said["commonLabels"] == {
        "service": "shop",
        "severity": "warning",
        "pattern": "TimeoutError:bash",
        "error_type": "TimeoutError",
        "tool": "bash",
        "agent": "coder",
    }
    first, second = said["alerts"]
    assert first["labels"] == said["commonLabels"] | {"alertname": "error_spike", "team_name": "desk"}
    assert first["startsAt"] == "2023-11-14T22:13:20Z"
    assert first["endsAt"] == "0001-01-01T00:00:00Z"
    assert first["generatorURL"].startswith("https://jaeger.example/trace/")
    assert first["fingerprint"] == SPIKE.fingerprint
    assert first["annotations"]["summary"] == SPIKE.summary
    assert (second["status"], second["endsAt"]) == ("resolved", "2023-11-14T22:14:20Z")
    assert all(isinstance(value, str) for one in said["alerts"] for value in one["labels"].values())


def test_the_message_of_slack() -> None:
    [request] = requests_of(notification(SPIKE, ended(alert_of())), settings(format="slack"))
    said = body(request)
    assert said["text"].startswith("[FIRING: 1] error")
    assert "12 errors in 60 s" in said["text"]
    texts = [one["text"]["text"] for one in said["blocks"] if one["type"] == "section"]
    assert f"<https://jaeger.example/trace/{EXAMPLE.trace_id.hex()}|trace>" in texts[1]


def _strings(value: Any) -> list[str]:  # noqa: ANN401
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in _strings(item)]


@examples(max_examples=40)
@given(st.text(), st.integers(1, 60))
def test_nothing_that_an_alert_says_is_more_than_text_in_slack(said: str, count: int) -> None:
    hostile = f"<!channel> <@U1> @here {said} <https://evil.example|click> &lt; *b* `c` " * 3
    example = EXAMPLE._replace(message=hostile)
    alert = replace(SPIKE, summary=hostile, example=example, labels={"team": hostile}, path=(hostile,))
    labels = {"pattern": hostile}
    [request] = requests_of(notification(*[alert] * count, labels=labels), settings(format="slack", max_alerts=100))
    message = body(request)
    assert len(message["blocks"]) <= 50
    for block in message["blocks"]:
        texts = [block["text"]["text"]] if block["type"] == "section" else [one["text"] for one in block["elements"]]
        assert all(0 < len(text) <= 3000 for text in texts)
    for text in _strings(message):
        own = re.sub(r"<https://jaeger\.example/trace/[0-9a-f]+\|trace>", "", text)
        assert "<" not in own
        assert ">" not in own
        assert "@here" not in own
        assert not re.search(r"&(?!(amp|lt|gt);)", own)


def test_the_escape_of_slack() -> None:
    assert escaped("a < b & c > d\n@here") == "a &lt; b &amp; c &gt; d @\u200bhere"


def test_the_events_of_pagerduty() -> None:
    done = ended(alert_of())
    requests = requests_of(notification(SPIKE, done), settings(format="pagerduty", url=None, routing_key="R0"))
    trigger, resolve = map(body, requests)
    assert (trigger["routing_key"], trigger["event_action"], trigger["dedup_key"]) == (
        "R0",
        "trigger",
        SPIKE.fingerprint,
    )
    assert (resolve["event_action"], resolve["dedup_key"]) == ("resolve", done.fingerprint)
    payload = trigger["payload"]
    assert payload["summary"] == SPIKE.summary
    assert payload["source"] == "shop"
    assert payload["severity"] == "warning"
    assert payload["timestamp"] == "2023-11-14T22:13:20Z"
    assert (payload["component"], payload["group"], payload["class"]) == ("bash", "TimeoutError:bash", "error_spike")
    check("alert", payload["custom_details"])
    assert trigger["links"] == [{"href": f"https://jaeger.example/trace/{EXAMPLE.trace_id.hex()}", "text": "trace"}]
    assert len({request.id for request in requests}) == 2


def test_pagerduty_gets_what_changed_and_not_again_what_it_has(bench: Make, receiver: Receiver) -> None:
    webhook = bench(format="pagerduty", routing_key="R0", group_by=["service"], group_wait="0s", group_interval="1s")
    first, second = alert_of(about="A:a"), alert_of(about="B:b")
    receiver.say(202)
    webhook.take(first)
    webhook.after()
    receiver.say(202, 429)
    webhook.take(ended(first), second)
    webhook.after(1)
    webhook.after(1)
    said = [(one.json["event_action"], one.json["dedup_key"]) for one in receiver.requests]
    assert said[:1] == [("trigger", first.fingerprint)]
    assert sorted(said[1:3]) == sorted([("trigger", second.fingerprint), ("resolve", first.fingerprint)])
    assert said[3:] == [said[2]]  # what was taken is not sent again with what was not


def test_an_event_that_pagerduty_refuses_costs_none_of_the_others(
    bench: Make, receiver: Receiver, tmp_path: Path
) -> None:
    letters = tmp_path / "dead.jsonl"
    webhook = bench(
        format="pagerduty", routing_key="R0", group_by=["service"], group_wait="1s", dead_letter=str(letters)
    )
    receiver.say(400, 202, 429)
    webhook.take(alert_of(about="A:a"), alert_of(about="B:b"), alert_of(about="C:c"))
    webhook.after(1)
    assert len(receiver.requests) == 3
    assert not letters.read_text()
    webhook.after(1)
    assert len(receiver.requests) == 4
    assert receiver.requests[3].body == receiver.requests[2].body
    assert json.loads(letters.read_text())["reason"] == "HTTP 400"


def test_the_severities_of_pagerduty_are_ours() -> None:
    for severity in ("critical", "error", "warning", "info"):
        alert = replace(SPIKE, severity=severity, summary="x" * 2000)
        [event] = map(body, requests_of(notification(alert), settings(format="pagerduty", url=None, routing_key="R0")))
        assert event["payload"]["severity"] == severity
        assert len(event["payload"]["summary"]) == 1024


def test_a_template_sees_the_own_body() -> None:
    text = '{"text": {{ alerts[0].summary | tojson }}, "n": {{ alerts | length }}, "none": "{{ alerts[0].x.y.z }}"}'
    [request] = requests_of(
        notification(replace(SPIKE, summary='a "b" </c>')), settings(format="template", template=text)
    )
    assert body(request) == {"text": 'a "b" </c>', "n": 1, "none": ""}
    assert request.content_type == "application/json"


def test_a_template_of_another_media_type_is_text() -> None:
    text = "{{ status }}: {{ alerts[0].summary }}"
    made = settings(format="template", template=text, content_type="text/plain; charset=utf-8")
    [request] = requests_of(notification(replace(SPIKE, summary="<b> & c")), made)
    assert request.body == b"firing: <b> & c"


@pytest.mark.parametrize(
    "text",
    [
        "{{ status }}",
        '{{ "".__class__.__mro__ }}',
        "{{ alerts.append(1) }}",
        "{% for a in range(10**9) %}x{% endfor %}",
        "{{ 1 / 0 }}",
        '{"a": "{% for a in range(90000) %}xxxxx{% endfor %}"}',
    ],
)
def test_a_template_that_makes_no_body_gives_its_notification_up(
    text: str, bench: Make, receiver: Receiver, tmp_path: Path
) -> None:
    letters = tmp_path / "dead.jsonl"
    webhook = bench(format="template", template=text, group_wait="0s", dead_letter=str(letters))
    webhook.take(alert_of())
    webhook.after()
    webhook.after(3600)
    assert receiver.requests == []
    assert json.loads(letters.read_text())["notification"]["schema"] == "spansieve.webhook/v1"


def test_a_body_that_is_too_large_loses_stacks_first() -> None:
    shown = [alert_of(about=f"E:{at}", example=EXAMPLE._replace(stack="x" * 4000)) for at in range(100)]
    [request] = requests_of(notification(*shown), settings(max_alerts=100))
    assert len(request.body) <= MAX_BODY_BYTES
    assert len(body(request)["alerts"]) == 100
    assert {one["example"]["error"]["stack"] for one in body(request)["alerts"]} == {""}


def test_then_the_last_alerts() -> None:
    pattern = replace(PATTERN, template="x" * 2000, frames=("y" * 1000,))
    shown = [alert_of(about=f"E:{at}", pattern=pattern) for at in range(300)]
    [request] = requests_of(notification(*shown), settings(max_alerts=300))
    assert len(request.body) <= MAX_BODY_BYTES
    assert 50 < len(body(request)["alerts"]) < 300
    assert body(request)["truncated"] == 300 - len(body(request)["alerts"])


def test_then_all_but_the_first_ones_names() -> None:
    [request] = requests_of(notification(replace(SPIKE, labels={"long": "x" * 10**6})), settings())
    assert body(request)["alerts"][0]["type"] == "error_spike"
    with pytest.raises(Unsendable, match="256 KiB"):
        requests_of(notification(SPIKE, labels={"long": "x" * 10**6}), settings())
