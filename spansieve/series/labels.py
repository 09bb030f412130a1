"""What keeps labels few and clean: a limit of distinct values for each label, beyond which a value is `other`.

Source: METRICS.md, "Cardinality".
"""

import re
from collections.abc import Mapping
from typing import Final

from spansieve.plugin import Counter

OTHER: Final = "other"
"""What stands for values that came when a label had as many as it may have."""
MAX_SERIES: Final = 2_000
"""Sets of labels of one metric."""
SERVICE_NAME: Final = "service.name"
"""Says whose a series is: in the resource, and so no label of a metric, but bounded as well."""
LIMITS: Final[Mapping[str, int]] = {
    "service": 50,
    SERVICE_NAME: 500,
    "tool": 200,
    "operation": 50,
    "gen_ai.operation.name": 50,
    "error_type": 30,
    "error.type": 30,
}
"""Distinct values of a label, by its name."""
ANY_LIMIT: Final = 100
"""Distinct values of every other label."""
MAX_CHARS: Final = 120

_REMEMBERED: Final = 10_000
"""Values without room that are remembered, so that each is counted once; one more, and all are forgotten."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def clean(value: str) -> str:
    """`value` without control characters, and not longer than a label may be."""
    return _CONTROL.sub("", value)[:MAX_CHARS]


class Overflow:
    """Counts what found no room in one metric: each value once, as far as is remembered."""

    def __init__(self, metric: str, counter: Counter) -> None:
        """Count in `counter`, under `metric` and the label."""
        self._metric = metric
        self._counter = counter
        self._seen: set[int] = set()

    def saw(self, label: str, value: object) -> None:
        """`value` of `label` became `other`."""
        mark = hash((label, value))
        if mark in self._seen:
            return
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen.add(mark)
        self._counter.add(1, metric=self._metric, label=label)


class Slots:
    """The distinct values of one label, each for as long as a series has it."""

    def __init__(self, label: str, limit: int, overflow: Overflow) -> None:
        """None yet."""
        self._label = label
        self._limit = limit
        self._overflow = overflow
        self._series: dict[str, int] = {}
        """By value: how many series have it."""

    def fit(self, value: str | None) -> str | None:
        """`value` as the label can have it; None (the label is absent) stays None."""
        if value is None:
            return None
        value = clean(value)
        if value in self._series or value == OTHER or len(self._series) < self._limit:
            return value
        self._overflow.saw(self._label, value)
        return OTHER

    def take(self, value: str | None) -> None:
        """A series with `value` was made."""
        if value is not None and value != OTHER:
            self._series[value] = self._series.get(value, 0) + 1

    def free(self, value: str | None) -> None:
        """A series with `value` is gone."""
        if value in self._series:
            self._series[value] -= 1
            if not self._series[value]:
                del self._series[value]
