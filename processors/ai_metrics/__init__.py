"""`ai_metrics`: what AI agents do, in numbers."""

from .config import AiMetricsConfig
from .processor import AiMetrics

__all__ = ["AiMetrics", "AiMetricsConfig"]
