"""file: what stands in the files, whatever happens to the disk."""

import errno
import json
import os
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import ValidationError

from spansieve import zstd
from spansieve.exporters.file import File, FileConfig
from spansieve.exporters.file.backups import backups
from spansieve.exporters.file.grouping import path_of
from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import Signal, count, parse
from spansieve.plugin import Permanent, Rejected, Retry
from spansieve.testing import OK, FakeHost, otlp_request

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
BODY = otlp_request("agent", OK, OK)
Started = Callable[..., File]


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


@pytest.fixture
def started(tmp_path: Path, host: FakeHost) -> Iterator[Started]:
    """Makes exporters that write to `out.jsonl`, and closes them."""
    made: list[File] = []

    def make(**settings: Any) -> File:  # noqa: ANN401
        exporter = File(FileConfig(**{"path": str(tmp_path / "out.jsonl"), **settings}), host)
        made.append(exporter)
        exporter.start()
        return exporter

    yield make
    for exporter in made:
        exporter.shutdown()


def frames(content: bytes) -> list[bytes]:
    found = []
    while content:
        (size,) = struct.unpack(">I", content[:4])
        found.append(content[4 : 4 + size])
        assert len(found[-1]) == size
        content = content[4 + size :]
    return found


def test_one_file_takes_all_signals_a_request_a_line(started: Started, tmp_path: Path) -> None:
    exporter = started()
    sent: list[tuple[Signal, bytes]] = []
    for path in sorted(CAPTURES.glob("openai_semconv/*.pb")):
        signal: Any = path.name.split(".")[1]
        sent.append((signal, path.read_bytes()))
        assert exporter.send(*sent[-1]) is None

    lines = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert len(lines) == len(sent) > 5
    for line, (signal, body) in zip(lines, sent, strict=True):
        assert list(json.loads(line)) == [f"resource{signal.replace('traces', 'spans').capitalize()}"]
        assert count(signal, to_protobuf(signal, line)) == count(signal, body)


