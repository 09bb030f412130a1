"""How well texts are scrubbed, by what comes out alone: recall and precision on corpora, and what must always hold."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring import Score, read_corpus, score

from .requests import is_json, text_scrubber

CORPORA = Path(__file__).parents[2] / "fixtures" / "privacy"
scrub = text_scrubber()


def scored(name: str) -> Score:
    corpus = read_corpus(CORPORA / f"{name}.jsonl")
    return score(corpus, {example["id"]: scrub(example["text"]) for example in corpus})


@pytest.mark.parametrize("name", ["dev_corpus", "unseen_1", "unseen_2", "unseen_3"])
def test_nearly_all_goes_and_hardly_anything_else(name: str) -> None:
    seen = scored(name)
    assert seen.recall >= 0.97, seen.leaks
    assert seen.precision >= 0.98, seen.wrongs
    for kind, tally in seen.by_type.items():
        if tally.of >= 20:
            assert tally.removed / tally.of >= (0.85 if kind == "DATE_OF_BIRTH" else 0.95), kind


@pytest.mark.parametrize("name", ["dev_corpus", "unseen_1", "unseen_2", "unseen_3"])
def test_scrubbing_again_changes_nothing_and_json_stays_json(name: str) -> None:
    for example in read_corpus(CORPORA / f"{name}.jsonl"):
        once = scrub(example["text"])
        assert scrub(once) == once
        if is_json(example["text"]):
            assert is_json(once)


PIECES = st.sampled_from(
    [
        "jane.doe@acme.io", "+49 151 52392038", "4111 1111 1111 1111", "4111111111111111", "078-05-1120", "password=",
        "hunter2-Winter", '"password": "', "ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5", "Bearer ", "http://a:b1c2d3@h/x",
        "83.208.111.201", "born ", "1980-05-17", "DE89 3704 0044 0532 0130 00", "-----BEGIN PRIVATE KEY-----\nMIIEabcd",
        "%40", "\\n", "\\\\n", '"', "'", "\u200b", "\uff20", "&#64;", "{", "}", "[", "]", ":", ",", " ", "\n", "x",
        "=", "/", "\\u0040", "\x1b[36m", "\\u001b[0m", "| password | ", "sqlplus ",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=6), max_size=14).map("".join))
def test_any_text_scrubbed_twice_is_scrubbed_once(text: str) -> None:
    once = scrub(text)
    assert scrub(once) == once


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.lists(PIECES, max_size=3).map("".join),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PIECES, inner, max_size=3),
        max_leaves=8,
    ),
    st.integers(0, 2),
)
def test_json_is_json_still_at_any_depth(value: object, depth: int) -> None:
    text = json.dumps({"v": value})
    for _ in range(depth):
        text = json.dumps({"inner": text})
    left = json.loads(scrub(text))
    for _ in range(depth):
        left = json.loads(left["inner"])
    assert list(left) == ["v"]
