"""An OTLP/gRPC server that costs little: it counts what arrives, or (`--bare`) only answers.

Run: python -m bench.sink PORT [--bare]. `arrived` asks it for its totals.
"""

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, NamedTuple

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
ARRIVED = "/spansieve.bench.Sink/Arrived"
THREADS = 4


def _counting_class() -> Any:  # noqa: ANN401 (made at run time)
    """OTLP's three envelopes with spans as bytes, so that counting reads no span (opentelemetry/proto/trace/v1)."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="spansieve_bench.proto", package="spansieve.bench", syntax="proto2")
    for name, inner, number in (("Scope", "", 2), ("Resource", "Scope", 2), ("Request", "Resource", 1)):
        only = file.message_type.add(name=name).field.add(name="inner", number=number, label=field.LABEL_REPEATED)
        only.type = field.TYPE_MESSAGE if inner else field.TYPE_BYTES
        if inner:
            only.type_name = f".spansieve.bench.{inner}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("spansieve.bench.Request"))


Request = _counting_class()


def count_spans(body: bytes) -> int:
    """Spans in an `ExportTraceServiceRequest`, by means of our own here, so that nothing is held against itself."""
    return sum(len(scope.inner) for resource in Request.FromString(body).inner for scope in resource.inner)


def spans_of(body: bytes) -> list[bytes]:
    """The spans of an `ExportTraceServiceRequest`, each as its bytes."""
    return [span for resource in Request.FromString(body).inner for scope in resource.inner for span in scope.inner]


class Arrived(NamedTuple):
    """What a sink has taken since it started."""

    requests: int
    spans: int
    size_bytes: int


class _Taken:
    """The handlers: bytes in, bytes out."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._total = Arrived(0, 0, 0)

    def take(self, body: bytes, _: object) -> bytes:
        spans = count_spans(body)
        with self._lock:
            was = self._total
            self._total = Arrived(was.requests + 1, was.spans + spans, was.size_bytes + len(body))
        return b""

    def total(self, _body: bytes, _: object) -> bytes:
        return json.dumps(self._total).encode()


def _bare(_body: bytes, _: object) -> bytes:
    return b""


def serve(port: int, *, bare: bool) -> None:
    """Answer on `port` until the process is ended."""
    taken = _Taken()
    methods = {EXPORT: _bare if bare else taken.take, ARRIVED: taken.total}
    server = grpc.server(
        ThreadPoolExecutor(THREADS),
        options=[("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", -1)],
    )
    for path, handler in methods.items():
        service, method = path[1:].split("/")
        handlers = {method: grpc.unary_unary_rpc_method_handler(handler)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


def arrived(channel: grpc.Channel) -> Arrived:
    """The totals of the sink behind `channel`."""
    return Arrived(*json.loads(channel.unary_unary(ARRIVED)(b"", timeout=10)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--bare", action="store_true", help="only answer")
    given = parser.parse_args()
    serve(given.port, bare=given.bare)
