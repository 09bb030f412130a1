"""`spansieve send`: replay recorded telemetry to a collector."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from spansieve.clock import SystemClock
from spansieve.host import ComponentHost, Core
from spansieve.otlp.client_config import GrpcClientSettings, HttpClientSettings
from spansieve.otlp.grpc_client import GrpcClient
from spansieve.otlp.http_client import HttpClient
from spansieve.pdata import Signal
from spansieve.plugin import Permanent, Rejected, Retry
from spansieve.telemetry.instruments import Instruments
from spansieve.tls import ClientTls

from .recording import NotOtlp, Recorded, moved, read, times

Send = Callable[[Signal, bytes], Rejected | None]

PATIENCE_SECONDS = 10.0
"""How long a refused request is tried again."""
_WORDS = {"traces": "span", "logs": "log record", "metrics": "data point"}


@click.command()
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
    """Send recorded telemetry: OTLP bodies (.pb, .json) or OTLP JSON lines (.jsonl), files or folders of them."""
    try:
        recorded = [one for file in files for one in read(file)]
    except (NotOtlp, OSError) as error:
        raise click.UsageError(str(error)) from error
    with client(endpoint) as post:
        paced = recorded if speed is None else at_pace(recorded, speed)
        failed = sum(not deliver(post, one) for one in paced)
    sys.exit(1 if failed else 0)


@contextmanager
def client(endpoint: str) -> Iterator[Send]:
    """What sends to `endpoint`; closed at the end."""
    core = Core(SystemClock(), Instruments())
    try:
        if endpoint.startswith(("http://", "https://")):
            http = HttpClient(HttpClientSettings(endpoint=endpoint), ComponentHost(core, "exporters", "send"))
            http.open()
            yield lambda signal, body: _post(http, f"{endpoint.rstrip('/')}/v1/{signal}", body)
            http.close()
        else:
            grpc = GrpcClient(GrpcClientSettings(endpoint=endpoint, tls=ClientTls(insecure=True)))
            yield grpc.export
            grpc.close()
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    finally:
        core.loop.close()


def _post(http: HttpClient, url: str, body: bytes) -> None:
    http.post(url, body, "application/x-protobuf")


def deliver(post: Send, recorded: Recorded) -> bool:
    """Send one request, again while it is refused; says on the terminal how it went."""
    plural = "" if recorded.items == 1 else "s"
    what = f"{recorded.items} {_WORDS[recorded.signal]}{plural} of {recorded.source}"
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            rejected = post(recorded.signal, recorded.body)
        except Retry as refusal:
            if time.monotonic() < give_up:
                time.sleep(min(refusal.after or 0.5, 5.0))
                continue
            click.echo(f"not sent: {what}: {refusal.reason}. Is a collector listening there?", err=True)
            return False
        except Permanent as refusal:
            click.echo(f"refused: {what}: {refusal.reason}", err=True)
            return False
        if rejected:
            click.echo(f"sent {what}, {rejected.items} of them rejected: {rejected.message}")
        else:
            click.echo(f"sent {what}")
        return True


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
