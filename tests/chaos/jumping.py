"""`spansieve`, with a wall clock that jumps: the file CHAOS_CLOCK holds the seconds to add, and is read at each look.

Run: CHAOS_CLOCK=file python tests/chaos/jumping.py run ...
"""

import os
import time
from pathlib import Path

from spansieve.cli import main
from spansieve.clock import SystemClock

OFFSET = Path(os.environ["CHAOS_CLOCK"])


def _time_ns(_: SystemClock) -> int:
    return time.time_ns() + int(OFFSET.read_text() or "0") * 10**9


if __name__ == "__main__":
    SystemClock.time_ns = _time_ns  # type: ignore[assignment, method-assign]
    main()
