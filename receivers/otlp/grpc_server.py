"""OTLP over gRPC: three `Export` methods whose messages stay bytes in both directions.

Source: OTLP specification 1.11.0, "OTLP/gRPC". Compressed messages are inflated here rather than by the library, so
that the limit holds while they grow, whichever version of the library is there.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

import grpc

from spansieve.endpoint import listening, refusal, tolerable
from spansieve.otlp import EXPORT_METHODS
from spansieve.otlp.status import INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAUTHENTICATED, UNAVAILABLE, retry_trailers
from spansieve.pdata import is_crowded
from spansieve.pdata.bounds import MAX_OBJECTS
from spansieve.plugin import Admitted, Answer, Host, Refused, Signal, TooLarge, Unauthenticated
from spansieve.tls_reload import grpc_server_credentials

from .answers import ALL_TAKEN, accepted
from .auth import Door
from .bodies import GZIP_MAGIC, BadEncoding, Overgrown, inflate
from .clients import name_of
from .config import SOCKET_MODE, GrpcConfig
from .gate import Gate
from .grpc_pool import LOOK_SECONDS, Pool

WORKERS: Final = 4
"""Requests handled at once; the others wait in gRPC, their senders held by its flow control."""
GRACE_SECONDS: Final = 5.0
HANDSHAKE_MS: Final = 60_000
"""Longest wait for a new connection's TLS and HTTP/2 greetings."""

METHODS: Final[dict[str, Signal]] = {method: signal for signal, method in EXPORT_METHODS.items()}

_CODES: Final = {
    INVALID_ARGUMENT: grpc.StatusCode.INVALID_ARGUMENT,
    RESOURCE_EXHAUSTED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
}
_IDENTITY_AND_GZIP: Final = 0b101
_FOREVER_MS: Final = (1 << 31) - 1
_OVER: Final = Answer("refused", message="the receiver stops")
_FAULT: Final = Answer("refused", message="internal error")


class _Final(Exception):
    """The sender is told `code` and must not send this again."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def _milliseconds(seconds: float) -> int:
    return min(round(seconds * 1000), _FOREVER_MS)


def options(config: GrpcConfig, *, shared: bool = False) -> list[tuple[str, int]]:
    """The server's options for `config`; `shared`: other processes serve the same port.

    Source: gRPC's grpc_types.h, and its proposals A8 and A9.
    """
    parameters, policy = config.keepalive.server_parameters, config.keepalive.enforcement_policy
    chosen = [
        ("grpc.so_reuseport", int(shared)),  # on by default: a second process would bind the same port without a word
        ("grpc.max_receive_message_length", config.limit_bytes),
        ("grpc.per_message_decompression", 0),
        ("grpc.compression_enabled_algorithms_bitset", _IDENTITY_AND_GZIP),
        ("grpc.keepalive_time_ms", _milliseconds(parameters.time) or _FOREVER_MS),
        ("grpc.keepalive_timeout_ms", _milliseconds(parameters.timeout) or _FOREVER_MS),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", _milliseconds(policy.min_time)),
        ("grpc.keepalive_permit_without_calls", int(policy.permit_without_stream)),
        ("grpc.server_handshake_timeout_ms", HANDSHAKE_MS),
    ]
    optional = {
        "grpc.max_allowed_incoming_connections": config.max_connections,
        "grpc.max_concurrent_streams": config.max_concurrent_streams,
        "grpc.max_connection_idle_ms": _milliseconds(parameters.max_connection_idle),
        "grpc.max_connection_age_ms": _milliseconds(parameters.max_connection_age),
        "grpc.max_connection_age_grace_ms": _milliseconds(parameters.max_connection_age_grace),
    }
    return chosen + [(name, value) for name, value in optional.items() if value]


class _Methods(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Finds a call's handler; None (a signal that nobody takes now, an unknown method) is answered UNIMPLEMENTED."""

    def __init__(self, handlers: dict[str, tuple[Signal, Any]], signals: Callable[[], frozenset[Signal]]) -> None:
        self._handlers = handlers
        self._signals = signals

    def service(self, handler_call_details: Any) -> Any:  # noqa: ANN401
        found = self._handlers.get(handler_call_details.method)
        return found[1] if found is not None and found[0] in self._signals() else None


