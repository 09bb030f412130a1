"""`spansieve workflows`: the sequences of tools that agents use again and again, of a running collector."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import click
from rich.table import Table

from spansieve.cli.live import page_of, the_one
from spansieve.cli.options import with_config
from spansieve.cli.screen import Screen, console, screen
from spansieve.cli.status_page import StatusPage, Unanswered
from spansieve.dashboard.shown import is_dashboard

from .view import WORKFLOWS

TYPE: Final = "behavior"
_WHERE: Final = "write one under processors, and name it in a pipeline of traces behind ai_semantics and prompt_privacy"
Rows = Sequence[Mapping[str, Any]]


@click.command(short_help="Show sequences of tools that come again and again.")
@with_config
@click.option("--endpoint", "-e", metavar="HOST:PORT", help="Where a running collector's status page is; a URL, too.")
@click.option("--processor", "-p", metavar="ID", help="Which processor, such as behavior/name.")
@click.option("--json", "as_json", is_flag=True, help="JSON.")
def workflows(
    sources: Sequence[str], sets: Sequence[str], endpoint: str | None, processor: str | None, *, as_json: bool
) -> None:
    """Show the sequences of 2 to 5 tools that many traces of the last 24 hours have, the most frequent first, and how
    often each of their calls succeeded. A sequence that is part of a longer one that is shown is left out.

    The collector is asked through its status page (zpages), where the configuration or --endpoint says it is.
    """
    page = page_of(sources, sets, endpoint)
    rows = _ask(page, the_one(page, TYPE, processor, _WHERE))
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    elif rows:
        out = console()
        out.print(drawn(rows, screen(out)))
    else:
        click.echo("no sequence of tools is frequent enough yet (behavior.workflows.support)")


def _ask(page: StatusPage, name: str) -> Rows:
    value = page.value(name)
    if not is_dashboard(value):
        raise Unanswered(f"the collector at {page.url} is of a version that this command does not know")
    return value["tables"][WORKFLOWS]


def drawn(rows: Rows, on: Screen) -> Table:
    """`rows` as a table, on a terminal of that kind."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("traces", justify="right")
    table.add_column("succeeded", justify="right")
    table.add_column("tools", overflow="fold")
    for row in rows:
        table.add_row(str(row["support"]), f"{row['success_rate']:.0%}", on.text(str(row["tools"]), wraps=True))
    return table
