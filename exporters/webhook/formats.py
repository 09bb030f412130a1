"""The requests that a notification becomes in the format of an endpoint."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from spansieve.alerts import Alert

from .alertmanager_body import alertmanager_body
from .config import EndpointConfig
from .notification import Notification, body_of, encoded, fitted
from .pagerduty_body import pagerduty_event
from .slack_body import slack_body
from .template_body import rendered

JSON: Final = "application/json"
_BODIES: Final = {"spansieve": body_of, "alertmanager": alertmanager_body, "slack": slack_body}


class Request(NamedTuple):
    """One POST."""

    id: str
    """What its endpoint knows it by, the same on each try."""
    content_type: str
    body: bytes


def requests_of(notification: Notification, settings: EndpointConfig) -> list[Request]:
    """What is to be posted, in order. Raises Unsendable."""
    if settings.format == "pagerduty":
        news = [alert for alert in notification.alerts if alert.fingerprint in notification.news]
        return [Request(f"{notification.id}-{alert.fingerprint}", JSON, _event(alert, settings)) for alert in news]
    content_type = settings.content_type if settings.format == "template" else JSON

    def write(shown: Sequence[Alert]) -> bytes:
        return _written(notification, shown, settings)

    return [Request(notification.id, content_type, fitted(notification.alerts, settings.max_alerts, write))]


def _written(notification: Notification, shown: Sequence[Alert], settings: EndpointConfig) -> bytes:
    links = settings.link_templates
    if settings.template is not None:
        body = body_of(notification, shown, links, settings.external_url)
        return rendered(settings.template, settings.content_type, body)
    make: Any = _BODIES[settings.format]
    return encoded(make(notification, shown, links, settings.external_url))


def _event(alert: Alert, settings: EndpointConfig) -> bytes:
    key = settings.routing_key.get_secret_value() if settings.routing_key else ""
    links, external = settings.link_templates, settings.external_url
    return fitted([alert], 1, lambda shown: encoded(pagerduty_event(shown[0], key, links, external)))
