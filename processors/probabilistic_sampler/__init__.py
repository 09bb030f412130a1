"""`probabilistic_sampler`: keeps a share of spans and log records, the same ones wherever it is asked."""

from .config import ProbabilisticSamplerConfig
from .processor import ProbabilisticSampler

__all__ = ["ProbabilisticSampler", "ProbabilisticSamplerConfig"]
