"""`spansieve decisions`: what the agents of a running collector decided."""

import click

from spansieve.cli.asking import Asked, asks

from .view import TABLE


@click.command(short_help="Show what agents decided, and how it turned out.")
@asks("decisions")
def decisions(asked: Asked) -> None:
    """Show the decisions that a running collector has seen, by their type and by the tokens of context that they were
    made in: how many, how sure, and how it turned out.

    It is asked through its status page (zpages), where the configuration or --endpoint says it is.
    """
    asked.show(TABLE)
