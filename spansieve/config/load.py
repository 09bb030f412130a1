"""From sources to a checked configuration: everything that is wrong with it is found in one go."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from spansieve.plugin import Component
from spansieve.registry import KINDS, Kind, Registry

from .components import Known, Sections, read_model, read_sections
from .contrib import GO_COMPONENTS
from .expand import Expander
from .explain import unknown_key
from .extensions import check_references, named_extensions
from .fetch import Fetcher, Snapshot
from .ids import parse_id
from .leaving import check_leaving
from .model import Config
from .order import check_order
from .pipelines import Wired, wire
from .ports import check_ports
from .problems import ConfigError, Problem
from .report import Report, in_order
from .service import Service
from .sources import read_sources
from .tree import Entry, Node, empty, plain_tree
from .workers import check_workers

__all__ = ["ComponentConfig", "Loaded", "load", "load_again"]

_TOP = (*KINDS, "service")


ComponentClass = type[Component[Any]]


@dataclass(frozen=True, slots=True)
class ComponentConfig:
    """One component of a configuration: `id` is `type` or `type/name`."""

    kind: Kind
    type: str
    id: str
    component: ComponentClass
    config: Config


@dataclass(frozen=True)
class Loaded:
    """A configuration without mistakes. Components are by id, in the order of the file, unused ones included."""

    receivers: dict[str, ComponentConfig]
    processors: dict[str, ComponentConfig]
    exporters: dict[str, ComponentConfig]
    extensions: dict[str, ComponentConfig]
    service: Service
    warnings: list[Problem] = field(repr=False)
    merged: dict[str, Any] = field(repr=False)
    """The sources merged and expanded, without defaults. Holds secrets as they are."""
    files: tuple[FilePath, ...]
    """Every file that was read, `${file:}` included: a change of one of them changes the configuration."""
    snapshot: Snapshot = field(repr=False)
    """All that was read, for `load_again`."""


def load(
    sources: Sequence[str],
    sets: Sequence[str] = (),
    registry: Registry | None = None,
    *,
    env: Mapping[str, str] | None = None,
    allow_unset_env: bool = False,
) -> Loaded:
    """Read `sources` (paths, or URIs `file:`, `env:` and `yaml:`), merge them in order, and check everything.

    `sets` are `a.b.c=value` and come last; `registry` knows the plugins (None: the installed ones); `env` has the
    environment variables (None: the process's own); `allow_unset_env` takes those that are not set for empty.
    Raises ConfigError with every problem, by file and line.
    """
    fetcher = Fetcher(os.environ if env is None else env)
    asked = Snapshot(list(sources), list(sets), allow_unset_env)
    return _load(asked, fetcher, registry or Registry())


def load_again(snapshot: Snapshot, registry: Registry | None = None) -> Loaded:
    """The configuration that `snapshot` was taken of, whatever has become of its files. Raises ConfigError."""
    return _load(snapshot, Fetcher(snapshot.env, snapshot.files), registry or Registry())


def _load(asked: Snapshot, fetcher: Fetcher, registry: Registry) -> Loaded:
    report = Report()
    tree = read_sources(asked.sources, asked.sets, fetcher, report)
    if tree is None:
        raise ConfigError(in_order(report.problems))
    expander = Expander(fetcher, allow_unset_env=asked.allow_unset_env)
    tree = expander.tree(tree)
    report.problems.extend(expander.problems)
    report.warnings.extend(expander.warnings)
    sections = read_sections(tree, registry, report)
    service = _check(tree, sections, report)
    if report.problems or service is None:
        raise ConfigError(in_order(report.problems))
    merged = plain_tree(tree, typed=True)
    return Loaded(
        receivers=_configs(sections, "receivers"),
        processors=_configs(sections, "processors"),
        exporters=_configs(sections, "exporters"),
        extensions=_configs(sections, "extensions"),
        service=_normal(service),
        warnings=in_order(report.warnings),
        merged=merged if isinstance(merged, dict) else {},
        files=tuple(fetcher.files),
        snapshot=replace(asked, env=fetcher.variables, files=fetcher.texts),
    )


def _configs(sections: Sections, kind: Kind) -> dict[str, ComponentConfig]:
    return {
        one: ComponentConfig(kind, known.id.type, one, known.component, known.config)
        for one, known in sections.of[kind].items()
        if known.component is not None and known.config is not None
    }


def _normal(service: Service) -> Service:
    """`service` with ids as the sections have them: without spaces around their halves."""

    def ids(texts: Sequence[str]) -> list[str]:
        return [str(parse_id(text)) for text in texts]

    pipelines = {
        name: pipeline.model_copy(update={role: ids(getattr(pipeline, role)) for role in KINDS[:3]})
        for name, pipeline in service.pipelines.items()
    }
    return service.model_copy(update={"pipelines": pipelines, "extensions": ids(service.extensions)})


def _check(tree: Node, sections: Sections, report: Report) -> Service | None:
    """What concerns more than one component."""
    for key, entry in tree.entries.items():
        if key == "connectors":
            _connectors(entry, report)
        elif key not in _TOP:
            report.problems.append(unknown_key(entry.key, (key,), list(_TOP)))
    entry = tree.entries.get("service") or Entry(tree.place, empty(tree.place))
    service = read_model(Service, entry.node, entry.key, ("service",), report)
    pipelines = wire(entry.node, entry.key, sections, report)
    check_order(pipelines, report)
    check_leaving(pipelines, report)
    if service is not None and service.workers > 1:
        check_workers(pipelines, report)
    extensions = named_extensions(entry.node, sections, report)
    used = [known for role in KINDS[:3] for known in _used(pipelines, role)]
    check_references([*used, *extensions], extensions, sections, report)
    servers = [*_used(pipelines, "receivers"), *extensions]
    exporters = _used(pipelines, "exporters")
    listening = [known for known in exporters if getattr(known.component, "listens", False)]
    targets = [known for known in exporters if known not in listening]
    check_ports([*servers, *listening], targets, service.telemetry.metrics.endpoint if service else "", report)
    _unused(pipelines, extensions, sections, report)
    return service


def _used(pipelines: list[Wired], role: str) -> list[Known]:
    """The components that pipelines name in `role`, each once."""
    return list({known.path: known for wired in pipelines for _, known in getattr(wired, role)}.values())


def _connectors(entry: Entry, report: Report) -> None:
    text = "spansieve has no connectors"
    hint = "Name a processor that emits a signal as the receiver of a pipeline of that signal instead."
    if not entry.node.entries:
        report.problem(entry.key, ("connectors",), text, hint)
    for one, (key, _) in entry.node.entries.items():
        known = one.partition("/")[0] in GO_COMPONENTS["connectors"]
        report.problem(key, ("connectors", one), f"{text}{', the Go Collector has this one' if known else ''}", hint)


def _unused(pipelines: list[Wired], extensions: list[Known], sections: Sections, report: Report) -> None:
    """Components that nothing names: legal, and perhaps not meant."""
    named = {known.path for known in extensions}
    for wired in pipelines:
        for role in (wired.receivers, wired.processors, wired.exporters, wired.emitters):
            named.update(known.path for _, known in role)
    for kind in KINDS:
        for known in sections.of[kind].values():
            if known.path not in named:
                where = "service.extensions does not name it" if kind == "extensions" else "no pipeline names it"
                report.warn(known.key, known.path, f"is configured but not used: {where}")
