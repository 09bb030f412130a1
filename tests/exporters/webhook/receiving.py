"""A receiver of webhooks on loopback, and an exporter that sends to it when it is told to: its clock stands still."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from aiohttp import web

from spansieve.alerts import Alert, fingerprint_of, new_id, to_batch
from spansieve.exporters.webhook import Webhook, WebhookConfig
from spansieve.net import Loop
from spansieve.plugin import Rejected, Storage
from spansieve.testing import LoopHost
from tests.spansieve.alerts.samples import NOW_NS, PATTERN, SPIKE


class Received(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    """By names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401
        return json.loads(self.body)


class Receiver:
    """An HTTP server that remembers requests and answers as it is told: what `answers` holds first, then 204."""

    def __init__(self, loop: Loop) -> None:
        self.requests: list[Received] = []
        self.answers: list[Callable[[], web.StreamResponse]] = []
        self.hold: asyncio.Event | None = None
        self._arrival = asyncio.Condition()
        self._loop = loop
        self._runner: web.AppRunner | None = None
        self.port = loop.run(self._listen(), 10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def _listen(self) -> int:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return int(self._runner.addresses[0][1])

    async def _take(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = Received(request.path, headers, await request.read())
        async with self._arrival:
            self.requests.append(received)
            self._arrival.notify_all()
        if self.hold is not None:
            await self.hold.wait()
        return self.answers.pop(0)() if self.answers else web.Response(status=204)

    def say(self, *statuses: int, **headers: str) -> None:
        """Answer the next requests with these."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        for status in statuses:
            self.answers.append(lambda status=status: web.Response(status=status, headers=given, text="why"))  # type: ignore[misc]

    def wait_for(self, count: int) -> None:
        """Until so many requests have come."""

        async def enough() -> None:
            async with self._arrival:
                await self._arrival.wait_for(lambda: len(self.requests) >= count)

        self._loop.run(enough(), 20)

    def let_go(self) -> None:
        """Answer what is held."""

        async def release() -> None:
            if self.hold is not None:
                self.hold.set()

        self._loop.run(release(), 10)

    def close(self) -> None:
        if self._runner is not None:
            self._loop.run(self._runner.cleanup(), 10)


class StoringHost(LoopHost):
    """A host with a storage, where a test gives it one."""

    kept: Storage | None = None

    def storage(self, extension: str) -> Storage:
        assert self.kept is not None
        return self.kept


class Bench:
    """An exporter without threads: it sends what is due when it is pumped."""

    def __init__(self, host: StoringHost, **settings: Any) -> None:  # noqa: ANN401
        self.host = host
        self.exporter = Webhook(WebhookConfig(**settings), host)
        self.exporter.open()

    def take(self, *alerts: Alert) -> Rejected | None:
        """Alerts come."""
        return self.exporter.alerts(to_batch(alerts))

    def after(self, seconds: float = 0.0) -> None:
        """The clock goes on, and what is due then is sent, as long as there is something."""
        self.host.clock.advance(seconds=seconds)
        while self.exporter.pump():
            pass

    def rows(self) -> Any:  # noqa: ANN401
        """What the status page shows."""
        return self.host.statuses["webhook"]()

    def deliveries(self) -> dict[str, tuple[str, str]]:
        """What became of alerts, and why, by their ids."""
        rows: Any = self.host.statuses["webhook.deliveries"]()
        return {row["alert"]: (row["state"], row["why"]) for row in rows}

    def count(self, name: str, *labels: str) -> float:
        """A metric."""
        return self.host.counts.get((name, *labels), 0)


def alert_of(kind: str = "new_error_type", about: str = "TimeoutError:bash", **changes: Any) -> Alert:  # noqa: ANN401
    """An alert of one pattern."""
    error_type, _, tool = about.partition(":")
    pattern = replace(PATTERN, key=about, type=error_type, tool=tool)
    made = replace(
        SPIKE,
        id=new_id(NOW_NS),
        type=kind,
        fingerprint=fingerprint_of(kind, about),
        summary=f"{about} fails",
        pattern=pattern,
        labels={"service": "shop", "tool": tool},
    )
    return replace(made, **changes)


def ended(alert: Alert, seconds: float = 60.0) -> Alert:
    """The end of `alert`, so much later."""
    later = alert.updated_at_ns + round(seconds * 1e9)
    return replace(alert, status="resolved", updated_at_ns=later, ends_at_ns=later)


def told(requests: Iterable[Received]) -> list[list[tuple[str, str]]]:
    """Of each notification: pattern and status of its alerts."""
    return [[(one["pattern"]["key"], one["status"]) for one in request.json["alerts"]] for request in requests]
