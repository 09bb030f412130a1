"""Sending: retried, given up, mended, drained; and all of it written down."""

import threading
from collections.abc import Callable, Iterator

import pytest

from spansieve import pdata
from spansieve.clock import SystemClock
from spansieve.pipeline.books import Books
from spansieve.pipeline.faults import Faults
from spansieve.pipeline.lane import Lane
from spansieve.pipeline.queue import Queue
from spansieve.pipeline.sender import Sender
from spansieve.pipeline.tally import ExporterTally
from spansieve.plugin import (
    Batching,
    Exporter,
    ExporterConfig,
    Permanent,
    QueueConfig,
    Rejected,
    Retry,
    RetryConfig,
    Signal,
)
from spansieve.telemetry.instruments import Instruments
from spansieve.testing import OK, FakeHost, otlp_request

Behaviour = Callable[[bytes], Rejected | None]


class Backend(Exporter[ExporterConfig]):
    """An exporter that does what a test tells it."""

    config = ExporterConfig

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(ExporterConfig(), FakeHost())
        self.behaviour = behaviour
        self.calls: list[bytes] = []

    def send(self, signal: Signal, body: bytes) -> Rejected | None:
        self.calls.append(body)
        return self.behaviour(body)


class Bench:
    """A sender with its queue, lane and books."""

    def __init__(self, behaviour: Behaviour, retry: RetryConfig, batching: Batching | None = None) -> None:
        self.instruments = Instruments()
        self.books = Books(self.instruments)
        self.backend = Backend(behaviour)
        clock = SystemClock()
        self.clock = clock
        self.queue = Queue(QueueConfig(), clock, lambda: None)
        tally = ExporterTally(self.instruments, "backend", "traces")
        faults = Faults(self.instruments, clock)
        self.sender = Sender(
            self.backend,
            "backend",
            "traces",
            queue=self.queue,
            settings=ExporterConfig(retry_on_failure=retry),
            clock=clock,
            tally=tally,
            faults=faults,
        )
        self.lane: Lane = self.queue.lane("traces")
        self.queue.batch(self.lane, batching)
        self.lane.ledger = self.books.open("traces", "backend")
        self.lane.ledger.attach({self.lane: lambda: self.lane.held})
        self.sender.start()

    def stop(self, seconds: float) -> int:
        self.sender.hurry()
        return self.sender.give_up(self.clock.monotonic() + seconds)

    def put(self, body: bytes, items: int) -> threading.Event:
        assert self.lane.ledger
        self.lane.ledger.count("accepted", items)
        done = threading.Event()
        self.queue.put(self.lane, body, items, lambda _: done.set())
        return done

    def outcome(self, word: str, reason: str = "") -> float:
        labels = (("exporter", "backend"), ("outcome", word), ("pipeline", "traces"), ("reason", reason))
        return self.instruments.sum("spansieve_pipeline_items").value(labels)


def retrying(**settings: object) -> RetryConfig:
    return RetryConfig.model_validate(settings)


QUICK = retrying(initial_interval="1ms", max_interval="2ms", max_elapsed_time="30s")


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(behaviour: Behaviour, retry: RetryConfig = QUICK, batching: Batching | None = None) -> Bench:
        made.append(Bench(behaviour, retry, batching))
        return made[-1]

    yield make
    for one in made:
        one.stop(0)
        assert all(line.missing == 0 for line in one.books.balance()), one.books.balance()


def failing(*failures: Exception) -> Behaviour:
    left = list(failures)

    def behave(_: bytes) -> None:
        if left:
            raise left.pop(0)

    return behave


MakeBench = Callable[..., Bench]


def test_what_the_backend_refuses_for_now_is_sent_again(bench: MakeBench) -> None:
    one = bench(failing(Retry("UNAVAILABLE"), Retry("UNAVAILABLE")))
    assert one.put(otlp_request("a", OK), 1).wait(10)
    assert len(one.backend.calls) == 3
    assert one.outcome("exported") == 1


def test_the_backends_own_delay_is_honoured_over_the_backoff(bench: MakeBench) -> None:
    one = bench(failing(Retry("UNAVAILABLE", after=0.2)))
    started = one.clock.monotonic()
    assert one.put(otlp_request("a", OK), 1).wait(10)
    assert one.clock.monotonic() - started >= 0.2


