"""Hyperscan hits wherever google-re2 does, and says so by the ends of hits alone."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.pdata import TraceBatch
from spansieve.processors.prompt_privacy.detectors import FAMILIES, Engine, Family, Union
from spansieve.processors.prompt_privacy.detectors.gate import WORTH_BYTES, Gate
from spansieve.processors.prompt_privacy.search import Joined
from tests.captures import CAPTURES
from tests.scoring import read_corpus

from .test_examples import BY_RE2, ENGINE, marked, rows
from .test_starts import LENGTHS, TAGS, starting, varint

GATE = ENGINE.gate
GATE.compile()
EXAMPLES = [marked(text)[0] for _, row in rows() for kind in ("match", "no_match") for text in row.get(kind, ())]


def ends_by_re2(union: Union, data: bytes) -> Iterator[int]:
    place = 0
    while (hit := union.search(data, place)) is not None:
        yield hit.end()
        place = hit.start() + 1


def missed(data: bytes) -> set[int]:
    """Ends of google-re2's hits that Hyperscan does not tell of."""
    return {end for union in ENGINE.unions for end in ends_by_re2(union, data)} - set(GATE.ends(data) or ())


def test_it_hits_in_every_example_where_re2_does() -> None:
    assert [text for text in EXAMPLES if missed(text)] == []


@pytest.mark.parametrize("corpus", ["dev_corpus", "unseen_1", "unseen_2", "unseen_3"])
def test_it_hits_in_every_text_of_a_corpus_where_re2_does(corpus: str) -> None:
    texts = [example["text"].encode() for example in read_corpus(CAPTURES.parent / "privacy" / f"{corpus}.jsonl")]
    assert [text for text in texts if missed(text)] == []


def test_it_hits_in_recorded_requests_where_re2_does() -> None:
    bodies = [file.read_bytes() for file in sorted(CAPTURES.glob("*/*.traces.pb"))]
    assert bodies
    assert [body for body in bodies if missed(body)] == []


@given(st.lists(st.one_of(st.sampled_from(EXAMPLES), st.binary(max_size=40), st.text(max_size=20).map(str.encode))))
def test_it_hits_in_any_mixture_where_re2_does(texts: list[bytes]) -> None:
    assert missed(b"".join(texts)) == set()


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in starting().items()])
def test_it_hits_at_the_start_of_a_field_of_every_length(text: bytes) -> None:
    fields = [
        bytes((0x79, tag)) + varint(size) + text for tag in TAGS.values() for size in LENGTHS if size >= len(text)
    ]
    assert [field for field in fields if not GATE.hits(field)] == []


def test_the_items_are_among_them_that_re2_tells_of() -> None:
    for file in sorted(CAPTURES.glob("*/*.traces.pb")):
        joined = Joined([span.encode() for span in TraceBatch.parse(file.read_bytes())], number=9)
        assert set(joined.hits(BY_RE2)) <= set(joined.hits(ENGINE)), file


def test_until_they_are_compiled_nothing_is_known() -> None:
    gate = Gate(("secret",))
    assert (gate.ends(b"a secret"), gate.hits(b"a secret")) == (None, None)
    gate.compile()
    assert (gate.ends(b"a secret, secret"), gate.hits(b"a secret"), gate.hits(b"none")) == ([8, 16], True, False)


def test_they_are_compiled_when_enough_was_searched() -> None:
    gate = Gate(("secret",))
    assert gate.ends(bytes(WORTH_BYTES)) is None
    assert gate.ends(b"secret") is None
    compiling = [thread for thread in threading.enumerate() if thread.name == "privacy-cores"]
    for thread in compiling:
        thread.join()
    assert gate.ends(b"secret") == [6]


def test_where_there_are_too_many_hits_re2_tells_of_them() -> None:
    gate = Gate(("x",))
    gate.compile()
    assert gate.ends(b"x" * 100_000) is not None
    assert gate.ends(b"x" * 100_002) is None


def test_patterns_of_users_are_searched_besides() -> None:
    own = Family("own", ("OWN",), (), (), lambda _text, _start, _end: (), customs=("EMP-[0-9]",))
    engine = Engine([*FAMILIES, own])
    assert engine.gate is GATE
    assert engine.suspicious(b"EMP-1")
    assert list(Joined([b"clean", b"of EMP-1"]).hits(engine)) == [1]


@pytest.mark.parametrize("size", range(0, 100, 3))
def test_few_cores_hit_at_the_end_of_texts_of_every_length(size: int) -> None:
    gate = Gate(("error", "exception", "status_code", "zq", "kab.c.zq", ".zq.bkaacb", "zqzqbk"))
    gate.compile()
    text = b"x" * size + b"zq"
    assert gate.ends(text) == [size + 2]
    assert {end for end, _ in gate.matches(text) or ()} == {size + 2}
    assert gate.hits(text)
