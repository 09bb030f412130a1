"""The real program between senders and a backend that breaks, and what must hold after each fault.

Everything random comes from one seed, which is in every failure's text.
"""

import os
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.e2e.program import COMMAND, Program, eventually, post

from .backend import Backend, Side
from .load import MARKER, Load

TOKEN = "token-that-nobody-may-see-91bd"
MAX_RSS_BYTES = 500_000_000
QUEUE_SIZE = 2000
SPARE_THREADS = 48
"""Pools are filled as they are needed (16 threads receive over gRPC, 4 over HTTP, 20 send), and gRPC's own grows and
shrinks by itself; a leak shows when a fault comes again and again.
"""
SPARE_FILES = 24

CONFIG = """
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:{grpc}"}, http: {endpoint: "localhost:{http}"}}}}
processors: {resource: {attributes: [{key: edition, value: EDITION, action: upsert}]}}
exporters:
  otlp_grpc:
    endpoint: "127.0.0.1:TO_GRPC"
    headers: {authorization: "Bearer TOKEN"}
    tls: {insecure: true}
    compression: none
    timeout: 1s
    retry_on_failure: {initial_interval: 20ms, max_interval: 200ms}
    sending_queue: {queue_size: QUEUE, num_consumers: CONSUMERS STORED}
  otlp_http:
    endpoint: "http://127.0.0.1:TO_HTTP"
    headers: {authorization: "Bearer TOKEN"}
    compression: none
    timeout: 1s
    retry_on_failure: {initial_interval: 20ms, max_interval: 200ms}
    sending_queue: {queue_size: QUEUE, num_consumers: CONSUMERS STORED}
extensions: {health_check: {endpoint: "localhost:{health}"} STORAGE}
service:
  extensions: [health_check STARTED]
  shutdown_timeout: 5s
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: {metrics}}}}}]}}
  pipelines:
    traces: {receivers: [otlp], processors: [resource], exporters: [otlp_grpc, otlp_http]}
"""


@dataclass
class Figures:
    """What a run adds up to, in spans and seconds.

    `starts`: from the process's start until it takes data; `recoveries`: from the end of a fault until both servers
    have all that was acknowledged then. `twice` counts arrivals beyond the first, at both servers together.
    """

    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    refused_for_good: int = 0
    lost_to_damage: int = 0
    twice: int = 0
    kills: int = 0
    restarts: int = 0
    starts: list[float] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    max_rss_bytes: int = 0

    def line(self) -> dict[str, float]:
        """For a line of JSON."""
        values = asdict(self)
        for name, times in (("start", values.pop("starts")), ("recovery", values.pop("recoveries"))):
            values[f"{name}_median_s"] = round(statistics.median(times), 2) if times else 0
            values[f"{name}_max_s"] = round(max(times), 2) if times else 0
        values["max_rss_mib"] = round(values.pop("max_rss_bytes") / 2**20)
        return values


@dataclass(frozen=True)
class Setting:
    """What a house is built with."""

    storage: str = ""
    """Keys of the extension `storage` in YAML; empty = queues in memory."""
    pause: float = 0.03
    """Seconds between two requests of a sender."""
    padding: int = 0
    """Bytes that each span is made larger by."""
    command: Sequence[str] = COMMAND
    env: Mapping[str, str] = field(default_factory=dict)


PLAIN = Setting()


