"""Fuzz the decoders: python -m tests.fuzz [--seconds n] [target ...]. `make fuzz SECONDS=n` installs what it needs.

Each target runs in a process of its own for its share of the time. What it learns is kept in .fuzz/: a later run goes
on from there; an input that is a finding lies in .fuzz/findings, and the exit code is 1.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from .corpus import LONGEST, ROOT, dictionary, seeds
from .targets import TARGETS

FOLDER = ROOT / ".fuzz"
SLOW_SECONDS = 20
MEMORY_MB = 2048


def prepare(target: str) -> list[str]:
    """Write the seeds of `target` down; the folders and options that libFuzzer wants."""
    learned, given, found = FOLDER / "learned" / target, FOLDER / "seeds" / target, FOLDER / "findings"
    for folder in (learned, given, found):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (given / f"{number:03}").write_bytes(seed)
    options = [f"-artifact_prefix={found}/{target}-", f"-max_len={LONGEST}"]
    if words := dictionary(target):
        place = FOLDER / "seeds" / f"{target}.dict"
        place.write_text(words)
        options.append(f"-dict={place}")
    return [str(learned), str(given), *options]


def fuzz(target: str, seconds: int) -> bool:
    """Fuzz one target for `seconds`; whether nothing was found."""
    print(f"--- {target}: {seconds} s", flush=True)  # noqa: T201
    limits = [f"-max_total_time={seconds}", f"-timeout={SLOW_SECONDS}", f"-rss_limit_mb={MEMORY_MB}"]
    command = [sys.executable, "-m", "tests.fuzz.run", target, *prepare(target), *limits, "-print_final_stats=1"]
    return subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL).returncode == 0  # noqa: S603


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=80, help="for all targets together")
    parser.add_argument("target", nargs="*", help=f"which of {', '.join(TARGETS)}; all without")
    given = parser.parse_args()
    chosen = given.target or list(TARGETS)
    if unknown := set(chosen) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}. There are: {', '.join(TARGETS)}")
    bad = [target for target in chosen if not fuzz(target, max(1, given.seconds // len(chosen)))]
    print(f"findings in {', '.join(bad)}: see {Path('.fuzz/findings')}" if bad else "nothing was found")  # noqa: T201
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
