"""The files that rotation sets aside: `<name>-2026-01-31T10-04-05.000<.ext>`, and which of them go.

Source of the names: lumberjack v2 (`backupTimeFormat`), which the Go Collector's file exporter uses.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .config import RotationConfig

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}")


def _stamp(time_ns: int, localtime: bool) -> str:
    moment = datetime.fromtimestamp(time_ns // 1_000_000_000, None if localtime else UTC)
    return f"{moment:%Y-%m-%dT%H-%M-%S}.{time_ns // 1_000_000 % 1000:03d}"


def backup_path(path: Path, time_ns: int, localtime: bool) -> Path:
    """Where `path` is set aside at `time_ns`: the first name, from that millisecond on, that nothing stands under."""
    while True:
        aside = path.with_name(f"{path.stem}-{_stamp(time_ns, localtime)}{path.suffix}")
        if not aside.exists():
            return aside
        time_ns += 1_000_000


def backups(path: Path) -> list[tuple[str, Path]]:
    """What was set aside of `path`, newest first, with the stamp of each. Raises OSError."""
    start, end = f"{path.stem}-", path.suffix
    found = []
    for other in path.parent.iterdir():
        name = other.name
        if name.startswith(start) and name.endswith(end):
            stamp = name[len(start) : len(name) - len(end)]
            if _STAMP.fullmatch(stamp):
                found.append((stamp, other))
    return sorted(found, reverse=True)


def remove_old(path: Path, time_ns: int, rotation: RotationConfig) -> int:
    """Remove what `rotation` does not keep of the files set aside; returns how many went. Raises OSError."""
    oldest = ""
    if rotation.max_days:
        oldest = _stamp(time_ns - int(timedelta(days=rotation.max_days).total_seconds()) * 10**9, rotation.localtime)
    gone = 0
    for place, (stamp, file) in enumerate(backups(path)):
        if stamp < oldest or (rotation.max_backups and place >= rotation.max_backups):
            file.unlink(missing_ok=True)
            gone += 1
    return gone
