"""The last minutes in numbers: how many items a second came and went, how full queues were, how far books were off."""

from collections import deque
from itertools import pairwise
from typing import NamedTuple

from spansieve.plugin import Inspection

SAMPLE_SECONDS = 5.0
SAMPLES = 120
"""Ten minutes."""

Pair = tuple[str, str]


class Sample(NamedTuple):
    """One moment, `uptime` in seconds: items that came and went and are missing by pipeline and exporter, sizes by
    exporter and signal.
    """

    uptime: float
    cpu: float
    accepted: dict[Pair, int]
    exported: dict[Pair, int]
    missing: dict[Pair, int]
    sizes: dict[Pair, int]


def sample(inspection: Inspection) -> Sample:
    """What is drawn of an inspection."""
    books = {(account.pipeline, account.exporter): account for account in inspection.books}
    return Sample(
        uptime=inspection.process.uptime,
        cpu=inspection.process.cpu,
        accepted={pair: account.total("accepted") for pair, account in books.items()},
        exported={pair: account.total("exported") for pair, account in books.items()},
        missing={pair: account.missing for pair, account in books.items()},
        sizes={(queue.exporter, queue.signal): queue.size for queue in inspection.queues},
    )


class History:
    """The latest samples, at most `SAMPLES`."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._samples: deque[Sample] = deque(maxlen=SAMPLES)

    def add(self, one: Sample) -> None:
        """The latest sample."""
        self._samples.append(one)

    def accepted(self, pipeline: str, exporter: str) -> list[float]:
        """Items a second that came in, between each two samples."""
        return self._rates([(one.uptime, one.accepted.get((pipeline, exporter), 0)) for one in list(self._samples)])

    def exported(self, pipeline: str, exporter: str) -> list[float]:
        """Items a second that the backend took."""
        return self._rates([(one.uptime, one.exported.get((pipeline, exporter), 0)) for one in list(self._samples)])

    def cpu(self) -> list[float]:
        """CPU seconds a second."""
        return self._rates([(one.uptime, one.cpu) for one in list(self._samples)])

    def sizes(self, exporter: str, signal: str) -> list[int]:
        """What the queue had at each sample."""
        return [one.sizes.get((exporter, signal), 0) for one in list(self._samples)]

    def missing(self, pipeline: str, exporter: str) -> list[int]:
        """By how much the books were off."""
        return [one.missing.get((pipeline, exporter), 0) for one in list(self._samples)]

    def _rates(self, totals: list[tuple[float, float]]) -> list[float]:
        return [
            max(0.0, later - former) / (at - before)
            for (before, former), (at, later) in pairwise(totals)
            if at > before
        ]
