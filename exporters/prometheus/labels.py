"""The labels of series, and where they come from: the point, its scope, its resource, the configuration."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final

from spansieve.actions.text import as_text
from spansieve.pdata import Attributes, Resource, Scope
from spansieve.prometheus_names import label_name

from .config import PrometheusConfig

OWN_SCOPES: Final = "spansieve."
"""Scopes of this program: its metrics have the labels that its documents name, and no others."""
_IDENTITY: Final = ("service.name", "service.namespace", "service.instance.id")
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})

Pairs = Iterable[tuple[str, str]]


class Origin:
    """What all series of one scope of one resource have in common."""

    def __init__(self, scope: Scope, config: PrometheusConfig) -> None:
        """Look at `scope` and its resource."""
        resource = scope.resource
        job, instance = _job(resource), as_text(resource.attributes.get("service.instance.id"))
        self.fixed = dict(_chosen(resource.attributes, config))
        if not (config.without_scope_info or scope.name.startswith(OWN_SCOPES)):
            self.fixed.update(_scope_labels(scope))
        own = {name: value for name, value in (("job", job), ("instance", instance)) if value}
        self.fixed.update(own)
        self.fixed.update((label_name(name), value) for name, value in config.const_labels.items())
        """Labels whatever the point says."""
        others = merged(resource.attributes, without=_IDENTITY)
        self.target = text_of({**dict(others), **own}) if len(own) == 2 else ""
        """The labels of the resource's `target_info`; empty where nothing tells it from other resources."""

    def labels(self, attributes: Attributes, reserved: str = "") -> str:
        """The labels of a point as text. One that is named as a fixed one, or as `reserved`, gets `exported_` before
        its name, as Prometheus itself names it when labels clash.
        """
        own: dict[str, str] = {}
        for name, value in merged(attributes):
            clashes = name in self.fixed or name == reserved
            own[f"exported_{name}" if clashes else name] = value
        return text_of({**own, **self.fixed})


def merged(attributes: Attributes, without: Iterable[str] = ()) -> Pairs:
    """Names and values of labels; values whose keys are one name stand behind each other, by their keys."""
    found: dict[str, str] = {}
    for key, value in sorted(attributes.items()):
        if key not in without:
            name, text = label_name(key), as_text(value)
            found[name] = f"{found[name]};{text}" if name in found else text
    return found.items()


def text_of(labels: Mapping[str, str]) -> str:
    """Labels as they stand between braces, by name."""
    return ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in sorted(labels.items()))


def _job(resource: Resource) -> str:
    name, namespace = (as_text(resource.attributes.get(key)) for key in _IDENTITY[:2])
    return f"{namespace}/{name}" if name and namespace else name


def _scope_labels(scope: Scope) -> Pairs:
    yield from ((f"otel_scope_{name}", value) for name, value in merged(scope.attributes))
    known = {"name": scope.name, "version": scope.version, "schema_url": scope.schema_url}
    yield from ((f"otel_scope_{name}", value) for name, value in known.items() if value)


def _chosen(attributes: Attributes, config: PrometheusConfig) -> Pairs:
    """What becomes labels of a resource's attributes."""
    wanted, older = config.resource_constant_labels, config.resource_to_telemetry_conversion
    if wanted is not None:
        included, excluded = wanted.included or (["*"] if wanted.excluded else []), wanted.excluded
    else:
        included = ["*"] if older.enabled else []
        excluded = list(_IDENTITY) if older.exclude_service_attributes else []
    if not included:
        return ()
    left = [key for key in attributes if not _matches(key, included) or _matches(key, excluded)]
    return merged(attributes, without=left)


def _matches(key: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)
