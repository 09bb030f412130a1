"""Tables that a component of a running collector shows (`DashboardStatus`), drawn in a terminal or as JSON."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import click
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from spansieve.alerts import to_the_second
from spansieve.dashboard import Cell, DashboardStatus, is_dashboard
from spansieve.terminal import number

from . import live
from .screen import Screen, console, screen
from .status_page import StatusPage, Unanswered

Row = dict[str, Cell]


class Shown(NamedTuple):
    """A component of a running collector."""

    page: StatusPage
    name: str

    @classmethod
    def find(cls, page: StatusPage, kind: str, wanted: str | None) -> "Shown":
        """The one of the type `kind` that a collector has, or the one with the id `wanted`. Raises Unanswered."""
        where = "write one under processors, and name it in a pipeline of traces behind ai_semantics"
        return cls(page, live.the_one(page, kind, wanted, where))

    def ask(self) -> DashboardStatus:
        """What it shows now. Raises Unanswered."""
        value: object = self.page.value(self.name)
        if not is_dashboard(value):
            raise Unanswered(f"the collector at {self.page.url} is of a version that this command does not know")
        return value

    def rows(self, status: DashboardStatus, table: str) -> list[Row]:
        """The rows of `table`. Raises Unanswered where the collector does not show it."""
        private = status.get("private", {})
        if table in status["tables"] or table in private:
            return status["tables"].get(table) or private.get(table, [])
        raise Unanswered(
            f"the collector at {self.page.url} does not show the table {table}, which is about users: set "
            "show_users: true under extensions, zpages"
        )

    def print(self, tables: Sequence[str], *, as_json: bool, is_followed: bool) -> None:
        """Print `tables`, once, or again and again until Ctrl-C. JSON of one table are its rows, of several all that
        the component shows. Raises Unanswered.
        """
        out = console()

        def draw(status: DashboardStatus, problem: str) -> RenderableType:
            heading = f"{self.name} of {self.page.url}{problem}"
            found = [(table, self.rows(status, table)) for table in tables]
            return drawn(heading, found, screen(out, is_whole=not is_followed))

        if is_followed and as_json:
            live.follow(lambda: self._asked(tables), lambda *_: Text(), as_json=True)
        elif is_followed:
            live.follow(self.ask, draw, as_json=False)
        elif as_json:
            click.echo(json.dumps(self._asked(tables), indent=2))
        else:
            out.print(draw(self.ask(), ""))

    def _asked(self, tables: Sequence[str]) -> DashboardStatus | list[Row]:
        status = self.ask()
        return self.rows(status, tables[0]) if len(tables) == 1 else status


def drawn(heading: str, tables: Iterable[tuple[str, Sequence[Row]]], on: Screen) -> RenderableType:
    """Tables one below the other, each under its name; of the rows as many as there is room for."""
    parts: list[RenderableType] = [on.text(heading, "bold", wraps=True)]
    filled = [(name, rows) for name, rows in tables if rows]
    for name, rows in filled:
        most = len(rows) if on.height is None else max(1, (on.height - 2) // len(filled) - 4)
        parts += [Text(""), on.text(name, "bold"), _table(rows[:most], on)]
        if len(rows) > most:
            parts.append(on.text(f"and {len(rows) - most} more"))
    if not filled:
        parts.append(on.text("nothing yet"))
    return Group(*parts)


def _table(rows: Sequence[Row], on: Screen) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in rows[0]:
        is_number = any(isinstance(row[name], int | float) for row in rows)
        heading = name.upper().replace("_", " ")
        table.add_column(heading, no_wrap=True, justify="right" if is_number else "left", overflow="ellipsis")
    for row in rows:
        table.add_row(*(on.text(_written(row.get(name))) for name in rows[0]))
    return table


def _written(cell: Cell) -> str:
    if cell is None or isinstance(cell, bool):
        return "-" if cell is None else str(cell).lower()
    return to_the_second(cell) if isinstance(cell, str) else number(cell)
