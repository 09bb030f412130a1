"""Sketches: answers about more than can be kept, in bounded memory, with a known error; all of them merge."""

from .distinct import Distinct
from .quantiles import ACCURACY, Sketch
from .space_saving import Ranked, SpaceSaving

__all__ = ["ACCURACY", "Distinct", "Ranked", "Sketch", "SpaceSaving"]
