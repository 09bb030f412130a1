"""Stack traces of Go: what a panic prints, and `debug.Stack`."""

import re
from functools import lru_cache
from typing import Final

from .frame import Frame, Trace

_HEAD: Final = re.compile(r"^goroutine \d+ [^\n]*\[[^\n]*\]:", re.MULTILINE)
_FRAME: Final = re.compile(r"^(created by )?(\S[^\n]*)\n[ \t]+(\S[^\n]*?):\d+", re.MULTILINE)
_ARGUMENTS: Final = re.compile(r"\([^()]*\)$")
_CREATED_IN: Final = re.compile(r" in goroutine \d+$")
_MADE: Final = re.compile(r"(?<=\.func)\d+(?:\.\d+)*|(?<=\.gowrap)\d+|(?<=\.deferwrap)\d+|-fm$|\[\.\.\.\]")
"""What the compiler numbers or adds."""
_LIBRARY_FILE: Final = re.compile(
    r"/usr/local/go/src/|/go/pkg/mod/|/go[\-/]?[\d.x]*(?:/x64|/share/go)?/src/(?:runtime|net|internal|reflect)/"
)
_LIBRARY: Final = re.compile(
    r"(?:panic|(?:runtime|net|reflect|sync|testing|os|io|bufio|context|encoding|internal|syscall|time|database|log|fmt"
    r"|html|text|crypto|errors|strconv|strings|sort|bytes|math)(?:/[\w/]+)?\.\S+)\Z"
)


def is_it(stack: str) -> bool:
    """Whether `stack` is Go's."""
    return "goroutine " in stack and _HEAD.search(stack) is not None


def read(stack: str) -> Trace:
    """The frames of the first goroutine, which is the one that failed."""
    head = _HEAD.search(stack)
    block = stack[head.end() + 1 :].partition("\n\n")[0] if head else ""
    return Trace(_frame(found[2].rstrip(), found[3], found[1] or "") for found in _FRAME.finditer(block))


@lru_cache(4096)
def _frame(call: str, path: str, created: str) -> Frame:
    name = _CREATED_IN.sub("", call) if created else _ARGUMENTS.sub("", call)
    function = _MADE.sub("", name)
    place = path.replace("\\", "/")
    is_library = _LIBRARY_FILE.search(place) is not None or _LIBRARY.match(function) is not None
    return Frame("", function, f"{place} {function}", is_library)
