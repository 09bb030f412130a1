"""Queues on disk: the process is killed at any moment, ended and started again, its files are damaged."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .disk import DAMAGE, KILLS, STORAGE, full
from .house import House, Setting, built
from .small_disk import SmallDisk, Unavailable

SEED = int(os.environ.get("CHAOS_SEED", "0")) or int.from_bytes(os.urandom(3), "big")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with built(tmp_path_factory.mktemp("chaos"), SEED, Setting(storage=STORAGE)) as one:
        yield one


@pytest.mark.parametrize("fault", KILLS)
def test_nothing_that_was_acknowledged_is_lost(house: House, fault: str) -> None:
    KILLS[fault](house)
    house.settle()


@pytest.mark.parametrize("fault", DAMAGE)
def test_a_damaged_file_costs_at_most_what_was_in_it(house: House, fault: str) -> None:
    DAMAGE[fault](house)
    house.settle()


def test_a_full_disk_refuses_so_that_senders_come_again(tmp_path: Path) -> None:
    try:
        disk = SmallDisk(tmp_path / "store", "64m")
    except Unavailable as why:
        pytest.skip(f"{why}; the fault `quota` stands for it")
    storage = f"directory: {disk.folder}/queues, min_free_bytes: 0"
    with disk, built(tmp_path, SEED, Setting(storage=storage, padding=3000, command=disk.command)) as house:
        full(house, disk)
        house.settle()
