"""`spansieve sample`: what `tail_sampling` would keep of recorded telemetry, before anybody dares to switch it on."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from spansieve.cli.options import read, recordings, say, show_warnings, warn, with_config
from spansieve.dryrun import chosen

from .sample_report import Report
from .sample_run import DryRun
from .sample_table import lines

_TYPE = "tail_sampling"


@click.command(short_help="Show what tail_sampling would keep of recorded telemetry.")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, allow_dash=True, path_type=Path)
)
@with_config
@click.option("--processor", "-p", metavar="ID", help="Which processor of the file, such as tail_sampling/name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def sample(
    files: Sequence[Path], sources: Sequence[str], sets: Sequence[str], processor: str | None, *, as_json: bool
) -> None:
    """Show what tail_sampling would keep: which traces by which policy, and how many spans and bytes a day that is.

    FILEs are what `spansieve send` takes: OTLP bodies (.pb, .json), OTLP JSON lines (.jsonl, as the file exporter
    writes them), folders of them; - is standard input. Nothing is sent, and no storage is opened.

    What stands before the processor in its pipeline runs too, so that errors and names are seen as it would see them.
    The clock is that of the data: a span comes when it ended, so waits, rates, budgets and late spans are as they
    would have been.
    """
    loaded = read(sources, sets)
    show_warnings(loaded)
    name, front = chosen(loaded, _TYPE, processor)
    recorded = recordings(files, "sample")
    run = DryRun(loaded, name, front)
    for request in recorded:
        run.arrivals.add(request)
    warn(run.arrivals.remarks())
    if not run.arrivals.has_spans:
        raise click.UsageError(f"no span of {', '.join(map(str, files))} reaches {name}")
    host = run.run()
    warn(host.warnings)
    report = Report.of(run, host)
    say(json.dumps(report.as_json(), indent=2) if as_json else "\n".join(lines(report)))
