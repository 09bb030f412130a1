"""Which language a stack trace is of, told by what only its traces hold."""

from collections.abc import Callable
from typing import Final

from . import go, java, javascript, python, rust
from .frame import Trace

_READERS: Final[tuple[tuple[Callable[[str], bool], Callable[[str], Trace]], ...]] = (
    (python.is_it, python.read),
    (go.is_it, go.read),
    (rust.is_it, rust.read),
    (java.is_it, java.read),
    (javascript.is_it, javascript.read),
)


def parsed(stack: str) -> Trace:
    """The frames of `stack`; none where it is of no language known. Linear in it; never raises."""
    stack = f"\n{stack}"  # so that each line begins behind a line break
    for is_it, read in _READERS:
        if is_it(stack):
            return read(stack)
    return Trace()
