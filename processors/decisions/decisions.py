"""`spansieve decisions`: what the agents of a running collector decided."""

from collections.abc import Sequence

import click

from spansieve.cli.live import page_of
from spansieve.cli.options import with_config
from spansieve.cli.tables import Shown

from .view import TABLE

TYPE = "decisions"


@click.command(short_help="Show what agents decided, and how it turned out.")
@with_config
@click.option("--endpoint", "-e", metavar="HOST:PORT", help="Where a running collector's status page is; a URL, too.")
@click.option("--processor", "-p", metavar="ID", help="Which processor, such as decisions/name.")
@click.option("--follow", "-f", "is_followed", is_flag=True, help="Show it again every 2 s, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="The rows as JSON, with --follow a line each time.")
def decisions(
    sources: Sequence[str],
    sets: Sequence[str],
    endpoint: str | None,
    processor: str | None,
    *,
    is_followed: bool,
    as_json: bool,
) -> None:
    """Show the decisions that a running collector has seen, by their type and by the tokens of context that they were
    made in: how many, how sure, and how it turned out.

    It is asked through its status page (zpages), where the configuration or --endpoint says it is.
    """
    shown = Shown.find(page_of(sources, sets, endpoint), TYPE, processor)
    shown.print((TABLE,), as_json=as_json, is_followed=is_followed)
