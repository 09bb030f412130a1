"""The exporters' queue: what waits, for how long, and what has room."""

import threading

from spansieve.pipeline.lane import JOINED_BYTES, LINGER_BYTES
from spansieve.pipeline.queue import Queue
from spansieve.plugin import Batching, QueueConfig
from spansieve.testing import FakeClock


def queue(**settings: object) -> tuple[Queue, FakeClock]:
    clock = FakeClock()
    return Queue(QueueConfig.model_validate(settings), clock, lambda: None), clock


def test_requests_that_come_close_together_leave_as_one() -> None:
    waiting, clock = queue()
    lane = waiting.lane("traces")
    for body in (b"a", b"b", b"c"):
        waiting.put(lane, body, 1)
    clock.advance(seconds=0.005)
    taken = waiting.take()
    assert taken is not None
    assert (taken.body, taken.items) == (b"abc", 3)


def test_a_lane_that_holds_enough_does_not_linger() -> None:
    waiting, _ = queue()
    lane = waiting.lane("traces")
    waiting.put(lane, b"x" * LINGER_BYTES, 10)
    assert waiting.take() is not None


def test_requests_are_joined_below_what_grpc_servers_take() -> None:
    waiting, _ = queue()
    lane = waiting.lane("traces")
    for _ in range(3):
        waiting.put(lane, b"x" * (JOINED_BYTES // 2), 1)
    sizes = [len(taken.entries) for taken in (waiting.take(), waiting.take_now()) if taken]
    assert sizes == [2, 1]


def test_batch_waits_for_its_size_or_its_time() -> None:
    waiting, clock = queue()
    lane = waiting.lane("traces")
    waiting.batch(lane, Batching(min_size=10, max_size=0, timeout=0.2))
    waiting.put(lane, b"a", 4)
    clock.advance(seconds=0.1)
    assert waiting.take_now() is None
    waiting.put(lane, b"b", 6)
    taken = waiting.take_now()
    assert taken is not None
    assert taken.items == 10
    waiting.put(lane, b"c", 1)
    clock.advance(seconds=0.2)
    assert waiting.take_now() is not None


def test_pipelines_do_not_mix_in_one_batch() -> None:
    waiting, clock = queue()
    one, other = waiting.lane("traces"), waiting.lane("traces/2")
    waiting.put(one, b"a", 1)
    waiting.put(other, b"b", 1)
    clock.advance(seconds=0.005)
    bodies = {taken.body for taken in (waiting.take_now(), waiting.take_now()) if taken}
    assert bodies == {b"a", b"b"}


def test_room_is_counted_as_sizer_says() -> None:
    by_requests, _ = queue(queue_size=2)
    lane = by_requests.lane("traces")
    by_requests.put(lane, b"a", 500)
    assert by_requests.room(1, 500, 1)
    assert not by_requests.room(2, 2, 2)

    by_items, _ = queue(queue_size=10, sizer="items")
    by_items.put(by_items.lane("traces"), b"a", 8)
    assert by_items.room(1, 2, 1)
    assert not by_items.room(1, 3, 1)
    assert not by_items.ever(11, 1)


def test_bytes_are_bounded_whatever_sizer_counts_and_in_flight_counts_too() -> None:
    waiting, clock = queue(max_bytes=100)
    waiting.put(waiting.lane("traces"), b"x" * 60, 1)
    assert not waiting.room(1, 1, 60)
    clock.advance(seconds=0.005)
    taken = waiting.take()
    assert taken is not None
    assert not waiting.room(1, 1, 60)
    waiting.settle(taken)
    assert waiting.room(1, 1, 60)


def test_a_lane_holds_its_items_until_they_are_settled() -> None:
    waiting, clock = queue()
    lane = waiting.lane("traces")
    waiting.put(lane, b"a", 3)
    clock.advance(seconds=0.005)
    taken = waiting.take()
    assert taken is not None
    assert lane.held == 3
    waiting.settle(taken)
    assert lane.held == 0


def test_draining_ends_with_none_and_does_not_wait() -> None:
    waiting, _ = queue()
    lane = waiting.lane("traces")
    waiting.batch(lane, Batching(1000, 0, 3600))
    waiting.put(lane, b"a", 1)
    waiting.drain()
    assert waiting.take() is not None
    assert waiting.take() is None


def test_take_wakes_up_when_something_comes() -> None:
    waiting, _ = queue()
    lane = waiting.lane("traces")
    taken: list[object] = []
    thread = threading.Thread(target=lambda: taken.append(waiting.take()), daemon=True)
    thread.start()
    waiting.put(lane, b"x" * LINGER_BYTES, 1)
    thread.join(10)
    assert taken


def test_the_oldest_request_is_looked_for_among_those_in_flight_too() -> None:
    waiting, clock = queue()
    lane = waiting.lane("traces")
    assert waiting.oldest() == 0.0
    waiting.put(lane, b"12345", 1)
    clock.advance(seconds=2)
    taken = waiting.take()
    assert taken is not None
    waiting.put(lane, b"123", 1)
    clock.advance(seconds=1)
    assert waiting.oldest() == 3.0
    waiting.settle(taken)
    assert waiting.oldest() == 1.0
