"""The page as HTML: what stands in it for what the program knows."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spansieve.extensions.zpages.attention import notes
from spansieve.extensions.zpages.history import SAMPLES, History, sample
from spansieve.extensions.zpages.lines import HEIGHT, WIDTH, line
from spansieve.extensions.zpages.tables import MAX_ROWS, MAX_TEXT, tables
from spansieve.extensions.zpages.words import moment, number, size, span
from spansieve.inspection import Account, ConfigState, Inspection

from .conftest import NOW_NS, fault, inspection, queue
from .reading import plain, read, text


def test_a_collector_that_works() -> None:
    seen = text(inspection())
    assert "Nothing needs attention." in seen
    assert "spansieve 1.2.3" in seen
    assert "taking data" in seen
    assert "1 h 2 min" in seen
    assert "80.0 MiB" in seen
    assert "jaeger (off)" in seen
    assert "otlp resource batch otlp_grpc" in seen  # in order
    assert "3 of 10 requests 1.9 MiB of 256 MiB 2 1 min 4 s in memory takes data" in seen
    assert "1\u202f005" in seen
    assert "balanced" in seen
    assert "localhost:4317" in seen
    assert "receivers: otlp: {}" in seen


def test_a_queue_on_disk_says_where() -> None:
    seen = text(inspection(queues=(queue(storage="file_storage/a", oldest=None, limit_bytes=None),)))
    assert "1.9 MiB 2 unknown on disk file_storage/a" in seen


def test_failures_are_shown_by_reason() -> None:
    books = Account("traces", "x", {"accepted": {"": 12}, "failed": {"permanent": 9, "shutdown": 3}}, 0)
    assert "12 permanent 9 shutdown 3" in text(inspection(books=(books,)))


def test_faults_are_shown_with_their_number_and_age() -> None:
    seen = text(inspection(faults=(fault(), fault("warning", 7300, "UNAVAILABLE; trying again"))))
    assert "processors/resource error KeyError at /x/y.py:3 7 10 s ago" in seen
    assert "warning UNAVAILABLE; trying again 7 2 h 1 min ago" in seen


@pytest.mark.parametrize(
    ("now", "words", "bad"),
    [
        (inspection(queues=(queue(size=9),)), "otlp_grpc (traces) is 90% full", True),
        (inspection(queues=(queue(limit_bytes=2_000_000),)), "is 100% full", True),
        (
            inspection(queues=(queue(retrying=True),)),
            "last try: 2 calls are tried again, 3 requests wait, the oldest came 1 min 4 s ago.",
            False,
        ),
        (inspection(faults=(fault(),)), "One kind of error was seen in the last 5 min", True),
        (inspection(config=ConfigState("", (), NOW_NS, 0, 1, True)), "last reload was refused", True),
        (inspection(process=replace(inspection().process, ready=False)), "No data is taken", True),
    ],
)
def test_what_needs_attention_stands_first(now: Inspection, words: str, bad: bool) -> None:
    [note] = notes(now, History())
    assert words in note.text
    assert note.bad is bad
    reader = read(now)
    assert note.href in reader.links
    assert words in " ".join(reader.texts)


@pytest.mark.parametrize("now", [inspection(faults=(fault(seconds_ago=301),)), inspection(faults=(fault("warning"),))])
def test_what_is_past_or_a_warning_needs_none(now: Inspection) -> None:
    assert notes(now, History()) == []


def test_books_need_attention_once_they_stay_off_not_when_read_a_moment_apart() -> None:
    off = inspection(books=(Account("traces", "x", {"accepted": {"": 5}}, 4),))
    history = History()
    for other in (5, 4, 4):
        history.add(sample(inspection(books=(Account("traces", "x", {"accepted": {"": 5}}, other),))))
    assert notes(off, history) == []
    history.add(sample(off))
    [note] = notes(off, history)
    assert "traces → x are off by 1 items" in note.text
    assert "off by 1" in text(off)


def test_lines_show_items_a_second_and_the_queue_s_size() -> None:
    history = History()
    for at in range(SAMPLES + 5):
        process = replace(inspection().process, uptime=at * 5.0, cpu=at * 1.0)
        books = (Account("traces", "otlp_grpc", {"accepted": {"": at * 50}, "exported": {"": at * 25}}, 0),)
        history.add(sample(inspection(process=process, books=books, queues=(queue(size=at),))))
    assert history.accepted("traces", "otlp_grpc") == [10.0] * (SAMPLES - 1)
    assert history.exported("traces", "otlp_grpc") == [5.0] * (SAMPLES - 1)
    assert history.cpu() == [0.2] * (SAMPLES - 1)
    assert history.sizes("otlp_grpc", "traces") == list(range(5, SAMPLES + 5))
    assert history.sizes("gone", "traces") == [0] * SAMPLES
    reader = read(inspection(), history=history)
    assert reader.tags.count("svg") == 3
    assert "10 items/s in" in plain(reader)


MARKUP = "<img src=x onerror=alert(1)>\"'&{{ 7*7777 }}"


def test_nothing_that_anybody_names_becomes_markup() -> None:
    now = inspection(
        faults=(fault(text=MARKUP),),
        books=(Account(MARKUP, MARKUP, {"failed": {MARKUP: 1}}, 0),),
        config=ConfigState(MARKUP, (MARKUP,), NOW_NS, 0, 0, False),
        tables=(MARKUP,),
    )
    reader = read(now, {MARKUP: {MARKUP: MARKUP, "rows": [{MARKUP: {"text": MARKUP, "href": "https://a/" + MARKUP}}]}})
    assert "img" not in reader.tags
    assert "54439" not in "".join(reader.texts)
    assert "".join(reader.texts).count(MARKUP) >= 8


def test_what_components_show() -> None:
    patterns = [
        {
            "pattern": "timeout",
            "count": 1200,
            "trend": {"sparkline": [1, 2, 5]},
            "example": {"text": "trace", "href": "https://j/1"},
        },
        {"pattern": "rate limit", "count": 3.5, "bad": {"text": "x", "href": "javascript:alert(1)"}},
    ]
    reader = read(
        inspection(), {"error_aggregation": {"open": True, "patterns": patterns, "ids": ["a", "b"]}, "one": 5}
    )
    seen = plain(reader)
    assert "open yes" in seen
    assert "patterns pattern count trend example bad" in seen
    assert "1\u202f200" in seen
    assert "https://j/1" in reader.links
    assert not [link for link in reader.links if link.startswith("javascript")]
    assert reader.tags.count("svg") == 1


def test_a_large_table_is_cut_and_says_so() -> None:
    [table] = tables([{"a": "x" * 2000}] * (MAX_ROWS + 7))
    assert (len(table.rows), table.more) == (MAX_ROWS, 7)
    assert len(table.rows[0][0].text) == MAX_TEXT
    assert "7 more rows are not shown" in text(inspection(), {"big": [{"a": 1}] * (MAX_ROWS + 7)})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=40, deadline=None)
@given(json_values)
def test_whatever_a_component_shows_is_a_page(value: object) -> None:
    read(inspection(), {"x": value})


@given(st.lists(st.floats() | st.integers() | st.text()))
@example([0.0, 2.2250738585072014e-308])
@example([-1.7e308, 1.7e308])
def test_a_line_stays_in_its_box(values: list[object]) -> None:
    drawn = line(values)
    if drawn is not None:
        for point in drawn.points.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT


def test_a_line_says_what_it_shows() -> None:
    assert line([1]) is None
    drawn = line([0, 10, 5])
    assert drawn is not None
    assert drawn.label == "from 0 to 10, now 5"
    assert drawn.points == "2.0,22.0 60.0,2.0 118.0,12.0"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (number(1234567), "1\u202f234\u202f567"),
        (number(0.25), "0.25"),
        (number(1234.5), "1\u202f234"),
        (size(0), "0 B"),
        (size(1536), "1.5 KiB"),
        (size(256 * 1024**2), "256 MiB"),
        (size(5 * 1024**5), "5120 TiB"),
        (span(0), "0 s"),
        (span(0.25), "250 ms"),
        (span(59.9), "59 s"),
        (span(3725), "1 h 2 min"),
        (span(90_000), "1 d 1 h"),
        (moment(NOW_NS), "2023-11-14 22:13:20 UTC"),
    ],
)
def test_numbers_and_times_as_people_read_them(said: str, words: str) -> None:
    assert said == words
