"""spansieve errors: patterns and alerts as a terminal shows them."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from spansieve.cli.screen import Screen, sparkline
from spansieve.processors.error_aggregation.errors_table import drawn

from .house import House, error, errors

WIDE = Screen(200, None, "utf-8", is_cut=True)


def text(house: House, screen: Screen = WIDE) -> str:
    """What is drawn, in black and white."""
    out = Console(file=io.StringIO(), width=screen.width, markup=True, highlight=False)
    with out.capture() as captured:
        out.print(drawn(house.aggregation.snapshot(), "here", screen))
    return captured.get()


def test_alerts_that_fire_stand_above_the_patterns() -> None:
    house = House()
    house.send(*errors(11, attrs={"user.id": "u1"}), error("k", type="KeyError", message="'price'"))
    house.pass_(2)
    lines = text(house).splitlines()
    assert lines[0] == "2 patterns, 3 alerts fire: here, 2023-11-14 22:13:22 UTC"
    assert lines[2].split()[:2] == ["fires", "new_error_type"]
    assert "11 errors in 60 s, mostly TimeoutError in fetch" in "\n".join(lines[2:5])
    head, first, second = (line.split() for line in lines[6:9])
    assert head == ["STATE", "COUNT", "/MIN", "RECOVERED", "LAST", "SEEN", "USERS", "KEY", "TEMPLATE", "LAST", "HOUR"]
    assert first[:9] == ["new", "1", "1", "0", "2", "s", "0", "KeyError:fetch", "'price'"]
    assert second[:8] == ["active", "11", "11", "0", "11", "s", "1", "TimeoutError:fetch"]
    assert second[-1][-1] == "█"


def test_without_errors_there_is_a_line() -> None:
    assert text(House()).strip() == "0 patterns, no alert of errors fires: here, 2023-11-14 22:13:20 UTC"


def test_what_a_terminal_has_no_room_for_is_counted() -> None:
    house = House()
    house.send(*[error(f"t{at}", type=f"E{letter}Error") for at, letter in enumerate("abcdefghijklmnopqrst")])
    house.pass_(2)
    drawn = text(house, Screen(100, 24, "utf-8", is_cut=True))
    assert len(drawn.splitlines()) < 24
    assert "and 17 patterns more, seen before" in drawn


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    house = House()
    house.send(error("t", type="Very" * 20 + "LongError", message="a message that goes on and on " * 10))
    house.pass_(2)
    drawn = text(house, Screen(width, None, "utf-8", is_cut=True))
    assert max(map(len, drawn.splitlines())) <= max(width, 68)


def test_a_message_can_neither_draw_nor_break_the_terminal() -> None:
    house = House()
    house.send(error("t", message="\x1b[2J[red]hello ünïcode \u202e end"))
    house.pass_(2)
    shown = text(house)
    assert "\\e[2J[red]hello" in shown
    assert "\x1b" not in shown
    plain = text(house, Screen(200, None, "ascii", is_cut=True))
    assert plain.encode("ascii")
    assert "\\xfcn\\xefcode" in plain


@given(st.lists(st.integers(0, 10**9), max_size=80), st.integers(1, 60))
def test_a_sparkline_has_its_letters_and_is_empty_only_where_nothing_was(values: list[int], letters: int) -> None:
    line = sparkline(values, letters)
    assert len(line) <= letters
    assert set(line) <= set("▁▂▃▄▅▆▇█")
    assert (set(line) <= {"▁"}) == (not any(values))


def test_a_sparkline_grows_with_what_was() -> None:
    assert sparkline([0, 1, 2, 7], 4) == "▁▂▃█"
    assert sparkline([0] * 58 + [3, 4], 30, "_.:-=+*#") == "_" * 29 + "#"
