"""`tail_sampling`: whole traces, kept or dropped by what happened in them."""

from .config import TailSamplingConfig
from .processor import TailSampling

__all__ = ["TailSampling", "TailSamplingConfig"]
