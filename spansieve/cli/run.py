"""`spansieve run`: the collector, until it is told to stop."""

import logging
import queue
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import click

from spansieve import __version__
from spansieve.config.load import Loaded
from spansieve.config.problems import ConfigError
from spansieve.cycles import settle
from spansieve.service import Service
from spansieve.telemetry import set_up_logs
from spansieve.telemetry.logs import place_of

from .options import read, with_config

log = logging.getLogger("spansieve")

LOOK_SECONDS = 1.0
"""How often the configuration files are looked at for a change."""
Looks = list[tuple[float, int]]
"""What tells whether files changed."""
MAX_FILES = 1 << 20
"""Files and connections that the process wants to be allowed to open."""


@click.command()
@with_config
@click.option("--watch/--no-watch", default=True, help="Reload when a configuration file changes (default: yes).")
def run(sources: Sequence[str], sets: Sequence[str], *, watch: bool) -> None:
    """Receive, process and forward telemetry.

    SIGTERM and SIGINT stop it orderly: what was acknowledged is sent first, within service.shutdown_timeout. SIGHUP, or
    a change of a configuration file, reloads the configuration; a broken one leaves the running one in place.
    """
    sys.exit(Runner(sources, sets, watch=watch).run())


class Runner:
    """Waits for signals and changed files, and does what they ask."""

    def __init__(self, sources: Sequence[str], sets: Sequence[str], *, watch: bool) -> None:
        """`sources` and `sets` are read again at each reload."""
        self._sources = sources
        self._sets = sets
        self._watch = watch
        self._asked: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._stopping = False
        self._warned: set[str] = set()

    def run(self) -> int:
        """Run until a signal; the exit code."""
        loaded = read(self._sources, self._sets)
        seen = _look(loaded.files)  # before the start, which takes a while: what changes meanwhile is read again
        self._set_up(loaded)
        service = Service(loaded)
        settle()
        _allow_files()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            service.start()
        except (OSError, ValueError, ConfigError) as error:
            log.error("cannot start: %s", error)
            return 1
        log.info("spansieve %s is ready: %s", __version__, service.where())
        try:
            code = self._serve(service, loaded, seen)
        finally:
            log.info("stopping: sending what is held; a second signal stops at once")
            left = service.stop()
        log.info("stopped%s", f"; {left} items could not be sent" if left else "")
        return 1 if left else code

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if number != signal.SIGHUP:
            if self._stopping:
                log.error("stopped at once, at the second signal")
                raise SystemExit(1)
            self._stopping = True
        self._asked.put(number)

    def _serve(self, service: Service, loaded: Loaded, seen: Looks) -> int:
        while True:
            try:
                number = self._asked.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                if service.failed.is_set():
                    return 1
                if not self._watch or _look(loaded.files) == seen:
                    continue
                log.info("the configuration changed on disk")
                number = signal.SIGHUP
            if number != signal.SIGHUP:
                return 0
            seen = _look(loaded.files)  # before reading: what changes from now on is read again
            fresh = self._reload(service)
            if fresh is not None and fresh.files != loaded.files:
                seen = _look(fresh.files)
            loaded = fresh or loaded

    def _reload(self, service: Service) -> Loaded | None:
        """The configuration that is in force now, or None if it is the former one."""
        try:
            fresh = read(self._sources, self._sets)
            service.reload(fresh)
        except (ConfigError, OSError, ValueError) as error:
            self._keep(service, f"\n{error}")
            return None
        except Exception as error:
            self._keep(service, f" {place_of(error)}")
            return None
        self._set_up(fresh)
        log.info("the new configuration is in force: %s", service.where())
        return fresh

    def _keep(self, service: Service, why: str) -> None:
        """Say why the former configuration goes on."""
        log.error("the new configuration was not taken, the former one goes on:%s", why)
        service.inspector.reloaded("refused")

    def _set_up(self, loaded: Loaded) -> None:
        """Log as configured, and say what is legal and probably not meant, once."""
        logs = loaded.service.telemetry.logs
        set_up_logs(logs.level, logs.encoding)
        _leave_no_core(loaded)
        for warning in [str(one) for one in loaded.warnings]:
            if warning not in self._warned:
                log.warning("%s", warning)
                self._warned.add(warning)


def _leave_no_core(loaded: Loaded) -> None:
    """Write no core dump where a processor takes personal data and secrets out: memory holds what it has not seen yet.
    Processes that are started from now on inherit it.
    """
    if any(getattr(one.component, "privacy", False) for one in loaded.processors.values()):
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _allow_files() -> None:
    """Open as many files as the system lets this process have, as programs in Go do: a shell's 1,024 are not enough for
    a thousand senders.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _look(files: Sequence[Path]) -> Looks:
    """What tells whether a file changed: time and size of each."""
    looks = []
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            looks.append((0.0, -1))
        else:
            looks.append((stat.st_mtime, stat.st_size))
    return looks
