"""`spansieve errors`: patterns of errors and alerts, of a running collector or of recorded telemetry."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from spansieve.cli.asking import Asked, asks
from spansieve.cli.options import read, recordings, show_warnings, warn
from spansieve.cli.screen import console, screen
from spansieve.dryrun import chosen

from .errors_fingerprint import fingerprint
from .errors_live import TYPE, Source, follow, once
from .errors_run import ErrorsRun
from .errors_table import drawn


class _Errors(click.Group):
    """What does not begin with another command's name is for `show`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = not args or args[0] not in {*self.commands, *self.get_help_option_names(ctx)}
        return super().parse_args(ctx, ["show", *args] if own else args)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return ["[OPTIONS] [FILE...]"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.commands["show"].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group(cls=_Errors, short_help="Show patterns of errors, and alerts.")
def errors() -> None:
    """Show the patterns of errors and the alerts of a running collector; with FILEs, what error_aggregation would make
    of recorded telemetry.

    A running collector is asked through its status page (zpages), where the configuration or --endpoint says it is.

    FILEs are what `spansieve send` takes: OTLP bodies (.pb, .json), OTLP JSON lines (.jsonl), folders of them; - is
    standard input. What stands before error_aggregation in its pipeline runs too, privacy included, on the clock of the
    data. Nothing is sent, and no storage is opened.
    """


@errors.command(hidden=True)
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(exists=True, allow_dash=True, path_type=Path))
@asks(TYPE)
def show(asked: Asked, files: Sequence[Path]) -> None:
    """See `errors`."""
    if files and (asked.is_followed or asked.endpoint):
        raise click.UsageError("--follow and --endpoint are for a running collector: leave them or the files out")
    if files:
        _recorded(asked, files)
    else:
        source = Source.find(asked.page, asked.processor)
        (follow if asked.is_followed else once)(source, as_json=asked.as_json)


def _recorded(asked: Asked, files: Sequence[Path]) -> None:
    loaded = read(asked.sources, asked.sets)
    show_warnings(loaded)
    found = chosen(loaded, TYPE, asked.processor)
    run = ErrorsRun(loaded, found)
    for request in recordings(files, "look at"):
        run.arrivals.add(request)
    warn(run.arrivals.remarks())
    if run.arrivals.is_empty:
        raise click.UsageError(f"nothing of {', '.join(map(str, files))} reaches {found.name}")
    status = run.run()
    warn(run.warnings)
    if asked.as_json:
        click.echo(json.dumps(status, indent=2))
        return
    out, behind = console(), ", ".join(found.front.names)
    heading = f"{found.name} in {found.front.pipeline}{f', behind {behind}' if behind else ''}; nothing was sent"
    out.print(drawn(status, heading, screen(out), all_alerts=True))


errors.add_command(fingerprint)
