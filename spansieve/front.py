"""What of a configuration runs in front, where the sender still waits: receivers, and processors that are stateless.

With `service.workers` it runs in intake processes.
"""

from typing import Any

from spansieve.config.load import Loaded
from spansieve.plugin import Processor

Front = tuple[tuple[str, object], ...]
"""The stateless processors at a pipeline's beginning, each with its configuration: equal ones do equal work."""


def stateless(loaded: Loaded, pipeline: str) -> list[str]:
    """The ids of the processors before the first stateful one, guards first wherever they stand, those that only batch
    left out.
    """
    guards, found, ahead = [], [], True
    for one in loaded.service.pipelines[pipeline].processors:
        settings = loaded.processors[one]
        processor: type[Processor[Any]] = settings.component  # type: ignore[assignment]
        ahead = ahead and not processor.stateful
        if processor.guards:
            guards.append(one)
        elif ahead and processor.batching(settings.config) is None:
            found.append(one)
    return guards + found


def front(loaded: Loaded, pipeline: str) -> Front:
    """What does a pipeline's stateless work."""
    return tuple((one, loaded.processors[one].config) for one in stateless(loaded, pipeline))


def received(loaded: Loaded, pipeline: str) -> list[str]:
    """The receivers that feed a pipeline, emitting processors left out."""
    return [one for one in loaded.service.pipelines[pipeline].receivers if one in loaded.receivers]


def whole(loaded: Loaded) -> object:
    """All that intake processes are made of: as long as it is equal they can go on."""
    pipelines = {name: (received(loaded, name), front(loaded, name)) for name in loaded.service.pipelines}
    receivers = {one: loaded.receivers[one] for ids, _ in pipelines.values() for one in ids}
    return loaded.service.workers, list(pipelines.items()), receivers, loaded.extensions, loaded.service.telemetry.logs
