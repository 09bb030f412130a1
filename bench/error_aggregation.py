"""CPU of `error_aggregation`: of a healthy span beside parsing it, and of an error, with a message that was seen before
and with a new one, from its arrival to its count. Run: python -m bench.error_aggregation
"""

from collections.abc import Callable

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.cpu import compare, cpu, say
from spansieve.cycles import settle
from spansieve.pdata import StatusCode, TraceBatch, Value
from spansieve.processors.error_aggregation import ErrorAggregation, ErrorAggregationConfig
from spansieve.testing import OK, FakeHost, otlp_request

SPANS, REQUESTS, ROUNDS = 512, 20, 5
TEN: dict[str, Value] = {f"gen_ai.key.{number}": f"value {number}" for number in range(10)}
STACK = 'Traceback (most recent call last):\n  File "/srv/shop/tools.py", line 3, in fetch\nTimeoutError: no answer'


def failing(number: int, message: Callable[[int], str]) -> bytes:
    """A request of errors, each in a trace of its own."""
    failed = OK.with_(name="execute_tool fetch", status=StatusCode.ERROR, attributes=TEN)
    batch = TraceBatch.parse(otlp_request("agent", *[failed] * SPANS))
    for at, span in enumerate(batch):
        span.trace_id = (number * SPANS + at + 1).to_bytes(16, "big")
        raised = {"exception.type": "TimeoutError", "exception.message": message(number * SPANS + at)}
        span.add_event("exception", span.end_time_unix_nano, {**raised, "exception.stacktrace": STACK})
        span.attributes.update({"gen_ai.tool.name": "fetch", "user.id": f"user {at % 50}", "session.id": f"s{at}"})
    request = ExportTraceServiceRequest.FromString(batch.encode())
    return request.SerializeToString()


def counted(message: Callable[[int], str]) -> float:
    """Microseconds an error, the best of some rounds."""
    bodies = [failing(number, message) for number in range(REQUESTS)]
    return min(_round(bodies) for _ in range(ROUNDS))


def _round(bodies: list[bytes]) -> float:
    host = FakeHost()
    aggregation = ErrorAggregation(ErrorAggregationConfig(), host)
    batches = [TraceBatch.parse(body) for body in bodies]

    def work() -> None:
        for batch in batches:
            aggregation.traces(batch)
            host.clock.advance(seconds=3)
            aggregation.tick()

    return cpu(work) / len(bodies) / SPANS * 1e6


if __name__ == "__main__":
    settle()  # as the program does
    aggregation = ErrorAggregation(ErrorAggregationConfig(), FakeHost())
    healthy = otlp_request("agent", *[OK.with_(attributes=TEN)] * SPANS)
    compare({"parse": lambda _: None, "healthy": aggregation.traces}, healthy)
    say("us an error, its message seen before", us=round(counted(lambda _: "no answer in 30 s"), 1))
    say("us an error, its message new", us=round(counted(lambda at: f"no answer from host {at} in 30 s"), 1))
