"""The program's own metrics, as its components may ask for them."""

from spansieve.telemetry.instruments import Instruments


def test_a_reading_adds_up_all_series_or_those_with_a_label_and_is_nothing_where_none_was_set() -> None:
    instruments = Instruments()
    level = instruments.level("waiting")
    assert instruments.reading("waiting") is None
    assert instruments.reading("never_made") is None

    level.set((("queue", "a"),), 2)
    level.set((("queue", "b"),), 3)
    assert instruments.reading("waiting") == 5
    assert instruments.reading("waiting", queue="b") == 3
    assert instruments.reading("waiting", queue="c") is None


def test_a_reading_of_what_is_read_elsewhere_is_as_of_now() -> None:
    instruments = Instruments()
    values = [1.0]
    instruments.observed("cpu", lambda: [((), values[0])])
    assert instruments.reading("cpu") == 1
    values[0] = 4
    assert instruments.reading("cpu") == 4


def test_distributions_have_no_reading() -> None:
    instruments = Instruments()
    instruments.spread("seconds", "", (1.0,)).record((), 2)
    assert instruments.reading("seconds") is None
