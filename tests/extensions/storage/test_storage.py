"""storage: what is kept outlives the process and the damage of its file, within its bounds."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spansieve.extensions.storage import SqliteStorage, StorageConfig
from spansieve.plugin import StorageError
from spansieve.testing import FakeHost

MIB = 1024 * 1024


class House:
    """A storage on a directory, which can be opened anew as after the end of a process."""

    def __init__(self, directory: Path, **keys: object) -> None:
        self.directory = directory
        self.keys = {"directory": str(directory), "min_free_bytes": 0, **keys}
        self.open()

    def open(self) -> SqliteStorage:
        self.host = FakeHost("storage")
        self.storage = SqliteStorage(StorageConfig.model_validate(self.keys), self.host)
        self.storage.start()
        self.room = self.storage.storage("exporter_otlp_traces")
        return self.storage

    def reopen(self) -> None:
        self.storage.shutdown()
        self.open()

    @property
    def file(self) -> Path:
        return self.directory / "exporter_otlp_traces.db"

    def content(self) -> dict[str, bytes | None]:
        return {key: self.room.get(key) for key in self.room.scan()}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "storage")
    yield made
    made.storage.shutdown()


def fill(house: House, records: int, size: int = 3_000) -> dict[str, bytes]:
    chance = random.Random(5)
    content = {f"{number:06d}": chance.randbytes(size) for number in range(records)}
    for key, value in content.items():
        house.room.put(key, value)
    return content


def test_what_is_kept_is_there_after_a_start_and_what_is_deleted_is_not(house: House) -> None:
    house.room.put("a", b"1")
    house.room.put("b", b"2")
    house.room.put("a", b"3")
    house.room.delete("b", "unknown")
    house.reopen()
    assert house.content() == {"a": b"3"}
    assert house.room.get("b") is None


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.text(min_size=1, max_size=4), st.binary(max_size=200)),
        st.tuples(st.just("delete"), st.lists(st.text(min_size=1, max_size=4), max_size=3), st.none()),
        st.tuples(st.just("reopen"), st.none(), st.none()),
    ),
    max_size=30,
)


@given(OPERATIONS, st.text(max_size=2), st.text(max_size=2), st.none() | st.integers(0, 5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_is_a_sorted_mapping(
    tmp_path_factory: pytest.TempPathFactory,
    operations: list[tuple[str, object, object]],
    prefix: str,
    after: str,
    limit: int | None,
) -> None:
    house = House(tmp_path_factory.mktemp("storage"))
    model: dict[str, bytes] = {}
    for word, first, second in operations:
        if word == "put":
            assert isinstance(first, str)
            assert isinstance(second, bytes)
            house.room.put(first, second)
            model[first] = second
        elif word == "delete":
            assert isinstance(first, list)
            house.room.delete(*first)
            for key in first:
                model.pop(key, None)
        else:
            house.reopen()
    assert house.content() == model
    wanted = [key for key in sorted(model) if key.startswith(prefix) and key > after]
    assert house.room.scan(prefix, after, limit) == wanted[:limit]
    house.storage.shutdown()


def test_a_transaction_is_kept_as_a_whole_or_not_at_all(house: House) -> None:
    house.room.put("a", b"1")

    def fail() -> None:
        with house.room.transaction():
            house.room.put("b", b"2")
            house.room.delete("a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert house.content() == {"a": b"1"}
    with house.room.transaction():
        house.room.put("b", b"2")
        house.room.delete("a")
    assert house.content() == {"b": b"2"}


def test_threads_take_turns(house: House) -> None:
    def work(name: str) -> None:
        for number in range(50):
            house.room.put(f"{name}{number}", name.encode())
            house.room.delete(f"{name}{number - 1}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert house.room.scan() == ["a49", "b49", "c49", "d49"]


KEEPER = """
import os, signal, sys
from spansieve.extensions.storage import SqliteStorage, StorageConfig
from spansieve.testing import FakeHost
storage = SqliteStorage(StorageConfig(directory=sys.argv[1], min_free_bytes=0), FakeHost())
storage.start()
room = storage.storage("exporter_otlp_traces")
for number in range(10**6):
    room.put(f"{number:06d}", str(number).encode() * 500)
    print(number, flush=True)
