"""`costs`: what model calls cost, who spent it, and alerts when it is more than was meant."""

from .config import CostsConfig
from .processor import Costs

__all__ = ["Costs", "CostsConfig"]
