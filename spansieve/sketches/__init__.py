"""Sketches: what is known of a stream in a bounded space, and can be added up."""

from .distinct import Distinct
from .quantiles import ACCURACY, Sketch

__all__ = ["ACCURACY", "Distinct", "Sketch"]
