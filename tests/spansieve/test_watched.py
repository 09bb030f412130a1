"""Watched: what files say, read again when they change, with the clock told."""

import os
from pathlib import Path

import pytest

from spansieve.testing import FakeHost
from spansieve.watched import Watched


def number_in(file: Path) -> int:
    return int(file.read_text())


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "number"
    path.write_text("1")
    return path


def test_a_changed_file_is_read_again_after_the_interval(host: FakeHost, file: Path) -> None:
    watched = Watched([str(file), None], lambda: number_in(file), host, what="numbers")
    file.write_text("22")
    assert watched.get() == 1  # looked at less than a second ago
    host.clock.advance(seconds=1)
    assert watched.get() == 22
    assert host.counts["file_reloads", "taken", "numbers"] == 1
    host.clock.advance(seconds=1)
    assert watched.get() == 22
    assert host.counts["file_reloads", "taken", "numbers"] == 1


def test_a_bad_file_leaves_the_former_value_and_is_said_once(
    host: FakeHost, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched([str(file)], lambda: number_in(file), host, what="numbers")
    for _ in range(3):
        file.unlink(missing_ok=True)
        host.clock.advance(seconds=1)
        assert watched.get() == 1
    assert host.counts["file_reloads", "kept_former", "numbers"] == 1
    assert "the new numbers can't be used, the former ones stay in force: No such file" in caplog.text
    file.write_text("3")
    host.clock.advance(seconds=1)
    assert watched.get() == 3


def test_the_same_size_at_the_same_time_is_still_another_file(host: FakeHost, file: Path) -> None:
    watched = Watched([str(file)], lambda: number_in(file), host, what="numbers")
    before = file.stat()
    other = file.with_name("other")
    other.write_text("7")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)
    host.clock.advance(seconds=1)
    assert watched.get() == 7


def test_zero_never_looks_again(host: FakeHost, file: Path) -> None:
    watched = Watched([str(file)], lambda: number_in(file), host, what="numbers", every=0)
    file.write_text("22")
    host.clock.advance(seconds=1e6)
    assert watched.get() == 1


def test_what_can_t_be_had_at_first_is_raised(host: FakeHost, file: Path) -> None:
    file.write_text("x")
    with pytest.raises(ValueError, match="invalid literal"):
        Watched([str(file)], lambda: number_in(file), host, what="numbers")
