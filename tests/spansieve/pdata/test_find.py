"""Looking for one key in raw bytes says what the index would say, or that it is unsure."""

from hypothesis import given
from hypothesis import strategies as st

from spansieve.pdata import encode_pair
from spansieve.pdata.keys import ABSENT, UNSURE, find, index_of, key_of

KEYS = st.sampled_from(["a", "ab", "gen_ai.request.model", "key", "", "ü", "\ufffd", "k" * 200])
VALUES = st.sampled_from(["", "a", "key", "gen_ai.request.model", 7, True, None, ["ab"], {"key": "a"}, "x" * 300])
PAIRS = st.lists(st.builds(encode_pair, KEYS, VALUES), max_size=8)
BEHIND = b"\x12\x00"
"""A second, empty value behind the first: legal, and not the usual layout."""


@given(st.lists(st.tuples(PAIRS, KEYS, st.booleans()), min_size=1, max_size=6))
def test_a_place_is_the_keys_only_one_and_absent_is_absent(looks: list[tuple[list[bytes], str, bool]]) -> None:
    for raws, key, odd in looks:  # one after the other: where a key stood last is remembered
        several = [raw + BEHIND if odd and not at % 2 else raw for at, raw in enumerate(raws)]
        place = find(key, several)
        if place == ABSENT:
            assert key not in index_of(several)
        elif place != UNSURE:
            assert [at for at, raw in enumerate(several) if key_of(raw) == key] == [place]


def test_the_place_that_is_remembered_is_only_a_hint() -> None:
    long = [encode_pair(name, 1) for name in ("p", "q", "r", "wanted")]
    assert find("wanted", long) == 3
    assert find("wanted", [encode_pair("wanted", 1)]) == 0
    assert find("wanted", [encode_pair("p", "wanted")]) == UNSURE
    assert find("wanted", [encode_pair("p", 1)]) == ABSENT
    assert find("wanted", [encode_pair("wanted", 1), encode_pair("wanted", 2)]) == UNSURE
