"""Write each request to a file, whole or not at all, before it counts as sent."""

import errno
import threading
from collections import OrderedDict
from pathlib import Path

from spansieve.pdata import DecodeError, count
from spansieve.plugin import Exporter, Host, Permanent, Rejected, Retry, Signal

from .config import FileConfig
from .framing import record
from .grouping import by_resource, path_of, value_of
from .mistakes import explained
from .writer import Writer

_NEVER = {errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.EINVAL, errno.ELOOP}
"""What a path that a resource's attribute led to may fail with for ever; all else (a full disk, no right) may heal."""


def failure(error: OSError) -> Retry:
    """What to raise for `error`: its name alone, as a path may hold an attribute's value."""
    return Retry(errno.errorcode.get(error.errno or 0, "OSError"))


_opened: set[Path] = set()
"""Files that this process has opened: a reload must not empty what was sent."""


class File(Exporter[FileConfig]):
    """Writes OTLP to a file. One instance writes all signals of its pipelines to one file, as the Go Collector does."""

    config = FileConfig
    stays = True
    signals = frozenset({"traces", "logs", "metrics"})

    def __init__(self, config: FileConfig, host: Host) -> None:
        """Nothing is opened yet."""
        self._settings = config
        self._clock = host.clock
        self._key = f"exporters.{host.id}.path"
        self._lock = threading.Lock()
        self._writers: OrderedDict[str, Writer] = OrderedDict()  # by path, the longest unused first

    def start(self) -> None:
        """Open the file (the files of `group_by` are opened as values come). Raises OSError, with the mend."""
        if self._settings.group_by.enabled:
            return
        try:
            self._writer(self._settings.path)
        except OSError as error:
            raise explained(error, Path(self._settings.path), self._key) from error

    def send(self, signal: Signal, body: bytes) -> Rejected | None:
        """Write `body` (OTLP protobuf).

        Raises Retry with the name of the error when the system refuses (`ENOSPC`: disk full; nothing is left of the
        try), and Permanent when `body` can't be read. Returns Rejected for resources whose attribute names no file.
        """
        try:
            if self._settings.group_by.enabled:
                return self._send_grouped(signal, body)
            ready = record(signal, body, self._settings)
            with self._lock:
                self._writer(self._settings.path).write(ready)
        except DecodeError:
            raise Permanent("not readable as OTLP", undecodable=True) from None
        except OSError as error:
            raise failure(error) from None
        return None

    def _send_grouped(self, signal: Signal, body: bytes) -> Rejected | None:
        groups: dict[str, list[bytes]] = {}
        homeless = 0
        for piece in by_resource(body):
            value = value_of(signal, piece, self._settings.group_by.resource_attribute)
            if value is None:
                homeless += count(signal, piece)
            else:
                groups.setdefault(path_of(self._settings.path, value), []).append(piece)
        for path, pieces in groups.items():
            group = b"".join(pieces)  # requests one behind the other are one request, in protobuf
            ready = record(signal, group, self._settings)
            try:
                with self._lock:
                    self._writer(path).write(ready)
            except OSError as error:
                if error.errno not in _NEVER:
                    raise
                homeless += count(signal, group)
        return Rejected(homeless, "no file can be named after the resource attribute") if homeless else None

    def _writer(self, path: str) -> Writer:
        writer = self._writers.pop(path, None) or self._open(Path(path))
        self._writers[path] = writer
        if len(self._writers) > self._settings.group_by.max_open_files:
            self._writers.popitem(last=False)[1].close()
        return writer

    def _open(self, path: Path) -> Writer:
        settings = self._settings
        grouped = settings.group_by.enabled
        if settings.create_directory or grouped:
            path.parent.mkdir(mode=int(settings.directory_permissions, 8), parents=True, exist_ok=True)
        # Files of group_by are closed and opened again as values come, so emptying them then would lose what was sent.
        # A reload opens a file once more that this process has written already.
        empty = not (settings.append or settings.rotation is not None or grouped or path.resolve() in _opened)
        writer = Writer(path, self._clock, settings.rotation, empty=empty)
        _opened.add(path.resolve())
        return writer

    def shutdown(self) -> None:
        """Close all files."""
        with self._lock:
            while self._writers:
                self._writers.popitem()[1].close()
