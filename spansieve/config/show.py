"""A configuration as YAML again: merged, with all defaults, without secrets."""

import re
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import BaseModel, SecretStr

from spansieve.registry import KINDS

from .load import Loaded
from .scalars import scalar

__all__ = ["MASK", "show"]

MASK = "****"
"""What stands in place of a secret."""

_USER = re.compile(r"(?<=://)[^/@\s]+@")


def show(loaded: Loaded) -> str:
    """`loaded` as YAML that can be loaded again, secrets apart: they are masked, as are credentials in URLs."""
    sections: dict[str, Any] = {
        kind: {one: _model(component.config) for one, component in getattr(loaded, kind).items()} for kind in KINDS
    }
    shown = {kind: section for kind, section in sections.items() if section}
    return yaml.dump(
        {**shown, "service": _model(loaded.service)}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120
    )


def _model(model: BaseModel) -> dict[str, Any]:
    return dict(_written(model, model.model_dump(mode="json", by_alias=True)))


def _written(value: Any, dumped: Any) -> Any:  # noqa: ANN401 (anything a model may hold)
    """`dumped`, pydantic's JSON form of `value`, with secrets masked and without nulls: null would say `on`."""
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, BaseModel) and isinstance(dumped, dict):
        names = {field.alias or name: name for name, field in type(value).model_fields.items()}
        return {
            key: _written(value.__dict__[names[key]], item)
            for key, item in dumped.items()
            if key in names and value.__dict__[names[key]] is not None and not _unset_deprecated(value, names[key])
        }
    if isinstance(value, Mapping) and isinstance(dumped, dict) and len(value) == len(dumped):
        return {key: _written(one, item) for one, (key, item) in zip(value.values(), dumped.items(), strict=True)}
    if isinstance(value, (list, tuple)) and isinstance(dumped, list) and len(value) == len(dumped):
        return [_written(one, item) for one, item in zip(value, dumped, strict=True)]
    return _USER.sub(MASK + "@", dumped) if isinstance(dumped, str) else dumped


def _unset_deprecated(model: BaseModel, name: str) -> bool:
    return bool(type(model).model_fields[name].deprecated) and name not in model.model_fields_set


class _Dumper(yaml.SafeDumper):
    """Texts are quoted where our reader, which follows YAML 1.2, or any other would take them for something else."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    literal = text.replace("$", "$$") if "${" in text or "$$" in text else text
    style = "|" if "\n" in literal else "'" if scalar(literal) != literal else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", literal, style=style)


_Dumper.add_representer(str, _text)
