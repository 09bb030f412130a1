"""Patterns and alerts drawn in a terminal."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spansieve.alerts import time_ns_of
from spansieve.alerts.status import AlertRow, ErrorsStatus, PatternRow
from spansieve.cli.screen import Screen
from spansieve.terminal import moment, number, plural

from .told import lasting

_WIDTHS: Final = ((200, 60), (150, 30), (110, 20))
"""From so many columns on a sparkline has so many letters."""
_NARROW: Final = 10
_STYLES: Final = {"new": "yellow", "active": "red", "regressed": "bold red", "resolved": "green", "fires": "bold red"}
_NUMBERS: Final = ("COUNT", "/MIN", "RECOVERED", "LAST SEEN", "USERS")


def drawn(status: ErrorsStatus, heading: str, screen: Screen, *, all_alerts: bool = False) -> RenderableType:
    """The alerts that fire, or all of them, above the patterns."""
    now_ns = time_ns_of(status["time"])
    alerts = [alert for alert in status["alerts"] if all_alerts or alert["status"] == "firing"]
    when = moment(now_ns, day=True)[:19]
    parts: list[RenderableType] = [screen.text(f"{_summary(status)}: {heading}, {when} UTC", "bold", wraps=True)]
    if screen.height is not None:
        alerts = alerts[: screen.height // 2]
    if alerts:
        parts += [Text(""), _alerts(alerts, now_ns, screen)]
    room = None if screen.height is None else max(1, screen.height - len(alerts) - 9)
    rows = status["patterns"][:room]
    if rows:
        parts += [Text(""), _patterns(rows, now_ns, screen)]
    if left := status["patterns_in_all"] - len(rows):
        parts.append(screen.text(f"and {plural(left, 'pattern')} more, seen before"))
    return Group(*parts)


def _summary(status: ErrorsStatus) -> str:
    firing = sum(alert["status"] == "firing" for alert in status["alerts"])
    fires = f"{plural(firing, 'alert')} {'fires' if firing == 1 else 'fire'}" if firing else "no alert of errors fires"
    return f"{plural(status['patterns_in_all'], 'pattern')}, {fires}"


def _alerts(alerts: Sequence[AlertRow], now_ns: int, screen: Screen) -> Table:
    table = Table.grid(padding=(0, 2), expand=screen.is_cut)
    for name in ("state", "type", "since", "lasted"):
        table.add_column(no_wrap=True, justify="right" if name == "lasted" else "left")
    table.add_column(no_wrap=True, ratio=1 if screen.is_cut else None)
    for alert in alerts:
        state = "fires" if alert["status"] == "firing" else "resolved"
        since_ns = time_ns_of(alert["starts_at"])
        until_ns = time_ns_of(alert["ends_at"]) if alert["ends_at"] else now_ns
        cells = (alert["type"], moment(since_ns, day=True)[:19], _lasting(until_ns - since_ns), alert["summary"])
        table.add_row(screen.text(state, _STYLES[state]), *map(screen.text, cells))
    return table


def _patterns(rows: Sequence[PatternRow], now_ns: int, screen: Screen) -> Table:
    fills = screen.is_cut
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", expand=fills)
    table.add_column("STATE", no_wrap=True)
    for name in _NUMBERS:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("KEY", no_wrap=True, min_width=16, ratio=2 if fills else None)
    table.add_column("TEMPLATE", no_wrap=True, ratio=3 if fills else None)
    table.add_column("LAST HOUR", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row, now_ns, screen))
    return table


def _cells(row: PatternRow, now_ns: int, screen: Screen) -> Iterator[Text]:
    yield screen.text(row["state"], _STYLES.get(row["state"], ""))
    yield screen.text(f"{row['count']:,}")
    yield screen.text(number(row["rate_per_minute"]))
    yield screen.text(f"{row['recovered']:,}")
    yield screen.text(_lasting(now_ns - time_ns_of(row["last_seen"])))
    yield screen.text(f"{row['users']:,}")
    yield screen.text(row["key"])
    yield screen.text(row["template"])
    letters = next((letters for width, letters in _WIDTHS if screen.width >= width), _NARROW)
    yield screen.line(row["last_hour"]["sparkline"], letters)


def _lasting(nanoseconds: int) -> str:
    return lasting(max(0, nanoseconds // 1_000_000_000))
