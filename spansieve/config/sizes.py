"""Sizes in bytes as people write them: `256MiB`, `20GB`, or a bare number of bytes."""

import re
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field

__all__ = ["Size", "size_bytes"]

_PREFIXES = "kMGTP"
_UNITS = {
    "B": 1,
    **{f"{prefix}B": 1000**power for power, prefix in enumerate(_PREFIXES, 1)},
    **{f"{prefix}iB": 1024**power for power, prefix in enumerate(_PREFIXES, 1)},
}
_BY_LOWER = {unit.lower(): size for unit, size in _UNITS.items()}
_WRITTEN = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([a-zA-Z]+)")


def size_bytes(value: object) -> object:
    """Bytes of a size that is written with a unit; anything but a text is passed on. Raises ValueError."""
    if not isinstance(value, str):
        return value
    found = _WRITTEN.fullmatch(value.strip())
    unit = _BY_LOWER.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise ValueError(f"a size is a number of bytes, or a text such as 256MiB or 20GB (units: {' '.join(_UNITS)})")
    return int(Fraction(found[1]) * unit)


Size = Annotated[int, BeforeValidator(size_bytes), Field(ge=0)]
"""Bytes; `256MiB` (1024 x 1024 each) or `20GB` (1000 x 1000 x 1000) in YAML."""
