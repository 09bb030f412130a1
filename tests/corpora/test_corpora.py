"""corpora: what the files that the scrubber is measured with hold."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.corpora.credentials import TOKENS
from tests.corpora.make import CORPORA, FIXTURES, Corpus, examples, line, templates_of
from tests.corpora.shapes import CLASSES, SLOT
from tests.corpora.templates import Template, read
from tests.scoring import UNSCORED, Example, read_corpus

SCORED = {
    "EMAIL", "PHONE", "CARD", "IBAN", "NATIONAL_ID", "IP", "MAC", "CRYPTO", "DATE_OF_BIRTH", "URL_CREDENTIALS",
    "SECRET",
}  # fmt: skip


@pytest.fixture(scope="module", params=CORPORA, ids=lambda corpus: corpus.name)
def corpus(request: pytest.FixtureRequest) -> Corpus:
    assert isinstance(request.param, Corpus)
    return request.param


def stored(name: str) -> list[Example]:
    return read_corpus(FIXTURES / f"{name}.jsonl")


def values(made: list[Example]) -> Iterator[tuple[str, str]]:
    """Type and text of all that must go."""
    for example in made:
        for entity in example["entities"]:
            if not entity.get("optional") and entity["type"] not in UNSCORED:
                yield entity["type"], example["text"][entity["start"] : entity["end"]]


def test_the_stored_file_is_what_the_seed_makes(corpus: Corpus) -> None:
    made = examples(corpus, templates_of(corpus))
    assert stored(corpus.name) == made
    assert (FIXTURES / f"{corpus.name}.jsonl").read_text("utf-8") == "".join(map(line, made))


def test_another_seed_makes_other_values(corpus: Corpus) -> None:
    other = examples(corpus._replace(seed=corpus.seed + 100), templates_of(corpus))
    shared = set(values(other)) & set(values(stored(corpus.name)))
    assert len(shared) < len(set(values(other))) / 10  # what templates hold literally, and few passwords


def test_four_texts_in_ten_are_clean_and_no_text_comes_twice(corpus: Corpus) -> None:
    made = stored(corpus.name)
    assert sum(not example["entities"] for example in made) * 10 >= len(made) * 4
    assert len({example["text"] for example in made}) == len({example["id"] for example in made}) == len(made)


def test_labels_stand_in_order_and_apart(corpus: Corpus) -> None:
    for example in stored(corpus.name):
        ends = [0, *(place for entity in example["entities"] for place in (entity["start"], entity["end"]))]
        assert ends == sorted(ends)
        assert ends[-1] <= len(example["text"])


def test_no_secret_stands_in_a_file_as_it_is(corpus: Corpus) -> None:
    text = (FIXTURES / f"{corpus.name}.jsonl").read_text("utf-8")
    secrets = [value for kind, value in values(stored(corpus.name)) if kind in ("SECRET", "URL_CREDENTIALS")]
    assert [secret for secret in secrets if secret in text] == []


def test_the_first_corpus_has_twenty_of_each_type() -> None:
    counts = Counter(kind for kind, _ in values(stored("unseen_1")))
    assert set(counts) == SCORED
    assert min(counts.values()) >= 20


def test_the_first_corpus_has_every_format_of_token() -> None:
    secrets = [value for kind, value in values(stored("unseen_1")) if kind == "SECRET"]
    formats = {name: re.compile(pattern(shape)) for name, shape in TOKENS.items()}
    assert [name for name, format_ in formats.items() if not any(map(format_.fullmatch, secrets))] == []
    assert any(re.fullmatch(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+", secret) for secret in secrets)


def pattern(shape: str) -> str:
    """What matches the texts of `shape`."""
    return "".join(_slot(part) if place % 2 else re.escape(part) for place, part in enumerate(SLOT.split(shape)))


def _slot(slot: str) -> str:
    if "|" in slot:
        return f"(?:{slot})"
    name, _, count = slot.partition(":")
    return f"[{re.escape(CLASSES[name])}]{{{count.replace('-', ',')}}}" if count else f"[{slot}]"


def test_an_unknown_place_is_named() -> None:
    assert read("§ log\nx\n§ url x2\ny\n") == [Template("log", "x"), Template("url", "y"), Template("url", "y")]
    with pytest.raises(ValueError, match=r"unknown places \['nowhere'\]"):
        read("§ nowhere\nx\n")
