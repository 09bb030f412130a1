"""Backtraces of Rust: of panics, and of errors that carry one."""

import re
from functools import lru_cache
from typing import Final

from .frame import POSITION, Frame, Trace

_HEAD: Final = re.compile(r"stack backtrace:", re.IGNORECASE)
_FRAME: Final = re.compile(r"^ *\d+: +(?:0x[0-9a-f]+ - )?(\S[^\n]*)(?:\n +at ([^\n]+))?", re.MULTILINE)
_HASH: Final = re.compile(r"::h[0-9a-f]{16}$")
_LIBRARY_FILE: Final = re.compile(r"/rustc/|/\.cargo/(?:registry|git)/|/\.rustup/")
_LIBRARY: Final = re.compile(
    r"<?(?:std|core|alloc|backtrace|test)::|rust_|__rust|_?_?(?:libc_)?start|main\Z|<unknown>|clone\d*\Z|start_thread"
)


def is_it(stack: str) -> bool:
    """Whether `stack` is Rust's."""
    return _HEAD.search(stack) is not None


def read(stack: str) -> Trace:
    """The frames below the heading; numbered causes above it are none."""
    head = _HEAD.search(stack)
    start = head.end() if head else 0
    return Trace(_frame(found[1], found[2] or "") for found in _FRAME.finditer(stack, start))


@lru_cache(4096)
def _frame(call: str, location: str) -> Frame:
    function = _HASH.sub("", call.strip())
    place = POSITION.sub("", location.strip()).replace("\\", "/")
    is_library = _LIBRARY_FILE.search(place) is not None or _LIBRARY.match(function) is not None
    return Frame("", function, f"{place} {function}", is_library)
