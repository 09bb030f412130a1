"""`spansieve costs`: what a running collector has seen being spent."""

from collections.abc import Sequence

import click

from spansieve.cli.live import page_of
from spansieve.cli.options import with_config
from spansieve.cli.tables import Shown

from .ledger import BY
from .view import table_name

TYPE = "costs"
_ALL = ("cost burn", "cost alerts", "budgets", table_name("model"), table_name("operation"))


@click.command(short_help="Show what model calls cost, and who spent it.")
@with_config
@click.option("--endpoint", "-e", metavar="HOST:PORT", help="Where a running collector's status page is; a URL, too.")
@click.option("--processor", "-p", metavar="ID", help="Which processor, such as costs/name.")
@click.option("--by", type=click.Choice(BY), help="Only the table by this, with all of its rows.")
@click.option("--follow", "-f", "is_followed", is_flag=True, help="Show it again every 2 s, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="JSON, with --follow a line each time.")
def costs(
    sources: Sequence[str],
    sets: Sequence[str],
    endpoint: str | None,
    processor: str | None,
    by: str | None,
    *,
    is_followed: bool,
    as_json: bool,
) -> None:
    """Show what model calls cost on the newest day (UTC) that is known to a running collector, how fast money goes, and
    what is left of budgets.

    It is asked through its status page (zpages), where the configuration or --endpoint says it is. By user, tenant and
    thread it tells only with `zpages: {show_users: true}`.
    """
    shown = Shown.find(page_of(sources, sets, endpoint), TYPE, processor)
    tables = _ALL if by is None else (f"costs by {by}",)
    shown.print(tables, as_json=as_json, is_followed=is_followed)
