"""OTLP over HTTP, from one request to its answer. Source: OTLP specification 1.11.0, "OTLP/HTTP"."""

import asyncio
import contextlib
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Final

from aiohttp import web
from aiohttp.web_protocol import RequestPayloadError

from spansieve.otlp.status import (
    INVALID_ARGUMENT,
    NOT_FOUND,
    RESOURCE_EXHAUSTED,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNIMPLEMENTED,
    retry_after_header,
    status_json,
    status_protobuf,
)
from spansieve.plugin import Answer, Host, Refused, Signal, TooLarge, Unauthenticated

from .answers import accepted
from .auth import Door
from .clients import bare
from .config import HttpConfig
from .cors import CorsRules
from .gate import Gate
from .http_body import Bodies, Refusal

PROTOBUF: Final = "application/x-protobuf"
JSON: Final = "application/json"
LANGFUSE_PREFIX: Final = "/api/public/otel"
"""Langfuse's SDK posts to this prefix on whatever host it is given."""

_CUT: Final = "the body is cut short or badly chunked"
_FAULT: Final = Answer("refused", message="internal error")


def paths(config: HttpConfig) -> dict[str, Signal]:
    """Which path takes which signal."""
    own: dict[str, Signal] = {
        config.traces_url_path: "traces",
        config.metrics_url_path: "metrics",
        config.logs_url_path: "logs",
    }
    return {f"{LANGFUSE_PREFIX}/v1/{signal}": signal for signal in own.values()} | own


