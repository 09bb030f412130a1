"""`mapping.yaml` as data. It is read once a process."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def raw_mapping() -> dict[str, Any]:
    """The whole table as YAML has it; not to be changed."""
    text = files(__package__).joinpath("mapping.yaml").read_bytes()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # 0.1 s instead of 1 s
    data: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 (both are safe loaders)
    return data
