"""The page as HTML: patterns of errors and alerts, with lines, and links to the trace backend."""

from typing import Any

from spansieve.alerts import rfc3339
from spansieve.alerts.status import ERRORS
from spansieve.dashboard.testing import status as dashboard_status
from spansieve.extensions.zpages.failures import MAX_PATTERNS
from spansieve.links import LinkTemplate, jaeger

from .conftest import NOW_NS, inspection
from .reading import plain, read

MARKUP = "<img src=x onerror=alert(1)>\"'&{{ 7*7777 }}"
TRACE = "0af7651916cd43dd8448eb211c80319c"
NAMES = ("key", "state", "template", "path", "frames", "service", "tool", "fingerprint", "example_trace")
MINUTE_NS = 60 * 10**9


def errors(*, patterns: list[dict[str, Any]], alerts: list[dict[str, Any]], more: int = 0) -> dict[str, Any]:
    """What a component shows of errors."""
    found = {"schema": ERRORS, "time": rfc3339(NOW_NS), "patterns": patterns, "alerts": alerts}
    return found | {"patterns_in_all": len(patterns) + more}


def pattern(**changes: object) -> dict[str, Any]:
    """One that was seen two minutes ago."""
    numbers = dict.fromkeys(("soft", "traces", "sessions", "versions"), 0)
    texts = dict.fromkeys(("path", "frames", "service", "example_span"), "")
    row = {
        "key": "TimeoutError:bash",
        "fingerprint": "f" * 16,
        "state": "active",
        "count": 1200,
        "recovered": 3,
        "users": 17,
        "rate_per_minute": 9.5,
        "last_hour": {"sparkline": [0] * 58 + [4, 2]},
        "last_day": {"sparkline": []},
        "first_seen": rfc3339(NOW_NS - 9 * MINUTE_NS),
        "last_seen": rfc3339(NOW_NS - 2 * MINUTE_NS),
        "template": "timed out after <dur>",
        "tool": "bash",
        "example_trace": TRACE,
    }
    return {**numbers, **texts, **row, **changes}


def alert(id_: str = "al_1", **changes: object) -> dict[str, Any]:
    """One that fires."""
    row = {
        "id": id_,
        "type": "error_spike",
        "status": "firing",
        "severity": "warning",
        "fingerprint": "f" * 16,
        "summary": "12 errors in 60 s, mostly TimeoutError in bash",
        "count": 12,
        "pattern": "TimeoutError:bash",
        "starts_at": rfc3339(NOW_NS - 5 * MINUTE_NS),
        "updated_at": rfc3339(NOW_NS - 4 * MINUTE_NS),
        "ends_at": "",
        "last_hour": {"sparkline": [0, 12]},
        "path": "tool:bash → agent:coder",
        "service": "shop",
        "tool": "bash",
        "example_trace": TRACE,
        "example_span": "",
    }
    return {**row, **changes}


RESOLVED = alert("al_2", status="resolved", ends_at=rfc3339(NOW_NS - MINUTE_NS), type="new_error_type")


def test_patterns_and_alerts_have_a_line_each_and_links_to_the_trace_backend() -> None:
    links = (
        LinkTemplate("Jaeger", jaeger("https://jaeger.example")),
        LinkTemplate("logs", "https://logs.example/?s={service}&from={start_ms}&to={end_ms}"),
    )
    shown = errors(patterns=[pattern()], alerts=[alert(), RESOLVED])
    reader = read(inspection(links=links), {"error_aggregation": shown})
    seen = plain(reader)
    row = "TimeoutError:bash timed out after <dur> active 1\u202f200 9.5 3 17 2 min 0 s ago from 0 to 4, now 2 Jaeger"
    assert row in seen
    assert "error_spike fires warning 12 errors in 60 s, mostly TimeoutError in bash tool:bash → agent:coder" in seen
    assert "new_error_type resolved warning" in seen
    assert reader.tags.count("svg") == 3
    assert reader.links.count(f"https://jaeger.example/trace/{TRACE}") == 3
    assert "https://logs.example/?s=shop&from=1699999700000&to=1699999760000" in reader.links
    assert len([link for link in reader.links if link.startswith("https://logs")]) == 2, "the pattern has no service"
    assert "Components" not in seen


def test_alerts_that_fire_need_attention_unless_they_are_silenced() -> None:
    shown = errors(patterns=[], alerts=[alert(), alert("al_3"), RESOLVED])
    assert "2 alerts fire, among them: 12 errors in 60 s" in plain(read(inspection(), {"error_aggregation": shown}))

    held = [{"alert": one, "type": "", "summary": "", "silence": "known since May"} for one in ("al_1", "al_3")]
    seen = plain(read(inspection(), {"error_aggregation": shown, "webhook.silenced": held}))
    assert "Nothing needs attention." in seen
    assert seen.count("silenced known since May") == 2


