"""What `spansieve top` draws."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypedDict

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spansieve.alerts import time_ns_of
from spansieve.alerts.status import AlertRow, PatternRow
from spansieve.dashboard import GROUPS, MEASURES, Definition, Measure
from spansieve.dashboard.amounts import amount, plain
from spansieve.terminal import moment, plural

from .screen import Screen

_WIDE: Final = 120
"""From so many columns on measures have a line each."""
_LETTERS: Final = 15
_MOST: Final = 4
"""Tools, alerts and patterns: so that all is on a screen of 24 lines in most cases."""


class Now(TypedDict):
    """What a collector says now; also what `--json` prints."""

    url: str
    time_ns: int
    version: str
    uptime_s: float
    measures: Mapping[str, Measure]
    tables: Mapping[str, Any]
    alerts: Sequence[AlertRow]
    patterns: Sequence[PatternRow]


def drawn(now: Now, screen: Screen, problem: str = "") -> RenderableType:
    """Alerts, measures by group, tools, and the patterns of errors that there is room for."""
    up = amount(now["uptime_s"], "seconds")
    heading = (
        f"spansieve {now['version']} at {now['url']}, up {up}, {moment(now['time_ns'], day=True)[:19]} UTC{problem}"
    )
    parts: list[RenderableType] = [screen.text(heading, "bold", wraps=True)]
    parts += _alerts(now["alerts"], screen)
    parts += _measures(now["measures"], screen)
    parts += _tools(now["measures"], screen)
    parts += _patterns(now["patterns"], now["time_ns"], screen)
    return Group(*parts)


def _measures(measures: Mapping[str, Measure], screen: Screen) -> Iterator[RenderableType]:
    if not measures:
        yield screen.text("no processor measures agents: name ai_metrics in a pipeline of traces", "yellow", wraps=True)
    for group in GROUPS:
        cells = [
            _cells(definition, measures[definition.name], screen)
            for definition in MEASURES.values()
            if definition.group == group and definition.name in measures
        ]
        if cells:
            yield screen.text(group, "bold cyan")
            yield _two_abreast(cells, is_wide=screen.width >= _WIDE, is_cut=screen.is_cut)


def _two_abreast(cells: Sequence[Sequence[Text]], *, is_wide: bool, is_cut: bool) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), expand=is_cut)
    for _ in range(2):
        table.add_column(no_wrap=True, ratio=1 if is_cut else None)
        table.add_column(no_wrap=True, justify="right")
        table.add_column(no_wrap=True, justify="right", style="dim")
        if is_wide:
            table.add_column(no_wrap=True, width=_LETTERS)
    width = 4 if is_wide else 3
    for at in range(0, len(cells), 2):
        pair = [cell for one in cells[at : at + 2] for cell in one[:width]]
        table.add_row(*pair)
    return table


def _cells(definition: Definition, measure: Measure, screen: Screen) -> list[Text]:
    """Its title, value, value of the last hour, and line."""
    value, limit, shares = measure["value"], definition.limit, measure["shares"]
    hour = "" if measure["hour"] is None else amount(measure["hour"], definition.unit)
    told, style = amount(value, definition.unit), ""
    if value is not None and limit is not None and limit.is_passed(value):
        told, style = f"{told} !", "bold red"
    if value is None and shares and shares[0]["value"] is not None:
        told, hour = amount(shares[0]["value"], definition.shared or definition.unit), shares[0]["label"]
    return [
        screen.text(definition.title),
        screen.text(told, style),
        screen.text(hour[:16]),
        screen.line(measure["trend"], _LETTERS, least=0),
    ]


def _tools(measures: Mapping[str, Measure], screen: Screen) -> Iterator[RenderableType]:
    used, works = _shares(measures, "toolUsageDistribution"), _shares(measures, "toolSuccessRate")
    rows = [(tool, amount(share, "ratio"), amount(works.get(tool), "ratio")) for tool, share in used.items()]
    if rows:
        yield _table(("TOOL", "USED", "SUCCESS"), rows[:_MOST], screen)


def _shares(measures: Mapping[str, Measure], name: str) -> dict[str, float | None]:
    return {one["label"]: one["value"] for one in measures[name]["shares"]} if name in measures else {}


def _alerts(alerts: Sequence[AlertRow], screen: Screen) -> Iterator[RenderableType]:
    for alert in alerts[:_MOST]:
        since = moment(time_ns_of(alert["starts_at"]), day=True)[:16]
        yield screen.text(f"FIRES {alert['severity']} since {since}: {alert['summary']}", "bold red")
    if len(alerts) > _MOST:
        yield screen.text(f"and {plural(len(alerts) - _MOST, 'alert')} more", "red")


def _patterns(patterns: Sequence[PatternRow], now_ns: int, screen: Screen) -> Iterator[RenderableType]:
    rows = [
        (
            row["key"],
            f"{row['count']:,}",
            plain(row["rate_per_minute"]),
            f"{amount(max(0, now_ns - time_ns_of(row['last_seen'])) / 1e9, 'seconds')} ago",
        )
        for row in patterns[:_MOST]
    ]
    if rows:
        yield _table(("ERRORS", "COUNT", "/MIN", "SEEN"), rows, screen)


def _table(names: Sequence[str], rows: Iterable[Sequence[str]], screen: Screen) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold cyan", expand=screen.is_cut)
    table.add_column(names[0], no_wrap=True, ratio=1 if screen.is_cut else None)
    for name in names[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*map(screen.text, row))
    return table
