"""`spansieve scrub`: what `prompt_privacy` takes out of a file, shown before anything is let out of the building."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import click

from spansieve.cli.options import configured
from spansieve.cli.recording import NotOtlp
from spansieve.config.problems import ConfigError
from spansieve.pseudonyms import Keyring

from .config import PromptPrivacyConfig
from .scrub_host import ScrubHost
from .scrub_input import NotText, whole
from .scrub_notes import Notes
from .scrub_source import Sources
from .scrub_verify import HASH, made_by

_TYPE = "prompt_privacy"
_STDIN = Path("-")


@click.command(short_help="Take personal data and secrets out of a log or of recorded telemetry.")
@click.argument(
    "files",
    nargs=-1,
    metavar="[FILE...|-]",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option(
    "--config", "-c", "sources", multiple=True, metavar="FILE", help="Use the processor as this file configures it."
)
@click.option("--processor", "-p", metavar="ID", help="Which processor of the file, such as prompt_privacy/name.")
@click.option("--show", is_flag=True, help="Tell on stderr what was found, and where; never the value.")
@click.option("--reveal", is_flag=True, help="As --show, with the values.")
@click.option("--check", is_flag=True, help="Write no text; exit with 1 if something was found, as a git hook wants.")
@click.option("--verify", "found", metavar="HASH", help="Only say which key of --config made HASH of the text.")
def scrub(
    files: Sequence[Path],
    sources: Sequence[str],
    processor: str | None,
    found: str | None,
    *,
    show: bool,
    reveal: bool,
    check: bool,
) -> None:
    """Take personal data and secrets out, and write what is left to standard output.

    FILEs are logs and any other text, JSON lines, and OTLP bodies (protobuf, JSON, and JSON lines as the file exporter
    writes them); what comes out has the form of what went in. Without FILE, or with -, standard input is read.

    In text a value is replaced by its number: <EMAIL_1> is the same address everywhere. OTLP bodies pass the processor
    itself, as in a pipeline.

    Exit codes: 0, 1 with --check if something was found, 1 with --verify if no key made it, 2 for what can't be read.
    """
    one, config = configured(sources, processor, _TYPE, PromptPrivacyConfig)
    texts = files or (_STDIN,)
    try:
        if found is not None:
            _verify(found, texts, config, one)
            return
        notes, host = Notes(show=show or reveal, reveal=reveal), ScrubHost(one)
        work = Sources(config, host, notes)
    except ValueError as error:
        raise ConfigError.of(f"processors.{one}: {error}") from error
    if config.dry_run and not check:
        _warn(f"{one} has dry_run: true, so the text is written as it is")
    for file in texts:
        _scrub(work, file, None if check else sys.stdout.buffer)
    _conclude(notes, host, told=show or reveal or (check and notes.any_goes))
    if check and notes.any_goes:
        sys.exit(1)


def _conclude(notes: Notes, host: ScrubHost, *, told: bool) -> None:
    for fault, count in host.faults.items():
        _warn(f"{count} times a text could not be searched ({fault}), and was withheld")
    if told:
        click.echo(notes.summary(), err=True)


def _scrub(work: Sources, file: Path, to: BinaryIO | None) -> None:
    with _reading(file) as stream:
        for part in work.scrub(stream, _name(file)):
            if to is not None:
                to.write(part)
    if to is not None:
        to.flush()


def _verify(found: str, files: Sequence[Path], config: PromptPrivacyConfig, processor: str) -> None:
    """Say which key made `found`, or exit with 1. Raises ValueError for a key that can't be read."""
    if not HASH.fullmatch(found):
        raise click.UsageError(f"--verify {found}: a hash is such as k1: and 32 hexadecimal digits, or <EMAIL:k1:...>")
    if len(files) != 1:
        raise click.UsageError("--verify takes the one text that the hash was made of")
    keyring = Keyring.configured(config.hash)
    if keyring is None:
        raise click.UsageError(f"{processor} has no hash.key or hash.key_file, so there is no key to verify with")
    with _reading(files[0]) as stream:
        made = made_by(found, whole(stream), keyring)
    if made is None:
        click.echo(f"none of the keys {', '.join(key.id for key in keyring.keys)} made it of this text", err=True)
        sys.exit(1)
    click.echo(f"{made.key_id} made it: {made.attribute}")


@contextmanager
def _reading(file: Path) -> Iterator[BinaryIO]:
    """`file`, opened; what goes wrong with it ends the command plainly. Raises BrokenPipeError, which click knows."""
    try:
        with nullcontext(sys.stdin.buffer) if file == _STDIN else file.open("rb") as stream:
            yield stream
    except NotOtlp as error:
        raise click.UsageError(str(error)) from error
    except NotText as error:
        raise click.UsageError(f"{_name(file) or '(standard input)'}: {error}") from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise click.UsageError(f"{_name(file) or '(standard input)'}: {error.strerror}") from error


def _name(file: Path) -> str:
    return "" if file == _STDIN else str(file)


def _warn(text: str) -> None:
    click.echo(f"warning: {text}", err=True)
