"""`spansieve costs`: what a running collector has seen being spent."""

import click

from spansieve.cli.asking import Asked, asks

from .call import BY
from .view import table_name

_ALL = ("cost burn", "cost alerts", "budgets", table_name("model"), table_name("operation"))


@click.command(short_help="Show what model calls cost, and who spent it.")
@asks("costs")
@click.option("--by", type=click.Choice(BY), help="Only the table by this, with all of its rows.")
def costs(asked: Asked, by: str | None) -> None:
    """Show what model calls cost on the newest day (UTC) that is known to a running collector, how fast money goes, and
    what is left of budgets.

    It is asked through its status page (zpages), where the configuration or --endpoint says it is. By user, tenant and
    thread it tells only with `zpages: {show_users: true}`.
    """
    if by is None:
        asked.show(*_ALL)
    else:
        asked.show(f"costs by {by}")
