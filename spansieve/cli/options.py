"""What several verbs share: which configuration to read."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

import spansieve
from spansieve.config.load import Loaded, load
from spansieve.registry import Registry

CommandT = TypeVar("CommandT", bound=Callable[..., Any])


def default_config() -> str:
    """The configuration that comes with the program: beside the package in a checkout, inside it when installed."""
    here = Path(spansieve.__file__).parent
    inside = here / "collector-config.yaml"
    return str(inside if inside.exists() else here.parent / "collector-config.yaml")


def with_config(command: CommandT) -> CommandT:
    """Give a verb `--config` and `--set`."""
    command = click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="KEY=VALUE",
        help="Set one key (a.b.c=value), over all files. Repeatable.",
    )(command)
    return click.option(
        "--config",
        "-c",
        "sources",
        multiple=True,
        metavar="FILE",
        help="Configuration file; several are merged in order. Default: the one that comes with spansieve.",
    )(command)


def read(sources: Sequence[str], sets: Sequence[str]) -> Loaded:
    """Load the configuration. Raises ConfigError with all its mistakes."""
    return load(list(sources) or [default_config()], list(sets), Registry())


def show_warnings(loaded: Loaded) -> None:
    """Say on stderr what is legal and probably not meant."""
    for warning in loaded.warnings:
        click.echo(f"warning: {warning}", err=True)
