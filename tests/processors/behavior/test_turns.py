"""Which turn a record belongs to: by its prompt's name, else by time; and no more is kept than may be."""

from hypothesis import given
from hypothesis import strategies as st

from spansieve.processors.behavior.turns import MAX_CONVERSATIONS, MAX_PROMPTS, Turns
from spansieve.watching import AiSpan
from spansieve.watching.testing import ai_span

TALK = b"c" * 16


def prompt(at: int, name: str = "", talk: bytes = TALK) -> AiSpan:
    return ai_span(kind="message", operation="", trace_id=talk, start_ns=at, end_ns=at, prompt_id=name)


def call(at: int, name: str = "") -> AiSpan:
    return ai_span(trace_id=TALK, start_ns=at, end_ns=at + 1, prompt_id=name)


def turns(*asked: AiSpan) -> tuple[Turns, list[bytes]]:
    made = Turns(lambda: None)
    return made, [made.ask(one) for one in asked]


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=MAX_PROMPTS, unique=True), st.integers(1, 1100))
def test_without_a_name_it_is_the_newest_prompt_by_then_in_whatever_order_they_come(at: list[int], when: int) -> None:
    made, keys = turns(*map(prompt, at))
    before = max((one for one in at if one <= when), default=None)
    found = made.of(call(when))
    assert found == keys[at.index(before)] if before is not None else found not in keys


def test_with_a_name_it_is_the_prompt_of_that_name_also_if_it_seems_to_come_later() -> None:
    made, (first, second) = turns(prompt(10, "a"), prompt(20, "b"))
    assert made.of(call(30, "a")) == made.of(call(5, "a")) == first
    assert made.of(call(30)) == made.of(call(30, "b")) == second
    assert made.of(call(30, "c")) not in {first, second}


def test_runs_that_share_a_name_are_told_apart_by_time() -> None:
    made, (first, second) = turns(prompt(10, "s"), prompt(20, "s"))
    assert (made.of(call(15, "s")), made.of(call(25, "s"))) == (first, second)


def test_all_but_the_newest_are_past_and_one_that_comes_again_is_no_other() -> None:
    made, (first, second, again) = turns(prompt(10), prompt(20), prompt(10))
    assert again == first
    assert first in made.past(second)
    assert second not in made.past(first)


def test_the_conversation_without_a_prompt_for_the_longest_time_is_forgotten_and_counted() -> None:
    gone: list[None] = []
    made = Turns(lambda: gone.append(None))
    names = [number.to_bytes(16, "big") for number in range(MAX_CONVERSATIONS + 2)]
    for name in names[:-1]:
        made.ask(prompt(1, talk=name))
    made.ask(prompt(2, talk=names[1]))
    key = made.ask(prompt(1, talk=names[-1]))
    assert len(gone) == 2
    assert made.are_known(key)
    assert [made.are_known(name) for name in names[:3]] == [False, True, False]
