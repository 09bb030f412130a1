"""The sketch that counts different ones."""

from hypothesis import given
from hypothesis import strategies as st

from spansieve.sketches import Distinct


@given(st.sets(st.binary(min_size=1, max_size=16), max_size=300))
def test_a_sketch_counts_different_ones(names: set[bytes]) -> None:
    sketch, half = Distinct(), Distinct()
    sketch.add([*names, *names, b""])
    half.add(list(names)[::2])
    assert abs(sketch.count() - len(names)) <= max(3, 0.3 * len(names))
    joined = Distinct()
    joined.load(half.state())
    joined.join(sketch)
    assert joined.state() == sketch.state()


def test_few_are_counted_exactly_and_many_well() -> None:
    sketch = Distinct()
    sketch.add([b"%d" % at for at in range(4)])
    assert sketch.count() == 4
    sketch.add([b"%d" % at for at in range(100_000)])
    assert 80_000 < sketch.count() < 120_000
