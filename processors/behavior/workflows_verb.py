"""`spansieve workflows`: the sequences of tools that agents use again and again, of a running collector."""

import click

from spansieve.cli.asking import Asked, asks

from .view import WORKFLOWS


@click.command(short_help="Show sequences of tools that come again and again.")
@asks("behavior")
def workflows(asked: Asked) -> None:
    """Show the sequences of 2 to 5 tools that many traces of the last 24 hours have, the most frequent first: how many
    traces (support), and in which share of them each of these calls succeeded. A sequence that is part of a longer one
    that is shown is left out.

    The collector is asked through its status page (zpages), where the configuration or --endpoint says it is.
    """
    asked.show(WORKFLOWS)
