"""Each target takes what it begins with, and what was once a finding; the fuzzer itself runs by `make fuzz`."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .corpus import dictionary, seeds
from .targets import TARGETS
from .wire import fields, mutated, written


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_takes_its_seeds(target: str) -> None:
    given = list(seeds(target))
    assert given
    for seed in [*given, b"", b"\0", b"\xff" * 40, *(seed[: len(seed) // 2] for seed in given)]:
        TARGETS[target](seed)


def test_words_are_written_as_libfuzzer_wants_them() -> None:
    assert '"\\x24\\x24"\n' in dictionary("configuration")
    assert dictionary("traces") == ""


@given(st.sampled_from(list(seeds("metrics"))), st.integers(0, 2**32))
def test_the_mutator_s_messages_are_well_formed_as_a_rule(seed: bytes, chance: int) -> None:
    assert written(fields(seed)) == seed
    changed = mutated(seed, Random(chance), lambda raw: raw[::-1])
    assert changed == b"" or written(fields(changed)) == changed
