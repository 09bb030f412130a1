"""Alerts as one text, for what a component saves."""

from base64 import b64decode, b64encode
from collections.abc import Iterable

from spansieve.pdata import LogBatch

from .log_form import alerts_of, to_batch
from .record import Alert


def packed(alerts: Iterable[Alert]) -> str:
    """`alerts` as a text without anything that JSON would escape."""
    return b64encode(to_batch(alerts).encode()).decode()


def unpacked(text: str) -> list[Alert]:
    """The alerts that `packed` was given. Raises ValueError (DecodeError, too) for other texts."""
    return alerts_of(LogBatch.parse(b64decode(text)))
