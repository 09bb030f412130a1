"""`spansieve dashboard`: the dashboard as a file for Grafana."""

import click

from spansieve.dashboard.grafana import text


@click.command(short_help="Print the dashboard for Grafana.")
def dashboard() -> None:
    """Print the dashboard as JSON, which Grafana 10 and later import: Dashboards, New, Import.

    It asks a Prometheus that reads both of the collector's endpoints: that of the exporter `prometheus` (8889), and its
    own metrics (8888).
    """
    click.echo(text(), nl=False)
