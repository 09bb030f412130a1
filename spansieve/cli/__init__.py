"""The `spansieve` command. Exit codes: 0, 1 a failure while running, 2 a mistake in the command or the
configuration.
"""

import os

import click

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # gRPC's own log quotes what peers send; before its first import

from spansieve import __version__

from .dashboard import dashboard
from .demo import demo
from .inspect import components, config, validate
from .run import run
from .send import send
from .top import top
from .verbs import Verbs


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="spansieve")
def main() -> None:
    """An OpenTelemetry Collector for AI agents.

    \b
    spansieve demo                          see an agent's conversation pass through
    spansieve run                           receive on 4317 and 4318
    spansieve config default > my.yaml      the commented configuration, to change
    spansieve validate --config my.yaml     find all its mistakes, with line and column
    spansieve run --config my.yaml          run with it
    """  # noqa: D301 (click reads the \b: lines as they are)


for verb in (run, validate, components, config, send, demo, dashboard, top):
    main.add_command(verb)