class House:
    """One program, its backend and the figures."""

    def __init__(self, folder: Path, backend: Backend, seed: int, setting: Setting) -> None:
        """Start the program."""
        self.seed = seed
        self.choice = random.Random(seed)
        self.backend = backend
        self.figures = Figures()
        self.folder = folder
        self.setting = setting
        self._queue = QUEUE_SIZE
        self._edition = 0
        self._consumers = 10
        self._temporary = folder / "tmp"
        self._temporary.mkdir()
        self._baseline: tuple[int, int] | None = None
        self._load: Load | None = None
        self._former: Load | None = None
        self._may_lose: set[int] = set()
        self._silently = False
        self._failed: float | None = 0
        environment = {"TMPDIR": str(self._temporary), **setting.env}
        self.program = Program(folder, self.config(), env=environment, command=setting.command)
        self.program.wait_ready()

    def config(self) -> str:
        """The configuration of this moment."""
        replacements = {
            "EDITION": f"edition{self._edition}",
            "TO_GRPC": str(self.backend.grpc.port),
            "TO_HTTP": str(self.backend.http.port),
            "TOKEN": TOKEN,
            "QUEUE": str(self._queue),
            "CONSUMERS": str(self._consumers),
            "STORED": ", storage: storage" if self.setting.storage else "",
            "STORAGE": f", storage: {{{self.setting.storage}}}" if self.setting.storage else "",
            "STARTED": ", storage" if self.setting.storage else "",
        }
        text = CONFIG
        for word, value in replacements.items():
            text = text.replace(word, value)
        return text

    # --- what a fault does

    @property
    def load(self) -> Load:
        """The senders, started when they are first asked for."""
        if self._load is None:
            ports = self.program.ports
            setting, seed = self.setting, self.choice.randrange(10**6)
            self._load = Load(ports["grpc"], ports["http"], seed=seed, pause=setting.pause, padding=setting.padding)
        return self._load

    def flow(self, spans: int = 100) -> None:
        """Wait until so many more spans have been acknowledged."""
        so_far = self.load.count()
        eventually(lambda: self.load.count() >= so_far + spans, f"{spans} spans are taken (seed {self.seed})")

    def asked(self, side: Side, times: int = 3) -> None:
        """Wait until a server was asked so often from now on."""
        so_far = side.received.asked
        eventually(lambda: side.received.asked >= so_far + times, f"{side.name} is asked (seed {self.seed})")

    def arrived(self, side: Side) -> None:
        """Wait until a server has all that is acknowledged now."""
        acknowledged = self.load.snapshot()
        eventually(lambda: not side.received.missing(acknowledged), f"all arrives at {side.name} (seed {self.seed})")

    def refused(self, times: int) -> None:
        """Wait until senders were asked so often to come again."""
        so_far = self.load.tries_again
        eventually(lambda: self.load.tries_again >= so_far + times, f"senders are refused (seed {self.seed})")

    def linger(self, low: float, high: float) -> None:
        """Let things go on for a random time: a fault comes at any moment, and that is what is tested."""
        time.sleep(self.choice.uniform(low, high))

    def sides(self) -> list[Side]:
        """One side of the backend, or both."""
        both = list(self.backend)
        return self.choice.choice([both, both[:1], both[1:]])

    def reload(self, *, consumers: int = 0, queue: int = 0) -> None:
        """Change the configuration, and wait until the change is in force; 0 leaves a key as it is."""
        self._edition += 1
        self._consumers = consumers or self._consumers
        self._queue = queue or self._queue
        before = self.program.log().count("is in force")
        self.program.write(self.config())
        self.program.process.send_signal(1)
        eventually(lambda: self.program.log().count("is in force") > before, f"a reload (seed {self.seed})")

    def kill(self) -> None:
        """SIGKILL."""
        self.look()
        self.figures.kills += 1
        self.program.process.kill()
        self.program.process.wait(10)
        self._check_log()

    def end(self) -> None:
        """SIGTERM, after which nothing may be left but what is on disk."""
        assert self.program.stop() == 0, self.program.log()
        self._check_log()

    def start(self) -> None:
        """Start the program again, on the same files and ports."""
        self.figures.restarts += 1
        self._baseline = self._failed = None
        begin = time.monotonic()
        self.program.start().wait_ready()
        self.figures.starts.append(time.monotonic() - begin)

    def may_lose(self, *, silently: bool) -> None:
        """What is acknowledged and has not arrived may be lost from here on: its file is about to be damaged."""
        self._may_lose |= self._missing(self.load.snapshot())
        self._silently = silently

    def books(self, outcome: str) -> float:
        """Items on the books under `outcome` since the program started, all pipelines and exporters together."""
        metrics = self.program.metrics()
        return sum(value for name, value in metrics.items() if f'outcome="{outcome}"' in name)

    def noticed(self) -> bool:
        """Whether the program counted damaged files, or records, since it started."""
        counters = ("spansieve_extension_damaged_files", "spansieve_extension_lost_records")
        return any(value for name, value in self.program.metrics().items() if name.startswith(counters))

    def held(self) -> float:
        """Items without an outcome."""
        metrics = self.program.metrics()
        return sum(value for name, value in metrics.items() if name.startswith("spansieve_pipeline_held_items"))

    # --- what must hold

    def settle(self) -> None:
        """Heal the backend, let everything acknowledged arrive, and hold the program to its promises."""
        self.backend.heal()
        acknowledged, begin = self.load.snapshot(), time.monotonic()
        eventually(lambda: not self._missing(acknowledged), f"what was acknowledged arrives (seed {self.seed})", 60)
        self.figures.recoveries.append(time.monotonic() - begin)
        self.flow(50)
        self.look()
        self._former, self._load = self.load, None
        self._former.stop()
        self._account(self._former)
        self.check()

    def _missing(self, acknowledged: set[int]) -> set[int]:
        return set().union(*(side.received.missing(acknowledged - self._may_lose) for side in self.backend))

    def count_losses(self) -> None:
        """Note what is missing now; for a run that ends with a promise that did not hold."""
        load = self._load or self._former
        if load is not None:
            self.figures.lost = len(self._missing(load.snapshot()))

    def _account(self, load: Load) -> None:
        assert load.told_to_drop == [], f"valid data was refused for good (seed {self.seed})"
        eventually(lambda: not self._missing(load.acknowledged), f"all arrives in the end (seed {self.seed})", 60)
        eventually(lambda: not self.held(), f"nothing is held in the end (seed {self.seed})", 60)
        self._account_for_losses()
        self.figures.rounds += 1
        self.figures.acknowledged += len(load.acknowledged)
        for side in self.backend:
            self.figures.refused_for_good += len(side.received.refused & load.acknowledged)
            self.figures.twice += side.received.twice
            side.received.twice = 0
            side.received.forget(max(load.acknowledged, default=0))

    def _account_for_losses(self) -> None:
        """What the backend refused for good is on the books as failed; what a damaged file had was said to be lost."""
        refused = sum(len(side.received.refused) for side in self.backend)
        failed, self._failed = self._failed, self.books("failed")
        if failed is not None:  # the books begin anew with the process
            assert self._failed - failed >= refused, f"refusals are not on the books (seed {self.seed})"
        gone = set().union(*(side.received.missing(self._may_lose) for side in self.backend))
        noticed = not gone or self._silently or self.noticed()
        assert noticed, f"{len(gone)} spans are gone without a word (seed {self.seed})"
        self.figures.lost_to_damage += len(gone)
        self._may_lose.clear()

    def check(self) -> None:
        """Books, health, log, files and what the process uses."""
        self.program.check_books()
        assert self.healthy(), f"not healthy (seed {self.seed})"
        self._check_log()
        assert not [*self._temporary.iterdir()], f"temporary files are left (seed {self.seed})"
        self.look()
        self._check_for_leaks()

    def _check_log(self) -> None:
        said = self.program.log() + self.program.output.read_text(errors="replace")
        for word in ("Traceback", "Error at ", MARKER, TOKEN):
            assert word not in said, f"{word!r} in the log (seed {self.seed}):\n{said}"

    def healthy(self) -> bool:
        """Whether the health check says that the program serves."""
        return post(f"http://localhost:{self.program.ports['health']}/", b"")[0] == 200

    def look(self) -> None:
        """Note the memory in use."""
        rss = int(self._proc("status", "VmHWM:").split()[0]) * 1024
        self.figures.max_rss_bytes = max(self.figures.max_rss_bytes, rss)
        assert rss < MAX_RSS_BYTES, f"{rss / 1e6:.0f} MB resident (seed {self.seed})"

    def _proc(self, file: str, key: str) -> str:
        text = Path(f"/proc/{self.program.process.pid}/{file}").read_text()
        return next(line.removeprefix(key) for line in text.splitlines() if line.startswith(key))

    def uses(self) -> tuple[int, int]:
        """Threads and open files of the process."""
        files = len(os.listdir(f"/proc/{self.program.process.pid}/fd"))  # noqa: PTH208 (no Path of a descriptor)
        return int(self._proc("status", "Threads:")), files

    def limit(self, what: int, amount: int) -> int:
        """Set a limit of the running process (`resource.RLIMIT_...`); the former one."""
        soft, hard = resource.prlimit(self.program.process.pid, what)
        resource.prlimit(self.program.process.pid, what, (amount, hard))
        return soft

    def _check_for_leaks(self) -> None:
        if self._baseline is None:
            self._baseline = self.uses()
            return
        threads, files = self._baseline

        def few() -> bool:
            now_threads, now_files = self.uses()
            return now_threads <= threads + SPARE_THREADS and now_files <= files + SPARE_FILES

        eventually(few, f"threads and files are given back: {self._baseline}, now {self.uses()} (seed {self.seed})")


@contextmanager
def built(folder: Path, seed: int, setting: Setting = PLAIN) -> Iterator[House]:
    """A house that is ready and warm; everything in it ends at the end."""
    backend = Backend(random.Random(seed))
    house: House | None = None
    try:
        house = House(folder, backend, seed, setting)
        house.flow()
        house.settle()
        yield house
    finally:
        if house is not None:
            if house._load is not None:
                house._load.stop()
            if house.program.process.poll() is None:
                house.program.process.kill()
                house.program.process.wait(10)
        backend.close()


Scenario = Callable[[House], None]
