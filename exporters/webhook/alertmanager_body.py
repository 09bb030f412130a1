"""The body that receivers of Alertmanager's webhooks expect, version 4.

Source: Prometheus Alertmanager, `template.Data` and `webhook.Message`; "Configuration", `<webhook_config>`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from spansieve.alerts import Alert, rfc3339
from spansieve.links import LinkTemplate

from .fields import ended_ns_of, fields_of, said_of
from .links import links_of
from .notification import Notification

NEVER: Final = "0001-01-01T00:00:00Z"
"""The end of what goes on: Go's zero time."""
_NO_NAME: Final = re.compile(r"[^a-zA-Z0-9_]")


def alertmanager_body(
    notification: Notification, shown: Sequence[Alert], links: Sequence[LinkTemplate], external_url: str
) -> dict[str, Any]:
    """The body with `shown` of the alerts."""
    alerts = [_alert(alert, links, external_url) for alert in shown]
    return {
        "receiver": notification.receiver,
        "status": notification.status,
        "alerts": alerts,
        "groupLabels": _labels(notification.group_labels),
        "commonLabels": _common([alert["labels"] for alert in alerts]),
        "commonAnnotations": _common([alert["annotations"] for alert in alerts]),
        "externalURL": external_url,
        "version": "4",
        "groupKey": notification.group_key,
        "truncatedAlerts": len(notification.alerts) - len(shown),
    }


def _alert(alert: Alert, links: Sequence[LinkTemplate], external_url: str) -> dict[str, Any]:
    found = links_of(alert, links)
    return {
        "status": alert.status,
        "labels": _labels(fields_of(alert)),
        "annotations": _annotations(alert),
        "startsAt": rfc3339(alert.starts_at_ns),
        "endsAt": NEVER if alert.status == "firing" else rfc3339(ended_ns_of(alert)),
        "generatorURL": found[0]["url"] if found else external_url,
        "fingerprint": alert.fingerprint,
    }


def _labels(fields: Mapping[str, str]) -> dict[str, str]:
    """Names as Prometheus allows them; the alert's type is its name there."""
    named = {"alertname" if name == "type" else name: value for name, value in fields.items()}
    named.pop("fingerprint", None)
    return {_name(name): value for name, value in named.items()}


def _name(name: str) -> str:
    name = _NO_NAME.sub("_", name)
    return f"_{name}" if not name or name[0].isdigit() else name


def _annotations(alert: Alert) -> dict[str, str]:
    example = alert.example
    said = {
        "summary": alert.summary,
        "description": said_of(alert),
        "path": " → ".join(alert.path),
        "count": str(alert.count),
        "trace_id": example.trace_id.hex() if example else "",
    }
    return {name: value for name, value in said.items() if value}


def _common(all_of_them: Sequence[Mapping[str, str]]) -> dict[str, str]:
    if not all_of_them:
        return {}
    first, *others = all_of_them
    return {name: value for name, value in first.items() if all(one.get(name) == value for one in others)}
