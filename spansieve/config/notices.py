"""Warnings about keys that are accepted and do nothing, or are on their way out."""

import typing
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from .model import Config, keys
from .problems import Path
from .report import Report
from .tree import Node

__all__ = ["notice"]


def notice(value: Any, node: Node, path: Path, report: Report) -> None:  # noqa: ANN401 (anything a model may hold)
    """Walk a valid configuration beside what was written, and warn."""
    if isinstance(value, BaseModel):
        _model(value, node, path, report)
    elif isinstance(value, Mapping):
        for key, entry in node.entries.items():
            notice(value.get(key), entry.node, (*path, key), report)
    elif isinstance(value, (list, tuple)) and len(value) == len(node.items):
        for index, item in enumerate(node.items):
            notice(value[index], item, (*path, index), report)


def _model(model: BaseModel, node: Node, path: Path, report: Report) -> None:
    kind = type(model)
    reasons: Mapping[str, str] = kind.tunes_go if issubclass(kind, Config) else {}
    names = {field.alias or name: name for name, field in kind.model_fields.items()}
    for key, (place, child) in node.entries.items():
        here = (*path, key)
        if key not in names:
            if key in reasons:
                report.warn(place, here, f"has no effect: {reasons[key]}", "It can be left out.")
            continue
        deprecated = keys(kind)[key].deprecated
        if deprecated:
            words = (
                deprecated if isinstance(deprecated, str) else typing.cast("str", getattr(deprecated, "message", ""))
            )
            report.warn(place, here, f"is deprecated{': ' + words if words else ''}")
        notice(model.__dict__.get(names[key]), child, here, report)
