"""The intake processes of a service, across its configurations: none as long as `service.workers` is 1."""

from collections.abc import Iterator
from contextlib import contextmanager

from spansieve.config.load import Loaded
from spansieve.host import Core

from .counters import Family
from .pool import Pool
from .ports import Ports, addresses


class Staff:
    """At most one pool, and for a moment of a reload its successor. All methods from one thread."""

    def __init__(self, core: Core) -> None:
        """Nobody yet. `family` is what they cost."""
        self.family = Family()
        self._core = core
        self._ports = Ports()
        self._pool: Pool | None = None

    @contextmanager
    def changed(self, loaded: Loaded) -> Iterator[None]:
        """Go over to `loaded`; the body exchanges the pipelines and starts what runs in this process.

        Processes that serve `loaded` as well go on. Else their successors listen beside them before they stop, and what
        those receive waits until the body is done. Raises OSError when the new ones can't be had: the former ones then
        go on untouched.
        """
        former = self._pool
        if former is not None and former.serves(loaded):
            yield
            former.adopt(loaded)
            return
        pool = self._started(loaded)
        if former is not None:
            former.stop()  # they answer what is open, by the former pipelines
            self._pool = None
        try:
            self._ports.leave(addresses(loaded) if pool else ())
            yield
        except BaseException:
            if pool is not None:
                pool.kill()
            self._ports.leave()
            raise
        self._pool = pool
        self._core.instruments.refresh = pool.refresh if pool else _nothing
        if pool is not None:
            self._watch(pool)
            pool.open()

    def _started(self, loaded: Loaded) -> Pool | None:
        if loaded.service.workers == 1:
            return None
        held = self._ports.held()
        pool = Pool(loaded, self._core, self.family)
        try:
            self._ports.keep(addresses(loaded))
            pool.start()
        except BaseException:
            self._ports.leave(held)
            raise
        return pool

    def _watch(self, pool: Pool) -> None:
        self._core.instruments.observed(
            "spansieve_workers_running", lambda: [((), pool.running)], "Intake processes that run."
        )

    def stop(self) -> None:
        """Let them answer what is open, and end."""
        if self._pool is not None:
            self._pool.stop()
            self._pool = None
        self._ports.leave()


def _nothing() -> None:
    pass
