"""A backend that does what it is told: a gRPC and an HTTP server that collect span ids, each behind a relay."""

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any

import grpc
from aiohttp import web
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from spansieve.net import Loop
from spansieve.pdata import TraceBatch
from tests.e2e.program import METHODS, Handlers

from .wire import Wire

PROTOBUF = "application/x-protobuf"
ONE_REJECTED = b"\x0a\x02\x08\x01"
"""An ExportTraceServiceResponse: `partial_success { rejected_spans: 1 }`."""


@dataclass(frozen=True)
class Reply:
    """How the servers answer; `takes`: whether they keep the spans, `for_good`: whether they refuse them for ever."""

    takes: bool = True
    for_good: bool = False
    delay: float = 0.0
    """Seconds before the answer; a request counts as taken before that."""
    body: bytes = b""
    rejects: int = 0
    """Spans of each request that are refused for good by partial success."""
    grpc_code: grpc.StatusCode | None = None
    grpc_retry: float | None = None
    """Seconds in `RetryInfo`."""
    status: int = 200
    content_type: str = PROTOBUF
    retry_after: str = ""
    until_a_date: bool = False
    """Whether `Retry-After` is a date, a second from now."""


def refusing(code: grpc.StatusCode, status: int, *, seconds: float | None = None, for_good: bool = False) -> Reply:
    """A refusal over both protocols; `seconds` is what the sender is asked to wait."""
    header = "" if seconds is None else str(max(1, round(seconds)))
    return Reply(takes=False, for_good=for_good, grpc_code=code, grpc_retry=seconds, status=status, retry_after=header)


TAKES = Reply()
REPLIES: dict[str, Reply] = {
    "slow": Reply(delay=0.2),
    "late": Reply(delay=1.5),
    "unavailable": refusing(grpc.StatusCode.UNAVAILABLE, 503),
    "exhausted_with_retry_info": refusing(grpc.StatusCode.RESOURCE_EXHAUSTED, 429, seconds=0.3),
    "exhausted_for_good": refusing(grpc.StatusCode.RESOURCE_EXHAUSTED, 413, for_good=True),
    "exhausted_until_a_date": replace(
        refusing(grpc.StatusCode.RESOURCE_EXHAUSTED, 429, seconds=0.3), until_a_date=True
    ),
    "partial_success": Reply(body=ONE_REJECTED, rejects=1),
    "answer_cut_short": Reply(body=b"\x0a\x7f\x08"),
    "answer_of_another_type": Reply(body=b"ok", content_type="text/plain"),
}
"""`late` answers after the exporters' timeout of 1 s: what they send again is there already."""


class Received:
    """The span ids that one server took, and those that it refused for good. From any thread."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.reply = TAKES
        self.asked = 0
        self.twice = 0
        self.ids: set[int] = set()
        self.refused: set[int] = set()
        self._floor = 0
        self._lock = threading.Lock()

    def take(self, body: bytes) -> Reply:
        """Write down the spans of a request as the reply of this moment has it, and return that."""
        ids = [int.from_bytes(span.span_id, "big") for span in TraceBatch.parse(body)]
        with self._lock:
            reply = self.reply
            self.asked += 1
            if reply.for_good:
                self.refused.update(ids)
            elif reply.takes:
                self.refused.update(ids[: reply.rejects])
                self._keep(ids[reply.rejects :])
        return reply

    def _keep(self, ids: list[int]) -> None:
        fresh = {one for one in ids if one > self._floor} - self.ids
        self.twice += len(ids) - len(fresh)
        self.ids |= fresh

    def missing(self, acknowledged: set[int]) -> set[int]:
        """What was acknowledged and neither came nor was refused for good."""
        with self._lock:
            return acknowledged - self.ids - self.refused

    def forget(self, floor: int) -> None:
        """Ids up to `floor` are accounted for: one that comes again is counted, the rest needs no memory."""
        with self._lock:
            self._floor = floor
            self.ids.clear()
            self.refused.clear()


class Side:
    """One of the two servers, and the wire in front of it; `port` is the wire's."""

    def __init__(self, name: str, wire: Wire, received: Received) -> None:
        """Put together by Backend."""
        self.name = name
        self.wire = wire
        self.received = received
        self.port = wire.port

    def reply(self, name: str) -> None:
        """Answer as REPLIES has it."""
        self.received.reply = REPLIES[name]

    def heal(self) -> None:
        """Take everything again, at once."""
        self.received.reply = TAKES
        self.wire.turn("up")


class Backend:
    """Both sides; to be closed."""

    def __init__(self, choice: random.Random) -> None:
        """Listen; `choice` decides where connections break."""
        self._loop = Loop()
        self._grpc_received, self._http_received = Received(), Received()
        self._grpc, grpc_port = _grpc_server(self._grpc_received)
        self._runner, http_port = self._loop.run(_http_server(self._http_received), 10)
        self.grpc = Side("grpc", Wire(grpc_port, self._loop, choice), self._grpc_received)
        self.http = Side("http", Wire(http_port, self._loop, choice), self._http_received)

    def __iter__(self) -> Iterator[Side]:
        """Both sides."""
        return iter((self.grpc, self.http))

    def heal(self) -> None:
        """Take everything again."""
        for side in self:
            side.heal()

    def close(self) -> None:
        """End all."""
        for side in self:
            side.wire.close()
        self._grpc.stop(0).wait()
        self._loop.run(self._runner.cleanup(), 10)
        self._loop.close()


def _trailers(reply: Reply) -> tuple[tuple[str, bytes], ...]:
    """`grpc-status-details-bin` with RetryInfo, as the OTLP specification has it."""
    if reply.grpc_retry is None or reply.grpc_code is None:
        return ()
    status = Status(code=int(reply.grpc_code.value[0]))
    status.details.add().Pack(RetryInfo(retry_delay=Duration(nanos=int(reply.grpc_retry * 1e9))))
    return (("grpc-status-details-bin", status.SerializeToString()),)


def _grpc_server(received: Received) -> tuple[Any, int]:
    def export(body: bytes, context: Any) -> bytes:  # noqa: ANN401
        reply = received.take(body)
        time.sleep(reply.delay)
        if reply.grpc_code is not None:
            context.set_trailing_metadata(_trailers(reply))
            context.abort(reply.grpc_code, "as told")
        return reply.body

    options = [("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", -1)]
    server = grpc.server(ThreadPoolExecutor(16), options=options)
    handler = grpc.unary_unary_rpc_method_handler(export)
    server.add_generic_rpc_handlers((Handlers(dict.fromkeys(METHODS.values(), handler)),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def _in_a_second() -> str:
    return formatdate(time.time() + 1, usegmt=True)


async def _http_server(received: Received) -> tuple[web.ServerRunner, int]:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        reply = received.take(b"".join([part async for part in request.content.iter_any()]))
        await asyncio.sleep(reply.delay)
        after = _in_a_second() if reply.until_a_date else reply.retry_after
        headers = {"Retry-After": after} if after else {}
        return web.Response(status=reply.status, body=reply.body, content_type=reply.content_type, headers=headers)

    runner = web.ServerRunner(web.Server(handle, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, int(runner.addresses[0][1])
