"""The identity of a pattern: the same over processes, restarts and machines."""

import hashlib
from collections.abc import Iterable

_BETWEEN = "\x1f"


def fingerprint(key: str, template: str, frames: Iterable[str]) -> str:
    """The first 16 hex digits of SHA-256 over a base key, a template and frames."""
    return _digest(_BETWEEN.join((key, template, *frames)))


def overridden(override: str) -> str:
    """The fingerprint of what somebody named, whatever its type, message and stack are."""
    return _digest(f"override{_BETWEEN}{override}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