def test_a_permanent_refusal_is_not_sent_again_and_counted(bench: MakeBench) -> None:
    one = bench(failing(Permanent("PERMISSION_DENIED")))
    assert one.put(otlp_request("a", OK, OK), 2).wait(10)
    assert len(one.backend.calls) == 1
    assert one.outcome("failed", "permanent") == 2


def test_it_gives_up_after_max_elapsed_time(bench: MakeBench) -> None:
    def never(_: bytes) -> None:
        raise Retry("UNAVAILABLE")

    one = bench(never, retrying(initial_interval="10ms", max_interval="10ms", max_elapsed_time="50ms"))
    assert one.put(otlp_request("a", OK), 1).wait(10)
    assert one.outcome("failed", "retries_exhausted") == 1


def test_retry_can_be_switched_off(bench: MakeBench) -> None:
    one = bench(failing(Retry("UNAVAILABLE")), RetryConfig(enabled=False))
    assert one.put(otlp_request("a", OK), 1).wait(10)
    assert one.outcome("failed", "retry_disabled") == 1


def test_partial_success_is_on_the_books(bench: MakeBench) -> None:
    one = bench(lambda _: Rejected(1, "too old"))
    assert one.put(otlp_request("a", OK, OK, OK), 3).wait(10)
    assert one.outcome("exported") == 2
    assert one.outcome("failed", "rejected") == 1


def test_an_exporters_own_mistake_costs_that_batch_alone(bench: MakeBench) -> None:
    one = bench(failing(KeyError("secret prompt")))
    assert one.put(otlp_request("a", OK), 1).wait(10)
    assert one.outcome("failed", "error") == 1
    assert one.put(otlp_request("a", OK), 1).wait(10)
    assert one.outcome("exported") == 1


def test_a_request_that_the_backend_cannot_decode_is_mended_and_sent_once_more(bench: MakeBench) -> None:
    body = otlp_request("a", OK.with_(name="good"), OK.with_(name="badbad")).replace(b"badbad", b"ba\xff\xfebd")

    def strict(received: bytes) -> None:
        if b"\xff\xfe" in received:
            raise Permanent("INTERNAL", undecodable=True)

    one = bench(strict)
    assert one.put(body, 2).wait(10)
    assert len(one.backend.calls) == 2
    assert [span.name for span in pdata.TraceBatch.parse(one.backend.calls[1])] == ["good", "ba\ufffd\ufffdbd"]
    assert one.outcome("exported") == 2


def test_a_request_that_is_fine_is_not_sent_again(bench: MakeBench) -> None:
    one = bench(failing(Permanent("INTERNAL", undecodable=True)))
    assert one.put(otlp_request("a", OK), 1).wait(10)
    assert len(one.backend.calls) == 1
    assert one.outcome("failed", "permanent") == 1


def test_what_is_larger_than_max_size_is_cut(bench: MakeBench) -> None:
    one = bench(lambda _: None, QUICK, Batching(min_size=1, max_size=2, timeout=0.001))
    assert one.put(otlp_request("a", *[OK] * 5), 5).wait(10)
    assert [pdata.count("traces", call) for call in one.backend.calls] == [2, 2, 1]
    assert one.outcome("exported") == 5


def test_a_stop_sends_what_waits(bench: MakeBench) -> None:
    one = bench(lambda _: None, QUICK, Batching(min_size=1000, max_size=0, timeout=3600))
    one.queue.put(one.lane, otlp_request("a", OK), 1)
    assert one.lane.ledger
    one.lane.ledger.count("accepted", 1)
    assert one.stop(10) == 0
    assert one.outcome("exported") == 1


def test_a_stop_gives_up_in_time_and_says_how_much_was_left(bench: MakeBench) -> None:
    tried = threading.Event()

    def down(_: bytes) -> None:
        tried.set()
        raise Retry("UNAVAILABLE")

    one = bench(down, retrying(initial_interval="10ms", max_interval="10ms", max_elapsed_time=0))
    one.put(otlp_request("a", OK, OK), 2)
    assert tried.wait(10)
    one.stop(0.05)
    assert one.outcome("failed", "shutdown") == 2
    assert one.lane.held == 0
