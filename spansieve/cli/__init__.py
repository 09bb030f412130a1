"""The `spansieve` command. Exit codes: 0, 1 a failure while running, 2 a mistake in the command or the
configuration.
"""

import os
import sys
from typing import Any

import click

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # gRPC's own log quotes what peers send; before its first import

from spansieve import __version__
from spansieve.config.problems import ConfigError
from spansieve.registry import Registry

from .demo import demo
from .inspect import components, config, validate
from .run import run
from .send import send


class Verbs(click.Group):
    """The built-in verbs, and those that plugins bring under the entry-point group `spansieve.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted; nothing of a plugin is loaded for that."""
        return sorted({*super().list_commands(ctx), *Registry().commands()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A verb; a plugin's is loaded only now."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        entry_point = Registry().commands().get(cmd_name)
        if entry_point is None:
            return None
        command = entry_point.load()
        return command if isinstance(command, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Say a mistake in the configuration without a traceback."""
        try:
            return super().invoke(ctx)
        except ConfigError as mistakes:
            click.echo(str(mistakes), err=True)
            sys.exit(2)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="spansieve")
def main() -> None:
    r"""An OpenTelemetry Collector for AI agents.

    \b
    spansieve run                            receive on 4317 and 4318, with the default configuration
    spansieve run --config my.yaml           with your own
    spansieve validate --config my.yaml      find all mistakes in it, with line and column
    spansieve demo                           see a real agent's conversation pass through
    """


for verb in (run, validate, components, config, send, demo):
    main.add_command(verb)