class GrpcServer:
    """The server; `port` is what it is bound to (0 for a unix socket)."""

    def __init__(self, config: GrpcConfig, host: Host, gate: Gate) -> None:
        """Take the settings; nothing is opened yet."""
        self._config = config
        self._gate = gate
        self._host = host
        self._limit = config.limit_bytes
        self._refused = host.counter("refused_requests", unit="{request}", description="Requests refused at the door.")
        self._door = Door(config.auth, host) if config.auth is not None else None
        self._pool = Pool(WORKERS, host.clock)
        self._working = threading.Semaphore(WORKERS)
        self._open: set[SimpleQueue[Answer]] = set()
        self._stopping = False
        self._server: Any = None
        self.port = 0

    def start(self) -> None:
        """Listen. Raises OSError for an address that can't be had, ValueError for certificates that can't be used."""
        credentials = grpc_server_credentials(self._config.tls, self._host) if self._config.tls else None
        self._server = grpc.server(self._pool, options=options(self._config, shared=self._host.shared))
        handlers = {name: (signal, self._handler(signal)) for name, signal in METHODS.items()}
        self._server.add_generic_rpc_handlers((_Methods(handlers, self._host.signals),))
        if self._config.transport == "unix":
            self._bind(f"unix:{self._config.endpoint}", credentials)
            Path(self._config.endpoint).chmod(SOCKET_MODE)
        else:
            self._bind_all(credentials)
        self._server.start()
        self._host.run(self._look_after_slow_senders())

    def _bind_all(self, credentials: object) -> None:
        for address in listening(self._config.endpoint, self._config.transport):
            wanted = address._replace(port=address.port or self.port)  # port 0: the second address takes the first's
            try:
                self.port = self._bind(str(wanted), credentials) or self.port
            except OSError as error:
                reason = refusal(wanted, reuse_port=self._host.shared)
                if not tolerable(address, reason):
                    raise reason or error from None

    def _bind(self, target: str, credentials: object) -> int:
        try:
            if credentials is None:
                port = self._server.add_insecure_port(target)
            else:
                port = self._server.add_secure_port(target, credentials)
        except RuntimeError:
            port = 0
        if not port:
            raise OSError("the address can't be used")
        return int(port)

    def stop(self) -> None:
        """Take no more requests, and give the open ones some seconds to be answered."""
        if self._server is None:
            return
        finished = self._server.stop(GRACE_SECONDS)
        finished.wait(GRACE_SECONDS)
        self._stopping = True
        for waiter in list(self._open):  # their threads would wait for ever, and the process with them
            waiter.put(_OVER)
        finished.wait(GRACE_SECONDS)
        self._pool.shutdown(wait=False)
        self._server = None

    async def _look_after_slow_senders(self) -> None:
        """Begin to send them away; on the loop."""

        def look() -> None:
            if self._server is None:
                return
            if gone := self._pool.look():
                self._refused.add(gone, reason="slow", transport="grpc")
            loop.call_later(LOOK_SECONDS, look)

        loop = asyncio.get_running_loop()
        loop.call_later(LOOK_SECONDS, look)

    def _handler(self, signal: Signal) -> Any:  # noqa: ANN401
        """Where strangers may come, a handler that reads the body itself, after the door; else the library does."""
        export, door = self._exporting(signal), self._door
        if door is None:
            return grpc.unary_unary_rpc_method_handler(lambda body, context: export(lambda: body, context))
        return grpc.stream_unary_rpc_method_handler(
            lambda requests, context: export(lambda: self._let_in(door, requests, context), context)
        )

    def _let_in(self, door: Door, requests: Iterator[bytes], context: Any) -> bytes:  # noqa: ANN401
        """The body of a call that may come in."""
        try:
            door.check(context.invocation_metadata())
        except Unauthenticated as error:
            self._refused.add(1, reason="unauthenticated", transport="grpc")
            raise _Final(UNAUTHENTICATED, str(error)) from None
        except Refused:
            self._refused.add(1, reason="auth_busy", transport="grpc")
            raise
        try:
            return next(requests)
        except StopIteration:
            raise _Final(INVALID_ARGUMENT, "there is no message") from None

    def _exporting(self, signal: Signal) -> Callable[[Callable[[], bytes], Any], bytes]:
        receive, still_open, arrived, working = self._host.receive, self._open, self._pool.arrived, self._working

        def answered(read: Callable[[], bytes], context: Any) -> Answer:  # noqa: ANN401
            body = read()
            arrived()
            client = name_of(context.peer()) if self._gate.clients is not None else ""
            with self._gate.request(signal, client, len(body), "grpc") as admitted, working:
                return handed_in(body, admitted)

        def handed_in(body: bytes, admitted: Admitted) -> Answer:
            if body[:2] == GZIP_MAGIC:  # no OTLP request begins so: 0x1f is no tag of protobuf's
                body = self._inflated(body, admitted)
            if is_crowded(signal, body):
                self._refused.add(1, reason="too_many", transport="grpc")
                raise _Final(RESOURCE_EXHAUSTED, f"more than {MAX_OBJECTS} items, or parts of an item")
            waiter: SimpleQueue[Answer] = SimpleQueue()
            still_open.add(waiter)
            try:
                receive(signal, body, "grpc", waiter.put, admitted)
                return _OVER if self._stopping else waiter.get()
            finally:
                still_open.discard(waiter)

        def export(read: Callable[[], bytes], context: Any) -> bytes:  # noqa: ANN401
            # An exception that left this function would be answered UNKNOWN, with its text and not to be retried.
            try:
                answer = answered(read, context)
            except grpc.RpcError:  # the call has ended
                raise
            except _Final as final:
                code, message = final.code, str(final)
            except Refused as refused:
                code, message = _refuse(context, Answer("refused", message=str(refused), retry_after=refused.after))
            except TooLarge as error:
                self._refused.add(1, reason="too_large", transport="grpc")
                code, message = RESOURCE_EXHAUSTED, str(error)
            except Exception as error:
                self._host.fault(error, "the sender was asked to come again")
                code, message = _refuse(context, _FAULT)
            else:
                if answer.outcome == "accepted":
                    return accepted(signal, answer) if answer.rejected or answer.message else ALL_TAKEN
                if answer.outcome == "malformed":
                    code, message = INVALID_ARGUMENT, answer.message
                else:
                    code, message = _refuse(context, answer)
            return context.abort(_CODES[code], message)  # type: ignore[no-any-return] # it raises

        return export

    def _inflated(self, body: bytes, admitted: Admitted) -> bytes:
        try:
            plain = inflate("gzip", body, self._limit, admitted.grow)
        except Overgrown:
            self._refused.add(1, reason="too_large", transport="grpc")
            raise _Final(RESOURCE_EXHAUSTED, f"the decompressed message is larger than {self._limit} bytes") from None
        except BadEncoding as error:
            self._refused.add(1, reason="encoding", transport="grpc")
            raise _Final(INVALID_ARGUMENT, str(error)) from None
        admitted.shrink(len(body))
        return plain


def _refuse(context: Any, answer: Answer) -> tuple[int, str]:  # noqa: ANN401
    """Ask the sender to come again; the code and the message of the answer."""
    context.set_trailing_metadata(retry_trailers(UNAVAILABLE, answer.message, answer.retry_after))
    return UNAVAILABLE, answer.message
