"""What the system says of the process's memory, and how memory that is free is given back to it."""

import ctypes
import gc
import os
from collections.abc import Callable
from typing import Protocol

from .cgroup import PROC, total_bytes

_STATM = PROC / "statm"
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""mallopt's parameters (malloc.h)."""
_LARGE = 4 << 20
"""Batches of the exporters (4 MB at most) stay in the heap: mapping each costs a fifth of passing it through."""
_TIGHT = 128 << 10
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Memory(Protocol):
    """What a limiter measures and does; tests have one of their own."""

    def total(self) -> int:
        """Bytes that the process may use."""

    def resident(self) -> int:
        """Bytes that it has now; 0 where the system does not tell."""

    def relax(self) -> None:
        """Work at full speed: at the start, and after `give_back` once memory is within limits."""

    def collect(self) -> None:
        """Find garbage."""

    def give_back(self) -> None:
        """Return what is free to the system, and from now on what becomes free."""


class SystemMemory:
    """The real thing: /proc (Linux), Python's collector, and glibc's malloc."""

    def __init__(self, others: Callable[[], float] = float) -> None:
        """`others` has the resident bytes of the program's other processes (`service.workers`), which share the limit.
        /proc is absent on macOS, `malloc_trim` outside of glibc.
        """
        self._others = others
        library = ctypes.CDLL(None)
        self._trim = getattr(library, "malloc_trim", None)
        self._mallopt = getattr(library, "mallopt", None) if self._trim is not None else None

    def total(self) -> int:
        """The cgroup's memory, or the machine's."""
        return total_bytes()

    def resident(self) -> int:
        """The second number of /proc/self/statm, 10 to 40 us, and what the others have."""
        try:
            return int(_STATM.read_bytes().split()[1]) * _PAGE + int(self._others())
        except OSError:
            return 0

    def relax(self) -> None:
        """Fix what glibc's malloc would let grow: after one large body it keeps up to 64 MiB free in each arena."""
        self._set(_MMAP_THRESHOLD, _LARGE)
        self._set(_TRIM_THRESHOLD, _LARGE)

    def collect(self) -> None:
        """A full collection."""
        gc.collect()

    def give_back(self) -> None:
        """Without this the resident size stays at its peak for long: freed memory lies in malloc's lists. `malloc_trim`
        does not touch the end of a thread's arena, which is given back as more is freed there, so the threshold is low
        while memory is short. Source: mallopt(3); glibc's malloc/arena.c, `heap_trim`.
        """
        self._set(_TRIM_THRESHOLD, _TIGHT)
        if self._trim is not None:
            self._trim(0)

    def _set(self, parameter: int, value: int) -> None:
        if self._mallopt is not None:
            self._mallopt(parameter, value)
