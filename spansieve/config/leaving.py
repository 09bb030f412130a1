"""What must not leave the host has no way out of it: some processors say so of the data that passes them."""

from typing import Any

from spansieve.plugin import Exporter, Processor

from .components import Known
from .mistakes import Mistake
from .pipelines import Wired
from .ports import is_here, shown
from .report import Report
from .tree import descend

__all__ = ["check_leaving"]


def check_leaving(pipelines: list[Wired], report: Report) -> None:
    """Check each processor that confines data against all exporters that the data may reach."""
    confining: dict[str, tuple[Known, Mistake]] = {}
    ways: dict[str, dict[str, Known]] = {}
    for wired in pipelines:
        for _, known in wired.processors:
            why = known.ask(_confines, None, report)
            if why is not None:
                confining[str(known.id)] = known, why
                ways.setdefault(str(known.id), {}).update(_reached(wired, pipelines))
    for one, (known, why) in confining.items():
        for exporter in ways[one].values():
            _check_way(known, why, exporter, report)


def _check_way(known: Known, why: Mistake, exporter: Known, report: Report) -> None:
    target = exporter.ask(_way_out, None, report)
    if target is not None:
        at = descend(known.node, known.key, why.path)
        text = f"{why.text}, and the exporter {exporter.id} {target}"
        report.problem(at.key, (*known.path, *at.path), text, why.hint)


def _reached(wired: Wired, pipelines: list[Wired]) -> dict[str, Known]:
    """The exporters of `wired`, by id, and of the pipelines that its processors emit to, and so on."""
    found: dict[str, Known] = {}
    way = [wired]
    for one in way:  # grows while it is walked
        found.update((str(known.id), known) for _, known in one.exporters)
        inside = {str(known.id) for _, known in one.processors}
        fed = [other for other in pipelines if any(str(known.id) in inside for _, known in other.emitters)]
        way += [other for other in fed if other not in way]
    return found


def _confines(component: type[Any], config: Any) -> Mistake | None:  # noqa: ANN401
    return component.confines(config) if issubclass(component, Processor) else None


def _way_out(component: type[Any], config: Any) -> str | None:  # noqa: ANN401
    """What takes data outside this host in an exporter; None where nothing does."""
    if not issubclass(component, Exporter) or component.stays or component.off(config) is not None:
        return None
    targets = [str(one) for one in component.endpoints(config)]
    far = [shown(one) for one in targets if not is_here(one, listens=component.listens)]
    if targets and not far:
        return None
    if component.listens:
        return f"shows it on {', '.join(far)}, to other hosts"
    return f"sends it to {', '.join(far)}, outside this host" if far else "sends it to a place that it does not name"
