"""An intake process: receivers that share the parent's ports, the stateless processors, and the way to the parent.

Of the extensions it has those that these components name, storage apart.
"""

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Iterable
from typing import NoReturn

from spansieve.assembly import Assembler, Assembly, Instance, StartError
from spansieve.clock import SystemClock
from spansieve.config.fetch import Snapshot
from spansieve.config.load import Loaded, load_again
from spansieve.config.problems import ConfigError
from spansieve.cycles import settle
from spansieve.host import Core
from spansieve.made_keys import Told
from spansieve.pipeline.chain import Chain
from spansieve.plugin import Answer, Extension, Storage
from spansieve.telemetry import set_up_logs
from spansieve.telemetry.logs import place_of

from .counters import ChildInstruments, Growth
from .link import Broken, Frame, Kind, Link
from .uplink import Uplink

TELL_SECONDS = 1.0
"""How often it tells unasked what it has counted: what is lost of that, at most, when it is killed."""

log = logging.getLogger("spansieve")


def main(descriptor: int) -> NoReturn:
    """Serve the parent at the other end of the socket `descriptor`, until it says stop or is gone."""
    link = Link(socket.socket(fileno=descriptor))
    code = 1
    with contextlib.suppress(Broken):  # the parent is gone: end at once, nobody is left who could answer a sender
        code = _run(link)
    os._exit(code)  # nothing waits for threads of libraries


def _run(link: Link) -> int:
    said = link.receive()
    try:
        loaded = load_again(Snapshot.of_json(said.body))
        child = Child(link, loaded, **said.header)
        child.start()
    except (ConfigError, OSError, ValueError) as error:
        problem = str(error)
    except Exception as error:  # its text may hold anything
        problem = f"an intake process could not start: {place_of(error)}"
    else:
        link.send(Kind.READY, None)
        return child.serve()
    link.send(Kind.FAILED, problem)
    return 1


class Child:
    """What an intake process is made of."""

    def __init__(self, link: Link, loaded: Loaded, worker: int, most_bytes: int, keys: Told) -> None:
        """Build everything and open nothing. `worker` is its number, `most_bytes` how much it may have on its way to
        the parent, `keys` what the parent made. Raises ConfigError.
        """
        logs = loaded.service.telemetry.logs
        set_up_logs(logs.level, logs.encoding, worker)
        self._link = link
        instruments = ChildInstruments()
        self._growth = Growth(instruments)
        self._telling = threading.Lock()
        self._core = Core(SystemClock(), instruments)
        self._core.shared = True
        self._core.find_storage = _no_storage
        self._core.made_keys.hear(keys)
        self._core.others_bytes = lambda: self._others_bytes
        self._others_bytes = 0.0
        self._uplink = Uplink(link, self._core, most_bytes)
        self._core.request = self._uplink.request
        self._assembly: Assembly = Assembler(self._core).build_front(loaded)
        self._core.admission.guards = self._assembly.graph.guards
        self._core.chain = Chain(self._assembly.graph, self._core.clock, self._core.faults)
        self._ended = threading.Event()

    def start(self) -> None:
        """Listen. Requests wait until `serve`. Raises StartError."""
        settle()
        for kind in ("extensions", "processors", "receivers"):
            for instance in self._assembly.of_kind(kind):
                self._start(instance)

    def _start(self, instance: Instance) -> None:
        try:
            instance.component.start()
        except Exception as error:
            raise StartError(instance, error) from error
        if isinstance(instance.component, Extension):
            self._core.extensions[instance.id] = instance.component

    def serve(self) -> int:
        """Do what the parent says; the exit code. Raises Broken when the parent is gone."""
        self._core.chain.start()
        threading.Thread(target=self._keep_telling, name="spansieve-tell", daemon=True).start()
        stopper = threading.Thread(target=self._stop, name="spansieve-stop", daemon=True)
        while True:
            frame = self._link.receive()
            if frame.kind is Kind.ANSWER:
                self._answered(frame)
            elif frame.kind is Kind.TELL:
                self._tell(frame.header)
            elif frame.kind is Kind.FAMILY:
                self._others_bytes = frame.header
            elif frame.kind is Kind.STOP and not stopper.is_alive():
                stopper.start()  # the answers to what is open are read here meanwhile

    def _answered(self, frame: Frame) -> None:
        number, again, *answer = frame.header
        self._uplink.answered(number, Answer(*answer), again=again)

    def _keep_telling(self) -> None:
        failed = False
        self._tell(None)
        while not self._ended.wait(TELL_SECONDS):
            self._tell(None)
            if self._core.failed.is_set() and not failed:
                failed = True
                self._link.send(Kind.FAILED, "")

    def _tell(self, asked: int | None) -> None:
        """Send the counters; `asked` is the number of the parent's question."""
        with self._telling:  # a report that overtakes another would be no gain
            self._link.send(Kind.COUNTERS, [asked, self._growth.take()])

    def _stop(self) -> None:
        """Answer what is open, tell the last counters, and end."""
        self._close(self._assembly.of_kind("receivers"))
        self._core.chain.call(lambda: self._close(self._assembly.of_kind("processors")))
        self._close(self._assembly.of_kind("extensions"))
        self._ended.set()
        try:
            self._tell(None)
        finally:
            os._exit(0)

    def _close(self, instances: Iterable[Instance]) -> None:
        for instance in instances:
            try:
                instance.component.shutdown()
            except Exception as error:  # the others are closed all the same
                self._core.faults.saw(instance.kind, instance.id, error, " while it was shut down")


def _no_storage(extension: str, owner: str) -> Storage:
    raise ValueError(f"{owner} wants storage of {extension}, which service.workers has in the parent alone")
