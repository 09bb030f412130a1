"""The laws of pipelines: who may stand where, who must not be shared, and that nothing goes round in circles."""

from collections.abc import Iterable
from itertools import pairwise

from spansieve.plugin import Processor

from .components import Known
from .pipelines import Reference, Wired, is_batching
from .report import Report

__all__ = ["check_order"]


def check_order(pipelines: list[Wired], report: Report) -> None:
    """Check all pipelines together."""
    for wired in pipelines:
        _check_privacy(wired, report)
        _check_guards(wired, report)
    _check_shared(pipelines, report)
    _check_circles(pipelines, report)
    _check_emitters(pipelines, report)


def _is(known: Known, trait: str) -> bool:
    component = known.component
    return component is not None and issubclass(component, Processor) and bool(getattr(component, trait))


def _check_privacy(wired: Wired, report: Report) -> None:
    """Nothing may be kept before it is scrubbed (law 2 of the architecture). What processors emit came through a
    pipeline of theirs, where this is checked.
    """
    stateful: Known | None = None
    for reference, known in wired.processors:
        if stateful is not None and _is(known, "privacy"):
            text = f"{known.id} takes personal data out, but stands behind {stateful.id}, which keeps data"
            report.problem(reference.place, reference.path, text, f"Move {known.id} before {stateful.id}.")
        if stateful is None and _is(known, "stateful"):
            stateful = known
    scrubbed = any(_is(known, "privacy") or known.component is None for _, known in wired.processors)
    if not scrubbed and wired.complete and wired.receivers and wired.signal != "alerts":
        text = "content is not scrubbed: no processor of this pipeline takes personal data and secrets out"
        report.warn(wired.key, wired.path, text)


def _check_guards(wired: Wired, report: Report) -> None:
    """A guard works first wherever it stands; a configuration should say what happens."""
    before: Known | None = None
    for reference, known in wired.processors:
        if before is not None and _is(known, "guards"):
            text = f"{known.id} stands behind {before.id}, but works first wherever it stands: write it first"
            report.warn(reference.place, reference.path, text)
        elif before is None and not _is(known, "guards") and not known.ask(is_batching, False, report):
            before = known


def _check_shared(pipelines: list[Wired], report: Report) -> None:
    """A stateful processor is one instance, and one instance has one place in the pipelines of a signal."""
    first: dict[tuple[str, str], Wired] = {}
    for wired in pipelines:
        for reference, known in wired.processors:
            if not _is(known, "stateful"):
                continue
            former = first.setdefault((wired.signal, str(known.id)), wired)
            if former is not wired:
                name = wired.id.replace("/", "_").replace(" ", "")
                where = f"two pipelines of {wired.signal} (here and in {former.id})"
                text = f"{known.id} keeps data, so it can't stand in {where}"
                hint = f"Configure a second one under processors and name that here: {known.id.type}/{name}."
                report.problem(reference.place, reference.path, text, hint)


def _check_circles(pipelines: list[Wired], report: Report) -> None:
    """What a processor emits must not come back to it."""
    stands_in: dict[str, list[Wired]] = {}
    for wired in pipelines:
        for _, known in wired.processors:
            stands_in.setdefault(str(known.id), []).append(wired)
    feeds: dict[str, list[tuple[Reference, Known, Wired]]] = {wired.id: [] for wired in pipelines}
    for wired in pipelines:
        for reference, known in wired.emitters:
            for source in stands_in.get(str(known.id), ()):
                feeds[source.id].append((reference, known, wired))
    told: set[Reference] = set()
    for wired in pipelines:
        for reference, known, _ in feeds[wired.id]:
            way = _way(feeds, _target(feeds[wired.id], reference), wired.id)
            if way and reference not in told:
                told.update(one for one, _, _ in _steps(feeds, [wired.id, *way]))
                circle = " -> ".join([wired.id, *way])
                text = f"what {known.id} emits comes back to it: {circle}"
                report.problem(reference.place, reference.path, text, "Take one of them out of the circle.")


_Feeds = dict[str, list[tuple[Reference, Known, Wired]]]


def _target(edges: Iterable[tuple[Reference, Known, Wired]], reference: Reference) -> str:
    return next(wired.id for one, _, wired in edges if one is reference)


def _way(feeds: _Feeds, start: str, goal: str) -> list[str]:
    """The shortest way from the pipeline `start` to `goal`, both ends included; empty if there is none."""
    ways = [[start]]
    seen = {start}
    for way in ways:  # grows while it is walked
        if way[-1] == goal:
            return way
        for _, _, wired in feeds[way[-1]]:
            if wired.id not in seen:
                seen.add(wired.id)
                ways.append([*way, wired.id])
    return []


def _steps(feeds: _Feeds, way: list[str]) -> list[tuple[Reference, Known, Wired]]:
    """The edges along `way`."""
    return [edge for here, there in pairwise(way) for edge in feeds[here] if edge[2].id == there]


def _check_emitters(pipelines: list[Wired], report: Report) -> None:
    standing = {str(known.id) for wired in pipelines for _, known in wired.processors}
    for wired in pipelines:
        for reference, known in wired.emitters:
            if str(known.id) not in standing:
                text = f"{known.id} stands among the processors of no pipeline, so it has nothing to emit"
                report.warn(reference.place, reference.path, text)
