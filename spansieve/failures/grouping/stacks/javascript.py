"""Stack traces of V8: Node, Deno, Chrome."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from .frame import ANONYMOUS, POSITION, Frame, Trace, module_of

_LINE: Final = re.compile(r"\n[ \t]*at (?:async )?([^\n]+)")
_CAUSE: Final = re.compile(r"^[^\n]*(?:\[cause\]|\[errors\]|Caused by):[ \t]*([A-Za-z_$][\w$.]*)?", re.MULTILINE)
_EVALUATED: Final = re.compile(r"\(([^()]+?)(?::\d+){1,2}\)")
_LIBRARY: Final = re.compile(r"/node_modules/|^node:|^internal/|^<anonymous>$|^native$|^node_modules/")
_ALIAS: Final = re.compile(r" \[as [^\]]*\]")
_COMBINATOR: Final = re.compile(r"Promise\.\w+ \(index \d+\)")
_IS_IT: Final = re.compile(
    r"\n[ \t]*at [^\n]*(?::\d+:\d+\)?|\(<anonymous>\)|\(index \d+\)|\(native\))[ \t\r]*(?:\n|\Z)"
)


def is_it(stack: str) -> bool:
    """Whether `stack` is JavaScript's."""
    return _IS_IT.search(stack) is not None


def read(stack: str) -> Trace:
    """The frames of the error itself; what caused it comes behind."""
    cause = _CAUSE.search(stack)
    own = stack[: cause.start()] if cause else stack
    return Trace(_frames(own), (cause[1] or "") if cause else "")


def _frames(stack: str) -> Iterator[Frame]:
    for line in _LINE.finditer(stack):
        call = line[1].rstrip(" \r{")
        if _COMBINATOR.fullmatch(call):
            continue
        function, is_named, location = call.partition(" (")
        yield _frame(function, location.removesuffix(")")) if is_named else _frame("", call)


@lru_cache(4096)
def _frame(function: str, location: str) -> Frame:
    if location.startswith("eval at "):
        evaluated = _EVALUATED.search(location)
        location = evaluated[1] if evaluated else "<anonymous>"
    path = POSITION.sub("", location).partition("?")[0].replace("\\", "/")
    place = path.removeprefix("file://")
    return Frame(module_of(path), _cleaned(function), place, _LIBRARY.search(place) is not None)


def _cleaned(function: str) -> str:
    name = _ALIAS.sub("", function).removeprefix("async ").removeprefix("new ")
    return name.removeprefix("Object.<anonymous>").replace("<anonymous>", ANONYMOUS) or ANONYMOUS
