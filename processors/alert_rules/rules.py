"""`spansieve rules`: the rules of `alert_rules` in other forms."""

from collections.abc import Sequence

import click

from spansieve.cli.options import configured

from .config import AlertRulesConfig
from .prometheus_file import rule_file

_TYPE = "alert_rules"


@click.group(short_help="Write alert rules for Prometheus.")
def rules() -> None:
    """Write the rules of alert_rules in other forms."""


@rules.command(short_help="Write them as a file that Prometheus loads.")
@click.option(
    "--config",
    "-c",
    "sources",
    multiple=True,
    metavar="FILE",
    help="Configuration file; several are merged in order. Default: the built-in rules.",
)
@click.option("--processor", "-p", metavar="ID", help="Which processor of it, such as alert_rules/name.")
def prometheus(sources: Sequence[str], processor: str | None) -> None:
    """Write the rules as a file that Prometheus 2.42 or later loads (rule_files).

    It means the same as alert_rules does, apart from what its documentation names (docs/alert-rules.md). The metrics
    are those that the exporter `prometheus` shows.
    """
    _, config = configured(sources, processor, _TYPE, AlertRulesConfig)
    click.echo(rule_file(config.compiled(), config.interval), nl=False)
