"""Tracebacks of Python: chained ones, and those of exception groups."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from .frame import Frame, Trace, module_of

_HEAD: Final = "Traceback (most recent call last)"
_GROUP: Final = "Exception Group Traceback"
_FILE: Final = 'File "'
_FRAME: Final = re.compile(rf'{_FILE}([^"\n]{{1,500}})", line \d+, in (\S[^\n]*)')
_MARGIN: Final = re.compile(r"^ *(?:[|+] ?)+", re.MULTILINE)
"""What stands before the lines of an exception group."""
_TYPE: Final = re.compile(r"^([A-Za-z_][\w.]*)(?::|[ \t]*$)", re.MULTILINE)
_LIBRARY: Final = re.compile(
    r"/(?:site|dist)-packages/|/lib/python\d(?:\.\d+)?/|/[Pp]ython\d+/[Ll]ib/|^<frozen |/python\d+\.zip/"
)


def is_it(stack: str) -> bool:
    """Whether `stack` is Python's."""
    return _HEAD in stack or _FRAME.search(stack) is not None


def read(stack: str) -> Trace:
    """Its last block, which is what was raised in the end; a group's last exception."""
    if _GROUP in stack:
        stack = _MARGIN.sub("", stack)
    blocks = stack.split(_HEAD)
    return Trace(_innermost_first(blocks[-1]), _first_type(blocks))


def _innermost_first(block: str) -> Iterator[Frame]:
    place = len(block)
    while (place := block.rfind(_FILE, 0, place)) >= 0:
        found = _FRAME.match(block, place)
        if found:
            yield _frame(found[1], found[2].strip())


def _first_type(blocks: list[str]) -> str:
    """What the first of several blocks was about."""
    if len(blocks) < 3:
        return ""
    found = _TYPE.search(blocks[1].partition("\n")[2])
    return found[1] if found else ""


@lru_cache(4096)
def _frame(path: str, function: str) -> Frame:
    place = path.replace("\\", "/")
    return Frame(module_of(path), function.replace("<locals>.", ""), place, _LIBRARY.search(place) is not None)
