"""A receiver on ports of its own, a host that answers on another thread, and raw HTTP to talk to it."""

import http.client
import queue
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeVar

import grpc
import pytest

from spansieve.net import Loop
from spansieve.plugin import Answer, Signal
from spansieve.receivers.otlp import Otlp, OtlpConfig
from spansieve.testing import FakeHost

ResultT = TypeVar("ResultT")
METHODS = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
}


class Core(FakeHost):
    """A host with a real loop, whose `receive` answers `answer` on a thread of its own; `first` holds those before
    that, and `hold` makes it wait.
    """

    def __init__(self, loop: Loop) -> None:
        """Accept everything."""
        super().__init__("otlp")
        self.loop = loop
        self.first: list[Answer] = []
        self.error: Exception | None = None
        self.hold = threading.Event()
        self.hold.set()
        self.arrived: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._work: queue.SimpleQueue[Callable[[Answer], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._answer, daemon=True).start()

    def receive(
        self,
        signal: Signal,
        body: bytes,
        transport: str,
        answer: Callable[[Answer], None],
        admitted: object = None,
    ) -> None:
        """Remember it, and answer elsewhere."""
        if self.error is not None:
            raise self.error
        self.received.append((signal, body))
        self.arrived.put(transport)
        self._work.put(answer)

    def _answer(self) -> None:
        while (answer := self._work.get()) is not None:
            self.hold.wait()
            answer(self.first.pop(0) if self.first else self.answer)

    def run(self, work: Awaitable[ResultT], timeout: float | None = None) -> ResultT:
        """On the one loop."""
        return self.loop.run(work, timeout)

    def close(self) -> None:
        """End the thread."""
        self.hold.set()
        self._work.put(None)


class Client:
    """Talks to a running receiver."""

    def __init__(self, receiver: Otlp, core: Core) -> None:
        """One gRPC channel, made when it is used."""
        self.receiver = receiver
        self.core = core
        self._channels: list[Any] = []

    def channel(self) -> Any:  # noqa: ANN401 (grpc ships no types)
        """An open gRPC channel without a limit on what it sends."""
        options = [("grpc.max_send_message_length", -1)]
        self._channels.append(grpc.insecure_channel(f"127.0.0.1:{self.receiver.grpc_port}", options=options))
        return self._channels[-1]

    def export(self, body: bytes, signal: str = "traces", compression: Any = None) -> Any:  # noqa: ANN401
        """One call over gRPC, message bytes in and out. Raises grpc.RpcError."""
        return self.channel().unary_unary(METHODS[signal])(body, timeout=20, compression=compression)

    def request(
        self,
        body: bytes = b"",
        path: str = "/v1/traces",
        method: str = "POST",
        kind: str | None = "application/x-protobuf",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """One request over HTTP: status, body, headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.receiver.http_port, timeout=20)
        try:
            every = {**({"Content-Type": kind} if kind else {}), **(headers or {})}
            connection.request(method, path, body, every)
            answer = connection.getresponse()
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def raw(self) -> socket.socket:
        """A connection to the HTTP port."""
        return socket.create_connection(("127.0.0.1", self.receiver.http_port), timeout=20)

    def close(self) -> None:
        """Close the channels."""
        for channel in self._channels:
            channel.close()


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    running = Loop()
    yield running
    running.close()


@pytest.fixture
def core(loop: Loop) -> Iterator[Core]:
    host = Core(loop)
    yield host
    host.close()


Start = Callable[..., Client]


@pytest.fixture
def start(core: Any) -> Iterator[Start]:  # noqa: ANN401
    """Start receivers with the keys given for `grpc`, `http` and `limits`; without any, with both on free ports."""
    clients: list[Client] = []

    def begin(
        grpc: Mapping[str, Any] | None = None,
        http: Mapping[str, Any] | None = None,
        limits: Mapping[str, Any] | None = None,
    ) -> Client:
        protocols = {"grpc": grpc, "http": http} if grpc is not None or http is not None else {"grpc": {}, "http": {}}
        free = {name: {"endpoint": "localhost:0", **keys} for name, keys in protocols.items() if keys is not None}
        receiver = Otlp(OtlpConfig.model_validate({"protocols": free, "limits": limits or {}}), core)
        clients.append(Client(receiver, core))
        receiver.start()
        return clients[-1]

    yield begin
    core.hold.set()
    for client in clients:
        client.close()
        client.receiver.shutdown()


@pytest.fixture
def client(start: Start) -> Client:
    return start()
