"""The configuration of `batch`; the README beside this file explains every key."""

from typing import Self

from pydantic import Field, model_validator

from spansieve.plugin import Config, Duration, Texts


class BatchConfig(Config):
    """Keys and defaults as the Go Collector's batch processor; sizes are spans, log records or data points."""

    send_batch_size: int = Field(default=8192, ge=0, description="Send as soon as this many items wait; 0 = at once.")
    timeout: Duration = Field(
        default=0.2, description="Send what waits after this long, whatever its size; 0 = at once."
    )
    send_batch_max_size: int = Field(default=0, ge=0, description="Split requests above this many items; 0 = never.")
    metadata_keys: Texts = Field(default=[], description="Not available yet: requests carry no metadata here.")
    metadata_cardinality_limit: int = Field(default=1000, ge=0, description="Has no effect without `metadata_keys`.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = []
        if 0 < self.send_batch_max_size < self.send_batch_size:
            found.append(
                f"send_batch_max_size is {self.send_batch_max_size}, less than send_batch_size "
                f"({self.send_batch_size}): set it to {self.send_batch_size} or more, or to 0 for no limit"
            )
        if self.metadata_keys:
            found.append(
                "metadata_keys is not available yet: no request metadata reaches the exporters, so nothing could be "
                "kept apart by it. Remove the key, or give each sender a receiver and pipeline of its own"
            )
        if found:
            raise ValueError("; ".join(found))
        return self
