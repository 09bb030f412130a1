"""The configuration of `probabilistic_sampler`; the README beside this file explains every key."""

import math
import struct
from typing import Literal

from pydantic import Field, field_validator

from spansieve.plugin import Config
from spansieve.sampling import DIGITS, MIN_PROBABILITY


class ProbabilisticSamplerConfig(Config):
    """Keys as the Go Collector's probabilistic_sampler."""

    sampling_percentage: float = Field(default=0.0, description="Share of items that is kept; 100 or more: all.")
    mode: Literal["hash_seed", "proportional", "equalizing"] = Field(
        default="hash_seed", description="What is compared with the share."
    )
    hash_seed: int = Field(default=0, ge=0, lt=2**32, description="Goes into the hash of mode `hash_seed`.")
    fail_closed: bool = Field(default=True, description="Whether items that can't be judged are dropped.")
    sampling_precision: int = Field(
        default=4, ge=1, le=DIGITS, description="Hex digits of the threshold that is written, 1 to 14."
    )
    attribute_source: Literal["traceID", "record"] = Field(
        default="traceID", description="Logs: what mode `hash_seed` hashes."
    )
    from_attribute: str = Field(default="", description="Logs: attribute that mode `hash_seed` hashes.")
    sampling_priority: str = Field(
        default="", description="Logs: attribute that holds a percentage for its record alone."
    )

    @field_validator("sampling_percentage")
    @classmethod
    def _possible(cls, percentage: float) -> float:
        """As a 32-bit number, which the Go Collector has it in. Raises ValueError for what is no share."""
        if not math.isfinite(percentage) or percentage < 0 or percentage > _MOST:
            raise ValueError(f"{percentage:g} is no percentage: write 0 (none) to 100 (all)")
        narrow: float = struct.unpack("f", struct.pack("f", percentage))[0]
        if percentage and narrow / 100 < MIN_PROBABILITY:
            raise ValueError(f"{percentage:g} is too small: the smallest share is 2**-56, {100 * MIN_PROBABILITY:g} %")
        return narrow


_MOST = float.fromhex("0x1.fffffep+127")  # the largest 32-bit number