def test_the_gravest_of_those_that_fire_stands_at_the_top() -> None:
    grave = alert("al_9", severity="critical", summary="half of all fails", starts_at=rfc3339(NOW_NS - 9 * MINUTE_NS))
    shown = errors(patterns=[], alerts=[alert(), grave])
    assert "2 alerts fire, among them: half of all fails." in plain(read(inspection(), {"error_aggregation": shown}))


def delivery(state: str, why: str = "", endpoint: str = "team") -> dict[str, str]:
    """What became of the alert that fires."""
    return {"alert": "al_1", "endpoint": endpoint, "state": state, "why": why, "time": rfc3339(NOW_NS)}


def test_an_alert_shows_what_became_of_it_at_each_endpoint() -> None:
    shown = errors(patterns=[], alerts=[alert(), RESOLVED])
    told = [delivery("sent"), delivery("retries", "HTTP 503", "on-call")]
    seen = plain(read(inspection(), {"error_aggregation": shown, "webhook.deliveries": told}))
    assert "sent team is tried again on-call, HTTP 503" in seen
    assert "is not asked again" not in seen
    assert "Components" not in seen


def test_an_alert_that_fires_and_was_given_up_needs_attention() -> None:
    shown = errors(patterns=[], alerts=[alert(), RESOLVED])
    told = [delivery("given_up", "HTTP 400"), delivery("sent", endpoint="on-call")]
    seen = plain(read(inspection(), {"error_aggregation": shown, "webhook.deliveries": told}))
    assert "team did not take an alert that fires, and is not asked again." in seen
    assert "given up team, HTTP 400 sent on-call" in seen


def test_an_alert_that_fires_and_is_tried_again_needs_attention() -> None:
    shown = errors(patterns=[], alerts=[alert(), RESOLVED])
    told = [delivery("retries", "ECONNREFUSED"), delivery("sent", endpoint="on-call")]
    seen = plain(read(inspection(), {"error_aggregation": shown, "webhook.deliveries": told}))
    assert "team did not take an alert that fires, and is asked again." in seen


def test_alerts_of_those_who_measure_stand_in_the_same_table() -> None:
    spent = alert("al_9", type="cost_budget", summary="the budget is spent", starts_at=rfc3339(NOW_NS - MINUTE_NS))
    costs = dashboard_status() | {"alerts": [spent]}
    shown: dict[str, object] = {
        "error_aggregation": errors(patterns=[], alerts=[alert(), RESOLVED]),
        "costs": costs,
    }
    seen = plain(read(inspection(), shown))
    assert "2 alerts fire, among them: the budget is spent." in seen
    assert seen.index("cost_budget fires") < seen.index("error_spike fires") < seen.index("new_error_type resolved")


def test_alerts_are_a_part_of_the_page_only_where_something_raises_some() -> None:
    assert "Alerts" not in plain(read(inspection(), {"ai_metrics": dashboard_status()}))
    assert "None was raised." in plain(read(inspection(), {"costs": dashboard_status() | {"alerts": []}}))


def test_no_error_and_no_alert_is_said() -> None:
    seen = plain(read(inspection(), {"error_aggregation": errors(patterns=[], alerts=[])}))
    assert "None was raised." in seen
    assert "No errors yet." in seen


def test_more_patterns_than_a_page_takes_are_counted() -> None:
    shown = errors(patterns=[pattern()] * (MAX_PATTERNS + 10), alerts=[], more=7)
    seen = plain(read(inspection(), {"error_aggregation": shown}))
    assert seen.count("timed out after") == MAX_PATTERNS
    assert "17 more patterns are not shown." in seen


def test_no_text_of_an_error_becomes_markup() -> None:
    bad = dict.fromkeys(NAMES, MARKUP)
    shown = errors(patterns=[pattern(**bad)], alerts=[alert(**bad, type=MARKUP, summary=MARKUP, severity=MARKUP)])
    held = [{"alert": "al_1", "type": MARKUP, "summary": MARKUP, "silence": MARKUP}]
    links = (LinkTemplate(MARKUP, "https://a.example/{trace_id}?{tool}"),)
    reader = read(inspection(links=links), {MARKUP: shown, "b": shown, "webhook.silenced": held})
    assert "img" not in reader.tags
    assert "54439" not in "".join(reader.texts)
    assert "".join(reader.texts).count(MARKUP) >= 15
    assert all(link.startswith(("https://a.example/%3Cimg", "/", "#")) for link in reader.links)
