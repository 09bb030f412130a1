"""Numbers that a component makes of what passes, and how they leave: as OTLP metrics, bounded in their labels."""

from .cells import Cell, CounterCell, Exemplar, GaugeCell, HistogramCell
from .config import MetricsOut
from .family import Family
from .labels import LIMITS, MAX_SERIES, OTHER
from .meter import Meter

__all__ = [
    "LIMITS",
    "MAX_SERIES",
    "OTHER",
    "Cell",
    "CounterCell",
    "Exemplar",
    "Family",
    "GaugeCell",
    "HistogramCell",
    "Meter",
    "MetricsOut",
]
