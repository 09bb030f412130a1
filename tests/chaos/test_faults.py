"""Whatever the backend, the network, the senders or the operator do: what was acknowledged arrives, the books balance.

The seed of a run is printed when it fails; CHAOS_SEED=<seed> chooses it.
"""

import os
from collections.abc import Iterator

import pytest

from .faults import BACKEND, PROCESS
from .hostile import SENDERS
from .house import House, built

SEED = int(os.environ.get("CHAOS_SEED", "0")) or int.from_bytes(os.urandom(3), "big")
FAULTS = {**BACKEND, **SENDERS, **PROCESS}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with built(tmp_path_factory.mktemp("chaos"), SEED) as one:
        yield one


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_that_was_acknowledged_is_lost(house: House, fault: str) -> None:
    FAULTS[fault](house)
    house.settle()
