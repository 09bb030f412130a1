"""What a model call costs, and how many tokens a model takes in: `docs/prices.md` says how both are found."""

from .config import PriceOverride, PricesConfig, WindowRule
from .cost import Prices
from .rates import Usage
from .windows import Windows

__all__ = ["PriceOverride", "Prices", "PricesConfig", "Usage", "WindowRule", "Windows"]
