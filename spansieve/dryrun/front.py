"""What stands before a processor in its pipeline, so that a dry run sees spans as the processor would see them."""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import click

from spansieve.clock import SystemClock
from spansieve.config.load import Loaded
from spansieve.config.problems import ConfigError
from spansieve.pdata import Batch, DecodeError, Signal
from spansieve.plugin import Host, Processor
from spansieve.wiring import Wiring

from .host import DryHost


class Refusal(Exception):
    """A request that a processor would not let pass; the text names the processor, and no content."""


class Front(NamedTuple):
    """The processors that run before it in one pipeline, and those that were left out because they remember things."""

    pipeline: str
    processors: Sequence[tuple[str, Processor[Any]]]
    left_out: Sequence[str]

    @property
    def names(self) -> list[str]:
        """Ids of those that run."""
        return [name for name, _ in self.processors]

    def run(self, signal: Signal, batch: Batch) -> None:
        """Let them work on a request. Raises Refusal."""
        for name, processor in self.processors:
            try:
                getattr(processor, signal)(batch)
            except DecodeError as error:
                raise Refusal(f"{name}: {error}") from error
            except Exception as error:  # its text may hold content
                raise Refusal(f"{name}: failed ({type(error).__name__})") from error

    def scrub(self, text: str, trace_id: bytes) -> str:
        """A text that stands alone, as the privacy processor among them leaves it. Raises what that one raises."""
        privacy = next((processor for _, processor in self.processors if processor.privacy), None)
        return text if privacy is None else privacy.scrub(text, trace_id)


class Chosen(NamedTuple):
    """A processor's id, and what stands before it in its pipeline of traces."""

    name: str
    front: Front


def chosen(loaded: Loaded, kind: str, wanted: str | None) -> Chosen:
    """The one processor of the type `kind` in a pipeline of traces, or the one with the id `wanted`.

    Raises click.UsageError where it is not to be had, and ConfigError as `front_of` does.
    """
    ids = [one.id for one in loaded.processors.values() if one.type == kind]
    found = {one: front for one in ids if (front := front_of(loaded, one, "traces")) is not None}
    if wanted is None and len(found) == 1:
        [wanted] = found
    if wanted is None or wanted not in found:
        raise click.UsageError(_choice(kind, wanted, ids, list(found)))
    return Chosen(wanted, found[wanted])


def _choice(kind: str, wanted: str | None, ids: Sequence[str], found: Sequence[str]) -> str:
    if not ids:
        return f"the configuration has no {kind}: write one under processors, and name it in a pipeline of traces"
    if not found or wanted in ids:
        return f"no pipeline of traces names {wanted or ' or '.join(ids)}, so no span would reach it"
    what = f"the configuration has no processor {wanted}" if wanted else f"the configuration has several {kind}"
    return f"{what}; choose with --processor: {', '.join(found)}"


def front_of(loaded: Loaded, component: str, signal: Signal) -> Front | None:
    """What stands before `component` in its pipeline of `signal`; None where it stands in none.

    Raises ConfigError for a processor that can't be made or started. Guards of memory and `batch` have nothing to do.
    """
    wiring = Wiring.of(loaded)
    place = wiring.place("processor", component, signal)
    if place is None:
        return None
    found = [one for one in place.before if one in loaded.service.pipelines[place.pipeline].processors]
    stateless, left_out = [], []
    for name in found:
        kind = cast("type[Processor[Any]]", loaded.processors[name].component)
        if kind.guards or kind.batching(loaded.processors[name].config) is not None:
            continue
        if kind.stateful:
            left_out.append(name)
        else:
            stateless.append((name, made(loaded, name, DryHost(name, SystemClock(), wiring, _nowhere))))
    return Front(place.pipeline, stateless, left_out)


def made(loaded: Loaded, name: str, host: DryHost, **changes: object) -> Processor[Any]:
    """The processor, started, its configuration changed by `changes`. Raises ConfigError."""
    settings = loaded.processors[name]
    try:
        config = settings.config.model_copy(update=changes)
        processor = settings.component(config, cast("Host", host))
        processor.start()
    except (ValueError, OSError) as error:
        raise ConfigError.of(f"processors.{name}: {error}") from error
    return cast("Processor[Any]", processor)


def _nowhere(_: Signal, __: Batch) -> None:
    """A stateless processor emits nothing."""
