"""Which components and commands are installed. They are found through entry points, and loaded when they are named.

Built-in ones are registered exactly as a stranger's: one line under `[project.entry-points."spansieve.processors"]`.
"""

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, get_args

from spansieve.config.model import Config
from spansieve.config.problems import ConfigError, Problem
from spansieve.plugin import Component, Exporter, Extension, Processor, Receiver

__all__ = ["BASES", "KINDS", "Kind", "PluginError", "Registry"]

Kind = Literal["receivers", "processors", "exporters", "extensions"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""The sections of a configuration, in the order in which people write them."""

BASES: Mapping[Kind, type[Component[Any]]] = {
    "receivers": Receiver,
    "processors": Processor,
    "exporters": Exporter,
    "extensions": Extension,
}
"""The class that a component of each kind derives from."""

Found = dict[str, tuple[EntryPoint, str]]


class PluginError(ConfigError):
    """An installed plugin can't be used: two packages give one name, its import fails, or it is no plugin at all."""

    def __init__(self, text: str, hint: str = "") -> None:
        """Say what is wrong and what to do."""
        super().__init__([Problem("", 0, 0, "", text, hint)])


class Registry:
    """The installed plugins. Reads the metadata of packages once a group, and imports only what is asked for."""

    def __init__(self, points: Iterable[EntryPoint] | None = None) -> None:
        """Look among `points`; None: among those of all installed packages."""
        self._points = None if points is None else list(points)
        self._found: dict[str, Found] = {}
        self._loaded: dict[tuple[Kind, str], type[Component[Any]]] = {}

    def names(self, kind: Kind) -> Found:
        """Every component of `kind` by name: its entry point, and the package that brings it.

        Raises PluginError when two packages give the same name.
        """
        return self._group(f"spansieve.{kind}", kind.removesuffix("s"))

    def commands(self) -> dict[str, EntryPoint]:
        """The command-line verbs that plugins bring, by name. Raises PluginError when two packages give one name."""
        return {name: point for name, (point, _) in self._group("spansieve.commands", "command").items()}

    def load(self, kind: Kind, name: str) -> type[Component[Any]]:
        """The class of the component `name`.

        Raises KeyError when there is none of that name, PluginError when it can't be imported or is no such class.
        """
        known = self._loaded.get((kind, name))
        if known is None:
            known = self._loaded[kind, name] = _component(kind, name, *self.names(kind)[name])
        return known

    def _group(self, group: str, what: str) -> Found:
        if group not in self._found:
            every = entry_points(group=group) if self._points is None else self._points
            self._found[group] = _by_name([point for point in every if point.group == group], what)
        return self._found[group]


def _by_name(points: Iterable[EntryPoint], what: str) -> Found:
    """The points by name. The same package seen twice (an editable install beside its dist-info) counts once."""
    found: Found = {}
    for point in points:
        package = _package(point)
        other, other_package = found.setdefault(point.name, (point, package))
        if (_normal(other_package), other.value) != (_normal(package), point.value):
            raise PluginError(
                f"the {what} {point.name} is brought by two packages, {other_package} ({other.value}) and "
                f"{package} ({point.value})",
                f"Uninstall one of them, or ask its author for another name: pip uninstall {package}",
            )
    return found


def _package(point: EntryPoint) -> str:
    name = point.dist.name if point.dist is not None else None
    return name or "(a package without a name)"


def _normal(package: str) -> str:
    """The name of a package as PyPI compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", package).lower()


def _component(kind: Kind, name: str, point: EntryPoint, package: str) -> type[Component[Any]]:
    what = f"the {kind.removesuffix('s')} {name} of the package {package}"
    try:
        loaded = point.load()
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise PluginError(
            f"{what} can't be loaded: {reason}", f"Reinstall or update it: pip install --upgrade {package}"
        ) from error
    if not (isinstance(loaded, type) and issubclass(loaded, BASES[kind])):
        raise PluginError(
            f"{what} is no {kind.removesuffix('s')}: {point.value} should be a {BASES[kind].__name__} class"
        )
    if issubclass(loaded, Processor) and loaded.privacy and loaded.on_error == "pass":
        raise PluginError(f"{what} takes personal data out, so its on_error must not be `pass`: use refuse or drop")
    config = getattr(loaded, "config", None)
    if not (isinstance(config, type) and issubclass(config, Config)):
        raise PluginError(f"{what} names no configuration: {point.value} needs `config = ...`, a Config class")
    return loaded
