"""The parent's side of one intake process: it is started, heard, and started again when it ends unasked."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import Any, Protocol

from spansieve.host import Core
from spansieve.plugin import Answer
from spansieve.telemetry.process import resident_bytes

from .__main__ import SIGNALS
from .counters import Account, Family
from .link import Broken, Frame, Kind, Link

LONG_SECONDS = 60.0
"""Who lived this long did not fail at once: the next one is started without a wait."""
WAITS = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds before the next start, by how often it failed at once."""
REAP_SECONDS = 5.0

log = logging.getLogger("spansieve")


class Owner(Protocol):
    """What a pool gives to its intakes."""

    snapshot: bytes
    most_bytes: int
    opened: threading.Event

    def take(self, intake: "Intake", frame: Frame) -> None:
        """A request came."""


class Intake:
    """Intake process `number`, one after another; a thread of its own serves it."""

    def __init__(self, number: int, owner: Owner, core: Core, family: Family) -> None:
        """Nothing runs before `start`."""
        self.number = number
        self.up = threading.Event()
        """Set once it listens, or can't."""
        self.problem = ""
        self.told = threading.Event()
        self._asked = 0
        self._owner = owner
        self._core = core
        self._family = family
        self._lock = threading.Lock()
        self._link: Link | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._listens = False  # the process of now
        self._why = ""  # it could not start
        self._restarts = core.instruments.sum("spansieve_worker_restarts", "Intake processes that ended unasked.")
        self._restarts.add(self._label, 0)
        self._thread = threading.Thread(target=self._run, name=f"spansieve-worker-{number}", daemon=True)

    @property
    def _label(self) -> tuple[tuple[str, str], ...]:
        return (("worker", str(self.number)),)

    @property
    def running(self) -> bool:
        """Whether a process is there."""
        return self._link is not None

    def start(self) -> None:
        """Start the first process; `up` tells when it listens, `problem` why it can't."""
        self._thread.start()

    def _run(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # inherited: the child undoes it once it ignores them
        failures = 0
        while True:
            began = self._core.clock.monotonic()
            why = self._one()
            if not self.up.is_set():
                self.problem = why
                self.up.set()
                return
            if self._stopping.is_set():
                return
            lived = self._core.clock.monotonic() - began
            failures = 0 if lived >= LONG_SECONDS else min(failures + 1, len(WAITS) - 1)
            wait = WAITS[max(0, failures - 1)]
            self._restarts.add(self._label, 1)
            log.error("intake process %d: %s; the next one starts%s", self.number, why, _after(wait))
            if self._stopping.wait(wait):
                return

    def _one(self) -> str:
        """One process, from its start to its end; why it ended."""
        self._listens = False
        self._why = ""
        try:
            code = self._live()
        except OSError as error:  # the system gives no process, or no socket
            return f"it can't be started: {error.strerror or error}"
        return self._why or f"it ended {_how(code)}"

    def _live(self) -> int:
        """As `_one`; the exit code. Raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 (our own words)
                [sys.executable, "-P", "-m", "spansieve.workers", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        link = Link(ours)
        account = Account(self._core.instruments, self._family, self.number)
        try:
            told = {
                "worker": self.number,
                "most_bytes": self._owner.most_bytes,
                "keys": self._core.made_keys.tell(),
            }
            link.send(Kind.CONFIG, told, self._owner.snapshot)
            with self._lock:
                self._process, self._link = process, link
            if self._stopping.is_set():
                link.post(Kind.STOP, None)
            while True:
                self._hear(link.receive(), account)
        except Broken:
            pass
        except Exception as error:  # it does not speak as it should: without it, then
            self._core.faults.saw("service", f"worker {self.number}", error)
        with self._lock:
            self._process = self._link = None
        link.close()
        self.told.set()
        account.close()
        return _reap(process)

    def _hear(self, frame: Frame, account: Account) -> None:
        if frame.kind is Kind.REQUEST:
            self._owner.opened.wait()
            self._owner.take(self, frame)
        elif frame.kind is Kind.COUNTERS:
            asked, report = frame.header
            account.add(report)
            if asked == self._asked:
                self.told.set()
            if self._link is not None:
                others = resident_bytes() + self._family.resident_beside(self.number)
                self._link.post(Kind.FAMILY, others)
        elif frame.kind is Kind.READY:
            self._listens = True
            self.up.set()
        elif frame.kind is Kind.FAILED and not self._listens:
            self._why = frame.header
        elif frame.kind is Kind.FAILED:  # a component of its can't go on, and has said why
            self._core.failed.set()

    def reply(self, link: Link, number: int, again: bool, answer: Answer) -> None:
        """Answer a request that came over `link`."""
        link.post(Kind.ANSWER, [number, again, *answer])

    @property
    def link(self) -> Link | None:
        """The way to the process that runs now."""
        return self._link

    def ask(self) -> None:
        """Let it tell its counters now; `told` is set once they are added."""
        with self._lock:
            self.told.clear()
            self._asked += 1
            if self._link is None:
                self.told.set()
            else:
                self._link.post(Kind.TELL, self._asked)

    def stop(self) -> None:
        """Let it answer what is open, and end; no other one is started."""
        with self._lock:
            self._stopping.set()
            if self._link is not None:
                self._link.post(Kind.STOP, None)

    def join(self, timeout: float) -> bool:
        """Wait until it has ended; whether it has."""
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def kill(self) -> None:
        """End it at once."""
        self._stopping.set()
        with self._lock:
            if self._process is not None:
                self._process.kill()


def _reap(process: "subprocess.Popen[Any]") -> int:
    """The exit code of a process whose connection is closed."""
    try:
        return process.wait(REAP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"


def _after(wait: float) -> str:
    return f" in {wait:g} s" if wait else ""
