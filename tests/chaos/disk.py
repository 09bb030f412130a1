"""What happens to a process and its disk: killed at any moment, started again, its files damaged, the disk full."""

import resource
from functools import partial
from pathlib import Path

from .house import House, Scenario
from .small_disk import SmallDisk
from .wire import HARMS

KILLS_IN_A_ROW = 3


def killed(house: House) -> None:
    """SIGKILL at a random moment under load, and a new start; again and again."""
    for _ in range(KILLS_IN_A_ROW):
        house.flow(house.choice.randint(1, 100))
        house.linger(0.0, 0.3)
        house.kill()
        house.start()


def killed_while_away(house: House) -> None:
    """As above, while the backend is broken in one way or another; and once more while what was kept is read again."""
    house.flow(30)
    for side in house.sides():
        side.wire.turn(house.choice.choice(["down", *HARMS]))
    house.flow(house.choice.randint(1, 200))
    house.kill()
    house.start()
    house.linger(0.0, 0.3)
    house.kill()
    house.start()


def killed_while_starting(house: House) -> None:
    """SIGKILL during a start, at any moment of it."""
    house.flow(100)
    house.kill()
    for _ in range(3):
        house.program.start()
        house.linger(0.1, 1.0)
        house.kill()
    house.start()


def ended_while_away(house: House) -> None:
    """SIGTERM while nothing can be sent: what is held stays on disk, and comes back as `restored`."""
    for side in house.backend:
        side.wire.turn("down")
    house.flow()
    house.end()
    house.start()
    assert house.books("restored") > 0


def files(house: House) -> list[Path]:
    """The files of the queues."""
    return sorted((house.folder / "store").glob("*.db"))


def damaged(house: House, harm: str) -> None:
    """The files are damaged while the program is down: it starts, and what can't be read is said and counted."""
    for side in house.backend:
        side.wire.turn("down")
    house.flow(300)
    house.kill()
    house.may_lose(silently=harm == "truncated")  # a log that is cut short looks like one that ends there
    for file in files(house):
        _spoil(house, file, harm)
    house.start()


def _spoil(house: House, file: Path, harm: str) -> None:
    """Damage a database or its log."""
    target = house.choice.choice([file, file.with_name(f"{file.name}-wal")])
    target = target if target.exists() and target.stat().st_size else file
    data = bytearray(target.read_bytes())
    if harm == "truncated":
        del data[house.choice.randrange(len(data)) :]
    elif harm == "flipped":
        for _ in range(10):
            data[house.choice.randrange(len(data))] ^= 1 << house.choice.randrange(8)
    elif harm == "zeroed":
        start = house.choice.randrange(len(data))
        end = min(len(data), start + 20_000)
        data[start:end] = bytes(end - start)
    else:
        data[:] = house.choice.randbytes(len(data))
    target.write_bytes(data)


def full(house: House, disk: SmallDisk) -> None:
    """Somebody else fills the disk while the backend is away: senders are asked to come again, a kill and a start
    change nothing, what is held is sent all the same, and room heals the rest.
    """
    house.flow()
    for side in house.backend:
        side.wire.turn("down")
    house.flow()
    ballast = f"{disk.folder}/ballast"
    disk.run("sh", "-c", f"head -c 1G /dev/zero >{ballast} 2>/dev/null || true")
    house.refused(20)
    house.kill()
    house.start()
    house.refused(20)
    assert house.books("restored") > 0
    house.backend.heal()
    for side in house.backend:
        house.arrived(side)
    disk.run("rm", ballast)
    house.flow()


def quota(house: House) -> None:
    """No file may grow any more, as under a quota: refused retryably, and taken again when they may."""
    house.flow()
    for side in house.backend:
        side.wire.turn("down")
    limit = house.limit(resource.RLIMIT_FSIZE, 300_000)
    try:
        house.refused(10)
    finally:
        house.limit(resource.RLIMIT_FSIZE, limit)
    house.flow()


KILLS: dict[str, Scenario] = {
    "killed": killed,
    "killed_while_away": killed_while_away,
    "killed_while_starting": killed_while_starting,
    "ended_while_away": ended_while_away,
    "quota": quota,
}
DAMAGE: dict[str, Scenario] = {
    f"store_{harm}": partial(damaged, harm=harm) for harm in ("truncated", "flipped", "zeroed", "overwritten")
}

STORAGE = "directory: store"
