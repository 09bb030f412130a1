"""What the process costs, under the Go Collector's names."""

import os
import resource
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from spansieve import pdata
from spansieve.plugin import Clock

from .instruments import Instruments

_STATM = Path("/proc/self/statm")


def resident_bytes() -> int:
    """Bytes of memory that the process has now; where the system does not tell, the most it ever had."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


def describe_service(instruments: Instruments, resource: Mapping[str, str]) -> None:
    """Show who this is as `target_info`, as OpenTelemetry's Prometheus exporters do; dots become underscores."""
    labels = tuple(sorted((key.replace(".", "_").replace("-", "_"), value) for key, value in resource.items()))
    instruments.observed("target_info", lambda: [(labels, 1)], "The service's resource.")


class Costs(Protocol):
    """What other processes of the program have cost so far, and take now."""

    cpu_seconds: float
    repaired_strings: int

    @property
    def resident_bytes(self) -> float:
        """Memory of all that run."""


def cpu_seconds() -> float:
    """CPU seconds that the process has used, user and system."""
    times = os.times()
    return times.user + times.system


def watch_process(instruments: Instruments, clock: Clock, others: Costs) -> None:
    """Show uptime, and of all processes together CPU seconds, resident memory, and the strings that had to be
    repaired.
    """
    started = clock.monotonic()

    def cpu() -> float:
        return cpu_seconds() + others.cpu_seconds

    instruments.observed("otelcol_process_uptime", lambda: [((), clock.monotonic() - started)], "Seconds since start.")
    instruments.observed("otelcol_process_cpu_seconds", lambda: [((), cpu())], "CPU seconds, user and system.")
    instruments.observed(
        "spansieve_pdata_repaired_strings",
        lambda: [((), pdata.repaired_strings() + others.repaired_strings)],
        "Strings that were not valid UTF-8 when somebody read them.",
        total=True,
    )
    instruments.observed(
        "otelcol_process_memory_rss", lambda: [((), resident_bytes() + others.resident_bytes)], "Resident bytes."
    )
