"""A small file system of one's own: a tmpfs in a private mount namespace, where the system allows one to a user.

Source: unshare(1), nsenter(1), user_namespaces(7). Containers often forbid it; `SmallDisk` then raises Unavailable.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

NAMESPACES = ("--user", "--mount")
MOUNT = 'mount -t tmpfs -o size="$1" none "$2" && echo mounted && exec cat'


class Unavailable(Exception):
    """The system does not let this user have a mount namespace."""


class SmallDisk:
    """Holds the namespace open until `close`; `command` runs `spansieve` inside it."""

    def __init__(self, folder: Path, size: str) -> None:
        """Mount a tmpfs of `size` (as mount(8) has it) on `folder`. Raises Unavailable."""
        if shutil.which("unshare") is None or shutil.which("nsenter") is None:
            raise Unavailable("unshare and nsenter of util-linux are not installed")
        self.folder = folder
        folder.mkdir()
        unshare = ["unshare", *NAMESPACES, "--map-root-user", "sh", "-c", MOUNT, "sh", size, str(folder)]
        self._holder = subprocess.Popen(  # noqa: S603
            unshare, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != "mounted\n":
            _, why = self._holder.communicate()
            raise Unavailable(f"no mount namespace for this user: {why.strip()}")

    @property
    def _enter(self) -> list[str]:
        return ["nsenter", "--target", str(self._holder.pid), *NAMESPACES, "--preserve-credentials"]

    @property
    def command(self) -> list[str]:
        """`spansieve`, seeing this disk."""
        return [*self._enter, "--", sys.executable, "-m", "spansieve"]

    def run(self, *arguments: str) -> str:
        """Run a program inside; its output."""
        return subprocess.run([*self._enter, "--", *arguments], check=True, capture_output=True, text=True).stdout  # noqa: S603

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the namespace; what is on the disk is gone."""
        self._holder.communicate("")
