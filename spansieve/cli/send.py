"""`spansieve send`: replay recorded telemetry to a collector."""

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from .client import courier
from .options import recordings
from .recording import Recorded, moved, times


@click.command(short_help="Replay recorded telemetry.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--endpoint",
    "-e",
    default="localhost:4317",
    show_default=True,
    help="host:port for gRPC, http://host:port for HTTP.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    help="Move the times to now and keep the pace, this many times as fast. Else: all at once, times as they are.",
)
def send(files: Sequence[Path], endpoint: str, speed: float | None) -> None:
    """Send recorded telemetry: OTLP bodies (.pb, .json) or OTLP JSON lines (.jsonl), files or folders of them.

    Folders are searched to the bottom for *.jsonl and for names such as 001.traces.pb or calls.logs.json.

    A recording keeps its trace ids, also with --speed: sent twice to one backend, its spans join the same traces.
    """
    recorded = recordings(files, "send")
    try:
        to = courier(endpoint)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--endpoint") from error
    with to as post:
        paced = recorded if speed is None else at_pace(recorded, speed)
        failed = sum(not post.deliver(one) for one in paced)
    sys.exit(1 if failed else 0)


def at_pace(recorded: Sequence[Recorded], speed: float) -> Iterable[Recorded]:
    """Each request when its time has come, moved to end now; the pauses between them are `speed` times as short."""
    ends = [max(times(one), default=0) for one in recorded]
    first = min((end for end in ends if end), default=0)
    started = time.monotonic()
    of_traces: dict[bytes, int] = {}
    for one, end in sorted(zip(recorded, ends, strict=True), key=lambda pair: pair[1]):
        if end:
            due = started + (end - first) / 1e9 / speed
            time.sleep(max(0.0, due - time.monotonic()))
        yield moved(one, time.time_ns() - end, of_traces) if end else one
