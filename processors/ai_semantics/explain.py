"""`spansieve explain`: for recorded telemetry what was recognised, by which rule, and what was written from what."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from spansieve.cli.options import configured, recordings, say
from spansieve.cli.recording import Recorded
from spansieve.clock import SystemClock
from spansieve.config.problems import ConfigError

from .config import AiSemanticsConfig
from .explained import Explained
from .explainer import Explainer
from .showing import as_json, lines
from .summary import Summary

_TYPE = "ai_semantics"


@click.command(short_help="Show what ai_semantics makes of recorded telemetry.")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, allow_dash=True, path_type=Path)
)
@click.option(
    "--config", "-c", "sources", multiple=True, metavar="FILE", help="Use the processor as this file configures it."
)
@click.option("--processor", "-p", metavar="ID", help="Which processor of the file, such as ai_semantics/name.")
@click.option("--trace", "trace_id", default="", metavar="ID", help="Only traces whose id begins so.")
@click.option("--span", "span_id", default="", metavar="ID", help="Only spans whose id begins so.")
@click.option("--all", "every", is_flag=True, help="Also what says nothing, and what no rule knows.")
@click.option("--content", is_flag=True, help="Show values whole: prompts, answers and tools' data too.")
@click.option("--json", "json_lines", is_flag=True, help="A JSON object a line, one for each item.")
def explain(
    files: Sequence[Path],
    sources: Sequence[str],
    processor: str | None,
    trace_id: str,
    span_id: str,
    *,
    every: bool,
    content: bool,
    json_lines: bool,
) -> None:
    """Show for each span and log record what it is, by which rule, and which attribute was written from what.

    FILEs are what `spansieve send` takes: OTLP bodies (.pb, .json), OTLP JSON lines (.jsonl), folders of them; - is
    standard input. Nothing is sent or changed. A value is cut to 60 characters, content is shown by its length.
    """
    explainer = _explainer(*configured(sources, processor, _TYPE, AiSemanticsConfig))
    summary, wanted = Summary(), (trace_id.lower(), span_id.lower())
    for one in _explained(explainer, recordings(files, "explain"), wanted):
        summary.add(one)
        if every or span_id or (one.is_known and not one.says_nothing):
            say(as_json(one, content=content) if json_lines else "\n".join((*lines(one, content=content), "")))
    if not json_lines:
        say("\n".join(summary.lines(all_shown=every or bool(span_id))))


def _explained(explainer: Explainer, recorded: Sequence[Recorded], wanted: tuple[str, str]) -> Iterable[Explained]:
    """The items whose ids begin as `wanted`. Raises click.UsageError if there are none."""
    found = False
    for request in recorded:
        for one in explainer.explain(request):
            if one.trace_id.startswith(wanted[0]) and one.span_id.startswith(wanted[1]):
                found = True
                yield one
    if not found:
        raise click.UsageError(_nothing(recorded, wanted))


def _nothing(recorded: Sequence[Recorded], wanted: tuple[str, str]) -> str:
    if not any(one.items for one in recorded if one.signal in {"traces", "logs"}):
        return "there are no spans and no log records in it; metrics pass ai_semantics as they are"
    ids = [
        f"a {what} id that begins with {given}" for what, given in zip(("trace", "span"), wanted, strict=True) if given
    ]
    return f"no span or log record has {' and '.join(ids)}"


def _explainer(processor: str, config: AiSemanticsConfig) -> Explainer:
    try:
        return Explainer(config, SystemClock())
    except ValueError as error:
        raise ConfigError.of(f"processors.{processor}: {error}") from error
