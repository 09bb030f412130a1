"""`spansieve errors`: patterns of errors and alerts, of a running collector or of recorded telemetry."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from spansieve.cli.live import page_of
from spansieve.cli.options import read, recordings, show_warnings, warn, with_config
from spansieve.cli.screen import console, screen
from spansieve.cli.status_page import StatusPage
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
@with_config
@click.option("--endpoint", "-e", metavar="HOST:PORT", help="Where a running collector's status page is; a URL, too.")
@click.option("--processor", "-p", metavar="ID", help="Which processor, such as error_aggregation/name.")
@click.option("--follow", "-f", "is_followed", is_flag=True, help="Show it again every 2 s, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="JSON, with --follow a line each time.")
def show(
    files: Sequence[Path],
    sources: Sequence[str],
    sets: Sequence[str],
    endpoint: str | None,
    processor: str | None,
    *,
    is_followed: bool,
    as_json: bool,
) -> None:
    """See `errors`."""
    if files and (is_followed or endpoint):
        raise click.UsageError("--follow and --endpoint are for a running collector: leave them or the files out")
    if files:
        _recorded(files, sources, sets, processor, as_json=as_json)
    else:
        _live(page_of(sources, sets, endpoint), processor, is_followed=is_followed, as_json=as_json)


def _live(page: StatusPage, processor: str | None, *, is_followed: bool, as_json: bool) -> None:
    source = Source.find(page, processor)
    (follow if is_followed else once)(source, as_json=as_json)


def _recorded(
    files: Sequence[Path], sources: Sequence[str], sets: Sequence[str], processor: str | None, *, as_json: bool
) -> None:
    loaded = read(sources, sets)
    show_warnings(loaded)
    found = chosen(loaded, TYPE, processor)
    run = ErrorsRun(loaded, found)
    for request in recordings(files, "look at"):
        run.arrivals.add(request)
    warn(run.arrivals.remarks())
    if run.arrivals.is_empty:
        raise click.UsageError(f"nothing of {', '.join(map(str, files))} reaches {found.name}")
    status = run.run()
    warn(run.warnings)
    if as_json:
        click.echo(json.dumps(status, indent=2))
        return
    out, behind = console(), ", ".join(found.front.names)
    heading = f"{found.name} in {found.front.pipeline}{f', behind {behind}' if behind else ''}; nothing was sent"
    out.print(drawn(status, heading, screen(out), all_alerts=True))


errors.add_command(fingerprint)
