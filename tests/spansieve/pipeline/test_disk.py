"""A queue on disk: what waits there comes back, in order, once, and the books hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.extensions.storage import SqliteStorage, StorageConfig
from spansieve.pipeline.books import Books
from spansieve.pipeline.disk import WINDOW, Mark, mark_of
from spansieve.pipeline.lane import KEPT_BYTES, Lane, Taken
from spansieve.pipeline.queue import Queue
from spansieve.plugin import Batching, QueueConfig, Storage, StorageError
from spansieve.telemetry.instruments import Instruments
from spansieve.testing import FakeClock, FakeHost


class Disk:
    """A queue on a directory; `again` is what the next process sees."""

    def __init__(self, directory: Path, **settings: object) -> None:
        self._directory = directory
        self._settings = {"storage": "storage", **settings}
        self.open()

    def again(self) -> "Disk":
        self.extension.shutdown()
        self.open()
        return self

    def open(self) -> None:
        config = StorageConfig(directory=str(self._directory), min_free_bytes=0)
        self.extension = SqliteStorage(config, FakeHost("storage"))
        self.extension.start()
        self.clock = FakeClock()
        self.queue = Queue(QueueConfig.model_validate(self._settings), self.clock, lambda: None)
        self.queue.open(self.storage)
        self.lane = self.queue.lane("traces")

    @property
    def storage(self) -> Storage:
        return self.extension.storage("queue")

    def put(self, *bodies: bytes, lane: Lane | None = None) -> None:
        for body in bodies:
            one = lane or self.lane
            self.queue.put(one, body, 1, key=self.queue.write(one, body, 1))

    def take(self) -> Taken:
        self.clock.advance(seconds=1)
        taken = self.queue.take_now()
        assert taken is not None
        assert self.queue.load(taken) == 0
        return taken

    def bodies(self, *, settle: bool = True) -> list[bytes]:
        """All that waits, taken out."""
        found: list[bytes] = []
        self.clock.advance(seconds=1)
        while (taken := self.queue.take_now()) is not None:
            self.queue.load(taken)
            found += [entry.body for entry in taken.entries]
            if settle:
                self.queue.settle(taken)
        return found


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path)
    yield made
    made.extension.shutdown()


@given(
    st.text(min_size=1, max_size=12),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**16 - 1),
    st.integers(0, 10**9),
    st.integers(0, 10**12),
)
def test_a_key_says_what_it_was_made_of(pipeline: str, number: int, part: int, items: int, size: int) -> None:
    mark = Mark(pipeline, number, part, items, size)
    assert mark_of(mark.key()) == mark


@given(st.text(max_size=40))
def test_a_key_of_somebody_else_says_nothing(key: str) -> None:
    mark = mark_of(key)
    assert mark is None or mark.key() == key


def test_keys_of_a_pipeline_sort_by_their_order() -> None:
    marks = [Mark("traces", number, part, 1, 1) for number in (0, 9, 10, 255, 256, 2**40) for part in (0, 1, 16)]
    assert sorted(mark.key() for mark in marks) == [mark.key() for mark in marks]


def test_what_waits_comes_back_after_a_start_oldest_first(disk: Disk) -> None:
    disk.put(b"a", b"b", b"c")
    disk.again()
    assert disk.lane.held == 3
    assert disk.bodies() == [b"a", b"b", b"c"]
    assert disk.again().bodies() == []


def test_what_is_in_flight_when_the_process_ends_comes_again(disk: Disk) -> None:
    disk.put(b"a", b"b")
    disk.take()
    disk.put(b"c")
    assert disk.again().bodies() == [b"a", b"b", b"c"]


def test_of_many_requests_a_window_is_in_memory(disk: Disk) -> None:
    bodies = [str(number).encode() for number in range(2 * WINDOW + 10)]
    disk.put(*bodies)
    assert len(disk.lane.entries) == WINDOW
    assert disk.queue.size == len(bodies)
    assert disk.bodies() == bodies
    assert disk.queue.size == 0


def test_a_start_counts_all_and_reads_a_window(disk: Disk) -> None:
    bodies = [str(number).encode() for number in range(WINDOW + 10)]
    disk.put(*bodies)
    disk.again()
    assert (disk.queue.size, disk.lane.items, disk.lane.size_bytes) == (len(bodies), len(bodies), len(b"".join(bodies)))
    assert len(disk.lane.entries) == 0
    disk.put(b"new")
    assert disk.bodies() == [*bodies, b"new"]


def test_of_bodies_that_wait_a_bounded_part_is_in_memory(disk: Disk) -> None:
    body = b"a" * (KEPT_BYTES // 4)
    disk.put(*[body] * 8)
    assert sum(len(entry.body) for entry in disk.lane.entries) == KEPT_BYTES
    taken = disk.take()
    assert set(taken.body) == {ord("a")}
    disk.queue.give_back(taken)
    assert sum(len(entry.body) for entry in disk.lane.entries) < KEPT_BYTES
    assert disk.bodies() == [body] * 8
    disk.put(body)
    assert disk.lane.entries[0].body == body


def test_what_was_not_sent_of_a_batch_takes_its_place(disk: Disk) -> None:
    disk.queue.batch(disk.lane, Batching(0, 0, 0))
    disk.put(b"ab", b"cd")
    taken = disk.take()
    disk.put(b"later")
    disk.queue.give_back(taken, [(b"b", 1)])
    assert disk.lane.held == 2
    assert disk.bodies(settle=False) == [b"b", b"later"]
    assert disk.again().bodies() == [b"b", b"later"]


def test_pieces_of_a_batch_do_not_come_twice_when_more_is_read_on(disk: Disk) -> None:
    disk.queue.batch(disk.lane, Batching(0, 0, 0))
    bodies = [b"%d" % number for number in range(WINDOW + 5)]
    disk.put(*bodies)
    taken = disk.take()
    assert len(taken.entries) == WINDOW
    disk.queue.give_back(taken, [(b"x", 1), (b"y", 1)])
    assert disk.bodies() == [b"x", b"y", *bodies[WINDOW:]]


def test_a_pipeline_that_is_gone_leaves_its_lane(disk: Disk) -> None:
    disk.put(b"a", lane=disk.queue.lane("traces/old"))
    disk.again()
    assert {lane.pipeline: lane.held for lane in disk.queue.lanes()} == {"traces": 0, "traces/old": 1}
    assert disk.bodies() == [b"a"]


def test_a_record_that_was_lost_is_taken_out_of_its_batch(disk: Disk) -> None:
    disk.put(b"a", b"b", b"c")
    disk.again()
    disk.lane.read_on()
    disk.storage.delete(disk.lane.entries[1].key)
    disk.clock.advance(seconds=1)
    taken = disk.queue.take_now()
    assert taken is not None
    assert disk.queue.load(taken) == 1
    assert (taken.body, taken.items, disk.lane.held) == (b"ac", 2, 2)
    disk.queue.settle(taken)
    assert disk.lane.held == 0
    assert disk.queue.held_bytes == 0


def test_what_a_damaged_storage_lost_unread_has_failed(disk: Disk) -> None:
    disk.put(*[b"x"] * (WINDOW + 5))
    books = Books(Instruments())
    ledger = disk.lane.ledger = books.open("traces", "otlp")
    ledger.attach({disk.lane: lambda: disk.lane.held})
    disk.storage.delete(*disk.storage.scan()[-3:])
    sent = len(disk.bodies())
    ledger.count("exported", sent)
    assert sent == WINDOW + 2
    assert (disk.lane.held, disk.queue.size) == (0, 0)
    assert [line.missing for line in books.balance()] == [0]


def test_room_is_what_the_storage_has_unless_the_queue_says_less(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "a", queue_size=10)
    assert disk.queue.room(1, 1, 2**30)
    assert not disk.queue.room(1, 1, 2**50)
    disk.extension.shutdown()
    assert not disk.queue.room(1, 1, 1)
    smaller = Disk(tmp_path / "b", max_bytes=100)
    assert not smaller.queue.room(1, 1, 101)
    smaller.extension.shutdown()


def test_deletes_that_the_storage_could_not_do_are_done_later(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.put(b"a", b"b")
    disk.queue.batch(disk.lane, Batching(0, 1, 0))
    first = disk.take()
    storage = disk.storage

    def full(*_: str) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "delete", full)
        disk.queue.settle(first)
    assert disk.lane.held == 1
    assert len(storage.scan()) == 2
    disk.queue.settle(disk.take())
    assert storage.scan() == []


def test_a_storage_that_was_opened_anew_goes_on_with_what_is_in_flight(disk: Disk) -> None:
    disk.put(b"a")
    taken = disk.take()
    disk.put(b"b")
    disk.extension.shutdown()
    disk.extension.start()
    disk.queue.open(disk.storage)
    assert disk.lane.held == 2
    disk.queue.settle(taken)
    assert disk.bodies() == [b"b"]
    assert disk.storage.scan() == []


def test_an_empty_directory_instead_has_failed_what_waited(disk: Disk) -> None:
    disk.put(b"a")
    books = Books(Instruments())
    ledger = disk.lane.ledger = books.open("traces", "otlp")
    ledger.attach({disk.lane: lambda: disk.lane.held})
    disk.queue.open(disk.extension.storage("another"))
    assert [(line.came, line.went, line.held) for line in books.balance()] == [(1, 1, 0)]
