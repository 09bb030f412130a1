"""What several verbs share: which configuration to read, and which recordings."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

import spansieve
from spansieve.config.load import Loaded, load
from spansieve.config.model import Config
from spansieve.registry import Registry

from .recording import NotOtlp, Recorded, is_json, read_bytes
from .recording import read as read_recording

CommandT = TypeVar("CommandT", bound=Callable[..., Any])
ConfigT = TypeVar("ConfigT", bound=Config)


def default_config() -> str:
    """The configuration that comes with the program: beside the package in a checkout, inside it when installed."""
    here = Path(spansieve.__file__).parent
    inside = here / "collector-config.yaml"
    return str(inside if inside.exists() else here.parent / "collector-config.yaml")


def with_config(command: CommandT) -> CommandT:
    """Give a verb `--config` and `--set`."""
    command = click.option(
        "--set",
        "sets",
        multiple=True,
        metavar="KEY=VALUE",
        help="Set one key (a.b.c=value), over all files. Repeatable.",
    )(command)
    return click.option(
        "--config",
        "-c",
        "sources",
        multiple=True,
        metavar="FILE",
        help="Configuration file; several are merged in order. Default: the one that comes with spansieve.",
    )(command)


def read(sources: Sequence[str], sets: Sequence[str]) -> Loaded:
    """Load the configuration. Raises ConfigError with all its mistakes."""
    return load(list(sources) or [default_config()], list(sets), Registry())


def configured(sources: Sequence[str], processor: str | None, kind: str, model: type[ConfigT]) -> tuple[str, ConfigT]:
    """The id and the configuration of the one processor of the type `kind` in `sources`, or of the one with the id
    `processor`; without sources, the type's defaults, a `model`. For verbs that show what a processor does.

    Raises ConfigError with all mistakes of the sources, and click.UsageError where the processor is not there.
    """
    if not sources:
        if processor:
            raise click.UsageError("--processor names a processor of --config FILE, and there is no --config")
        return kind, model()
    found = {one.id: one.config for one in read(sources, ()).processors.values() if one.type == kind}
    if processor is None and len(found) == 1:
        [processor] = found
    config = found.get(processor or "")
    if processor is None or not isinstance(config, model):
        raise click.UsageError(_choice(sources, processor, kind, list(found)))
    return processor, config


def _choice(sources: Sequence[str], processor: str | None, kind: str, ids: Sequence[str]) -> str:
    where = ", ".join(sources)
    if not ids:
        return f"{where}: configures no {kind}; leave --config out to see what it does by default"
    what = f"has no processor {processor}" if processor else f"has several {kind}"
    return f"{where}: {what}; choose with --processor one of {', '.join(ids)}"


def say(text: str) -> None:
    """Print `text` as far as the terminal's encoding goes."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding))


def show_warnings(loaded: Loaded) -> None:
    """Say on stderr what is legal and probably not meant."""
    warn(map(str, loaded.warnings))


def warn(remarks: Iterable[str]) -> None:
    """Say on stderr what somebody who reads the result should know."""
    for remark in remarks:
        click.echo(f"warning: {remark}", err=True)


def recordings(files: Sequence[Path], to: str) -> list[Recorded]:
    """The requests in `files` and folders, `-` being standard input; `to` is the verb that wants them.

    Raises click.UsageError for what can't be read, and where there is nothing.
    """
    try:
        recorded = [one for file in files for one in (_from_stdin() if str(file) == "-" else read_recording(file))]
    except NotOtlp as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.UsageError(f"{error.filename}: can't be read: {error.strerror}") from error
    if not recorded:
        names = ", ".join(str(file) for file in files)
        raise click.UsageError(
            f"nothing to {to} in {names}: folders are searched for *.jsonl and for names such as 001.traces.pb or "
            "calls.logs.json"
        )
    return recorded


def _from_stdin() -> Iterator[Recorded]:
    content = sys.stdin.buffer.read()
    return read_bytes("(standard input)", content, lines=not is_json(content))
