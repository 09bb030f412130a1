"""The sections `receivers`, `processors`, `exporters` and `extensions`: from ids and bodies to classes and models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from spansieve.plugin import Component
from spansieve.registry import KINDS, Kind, PluginError, Registry

from .contrib import GO_COMPONENTS
from .explain import explain
from .ids import Id, parse_id
from .model import Config
from .notices import notice
from .problems import Path, Place, listed, suggestion
from .report import Report
from .tree import Entry, Node, plain_tree

__all__ = ["Known", "Sections", "read_model", "read_sections"]

ConfigT = TypeVar("ConfigT", bound=Config)

_FAILED = "its plugin failed to read its own configuration: "


@dataclass(frozen=True, slots=True)
class Known:
    """A component that the configuration has. What could not be made of it is None; why was said already."""

    kind: Kind
    id: Id
    key: Place
    node: Node
    component: type[Component[Any]] | None = None
    config: Config | None = None

    @property
    def path(self) -> Path:
        """Its own place in the configuration."""
        return self.kind, str(self.id)

    def ask(self, question: Callable[[Any, Any], Any], otherwise: Any, report: Report) -> Any:  # noqa: ANN401
        """What its class answers to `question(class, config)`; `otherwise` if one of them is missing or it raises."""
        if self.component is None or self.config is None:
            return otherwise
        try:
            return question(self.component, self.config)
        except Exception as error:  # a plugin's own mistake, and its text may hold anything
            report.problem(self.key, self.path, _FAILED + type(error).__name__)
            return otherwise


@dataclass
class Sections:
    """All components of a configuration by kind and id. `unknown` kinds could not be read: anything may be in them."""

    of: dict[Kind, dict[str, Known]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    unknown: set[Kind] = field(default_factory=set)


def read_sections(top: Node, registry: Registry, report: Report) -> Sections:
    """Every component that `top` configures, named in a pipeline or not."""
    sections = Sections()
    for kind in KINDS:
        entry = top.entries.get(kind)
        if entry is None or entry.node.value is None:
            if entry is not None and entry.node.broken:
                sections.unknown.add(kind)
            continue
        if not isinstance(entry.node.value, dict):
            report.problem(entry.node.place, (kind,), f"must be a section: {kind} by their ids; found no keys")
            sections.unknown.add(kind)
            continue
        sections.of[kind] = _Reader(kind, registry, report).read(entry.node)
    return sections


class _Reader:
    def __init__(self, kind: Kind, registry: Registry, report: Report) -> None:
        self._kind = kind
        self._one = kind.removesuffix("s")
        self._registry = registry
        self._report = report
        self._names: Mapping[str, object] | None = None
        try:
            self._names = registry.names(kind)
        except PluginError as error:
            report.problems.extend(error.problems)

    def read(self, section: Node) -> dict[str, Known]:
        found: dict[str, Known] = {}
        for text, entry in section.entries.items():
            try:
                one = parse_id(text)
            except ValueError as error:
                path = (self._kind, text)
                self._report.problem(entry.key, path, f"{text!r} is no id: {error}", "An id is type or type/name.")
                continue
            former = found.get(str(one))
            if former is not None:
                self._report.problem(entry.key, (self._kind, str(one)), f"stands twice, in line {former.key.line} too")
            found[str(one)] = self._component(one, entry)
        return found

    def _component(self, one: Id, entry: Entry) -> Known:
        known = Known(self._kind, one, entry.key, entry.node)
        component = self._class(known)
        if component is None:
            return known
        config = read_model(component.config, entry.node, entry.key, known.path, self._report)
        return replace(known, component=component, config=config)

    def _class(self, known: Known) -> type[Component[Any]] | None:
        if self._names is None:
            return None
        if known.id.type not in self._names:
            self._unknown(known)
            return None
        try:
            return self._registry.load(self._kind, known.id.type)
        except PluginError as error:
            for problem in error.problems:
                self._report.problem(known.key, known.path, problem.text, problem.hint)
            return None

    def _unknown(self, known: Known) -> None:
        names = sorted(self._names or ())
        wanted = known.id.type
        others = [kind.removesuffix("s") for kind in KINDS if kind != self._kind and self._is(kind, wanted)]
        if wanted in GO_COMPONENTS.get(self._kind, ()):
            text, hint = f"spansieve doesn't have the Go Collector's {self._one} {wanted}", ""
        elif others:
            text, hint = f"unknown type {wanted}", f"There is a {others[0]} of that name, but no {self._one}."
        else:
            text, hint = f"unknown type {wanted}", suggestion(wanted, names)
        allowed = f"Known {self._kind}: {listed(names)}" if names else f"No {self._one} is installed"
        self._report.problem(known.key, known.path, text, hint, allowed)

    def _is(self, kind: Kind, name: str) -> bool:
        try:
            return name in self._registry.names(kind)
        except PluginError:
            return False


def read_model(model: type[ConfigT], node: Node, key: Place, path: Path, report: Report) -> ConfigT | None:
    """`node` as a `model`, or None when that can't be, with the reasons in `report`; null is an empty section."""
    try:
        config = model.model_validate({} if node.value is None and node.text is None else plain_tree(node))
    except ValidationError as error:
        report.problems.extend(explain(error, model, node, key, path))
        return None
    except Exception as error:  # a plugin's own mistake, and its text may hold anything
        report.problem(key, path, _FAILED + type(error).__name__)
        return None
    notice(config, node, path, report)
    return None if node.has_broken() else config
