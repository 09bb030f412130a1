"""Stack traces of Python, JavaScript, Java, Go and Rust: their frames, the innermost first."""

from .frame import Frame, Trace
from .parse import parsed

__all__ = ["Frame", "Trace", "parsed"]
