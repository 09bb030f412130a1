"""Answer Prometheus with what the last batches of metrics said."""

import asyncio
import threading
from functools import partial
from typing import ClassVar, NamedTuple

from aiohttp import web

from spansieve.pdata import DecodeError, MetricBatch
from spansieve.plugin import Exporter, Host, Permanent, Rejected
from spansieve.small_server import SmallServer

from .config import PrometheusConfig
from .store import Store
from .text import MEDIA_TYPES, Form

PATH = "/metrics"
_READY_SECONDS = 1.0
"""What came is made text this often, so that who asks need not wait for it."""
_TOLD = 1_000
"""Metrics that the log told of; the counter tells of all."""


class Wish(NamedTuple):
    """What somebody wants a page as."""

    form: Form
    is_packed: bool


def form_of(accept: str) -> Form:
    """What to answer to the header `Accept`: OpenMetrics where it is liked at least as much as text."""
    openmetrics, text = _liked(accept, "application/openmetrics-text", "text/plain")
    return "openmetrics" if openmetrics and openmetrics >= text else "text"


def takes_gzip(accept_encoding: str) -> bool:
    """Whether the header `Accept-Encoding` says so."""
    return _liked(accept_encoding, "gzip")[0] > 0


def _liked(header: str, *wanted: str) -> list[float]:
    """How much each of what is wanted is liked; 0: not at all."""
    liked = dict.fromkeys(wanted, 0.0)
    for part in header.lower().split(","):
        kind, *parameters = (word.strip() for word in part.split(";"))
        if kind in liked:
            liked[kind] = max(liked[kind], _quality(parameters))
    return [*liked.values()]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


class Prometheus(Exporter[PrometheusConfig]):
    """A listener on the process's loop. Batches come on the exporter's thread; pages are made on threads beside the
    loop.
    """

    config = PrometheusConfig
    listens: ClassVar[bool] = True

    def __init__(self, config: PrometheusConfig, host: Host) -> None:
        """Nothing is open yet."""
        self._settings = config
        self._host = host
        self._lock = threading.Lock()
        self._store = Store(config, self._reject)
        self._wishes: set[Wish] = set()
        """Those that there were."""
        self._told: set[str] = set()
        self._refused = 0
        self._is_new = False
        self._server = SmallServer(host, "exporters", self._respond)
        self._rejected = host.counter("rejected_points", unit="{point}", description="Points not shown, by reason.")

    @classmethod
    def endpoints(cls, config: PrometheusConfig) -> list[str]:
        """The one listener."""
        return [config.endpoint]

    def start(self) -> None:
        """Listen. Raises OSError where the endpoint can't be had, ValueError where a certificate can't be read."""
        told, settings = f"metrics are on %s{PATH}", self._settings
        self._server.open(settings.endpoint, settings.tls, told=told, beside=self._prepare)

    def shutdown(self) -> None:
        """Close the listener."""
        self._server.close()

    def metrics(self, batch: MetricBatch) -> Rejected | None:
        """Show what `batch` says from now on. Raises Permanent for what can't be read; returns Rejected for points that
        Prometheus has no way to show.
        """
        with self._lock:
            self._refused = 0
            try:
                self._store.take(batch, self._host.clock.monotonic())
            except DecodeError:
                raise Permanent("not readable as OTLP", undecodable=True) from None
            self._is_new = True
            return Rejected(self._refused, "not shown") if self._refused else None

    def _reject(self, reason: str, metric: str, points: int) -> None:
        if not points:
            return
        self._refused += points
        self._rejected.add(points, reason=reason)
        if metric not in self._told and len(self._told) < _TOLD:
            self._told.add(metric)
            self._host.log.warning("points of the metric %r are not shown: %s (see the README)", metric, reason)

    def _page(self, wish: Wish) -> bytes:
        with self._lock:
            self._store.expire(self._host.clock.monotonic() - self._settings.metric_expiration)
            return self._store.render_packed(wish.form) if wish.is_packed else self._store.render(wish.form)

    async def _prepare(self) -> None:
        """Make text of what came, as it was asked for before; what is made stays until its numbers change."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_READY_SECONDS)
            if self._is_new:
                self._is_new = False
                try:
                    for wish in [*self._wishes]:
                        await loop.run_in_executor(None, partial(self._page, wish))
                except Exception as error:
                    self._host.fault(error, "the page is made when somebody asks")

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path != PATH:
            return web.Response(status=404, text=f"Metrics are on {PATH}.\n")
        if request.method not in {"GET", "HEAD"}:
            return web.Response(status=405, headers={"Allow": "GET, HEAD"})
        wish = self._wish(request)
        self._wishes.add(wish)
        try:
            page = await asyncio.get_running_loop().run_in_executor(None, partial(self._page, wish))
        except Exception as error:  # aiohttp would log its text
            self._host.fault(error, "metrics were asked for in vain")
            return web.Response(status=500)
        headers = {"Content-Type": MEDIA_TYPES[wish.form], "Vary": "Accept, Accept-Encoding"}
        if wish.is_packed:
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=page, headers=headers)

    def _wish(self, request: web.BaseRequest) -> Wish:
        accepted, encodings = (",".join(request.headers.getall(name, ())) for name in ("Accept", "Accept-Encoding"))
        form = form_of(accepted) if self._settings.enable_open_metrics else "text"
        return Wish(form, takes_gzip(encodings))
