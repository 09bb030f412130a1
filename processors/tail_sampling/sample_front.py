"""What stands before `tail_sampling` in its pipeline, so that a dry run sees spans as the processor would see them."""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from spansieve.clock import SystemClock
from spansieve.config.load import Loaded
from spansieve.config.problems import ConfigError
from spansieve.pdata import Batch, DecodeError, Signal
from spansieve.plugin import Host, Processor
from spansieve.wiring import Wiring

from .sample_host import DryHost


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


def front_of(loaded: Loaded, component: str, signal: Signal) -> Front | None:
    """What stands before `component` in its pipeline of `signal`; None where it stands in none.

    Raises ConfigError for a processor that can't be made or started. Guards of memory and `batch` have nothing to do.
    """
    wiring = Wiring(loaded.service.pipelines)
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