def test_ids_are_hex_and_times_text_as_the_collector_reads_them(started: Started, tmp_path: Path) -> None:
    started().send("traces", BODY)
    [span, _] = json.loads((tmp_path / "out.jsonl").read_text())["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert len(span["traceId"]) == 32
    assert isinstance(span["startTimeUnixNano"], str)
    assert to_protobuf("traces", (tmp_path / "out.jsonl").read_bytes()) == BODY


@pytest.mark.parametrize("form", ["json", "proto"])
@pytest.mark.parametrize("compression", ["", "zstd"])
def test_what_is_no_line_stands_behind_its_length(
    form: str, compression: str, started: Started, tmp_path: Path
) -> None:
    exporter = started(format=form, compression=compression)
    exporter.send("traces", BODY)
    exporter.send("traces", BODY)
    content = (tmp_path / "out.jsonl").read_bytes()
    found = content.splitlines() if (form, compression) == ("json", "") else frames(content)
    if compression:
        found = [zstd.decompress(frame) for frame in found]
    assert len(found) == 2
    assert [to_protobuf("traces", each) if form == "json" else each for each in found] == [BODY, BODY]


def test_content_is_for_its_owner_alone(started: Started, tmp_path: Path) -> None:
    started()
    assert (tmp_path / "out.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_start_empties_the_file_unless_append_is_true(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for append, lines in ((True, 1), (True, 2), (False, 1)):
        monkeypatch.setattr("spansieve.exporters.file.exporter._opened", set())  # as in another process
        exporter = started(append=append)
        exporter.send("traces", BODY)
        assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == lines


def test_a_reload_does_not_empty_what_this_process_wrote(started: Started, tmp_path: Path) -> None:
    for lines in (1, 2):
        started(append=False).send("traces", BODY)
        assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == lines


def test_threads_do_not_mix_their_lines(started: Started, tmp_path: Path) -> None:
    exporter = started()
    together = threading.Barrier(4)

    def send(_: int) -> None:
        together.wait()
        for _ in range(50):
            exporter.send("traces", BODY)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    lines = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert len(lines) == 200
    assert set(map(len, lines)) == {len(lines[0])}


class Disk:
    """os.write of a disk that takes a few bytes more and is full then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Room without end, to begin with."""
        self.room: int | None = None
        self._write = os.write
        monkeypatch.setattr(os, "write", self.write)

    def write(self, file: int, data: Any) -> int:  # noqa: ANN401
        """As os.write."""
        if self.room is None:
            return self._write(file, data)
        if self.room == 0:
            raise OSError(28, "No space left on device")
        written = self._write(file, data[: self.room])
        self.room -= written
        return written


@pytest.mark.parametrize("room", [0, 10])
def test_a_full_disk_leaves_no_half_line_and_is_tried_again(
    room: int, started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    exporter = started()
    exporter.send("traces", BODY)
    whole = (tmp_path / "out.jsonl").read_bytes()

    disk.room = room
    with pytest.raises(Retry, match="ENOSPC"):
        exporter.send("traces", BODY)
    assert (tmp_path / "out.jsonl").read_bytes() == whole

    disk.room = None
    exporter.send("traces", BODY)
    assert (tmp_path / "out.jsonl").read_bytes() == whole * 2


def test_what_could_not_be_taken_back_at_once_is_taken_back_later(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    exporter = started()
    exporter.send("traces", BODY)
    whole = (tmp_path / "out.jsonl").read_bytes()

    def broken(_: int, __: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "ftruncate", broken)
        disk.room = 10
        with pytest.raises(Retry):
            exporter.send("traces", BODY)
        disk.room = None
        with pytest.raises(Retry, match="EIO"):
            exporter.send("traces", BODY)
    exporter.send("traces", BODY)
    assert (tmp_path / "out.jsonl").read_bytes() == whole * 2


def test_a_file_that_somebody_removed_is_made_again(started: Started, tmp_path: Path) -> None:
    exporter = started()
    exporter.send("traces", BODY)
    (tmp_path / "out.jsonl").unlink()
    exporter.send("traces", BODY)
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 1


def big(megabytes: float) -> bytes:
    return otlp_request("agent", OK.with_(name="x" * int(megabytes * 1024 * 1024)))


def test_a_grown_file_is_set_aside_under_lumberjacks_name(started: Started, tmp_path: Path) -> None:
    exporter = started(rotation={"max_megabytes": 1})
    exporter.send("traces", big(0.6))
    exporter.send("traces", big(0.6))
    exporter.send("traces", big(0.3))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out-2023-11-14T22-13-20.000.jsonl", "out.jsonl"]
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 2

    exporter.send("traces", big(3))  # larger than any file may be: it gets one of its own
    exporter.send("traces", BODY)  # in the same millisecond: nothing is overwritten
    assert len(backups(tmp_path / "out.jsonl")) == 3
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 1


def test_a_restart_with_rotation_goes_on_with_the_file(started: Started, tmp_path: Path) -> None:
    for lines in (1, 2):
        started(rotation={}).send("traces", BODY)
        assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == lines


def test_old_files_go_by_number_and_by_age(started: Started, tmp_path: Path, host: FakeHost) -> None:
    strangers = ["out-of-the-way.jsonl", "out-2020-01-01T00-00-00.000.txt", "other-2020-01-01T00-00-00.000.jsonl"]
    for name in strangers:
        (tmp_path / name).touch()
    by_number = started(rotation={"max_megabytes": 1, "max_backups": 2})
    for _ in range(5):
        by_number.send("traces", big(0.8))
        host.clock.advance(seconds=86_400)
    assert [stamp for stamp, _ in backups(tmp_path / "out.jsonl")] == [
        "2023-11-18T22-13-20.000",
        "2023-11-17T22-13-20.000",
    ]

    by_age = started(rotation={"max_megabytes": 1, "max_days": 2, "max_backups": 0})
    by_age.send("traces", big(0.8))
    assert [stamp for stamp, _ in backups(tmp_path / "out.jsonl")] == [
        "2023-11-19T22-13-20.000",
        "2023-11-18T22-13-20.000",
        "2023-11-17T22-13-20.000",
    ]
    assert all((tmp_path / name).exists() for name in strangers)


def test_a_rotation_that_failed_half_way_is_finished_later(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = started(rotation={"max_megabytes": 1})
    exporter.send("traces", big(0.8))
    with monkeypatch.context() as patch:
        opening = os.open

        def refuse(*arguments: Any, **more: Any) -> int:  # noqa: ANN401
            if str(arguments[0]).endswith("out.jsonl"):
                raise OSError(24, "Too many open files")
            return opening(*arguments, **more)

        patch.setattr(os, "open", refuse)
        with pytest.raises(Retry, match="EMFILE"):
            exporter.send("traces", big(0.8))
    exporter.send("traces", big(0.8))
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 1
    assert len(backups(tmp_path / "out.jsonl")) == 1


def mixed(*services: str) -> bytes:
    return b"".join(otlp_request(service, OK) for service in services)


def grouped(tmp_path: Path, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    group_by = {"enabled": True, "resource_attribute": "service.name", **more}
    return {"path": str(tmp_path / "by" / "*.jsonl"), "group_by": group_by}


def test_a_file_for_each_value_of_an_attribute(started: Started, tmp_path: Path) -> None:
    exporter = started(**grouped(tmp_path, max_open_files=1))
    assert exporter.send("traces", mixed("a", "b", "a", "team/c")) is None
    assert exporter.send("traces", mixed("a", "b")) is None  # opened again, and not emptied

    def services(name: str) -> list[list[str]]:
        lines = (tmp_path / "by" / name).read_bytes().splitlines()
        return [
            [str(span.resource.attributes["service.name"]) for span in parse("traces", to_protobuf("traces", line))]
            for line in lines
        ]

    assert services("a.jsonl") == [["a", "a"], ["a"]]
    assert services("b.jsonl") == [["b"], ["b"]]
    assert services("team/c.jsonl") == [["team/c"]]
    assert len(exporter._writers) == 1


def test_resources_without_the_attribute_are_rejected_and_counted(started: Started, tmp_path: Path) -> None:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add()
    exporter = started(**grouped(tmp_path))
    answer = exporter.send("traces", mixed("a") + request.SerializeToString())
    assert isinstance(answer, Rejected)
    assert answer.items == 1


def test_a_value_that_no_file_can_bear_does_not_stop_the_others(started: Started, tmp_path: Path) -> None:
    exporter = started(**grouped(tmp_path))
    exporter.send("traces", mixed("a"))
    answer = exporter.send("traces", mixed("a.jsonl/b", "c", "a"))  # a.jsonl is a file, so no directory
    assert isinstance(answer, Rejected)
    assert answer.items == 1
    assert (tmp_path / "by" / "c.jsonl").exists()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("a", "/data/a.jsonl"),
        ("", "/data/.jsonl"),
        ("../../etc/passwd", "/data/etc/passwd.jsonl"),
        ("..", "/data/...jsonl"),
        ("./a", "/data/a.jsonl"),
        ("/etc/passwd", "/data/etc/passwd.jsonl"),
        ("a/../../../b", "/data/b.jsonl"),
        ("a\x00\nb", "/data/a__b.jsonl"),
    ],
)
def test_a_value_cannot_leave_the_directory(value: str, path: str) -> None:
    assert path_of("/data/*.jsonl", value) == path


def test_a_long_value_is_cut_and_stays_its_own() -> None:
    names = {path_of("/data/*.jsonl", "x" * 1000 + end) for end in "ab"}
    assert len(names) == 2
    assert all(len(name) < 200 for name in names)


def test_what_is_no_otlp_is_final(started: Started, tmp_path: Path) -> None:
    for exporter in (started(), started(**grouped(tmp_path))):
        with pytest.raises(Permanent) as failure:
            exporter.send("traces", b"\x0a\xff\xff")
        assert failure.value.undecodable


@pytest.mark.parametrize(
    ("path", "settings", "problem"),
    [
        ("new/out.jsonl", {}, "the directory {0}/new is not there. Make it, or set create_directory: true."),
        ("folder", {}, "{0}/folder is a directory. Name a file in it, such as {0}/folder/telemetry.jsonl."),
        ("taken/out.jsonl", {}, "{0}/taken is a file, so nothing can stand below it. Name another path."),
        ("taken/out.jsonl", {"create_directory": True}, "{0}/taken is a file, so nothing can stand below it."),
        ("taken/a/out.jsonl", {"create_directory": True}, "{0}/taken is a file, so nothing can stand below it."),
    ],
)
def test_a_start_that_fails_names_the_key_and_the_mend(
    started: Started, tmp_path: Path, path: str, settings: dict[str, object], problem: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "taken").touch()
    with pytest.raises(OSError, match="path: ") as failure:
        started(path=str(tmp_path / path), **settings)
    assert str(failure.value).startswith("exporters.")
    assert problem.format(tmp_path) in str(failure.value)
    assert "Errno" not in str(failure.value)


@pytest.mark.parametrize("there", [True, False])
def test_a_start_without_permission_says_what_is_not_permitted(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    path = tmp_path / "out.jsonl"
    if there:
        path.touch()

    def refuse(*_: object) -> int:  # a real refusal needs a user other than root
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OSError, match="no permission to") as failure:
        started(path=str(path))
    assert (f"write {path}." if there else f"make a file in {tmp_path}.") in str(failure.value)
    assert "Errno" not in str(failure.value)


def test_directories(started: Started, tmp_path: Path) -> None:
    started(path=str(tmp_path / "new" / "out.jsonl"), create_directory=True, directory_permissions="0700")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "path"),
        ({"path": ""}, "path"),
        ({"path": "a", "append": True, "rotation": {}}, "append and rotation do not go together"),
        ({"path": "a", "append": True, "compression": "zstd"}, "append and compression do not go together"),
        ({"path": "a", "group_by": {"enabled": True}}, "exactly one"),
        ({"path": "*a", "group_by": {"enabled": True}}, "not at its start"),
        ({"path": "a*", "group_by": {"enabled": True, "resource_attribute": ""}}, "name the attribute"),
        ({"path": "a*", "group_by": {"enabled": True}, "rotation": {}}, "rotation and group_by"),
        ({"path": "a", "directory_permissions": "rwx"}, "no octal mode"),
    ],
)
def test_mistakes_are_refused_with_the_mend(settings: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        FileConfig(**settings)  # type: ignore[arg-type]
