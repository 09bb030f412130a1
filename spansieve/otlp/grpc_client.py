"""An OTLP client over gRPC: one attempt a call, from any thread, with the answer sorted into what the core knows.

Requests and answers stay bytes; no serialiser stands between. Source: OTLP specification 1.11.0, "OTLP/gRPC Response".
"""

import threading
from typing import Any

import grpc

from spansieve.plugin import Host, Permanent, Rejected, Retry, Signal
from spansieve.tls_reload import grpc_client_credentials

from . import EXPORT_METHODS
from .client_config import GrpcClientSettings
from .credentials import Credentials
from .partial_success import rejected
from .status import RETRYABLE_GRPC, retry_after
from .targets import grpc_target
from .user_agent import user_agent

_METHODS: dict[Signal, str] = {**EXPORT_METHODS, "alerts": EXPORT_METHODS["logs"]}
_RESOURCE_EXHAUSTED = 8
_UNREADABLE = frozenset({2, 3, 13})
"""UNKNOWN, INVALID_ARGUMENT, INTERNAL: what servers answer that could not decode a request."""
_MAX_ANSWER_BYTES = 4 * 1024 * 1024
_RESET = "RST_STREAM"
_NO_STATUS = ("Stream removed", "No status received")


def _broken_off(code: int, text: str) -> bool:
    """Whether the call ended without a status of the server's. gRPC then makes one up, which may look final (INTERNAL,
    UNKNOWN; RESOURCE_EXHAUSTED for a reset with ENHANCE_YOUR_CALM), and only its text tells.
    """
    if _RESET in text:
        return code in _UNREADABLE or code == _RESOURCE_EXHAUSTED
    return code in _UNREADABLE and any(word in text for word in _NO_STATUS)


def failure(error: grpc.RpcError) -> Retry | Permanent:
    """What to raise for `error`: retried or not as OTLP's table says, and retried where no answer came. The reason is
    the code's name alone, because a server's text may quote what it was sent.
    """
    status = error.code()
    code = int(status.value[0])
    asked = retry_after(error.trailing_metadata() or ())
    if code in RETRYABLE_GRPC or (code == _RESOURCE_EXHAUSTED and asked is not None):
        return Retry(status.name, asked)
    if _broken_off(code, error.details() or ""):
        return Retry("the call broke off")
    return Permanent(status.name, undecodable=code in _UNREADABLE)


def _metadata(settings: GrpcClientSettings) -> tuple[tuple[str, str | bytes], ...]:
    pairs = ((name.lower(), value.get_secret_value()) for name, value in settings.headers.items())
    return tuple((name, value.encode() if name.endswith("-bin") else value) for name, value in pairs)


def _options(settings: GrpcClientSettings) -> list[tuple[str, Any]]:
    options: list[tuple[str, Any]] = [
        ("grpc.max_send_message_length", -1),
        ("grpc.max_receive_message_length", _MAX_ANSWER_BYTES),
        ("grpc.primary_user_agent", settings.user_agent or user_agent()),
        ("grpc.lb_policy_name", settings.balancer_name),
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.use_local_subchannel_pool", 1),
        # gRPC would go on waiting for up to two minutes after the backend is back; when to try again is the core's.
        ("grpc.initial_reconnect_backoff_ms", 500),
        ("grpc.max_reconnect_backoff_ms", 5_000),
    ]
    if settings.authority:
        options.append(("grpc.default_authority", settings.authority))
    if settings.keepalive is not None:
        options += [
            ("grpc.keepalive_time_ms", int(settings.keepalive.time * 1000)),
            ("grpc.keepalive_timeout_ms", int(settings.keepalive.timeout * 1000)),
            ("grpc.keepalive_permit_without_calls", int(settings.keepalive.permit_without_stream)),
            ("grpc.http2.max_pings_without_data", 0),
        ]
    return options


class GrpcClient:
    """Sends OTLP requests to one endpoint. Made by `start`-time code: connecting begins with the first request."""

    def __init__(self, settings: GrpcClientSettings, host: Host) -> None:
        """Make the channel. `tls.insecure` counts where the endpoint's scheme says nothing.

        Raises ValueError for TLS files that can't be read and for TLS keys that gRPC can't follow.
        """
        target = grpc_target(settings.endpoint)
        secure = not settings.tls.insecure if target.secure is None else target.secure
        self._address = target.address
        self._options = _options(settings) + (settings.tls.grpc_options() if secure else [])
        self._tls = grpc_client_credentials(settings.tls, host) if secure else None
        self._changing = threading.Lock()
        self._given = self._tls.get() if self._tls else None
        self._line = self._new_line()
        self._metadata = _metadata(settings)
        self._credentials = Credentials(settings.auth, host)
        self._credentials.warn_in_clear(target.peer, secure=secure)
        self._timeout = settings.timeout or None
        self._wait = settings.wait_for_ready
        self._compression = grpc.Compression.Gzip if settings.compression == "gzip" else grpc.Compression.NoCompression

    def export(self, signal: Signal, body: bytes) -> Rejected | None:
        """Send `body`, an OTLP protobuf request, once; what of it was rejected, or None.

        Raises Retry (with the server's delay, if it named one) or Permanent.
        """
        own = self._credentials.headers()
        metadata = (*self._metadata, *((name.lower(), value) for name, value in own.items())) if own else self._metadata
        try:
            with self._line_now() as calls:
                answer = calls[signal](
                    body,
                    timeout=self._timeout,
                    metadata=metadata,
                    wait_for_ready=self._wait,
                    compression=self._compression,
                )
        except grpc.RpcError as error:
            raise self._credentials.sorted_out(failure(error)) from None
        except ValueError:  # the channel was closed while other threads still send
            raise Retry("closed") from None
        return rejected(signal, answer)

    def close(self) -> None:
        """Close the channel; calls under way end as CANCELLED, which is retryable."""
        self._line.close()

    def _new_line(self) -> "_Line":
        if self._given is None:
            return _Line(grpc.insecure_channel(self._address, self._options))
        return _Line(grpc.secure_channel(self._address, self._given, self._options))

    def _line_now(self) -> "_Line":
        """The channel for the next call: another one once the certificates have changed."""
        if self._tls is None or self._tls.get() is self._given:
            return self._line
        with self._changing:
            given = self._tls.get()
            if given is not self._given:
                self._given, former = given, self._line
                self._line = self._new_line()
                former.retire()
        return self._line


class _Line:
    """A channel; once retired it closes itself when its last call has ended."""

    def __init__(self, channel: Any) -> None:  # noqa: ANN401 (grpc ships no types)
        self._channel = channel
        self._calls = {signal: channel.unary_unary(method) for signal, method in _METHODS.items()}
        self._lock = threading.Lock()
        self._open = 0
        self._retired = False

    def __enter__(self) -> dict[Signal, Any]:
        with self._lock:
            self._open += 1
        return self._calls

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._open -= 1
            over = self._retired and not self._open
        if over:
            self.close()

    def retire(self) -> None:
        with self._lock:
            self._retired = True
            over = not self._open
        if over:
            self.close()

    def close(self) -> None:
        self._channel.close()
