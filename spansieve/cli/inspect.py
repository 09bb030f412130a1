"""`spansieve validate`, `components` and `config show`: look without running anything."""

from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from spansieve.config.show import show
from spansieve.plugin import signals_of
from spansieve.registry import KINDS, Registry
from spansieve.service import Service

from .options import read, show_warnings, with_config


@click.command()
@with_config
def validate(sources: Sequence[str], sets: Sequence[str]) -> None:
    """Check a configuration: exit code 0 if it can run, 2 and all mistakes with line and column if not."""
    loaded = read(sources, sets)
    show_warnings(loaded)
    Service(loaded).discard()


@click.command()
def components() -> None:
    """List what pipelines can be built of: name, kind, signals, stability, and the package that brings it."""
    registry = Registry()
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "kind", "signals", "stability", "package"):
        table.add_column(heading, no_wrap=True)
    for kind in KINDS:
        for name, (_, distribution) in sorted(registry.names(kind).items()):
            component = registry.load(kind, name)
            signals = ", ".join(sorted(signals_of(component) - {"alerts"})) if kind != "extensions" else "-"
            table.add_row(name, kind.removesuffix("s"), signals, component.stability, distribution)
    Console(highlight=False, soft_wrap=True).print(table)


@click.group()
def config() -> None:
    """Look at the configuration."""


@config.command("show")
@with_config
def show_command(sources: Sequence[str], sets: Sequence[str]) -> None:
    """Print the configuration in force: all files merged, every default filled in, secrets masked."""
    loaded = read(sources, sets)
    show_warnings(loaded)
    click.echo(show(loaded), nl=False)
