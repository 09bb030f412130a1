"""`spansieve sample`: what `tail_sampling` would keep of recorded telemetry, before anybody dares to switch it on."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from spansieve.cli.options import read, recordings, say, show_warnings, with_config
from spansieve.config.load import Loaded

from .sample_front import Front, front_of
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
    name, front = _chosen(loaded, processor)
    recorded = recordings(files, "sample")
    run = DryRun(loaded, name, front)
    for request in recorded:
        run.add(request)
    _warn(run.remarks())
    if not run.has_spans:
        raise click.UsageError(f"no span of {', '.join(map(str, files))} reaches {name}")
    host = run.run()
    _warn(host.warnings)
    report = Report.of(run, host)
    say(json.dumps(report.as_json(), indent=2) if as_json else "\n".join(lines(report)))


def _chosen(loaded: Loaded, wanted: str | None) -> tuple[str, Front]:
    """The id of the processor, and what stands before it. Raises click.UsageError where it is not to be had."""
    ids = [one.id for one in loaded.processors.values() if one.type == _TYPE]
    found = {one: front for one in ids if (front := front_of(loaded, one, "traces")) is not None}
    if wanted is None and len(found) == 1:
        [wanted] = found
    if wanted is None or wanted not in found:
        raise click.UsageError(_choice(wanted, ids, list(found)))
    return wanted, found[wanted]


def _choice(wanted: str | None, ids: Sequence[str], found: Sequence[str]) -> str:
    if not ids:
        return f"the configuration has no {_TYPE}: write one under processors, and name it in a pipeline of traces"
    if not found or wanted in ids:
        return f"no pipeline of traces names {wanted or ' or '.join(ids)}, so no span would reach it"
    what = f"the configuration has no processor {wanted}" if wanted else f"the configuration has several {_TYPE}"
    return f"{what}; choose with --processor: {', '.join(found)}"


def _warn(remarks: Iterable[str]) -> None:
    for remark in remarks:
        click.echo(f"warning: {remark}", err=True)