class Requests:
    """Answers requests; everything runs on the loop, what is heavy on `workers`."""

    def __init__(self, config: HttpConfig, host: Host, gate: Gate, workers: Executor) -> None:
        """Make what is the same for each request."""
        self._gate = gate
        self._host = host
        self._paths = paths(config)
        self._cors = CorsRules(config.cors)
        self._bodies = Bodies(config, workers)
        self._door = Door(config.auth, host) if config.auth is not None else None
        self._workers = workers
        self._headers = {"Server": "spansieve", **config.response_headers}
        self._keep_alive = config.keep_alives_enabled
        self.refused = host.counter("refused_requests", unit="{request}", description="Requests refused at the door.")
        self._open = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def finish(self, seconds: float) -> None:
        """Wait until no request is open, at most `seconds`; from now on each answer closes its connection."""
        self._keep_alive = False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), seconds)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request, from its headers to its answer. Raises nothing that may heal."""
        self._open += 1
        self._quiet.clear()
        try:
            response = await self._answer(request)
        except Exception as error:
            # aiohttp would answer 500, and senders throw away what is answered so
            self._host.fault(error, "the sender was asked to come again")
            response = self._refuse(request, _FAULT)
        finally:
            self._open -= 1
            if not self._open:
                self._quiet.set()
        if self._cors.on and request.method != "OPTIONS":
            response.headers.update(self._cors.answer(request.headers))
        if not self._keep_alive:
            response.force_close()
        return response

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        try:
            preflight = request.method == "OPTIONS" and self._cors.on  # browsers send it without credentials
            if self._door is not None and not preflight:
                await self._authenticate(self._door, request)
            signal = self._route(request)
            if preflight:
                return self._response(204, b"", "", self._cors.preflight(request.headers))
            is_json = self._checked(request)
            answer = await self._taken(request, signal, is_json=is_json)
        except (Refusal, Refused, TooLarge, RequestPayloadError) as problem:
            return self._turned_away(request, problem)
        if answer.outcome == "accepted":
            kind = JSON if is_json else PROTOBUF
            return self._response(200, accepted(signal, answer, as_json=is_json), kind)
        if answer.outcome == "malformed":
            return self._status(request, 400, INVALID_ARGUMENT, answer.message)
        return self._refuse(request, answer)

    async def _authenticate(self, door: Door, request: web.BaseRequest) -> None:
        """Raises Refusal for a request that is not let in."""
        pairs = list(request.headers.items())
        query = {name: request.query.getall(name) for name in request.query}
        try:
            await asyncio.get_running_loop().run_in_executor(self._workers, door.check, pairs, query)
        except Unauthenticated as error:
            headers = {"WWW-Authenticate": error.challenge}
            raise Refusal(401, UNAUTHENTICATED, str(error), reason="unauthenticated", headers=headers) from None
        except Refused as error:
            raise Refusal(503, UNAVAILABLE, str(error), reason="auth_busy") from None

    def _route(self, request: web.BaseRequest) -> Signal:
        signal = self._paths.get(request.path)
        if signal is None:
            message = f"404 not found, paths: {', '.join(self._paths)}"
            raise Refusal(404, NOT_FOUND, message, reason="not_found")
        if signal not in self._host.signals():
            message = f"404 not found: this receiver stands in no pipeline of {signal}"
            raise Refusal(404, UNIMPLEMENTED, message, reason="not_found")
        return signal

    def _checked(self, request: web.BaseRequest) -> bool:
        """Whether the request, a POST of a known type, is JSON."""
        if request.method != "POST":
            message = "405 method not allowed, supported: [POST]"
            raise Refusal(405, UNIMPLEMENTED, message, reason="method", headers={"Allow": "POST"})
        if request.content_type not in {PROTOBUF, JSON}:
            message = f"415 unsupported media type, supported: [{JSON}, {PROTOBUF}]"
            raise Refusal(415, INVALID_ARGUMENT, message, reason="media_type")
        return request.content_type == JSON

    async def _taken(self, request: web.BaseRequest, signal: Signal, *, is_json: bool) -> Answer:
        """Read the request if it may come in, hand it over and wait for the answer."""
        encoding, size, client = self._bodies.encoding(request), self._bodies.declared(request), _client(request)
        with self._gate.request(signal, client, size, "http") as admitted:
            admitted.shrink(size)  # it may come in; what is only promised takes no room from others
            body = await self._bodies.read(request, admitted)
            self._gate.pay(client, len(body) - size)
            body = await self._bodies.decode(signal, body, encoding, admitted, is_json=is_json)
            loop = asyncio.get_running_loop()
            waiter: asyncio.Future[Answer] = loop.create_future()

            def answer(given: Answer) -> None:
                with contextlib.suppress(RuntimeError):  # the loop has ended, and the sender's connection with it
                    loop.call_soon_threadsafe(_settle, waiter, given)

            self._host.receive(signal, body, "http", answer, admitted)
            return await waiter

    def _turned_away(self, request: web.BaseRequest, problem: Exception) -> web.Response:
        if isinstance(problem, Refusal):
            return self._at_the_door(request, problem)
        if isinstance(problem, Refused):
            answer = Answer("refused", message=str(problem), retry_after=problem.after)
            return self._unread(request, self._refuse(request, answer))
        if isinstance(problem, TooLarge):
            return self._at_the_door(request, Refusal(413, RESOURCE_EXHAUSTED, str(problem), reason="too_large"))
        return self._at_the_door(request, Refusal(400, INVALID_ARGUMENT, _CUT, reason="cut_short"))

    def _at_the_door(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        self.refused.add(1, reason=refusal.reason, transport="http")
        if refusal.code == UNAVAILABLE:
            return self._unread(request, self._refuse(request, Answer("refused", message=str(refusal))))
        answer = self._status(request, refusal.status, refusal.code, str(refusal), headers=refusal.headers)
        return self._unread(request, answer)

    def _unread(self, request: web.BaseRequest, response: web.Response) -> web.Response:
        """What is left of the body is not waited for."""
        if not request.content.at_eof():
            response.force_close()
        return response

    def _refuse(self, request: web.BaseRequest, answer: Answer) -> web.Response:
        headers = {"Retry-After": retry_after_header(answer.retry_after)}
        return self._status(request, 503, UNAVAILABLE, answer.message, headers=headers, retry_after=answer.retry_after)

    def _status(
        self,
        request: web.BaseRequest,
        status: int,
        code: int,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        retry_after: float | None = None,
    ) -> web.Response:
        """A `google.rpc.Status` in the request's type; plain text where that is none of OTLP's."""
        kind = request.content_type
        if kind == PROTOBUF:
            body = status_protobuf(code, message, retry_after)
        elif kind == JSON:
            body = status_json(code, message, retry_after)
        else:
            kind, body = "text/plain", message.encode()
        return self._response(status, body, kind, headers)

    def _response(self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> web.Response:
        every = {**self._headers, **headers} if headers else self._headers
        return web.Response(status=status, body=body, headers=every, content_type=kind or None)


def _client(request: web.BaseRequest) -> str:
    """The sender's address without its port; all of a unix socket are one."""
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    return bare(peer[0]) if isinstance(peer, tuple) else "unix"


def _settle(waiter: asyncio.Future[Answer], answer: Answer) -> None:
    if not waiter.done():
        waiter.set_result(answer)
