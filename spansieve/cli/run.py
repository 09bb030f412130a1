"""`spansieve run`: the collector, until it is told to stop."""

import gc
import logging
import queue
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import click

from spansieve import __version__
from spansieve.config.load import Loaded
from spansieve.config.problems import ConfigError
from spansieve.service import Service
from spansieve.telemetry import set_up_logs

from .options import read, with_config

log = logging.getLogger("spansieve")

LOOK_SECONDS = 1.0
"""How often the configuration files are looked at for a change."""


@click.command()
@with_config
@click.option("--watch/--no-watch", default=True, help="Reload when a configuration file changes (default: yes).")
def run(sources: Sequence[str], sets: Sequence[str], *, watch: bool) -> None:
    """Receive, process and forward telemetry.

    SIGTERM and SIGINT stop it orderly: what was acknowledged is sent first, within service.shutdown_timeout. SIGHUP,
    or a
    change of a configuration file, reloads the configuration; a broken one leaves the running one in place.
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

    def run(self) -> int:
        """Run until a signal; the exit code."""
        loaded = read(self._sources, self._sets)
        _set_up(loaded)
        service = Service(loaded)
        _tune_collector()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            service.start()
        except (OSError, ValueError) as error:
            log.error("cannot start: %s", error)
            return 1
        log.info("spansieve %s is ready", __version__)
        code = self._serve(service, loaded)
        log.info("stopping")
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

    def _serve(self, service: Service, loaded: Loaded) -> int:
        seen = _look(loaded.files)
        while True:
            try:
                number = self._asked.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                if service.failed.is_set():
                    return 1
                now = _look(loaded.files)
                if not self._watch or now == seen:
                    continue
                log.info("the configuration changed on disk")
                seen, number = now, signal.SIGHUP
            if number != signal.SIGHUP:
                return 0
            loaded = self._reload(service, loaded)
            seen = _look(loaded.files)

    def _reload(self, service: Service, loaded: Loaded) -> Loaded:
        try:
            fresh = read(self._sources, self._sets)
            service.reload(fresh)
        except (ConfigError, OSError, ValueError) as error:
            log.error("the new configuration was not taken, the former one goes on:\n%s", error)
            return loaded
        _set_up(fresh)
        log.info("the new configuration is in force")
        return fresh


def _tune_collector() -> None:
    """Look for cycles seldom: batches make many objects and no cycles, and looking after every 700 of them costs
    10-15 % of the chain's time at 512 spans a request (python -m bench.pass_through).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _set_up(loaded: Loaded) -> None:
    logs = loaded.service.telemetry.logs
    set_up_logs(logs.level, logs.encoding)
    for warning in loaded.warnings:
        log.warning("%s", warning)


def _look(files: Sequence[Path]) -> list[tuple[float, int]]:
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
