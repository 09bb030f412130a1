"""The shape of traces: what can only be said of several spans together.

`rejoin` gives the children of dropped spans a parent.
"""

from .rejoin import ROOT, rejoin

__all__ = ["ROOT", "rejoin"]
