"""Tell people of alerts: by HTTP requests, grouped, and not more often than they help."""

from collections.abc import Callable, Sequence

from spansieve.alerts import Alert, alerts_of
from spansieve.alerts.status import DELIVERIES, SILENCED
from spansieve.links import LinkTemplate
from spansieve.otlp.targets import peer_of
from spansieve.pdata import LogBatch
from spansieve.plugin import Exporter, Host, Rejected, Retry, StorageError

from .config import WebhookConfig
from .courier import Courier
from .dead_letter import DeadLetters
from .desk import Desk
from .measures import Measures
from .shelf import Shelf
from .silences import Silences

STOP_SECONDS = 5.0
"""At the end, requests under way and what is still to be told have so long."""


class Webhook(Exporter[WebhookConfig]):
    """A desk and a courier for each endpoint. An alert is on them, and on disk where there is a storage, before it
    counts as exported; from there on the metrics of notifications say what becomes of it.
    """

    config = WebhookConfig

    def __init__(self, config: WebhookConfig, host: Host) -> None:
        """Nothing is opened yet."""
        self._settings = config
        self._host = host
        self._letters = DeadLetters(config.dead_letter)
        self._measures = Measures(host)
        self._silences = Silences(one.silence for one in config.silences)
        self._desks = [
            Desk(
                endpoint,
                host,
                retry=config.retry_on_failure,
                queue_size=config.sending_queue.queue_size,
                silences=self._silences,
                letters=self._letters,
                measures=self._measures,
            )
            for endpoint in config.targets
        ]
        self._couriers = [Courier(desk, host, config.sending_queue.num_consumers) for desk in self._desks]
        host.status(host.id, lambda: [desk.row() for desk in self._desks])
        host.status(host.id + DELIVERIES, lambda: [row for desk in self._desks for row in desk.deliveries()])
        if config.silences:
            host.status(f"{host.id}.silences", lambda: self._shown(self._silences.rows))
            host.status(host.id + SILENCED, lambda: self._shown(self._silences.held_back))

    @classmethod
    def off(cls, config: WebhookConfig) -> str | None:
        """An empty URL switches it off."""
        return "url is empty" if config.is_off else None

    @classmethod
    def endpoints(cls, config: WebhookConfig) -> list[str]:
        """Each `host:port` that requests go to."""
        return sorted({peer_of(endpoint.settings.target.url) for endpoint in (() if config.is_off else config.targets)})

    @classmethod
    def links(cls, config: WebhookConfig) -> Sequence[LinkTemplate]:
        """Those of all endpoints."""
        return [link for endpoint in config.targets for link in endpoint.settings.link_templates]

    def start(self) -> None:
        """Go on where the last run ended. Raises ValueError and OSError for files that can't be used, and
        StorageError.
        """
        self.open()
        for courier in self._couriers:
            courier.start()

    def open(self) -> None:
        """Be ready to send, but send nothing yet."""
        self._letters.check()
        for desk in self._desks:
            desk.delivery.open()
        self._restore()
        for one in self._silences.expired(self._host.clock.time_ns()):
            self._host.log.warning("the silence %r has ended, and silences nothing any more: take it out", one.comment)

    def _restore(self) -> None:
        name = self._settings.sending_queue.storage
        shelf = Shelf(self._host.storage(name) if name is not None else None)
        by_label = {desk.label: desk for desk in self._desks}
        for stored in shelf.load():
            desk = by_label.get(stored.endpoint)
            if desk is None:
                shelf.forget(stored)
                self._host.log.warning("an endpoint is gone from the configuration, and what it was to be told as well")
            else:
                desk.restore(stored)
        for desk in self._desks:
            desk.keep(shelf)

    def alerts(self, batch: LogBatch) -> Rejected | None:
        """Take alerts. Raises Retry where they can't be kept now; records that are no alerts are rejected."""
        alerts = alerts_of(batch)
        try:
            for desk in self._desks:
                desk.take(alerts)
        except StorageError:
            raise Retry("storage") from None
        finally:
            for courier in self._couriers:
                courier.wake()
        foreign = len(batch) - len(alerts)
        return Rejected(foreign, "log records that are no alerts") if foreign else None

    def pump(self) -> int:
        """Send what is due, on this thread, one after the other; how many groups that were."""
        worked = 0
        for desk in self._desks:
            for group in desk.begin():
                desk.work(group)
                worked += 1
        return worked

    def shutdown(self) -> None:
        """End what is under way, tell what is still to be told with one try each, and close all connections."""
        deadline = self._host.clock.monotonic() + STOP_SECONDS
        for courier in self._couriers:
            courier.stop(max(0.0, deadline - self._host.clock.monotonic()))
        for desk in self._desks:
            self._flush(desk, deadline)
            desk.delivery.close()
            if self._settings.sending_queue.storage is None:
                desk.give_all_up("shutdown")

    def _flush(self, desk: Desk, deadline: float) -> None:
        before = desk.left() + 1
        while 0 < (left := desk.left()) < before and self._host.clock.monotonic() < deadline:
            before = left
            desk.hurry()
            for group in desk.begin():
                if self._host.clock.monotonic() < deadline:
                    desk.work(group)
                else:
                    desk.leave(group)

    def _shown(self, of: Callable[[list[Alert], int], object]) -> object:
        """What `of` makes of the alerts that are silenced now."""
        silenced = [alert for desk in self._desks for alert in desk.silenced()]
        return of(silenced, self._host.clock.time_ns())
