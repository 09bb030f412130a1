"""`spansieve top`: how agents do, in the terminal, for a running collector."""

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.console import RenderableType

from spansieve.alerts.status import in_order, is_errors
from spansieve.dashboard import is_dashboard

from .live import follow, page_of
from .options import with_config
from .screen import console, screen
from .status_page import StatusPage, Unanswered
from .top_screen import Now, drawn


@click.command(short_help="Show how agents do, live.")
@with_config
@click.option("--endpoint", "-e", metavar="HOST:PORT", help="Where a running collector's status page is; a URL, too.")
@click.option("--once", is_flag=True, help="Show it once.")
@click.option("--json", "as_json", is_flag=True, help="JSON; a line every 2 s, or with --once one.")
def top(sources: Sequence[str], sets: Sequence[str], endpoint: str | None, *, once: bool, as_json: bool) -> None:
    """Show how the agents of a running collector do: latency, errors, tokens, tools, cost, users, alerts that fire, and
    the latest patterns of errors; again every 2 s, until Ctrl-C.

    The collector is asked through its status page (zpages), where the configuration or --endpoint says it is.
    """
    page = page_of(sources, sets, endpoint)
    if not once:
        follow(lambda: _told(page), _drawn_live, as_json=as_json)
    elif as_json:
        click.echo(json.dumps(_told(page), indent=2))
    else:
        out = console()
        out.print(drawn(_told(page), screen(out)))


def _drawn_live(now: Now, problem: str) -> RenderableType:
    return drawn(now, screen(console(), is_whole=False), problem)


def _told(page: StatusPage) -> Now:
    """What the collector's components show. Raises Unanswered."""
    shown: dict[str, Any] = {name: page.value(name) for name in page.names()}
    whole = shown.pop("spansieve", None)
    if whole is None:
        raise Unanswered(f"what answers at {page.url} is no status page of spansieve")
    dashboards = {name: value for name, value in shown.items() if is_dashboard(value)}
    errors = [value for value in shown.values() if is_errors(value)]
    raised = [row for value in (*errors, *dashboards.values()) for row in value.get("alerts", ())]
    return {
        "url": page.url,
        "time_ns": whole["time_ns"],
        "version": whole["process"]["version"],
        "uptime_s": whole["process"]["uptime"],
        "measures": {one["name"]: one for value in dashboards.values() for one in value["measures"]},
        "tables": {name: value["tables"] for name, value in dashboards.items()},
        "alerts": [row for row in in_order(raised) if row["status"] == "firing"],
        "patterns": [one for value in errors for one in value["patterns"]],
    }
