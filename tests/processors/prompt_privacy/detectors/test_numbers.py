"""All families of numbers together: their examples, their cores on the wire, and the quiet of real telemetry."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from tests.captures import CAPTURES

from .searching import NUMBERS, examples, findings, marked, rules, union

FILES = ("cards", "iban", "ids_shaped", "ids_named", "phones", "births")
PLANTED = (b"4111", b"555-0132", b"078-05-1120")


def test_every_example_is_found_between_its_marks_by_its_rule() -> None:
    for rule, text in examples(FILES, "match"):
        plain = text.replace("⟦", "").replace("⟧", "")
        assert marked(plain) == text
        assert rule in rules(plain), text


def test_every_near_miss_stays() -> None:
    for rule, text in examples(FILES, "no_match"):
        assert marked(text) == text, rule


@pytest.mark.parametrize("size", range(1, 128))
def test_a_value_at_the_start_of_a_string_is_seen_on_the_wire_whatever_the_string_s_length(size: int) -> None:
    for number in ("4961978640511305", "(415) 555-0132", "662-93-5837", "DE89370400440532013000", "SSN 662935837"):
        value = (number + " " * size)[: max(size, len(number))]
        message = KeyValue(key="gen_ai.prompt")
        message.value.string_value = value
        assert union().search(message.SerializeToString()), (number, len(value))


@pytest.mark.parametrize(
    ("key", "value"),
    [("phone", "030 8170053"), ("user.birth_date", "1977-12-27"), ("nhsNumber", "5174766968"), ("ssn", "662935837")],
)
def test_a_telling_key_and_its_value_are_seen_on_the_wire(key: str, value: str) -> None:
    message = KeyValue(key=key)
    message.value.string_value = value
    assert union().search(message.SerializeToString())


def test_hardly_a_captured_span_without_planted_values_looks_dirty() -> None:
    requests = [TracesData.FromString(path.read_bytes()) for path in CAPTURES.parent.glob("agents/*/*.traces.pb")]
    spans = [
        span.SerializeToString()
        for request in requests
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    quiet = [span for span in spans if not any(value in span for value in PLANTED)]
    dirty = [span for span in quiet if union().search(span)]
    assert len(quiet) > 900
    assert len(dirty) / len(quiet) < 0.005


STANDING_ALONE = sorted(
    {
        text[text.index("⟦") + 1 : text.index("⟧")]
        for _, text in examples(("cards", "iban", "ids_shaped"), "match")
        if text.count("⟦") == 1
    }
)


@pytest.mark.parametrize("mark", ["%22", "%3A", "%253D", "\\u0022", "\\u003a", "\\n", "é", "("])
def test_a_number_is_found_behind_a_mark_whatever_it_is_written_as(mark: str) -> None:
    wanted = [number for number in STANDING_ALONE if marked(f'"{number}"') == f'"⟦{number}⟧"']
    assert len(wanted) > 60
    assert [number for number in wanted if marked(f"a{mark}{number}") != f"a{mark}⟦{number}⟧"] == []


@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "\u202f", "%20", "\\n"])
def test_a_number_s_groups_stand_apart_by_any_space(space: str) -> None:
    wanted = [number for number in STANDING_ALONE if " " in number and marked(f'"{number}"') == f'"⟦{number}⟧"']
    assert len(wanted) > 10
    spaced = [number.replace(" ", space) for number in wanted]
    missed = [number for number in spaced if marked(f'"{number}"') != f'"⟦{number}⟧"']
    assert missed == (spaced if space == "\\n" else [])


@settings(max_examples=60)
@given(st.binary(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_no_bytes_make_a_family_raise_or_find_outside(text: bytes, start: int, end: int) -> None:
    start, end = min(start, len(text)), min(end, len(text))
    for family in NUMBERS:
        for found in family.find(text, start, max(start, end)):
            assert 0 <= found.start < found.end <= len(text)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(["phone ", "ssn ", "dob ", "+49", "4111 ", "-", "12", "é", "\\n", "DE89", "né le "])))
def test_numbers_in_any_order_never_make_a_family_raise(parts: list[str]) -> None:
    assert all(one.start < one.end for one in findings("".join(parts).encode()))
