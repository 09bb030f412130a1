"""scoring: the figures for outputs whose figures are plain to see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring import Entity, Example, Score, Tally, changed_stretches, score, still_there

MAIL = "ask jane@tarnwood.com, or call"
CLEAN = "git checkout a1b2c3d"


def example(text: str, *entities: Entity) -> Example:
    return {"id": "x", "where": "log", "text": text, "entities": list(entities)}


def entity(kind: str, text: str, value: str) -> Entity:
    return {"type": kind, "start": text.index(value), "end": text.index(value) + len(value)}


LABEL = entity("EMAIL", MAIL, "jane@tarnwood.com")


def scored(text: str, output: str, *entities: Entity) -> Score:
    return score([example(text, *entities)], {"x": output})


def test_a_value_that_is_gone_counts_for_its_type_and_place() -> None:
    result = scored(MAIL, "ask <EMAIL_abcd>, or call", LABEL)
    assert (result.recall, result.precision, result.character_precision) == (1, 1, 1)
    assert (result.by_type, result.by_where) == ({"EMAIL": Tally(1, 1)}, {"log": Tally(1, 1)})


def test_a_value_that_stays_is_a_leak() -> None:
    result = scored(MAIL, MAIL, LABEL)
    assert (result.recall, result.precision) == (0, 1)
    assert result.leaks == [("x", "EMAIL", "jane@tarnwood.com")]


def test_a_removal_beside_every_value_is_wrong() -> None:
    result = scored(MAIL, "ask <EMAIL_abcd>, or <?>", LABEL)
    assert (result.right_removals, result.wrong_removals) == (1, 1)
    assert result.wrongs == [("x", ["call"])]


@pytest.mark.parametrize(("beside", "wrong"), [(24, 0), (25, 1)])
def test_a_removal_may_reach_a_little_beyond_its_value(beside: int, wrong: int) -> None:
    text = "jane@tarnwood.com" + "-" * beside
    result = scored(text, "<?>", entity("EMAIL", text, "jane@tarnwood.com"))
    assert (result.right_removals, result.wrong_removals) == (1, wrong)


def test_a_clean_text_that_changed_is_wrong_even_by_an_insertion() -> None:
    result = score(
        [{**example(CLEAN), "id": name} for name in "abc"],
        {"a": CLEAN, "b": f"{CLEAN}!", "c": "git checkout <?>"},
    )
    assert (result.clean_texts, result.clean_texts_changed, result.wrong_removals) == (3, 2, 2)
    assert (result.precision, result.character_precision) == (0, 0)


def test_optional_values_and_names_count_neither_way() -> None:
    optional: Entity = {**LABEL, "optional": True}
    name: Entity = {**LABEL, "type": "PERSON"}
    for output in (MAIL, "ask <?>, or call"):
        for label in (optional, name):
            result = scored(MAIL, output, label)
            assert (result.total, result.wrong_removals) == (Tally(0, 0), 0)


@pytest.mark.parametrize(
    ("kind", "value", "output", "there"),
    [
        ("EMAIL", "jane@x.io", "jane%40x.io", True),
        ("EMAIL", "jane@x.io", "jane%2540x.io", True),
        ("EMAIL", "jane%40x.io", r"jane\u0040x.io", True),
        ("EMAIL", "jane@x.io", "ja\u200bne\uff20x.io", True),
        ("EMAIL", "jane@x.io", "j***@x.io", False),
        ("CARD", "4111 1111 1111 1111", "4111-1111-1111-1111", True),
        ("CARD", "4111 1111 1111 1111", "**** **** **** 1111", False),
        ("SECRET", "0123456789", "0123-456789", False),
        ("SECRET", "abcdefghijklmnopqrst", "abcdefghijkl...", True),
        ("SECRET", "abcdefghijklmnopqrst", "abcdefghijk...", False),
    ],
)
def test_a_value_is_there_as_long_as_it_can_be_read(kind: str, value: str, output: str, there: bool) -> None:
    assert still_there(value, kind, output) is there


def test_islands_of_equal_characters_do_not_part_a_change() -> None:
    assert changed_stretches("key=abc-def", "key=XYZ-UVW") == [(4, 11)]
    assert changed_stretches("abc and def", "XYZ and UVW") == [(0, 3), (8, 11)]


@given(st.text(max_size=30), st.text(max_size=30))
def test_outside_the_changed_stretches_nothing_is_lost(before: str, after: str) -> None:
    kept, done = [], 0
    for start, end in changed_stretches(before, after):
        kept.append(before[done:start])
        done = end
    kept.append(before[done:])
    place = 0
    for piece in kept:
        place = after.index(piece, place) + len(piece)
