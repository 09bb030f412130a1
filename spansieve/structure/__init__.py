"""The shape of traces: what can only be said of several spans together.

`marks` finds what ran at the same time, what was tried again, what goes round in a loop, and which model spans repeat
the tokens of those below them. `rejoin` gives the children of dropped spans a parent. All are pure functions of the
spans alone and know nothing of requests, so that the same ones serve one request and a buffer that holds a trace of
many. What `marks` says does not depend on the order of the spans.
"""

from .marks import marks
from .rejoin import ROOT, rejoin
from .step import Mark, Step

__all__ = ["ROOT", "Mark", "Step", "marks", "rejoin"]
