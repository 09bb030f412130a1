"""`spansieve workflows`: the sequences of tools that agents use again and again, of a running collector."""

from collections.abc import Sequence
from typing import Final

import click

from spansieve.cli.live import page_of
from spansieve.cli.options import with_config
from spansieve.cli.tables import Shown

from .view import WORKFLOWS

TYPE: Final = "behavior"


@click.command(short_help="Show sequences of tools that come again and again.")
@with_config
@click.option("--endpoint", "-e", metavar="HOST:PORT", help="Where a running collector's status page is; a URL, too.")
@click.option("--processor", "-p", metavar="ID", help="Which processor, such as behavior/name.")
@click.option("--follow", "-f", "is_followed", is_flag=True, help="Show it again every 2 s, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="JSON, with --follow a line each time.")
def workflows(
    sources: Sequence[str],
    sets: Sequence[str],
    endpoint: str | None,
    processor: str | None,
    *,
    is_followed: bool,
    as_json: bool,
) -> None:
    """Show the sequences of 2 to 5 tools that many traces of the last 24 hours have, the most frequent first: how many
    traces (support), and in which share of them each of these calls succeeded. A sequence that is part of a longer one
    that is shown is left out.

    The collector is asked through its status page (zpages), where the configuration or --endpoint says it is.
    """
    shown = Shown.find(page_of(sources, sets, endpoint), TYPE, processor)
    shown.print([WORKFLOWS], as_json=as_json, is_followed=is_followed)
