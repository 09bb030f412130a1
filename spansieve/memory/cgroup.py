"""The memory that the process may use: its cgroups' limits, or the machine's memory.

Source: cgroups(7), "/proc/[pid]/cgroup"; proc_pid_mountinfo(5); the kernel's admin-guide/cgroup-v1/memory.rst
(`memory.limit_in_bytes`) and cgroup-v2.rst (`memory.max`).
"""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

PROC = Path("/proc/self")


class _Mount(NamedTuple):
    """A mounted hierarchy that limits memory: the part of it that is mounted, where, and the file with the limit."""

    root: PurePosixPath
    point: Path
    file: str


def total_bytes(proc: Path = PROC) -> int:
    """The smallest limit of the process's cgroups and those above them, the machine's memory at most."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *limits(proc)])


def limits(proc: Path = PROC) -> list[int]:
    """All limits that hold for the process, by version 1 or 2; none where nothing can be read."""
    try:
        groups = (proc / "cgroup").read_text().splitlines()
        mounts = list(_mounts((proc / "mountinfo").read_text()))
    except OSError:
        return []
    found: list[int] = []
    for line in groups:
        _, controllers, path = line.split(":", 2)
        file = _FILES.get("memory" if "memory" in controllers.split(",") else controllers)
        for mount in mounts:
            if mount.file == file:
                found += _on_the_way(mount, PurePosixPath(path))
    return found


_FILES = {"memory": "memory.limit_in_bytes", "": "memory.max"}
"""By the controllers in /proc/self/cgroup: version 2 names none."""


def _mounts(mountinfo: str) -> Iterator[_Mount]:
    for line in mountinfo.splitlines():
        before, _, behind = line.partition(" - ")
        fields, kind = before.split(), behind.split()
        if len(fields) < 5 or len(kind) < 3:
            continue
        if kind[0] == "cgroup2" or (kind[0] == "cgroup" and "memory" in kind[2].split(",")):
            file = _FILES["" if kind[0] == "cgroup2" else "memory"]
            yield _Mount(PurePosixPath(_unescaped(fields[3])), Path(_unescaped(fields[4])), file)


def _unescaped(path: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\134", "\\")):
        path = path.replace(code, character)
    return path


def _on_the_way(mount: _Mount, path: PurePosixPath) -> Iterator[int]:
    """The limits from the mount's own group down to `path`'s. A container may see a path of its host's that lies
    outside of the mount: then the mount is its group.
    """
    below = path.relative_to(mount.root).parts if path.is_relative_to(mount.root) else ()
    here = mount.point
    for part in ("", *below):
        here = here / part
        try:
            text = (here / mount.file).read_text().strip()
        except OSError:
            continue
        if text.isdigit():
            yield int(text)
