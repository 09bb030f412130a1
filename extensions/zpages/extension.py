"""Serve the status page and the JSON behind it, to browsers that ask for it by a name that is ours."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from aiohttp import web

from spansieve.plugin import Extension, Host, Inspection
from spansieve.small_server import SmallServer

from .agents import without_users
from .config import ZpagesConfig
from .history import SAMPLE_SECONDS, History, sample
from .hosts import allowed
from .page import POLICY, Pages

MAX_WAITING = 16
"""Requests that wait while another is answered; answering takes the chain thread's time."""
OWN = "spansieve"
"""The name of the inspection under `/api/v1/`."""
API = "/api/v1/"
HTML, JSON = "text/html; charset=utf-8", "application/json"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
SECTIONS = {
    "/debug": "/",
    "/debug/": "/",
    "/debug/servicez": "/#service",
    "/debug/pipelinez": "/#pipelines",
    "/debug/extensionz": "/#extensions",
}
"""The Go Collector's pages, and where the same stands here."""
ABSENT = {
    "/debug/tracez": "spansieve records no spans of itself. What went wrong stands under Errors on the status page, "
    "what things cost in its metrics.",
    "/debug/featurez": "spansieve has no feature gates.",
    "/debug/vars": "Those are variables of Go's runtime. The status page and the metrics tell of the process.",
}


class Zpages(Extension[ZpagesConfig]):
    """A listener on the process's loop. Pages are made one at a time, on threads beside it."""

    config = ZpagesConfig

    def __init__(self, config: ZpagesConfig, host: Host) -> None:
        """Nothing is open yet."""
        self._settings = config
        self._host = host
        self._pages = Pages(show_users=config.show_users)
        self._history = History()
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._server = SmallServer(host, "extensions", self._respond)
        self._refused = host.counter("refused_requests", unit="{request}", description="Requests refused, by reason.")

    @classmethod
    def endpoints(cls, config: ZpagesConfig) -> list[str]:
        """The one listener."""
        return [config.endpoint]

    def start(self) -> None:
        """Listen. Raises OSError where the endpoint can't be had, ValueError where a certificate can't be read."""
        told, settings = "the status page is on %s", self._settings
        self._server.open(settings.endpoint, settings.tls, told=told, beside=self._sample)

    def shutdown(self) -> None:
        """Close the listener."""
        self._server.close()

    async def _sample(self) -> None:
        """Remember what the lines on the page show."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                self._history.add(sample(await loop.run_in_executor(None, self._host.inspect)))
            except Exception as error:
                self._host.fault(error, "the status page lacks a sample")
            await asyncio.sleep(SAMPLE_SECONDS)

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        path = request.path
        if path in SECTIONS:
            return _answer(302, HTML, "", Location=SECTIONS[path])
        if path == "/":
            return await self._in_turn(partial(self._status, refresh="refresh" in request.query))
        if path.startswith(API):
            name = path.removeprefix(API)
            return await self._in_turn(partial(self._value, name) if name else self._names)
        title = "Not here" if path in ABSENT else "No such page"
        return self._say(404, title, ABSENT.get(path, "Everything stands on one page."))

    def _refusal(self, request: web.BaseRequest) -> web.Response | None:
        if not allowed(request.headers.get("Host", ""), self._settings.endpoint, self._settings.allowed_hosts):
            self._refused.add(1, reason="host")
            text = "Ask by an address or localhost, or add the name to zpages.allowed_hosts."
            return self._say(403, "Not under this name", text)
        if request.method not in {"GET", "HEAD"}:
            self._refused.add(1, reason="method")
            return self._say(405, "Read only", "Only GET and HEAD are answered.", Allow="GET, HEAD")
        return None

    async def _in_turn(self, work: Callable[[], web.Response]) -> web.StreamResponse:
        """Do `work` on a thread, one request after another."""
        if self._waiting >= MAX_WAITING:
            self._refused.add(1, reason="busy")
            return self._say(503, "Busy", "Many ask at once. Ask again in a moment.", **{"Retry-After": "1"})
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.get_running_loop().run_in_executor(None, work)
        except Exception as error:  # aiohttp would log its text
            self._host.fault(error, "the status page was not made")
            return self._say(500, "It failed", "The page could not be made. The log names the line.")
        finally:
            self._waiting -= 1

    def _status(self, *, refresh: bool) -> web.Response:
        inspection = self._host.inspect()
        values, problems = self._components(inspection)
        page = self._pages.status(inspection, self._history, values, problems, refresh=refresh)
        return _answer(200, HTML, page)

    def _components(self, inspection: Inspection) -> tuple[dict[str, object], dict[str, str]]:
        """What components show, and why some can't; after one that was waited for in vain no other is asked."""
        values: dict[str, object] = {}
        problems: dict[str, str] = {}
        busy = ""
        for name in inspection.tables:
            try:
                if busy:
                    raise TimeoutError(busy)
                values[name] = self._host.show(name)
            except LookupError:  # a reload took it away
                continue
            except TimeoutError as error:
                busy = problems[name] = str(error)
            except RuntimeError as error:
                problems[name] = str(error)
        return values, problems

    def _names(self) -> web.Response:
        return _json(200, [OWN, *self._host.inspect().tables])

    def _value(self, name: str) -> web.Response:
        if name == OWN:
            return _json(200, asdict(self._host.inspect()))
        try:
            value = self._host.show(name)
            return _json(200, value if self._settings.show_users else without_users(value))
        except LookupError:
            return _json(404, {"error": "unknown name", "names": [OWN, *self._host.inspect().tables]})
        except (TimeoutError, RuntimeError) as error:
            return _json(503, {"error": f"{name} can't be shown now: {error}"})
        except (TypeError, ValueError):
            return _json(500, {"error": f"{name} can't be shown: it is no JSON"})

    def _say(self, status: int, title: str, text: str, **headers: str) -> web.Response:
        return _answer(status, HTML, self._pages.message(title, text), **headers)


def _json(status: int, value: object) -> web.Response:
    return _answer(status, JSON, json.dumps(value, ensure_ascii=False, allow_nan=False))


def _answer(status: int, kind: str, text: str, **headers: str) -> web.Response:
    return web.Response(status=status, headers={**HEADERS, "Content-Type": kind, **headers}, body=text.encode())
