"""What files say, read again when one of them has changed: certificates, tokens, passwords.

No thread looks at them: whoever uses the value does, at most once an interval. A file that is replaced while it is
read, or by a link as Kubernetes does it, is seen, because its identity changes with its content.
"""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

from spansieve.plugin import Host

ValueT = TypeVar("ValueT")
_Look = tuple[tuple[int, ...], ...]


def _look(files: Iterable[Path]) -> _Look:
    """What tells one state of the files from another."""
    found: list[tuple[int, ...]] = []
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            found.append((0,))
        else:
            found.append((stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))
    return tuple(found)


class Watched(Generic[ValueT]):
    """`make()` of `files`, made again when one of them changed. What can't be used leaves the former value in force."""

    def __init__(
        self, files: Iterable[str | None], make: Callable[[], ValueT], host: Host, *, what: str, every: float = 1.0
    ) -> None:
        """Make it once. `every` is how many seconds pass at least between two looks, 0 = never again; `what` names it
        in the log and in the label of `file_reloads`. Raises what `make` raises, ValueError or OSError.
        """
        self._files = [Path(file) for file in files if file]
        self._make = make
        self._host = host
        self._what = what
        self._every = every
        self._lock = threading.Lock()
        self._reloads = host.counter("file_reloads", description="Changed files that were read again, by outcome.")
        self._seen = _look(self._files)  # before reading: what changes from now on is read again
        self._next = host.clock.monotonic() + every
        self._value = make()

    def get(self) -> ValueT:
        """The value in force; from any thread."""
        if self._every and self._files and self._host.clock.monotonic() >= self._next:
            with self._lock:
                self._refresh()
        return self._value

    def _refresh(self) -> None:
        now = self._host.clock.monotonic()
        if now < self._next:
            return
        self._next = now + self._every
        seen = _look(self._files)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self._value = self._make()
        except (ValueError, OSError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._reloads.add(1, outcome="kept_former", what=self._what)
            self._host.log.error("the new %s can't be used, the former ones stay in force: %s", self._what, why)
        else:
            self._reloads.add(1, outcome="taken", what=self._what)
            self._host.log.info("the changed %s are in force", self._what)
