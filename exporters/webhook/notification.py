"""What one notification tells: the alerts of a group as they stand when it is sent."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from spansieve.alerts import Alert, Status, as_json
from spansieve.links import LinkTemplate

from .links import links_of

MAX_BODY_BYTES: Final = 256 * 1024


class Unsendable(Exception):
    """There is no body for a notification; the text says why, without content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A group of alerts for one endpoint."""

    id: str
    """The same for each try."""
    receiver: str
    group_key: str
    group_labels: Mapping[str, str]
    alerts: tuple[Alert, ...]
    """The most important first."""
    news: frozenset[str]
    """Fingerprints of those that the endpoint does not know so; of all, where it is told once more."""

    @property
    def status(self) -> Status:
        """`firing` if any alert is."""
        return "firing" if any(alert.status == "firing" for alert in self.alerts) else "resolved"


def body_of(
    notification: Notification, shown: Sequence[Alert], links: Sequence[LinkTemplate], external_url: str
) -> dict[str, Any]:
    """The body `spansieve.webhook/v1` (`docs/webhook-v1.schema.json`) with `shown` of the alerts."""
    return {
        "schema": "spansieve.webhook/v1",
        "receiver": notification.receiver,
        "status": notification.status,
        "group_key": notification.group_key,
        "group_labels": dict(notification.group_labels),
        "alerts": [as_json(alert, links_of(alert, links)) for alert in shown],
        "truncated": len(notification.alerts) - len(shown),
        "external_url": external_url,
    }


def encoded(value: object) -> bytes:
    """`value` as JSON, on one line. Raises Unsendable for what JSON can't hold."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (ValueError, TypeError):
        raise Unsendable("no JSON") from None
    return text.encode("utf-8", "replace")


def fitted(alerts: Sequence[Alert], most: int, write: Callable[[Sequence[Alert]], bytes]) -> bytes:
    """What `write` makes of the first `most` of `alerts`, or of as much of them as fits into a body: stacks go first,
    then the last alerts, then all but the names of the first. Raises Unsendable where even that is too much.
    """
    shown = list(alerts[:most])
    body = write(shown)
    if len(body) <= MAX_BODY_BYTES:
        return body
    shown = [_without_stack(alert) for alert in shown]
    while len(body := write(shown)) > MAX_BODY_BYTES and len(shown) > 1:
        shown = shown[: max(1, min(len(shown) - 1, len(shown) * MAX_BODY_BYTES // len(body)))]
    if len(body) > MAX_BODY_BYTES:
        body = write([_bare(shown[0])])
    if len(body) > MAX_BODY_BYTES:
        raise Unsendable("larger than 256 KiB")
    return body


def _without_stack(alert: Alert) -> Alert:
    return alert if alert.example is None else replace(alert, example=alert.example._replace(stack=""))


def _bare(alert: Alert) -> Alert:
    example = alert.example and alert.example._replace(stack="", message=alert.example.message[:500], metadata={})
    pattern = alert.pattern and replace(alert.pattern, template=alert.pattern.template[:500], frames=())
    return replace(alert, summary=alert.summary[:500], labels={}, path=(), example=example, pattern=pattern)
