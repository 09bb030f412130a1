"""Faults in a random order for a long time. Run: python -m tests.chaos.soak --minutes 10 [--seed N].

After each round everything that `House.settle` says must hold. Prints what it does to stderr, and one line of JSON.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from .disk import DAMAGE, KILLS, STORAGE
from .faults import BACKEND, PROCESS
from .hostile import SENDERS
from .house import House, Scenario, Setting, built

GROUPS: dict[str, tuple[int, dict[str, Scenario]]] = {
    "kills": (4, KILLS),
    "backend": (3, BACKEND),
    "process": (2, PROCESS),
    "senders": (1, SENDERS),
    "damage": (1, DAMAGE),
}
"""How often a group is chosen, of all the weights together, and its faults."""


def chosen(choice: random.Random) -> list[tuple[str, Scenario]]:
    """The faults of one round: one alone, or one on top of what a backend does."""
    weights = [weight for weight, _ in GROUPS.values()]
    (group,) = choice.choices(list(GROUPS), weights)
    faults = [choice.choice(list(GROUPS[group][1].items()))]
    if group in {"kills", "damage"} and choice.random() < 0.5:
        faults.insert(0, choice.choice(list(BACKEND.items())))
    return faults


def soak(house: House, minutes: float) -> None:
    """Rounds until the time is over. Raises AssertionError at the first promise that does not hold."""
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        faults = chosen(house.choice)
        names = " + ".join(name for name, _ in faults)
        print(f"round {house.figures.rounds}: {names}", file=sys.stderr, flush=True)  # noqa: T201
        for _, fault in faults:
            fault(house)
        house.settle()


def main() -> int:
    """The command; 1 if a promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0, help="0 = a new one")
    given = parser.parse_args()
    seed = given.seed or random.SystemRandom().randrange(1, 10**6)
    print(f"seed {seed}", file=sys.stderr)  # noqa: T201
    problem = ""
    with tempfile.TemporaryDirectory() as folder, built(Path(folder), seed, Setting(storage=STORAGE)) as house:
        try:
            soak(house, given.minutes)
        except AssertionError as error:
            problem = str(error)
            house.count_losses()
            print(house.program.log(), file=sys.stderr)  # noqa: T201
        figures = {"seed": seed, "minutes": given.minutes, **house.figures.line(), "problem": problem}
    print(json.dumps(figures))  # noqa: T201
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
