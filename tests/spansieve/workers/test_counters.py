"""What intake processes count is added up, and stays when one of them is gone."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from spansieve.telemetry.instruments import Instruments
from spansieve.telemetry.reader import exposition
from spansieve.workers.counters import Account, ChildInstruments, Family, Growth

LABELS = (("receiver", "otlp"),)


class Child:
    """An intake process's counters, and the way to the parent."""

    def __init__(self, parent: Instruments, family: Family, worker: int = 1) -> None:
        self.instruments = ChildInstruments()
        self.growth = Growth(self.instruments)
        self.account = Account(parent, family, worker)

    def tell(self) -> None:
        self.account.add(json.loads(json.dumps(self.growth.take())))


def shown(instruments: Instruments) -> dict[str, float]:
    lines = exposition(instruments.collect()).decode().splitlines()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if line[0] != "#"}


def test_sums_are_added_up_and_never_go_back() -> None:
    parent, family = Instruments(), Family()
    parent.sum("accepted").add(LABELS, 1)
    for worker in (1, 2, 1):  # the last one took the place of the first
        child = Child(parent, family, worker)
        child.instruments.sum("accepted", "Items.").add(LABELS, 10)
        child.tell()
        child.tell()  # nothing was gained
        child.instruments.sum("accepted").add(LABELS, 5)
        child.tell()
        child.account.close()
    assert parent.sum("accepted").value(LABELS) == 1 + 3 * 15


def test_a_zero_is_told_too_so_that_the_series_is_there() -> None:
    parent = Instruments()
    child = Child(parent, Family())
    child.instruments.sum("refused", "Items that were refused.").add(LABELS, 0)
    child.tell()
    assert shown(parent)['refused_total{receiver="otlp"}'] == 0


def test_levels_bear_the_workers_number_and_go_with_it() -> None:
    parent, family = Instruments(), Family()
    children = [Child(parent, family, worker) for worker in (1, 2)]
    for child, value in zip(children, (3, 4), strict=True):
        child.instruments.level("open").set(LABELS, value)
        child.tell()
    assert shown(parent) == {
        'open{receiver="otlp",worker="1"}': 3,
        'open{receiver="otlp",worker="2"}': 4,
    }
    children[0].account.close()
    assert shown(parent) == {'open{receiver="otlp",worker="2"}': 4}


@given(st.lists(st.floats(min_value=0, max_value=100), max_size=30))
@example([0.1, 0.1, 0.1])  # whose mean is more than 0.1
@settings(deadline=None)
def test_histograms_have_the_same_buckets_and_sum_as_in_one_process(values: list[float]) -> None:
    alone, parent = Instruments(), Instruments()
    child = Child(parent, Family())
    for value in values:
        alone.spread("sizes", "Sizes.", (0.1, 10.0)).record(LABELS, value)
        child.instruments.spread("sizes", "Sizes.", (0.1, 10.0)).record(LABELS, value)
    child.tell()
    one, other = shown(alone), shown(parent)
    assert {key: value for key, value in one.items() if "_sum" not in key} == {
        key: value for key, value in other.items() if "_sum" not in key
    }
    assert abs(sum(values) - other.get('sizes_sum{receiver="otlp"}', 0)) < 1e-6


def test_what_they_cost_is_the_programs() -> None:
    family = Family()
    child = Child(Instruments(), family)
    child.tell()
    assert family.cpu_seconds > 0
    assert family.resident_bytes > 1_000_000
    before = family.cpu_seconds
    child.account.close()
    assert family.resident_bytes == 0
    assert family.cpu_seconds == before