"""


def test_a_process_that_is_killed_leaves_all_that_it_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KEEPER, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    kept = [int(next(process.stdout)) for _ in range(300)][-1]
    process.kill()
    process.wait()
    house = House(tmp_path)
    content = house.content()
    assert {f"{number:06d}" for number in range(kept + 1)} <= set(content)
    assert all(value == str(int(key)).encode() * 500 for key, value in content.items())
    assert house.host.counts["damaged_files",] == 0
    house.storage.shutdown()


def test_a_second_process_on_the_directory_is_told_what_is_wrong(house: House) -> None:
    second = SqliteStorage(StorageConfig.model_validate({**house.keys, "timeout": "50ms"}), FakeHost("storage"))
    with pytest.raises(OSError, match=r"extensions\.storage\.directory: .*another process uses it") as told:
        second.start()
    assert "Give each process a directory of its own" in str(told.value)
    house.storage.shutdown()
    second.start()
    second.shutdown()


def test_a_directory_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    missing = SqliteStorage(StorageConfig(directory=str(tmp_path / "no"), create_directory=False), FakeHost("storage"))
    with pytest.raises(OSError, match=r"no must exist"):
        missing.start()
    (tmp_path / "file").touch()
    inside_a_file = SqliteStorage(StorageConfig(directory=str(tmp_path / "file" / "x")), FakeHost("storage"))
    with pytest.raises(OSError, match=r"can't be used"):
        inside_a_file.start()


def test_files_are_for_their_owner_alone(house: House) -> None:
    house.room.put("a", b"1")
    assert house.directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in house.directory.iterdir()} == {0}


def test_owners_do_not_meet_and_any_name_is_a_file(house: House) -> None:
    names = ["exporter_otlp/a_traces", "exporter_otlp_a_traces", "exporter_otlp/../../x", "ä"]
    for name in names:
        house.storage.storage(name).put("key", name.encode())
    assert [house.storage.storage(name).get("key") for name in names] == [name.encode() for name in names]
    assert all(path.parent == house.directory for path in house.directory.rglob("*.db"))


# --- bounds


def test_max_bytes_is_for_all_owners_and_deleting_makes_room(tmp_path: Path) -> None:
    house = House(tmp_path, max_bytes=2 * MIB)
    other = house.storage.storage("other")
    other.put("x", b"x" * MIB)
    house.room.put("a", b"a" * (MIB // 2))
    assert not house.room.room(MIB)
    with pytest.raises(StorageError, match="full"):
        house.room.put("b", b"b" * MIB)
    assert house.content() == {"a": b"a" * (MIB // 2)}
    other.delete("x")
    other.room(0)
    house.room.put("b", b"b" * MIB)
    house.storage.shutdown()


def test_below_min_free_bytes_nothing_is_taken(tmp_path: Path) -> None:
    house = House(tmp_path, min_free_bytes=2**62)
    assert not house.room.room(1)
    with pytest.raises(StorageError, match="full"):
        house.room.put("a", b"1")
    house.storage.shutdown()


def test_what_was_deleted_makes_room_though_the_file_keeps_its_size(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = fill(house, 30, 64 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=MIB))
    assert not house.room.room(4 * MIB)  # large enough for a look at the disk
    assert not house.room.room(64 * 1024)
    house.room.delete(*content)
    house.room.put("a", bytes(64 * 1024))
    assert not house.room.room(4 * MIB)


def test_room_that_others_make_is_seen_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [9 * MIB]  # of which the file's log may need 8
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free[0]))
    assert [house.room.room(2 * MIB) for _ in range(3)] == [False] * 3
    free[0] = 11 * MIB
    assert house.room.room(2 * MIB)


def test_a_large_file_gives_its_space_back(house: House) -> None:
    content = fill(house, 600, 128 * 1024)
    full = house.file.stat().st_size
    for key in content:
        house.room.delete(key)
    house.reopen()
    assert house.file.stat().st_size < full * 2 / 3


def test_after_the_end_everything_says_so(house: House) -> None:
    house.storage.shutdown()
    with pytest.raises(StorageError, match="closed"):
        house.room.get("a")
    with pytest.raises(StorageError, match="closed"):
        house.room.put("a", b"")
    with pytest.raises(StorageError, match="closed"):
        house.room.scan()
    assert not house.room.room(1)
    with pytest.raises(StorageError, match="closed"):
        house.storage.storage("late")


def test_a_file_without_owner_is_named_once_all_runs(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.storage.storage("exporter_gone_traces").put("a", b"1")
    house.reopen()
    house.storage.ready()
    assert "exporter_gone_traces.db belongs to nobody" in caplog.text


# --- damage


def test_a_record_that_is_not_what_was_written_is_never_returned(house: House) -> None:
    fill(house, 3)
    house.storage.shutdown()
    db = sqlite3.connect(house.file)
    db.execute("UPDATE records SET value = zeroblob(3000) WHERE key = '000001'")
    db.commit()
    db.close()
    house.open()
    assert [house.room.get(key) is None for key in ("000000", "000001", "000002")] == [False, True, False]
    assert house.host.counts["lost_records",] == 1
    assert house.room.scan() == ["000000", "000002"]


def test_a_truncated_file_is_set_aside_and_what_can_be_read_is_taken_over(house: House) -> None:
    content = fill(house, 500)
    house.storage.shutdown()
    os.truncate(house.file, house.file.stat().st_size // 2)
    house.open()
    left = house.content()
    assert len(left) > 100
    assert all(content[key] == value for key, value in left.items())
    assert house.host.counts["damaged_files",] == 1
    assert house.host.counts["lost_records",] == len(content) - len(left)
    assert house.file.with_name(f"{house.file.name}.damaged-1").exists()
    house.room.put("new", b"1")
    assert house.room.get("new") == b"1"


@pytest.mark.parametrize("what", ["nothing", "noise", "zeros"])
def test_a_file_that_is_none_any_more_is_set_aside(house: House, what: str) -> None:
    fill(house, 10)
    house.storage.shutdown()
    size = house.file.stat().st_size
    house.file.write_bytes({"nothing": b"", "noise": random.Random(1).randbytes(size), "zeros": bytes(size)}[what])
    house.open()
    assert house.content() == {}
    assert house.host.counts["damaged_files",] == 1
    house.room.put("new", b"1")
    house.reopen()
    assert house.content() == {"new": b"1"}


@given(st.integers(0, 2**32), st.integers(1, 40), st.booleans())
@settings(max_examples=80, deadline=None)
def test_whatever_is_damaged_no_wrong_value_comes_out_and_it_goes_on(
    tmp_path_factory: pytest.TempPathFactory, seed: int, flips: int, log: bool
) -> None:
    house = House(tmp_path_factory.mktemp("storage"))
    content = fill(house, 60)
    wal = house.file.with_name(f"{house.file.name}-wal")
    before = wal.read_bytes()
    house.storage.shutdown()
    if log:  # as after a kill: the log is still there
        wal.write_bytes(before)
    victim = wal if log else house.file
    raw = bytearray(victim.read_bytes())
    chance = random.Random(seed)
    for _ in range(flips):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    victim.write_bytes(raw)
    house.open()
    left = house.content()
    assert all(content[key] == value for key, value in left.items() if value is not None)
    house.room.put("new", b"1")
    house.reopen()
    assert house.room.get("new") == b"1"
    house.storage.shutdown()


def test_a_log_that_ends_early_is_counted(tmp_path: Path) -> None:
    house = House(tmp_path)
    content = fill(house, 30)
    wal = house.file.with_name(f"{house.file.name}-wal")
    raw, main = bytearray(wal.read_bytes()), house.file.read_bytes()
    house.storage.shutdown()
    raw[len(raw) // 2] ^= 1
    house.file.write_bytes(main)
    wal.write_bytes(raw)
    house.open()
    left = house.content()
    assert 0 < len(left) < len(content)
    assert house.host.counts["damaged_files",] == 1
    assert house.host.counts["lost_records",] >= len(content) - len(left)
    house.storage.shutdown()


@pytest.mark.parametrize("kept", [0, 24])
def test_a_log_with_a_hole_is_counted_once(tmp_path: Path, kept: int) -> None:
    house = House(tmp_path)
    content = fill(house, 30)
    wal = house.file.with_name(f"{house.file.name}-wal")
    raw, main = bytearray(wal.read_bytes()), house.file.read_bytes()
    house.storage.shutdown()
    frame = 24 + 16 * 1024
    begin = 32 + (len(raw) - 32) // frame // 2 * frame + kept  # a frame's header is its first 24 bytes
    raw[begin : begin + 20_000] = bytes(20_000)
    house.file.write_bytes(main)
    wal.write_bytes(raw)
    house.open()
    left = house.content()
    assert 0 < len(left) < len(content)
    assert house.host.counts["damaged_files",] == 1
    house.room.put("new", b"1")
    raw, main = bytearray(wal.read_bytes()), house.file.read_bytes()
    house.storage.shutdown()
    house.file.write_bytes(main)  # as after a kill: the log is still there
    wal.write_bytes(raw)
    house.open()
    assert set(house.content()) == {*left, "new"}
    assert house.host.counts["damaged_files",] == 0
    house.storage.shutdown()


def test_a_log_whose_end_is_blank_is_counted(tmp_path: Path) -> None:
    house = House(tmp_path)
    fill(house, 30)
    wal = house.file.with_name(f"{house.file.name}-wal")
    raw, main = bytearray(wal.read_bytes()), house.file.read_bytes()
    house.storage.shutdown()
    house.file.write_bytes(main)
    wal.write_bytes(raw[:-20_000] + bytes(20_000))
    house.open()
    assert house.host.counts["damaged_files",] == 1
    house.storage.shutdown()


def test_damage_that_shows_while_it_runs_is_healed(house: House) -> None:
    content = fill(house, 500)
    house.reopen()
    with house.file.open("r+b") as file:
        size = house.file.stat().st_size
        file.seek(size // 2)
        file.write(random.Random(3).randbytes(size // 4))
    got = {key: house.room.get(key) for key in content}
    assert all(value is None or value == content[key] for key, value in got.items())
    assert any(value is not None for value in got.values())
    house.room.put("new", b"1")
    assert house.room.get("new") == b"1"


def test_only_so_many_damaged_files_are_kept(house: House) -> None:
    for _ in range(6):
        house.storage.shutdown()
        house.file.write_bytes(b"")
        house.open()
    aside = sorted(path.name for path in house.directory.glob("*.damaged-*"))
    assert aside == [f"exporter_otlp_traces.db.damaged-{number}" for number in (4, 5, 6)]
