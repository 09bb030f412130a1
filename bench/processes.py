"""Start a server as a process of its own, and read what it costs: CPU time and peak memory (Linux)."""

import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A running server: the process, and what it has cost so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        """Take a process that was started, and the file that it writes its output to."""
        self.process = process
        self.log = log

    def wait_for(self, port: int, seconds: float = 30) -> None:
        """Return once it listens on `port`. Raises RuntimeError with the end of its log if it ends or takes longer."""
        deadline = time.monotonic() + seconds
        while not _listens(port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                end = self.log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self.process.args!r} does not listen on {port}:\n{end}")
            time.sleep(0.02)

    def cpu_seconds(self, *, family: bool = False) -> float:
        """User and system time of all its threads so far, to the nanosecond, unlike the ticks of /proc/pid/stat; with
        `family` that of the processes which it started, too.

        The clock's number is what clock_getcpuclockid(3) makes of a process id on Linux (CPUCLOCK_SCHED).
        """
        every = [self.process.pid, *(self._children() if family else ())]
        return sum(time.clock_gettime(~process << 3 | 2) for process in every)

    def _children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(process) for task in tasks for process in task.read_text().split()]

    def peak_mib(self) -> float:
        """The most memory that it ever held resident, in MiB (VmHWM)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024

    def stop(self, seconds: float = 20) -> int:
        """Ask it to end, insist after `seconds`, and give its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@contextmanager
def running(command: Sequence[str], *, log: Path, port: int | None = None) -> Iterator[Server]:
    """`command` as a process that listens on `port`, if any, for the length of a `with`; its output goes to `log`."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 (our own words)
            list(command), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    server = Server(process, log)
    try:
        if port is not None:
            server.wait_for(port)
        yield server
    finally:
        server.stop()
