"""What the exporter counts."""

from typing import Final

from spansieve.plugin import Host

_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0)


class Measures:
    """All of its metrics."""

    def __init__(self, host: Host) -> None:
        """Under the exporter's label."""
        self._notifications = host.counter(
            "spansieve_webhook_notifications",
            unit="{notification}",
            description="Notifications, by what became of them.",
        )
        self._suppressed = host.counter(
            "spansieve_alerts_suppressed", unit="{alert}", description="Alerts that were not told, by reason."
        )
        self._waiting = host.gauge(
            "spansieve_webhook_queue_items",
            unit="{notification}",
            description="Notifications that are due, and not sent.",
        )
        self._dead = host.counter(
            "spansieve_webhook_dead_letter",
            unit="{notification}",
            description="Notifications written to `dead_letter`.",
        )
        self._seconds = host.histogram(
            "spansieve_webhook_send_seconds", description="Time of one try, answer included.", buckets=_BUCKETS
        )

    def notification(self, endpoint: str, result: str) -> None:
        """A try ended, or a notification was never tried: `sent`, `retry`, `failed`, `off`, `dropped`, `merged`."""
        self._notifications.add(1, endpoint=endpoint, result=result)

    def suppressed(self, reason: str, alerts: int) -> None:
        """So many alerts were not told."""
        if alerts:
            self._suppressed.add(alerts, reason=reason)

    def waiting(self, endpoint: str, notifications: int) -> None:
        """So many notifications are due."""
        self._waiting.set(notifications, endpoint=endpoint)

    def dead_letter(self, endpoint: str) -> None:
        """One was written down as given up."""
        self._dead.add(1, endpoint=endpoint)

    def took(self, endpoint: str, seconds: float) -> None:
        """A try took so long."""
        self._seconds.record(seconds, endpoint=endpoint)
