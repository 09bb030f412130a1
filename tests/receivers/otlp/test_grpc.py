"""OTLP over gRPC: every row of otlp's table of answers."""

import gzip
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from spansieve.plugin import Answer
from spansieve.testing import OK, otlp_request

BODY = otlp_request("agent", OK)


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_what_is_taken_is_answered_with_an_empty_response(client: Any, signal: str) -> None:  # noqa: ANN401
    assert client.export(BODY, signal) == b""
    assert client.core.received == [(signal, BODY)]


def test_an_empty_request_is_taken(client: Any) -> None:  # noqa: ANN401
    assert client.export(b"") == b""


@pytest.mark.parametrize(
    ("signal", "parse", "field"),
    [
        ("traces", ExportTraceServiceResponse.FromString, "rejected_spans"),
        ("logs", ExportLogsServiceResponse.FromString, "rejected_log_records"),
        ("metrics", ExportMetricsServiceResponse.FromString, "rejected_data_points"),
    ],
)
@pytest.mark.parametrize("rejected", [2, 0])
def test_what_was_rejected_is_a_partial_success(
    client: Any,  # noqa: ANN401
    signal: str,
    parse: Callable[[bytes], Any],
    field: str,
    rejected: int,
) -> None:
    client.core.answer = Answer("accepted", rejected=rejected, message="ids of a wrong length")
    partial = parse(client.export(BODY, signal)).partial_success
    assert (getattr(partial, field), partial.error_message) == (rejected, "ids of a wrong length")


def refused(client: Any, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401
    with pytest.raises(grpc.RpcError) as error:
        client.export(*arguments, **more)
    return error.value


def test_what_is_malformed_must_not_be_sent_again(client: Any) -> None:  # noqa: ANN401
    client.core.answer = Answer("malformed", message="span 3 is no span")
    error = refused(client, b"\xff")
    assert (error.code(), error.details()) == (grpc.StatusCode.INVALID_ARGUMENT, "span 3 is no span")
    assert not [key for key, _ in error.trailing_metadata() if "retry" in key]


@pytest.mark.parametrize(("seconds", "nanos"), [(1.0, (1, 0)), (2.5, (2, 500_000_000))])
def test_what_is_refused_says_when_to_come_again(client: Any, seconds: float, nanos: tuple[int, int]) -> None:  # noqa: ANN401
    client.core.answer = Answer("refused", message="sending queue is full", retry_after=seconds)
    error = refused(client, BODY)
    assert (error.code(), error.details()) == (grpc.StatusCode.UNAVAILABLE, "sending queue is full")
    trailers = dict(error.trailing_metadata())
    status, info = Status.FromString(trailers["grpc-status-details-bin"]), RetryInfo()
    assert status.code == grpc.StatusCode.UNAVAILABLE.value[0]
    assert status.details[0].Unpack(info)
    for found in (info, RetryInfo.FromString(trailers["google.rpc.retryinfo-bin"])):
        assert (found.retry_delay.seconds, found.retry_delay.nanos) == nanos


def test_an_exception_is_refused_without_its_text(client: Any, caplog: pytest.LogCaptureFixture) -> None:  # noqa: ANN401
    client.core.error = RuntimeError("the prompt was: hello")
    for _ in range(2):
        error = refused(client, BODY)
        assert (error.code(), error.details()) == (grpc.StatusCode.UNAVAILABLE, "internal error")
        assert "google.rpc.retryinfo-bin" in dict(error.trailing_metadata())
    assert client.core.counts["faults", "RuntimeError"] == 2
    assert "hello" not in caplog.text


def test_a_signal_that_nobody_takes_is_unimplemented_until_somebody_does(client: Any) -> None:  # noqa: ANN401
    client.core.served = frozenset({"logs"})
    assert refused(client, BODY).code() == grpc.StatusCode.UNIMPLEMENTED
    client.core.served = frozenset({"traces"})
    assert client.export(BODY) == b""


def test_an_unknown_method_is_unimplemented(client: Any) -> None:  # noqa: ANN401
    with pytest.raises(grpc.RpcError) as error:
        client.channel().unary_unary("/x.Y/Z")(b"", timeout=20)
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("compression", [None, grpc.Compression.Gzip])
def test_the_limit_holds_plain_and_compressed(start: Any, compression: Any) -> None:  # noqa: ANN401
    client = start(grpc={"max_recv_msg_size_mib": 1})
    mib = 1024 * 1024
    assert client.export(bytes(mib), compression=compression) == b""
    assert [len(body) for _, body in client.core.received] == [mib]
    error = refused(client, bytes(mib + 1), compression=compression)
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert not [key for key, _ in error.trailing_metadata() if "retry" in key or "details" in key]
    assert len(client.core.received) == 1


def test_a_bomb_is_refused_and_counted(start: Any) -> None:  # noqa: ANN401
    client = start(grpc={"max_recv_msg_size_mib": 1})
    error = refused(client, bytes(64 * 1024 * 1024), compression=grpc.Compression.Gzip)
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert client.core.counts["refused_requests", "too_large", "grpc"] == 1


def test_a_broken_compressed_message_is_malformed(client: Any) -> None:  # noqa: ANN401
    error = refused(client, gzip.compress(BODY)[:-4])
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert client.core.counts["refused_requests", "encoding", "grpc"] == 1


def test_an_encoding_that_is_not_spoken_is_unimplemented(client: Any) -> None:  # noqa: ANN401
    assert refused(client, bytes(5000), compression=grpc.Compression.Deflate).code() == grpc.StatusCode.UNIMPLEMENTED


def test_many_more_calls_than_workers_are_all_answered(client: Any) -> None:  # noqa: ANN401
    client.core.hold.clear()
    call = client.channel().unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
    futures = [call.future(BODY, timeout=20) for _ in range(50)]
    client.core.arrived.get(timeout=20)
    client.core.hold.set()
    assert [future.result() for future in futures] == [b""] * 50


def test_keepalive_reaches_the_library() -> None:
    from spansieve.receivers.otlp.config import GrpcConfig  # noqa: PLC0415
    from spansieve.receivers.otlp.grpc_server import options  # noqa: PLC0415

    given = options(
        GrpcConfig.model_validate(
            {
                "max_concurrent_streams": 7,
                "max_recv_msg_size_mib": 0,
                "keepalive": {
                    "server_parameters": {
                        "max_connection_idle": "11s",
                        "max_connection_age": "1m",
                        "max_connection_age_grace": "5s",
                        "time": "30s",
                        "timeout": "3s",
                    },
                    "enforcement_policy": {"min_time": "10s", "permit_without_stream": True},
                },
            }
        )
    )
    assert dict(given) | {} == {
        "grpc.so_reuseport": 0,
        "grpc.max_receive_message_length": 64 * 1024 * 1024,
        "grpc.per_message_decompression": 0,
        "grpc.compression_enabled_algorithms_bitset": 5,
        "grpc.max_concurrent_streams": 7,
        "grpc.max_connection_idle_ms": 11_000,
        "grpc.max_connection_age_ms": 60_000,
        "grpc.max_connection_age_grace_ms": 5_000,
        "grpc.keepalive_time_ms": 30_000,
        "grpc.keepalive_timeout_ms": 3_000,
        "grpc.http2.min_recv_ping_interval_without_data_ms": 10_000,
        "grpc.keepalive_permit_without_calls": 1,
        "grpc.server_handshake_timeout_ms": 60_000,
        "grpc.max_allowed_incoming_connections": 4096,
    }
