"""What `service.workers` asks of components: ports that several processes can share, and no emitter in front."""

from typing import Any

from spansieve.plugin import Processor, Receiver

from .pipelines import Wired
from .report import Report

__all__ = ["check_workers"]

_HINT = "Or take service.workers out: one process then does everything."


def check_workers(pipelines: list[Wired], report: Report) -> None:
    """Check what is to run in intake processes."""
    receivers = {known.path: known for wired in pipelines for _, known in wired.receivers}
    for known in receivers.values():
        why = known.ask(_unshareable, None, report)
        if why:
            report.problem(known.key, known.path, f"can't be shared by several service.workers: {why}", _HINT)
    for wired in pipelines:
        for reference, known in wired.processors:
            component = known.component
            if component is None or not issubclass(component, Processor):
                continue
            if component.stateful:
                break
            if component.emits:
                text = f"{known.id} emits without being stateful, which works in one process alone"
                report.problem(reference.place, reference.path, text, _HINT)


def _unshareable(component: type[Any], config: Any) -> str | None:  # noqa: ANN401
    return component.unshareable(config) if issubclass(component, Receiver) else None
