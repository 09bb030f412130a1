"""`spansieve validate`, `components` and `config`: look without running anything."""

from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click

from spansieve.config.show import show
from spansieve.pdata import Signal
from spansieve.plugin import Component, Exporter, signals_of
from spansieve.registry import KINDS, Kind, PluginError, Registry
from spansieve.service import Service

from .options import default_config, read, show_warnings, with_config
from .verbs import package

_SIGNALS: tuple[Signal, ...] = ("traces", "logs", "metrics", "alerts")
_HEADINGS = ("name", "kind", "signals", "stability", "package")


@click.command(short_help="Find all mistakes in a configuration.")
@with_config
def validate(sources: Sequence[str], sets: Sequence[str]) -> None:
    """Check a configuration: exit code 0 if it can run, 2 and all mistakes with line and column if not."""
    loaded = read(sources, sets)
    show_warnings(loaded)
    Service(loaded).discard()


@click.command(short_help="List what pipelines can be built of.")
def components() -> None:
    """List what pipelines can be built of: name, kind, signals, stability, and the package that brings it.

    A plugin that can't be used is listed with the reason.
    """
    for line in _aligned([_HEADINGS, *(row for kind in KINDS for row in _rows(kind))]):
        click.echo(line)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows as lines with their columns below each other, never cut: a terminal wraps, a script reads them whole."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, *row[len(widths) :]]).rstrip()


def _rows(kind: Kind) -> Iterator[Sequence[str]]:
    """The rows of a kind; one that can't be used has a cell more, the reason."""
    points = entry_points(group=f"spansieve.{kind}")
    for name in sorted(points.names):
        own = [point for point in points if point.name == name]
        what = [name, kind.removesuffix("s")]
        registry = Registry(own)  # of this name alone, so that its mistake is no other row's
        try:
            component = registry.load(kind, name)
        except PluginError as mistake:
            packages = ", ".join(sorted({package(point) for point in own}))
            yield [*what, "-", "-", packages, " ".join(str(mistake).split())]
        else:
            signals = "-" if kind == "extensions" else _signals(component)
            yield [*what, signals, component.stability, registry.names(kind)[name][1]]


def _signals(component: type[Component[Any]]) -> str:
    """The signals as people know them; `alerts` where the component has something of its own for them."""
    taken = signals_of(component)
    if issubclass(component, Exporter) and not ("alerts" in component.signals or hasattr(component, "alerts")):
        taken -= {"alerts"}
    return ", ".join(signal for signal in _SIGNALS if signal in taken)


@click.group(short_help="Print the configuration in force, or the default one.")
def config() -> None:
    """Look at the configuration."""


@config.command("show", short_help="Print the configuration in force.")
@with_config
def show_command(sources: Sequence[str], sets: Sequence[str]) -> None:
    """Print the configuration in force: all files merged, every default filled in, secrets masked."""
    loaded = read(sources, sets)
    show_warnings(loaded)
    click.echo(show(loaded), nl=False)


@config.command("default", short_help="Print the default configuration, with its comments.")
def default_command() -> None:
    """Print the configuration that comes with spansieve, with its comments, to begin one's own with.

    Write it to a file: spansieve config default > my.yaml
    """
    click.echo(Path(default_config()).read_text("utf-8"), nl=False)
