"""A wish for the exporters' queues in the shape of a processor.

The Go Collector's batch processor says OK before the data has gone anywhere, and loses it when it can't be sent. Here
the pipeline builder takes `batch` out of the chain, and the queues, which hold what was acknowledged, join requests by
its keys.
"""

from spansieve.pdata import LogBatch, MetricBatch, TraceBatch
from spansieve.plugin import Batching, Host, Processor

from .config import BatchConfig


class Batch(Processor[BatchConfig]):
    """Never runs; its methods say which signals it may stand in."""

    config = BatchConfig

    def __init__(self, config: BatchConfig, host: Host) -> None:
        """Nothing to prepare."""

    @classmethod
    def batching(cls, config: BatchConfig) -> Batching:
        """How the exporters of this pipeline shall join requests."""
        return Batching(config.send_batch_size, config.send_batch_max_size, config.timeout)

    def traces(self, batch: TraceBatch) -> None:
        """Leave spans as they are."""

    def logs(self, batch: LogBatch) -> None:
        """Leave log records as they are."""

    alerts = logs

    def metrics(self, batch: MetricBatch) -> None:
        """Leave data points as they are."""
