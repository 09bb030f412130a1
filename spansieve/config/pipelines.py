"""`service.pipelines` as written: what each names, and whether that is there and fits."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, get_args

from spansieve.plugin import Processor, Signal, signals_of
from spansieve.registry import Kind

from .components import Known, Sections
from .ids import parse_id
from .problems import Path, Place, listed, suggestion
from .report import Report
from .tree import Node

__all__ = ["SIGNALS", "Reference", "Wired", "is_batching", "wire"]

SIGNALS: tuple[Signal, ...] = get_args(Signal)
_ROLES: tuple[Kind, ...] = ("receivers", "processors", "exporters")
_PROFILES = "spansieve takes no profiles."


class Reference(NamedTuple):
    """An id in a list, and where it stands."""

    id: str
    place: Place
    path: Path


@dataclass
class Wired:
    """One pipeline with the components that it names; those that aren't there are left out."""

    id: str
    signal: Signal
    key: Place
    path: Path
    receivers: list[tuple[Reference, Known]] = field(default_factory=list)
    processors: list[tuple[Reference, Known]] = field(default_factory=list)
    exporters: list[tuple[Reference, Known]] = field(default_factory=list)
    emitters: list[tuple[Reference, Known]] = field(default_factory=list)
    """Processors that are named as receivers."""
    complete: bool = True
    """Whether everything that it names is there and could be read."""


def wire(service: Node, key: Place, sections: Sections, report: Report) -> list[Wired]:
    """Every pipeline under `service` whose own id can be read."""
    entry = service.entries.get("pipelines")
    if entry is None or not entry.node.entries:
        here = service if entry is None else entry.node
        if not here.broken and (entry is None or here.value is None or here.value == {}):
            hint = "A pipeline is such as `traces: {receivers: [otlp], exporters: [debug]}`."
            place = key if entry is None else entry.key
            report.problem(place, ("service", "pipelines"), "there must be at least one pipeline", hint)
        return []
    found = []
    for text, (place, node) in entry.node.entries.items():
        path = ("service", "pipelines", text)
        signal = _signal(text, place, path, report)
        if signal is not None and not node.broken:
            found.append(_Wiring(Wired(text, signal, place, path), sections, report).connect(node))
    return found


def references(node: Node, path: Path) -> list[Reference]:
    """The ids in a list, or in a text with commas, of which a Collector makes a list."""
    if isinstance(node.value, str):
        return [Reference(part.strip(), node.place, path) for part in node.value.split(",") if part.strip()]
    return [
        Reference(item.value, item.place, (*path, index))
        for index, item in enumerate(node.items)
        if isinstance(item.value, str)
    ]


def _signal(text: str, place: Place, path: Path, report: Report) -> Signal | None:
    try:
        kind = parse_id(text).type
    except ValueError as error:
        report.problem(place, path, f"{text!r} is no id: {error}", "A pipeline's id is a signal or signal/name.")
        return None
    for signal in SIGNALS:
        if signal == kind:
            return signal
    hint = _PROFILES if kind == "profiles" else suggestion(kind, SIGNALS)
    report.problem(place, path, f"unknown signal {kind}", hint, f"Known signals: {listed(SIGNALS)}")
    return None


class _Wiring:
    def __init__(self, wired: Wired, sections: Sections, report: Report) -> None:
        self._wired = wired
        self._sections = sections
        self._report = report

    def connect(self, node: Node) -> Wired:
        """Look up everything that the pipeline names."""
        for role in _ROLES:
            entry = node.entries.get(role)
            path = (*self._wired.path, role)
            named = [] if entry is None else references(entry.node, path)
            if entry is not None and entry.node.has_broken():
                self._wired.complete = False
            elif not named and role != "processors" and (entry is None or not entry.node.items):
                place = self._wired.key if entry is None else entry.key
                self._report.problem(place, path, f"a pipeline must have at least one {role.removesuffix('s')}")
            self._look_up(role, named)
        return self._wired

    def _look_up(self, role: Kind, named: list[Reference]) -> None:
        seen: dict[str, Reference] = {}
        for reference in named:
            one = self._normal(reference)
            if one is None:
                continue
            if one in seen:
                self._report.problem(reference.place, reference.path, f"{one} is named twice in this list")
                continue
            seen[one] = reference
            known = self._sections.of[role].get(one)
            if role == "receivers":
                self._receiver(reference, one, known)
            elif known is None:
                self._dangling(reference, one, role)
            elif self._fits(reference, known):
                getattr(self._wired, role).append((reference, known))

    def _normal(self, reference: Reference) -> str | None:
        try:
            return str(parse_id(reference.id))
        except ValueError as error:
            self._report.problem(reference.place, reference.path, f"{reference.id!r} is no id: {error}")
            self._wired.complete = False
            return None

    def _receiver(self, reference: Reference, one: str, known: Known | None) -> None:
        processor = self._sections.of["processors"].get(one)
        emits = _emits(processor)
        if known is not None and self._wired.signal in emits:
            hint = f"Rename one of them: {one}/2."
            text = f"{one} may be the receiver or the processor, which emits {self._wired.signal} too"
            self._report.problem(reference.place, reference.path, text, hint)
        elif known is not None:
            if self._fits(reference, known):
                self._wired.receivers.append((reference, known))
        elif processor is None:
            self._dangling(reference, one, "receivers")
        elif processor.component is not None and self._wired.signal not in emits:
            what = listed(sorted(emits)) or "nothing"
            text = f"the processor {one} can't be the receiver of {self._wired.signal}: it emits {what}"
            self._report.problem(reference.place, reference.path, text)
        else:
            self._wired.emitters.append((reference, processor))

    def _dangling(self, reference: Reference, one: str, role: Kind) -> None:
        self._wired.complete = False
        if role in self._sections.unknown:
            return
        ids = list(self._sections.of[role])
        elsewhere = [kind for kind in self._sections.of if kind != role and one in self._sections.of[kind]]
        hint = suggestion(one, ids)
        if elsewhere and not hint:
            hint = f"It is one of the {elsewhere[0]}."
        text = f"names the {role.removesuffix('s')} {one}, which is not configured"
        self._report.problem(reference.place, reference.path, text, hint, f"Configured {role}: {listed(ids) or 'none'}")

    def _fits(self, reference: Reference, known: Known) -> bool:
        """Whether the component knows the pipeline's signal."""
        if known.component is None:
            self._wired.complete = False
            return True
        signal = self._wired.signal
        takes = signals_of(known.component)
        if signal in takes or known.ask(is_batching, False, self._report):
            return True
        verb = "gives" if known.kind == "receivers" else "takes"
        text = f"the {known.kind.removesuffix('s')} {known.id} {verb} no {signal}"
        self._report.problem(reference.place, reference.path, text, f"It {verb} {listed(sorted(takes)) or 'nothing'}.")
        return False


def _emits(known: Known | None) -> frozenset[Signal]:
    if known is None or known.component is None or not issubclass(known.component, Processor):
        return frozenset()
    return known.component.emits


def is_batching(component: type[Any], config: Any) -> bool:  # noqa: ANN401
    """Whether a component is no link of the chain but a wish for the exporters' queues."""
    return issubclass(component, Processor) and component.batching(config) is not None
