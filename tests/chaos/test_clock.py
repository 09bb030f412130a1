"""The wall clock jumps by years: retries, waits and the books do not care, and no span is given up."""

import sys
from pathlib import Path

from .faults import replying
from .house import Setting, built

JUMPING = (sys.executable, str(Path(__file__).parent / "jumping.py"))
YEAR = 365 * 24 * 3600
SEED = 1


def test_a_clock_that_jumps_loses_nothing_and_holds_nothing_up(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    with built(tmp_path, SEED, Setting(command=JUMPING, env={"CHAOS_CLOCK": str(clock)})) as house:
        for offset in (YEAR, -20 * YEAR, 60, 0):
            fresh = clock.with_suffix(".new")
            fresh.write_text(str(offset))
            fresh.replace(clock)
            replying(house, "exhausted_until_a_date")
            house.settle()
